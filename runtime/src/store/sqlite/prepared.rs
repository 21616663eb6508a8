//! A new store in memory begins as a copy of one that is kept for that: to make its tables takes longer than all that a test
//! then does with it.

use std::sync::{Mutex, PoisonError};

use rusqlite::{Connection, backup::Backup};

use super::{
    fault::Fault,
    migrate::{STEPS, migrate},
    open::APPLICATION,
};

/// The store that others are copied from, once somebody needed it. Nothing is ever remembered in it.
static KEPT: Mutex<Option<Connection>> = Mutex::new(None);

/// Makes an empty connection a store of the newest format.
pub(super) fn fill(connection: &mut Connection) -> Result<(), Fault> {
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    let kept = match &mut *kept {
        Some(kept) => kept,
        none => {
            let mut new = Connection::open_in_memory()?;
            new.pragma_update(None, "application_id", APPLICATION)?;
            migrate(&mut new, STEPS)?;
            none.insert(new)
        }
    };
    // All pages at once. Were it not done with that, the connection would be as empty as before, and be made like a file.
    let _ = Backup::new(kept, connection)?.step(-1)?;
    Ok(())
}
