//! Where output goes and what it looks like: for people on a terminal, or for machines.
//!
//! What was asked for goes to standard output; progress and complaints go to standard error. This is the
//! only file that prints.

use std::{
    io::{ErrorKind, IsTerminal, Write as _},
    sync::atomic::{AtomicBool, Ordering},
};

use clap::{Args, ValueEnum};

use crate::exit::Exit;

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

/// Whether something could not be printed that was to be.
static UNSAID: AtomicBool = AtomicBool::new(false);

/// Prints to standard output. A reader that went away ends the program quietly. Where it cannot be written for another reason, such as a
/// full disk, what is under way goes on, and [`heard`] tells in the end.
pub(crate) fn say(text: &str) {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => {
            if !UNSAID.swap(true, Ordering::Relaxed) {
                complain(&format!("what syncc has to say cannot be written to where its output goes: {error}"));
            }
        }
    }
}

/// How a verb ended, now that it is known whether all was printed that it had to say.
pub(crate) fn heard(exit: Exit) -> Exit {
    if UNSAID.load(Ordering::Relaxed) { Exit::Failed } else { exit }
}

/// Prints one complaint to standard error.
pub(crate) fn complain(text: &str) {
    remark(&format!("{} {text}", paint(Paint::Bad, "error:", &std::io::stderr())));
}

/// Prints a remark to standard error. Where nobody can be told that either, work goes on.
pub(crate) fn remark(text: &str) {
    drop(writeln!(std::io::stderr(), "{text}"));
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
