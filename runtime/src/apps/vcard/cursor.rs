//! What a listing remembers of a folder: the names, and how to see that a file was not touched since.
//!
//! A text that is read without being taken apart: `syncc folder 2 +`, then for each file, in the order of the names,
//! `/STAMP/NAME`. No name of a file holds a slash. A folder of ten thousand files is held against it in the time that
//! looking at the files takes.
//!
//! A stamp is `SIZE.TIME.PLACE.MARK.TELLS`; the mark tells the contact whatever its file is called. Of one with a UID there are
//! short marks of what else tells it, such as its emails: where nothing of that is the same under another UID, it is somebody else.
//! A stamp that an earlier version wrote has no mark: such a file is read once more.

use std::{fmt::Write as _, fs::Metadata, time::UNIX_EPOCH};

use jiff::Timestamp;

use crate::apps::{AppError, Class};

/// The form of a cursor whose listings saw every file, so that a name that is missing in it was never there.
const COMPLETE: &str = "syncc folder 2 +";
/// The same of a listing with gaps.
const WITH_GAPS: &str = "syncc folder 2 -";

/// How many digits of a hash are enough to tell the contacts of a folder apart.
const MARK: usize = 12;

/// How many are enough to hold what tells one contact against what tells another one, and of how much of that.
const TELLS: usize = 4;
const MOST_TELLS: usize = 6;

/// A file younger than this when it was read may change again without its time moving.
const SETTLES_AFTER_MS: i64 = 2_000;

/// A folder as last listed.
#[derive(Debug)]
pub(super) struct Cursor<'c> {
    /// Whether the listings up to this one saw every file.
    pub(super) complete: bool,
    /// Name and stamp, in the order of the names.
    pub(super) files: Vec<(&'c str, &'c str)>,
}

/// A cursor that is being written.
#[derive(Debug, Default)]
pub(super) struct Draft {
    files: String,
}

/// Size, time and place of a file. None: look again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp(Option<[u64; 3]>);

impl<'c> Cursor<'c> {
    /// The cursor in a text that [`Draft::write`] made.
    pub(super) fn read(text: &'c str) -> Result<Self, AppError> {
        let mut parts = text.split('/');
        let complete = match parts.next() {
            Some(COMPLETE) => true,
            Some(WITH_GAPS) => false,
            _ => {
                let why = "what was remembered of the folder is not of this version";
                return Err(AppError::new(Class::CursorLost, why));
            }
        };
        let mut files = Vec::new();
        while let (Some(stamp), Some(name)) = (parts.next(), parts.next()) {
            files.push((name, stamp));
        }
        Ok(Self { complete, files })
    }
}

/// The same folder, of which everything is to be listed again, without these files.
pub(super) fn anew(text: &str, without: &[String]) -> Option<String> {
    let mut draft = Draft::after(Some(text));
    for (name, stamp) in Cursor::read(text).ok()?.files {
        if !without.iter().any(|without| without == name) {
            draft.keep(name, stamp);
        }
    }
    Some(draft.write(false))
}

impl Draft {
    /// A draft that will be about as long as the cursor before.
    pub(super) fn after(before: Option<&str>) -> Self {
        Self { files: String::with_capacity(before.map_or(0, |before| before.len().saturating_add(before.len() / 64))) }
    }

    /// Adds a file. They come in the order of their names.
    pub(super) fn add(&mut self, name: &str, stamp: Stamp, mark: &str, tells: &str) {
        self.files.push('/');
        match stamp {
            Stamp(Some([size, changed, inode])) => {
                // Writing to a string never fails.
                let _ = write!(self.files, "{size:x}.{changed:x}.{inode:x}.");
            }
            Stamp(None) => self.files.push_str("..."),
        }
        self.files.push_str(mark);
        self.files.push('.');
        self.files.push_str(tells);
        self.name(name);
    }

    /// Adds a file that is still as it was, with what the cursor before said of it.
    pub(super) fn keep(&mut self, name: &str, before: &str) {
        self.files.push('/');
        self.files.push_str(before);
        self.name(name);
    }

    fn name(&mut self, name: &str) {
        self.files.push('/');
        self.files.push_str(name);
    }

    /// The cursor as text.
    pub(super) fn write(mut self, complete: bool) -> String {
        self.files.insert_str(0, if complete { COMPLETE } else { WITH_GAPS });
        self.files
    }
}

/// The mark in what a cursor says of a file, if it knows one.
pub(super) fn mark_of(before: &str) -> Option<&str> {
    before.split('.').nth(3).filter(|mark| !mark.is_empty())
}

/// What else told the contact, in what a cursor says of a file.
pub(super) fn tells_of(before: &str) -> &str {
    before.split('.').nth(4).unwrap_or_default()
}

/// What else tells a contact, of the hashes of that.
pub(super) fn tells(hashes: impl Iterator<Item = String>) -> String {
    let hashes = hashes.take(MOST_TELLS).map(|mut hash| {
        hash.truncate(TELLS);
        hash
    });
    hashes.collect::<Vec<_>>().join("-")
}

/// Whether two contacts have nothing in common of what tells them. Not known of one of whom nothing does.
pub(super) fn have_nothing_in_common(tells: &str, others: &str) -> bool {
    !tells.is_empty() && !others.is_empty() && tells.split('-').all(|one| others.split('-').all(|other| other != one))
}

/// What tells a contact whatever its file is called, of the hash of its UID, else of all of it.
pub(super) fn mark(mut hash: String) -> String {
    hash.truncate(MARK);
    hash
}

impl Stamp {
    /// The stamp of a file that is looked at again next time, whatever it is like then.
    pub(super) const AGAIN: Self = Self(None);

    /// The stamp of a file, seen now.
    pub(super) fn of(metadata: &Metadata, now: Timestamp) -> Self {
        let changed =
            metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        let age = now.as_millisecond().saturating_sub(i64::try_from(changed.as_millis()).unwrap_or(i64::MAX));
        if age < SETTLES_AFTER_MS {
            return Self::AGAIN;
        }
        Self(u64::try_from(changed.as_nanos()).ok().map(|changed| [metadata.len(), changed, inode(metadata)]))
    }

    /// Whether a file with this stamp is the one that had this stamp in a cursor, untouched.
    pub(super) fn is_still(self, before: &str) -> bool {
        let mut parts = before.split('.').map(|part| u64::from_str_radix(part, 16).ok());
        // A mark follows. Without one the file is read once more, so that it gets it.
        self.0.is_some_and(|now| now.iter().all(|now| parts.next() == Some(Some(*now)))) && parts.next().is_some()
    }
}

/// Tells a file from another one that was moved to its name with its size and time.
#[cfg(unix)]
fn inode(metadata: &Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(metadata)
}

#[cfg(not(unix))]
fn inode(_metadata: &Metadata) -> u64 {
    0
}
