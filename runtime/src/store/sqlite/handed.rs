//! Ids that were handed on: another record has them by now.
//!
//! Invariants:
//! - What is known under such an id goes to the record's new one for all of them at once: two may exchange their ids.
//! - While a listing is under way it is only noted, and carried out with its end. A listing that was cut off shows it again.

use rusqlite::{Connection, params};
use syncc_compiler::ir::End;

use super::{care, code, fault::Fault, former, history, journal, links, observations};

/// An id that was handed on.
pub(super) struct Handed {
    /// The id that the record had.
    pub(super) former: String,
    /// The one that it has now.
    pub(super) id: String,
    /// Whether a record was known under that one that has no other id now.
    pub(super) merged: bool,
    /// Whether no record has the former one now.
    pub(super) left: bool,
}

/// Notes them until the listing ends.
pub(super) fn note(db: &Connection, end: End, handed: &[Handed]) -> Result<(), Fault> {
    let mut insert =
        db.prepare_cached(r#"INSERT INTO handed ("end", former, id, merged, "left") VALUES (?1, ?2, ?3, ?4, ?5)"#)?;
    for Handed { former, id, merged, left } in handed {
        insert.execute(params![code::end(end), former, id, merged, left])?;
    }
    Ok(())
}

/// Forgets what was noted: the listing was cut off.
pub(super) fn forget(db: &Connection, end: End) -> Result<(), Fault> {
    db.prepare_cached(r#"DELETE FROM handed WHERE "end" = ?1"#)?.execute([code::end(end)])?;
    Ok(())
}

/// Carries out what was noted.
pub(super) fn carry_out_noted(db: &Connection, end: End) -> Result<(), Fault> {
    let mut select =
        db.prepare_cached(r#"SELECT former, id, merged, "left" FROM handed WHERE "end" = ?1 ORDER BY rowid"#)?;
    let rows = select.query_map([code::end(end)], |row| {
        Ok(Handed { former: row.get(0)?, id: row.get(1)?, merged: row.get(2)?, left: row.get(3)? })
    })?;
    let handed: Vec<Handed> = rows.collect::<Result<_, _>>()?;
    if handed.is_empty() {
        return Ok(());
    }
    forget(db, end)?;
    carry_out(db, end, &handed)
}

/// What is known under the former ids belongs to the new ones from now on.
pub(super) fn carry_out(db: &Connection, end: End, handed: &[Handed]) -> Result<(), Fault> {
    // On their way links are with ids that no record has. At the end of the transaction all is checked again.
    db.pragma_update(None, "defer_foreign_keys", true)?;
    for (nth, Handed { former, .. }) in handed.iter().enumerate() {
        pass_on(db, end, former, &between(nth), false)?;
    }
    for (nth, Handed { former, id, merged, left }) in handed.iter().enumerate() {
        // One that is gone and was in no link then was forgotten at once.
        observations::keep_gone(db, end, id)?;
        pass_on(db, end, &between(nth), id, *merged)?;
        observations::drop_if_gone(db, end, id)?;
        if *left {
            observations::forget(db, end, former)?;
            former::note(db, end, former, id)?;
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
