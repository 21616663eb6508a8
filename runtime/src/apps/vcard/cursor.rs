//! What a listing remembers of a folder: the names, and how to see that a file was not touched since.

use std::{collections::BTreeMap, fs::Metadata, time::UNIX_EPOCH};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::apps::{AppError, Class};

/// The version of the form of a cursor.
const FORM: u32 = 1;

/// A file younger than this when it was read may change again without its time moving.
const SETTLES_AFTER_MS: i64 = 2_000;

/// A folder as last listed.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Cursor {
    form: u32,
    /// Whether the listings up to this one saw every file, so that a name that is missing here was never there.
    pub(super) complete: bool,
    /// By file name.
    pub(super) files: BTreeMap<String, Stamp>,
}

/// Size and times of a file in few characters. Empty: look again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Stamp(String);

impl Cursor {
    /// A cursor of an empty folder.
    pub(super) fn new() -> Self {
        Self { form: FORM, complete: true, files: BTreeMap::new() }
    }

    /// The cursor in a text that [`Cursor::write`] made.
    pub(super) fn read(text: &str) -> Result<Self, AppError> {
        serde_json::from_str::<Self>(text)
            .ok()
            .filter(|cursor| cursor.form == FORM)
            .ok_or_else(|| AppError::new(Class::CursorLost, "what was remembered of the folder is not of this version"))
    }

    /// The cursor as text.
    pub(super) fn write(&self) -> Result<String, AppError> {
        serde_json::to_string(self).map_err(|error| AppError::new(Class::Fatal, error.to_string()))
    }
}

impl Stamp {
    /// The stamp of a file, seen now.
    pub(super) fn of(metadata: &Metadata, now: Timestamp) -> Self {
        let changed =
            metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
        let age = now.as_millisecond().saturating_sub(i64::try_from(changed.as_millis()).unwrap_or(i64::MAX));
        if age < SETTLES_AFTER_MS {
            return Self::unsettled();
        }
        Self(format!("{:x}.{:x}.{:x}", metadata.len(), changed.as_nanos(), inode(metadata)))
    }

    /// A stamp that says: look again.
    pub(super) fn unsettled() -> Self {
        Self(String::new())
    }

    /// Whether an equal stamp means an equal file.
    pub(super) fn is_settled(&self) -> bool {
        !self.0.is_empty()
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
