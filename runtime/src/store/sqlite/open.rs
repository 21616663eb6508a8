//! Opens the file of a connection, and makes sure that nobody else does.

use std::{fs, path::Path, time::Duration};

use rusqlite::{Connection, OptionalExtension, TransactionBehavior};

use super::{
    super::StoreError,
    fault::Fault,
    migrate::{STEPS, migrate},
};

/// "sync" in ASCII: what the header of our files says they are.
const APPLICATION: i64 = 0x7379_6e63;

/// How many prepared statements are kept: more than there are.
const STATEMENTS: usize = 64;

/// Opens the file, locks it, and brings it to the newest format. `name` is the connection it belongs to.
///
/// The lock is SQLite's own and is held until the connection is closed or the process ends, however it ends.
pub(super) fn open(path: &Path, name: &str) -> Result<Connection, Fault> {
    create_private(path)?;
    let mut connection = Connection::open(path)?;
    let refuse = |found: &str| {
        let (path, asked) = (path.display().to_string(), format!("connection {name}"));
        Fault::from(StoreError::NotOurs { path, found: found.to_owned(), asked })
    };

    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // A run holds the store for as long as it lasts: waiting for it would only look as if we hung.
    connection.busy_timeout(Duration::ZERO)?;
    // Before the first read, so that the first read takes the lock. It also spares the file of shared memory.
    pragma(&connection, "locking_mode", "EXCLUSIVE")?;
    let application: i64 = connection.pragma_query_value(None, "application_id", |row| row.get(0))?;
    let pages: i64 = connection.pragma_query_value(None, "page_count", |row| row.get(0))?;
    if application != APPLICATION && pages > 0 {
        return Err(refuse("another program"));
    }

    pragma(&connection, "journal_mode", "WAL")?;
    // A commit survives a crash of the program; `journal::sent` asks for more where more is needed.
    connection.pragma_update(None, "synchronous", "NORMAL")?;
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
fn create_private(path: &Path) -> Result<(), Fault> {
    if path == Path::new(":memory:") {
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
