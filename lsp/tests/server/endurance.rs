//! Clients that never answer, never read, ask for everything at once, or leave in the middle.

use std::time::Duration;

use serde_json::{Value, json};
use syncc_lsp::Ended;

use crate::editor::{Editor, PATIENCE, modern};

const URI: &str = "file:///w/a.sync";
const MISTAKE: &str = "sync google <-> realgeeks\nwhen google.lable == \"x\" then realgeeks.tag += \"y\"\n";

/// A file that takes a while.
fn long(rules: usize) -> String {
    let rule = |number| format!("when google.label == \"L{number}\" then realgeeks.tag += \"T{number}\" undo\n");
    std::iter::once("sync google <-> realgeeks\n".to_owned()).chain((0..rules).map(rule)).collect()
}

fn whole(text: &str) -> Value {
    json!([{ "text": text }])
}

fn everywhere() -> Value {
    let range = json!({ "start": { "line": 0, "character": 0 }, "end": { "line": 99_999, "character": 0 } });
    json!({ "textDocument": { "uri": URI }, "range": range, "context": { "diagnostics": [] } })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_never_answers_is_served_all_the_same() {
    let mut editor = Editor::in_process();
    editor.hello(modern()).await;
    let asked = editor.wait("the request to watch files", |message| message["method"] == "client/registerCapability");
    assert!(asked.await.get("id").is_some(), "it is a request, and stays unanswered");
    editor.open(URI, MISTAKE).await;
    for version in 2..50 {
        editor.change(URI, version, whole(MISTAKE)).await;
        let answer = editor.ask("textDocument/codeAction", everywhere()).await;
        assert!(answer.get("error").is_none(), "{answer}");
    }
    assert!(!editor.diagnostics(URI, 49).await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_does_not_read_can_go_on_writing() {
    let (mut editor, pipes) = Editor::with_pipes(4_096);
    editor.send("initialize", json!({ "capabilities": modern() })).await;
    // Its answer is not read, but must be on its way before a client may go on.
    tokio::time::sleep(Duration::from_millis(200)).await;
    editor.tell("initialized", json!({})).await;
    editor.open(URI, MISTAKE).await;
    let writing = async {
        for version in 2..=2_000 {
            editor.change(URI, version, whole(MISTAKE)).await;
        }
    };
    tokio::time::timeout(PATIENCE, writing).await.expect("the server reads on while nobody reads from it");
    pipes.start_reading();
    assert_eq!(editor.diagnostics(URI, 2_000).await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storm_of_questions_and_cancellations_is_weathered() {
    let mut editor = Editor::in_process();
    editor.hello(modern()).await;
    let text = long(300);
    editor.open(URI, &text).await;
    editor.open("file:///w/b.sync", &text).await;
    let mut questions = Vec::new();
    for version in 2..=200 {
        let other = if version % 2 == 0 { URI } else { "file:///w/b.sync" };
        editor.change(other, version, whole(&format!("{text}# {version}\n"))).await;
        questions.push(editor.send("textDocument/codeAction", everywhere()).await);
        questions.push(editor.send("textDocument/codeAction", everywhere()).await);
        if version % 3 == 0 {
            let id = questions[questions.len() - 1];
            editor.tell("$/cancelRequest", json!({ "id": id })).await;
        }
    }
    for question in questions {
        let answer = editor.answer(question).await;
        let code = answer["error"]["code"].as_i64();
        assert!(matches!(code, None | Some(-32800 | -32801)), "every question has one answer: {answer}");
    }
    editor.diagnostics(URI, 200).await;
    editor.diagnostics("file:///w/b.sync", 199).await;
}

struct Faulty;

impl syncc_lsp::Loader for Faulty {
    fn beside(&mut self, file: &std::path::Path) -> syncc_lsp::Beside {
        panic!("no accounts for {}", file.display())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bug_is_owned_up_to_and_the_server_goes_on() {
    let (mut editor, pipes) = Editor::with(1 << 16, Faulty);
    pipes.start_reading();
    editor.hello(modern()).await;
    editor.open(URI, MISTAKE).await;
    let complaint = editor.wait("a complaint", |message| message["method"] == "window/showMessage").await;
    let said = complaint["params"]["message"].as_str().unwrap();
    assert!(said.contains("this is a bug in syncc") && said.contains("no accounts for /w/a.sync"), "{said}");
    assert_eq!(editor.diagnostics(URI, 1).await.len(), 1);
    editor.change(URI, 2, whole("sync google <-> realgeeks\n")).await;
    assert_eq!(editor.diagnostics(URI, 2).await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_server_leaves_at_once_even_if_its_input_stays_open() {
    let (mut editor, mut child) = Editor::in_a_process_of_its_own();
    editor.hello(modern()).await;
    editor.open(URI, &long(5_000)).await;
    editor.change(URI, 2, whole(&long(5_001))).await;
    editor.ask("shutdown", Value::Null).await;
    editor.tell("exit", Value::Null).await;
    let left = tokio::time::timeout(Duration::from_secs(20), child.wait()).await.expect("the server leaves");
    assert!(left.unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_without_shutdown_is_a_failure() {
    let (mut editor, mut child) = Editor::in_a_process_of_its_own();
    editor.hello(modern()).await;
    editor.tell("exit", Value::Null).await;
    let left = tokio::time::timeout(Duration::from_secs(20), child.wait()).await.expect("the server leaves");
    assert_eq!(left.unwrap().code(), Some(1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_hangs_up_ends_the_session() {
    let mut editor = Editor::in_process();
    editor.hello(modern()).await;
    editor.open(URI, &long(500)).await;
    let server = editor.server.take().unwrap();
    drop(editor);
    let ended = tokio::time::timeout(PATIENCE, server).await.expect("the session ends");
    assert_eq!(ended.unwrap().unwrap(), Ended::Abruptly);
}
