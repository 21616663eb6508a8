//! Copies of a store: made while a run may be writing, and put back.
//!
//! A copy is one file, whole and consistent, made within one read of the database; it holds nothing that was deleted.
//!
//! An older state that is put back knows nothing of what happened since. So that nobody is made twice, and nobody who was
//! deleted is made again, it takes over from the store that it replaces who belongs to whom, where it does not know it itself, and
//! what is paused, which also holds whoever an undo took back; both sides are read from the beginning; and no run writes before somebody looked at a plan. The replaced store is kept.
//! Who was forgotten since stays forgotten: a store that cannot tell who that was is not replaced.
//!
//! There is a store at each moment, the old one or the new one: a run that found none would count as the first one.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
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

/// How long is waited for somebody who looks at a store that is to be replaced.
const LOOKED_AT: Duration = Duration::from_secs(2);

/// What came of putting a copy back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// Where the replaced store is kept; `None` if there was none.
    pub aside: Option<PathBuf>,
    /// What was taken over from it; `None` if it could not be read, or was not to be.
    pub taken_over: Option<TakenOver>,
}

/// What a store takes over from the one that it replaces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakenOver {
    /// How many pairs that were linked since.
    pub pairs: usize,
    /// How many contacts, or the whole connection, that were paused since.
    pub paused: usize,
}

/// What of the replaced store is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TakeOver {
    /// The pairs that the copy does not know, and what is paused.
    Since,
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
    /// [`StoreError::NotOurs`] when it is one of another connection, [`StoreError::Database`] when the store that is there
    /// cannot say who was forgotten, and what the disk can say. The store is as it was then.
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
        let put = || {
            let taken_over = prepare(&part, connection, path, take_over).map_err(|fault| fault.at(&name))?;
            let aside = if path.exists() { Some(set_aside(path, at)?) } else { None };
            rename(&part, path)?;
            Ok(Restored { aside, taken_over })
        };
        put().inspect_err(|_| {
            // It holds contacts, and nobody would look for them there.
            ["", "-wal", "-shm"].iter().for_each(|log| drop(remove(&beside(&part, log))));
        })
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
fn prepare(part: &Path, connection: &str, replaced: &Path, take_over: TakeOver) -> Result<Option<TakenOver>, Fault> {
    let mut db = open::open(part, connection)?;
    let taken = if replaced.exists() { take(&mut db, replaced, take_over)? } else { None };
    for end in End::BOTH {
        observations::set_cursor(&db, end, None)?;
    }
    history::set_planned(&db, UNPLANNED)?;
    // One file, with nothing beside it, and nothing in it that was erased.
    db.flush_prepared_statement_cache();
    forgotten::scrub(&db)?;
    db.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
    db.close().map_err(|(_, error)| error)?;
    Ok(taken)
}

/// Takes over from the replaced store who was forgotten, and what happened since if that is wanted and can be read.
fn take(db: &mut Connection, replaced: &Path, take_over: TakeOver) -> Result<Option<TakenOver>, Fault> {
    db.execute("ATTACH ?1 AS replaced", [text(replaced)]).map_err(|error| untold(replaced, error.into()))?;
    let take = |db: &mut Connection| -> Result<Option<TakenOver>, Fault> {
        let transaction = db.transaction()?;
        keep_forgotten(&transaction).map_err(|fault| untold(replaced, fault))?;
        transaction.commit()?;
        if take_over == TakeOver::Nothing {
            return Ok(None);
        }
        let transaction = db.transaction()?;
        match take_since(&transaction).map_err(|fault| fault.at(&text(replaced))) {
            Ok(taken) => {
                transaction.commit()?;
                Ok(Some(taken))
            }
            Err(error @ (StoreError::DiskFull | StoreError::Busy)) => Err(error.into()),
            // A store that is damaged is often the reason to restore.
            Err(_) => Ok(None),
        }
    };
    let taken = take(db);
    db.flush_prepared_statement_cache();
    let detached = db.execute("DETACH replaced", []);
    let taken = taken?;
    detached?;
    Ok(taken)
}

/// Takes over from the attached store who was forgotten.
fn keep_forgotten(transaction: &Connection) -> Result<(), Fault> {
    let any = |sql: &str| transaction.query_row(sql, [], |row| row.get::<_, bool>(0));
    // One of the first formats, or one that was never begun, knows of nobody.
    if !any("SELECT EXISTS (SELECT 1 FROM replaced.sqlite_master WHERE name = 'forgotten')")?
        || !any("SELECT EXISTS (SELECT 1 FROM replaced.forgotten)")?
    {
        return Ok(());
    }
    if any("SELECT EXISTS (SELECT 1 FROM main.salt JOIN replaced.salt AS other ON other.salt <> main.salt.salt)")? {
        if any("SELECT EXISTS (SELECT 1 FROM main.forgotten)")? {
            return Err(Fault::damaged("the copy was made of another memory, which has forgotten people of its own"));
        }
        transaction.execute("DELETE FROM main.salt", [])?;
    }
    forgotten::stay_forgotten(transaction)
}

/// Why a store is not replaced that cannot say who was forgotten: the copy might bring them back.
fn untold(replaced: &Path, fault: Fault) -> Fault {
    let path = text(replaced);
    let why = match fault.at("") {
        StoreError::Damaged { what } | StoreError::Database { why: what, .. } => what,
        other => return other.into(),
    };
    let why = format!(
        "it cannot be taken over from it who was forgotten ({}), and the copy must not bring them back. Nothing was changed. \
         If nobody was forgotten since the copy was made, or they may come back, move that file away and restore again",
        why.trim_start_matches([':', ' '])
    );
    StoreError::Database { path, why }.into()
}

/// Takes over the pairs of which neither record is linked here, with both records as they were last seen, and what is paused there and
/// not here.
fn take_since(transaction: &Connection) -> Result<TakenOver, Fault> {
    let version: i64 = transaction.pragma_query_value(Some("replaced"), "user_version", |row| row.get(0))?;
    if usize::try_from(version) != Ok(STEPS.len()) {
        return Err(Fault::damaged("a store of an older format"));
    }
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
    let paused = transaction.execute(
        r#"INSERT OR IGNORE INTO main.pauses ("end", record, since, why) SELECT "end", record, since, why FROM replaced.pauses ORDER BY id"#,
        [],
    )?;
    Ok(TakenOver { pairs, paused })
}

/// Gives a store, with what belongs to it, another name as well. Nobody writes to it. It also stays where it is, until
/// another file takes that name.
pub(super) fn set_aside(path: &Path, at: Timestamp) -> Result<PathBuf, StoreError> {
    complete(path)?;
    let names = (1_u32..).map(|count| {
        let again = if count == 1 { String::new() } else { format!("-{count}") };
        beside(path, &format!("{}{again}", at.strftime(".replaced-%Y%m%d-%H%M%S")))
    });
    for aside in names {
        match fs::hard_link(path, &aside) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
            Ok(()) => sync_folder(&aside),
            // Not every disk can give one file two names.
            Err(_) => duplicate(path, &aside)?,
        }
        // The logs go now: the new store must not be read with them. They are empty, or those of a damaged store.
        for log in ["-wal", "-shm"] {
            let from = beside(path, log);
            if from.exists() {
                rename(&from, &beside(&aside, log))?;
            }
        }
        return Ok(aside);
    }
    Err(disk(path, &io::ErrorKind::AlreadyExists.into()))
}

/// Brings what is only in the log of a store into its file, so that the file alone is all of it. A damaged one stays as it is.
fn complete(path: &Path) -> Result<(), StoreError> {
    let checkpoint = || -> Result<i64, Fault> {
        let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        db.busy_timeout(LOOKED_AT)?;
        Ok(db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", params![], |row| row.get(0))?)
    };
    match checkpoint().map_err(|fault| fault.at(&text(path))) {
        Ok(0) | Err(StoreError::Damaged { .. }) => Ok(()),
        // Somebody looks at it, and needs the log.
        Ok(_) => Err(StoreError::Busy),
        Err(other) => Err(other),
    }
}

/// Copies a file as it is, whole or not at all.
fn duplicate(from: &Path, to: &Path) -> Result<(), StoreError> {
    let part = beside(to, ".part");
    open::create_private(&part).map_err(|fault| fault.at(&text(&part)))?;
    let copied = fs::copy(from, &part).and_then(|_| fs::File::open(&part)?.sync_all());
    copied.map_err(|error| disk(&part, &error))?;
    rename(&part, to)
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
    sync_folder(to);
    Ok(())
}

/// Waits until the disk knows the name of a file.
fn sync_folder(of: &Path) {
    let folder = of.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    // Not every system lets a folder be opened for this.
    if let Ok(folder) = fs::File::open(folder) {
        let _ = folder.sync_all();
    }
}

fn disk(path: &Path, error: &io::Error) -> StoreError {
    if error.kind() == io::ErrorKind::StorageFull {
        return StoreError::DiskFull;
    }
    StoreError::Database { path: path.display().to_string(), why: error.to_string() }
}
