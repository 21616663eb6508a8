//! Ids that were handed on: another record has them by now.

use rusqlite::Connection;
use syncc_compiler::ir::End;

use super::{care, fault::Fault, former, history, journal, links, observations};
use crate::apps::Handed;

/// What is known under the former ids belongs to the present ones from now on: for all of them at once, as two may have exchanged theirs.
pub(super) fn carry_out(db: &Connection, end: End, handed: &[Handed]) -> Result<(), Fault> {
    if handed.is_empty() {
        return Ok(());
    }
    // On their way links are with ids that no record has. At the end of the transaction all is checked again.
    db.pragma_update(None, "defer_foreign_keys", true)?;
    for (nth, Handed { former, .. }) in handed.iter().enumerate() {
        pass_on(db, end, former, &between(nth), false)?;
    }
    for (nth, Handed { former, now, left }) in handed.iter().enumerate() {
        // One that is gone and was in no link then was forgotten at once.
        observations::keep_gone(db, end, now)?;
        pass_on(db, end, &between(nth), now, false)?;
        observations::drop_if_gone(db, end, now)?;
        if *left {
            observations::forget(db, end, former)?;
            former::note(db, end, former, now)?;
        }
    }
    Ok(())
}

/// What is known of a record beside what it holds belongs to another id from now on.
pub(super) fn pass_on(db: &Connection, end: End, former: &str, id: &str, merged: bool) -> Result<(), Fault> {
    links::rename(db, end, former, id)?;
    journal::rename(db, end, former, id)?;
    history::rename(db, end, former, id, merged)?;
    care::rename(db, end, former, id)
}

/// An id that no record has, on the way from one id to another.
fn between(nth: usize) -> String {
    format!("\u{1}{nth}")
}
