//! The database: files and accounts in, diagnostics and programs out, only what changed computed again.
//!
//! What is remembered, from the text up: the cut into chunks of about a hundred statements (`chunks.rs`), each statement's tree,
//! each statement's meaning, the meanings of a chunk, what is found of the file. A statement is known by its text alone,
//! never by its place, so that an edit of one rule reads and checks that rule and nothing else, and of the others only
//! those of its chunk are even asked about. The program of a file is linked only when somebody asks for it.
//!
//! What shows across statements is kept beside the queries (`check/standing.rs`) and brought up to date by the rules that
//! came and went. Law: after any edits a file says what it says when it is opened as it is then (`edits.rs` holds it).
//!
//! Cancellation: a change waits until the running reads of clones stop; these unwind with `salsa::Cancelled`.
//! Whoever reads from a clone in another thread catches that.

mod ahead;
mod chunks;
#[cfg(test)]
mod edits;
mod elsewhere;
mod queries;
mod ring;
mod shared;
#[cfg(test)]
mod tests;

use std::{collections::BTreeMap, sync::Arc};

use salsa::{Durability, Setter};
use syncc_grammar::SyntaxError;

use chunks::Part;
use queries::{Chunk, Files, Settings, SourceFile};

pub use crate::schema::AccountSchema;
use crate::{
    check::{Checked, Judged, count_rules, standing::Standings},
    diagnostic::{Levels, Severity},
    ir::Program,
    proof::Proof,
    schema::App,
};

/// The edition of the language that a workspace without `syncc.toml` has.
pub const EDITION: &str = "2026";

/// All files of a workspace and what is known about them. A clone is a cheap view of the same.
#[salsa::db]
#[derive(Clone)]
pub struct Database {
    storage: salsa::Storage<Self>,
    files: Arc<BTreeMap<String, SourceFile>>,
    standings: Arc<Standings<SourceFile>>,
    /// Chunks that no file has any more.
    idle: Vec<Chunk>,
}

#[salsa::db]
impl salsa::Database for Database {}

/// What the queries are given: the inputs, and what stands of each file.
#[salsa::db]
pub(crate) trait Db: salsa::Database {
    /// What stands of each file between two edits. No query gives anything else for it, only sooner.
    fn standings(&self) -> &Standings<SourceFile>;
}

#[salsa::db]
impl Db for Database {
    fn standings(&self) -> &Standings<SourceFile> {
        &self.standings
    }
}

/// An account as the queries see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Account {
    pub(crate) name: String,
    pub(crate) app: Arc<App>,
}

impl Default for Database {
    fn default() -> Self {
        Self::with_storage(salsa::Storage::default())
    }
}

impl Database {
    fn with_storage(storage: salsa::Storage<Self>) -> Self {
        let db = Self { storage, files: Arc::default(), standings: Arc::default(), idle: Vec::new() };
        let _ = Files::builder(Vec::new()).durability(Durability::HIGH).new(&db);
        // Invariant: the settings and the list of files exist from the start; the queries read them unconditionally.
        let _ =
            Settings::builder(Vec::new(), EDITION.to_owned(), Levels::default()).durability(Durability::HIGH).new(&db);
        db
    }

    /// The accounts whose names `sync` statements can use. An app that no account is named after is usable
    /// by its id, with the schema of its manifest.
    pub fn set_accounts(&mut self, accounts: Vec<AccountSchema>) {
        let accounts: Vec<Account> =
            accounts.into_iter().map(|account| Account { name: account.name, app: Arc::new(account.app) }).collect();
        let settings = Settings::get(self);
        if *settings.accounts(self) != accounts {
            settings.set_accounts(self).with_durability(Durability::HIGH).to(accounts);
        }
    }

    /// The edition of the language.
    pub fn set_edition(&mut self, edition: &str) {
        let settings = Settings::get(self);
        if settings.edition(self) != edition {
            settings.set_edition(self).with_durability(Durability::HIGH).to(edition.to_owned());
        }
    }

    /// How bad each kind of problem is.
    pub fn set_levels(&mut self, levels: Levels) {
        let settings = Settings::get(self);
        if *settings.levels(self) != levels {
            settings.set_levels(self).with_durability(Durability::HIGH).to(levels);
        }
    }

    /// Adds a file or changes its text. The path is only a name: nothing is read.
    pub fn set_file(&mut self, path: &str, text: String) {
        self.set(path, text, Vec::new());
    }

    /// Adds a file or changes its text, from bytes that may be no text: that is then among what is wrong with it.
    pub fn set_bytes(&mut self, path: &str, bytes: &[u8]) {
        let decoded = syncc_grammar::decode(bytes);
        self.set(path, decoded.text, decoded.errors);
    }

    fn set(&mut self, path: &str, text: String, undecoded: Vec<SyntaxError>) {
        match self.files.get(path).copied() {
            Some(file) => {
                if file.text(self) != text {
                    self.edit(file, text);
                }
                if file.undecoded(self) != undecoded {
                    file.set_undecoded(self).to(undecoded);
                }
            }
            None => {
                let chunks = chunks::parts(&text).into_iter().map(|part| self.chunk(part)).collect();
                let file = SourceFile::new(self, path.to_owned(), text, undecoded, chunks);
                Arc::make_mut(&mut self.files).insert(path.to_owned(), file);
                self.list_files();
            }
        }
    }

    /// Gives a file another text, by the chunks that differ.
    fn edit(&mut self, file: SourceFile, text: String) {
        let chunks = file.chunks(self).to_vec();
        let parts: Vec<Arc<Part>> = chunks.iter().map(|chunk| Arc::clone(chunk.part(self))).collect();
        let chunks::Edit { gone, came } = chunks::edit(&parts, file.text(self), &text);
        drop(parts);
        let old = chunks.get(gone.clone()).unwrap_or_default();
        let count = came.len();
        let mut now: Vec<Chunk> = Vec::with_capacity(count);
        for (index, part) in came.into_iter().enumerate() {
            // A chunk is an input for ever, so one that is no more is used again.
            match old.get(index).copied().or_else(|| self.idle.pop()) {
                Some(chunk) => {
                    // What is edited once is edited again: from now on nobody relies on it to stay.
                    chunk.set_part(self).with_durability(Durability::LOW).to(part);
                    now.push(chunk);
                }
                None => now.push(self.chunk(part)),
            }
        }
        let left: Vec<Chunk> = old.iter().skip(count).copied().collect();
        self.rest(left);
        if now != old {
            let mut chunks = chunks;
            chunks.splice(gone, now);
            file.set_chunks(self).to(chunks);
        }
        file.set_text(self).to(text);
    }

    /// A chunk that nobody has edited. It is expected to stay, so that at an edit of another one what is known of it is not
    /// even asked whether it still holds.
    fn chunk(&self, part: Arc<Part>) -> Chunk {
        Chunk::builder(part).durability(Durability::MEDIUM).new(self)
    }

    /// Keeps chunks of which nothing is left for others.
    fn rest(&mut self, chunks: Vec<Chunk>) {
        for chunk in &chunks {
            chunk.set_part(self).to(Arc::new(Part::empty()));
        }
        self.idle.extend(chunks);
    }

    /// Forgets a file.
    pub fn remove_file(&mut self, path: &str) {
        if let Some(file) = Arc::make_mut(&mut self.files).remove(path) {
            self.standings.forget(file);
            let chunks = file.chunks(self).to_vec();
            self.rest(chunks);
            file.set_chunks(self).to(Vec::new());
            file.set_text(self).to(String::new());
        }
        self.list_files();
    }

    /// Tells the queries which files there are.
    fn list_files(&mut self) {
        let all: Vec<SourceFile> = self.files.values().copied().collect();
        Files::get(self).set_all(self).with_durability(Durability::HIGH).to(all);
    }

    /// The files in order.
    #[must_use]
    pub fn files(&self) -> Vec<String> {
        self.files.keys().cloned().collect()
    }

    /// Everything wrong with a file, and its program if nothing is. `None` for a file that was never set.
    #[must_use]
    pub fn check(&self, path: &str) -> Option<Checked> {
        let Judged { diagnostics, allowed } = self.judge(path)?;
        let good = diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error);
        let program = self.files.get(path).filter(|_| good).and_then(|file| queries::bounded(self, *file).clone());
        Some(Checked { diagnostics, allowed, program })
    }

    /// Everything wrong with a file, and what of that is allowed, without its program: what an editor shows at every
    /// keystroke, and `syncc check` once. `None` for a file that was never set.
    #[must_use]
    pub fn judge(&self, path: &str) -> Option<Judged> {
        let file = self.files.get(path)?;
        if !self.standings.knows(*file) {
            self.read_ahead(*file);
        }
        let mut judged = queries::judged(self, *file).clone();
        let good = judged.diagnostics.iter().all(|diagnostic| diagnostic.severity != Severity::Error);
        if good {
            judged.diagnostics.extend(self.clash_with_others(*file));
        }
        Some(judged)
    }

    /// How many rules the program of a file has, or would have without its errors: those that it writes, and those of
    /// directions that it leaves open. `None` for a file that was never set.
    #[must_use]
    pub fn count_rules(&self, path: &str) -> Option<usize> {
        let file = self.files.get(path)?;
        Some(queries::with_file(self, *file, count_rules))
    }

    /// What a file means, also when it does not settle. `None` for a file that was never set, or with other errors.
    #[must_use]
    pub fn meaning(&self, path: &str) -> Option<Arc<Program>> {
        queries::linked(self, *self.files.get(path)?).clone()
    }

    /// Whether a file settles. `None` for a file that was never set, or that has no meaning yet.
    #[must_use]
    pub fn proof(&self, path: &str) -> Option<Proof> {
        queries::proved(self, *self.files.get(path)?).clone()
    }
}
