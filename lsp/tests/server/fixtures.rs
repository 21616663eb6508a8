//! Sessions as files: each `tests/inputs/*.sync` is what somebody does in an editor, its snapshot what they see.
//!
//! A line that starts with `###` is a step; the lines below it are its text. Places count from 1.
//!
//! ```text
//! ### open a.sync                  opens the text below, shows the diagnostics
//! ### change a.sync                the text below replaces all of it
//! ### edit a.sync 2:13-2:18 label  replaces a part
//! ### fixes a.sync 2:14            shows the quick fixes at a place
//! ### fix a.sync 2:14              applies the first of them, shows text and diagnostics
//! ### format a.sync                formats it, shows the edits and the text
//! ### disk google.fields.toml      writes the text below beside the files, and reports that it changed
//! ### quietly google.fields.toml   writes it and reports nothing
//! ### save a.sync
//! ### close a.sync
//! ```
//!
//! The lines before the first step say how it is played: by an `old client`, which can do nothing but the basics,
//! and whether the snapshot has the `words` of the diagnostics in it. Most have not: what they say is the
//! compiler's business and tested there.

use std::{collections::BTreeMap, fmt::Write as _, fs};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::editor::{Editor, modern, uri};

#[test]
fn sessions() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    insta::glob!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/inputs"), "*.sync", |path| {
        let script = fs::read_to_string(path).unwrap();
        let seen = runtime.block_on(async {
            let mut session = Session::start(&script).await;
            for step in script.split("### ").skip(1) {
                let (step, text) = step.split_once('\n').unwrap_or((step, ""));
                session.play(step.trim(), text).await;
            }
            session.seen
        });
        insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
            insta::assert_snapshot!(seen);
        });
    });
}

struct Session {
    editor: Editor,
    folder: TempDir,
    open: BTreeMap<String, (i32, String)>,
    words: bool,
    seen: String,
}

impl Session {
    async fn start(script: &str) -> Self {
        let mut editor = Editor::in_process();
        let how = script.split("###").next().unwrap();
        let old = how.contains("old client");
        let can = json!({ "textDocument": { "codeAction": modern()["textDocument"]["codeAction"] } });
        editor.hello(if old { can } else { modern() }).await;
        Self {
            editor,
            folder: TempDir::new().unwrap(),
            open: BTreeMap::new(),
            words: how.contains("words"),
            seen: String::new(),
        }
    }

    async fn play(&mut self, step: &str, text: &str) {
        writeln!(self.seen, "### {step}").unwrap();
        let words: Vec<&str> = step.splitn(4, ' ').collect();
        let name = words[1];
        match words[0] {
            "open" => {
                self.open.insert(name.to_owned(), (1, text.to_owned()));
                self.editor.open(&self.uri(name), text).await;
                self.show(name).await;
            }
            "change" => {
                self.change(name, json!([{ "text": text }]), text.to_owned()).await;
            }
            "edit" => {
                let (start, end) = words[2].split_once('-').unwrap();
                let range = json!({ "start": place(start), "end": place(end) });
                self.replace(name, &[json!({ "range": range, "newText": words.get(3).unwrap_or(&"") })]).await;
            }
            "fixes" => {
                for fix in self.fixes(name, words[2]).await {
                    writeln!(self.seen, "  {}", fix["title"].as_str().unwrap()).unwrap();
                    for edit in edits(&fix) {
                        writeln!(self.seen, "    {} → {}", range(&edit["range"]), edit["newText"]).unwrap();
                    }
                }
            }
            "fix" => {
                let fixes = self.fixes(name, words[2]).await;
                let fix = fixes.first().unwrap_or_else(|| panic!("there is no fix at {}", words[2]));
                self.replace(name, edits(fix)).await;
                for line in self.open[name].1.lines() {
                    writeln!(self.seen, "  | {line}").unwrap();
                }
            }
            "format" => {
                let options = json!({ "tabSize": 8, "insertSpaces": false });
                let params = json!({ "textDocument": { "uri": self.uri(name) }, "options": options });
                let answer = self.editor.ask("textDocument/formatting", params).await;
                let edits = answer["result"].as_array().unwrap_or_else(|| panic!("{answer}")).clone();
                for edit in &edits {
                    writeln!(self.seen, "    {} → {}", range(&edit["range"]), edit["newText"]).unwrap();
                }
                if edits.is_empty() {
                    writeln!(self.seen, "  nothing to do").unwrap();
                } else {
                    self.replace(name, &edits).await;
                }
            }
            "disk" => {
                self.write(name, text);
                let change = json!([{ "uri": self.uri(name), "type": 2 }]);
                self.editor.tell("workspace/didChangeWatchedFiles", json!({ "changes": change })).await;
                self.show_all().await;
            }
            "quietly" => self.write(name, text),
            "save" => {
                self.editor.tell("textDocument/didSave", json!({ "textDocument": { "uri": self.uri(name) } })).await;
                self.show_all().await;
            }
            "close" => {
                let closed = self.uri(name);
                self.open.remove(name);
                self.editor.tell("textDocument/didClose", json!({ "textDocument": { "uri": closed } })).await;
                let message = self
                    .editor
                    .wait("cleared diagnostics", |message| {
                        message["params"]["uri"] == closed && message["params"].get("version").is_none()
                    })
                    .await;
                assert_eq!(message["params"]["diagnostics"], json!([]));
                writeln!(self.seen, "  nothing is shown any more").unwrap();
            }
            other => panic!("`{other}` is no step"),
        }
    }

    fn uri(&self, name: &str) -> String {
        uri(&self.folder.path().join(name))
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    async fn fixes(&mut self, name: &str, at: &str) -> Vec<Value> {
        let here = json!({ "start": place(at), "end": place(at) });
        let document = json!({ "uri": self.uri(name) });
        let params = json!({ "textDocument": document, "range": here, "context": { "diagnostics": [] } });
        let answer = self.editor.ask("textDocument/codeAction", params).await;
        answer["result"].as_array().unwrap_or_else(|| panic!("{answer}")).clone()
    }

    /// Sends edits that were all made for the text as it is: the last one first, so that none moves another.
    async fn replace(&mut self, name: &str, edits: &[Value]) {
        let mut text = self.open[name].1.clone();
        let mut changes = Vec::new();
        for edit in edits.iter().rev() {
            let offsets = [&edit["range"]["start"], &edit["range"]["end"]].map(|place| offset(&text, place));
            text.replace_range(offsets[0]..offsets[1], edit["newText"].as_str().unwrap());
            changes.push(json!({ "range": edit["range"], "text": edit["newText"] }));
        }
        self.change(name, Value::Array(changes), text).await;
    }

    async fn change(&mut self, name: &str, changes: Value, text: String) {
        let version = self.open[name].0 + 1;
        self.open.insert(name.to_owned(), (version, text));
        self.editor.change(&self.uri(name), version, changes).await;
        self.show(name).await;
    }

    async fn show_all(&mut self) {
        for name in self.open.keys().cloned().collect::<Vec<_>>() {
            writeln!(self.seen, "  {name}").unwrap();
            self.show(&name).await;
        }
    }

    async fn show(&mut self, name: &str) {
        let found = self.editor.diagnostics(&self.uri(name), self.open[name].0).await;
        if found.is_empty() {
            writeln!(self.seen, "  all is well").unwrap();
        }
        for found in found {
            let severity = ["error", "warning", "information", "hint"]
                [usize::try_from(found["severity"].as_u64().unwrap()).unwrap() - 1];
            let code = found["code"].as_str().unwrap();
            assert_eq!(found["source"], "syncc");
            let message = found["message"].as_str().unwrap();
            assert!(!message.is_empty());
            writeln!(self.seen, "  {} {severity} {code}", range(&found["range"])).unwrap();
            for line in message.lines().filter(|_| self.words) {
                writeln!(self.seen, "    {line}").unwrap();
            }
            for other in found["relatedInformation"].as_array().into_iter().flatten() {
                assert_eq!(other["location"]["uri"], self.uri(name));
                let at = range(&other["location"]["range"]);
                writeln!(self.seen, "    see {at} {}", other["message"].as_str().unwrap()).unwrap();
            }
            for fix in found["data"]["fixes"].as_array().into_iter().flatten() {
                writeln!(self.seen, "    fix {}", fix["title"].as_str().unwrap()).unwrap();
            }
        }
    }
}

/// The edits of a code action, in either of the two forms that the protocol has.
fn edits(fix: &Value) -> &[Value] {
    let versioned = fix["edit"]["documentChanges"][0]["edits"].as_array();
    let plain = || fix["edit"]["changes"].as_object().and_then(|files| files.values().next()?.as_array());
    versioned.or_else(plain).expect("a fix has edits")
}

/// `2:14` as the protocol says it.
fn place(text: &str) -> Value {
    let (line, column) = text.split_once(':').unwrap();
    json!({ "line": line.parse::<u32>().unwrap() - 1, "character": column.parse::<u32>().unwrap() - 1 })
}

/// The offset of a place in ASCII text.
fn offset(text: &str, place: &Value) -> usize {
    assert!(text.is_ascii(), "`encodings` is about other texts");
    let line = usize::try_from(place["line"].as_u64().unwrap()).unwrap();
    let before: usize = text.split_inclusive('\n').take(line).map(str::len).sum();
    before + usize::try_from(place["character"].as_u64().unwrap()).unwrap()
}

fn range(range: &Value) -> String {
    let place =
        |place: &Value| format!("{}:{}", place["line"].as_u64().unwrap() + 1, place["character"].as_u64().unwrap() + 1);
    format!("{}-{}", place(&range["start"]), place(&range["end"]))
}
