//! Files that are apps: written in one step, so that a reader sees the old file or the new one, never half of one.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use tempfile::{Builder, NamedTempFile};

use super::{Account, AppError, Class};

/// The path in the setting `path`, from the folder of `syncc.toml`.
///
/// # Errors
/// When the account has none.
pub(super) fn path(account: &Account, example: &str) -> Result<PathBuf, AppError> {
    match account.text("path").filter(|path| !path.trim().is_empty()) {
        Some(path) => Ok(account.folder.join(path)),
        None => {
            Err(AppError::new(Class::Fatal, format!("the account `{}` does not say where its file is", account.name))
                .todo(format!("write `path = \"{example}\"` in its part of syncc.toml")))
        }
    }
}

/// Names the content: equal content, equal version.
pub(super) fn version(content: &[u8]) -> String {
    Sha256::digest(content).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Replaces a file. The old one is whole until the new one is on the disk, and stays if that fails.
pub(super) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    // A link goes on pointing to the file that it points to.
    let path = fs::canonicalize(path)?;
    let permissions = fs::metadata(&path)?.permissions();
    let new = write_beside(&path, content)?;
    new.as_file().set_permissions(permissions)?;
    new.persist(&path).map_err(|error| error.error)?;
    Ok(())
}

/// Makes a file. `false`, and nothing done, if there is one already.
pub(super) fn create(path: &Path, content: &[u8]) -> io::Result<bool> {
    match write_beside(path, content)?.persist_noclobber(path) {
        Ok(_) => Ok(true),
        Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error.error),
    }
}

/// A file with this content on the disk, in the same folder. It is gone when it is dropped.
fn write_beside(path: &Path, content: &[u8]) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = Builder::new();
    builder.prefix(".syncc-").suffix(".tmp");
    #[cfg(unix)]
    let everybodys = <fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666);
    #[cfg(unix)]
    builder.permissions(everybodys);
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(content)?;
    file.as_file().sync_all()?;
    Ok(file)
}

/// Makes sure that new names and removals in a folder outlive a power cut, where the system can.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// What went wrong with a file, for people.
pub(super) fn explain(doing: &str, path: &Path, error: &io::Error) -> AppError {
    let path = path.display();
    let fatal = |why: &str| AppError::new(Class::Fatal, format!("{path} could not be {doing}: {why}"));
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            fatal("the disk is full; what was there is unharmed").todo("make room and run again")
        }
        ErrorKind::PermissionDenied => {
            fatal("you are not allowed to").todo("give the user that runs syncc the right to read and write it")
        }
        ErrorKind::ReadOnlyFilesystem => fatal("the disk is read-only"),
        ErrorKind::NotFound => fatal("it is not there").todo("create it, or correct `path` in syncc.toml"),
        _ => fatal(&error.to_string()),
    }
}
