//! What lies in a folder: `google.fields.toml` is what was pulled from the account `google`, and the lines of
//! `syncc.toml` are levels.

use std::{fs, path::Path};

use syncc_compiler::{
    db::AccountSchema,
    diagnostic::{Code, Level, Levels},
    schema::{App, Pulled, builtins},
};
use syncc_lsp::Beside;

/// Reads `NAME.fields.toml` and `syncc.toml` beside the file, for the apps that come with the program.
pub(crate) struct Folder;

impl syncc_lsp::Loader for Folder {
    fn beside(&mut self, file: &Path) -> Beside {
        let Some(folder) = file.parent() else { return Beside::default() };
        let account = |app: &App| {
            let pulled = fs::read_to_string(folder.join(format!("{}.fields.toml", app.id))).ok()?;
            let pulled = Pulled::from_toml(&app.id, &pulled).ok()?;
            Some(AccountSchema { name: app.id.clone(), app: app.clone().with(&pulled) })
        };
        let accounts = builtins().iter().filter_map(|app| account(app)).collect();
        let mut levels = Levels::default();
        for line in fs::read_to_string(folder.join("syncc.toml")).unwrap_or_default().lines() {
            let Some((code, level)) = line.split_once(" = ") else { continue };
            if let (Some(code), Some(level)) = (Code::named(code), Level::named(level.trim_matches('"'))) {
                let _ = levels.set(code, level);
            }
        }
        Beside { accounts, levels }
    }
}
