//! A workspace: the files of one folder and what stands beside them: the accounts they may name, and how bad
//! which problem is.

use std::path::{Path, PathBuf};

use syncc_compiler::{
    db::{AccountSchema, Database},
    diagnostic::Levels,
};

use crate::guard::{Failure, guarded};

/// What the check of a file depends on beside the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Beside {
    /// The accounts that its rules may name.
    pub accounts: Vec<AccountSchema>,
    /// How bad each kind of problem is.
    pub levels: Levels,
}

/// Tells what stands beside a file.
///
/// The server asks when the first file of a folder is opened, when one is saved, and when the client reports
/// that `syncc.toml` or a pulled `*.fields.toml` changed. It asks from one thread, never twice at once.
pub trait Loader: Send {
    /// What the workspace says that this file belongs to. What cannot be read is left out: the command
    /// `syncc check` is where its errors are shown.
    fn beside(&mut self, file: &Path) -> Beside;
}

/// One folder.
pub(crate) struct Workspace {
    /// What the compiler knows of it.
    pub(crate) database: Database,
    /// The file that the loader is asked with; `None` for texts that are in no folder yet.
    file: Option<PathBuf>,
    beside: Beside,
}

impl Workspace {
    /// The folder of this file, with nothing beside it as yet.
    pub(crate) fn new(file: Option<PathBuf>) -> Self {
        Self { database: Database::default(), file, beside: Beside::default() }
    }

    /// Asks anew what stands beside its files, and says whether that changed.
    ///
    /// # Errors
    /// When the loader has a bug. All stays what it was.
    pub(crate) fn reload(&mut self, loader: &mut dyn Loader) -> Result<bool, Failure> {
        let Some(file) = &self.file else { return Ok(false) };
        let beside = guarded(|| loader.beside(file))?;
        let changed = beside != self.beside;
        if changed {
            self.beside.clone_from(&beside);
            self.database.set_accounts(beside.accounts);
            self.database.set_levels(beside.levels);
        }
        Ok(changed)
    }
}
