//! What the check of one statement carries along.

use syncc_grammar::tree::Span;

use super::{connection::Connection, tables::Tables};
use crate::diagnostic::{Diagnostic, Label};

/// A problem of one statement, and the places in the `sync` statement that matter to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Spans are relative to the statement.
    pub(crate) diagnostic: Diagnostic,
    /// Spans are relative to the `sync` statement.
    pub(crate) in_sync: Vec<Label>,
}

impl From<Diagnostic> for Found {
    fn from(diagnostic: Diagnostic) -> Self {
        Self { diagnostic, in_sync: Vec::new() }
    }
}

/// The check of one statement.
pub(crate) struct Context<'a> {
    pub(crate) connection: &'a Connection,
    /// The names and constants that the statement uses, each once.
    pub(crate) tables: Tables,
    pub(crate) found: Vec<Found>,
    /// Whether the statement is a test: it may ask for what an app does not give to rules.
    pub(crate) is_test: bool,
}

impl<'a> Context<'a> {
    pub(crate) fn new(connection: &'a Connection) -> Self {
        Self { connection, tables: Tables::default(), found: Vec::new(), is_test: false }
    }

    pub(crate) fn report(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic.into());
    }

    /// Reports with a second place in the `sync` statement.
    pub(crate) fn report_with_sync(&mut self, diagnostic: Diagnostic, span: Span, text: impl Into<String>) {
        self.found.push(Found { diagnostic, in_sync: vec![Label { span, text: text.into() }] });
    }

    /// Whether an error was reported since `before` reports.
    pub(crate) fn failed_since(&self, before: usize) -> bool {
        self.found.get(before..).is_some_and(|found| {
            found.iter().any(|found| found.diagnostic.severity == crate::diagnostic::Severity::Error)
        })
    }
}
