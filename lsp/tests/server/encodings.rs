//! Emoji and Chinese before a mistake: the place is right in whatever unit the client counts.

use serde_json::{Value, json};

use crate::editor::{Editor, modern};

const URI: &str = "file:///w/a.sync";

/// The mistake is `lable`; before it on its line stand an emoji (4 bytes, 2 units) and two Chinese characters
/// (3 bytes, 1 unit each).
const TEXT: &str = "sync google <-> realgeeks\n\
    when google.label == \"🏠客户\" and google.lable == \"x\" then realgeeks.tag += \"y\"\n";

fn offering(encodings: &[&str]) -> Value {
    let mut can = modern();
    can["general"]["positionEncodings"] = json!(encodings);
    can
}

async fn start_of_the_mistake(editor: &mut Editor, version: i32) -> u64 {
    let diagnostics = editor.diagnostics(URI, version).await;
    let mistake = diagnostics.iter().find(|diagnostic| diagnostic["message"].as_str().unwrap().contains("lable"));
    let range = &mistake.unwrap_or_else(|| panic!("{diagnostics:?}"))["range"];
    assert_eq!(range["start"]["line"], 1);
    let (start, end) = (&range["start"]["character"], &range["end"]["character"]);
    assert_eq!(end.as_u64().unwrap() - start.as_u64().unwrap(), 5, "`lable` is five long in every unit");
    start.as_u64().unwrap()
}

#[tokio::test]
async fn places_are_counted_in_what_was_agreed_on() {
    let line = TEXT.lines().nth(1).unwrap();
    let before = &line[..line.find("lable").unwrap()];
    let bytes = before.len() as u64;
    let units = before.encode_utf16().count() as u64;
    let characters = before.chars().count() as u64;
    assert!(bytes > units && units > characters);
    for (offered, agreed, start) in [
        (&["utf-16", "utf-8"][..], "utf-8", bytes),
        (&["utf-32", "utf-16"], "utf-16", units),
        (&["utf-32"], "utf-32", characters),
        (&[], "utf-16", units),
    ] {
        let mut editor = Editor::in_process();
        let capabilities = editor.hello(offering(offered)).await;
        assert_eq!(capabilities["positionEncoding"], agreed);
        editor.open(URI, TEXT).await;
        assert_eq!(start_of_the_mistake(&mut editor, 1).await, start, "{agreed}");
    }
}

#[tokio::test]
async fn edits_are_counted_in_it_too() {
    for (encoding, before, after) in [("utf-8", 22, 32), ("utf-16", 22, 26)] {
        let mut editor = Editor::in_process();
        editor.hello(offering(&[encoding])).await;
        editor.open(URI, TEXT).await;
        let start = start_of_the_mistake(&mut editor, 1).await;
        // `🏠客户` becomes `é`: two bytes, one unit.
        let range = json!({ "start": { "line": 1, "character": before }, "end": { "line": 1, "character": after } });
        editor.change(URI, 2, json!([{ "range": range, "text": "é" }])).await;
        let (gone, come) = if encoding == "utf-8" { (10, 2) } else { (4, 1) };
        assert_eq!(start_of_the_mistake(&mut editor, 2).await, start - gone + come, "{encoding}");
    }
}
