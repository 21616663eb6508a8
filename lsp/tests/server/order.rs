//! Edits are applied in the order in which they were sent, however they interleave with everything else.

use std::collections::BTreeMap;

use rand::{RngExt, SeedableRng, rngs::StdRng};
use serde_json::{Value, json};

use crate::editor::{Editor, modern};

const RULES: &str = "# Personal contacts stay out.\nsync google <-> realgeeks\n\
    when google.label != \"No_CRM\"\nthen realgeeks.tag += \"GoogleContacts\"\nundo other-way\n\
    map google.biography -> realgeeks.notes\n";

/// What people type, and what they leave half typed.
const TYPED: [&str; 10] =
    ["when google.", "tag", "\"", "\n", "then realgeeks.tag += \"x\"", "é", "🏠", " and ", "map a -> b\n", "sync"];

/// A replacement of part of a text, as the protocol says it in UTF-16 units.
fn edit(text: &mut String, random: &mut StdRng) -> Value {
    let boundaries: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
    let start = boundaries[random.random_range(0..boundaries.len())];
    let reach = start + random.random_range(0..12);
    let end = boundaries.iter().copied().filter(|at| (start..=reach).contains(at)).max().unwrap();
    let typed = if text.len() > 2_000 { "" } else { TYPED[random.random_range(0..TYPED.len())] };
    let range = json!({ "start": position(text, start), "end": position(text, end) });
    text.replace_range(start..end, typed);
    json!({ "range": range, "text": typed })
}

fn position(text: &str, at: usize) -> Value {
    let before = &text[..at];
    let line = before.rsplit('\n').next().unwrap();
    json!({ "line": before.matches('\n').count(), "character": line.encode_utf16().count() })
}

fn utf16() -> Value {
    let mut can = modern();
    can["general"]["positionEncodings"] = json!(["utf-16"]);
    can
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_interleaved_edits_leave_what_a_fresh_check_finds() {
    let (mut editor, mut child) = Editor::in_a_process_of_its_own();
    editor.hello(utf16()).await;
    let mut random = StdRng::seed_from_u64(7);
    let mut texts: BTreeMap<String, (i32, String)> =
        ["a", "b", "c"].map(|name| (format!("file:///w/{name}.sync"), (1, RULES.to_owned()))).into();
    let uris: Vec<String> = texts.keys().cloned().collect();
    for (uri, (_, text)) in &texts {
        editor.open(uri, text).await;
    }
    let mut questions = Vec::new();
    for number in 0..1_000 {
        let uri = &uris[random.random_range(0..uris.len())];
        let (version, text) = texts.get_mut(uri).unwrap();
        let changes: Vec<Value> = (0..random.random_range(1..4)).map(|_| edit(text, &mut random)).collect();
        *version += 1;
        editor.change(uri, *version, Value::Array(changes)).await;
        if number % 5 == 0 {
            let all = json!({ "start": position(text, 0), "end": position(text, text.len()) });
            let params = json!({ "textDocument": { "uri": uri }, "range": all, "context": { "diagnostics": [] } });
            questions.push(editor.send("textDocument/codeAction", params).await);
        }
    }

    for question in questions {
        let answer = editor.answer(question).await;
        let overtaken = answer["error"]["code"] == -32801;
        assert!(overtaken || answer.get("error").is_none(), "{answer}");
    }
    for (uri, (version, text)) in &texts {
        let found = editor.diagnostics(uri, *version).await;
        let mut fresh = Editor::in_process();
        fresh.hello(utf16()).await;
        fresh.open(uri, text).await;
        assert_eq!(found, fresh.diagnostics(uri, 1).await, "{text}");
    }

    editor.ask("shutdown", Value::Null).await;
    editor.tell("exit", Value::Null).await;
    let mut newest = BTreeMap::new();
    while let Some(message) = editor.next().await {
        if message["method"] == "textDocument/publishDiagnostics" {
            let params = &message["params"];
            let version = params["version"].as_i64().unwrap();
            let older = newest.insert(params["uri"].to_string(), version);
            assert!(older < Some(version), "version {version} of {} came after {older:?}", params["uri"]);
        }
    }
    assert!(child.wait().await.unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_thousand_keystrokes_are_typed_in_their_order() {
    const URI: &str = "file:///w/a.sync";
    const NAME: &str = "the_quick_brown_fox_jumps";
    let mut editor = Editor::in_process();
    editor.hello(utf16()).await;
    let line = "when google.";
    editor.open(URI, &format!("sync google <-> realgeeks\n{line} == \"x\" then realgeeks.tag += \"y\"\n")).await;
    let mut version = 1;
    for round in 1..=800 {
        for (at, letter) in NAME.char_indices() {
            version += 1;
            let here = json!({ "line": 1, "character": line.len() + at });
            let change = json!([{ "range": { "start": here, "end": here }, "text": letter.to_string() }]);
            editor.change(URI, version, change).await;
        }
        if round < 800 {
            version += 1;
            let start = json!({ "line": 1, "character": line.len() });
            let end = json!({ "line": 1, "character": line.len() + NAME.len() });
            editor.change(URI, version, json!([{ "range": { "start": start, "end": end }, "text": "" }])).await;
        }
    }
    let found = editor.diagnostics(URI, version).await;
    assert!(found.iter().any(|found| found["message"].as_str().unwrap().contains(NAME)), "{found:?}");
}
