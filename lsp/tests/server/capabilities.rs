//! What the server says it can do, it does.

use serde_json::{Value, json};

use crate::editor::{Editor, modern};

const URI: &str = "file:///w/a.sync";

/// What each capability lets a client send. A capability that is missing here has no test, and fails.
fn what_it_lets_a_client_send(capability: &str) -> Vec<(&'static str, Value)> {
    let document = json!({ "uri": URI });
    match capability {
        "positionEncoding" => vec![],
        // Notifications are not answered; `fixtures` shows what they do.
        "textDocumentSync" => vec![],
        "codeActionProvider" => vec![(
            "textDocument/codeAction",
            json!({
                "textDocument": document,
                "range": { "start": { "line": 0, "character": 0 }, "end": { "line": 0, "character": 0 } },
                "context": { "diagnostics": [] },
            }),
        )],
        "documentFormattingProvider" => vec![(
            "textDocument/formatting",
            json!({ "textDocument": document, "options": { "tabSize": 4, "insertSpaces": false } }),
        )],
        other => panic!("the server says it can do {other}, and no test here shows it"),
    }
}

#[tokio::test]
async fn every_capability_has_a_handler() {
    let mut editor = Editor::in_process();
    let capabilities = editor.hello(modern()).await;
    editor.open(URI, "sync google <-> realgeeks\n").await;
    let capabilities = capabilities.as_object().unwrap();
    assert!(!capabilities.is_empty());
    for name in capabilities.keys() {
        for (method, params) in what_it_lets_a_client_send(name) {
            let answer = editor.ask(method, params).await;
            assert!(answer.get("error").is_none(), "{method}: {answer}");
        }
    }
}

#[tokio::test]
async fn what_the_server_cannot_do_it_refuses() {
    let mut editor = Editor::in_process();
    editor.hello(modern()).await;
    let position = json!({ "line": 0, "character": 0 });
    let answer =
        editor.ask("textDocument/definition", json!({ "textDocument": { "uri": URI }, "position": position })).await;
    assert_eq!(answer["error"]["code"], -32601, "{answer}");
}

#[tokio::test]
async fn a_client_that_knows_no_quick_fixes_is_offered_none() {
    let mut editor = Editor::in_process();
    let capabilities = editor.hello(json!({})).await;
    assert!(capabilities.get("codeActionProvider").is_none());
    assert_eq!(capabilities["positionEncoding"], "utf-16");
}
