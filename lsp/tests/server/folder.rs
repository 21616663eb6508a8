//! Accounts as they lie in a folder: `google.fields.toml` is what was pulled from the account `google`.

use std::{fs, path::Path};

use syncc_compiler::{
    db::AccountSchema,
    schema::{App, Pulled, builtins},
};

/// Reads `NAME.fields.toml` beside the file, for the apps that come with the program.
pub(crate) struct Folder;

impl syncc_lsp::Loader for Folder {
    fn accounts(&mut self, file: &Path) -> Vec<AccountSchema> {
        let Some(folder) = file.parent() else { return Vec::new() };
        let account = |app: &App| {
            let pulled = fs::read_to_string(folder.join(format!("{}.fields.toml", app.id))).ok()?;
            let pulled = Pulled::from_toml(&app.id, &pulled).ok()?;
            Some(AccountSchema { name: app.id.clone(), app: app.clone().with(&pulled) })
        };
        builtins().iter().filter_map(|app| account(app)).collect()
    }
}
