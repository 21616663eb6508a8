//! Opens the file of a connection, and makes sure that one process writes to it at a time. Others may look.

use std::{fs, path::Path, time::Duration};

use rusqlite::{Connection, OpenFlags, OptionalExtension, TransactionBehavior, config::DbConfig};
use syncc_compiler::ir::End;

use super::{
    super::StoreError,
    fault::Fault,
    migrate::{STEPS, migrate},
    observations, prepared,
};

/// What SQLite calls a file that there is none of.
const MEMORY: &str = ":memory:";

/// What it calls a file without a name, which goes with the connection (<https://sqlite.org/inmemorydb.html#temp_db>).
pub(super) const ASIDE: &str = "";

/// "sync" in ASCII: what the header of our files says they are.
pub(super) const APPLICATION: i64 = 0x7379_6e63;

/// How many prepared statements are kept: more than there are.
const STATEMENTS: usize = 128;

/// How much of the file is kept in memory, at most: more than a batch of a thousand contacts touches. Negative: in KiB.
const CACHE_KIB: i32 = -32 * 1024;

/// From how many pages (4 KiB) on those of a commit under way go out to the log before its end: twice the cache, so that
/// only a change to everybody at once does.
const SPILL: i32 = 16 * 1024;

/// How long somebody who only looks waits for a moment in which nobody writes the file's own structure.
const LOOKING: Duration = Duration::from_secs(2);

/// Opens the file to look at it while another process may be writing. Nothing is made or changed.
pub(super) fn look(path: &Path) -> Result<Connection, Fault> {
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    connection.busy_timeout(LOOKING)?;
    Ok(connection)
}

/// Takes the right to write to the file: a lock on a file beside it, which the system gives back when the process
/// ends, however it ends. A lock on the file itself would keep out those who only look.
pub(super) fn lock(path: &Path) -> Result<Option<fs::File>, Fault> {
    if path == Path::new(MEMORY) {
        return Ok(None);
    }
    let beside = path.with_extension("lock");
    let refuse = |error: &std::io::Error| {
        Fault::from(StoreError::Database { path: beside.display().to_string(), why: error.to_string() })
    };
    create_private(&beside)?;
    let file = fs::OpenOptions::new().write(true).open(&beside);
    let file = file.map_err(|error| refuse(&error))?;
    // A program that is just being started holds what it inherited until it runs: that is no other run, only a moment.
    for _ in 0..MOMENTS {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(fs::TryLockError::WouldBlock) => std::thread::sleep(MOMENT),
            Err(fs::TryLockError::Error(error)) => return Err(refuse(&error)),
        }
    }
    Err(StoreError::Busy.into())
}

/// How often, and how long after each time, a lock is tried that somebody holds.
const MOMENTS: u32 = 20;
const MOMENT: std::time::Duration = std::time::Duration::from_millis(10);

/// Opens the file and brings it to the newest format. `name` is the connection it belongs to. The caller holds
/// the [`lock`].
pub(super) fn open(path: &Path, name: &str) -> Result<Connection, Fault> {
    create_private(path)?;
    let mut connection = Connection::open(path)?;
    if path == Path::new(MEMORY) {
        prepared::fill(&mut connection)?;
    }
    let refuse = |found: &str| {
        let (path, asked) = (path.display().to_string(), format!("connection {name}"));
        Fault::from(StoreError::NotOurs { path, found: found.to_owned(), asked })
    };

    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Nobody else writes; who only looks is in the way for moments at most.
    connection.busy_timeout(LOOKING)?;
    let application: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
    // A file without a table is one that was being made when the power went.
    let begun: bool = connection.query_row("SELECT EXISTS (SELECT 1 FROM sqlite_master)", [], |row| row.get(0))?;
    if application != APPLICATION && pages > 0 && (application != 0 || begun) {
        return Err(refuse("another program"));
    }

    pragma(&connection, "journal_mode", "WAL")?;
    // A commit survives a crash of the program; `journal::sent` asks for more where more is needed.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
    // A statement is prepared once, and not anew for each value that it is given.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // A batch of a thousand contacts stays in memory until it is committed. With the 2 MB that are usual its pages go out
    // to the log many times over.
    connection.pragma_update(None, "cache_size", CACHE_KIB)?;
    connection.pragma_update(None, "cache_spill", SPILL)?;
    // What a single change would be taken back by stays in memory too, and is not left in some folder for such files.
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    // The log is taken over into the file after 16 MiB instead of 4: a page that is written in many commits goes once.
    pragma(&connection, "wal_autocheckpoint", "4096")?;
    // What is deleted is overwritten: it is people's data.
    pragma(&connection, "secure_delete", "ON")?;
    // On macOS an fsync stops at the cache of the drive; this one does not. No effect elsewhere.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "foreign_keys", true)?;

    if application != APPLICATION {
        connection.pragma_update(None, "application_id", APPLICATION)?;
    }
    migrate(&mut connection, STEPS)?;

    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let owner: Option<String> =
        transaction.query_row("SELECT name FROM connection", [], |row| row.get(0)).optional()?;
    match owner {
        Some(owner) if owner != name => return Err(refuse(&format!("connection {owner}"))),
        Some(_) => {}
        None => {
            transaction.execute("INSERT INTO connection (one, name) VALUES (1, ?1)", [name])?;
        }
    }
    // Whoever began a listing and did not end it is gone: it must not be ended by somebody else.
    End::BOTH.into_iter().try_for_each(|end| observations::note_cut_off(&transaction, end))?;
    transaction.execute("UPDATE ends SET listing_open = 0 WHERE listing_open", [])?;
    transaction.commit()?;
    Ok(connection)
}

/// Sets a pragma that answers with a row.
fn pragma(connection: &Connection, name: &str, value: &str) -> rusqlite::Result<()> {
    connection.pragma_update_and_check(None, name, value, |_| Ok(()))
}

/// Makes the file, if there is none, so that only its owner can read it: it holds people's contacts.
/// SQLite gives the files beside it the same rights.
pub(super) fn create_private(path: &Path) -> Result<(), Fault> {
    if path == Path::new(MEMORY) || path == Path::new(ASIDE) {
        return Ok(());
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop).map_err(|error| {
        if error.kind() == std::io::ErrorKind::StorageFull {
            return StoreError::DiskFull.into();
        }
        StoreError::Database { path: path.display().to_string(), why: error.to_string() }.into()
    })
}
