//! The data of a practice app between runs: a file of JSON lines, one line for each change.
//!
//! A line maps the keys of the records that changed to what they became; `null` means gone. A line is written and
//! flushed to the disk before the change is answered, so that what a client was told is true after a crash. A last line
//! that a crash cut short was never answered, and is dropped. Opening the file writes it anew with one line per record,
//! beside the old file and then over it.
//!
//! Invariant: one process at a time. The file `lock` in the folder stays locked while the journal is open.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::options::SandboxError;

/// The records that changed: what each became, or `null` when it is gone.
pub(crate) type Changes = Map<String, Value>;

/// An open file of records, or nothing at all when the data is kept in memory only.
#[derive(Debug)]
pub(crate) struct Journal {
    file: Option<File>,
}

impl Journal {
    /// A journal that forgets.
    pub(crate) fn in_memory() -> Self {
        Self { file: None }
    }

    /// Opens `folder/NAME.jsonl` and reads the records of the last run. The folder exists and is locked.
    pub(crate) fn open(folder: &Path, name: &str) -> Result<(Self, BTreeMap<String, Value>), SandboxError> {
        let path = folder.join(format!("{name}.jsonl"));
        let records = read(&path)?;
        let rewrite = || -> io::Result<File> {
            let fresh = folder.join(format!("{name}.jsonl.new"));
            let mut file = File::create(&fresh)?;
            for (key, value) in &records {
                let line = Value::Object([(key.clone(), value.clone())].into_iter().collect());
                writeln!(file, "{line}")?;
            }
            file.sync_all()?;
            std::fs::rename(&fresh, &path)?;
            File::open(folder)?.sync_all()?;
            OpenOptions::new().append(true).open(&path)
        };
        let file = rewrite().map_err(|source| SandboxError::Folder { path: path.clone(), source })?;
        Ok((Self { file: Some(file) }, records))
    }

    /// Saves one change, all of it or nothing of it.
    pub(crate) fn save(&mut self, changes: &Changes) -> io::Result<()> {
        let Some(file) = self.file.as_mut().filter(|_| !changes.is_empty()) else { return Ok(()) };
        let mut line = serde_json::to_vec(changes)?;
        line.push(b'\n');
        let before = file.metadata()?.len();
        let saved = file.write_all(&line).and_then(|()| file.sync_data());
        if saved.is_err() {
            // Half a line must not become the beginning of the next one.
            file.set_len(before)?;
        }
        saved
    }
}

fn read(path: &Path) -> Result<BTreeMap<String, Value>, SandboxError> {
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(BTreeMap::new()),
        Err(source) => return Err(SandboxError::Folder { path: path.to_owned(), source }),
    };
    let mut records = BTreeMap::new();
    // What follows the last line break is a line that a crash cut short.
    let whole = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let lines = text.get(..whole).unwrap_or_default().split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    for (number, line) in lines.enumerate() {
        let changes: Changes = serde_json::from_slice(line).map_err(|source| SandboxError::Damaged {
            path: path.to_owned(),
            line: number + 1,
            source,
        })?;
        for (key, value) in changes {
            if value.is_null() {
                records.remove(&key)
            } else {
                records.insert(key, value)
            };
        }
    }
    Ok(records)
}

/// Makes the folder and locks it for this process until the returned file is dropped.
pub(crate) fn lock(folder: &Path) -> Result<File, SandboxError> {
    let failed = |path: PathBuf| move |source| SandboxError::Folder { path, source };
    std::fs::create_dir_all(folder).map_err(failed(folder.to_owned()))?;
    let path = folder.join("lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(failed(path.clone()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(SandboxError::InUse { path: folder.to_owned() }),
        Err(TryLockError::Error(source)) => Err(SandboxError::Folder { path, source }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(key: &str, value: Value) -> Changes {
        [(key.to_owned(), value)].into_iter().collect()
    }

    #[test]
    fn changes_outlive_the_process_and_a_cut_line_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let (mut journal, records) = Journal::open(folder.path(), "google").unwrap();
        assert!(records.is_empty());
        journal.save(&change("contact/c1", 1.into())).unwrap();
        journal.save(&change("contact/c2", 2.into())).unwrap();
        journal.save(&change("contact/c1", Value::Null)).unwrap();
        drop(journal);
        let path = folder.path().join("google.jsonl");
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"contact/c3\": 3").unwrap();

        let (_, records) = Journal::open(folder.path(), "google").unwrap();
        assert_eq!(records.into_iter().collect::<Vec<_>>(), [("contact/c2".to_owned(), Value::from(2))]);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{\"contact/c2\":2}\n");
    }

    #[test]
    fn a_damaged_line_is_named() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("google.jsonl"), "{\"a\":1}\nnonsense\n{\"b\":2}\n").unwrap();
        let error = Journal::open(folder.path(), "google").unwrap_err();
        assert!(matches!(error, SandboxError::Damaged { line: 2, .. }), "{error}");
    }

    #[test]
    fn two_processes_cannot_share_a_folder() {
        let folder = tempfile::tempdir().unwrap();
        let _held = lock(folder.path()).unwrap();
        assert!(matches!(lock(folder.path()), Err(SandboxError::InUse { .. })));
    }
}
