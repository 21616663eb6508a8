//! One check of one document, on a clone of the database.

use syncc_compiler::{db::Database, diagnostic::Diagnostic};
use tower_lsp::ls_types::Uri;

use crate::{
    document::Document,
    guard::{Failure, guarded},
};

/// A check that has not run yet. It owns its clone of the database.
pub(crate) struct Check {
    database: Database,
    file: String,
    uri: Uri,
    revision: u64,
}

/// A check that ended.
pub(crate) struct Outcome {
    /// Whose.
    pub(crate) uri: Uri,
    /// Of which of its revisions.
    pub(crate) revision: u64,
    /// What was found.
    pub(crate) found: Result<Vec<Diagnostic>, Failure>,
}

impl Check {
    pub(crate) fn new(database: Database, document: &Document) -> Self {
        Self { database, file: document.file(), uri: document.uri.clone(), revision: document.revision }
    }

    /// Checks, and gives up the clone.
    pub(crate) fn run(self) -> Outcome {
        let Self { database, file, uri, revision } = self;
        let found = guarded(move || database.judge(&file).map(|judged| judged.diagnostics).unwrap_or_default());
        Outcome { uri, revision, found }
    }
}
