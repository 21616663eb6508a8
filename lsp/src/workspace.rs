//! A workspace: the files of one folder and the accounts they may name.

use std::path::{Path, PathBuf};

use syncc_compiler::db::{AccountSchema, Database};

use crate::guard::{Failure, guarded};

/// Tells what accounts the rules of a file may name.
///
/// The server asks when the first file of a folder is opened, when one is saved, and when the client reports
/// that `syncc.toml` or a pulled `*.fields.toml` changed. It asks from one thread, never twice at once.
pub trait Loader: Send {
    /// The accounts of the workspace that this file belongs to. What cannot be read is left out: the command
    /// `syncc check` is where its errors are shown.
    fn accounts(&mut self, file: &Path) -> Vec<AccountSchema>;
}

/// One folder.
pub(crate) struct Workspace {
    /// What the compiler knows of it.
    pub(crate) database: Database,
    /// The file that the loader is asked with; `None` for texts that are in no folder yet.
    file: Option<PathBuf>,
    accounts: Vec<AccountSchema>,
}

impl Workspace {
    /// The folder of this file, without accounts as yet.
    pub(crate) fn new(file: Option<PathBuf>) -> Self {
        Self { database: Database::default(), file, accounts: Vec::new() }
    }

    /// Asks for the accounts anew, and says whether they changed.
    ///
    /// # Errors
    /// When the loader has a bug. The accounts stay what they were.
    pub(crate) fn reload(&mut self, loader: &mut dyn Loader) -> Result<bool, Failure> {
        let Some(file) = &self.file else { return Ok(false) };
        let accounts = guarded(|| loader.accounts(file))?;
        let changed = accounts != self.accounts;
        if changed {
            self.accounts.clone_from(&accounts);
            self.database.set_accounts(accounts);
        }
        Ok(changed)
    }
}
