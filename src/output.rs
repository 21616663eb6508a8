//! Where output goes and what it looks like: for people on a terminal, or for machines.
//!
//! What was asked for goes to standard output; progress and complaints go to standard error. This is the
//! only file that prints.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is where printing is done")]

use std::io::{IsTerminal, Write as _};

use clap::{Args, ValueEnum};

/// How to print.
#[derive(Args, Clone, Debug)]
pub(crate) struct Output {
    /// For people (pretty) or for machines (json). `check` also has concise (a line a problem), github (remarks in a
    /// review) and sarif (code scanning)
    #[arg(long, global = true, value_enum, default_value = "pretty", hide_possible_values = true)]
    pub(crate) format: Format,
}

/// The forms of output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Pretty,
    /// For machines: one JSON document.
    Json,
    /// One line a problem.
    Concise,
    /// Workflow commands of GitHub Actions.
    Github,
    /// SARIF 2.1.0, for code scanning.
    Sarif,
}

impl Output {
    /// Whether machines read it.
    pub(crate) fn json(&self) -> bool {
        self.format == Format::Json
    }

    /// Whether this is a form of what `check` finds, and of nothing else.
    pub(crate) fn only_for_check(&self) -> bool {
        matches!(self.format, Format::Concise | Format::Github | Format::Sarif)
    }

    /// Prints a JSON document, on one line per document.
    pub(crate) fn document(&self, document: &serde_json::Value) {
        say(&format!("{document}\n"));
    }
}

/// Prints to standard output. A reader that went away ends the program quietly.
pub(crate) fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    if out.write_all(text.as_bytes()).and_then(|()| out.flush()).is_err() {
        std::process::exit(0);
    }
}

/// Prints one complaint to standard error.
pub(crate) fn complain(text: &str) {
    eprintln!("{} {text}", paint(Paint::Bad, "error:", &std::io::stderr()));
}

/// Prints a remark to standard error.
pub(crate) fn remark(text: &str) {
    eprintln!("{text}");
}

/// Kinds of emphasis.
#[derive(Clone, Copy)]
pub(crate) enum Paint {
    /// Something is wrong.
    Bad,
    /// Something is made or well.
    Good,
    /// Something changes.
    Change,
    /// Said aside.
    Faint,
    /// A heading.
    Strong,
}

/// Text with emphasis, where the stream is a terminal and nobody said `NO_COLOR`.
pub(crate) fn paint(paint: Paint, text: &str, stream: &impl IsTerminal) -> String {
    if !stream.is_terminal() || std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty()) {
        return text.to_owned();
    }
    let code = match paint {
        Paint::Bad => "31;1",
        Paint::Good => "32",
        Paint::Change => "33",
        Paint::Faint => "2",
        Paint::Strong => "1",
    };
    format!("\u{1b}[{code}m{text}\u{1b}[0m")
}

/// [`paint`] for standard output.
pub(crate) fn painted(how: Paint, text: &str) -> String {
    paint(how, text, &std::io::stdout())
}
