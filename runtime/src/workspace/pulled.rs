//! Pulled schemas: `NAME.fields.toml` beside the `.sync` files, one for each account.
//!
//! The same account gives the same bytes, so that git shows what changed at the app and nothing else.

use std::{
    collections::BTreeMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
};

use syncc_compiler::schema::Pulled;

use super::WorkspaceError;

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
    let mut builder = tempfile::Builder::new();
    // Readable as any file in git, within what the user's umask allows.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o644));
    let mut file = builder.prefix(".syncc-").tempfile_in(folder).map_err(|error| refuse(&error))?;
    file.write_all(text.as_bytes()).map_err(|error| refuse(&error))?;
    file.as_file().sync_all().map_err(|error| refuse(&error))?;
    file.persist(&path).map_err(|error| refuse(&error.error))?;
    Ok(path)
}
