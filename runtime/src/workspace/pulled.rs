//! Pulled schemas: `NAME.fields.toml` beside the `.sync` files, one for each account.
//!
//! The same account gives the same bytes, so that git shows what changed at the app and nothing else.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use syncc_compiler::schema::Pulled;

use super::{WorkspaceError, write_whole};

/// How the files end.
pub(super) const SUFFIX: &str = ".fields.toml";

const HEAD: &str = "# Custom fields and known values of this account, as `syncc pull` found them.\n\
                    # Commit it. Do not change it: the next pull writes it anew.\n\n";

/// All of a folder, by account.
pub(super) fn read(files: &[PathBuf]) -> Result<BTreeMap<String, Pulled>, WorkspaceError> {
    let mut pulled = BTreeMap::new();
    for file in files {
        let Some(account) = file.file_name().and_then(|name| name.to_str()).and_then(|name| name.strip_suffix(SUFFIX))
        else {
            continue;
        };
        let text = fs::read_to_string(file).map_err(|error| WorkspaceError::read(file, &error))?;
        let fields: Pulled = toml::from_str(&text).map_err(|error| {
            let mut error = WorkspaceError::toml(file, &text, &error);
            if let WorkspaceError::Wrong { todo, .. } = &mut error {
                *todo = format!("Take the file back from git, or write it anew: syncc pull {account}");
            }
            error
        })?;
        pulled.insert(account.to_owned(), fields);
    }
    Ok(pulled)
}

/// Writes the file of an account: all of it or nothing. Returns its path.
pub(super) fn write(folder: &Path, account: &str, pulled: &Pulled) -> Result<PathBuf, WorkspaceError> {
    let path = folder.join(format!("{account}{SUFFIX}"));
    let refuse = |error: &std::io::Error| WorkspaceError::write(&path, error);
    let body = toml::to_string_pretty(pulled).map_err(|error| refuse(&std::io::Error::other(error)))?;
    let text = format!("{HEAD}{body}");
    if fs::read_to_string(&path).is_ok_and(|known| known == text) {
        return Ok(path);
    }
    write_whole(&path, text.as_bytes())?;
    Ok(path)
}
