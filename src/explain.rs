//! `syncc explain`: what a code means, why it matters, and how to mend it.

use clap::Args;
use syncc_compiler::diagnostic::Code;

use crate::{
    exit::Exit,
    output::{Output, Paint, complain, painted, say},
    render,
};

/// Explain a code such as SYNC0103: what it means, why it matters, how to mend it
#[derive(Args)]
pub(crate) struct Explain {
    /// The code, its number or its name; without it, all codes are listed
    code: Option<String>,
}

impl Explain {
    pub(crate) fn run(self, output: &Output) -> Exit {
        let Some(text) = self.code else {
            list(output);
            return Exit::Fine;
        };
        let Some(code) = Code::named(&text) else {
            complain(&unknown(&text));
            return Exit::Problems;
        };
        if output.json() {
            let page = code.page();
            let mut document = head(code);
            document["means"] = page.means.into();
            document["matters"] = page.matters.into();
            document["example"] = page.example.into();
            document["mend"] = page.mend.into();
            document["mended"] = page.mended.into();
            output.document(&document);
        } else {
            say(&on_a_terminal(code.markdown()));
        }
        Exit::Fine
    }
}

fn list(output: &Output) {
    if output.json() {
        let codes: Vec<_> = Code::ALL.iter().map(|code| head(*code)).collect();
        output.document(&serde_json::json!({ "version": 1, "codes": codes }));
        return;
    }
    let width = Code::ALL.iter().map(|code| code.slug().len()).max().unwrap_or(0);
    Code::ALL.iter().for_each(|code| say(&format!("{code}  {:width$}  {}\n", code.slug(), code.title())));
}

/// What a code is, without its page.
fn head(code: Code) -> serde_json::Value {
    serde_json::json!({
        "code": code.to_string(),
        "name": code.slug(),
        "severity": render::severity(code.severity()),
        "title": code.title(),
    })
}

fn unknown(text: &str) -> String {
    let near: Vec<String> =
        Code::near(text).iter().map(|code| format!("\n  {code}  {}: {}", code.slug(), code.title())).collect();
    if near.is_empty() {
        format!("there is no code {text}; `syncc explain` lists all codes")
    } else {
        format!("there is no code {text}; did you mean{}", near.concat())
    }
}

/// A page of Markdown as people read it on a terminal: headings stand out, files are indented.
fn on_a_terminal(markdown: &str) -> String {
    let mut text = String::new();
    let mut in_file = false;
    for line in markdown.lines() {
        if line.starts_with("```") {
            in_file = !in_file;
        } else if in_file {
            text.push_str(&format!("    {line}\n"));
        } else if line.starts_with('#') {
            text.push_str(&format!("{}\n", painted(Paint::Strong, line.trim_start_matches('#').trim_start())));
        } else {
            text.push_str(&format!("{line}\n"));
        }
    }
    text
}
