//! Brings a store of any older format to the newest one.
//!
//! Each step is one SQL file and one transaction: a crash or a full disk in the middle leaves the step
//! before it. `user_version` counts the steps done. A step that was released never changes.

use rusqlite::{Connection, TransactionBehavior};

use super::{super::StoreError, fault::Fault};

/// All steps, oldest first.
pub(super) const STEPS: &[&str] = &[
    include_str!("migrations/0001_memory.sql"),
    include_str!("migrations/0002_trust.sql"),
    include_str!("migrations/0003_forgotten.sql"),
    include_str!("migrations/0004_standing.sql"),
    include_str!("migrations/0005_compact.sql"),
    include_str!("migrations/0006_cursors.sql"),
    include_str!("migrations/0007_emptied.sql"),
    include_str!("migrations/0008_former.sql"),
    include_str!("migrations/0009_lean.sql"),
    include_str!("migrations/0010_few_words.sql"),
    include_str!("migrations/0011_stopped.sql"),
    include_str!("migrations/0012_made.sql"),
    include_str!("migrations/0013_ran.sql"),
    include_str!("migrations/0014_handed.sql"),
    include_str!("migrations/0015_handed_at_once.sql"),
];

/// Does the steps that are missing.
///
/// # Errors
/// [`StoreError::Newer`] before anything is written, when the store has had more steps than are known here.
pub(super) fn migrate(connection: &mut Connection, steps: &[&str]) -> Result<(), Fault> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = i64::try_from(steps.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(StoreError::Newer { found, known }.into());
    }
    let missing: Vec<_> = (1_i64..).zip(steps).skip_while(|(version, _)| *version <= found).collect();
    // A new store is made at once; in one that holds something, each step may take long, and what it did stays.
    let together = if found == 0 { missing.len().max(1) } else { 1 };
    for some in missing.chunks(together) {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        for (version, step) in some {
            transaction.execute_batch(step)?;
            transaction.pragma_update(None, "user_version", version)?;
        }
        transaction.commit()?;
    }
    Ok(())
}
