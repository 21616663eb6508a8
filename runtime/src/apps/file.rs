//! Files that are apps: written in one step, so that a reader sees the old file or the new one, never half of one.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
};

use sha2::{Digest, Sha256};
use tempfile::{Builder, TempPath};

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
    let digest = Sha256::digest(content);
    let digits = digest.iter().take(16).flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(u32::from(digit), 16)).collect()
}

/// Replaces a file. The old one is whole until the new one is on the disk, and stays if that fails.
pub(super) fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    Staged::replacing(path, content, Sync::Now)?.put()
}

/// When the content of a new file is made to outlive a power cut: always before it gets its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sync {
    /// As soon as it is written.
    Now,
    /// With others, by [`Together`].
    Together,
}

/// A file that is written beside the one that it is to be, and gone if it never becomes it.
#[derive(Debug)]
pub(super) struct Staged {
    content: TempPath,
    path: PathBuf,
}

impl Staged {
    /// A new content for a file that is there.
    pub(super) fn replacing(path: &Path, content: &[u8], sync: Sync) -> io::Result<Self> {
        let itself = fs::symlink_metadata(path)?;
        let (target, permissions, sync) = if itself.is_symlink() {
            // A link goes on pointing to the file that it points to, which may be on another disk.
            let target = fs::canonicalize(path)?;
            let permissions = fs::metadata(&target)?.permissions();
            (target, permissions, Sync::Now)
        } else {
            (path.to_owned(), itself.permissions(), sync)
        };
        let new = write_beside(&target, content, sync, Some(permissions))?;
        Ok(Self { content: new, path: target })
    }

    /// A new file.
    pub(super) fn new(path: &Path, content: &[u8], sync: Sync) -> io::Result<Self> {
        Ok(Self { content: write_beside(path, content, sync, None)?, path: path.to_owned() })
    }

    /// Puts it in the place of what is there.
    pub(super) fn put(self) -> io::Result<()> {
        self.content.persist(&self.path).map_err(|error| error.error)
    }

    /// Puts it where nothing is. `false`, and nothing done, if there is something.
    pub(super) fn put_new(self) -> io::Result<bool> {
        match self.content.persist_noclobber(&self.path) {
            Ok(()) => Ok(true),
            Err(error) if error.error.kind() == ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error.error),
        }
    }

    /// Makes its content outlive a power cut, by itself.
    fn sync(&self) -> io::Result<()> {
        File::options().write(true).open(&self.content)?.sync_all()
    }
}

/// Makes many new files of one folder outlive a power cut with one wait for the disk, where the system can: Linux syncs
/// the whole file system at once. Begun before the first of them is written, so that no failure to write is missed
/// (syncfs(2): reported is what failed since the folder was opened).
#[derive(Debug)]
pub(super) struct Together {
    #[cfg(target_os = "linux")]
    folder: File,
}

impl Together {
    /// Begins; nothing where the system has no such thing, and each file is to be synced by itself.
    #[cfg(target_os = "linux")]
    pub(super) fn begin(folder: &Path) -> Option<Self> {
        File::open(folder).ok().map(|folder| Self { folder })
    }

    /// Begins; nothing where the system has no such thing, and each file is to be synced by itself.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn begin(_folder: &Path) -> Option<Self> {
        None
    }

    /// Waits for the disk. Where that cannot be done for all at once it is done for each.
    pub(super) fn sync<'s>(&self, mut staged: impl Iterator<Item = &'s Staged>) -> io::Result<()> {
        match self.all_at_once() {
            Ok(()) => Ok(()),
            Err(error) if error.kind() == ErrorKind::Unsupported => staged.try_for_each(Staged::sync),
            Err(error) => Err(error),
        }
    }

    #[cfg(target_os = "linux")]
    fn all_at_once(&self) -> io::Result<()> {
        rustix::fs::syncfs(&self.folder).map_err(io::Error::from)
    }

    #[cfg(not(target_os = "linux"))]
    fn all_at_once(&self) -> io::Result<()> {
        Err(ErrorKind::Unsupported.into())
    }
}

/// A file with this content in the same folder, closed. It is gone when it is dropped.
fn write_beside(path: &Path, content: &[u8], sync: Sync, permissions: Option<fs::Permissions>) -> io::Result<TempPath> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = Builder::new();
    builder.prefix(".syncc-").suffix(".tmp");
    #[cfg(unix)]
    let everybodys = <fs::Permissions as std::os::unix::fs::PermissionsExt>::from_mode(0o666);
    #[cfg(unix)]
    builder.permissions(everybodys);
    let mut file = builder.tempfile_in(folder)?;
    file.write_all(content)?;
    if let Some(permissions) = permissions {
        file.as_file().set_permissions(permissions)?;
    }
    if sync == Sync::Now {
        file.as_file().sync_all()?;
    }
    // Closed: as many may wait for their names as a batch has writes, and a system lets few files be open.
    Ok(file.into_temp_path())
}

/// Makes sure that new names and removals in a folder outlive a power cut, where the system can.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

/// What came of [`sync_folder`] once the files had their contents. They are there, so an error must not count as if nothing had
/// been written: whether it lasts is not known. File systems that refuse to sync a folder at all (EINVAL, ENOTSUP: some
/// network shares) do what they do by themselves.
pub(super) fn synced(folder: &Path, result: io::Result<()>) -> Result<(), AppError> {
    match result {
        Err(error) if !matches!(error.kind(), ErrorKind::InvalidInput | ErrorKind::Unsupported) => {
            let what = format!("{} was written, but may not outlive a power cut: {error}", folder.display());
            Err(AppError::new(Class::Unknown, what).todo("look at the disk; the next run looks at what is there"))
        }
        _ => Ok(()),
    }
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

#[cfg(test)]
pub(super) mod test {
    use syncc_compiler::{ir::Side, schema::Detects, value::Record};
    use uuid::Uuid;

    use super::*;
    use crate::apps::Write;

    /// A side without any fields, an account of an app that is files, and what makes one record in it.
    pub(in crate::apps) fn without_fields(app: &str, folder: &Path, path: &str) -> (Side, Account, Write) {
        let side = Side {
            name: app.to_owned(),
            app: app.to_owned(),
            account: app.to_owned(),
            object: "contact".to_owned(),
            instance: None,
            fields: Vec::new(),
            detects: Detects::default(),
            creates: true,
            deletes: true,
        };
        let account = Account {
            name: app.to_owned(),
            app: app.to_owned(),
            settings: [("path".to_owned(), toml::Value::String(path.to_owned()))].into(),
            folder: folder.to_owned(),
            secret: None,
            webhook_secret: None,
            region: None,
        };
        (side, account, Write::Create { op: Uuid::from_u128(1), record: Record::default() })
    }

    #[test]
    fn a_folder_that_is_not_synced_leaves_open_whether_what_is_there_lasts() {
        let class = |result| synced(Path::new("/contacts"), result).err().map(|error| error.class);
        assert_eq!(class(Ok(())), None);
        assert_eq!(class(Err(io::Error::other("the cable is out"))), Some(Class::Unknown));
        // File systems that have no such thing.
        assert_eq!(class(Err(ErrorKind::InvalidInput.into())), None);
        assert_eq!(class(Err(ErrorKind::Unsupported.into())), None);
    }
}
