//! The files of a folder: reading, and writing each in one step.

use std::{
    fs::{self, File},
    io::{self, ErrorKind, Read as _},
    path::{Path, PathBuf},
    time::SystemTime,
};

use jiff::Timestamp;
use uuid::Uuid;

use super::{
    Card, cursor,
    file::{self, Staged, Sync, Together},
    listing::{self, Listed},
};
use crate::apps::{AppError, Class, Observed};

/// A folder with one `.vcf` file a contact. Folders within it are not looked into.
#[derive(Clone, Debug)]
pub(super) struct Folder {
    path: PathBuf,
}

/// What a file turned out to be.
pub(super) enum Read {
    /// A contact.
    Card(Box<Found>),
    /// A list of people: no contact, and no problem.
    Group,
    /// It is not there any more.
    Gone,
    /// Not one card: the file and what is wrong, for people.
    Problem(String),
}

/// A contact that was read, and what tells it whatever its file is called.
pub(super) struct Found {
    pub(super) observed: Observed,
    /// See [`cursor::mark`].
    pub(super) mark: String,
    /// See [`cursor::tells`]: nothing without a UID, because then each edit changes the mark.
    pub(super) tells: String,
    /// The name that a create of ours gave its file, if its UID is such a one and the file is called otherwise now.
    pub(super) made_as: Option<String>,
}

impl Found {
    fn new(name: &str, uid: Option<&str>, tells: &[String], raw: Vec<u8>, edited: Option<SystemTime>) -> Self {
        let op = uid.and_then(|uid| Uuid::try_parse(uid).ok());
        Self {
            mark: cursor::mark(file::version(uid.map_or(&raw, str::as_bytes))),
            tells: cursor::tells(tells.iter().map(|text| file::version(text.as_bytes()))),
            made_as: op.map(name_of).filter(|made_as| made_as != name),
            observed: observed(name, raw, edited),
        }
    }
}

/// The file that a create makes.
pub(super) fn name_of(op: Uuid) -> String {
    format!("{op}.vcf")
}

/// The id of a contact that is gone, and whose file name another contact has by now. It is the name of no file. `nobodys`: a
/// number by chance, as several may give up one name.
pub(super) fn given_up(name: &str, nobodys: u128) -> String {
    format!("{name}/{nobodys:032x}")
}

fn is_given_up(id: &str) -> bool {
    let hex = |number: &str| number.len() == 32 && number.bytes().all(|byte| byte.is_ascii_hexdigit());
    id.split_once('/').is_some_and(|(_, number)| hex(number))
}

/// A contact that is gone.
pub(super) fn tombstone(name: &str) -> Observed {
    Observed { id: name.to_owned(), version: None, raw: Vec::new(), deleted: true, edited: None, aliases: Vec::new() }
}

/// A contact as its file says. An editor that changes a card by hand does not move its REV; the time of the file always
/// moves.
fn observed(name: &str, raw: Vec<u8>, edited: Option<SystemTime>) -> Observed {
    Observed {
        id: name.to_owned(),
        version: Some(file::version(&raw)),
        raw,
        deleted: false,
        edited: edited.and_then(|time| Timestamp::try_from(time).ok()),
        aliases: Vec::new(),
    }
}

/// The content of a file and when it got it.
fn read_with_time(path: &Path) -> io::Result<(Vec<u8>, Option<SystemTime>)> {
    let mut file = File::open(path)?;
    let metadata = file.metadata()?;
    let mut raw = Vec::new();
    raw.try_reserve_exact(usize::try_from(metadata.len()).unwrap_or_default())?;
    file.read_to_end(&mut raw)?;
    Ok((raw, metadata.modified().ok()))
}

fn uid(card: &[u8]) -> Option<String> {
    Card::parse(card).ok().and_then(|card| card.uid())
}

/// A file may have another name by now: nobody counts as gone before the folder was listed.
fn not_there(path: &Path) -> AppError {
    let what = format!("{} is not there any more, so nothing was written", path.display());
    AppError::new(Class::Moved, what)
        .todo("run again: the next run finds out whether the file has another name or is gone")
}

impl Folder {
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// The folder with all links followed.
    pub(super) fn identity(&self) -> Result<String, AppError> {
        let path = fs::canonicalize(&self.path).map_err(|error| file::explain("opened", &self.path, &error))?;
        Ok(path.display().to_string())
    }

    /// See [`listing::files`].
    pub(super) fn files(&self, now: Timestamp) -> Result<(Vec<Listed>, Vec<String>), AppError> {
        listing::files(&self.path, now)
    }

    /// Reads a file.
    pub(super) fn read(&self, name: &str) -> Result<Read, AppError> {
        let path = self.path.join(name);
        let (raw, edited) = match read_with_time(&path) {
            Ok(read) => read,
            Err(error) if fs::symlink_metadata(&path).is_ok_and(|entry| entry.is_symlink()) => {
                let what = format!("{}: it is a link, and what it leads to cannot be read: {error}", path.display());
                return Ok(Read::Problem(what));
            }
            Err(error) if error.kind() == ErrorKind::NotFound => return self.is_there().map(|()| Read::Gone),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                return Ok(Read::Problem(format!("{}: you are not allowed to read it", path.display())));
            }
            Err(error) => return Err(file::explain("read", &path, &error)),
        };
        let (uid, tells) = match Card::parse(&raw) {
            Ok(card) if card.is_group() => return Ok(Read::Group),
            Ok(card) => (card.uid(), card.tells()),
            Err(error) => return Ok(Read::Problem(format!("{}: {error}", path.display()))),
        };
        let tells = if uid.is_some() { tells } else { Vec::new() };
        Ok(Read::Card(Box::new(Found::new(name, uid.as_deref(), &tells, raw, edited))))
    }

    /// What was just written.
    fn written(&self, name: &str, content: Vec<u8>) -> Observed {
        let edited = fs::metadata(self.path.join(name)).and_then(|metadata| metadata.modified()).ok();
        observed(name, content, edited)
    }

    /// Reads one contact; `None` when its file is not there.
    pub(super) fn get(&self, name: &str) -> Result<Option<Observed>, AppError> {
        if is_given_up(name) {
            return Ok(None);
        }
        self.check_name(name)?;
        match self.read(name)? {
            Read::Card(found) => Ok(Some(found.observed)),
            Read::Gone | Read::Group => Ok(None),
            Read::Problem(problem) => Err(AppError::new(Class::Invalid, problem)),
        }
    }

    /// Begins a file for an op.
    pub(super) fn begin_create(&self, op: Uuid, content: &[u8], sync: Sync) -> Result<Staged, AppError> {
        let path = self.path.join(name_of(op));
        Staged::new(&path, content, sync).map_err(|error| file::explain("written", &path, &error))
    }

    /// Gives a file its name. One that the same op made before is answered as it is.
    pub(super) fn create(&self, op: Uuid, staged: Staged, content: Vec<u8>) -> Result<Observed, AppError> {
        let name = name_of(op);
        let path = self.path.join(&name);
        if staged.put_new().map_err(|error| file::explain("written", &path, &error))? {
            return Ok(self.written(&name, content));
        }
        self.get(&name)?
            .ok_or_else(|| AppError::new(Class::Stale, format!("{name} appeared and went while it was written")))
    }

    /// Begins a new content of a file.
    pub(super) fn begin_replace(&self, name: &str, content: &[u8], sync: Sync) -> Result<Staged, AppError> {
        self.check_name(name)?;
        let path = self.path.join(name);
        Staged::replacing(&path, content, sync).map_err(|error| match error.kind() {
            ErrorKind::NotFound => self.missing(&path),
            _ => file::explain("written", &path, &error),
        })
    }

    /// Replaces a file that is still at this version.
    pub(super) fn replace(
        &self,
        name: &str,
        version: &str,
        staged: Staged,
        content: Vec<u8>,
    ) -> Result<Observed, AppError> {
        self.check_version(name, Some(version), Some(&content))?;
        let path = self.path.join(name);
        staged.put().map_err(|error| file::explain("written", &path, &error))?;
        Ok(self.written(name, content))
    }

    /// What makes the contents of many new files last at once, if the system can.
    pub(super) fn together(&self) -> Option<Together> {
        Together::begin(&self.path)
    }

    /// Makes the contents of new files last.
    pub(super) fn sync_contents<'s>(
        &self,
        together: &Together,
        staged: impl Iterator<Item = &'s Staged>,
    ) -> Result<(), AppError> {
        together.sync(staged).map_err(|error| file::explain("written", &self.path, &error))
    }

    /// Removes a file that is still at this version.
    pub(super) fn delete(&self, name: &str, version: Option<&str>) -> Result<Observed, AppError> {
        let path = self.path.join(name);
        self.check_version(name, version, None)?;
        match fs::remove_file(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Err(self.missing(&path)),
            Err(error) => Err(file::explain("deleted", &path, &error)),
            Ok(()) => Ok(tombstone(name)),
        }
    }

    /// Makes new names and removals last.
    pub(super) fn sync(&self, sync: impl Fn(&Path) -> io::Result<()>) -> Result<(), AppError> {
        file::synced(&self.path, sync(&self.path))
    }

    /// `written`: what the file is to hold, if it stays. Another contact may have its name by now, which only a listing sorts out;
    /// without a UID it cannot either.
    fn check_version(&self, name: &str, version: Option<&str>, written: Option<&[u8]>) -> Result<(), AppError> {
        self.check_name(name)?;
        let path = self.path.join(name);
        match fs::read(&path) {
            Ok(raw) if version.is_none_or(|version| file::version(&raw) == version) => Ok(()),
            Ok(raw) => {
                let is_the_same = uid(&raw) == written.and_then(uid);
                let class = if is_the_same { Class::Stale } else { Class::Moved };
                Err(AppError::new(class, format!("{} was changed since it was read", path.display())))
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Err(self.missing(&path)),
            Err(error) => Err(file::explain("read", &path, &error)),
        }
    }

    /// Whether the folder itself is there. Of a folder that is elsewhere (a drive that was taken out) no card is gone.
    fn is_there(&self) -> Result<(), AppError> {
        fs::metadata(&self.path).map(drop).map_err(|error| file::explain("opened", &self.path, &error))
    }

    /// Why a file is not found.
    fn missing(&self, path: &Path) -> AppError {
        self.is_there().err().unwrap_or_else(|| not_there(path))
    }

    /// An id is the name of a file in this folder, never a way out of it.
    fn check_name(&self, name: &str) -> Result<(), AppError> {
        let plain = !name.is_empty() && !name.contains(['/', '\\', '\0']) && name != "." && name != "..";
        plain.then_some(()).ok_or_else(|| AppError::new(Class::Invalid, format!("`{name}` is not the name of a file")))
    }
}
