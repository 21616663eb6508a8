//! Copies of a store: made while a run may be writing, and put back.
//!
//! A copy is one file, whole and consistent, made within one read of the database; it holds nothing that was deleted.
//!
//! An older state that is put back knows nothing of what happened since. So that nobody is made twice, and nobody who was
//! deleted is made again, it takes over from the store that it replaces who belongs to whom, where it does not know it itself;
//! both sides are read from the beginning; and no run writes before somebody looked at a plan. The replaced store is kept.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

use jiff::Timestamp;
use rusqlite::{Connection, OpenFlags, params};
use syncc_compiler::ir::End;

use super::{
    super::{StoreError, UNPLANNED},
    Sqlite,
    fault::Fault,
    forgotten, history,
    migrate::STEPS,
    observations, open,
};

/// What came of putting a copy back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Where the replaced store is kept; `None` if there was none.
    pub aside: Option<PathBuf>,
    /// How many pairs were taken over from it; `None` if it could not be read, or was not to be.
    pub taken_over: Option<usize>,
}

/// What of the replaced store is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakeOver {
    /// The pairs that the copy does not know.
    Pairs,
    /// Nothing: what is put back is exactly the copy.
    Nothing,
}

impl Sqlite {
    /// Copies the store at `path` into the file `to`, which is replaced if it is an older copy of the same connection. A run
    /// may be writing meanwhile. Whether there was a store to copy.
    ///
    /// # Errors
    /// [`StoreError::InTheWay`] when the file is something else, and what the disk can say.
    pub fn backup(path: &Path, connection: &str, to: &Path) -> Result<bool, StoreError> {
        if !path.exists() {
            return Ok(false);
        }
        if fs::metadata(to).is_ok_and(|file| file.len() > 0) && owner(to).ok().as_deref() != Some(connection) {
            return Err(StoreError::InTheWay { path: to.display().to_string() });
        }
        let part = beside(to, ".part");
        copy(path, &part)?;
        rename(&part, to)?;
        Ok(true)
    }

    /// The name of the connection that a copy was made of.
    ///
    /// # Errors
    /// [`StoreError::NoBackup`] when it is none.
    pub fn backup_of(copy: &Path) -> Result<String, StoreError> {
        owner(copy)
    }

    /// Puts a copy in the place of the store at `path`, and keeps the store that was there.
    ///
    /// # Errors
    /// [`StoreError::Busy`] while a run works on the connection, [`StoreError::NoBackup`] when the file is none,
    /// [`StoreError::NotOurs`] when it is one of another connection, and what the disk can say. The store is as it was then.
    pub fn restore(
        from: &Path,
        path: &Path,
        connection: &str,
        at: Timestamp,
        take_over: TakeOver,
    ) -> Result<Restored, StoreError> {
        let found = owner(from)?;
        if found != connection {
            let (path, asked) = (from.display().to_string(), format!("connection {connection}"));
            return Err(StoreError::NotOurs { path, found: format!("connection {found}"), asked });
        }
        let name = path.display().to_string();
        let _lock = open::lock(path).map_err(|fault| fault.at(&name))?;
        let part = beside(path, ".part");
        copy(from, &part)?;
        let taken_over = prepare(&part, connection, path, take_over).map_err(|fault| fault.at(&name))?;
        let aside = match path.exists() {
            true => Some(set_aside(path, at)?),
            false => None,
        };
        rename(&part, path)?;
        Ok(Restored { aside, taken_over })
    }
}

/// The name of the connection that a file belongs to, which nobody writes to.
fn owner(path: &Path) -> Result<String, StoreError> {
    let refuse = |why: String| StoreError::NoBackup { path: path.display().to_string(), why };
    let read = || -> Result<(i64, i64, String, String), rusqlite::Error> {
        let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let number = |pragma: &str| db.pragma_query_value(None, pragma, |row| row.get(0));
        let sound = db.pragma_query_value(None, "quick_check", |row| row.get(0))?;
        let name = db.query_row("SELECT name FROM connection", [], |row| row.get(0))?;
        Ok((number("application_id")?, number("user_version")?, sound, name))
    };
    let (application, found, sound, name) = read().map_err(|error| refuse(error.to_string()))?;
    if application != open::APPLICATION {
        return Err(refuse("another program made it".to_owned()));
    }
    if sound != "ok" {
        return Err(refuse(format!("it is damaged ({sound})")));
    }
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    Ok(name)
}

/// Copies a store, as it is at one moment, into a new file that only its owner can read.
fn copy(from: &Path, to: &Path) -> Result<(), StoreError> {
    let name = to.display().to_string();
    remove(to)?;
    open::create_private(to).map_err(|fault| fault.at(&name))?;
    let copied = open::look(from).and_then(|db| Ok(db.execute("VACUUM INTO ?1", [text(to)])?));
    copied.map_err(|fault| fault.at(&from.display().to_string()))?;
    fs::File::open(to).and_then(|file| file.sync_all()).map_err(|error| disk(to, &error))
}

/// Makes a copy ready to be the store: of the newest format, read from the beginning, and only run after a plan.
fn prepare(part: &Path, connection: &str, replaced: &Path, take_over: TakeOver) -> Result<Option<usize>, Fault> {
    let mut db = open::open(part, connection)?;
    let mut pairs = None;
    if replaced.exists() {
        // A store that cannot be read is often the reason to restore: then there is nothing to take over.
        pairs = take(&mut db, replaced, take_over).ok().flatten();
    }
    for end in End::BOTH {
        observations::set_cursor(&db, end, None)?;
    }
    history::set_planned(&db, UNPLANNED)?;
    // One file, with nothing beside it, and nothing in it that was erased.
    db.flush_prepared_statement_cache();
    forgotten::scrub(&db)?;
    db.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
    db.close().map_err(|(_, error)| error)?;
    Ok(pairs)
}

/// Takes over from the replaced store who was forgotten, and the pairs if they are wanted: how many.
fn take(db: &mut Connection, replaced: &Path, take_over: TakeOver) -> Result<Option<usize>, Fault> {
    db.execute("ATTACH ?1 AS replaced", [text(replaced)])?;
    let take = |db: &mut Connection| -> Result<Option<usize>, Fault> {
        let version: i64 = db.pragma_query_value(Some("replaced"), "user_version", |row| row.get(0))?;
        if usize::try_from(version) != Ok(STEPS.len()) {
            return Err(Fault::damaged("a store of an older format"));
        }
        let transaction = db.transaction()?;
        forgotten::stay_forgotten(&transaction)?;
        if take_over == TakeOver::Nothing {
            transaction.commit()?;
            return Ok(None);
        }
        let pairs = take_pairs(&transaction)?;
        transaction.commit()?;
        Ok(Some(pairs))
    };
    let taken = take(db);
    db.flush_prepared_statement_cache();
    db.execute("DETACH replaced", [])?;
    taken
}

/// Takes over the pairs of which neither record is linked here, with both records as they were last seen.
fn take_pairs(transaction: &Connection) -> Result<usize, Fault> {
    transaction.execute_batch(
            r#"CREATE TEMP TABLE taken AS
                 SELECT left_id, right_id, in_step, base_left, base_right, how FROM replaced.links
                 WHERE left_id NOT IN (SELECT left_id FROM main.links)
                   AND right_id NOT IN (SELECT right_id FROM main.links) ORDER BY id;
               INSERT INTO main.seen ("end", id, version, deleted, edited, listing, raw)
                 SELECT "end", id, version, deleted, edited, 0, raw FROM replaced.seen
                 WHERE ("end" = 0 AND id IN (SELECT left_id FROM taken)) OR ("end" = 1 AND id IN (SELECT right_id FROM taken))
                 ON CONFLICT ("end", id) DO UPDATE SET version = excluded.version, deleted = excluded.deleted,
                   edited = excluded.edited, raw = excluded.raw;"#,
        )?;
    let pairs = transaction.execute(
        "INSERT INTO main.links (left_id, right_id, in_step, base_left, base_right, how) SELECT * FROM taken",
        [],
    )?;
    transaction.execute("DROP TABLE taken", [])?;
    Ok(pairs)
}

/// Moves a store, with what belongs to it, out of the way. Nobody writes to it.
fn set_aside(path: &Path, at: Timestamp) -> Result<PathBuf, StoreError> {
    // What is only in its log comes into the file, so that the file alone is nearly all of it. A damaged one stays as it is.
    if let Ok(db) = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE) {
        let _ = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", params![], |_| Ok(()));
    }
    let aside = beside(path, &at.strftime(".replaced-%Y%m%d-%H%M%S").to_string());
    for log in ["-wal", "-shm"] {
        let from = beside(path, log);
        if from.exists() {
            rename(&from, &beside(&aside, log))?;
        }
    }
    rename(path, &aside)?;
    Ok(aside)
}

/// The path with something behind it.
fn beside(path: &Path, behind: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(behind);
    PathBuf::from(name)
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

fn remove(path: &Path) -> Result<(), StoreError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(disk(path, &error)),
        _ => Ok(()),
    }
}

/// Renames a file, and waits until the disk knows.
fn rename(from: &Path, to: &Path) -> Result<(), StoreError> {
    fs::rename(from, to).map_err(|error| disk(to, &error))?;
    let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Not every system lets a folder be opened for this.
    if let Ok(folder) = fs::File::open(folder) {
        let _ = folder.sync_all();
    }
    Ok(())
}

fn disk(path: &Path, error: &io::Error) -> StoreError {
    if error.kind() == io::ErrorKind::StorageFull {
        return StoreError::DiskFull;
    }
    StoreError::Database { path: path.display().to_string(), why: error.to_string() }
}
