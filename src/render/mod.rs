//! What `check` found, in the forms that people and machines read. One file a form, and all of them draw
//! the same value: nothing is said in one form that another leaves out for want of knowing it.

pub(crate) mod concise;
pub(crate) mod diff;
pub(crate) mod github;
pub(crate) mod json;
pub(crate) mod place;
pub(crate) mod pretty;
pub(crate) mod proof;
pub(crate) mod sarif;

use syncc_compiler::diagnostic::{Diagnostic, Severity};

use crate::load::File;

/// How many of each severity, and how many that the files allow.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    pub(crate) errors: usize,
    pub(crate) warnings: usize,
    pub(crate) hints: usize,
    pub(crate) allowed: usize,
}

impl Counts {
    pub(crate) fn of(files: &[File]) -> Self {
        let mut counts = Self { allowed: files.iter().map(|file| file.allowed.len()).sum(), ..Self::default() };
        for diagnostic in files.iter().flat_map(|file| &file.diagnostics) {
            *match diagnostic.severity {
                Severity::Error => &mut counts.errors,
                Severity::Warning => &mut counts.warnings,
                Severity::Hint => &mut counts.hints,
            } += 1;
        }
        counts
    }
}

/// How bad it is, in the word that both people and machines read.
pub(crate) fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "hint",
    }
}

/// Why it matters and what to type, a sentence an item: all that is said of a finding beside its title.
fn sentences(diagnostic: &Diagnostic) -> Vec<&str> {
    diagnostic.why.iter().chain(&diagnostic.help).map(String::as_str).collect()
}

/// A text on one line.
fn on_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
