//! Writes in flight: planned → sent → confirmed, failed or unknown; unknown → confirmed or failed.
//!
//! A closed entry keeps that there was a write, and forgets what it wrote.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use syncc_compiler::ir::End;
use uuid::Uuid;

use super::{
    super::{Entry, EntryId, EntryState, LinkId, NamedRecord, NewEntry, RunId, StoreError},
    code,
    fault::Fault,
    history, links,
    observations::{self, From},
};
use crate::apps::Observed;

pub(super) fn journal(db: &Connection, run: RunId, entries: &[NewEntry]) -> Result<Vec<EntryId>, Fault> {
    let mut insert = db.prepare_cached(
        r#"INSERT INTO journal
             (run, op, "end", target, partner, deletes, payload, lines, state)
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 'planned')"#,
    )?;
    let mut ids = Vec::with_capacity(entries.len());
    for entry in entries {
        let id = insert.insert(params![
            run.0,
            entry.op.to_string(),
            code::end(entry.end),
            entry.target,
            entry.partner,
            entry.deletes,
            code::record(&entry.payload)?,
            code::lines(&entry.lines)?,
        ])?;
        ids.push(EntryId(id));
    }
    Ok(ids)
}

/// Whether one of the entries makes or deletes a record: what must not be forgotten once it is sent.
pub(super) fn any_lasting(db: &Connection, entries: &[EntryId]) -> Result<bool, Fault> {
    let mut select = db.prepare_cached("SELECT deletes OR target IS NULL FROM journal WHERE id = ?1")?;
    for entry in entries {
        if select.query_row([entry.0], |row| row.get(0)).optional()? == Some(true) {
            return Ok(true);
        }
    }
    Ok(false)
}

pub(super) fn sent(db: &Connection, entries: &[EntryId]) -> Result<(), Fault> {
    for entry in entries {
        advance(db, *entry, EntryState::Sent, None, None)?;
    }
    Ok(())
}

pub(super) fn confirm(
    db: &Connection,
    entry: EntryId,
    now: &Observed,
    fields: &NamedRecord,
    at: Timestamp,
) -> Result<Option<LinkId>, Fault> {
    let (end, target, partner, deletes, run, lines) = db
        .prepare_cached(r#"SELECT "end", target, partner, deletes, run, lines FROM journal WHERE id = ?1"#)?
        .query_row([entry.0], |row| {
            let (end, target, partner): (i64, Option<String>, Option<String>) = (row.get(0)?, row.get(1)?, row.get(2)?);
            let lines: Option<String> = row.get(5)?;
            Ok((end, target, partner, row.get::<_, bool>(3)?, RunId(row.get(4)?), lines))
        })
        .optional()?
        .ok_or_else(|| never_planned(entry))?;
    advance(db, entry, EntryState::Confirmed, None, Some(&now.id))?;
    let end = code::read_end(end)?;
    let lines = code::read_lines(lines.as_deref(), format_args!("write {}", entry.0))?;
    history::record(db, run, at, (end, &now.id), &lines, fields)?;

    // A record that is deleted is linked before it is: a deleted one without a link is forgotten.
    let before = match (&target, &partner) {
        (Some(target), Some(partner)) if deletes => link(db, end, target, partner)?,
        _ => None,
    };
    let merged = observations::is_known(db, end, &now.id)?;
    observations::observe(db, end, std::slice::from_ref(now), From::Answer)?;
    if let Some(former) = target {
        observations::rename(db, end, &former, &now.id, merged)?;
    }
    match partner {
        None => links::of(db, end, &now.id),
        Some(_) if deletes => Ok(before),
        Some(partner) => link(db, end, &now.id, &partner),
    }
}

/// Links a written record with its partner, if that can be. If not, the write happened all the same: the
/// partner was deleted in the meantime, or the app answered a create with a record that it had already.
fn link(db: &Connection, end: End, record: &str, partner: &str) -> Result<Option<LinkId>, Fault> {
    let records = match end {
        End::Left => [record, partner],
        End::Right => [partner, record],
    };
    match links::link(db, records) {
        Err(Fault::Store(StoreError::AlreadyLinked { .. } | StoreError::Unseen { .. })) => Ok(None),
        linked => linked.map(Some),
    }
}

pub(super) fn fail(db: &Connection, entry: EntryId, reason: &str) -> Result<(), Fault> {
    advance(db, entry, EntryState::Failed, Some(reason), None)
}

pub(super) fn unknown(db: &Connection, entry: EntryId, reason: &str) -> Result<(), Fault> {
    advance(db, entry, EntryState::Unknown, Some(reason), None)
}

pub(super) fn open_entries(db: &Connection) -> Result<Vec<Entry>, Fault> {
    let mut select = db.prepare_cached(
        r#"SELECT id, op, "end", target, partner, deletes, payload, state, lines
           FROM journal WHERE state IN ('planned', 'sent', 'unknown') ORDER BY id"#,
    )?;
    let mut rows = select.query([])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(read(row)?);
    }
    Ok(entries)
}

/// A record that has a new id: open writes go to it, and link with it.
pub(super) fn rename(db: &Connection, end: End, former: &str, id: &str) -> Result<(), Fault> {
    let open = "state IN ('planned', 'sent', 'unknown')";
    db.prepare_cached(&format!(r#"UPDATE journal SET target = ?3 WHERE {open} AND "end" = ?1 AND target = ?2"#))?
        .execute(params![code::end(end), former, id])?;
    db.prepare_cached(&format!(r#"UPDATE journal SET partner = ?3 WHERE {open} AND "end" = ?1 AND partner = ?2"#))?
        .execute(params![code::end(end.other()), former, id])?;
    Ok(())
}

fn read(row: &Row<'_>) -> Result<Entry, Fault> {
    let id: i64 = row.get(0)?;
    let write = format_args!("write {id}").to_string();
    let op: String = row.get(1)?;
    Ok(Entry {
        id: EntryId(id),
        write: NewEntry {
            op: Uuid::parse_str(&op).map_err(|error| Fault::damaged(format!("the name of {write}: {error}")))?,
            end: code::read_end(row.get(2)?)?,
            target: row.get(3)?,
            partner: row.get(4)?,
            deletes: row.get(5)?,
            payload: code::read_record(&row.get::<_, String>(6)?, &write)?,
            lines: code::read_lines(row.get::<_, Option<String>>(8)?.as_deref(), &write)?,
        },
        state: code::read_state(&row.get::<_, String>(7)?)?,
    })
}

/// Whether a write in the first state can come into the second.
fn may_follow(from: EntryState, to: EntryState) -> bool {
    use EntryState::{Confirmed, Failed, Planned, Sent, Unknown};
    match to {
        Planned => false,
        Sent => from == Planned,
        Confirmed => matches!(from, Sent | Unknown),
        Unknown => matches!(from, Sent | Unknown),
        Failed => matches!(from, Planned | Sent | Unknown),
    }
}

/// Brings an entry into another state: the only place where a state changes. `record` is the id that the
/// record now has.
fn advance(
    db: &Connection,
    entry: EntryId,
    to: EntryState,
    reason: Option<&str>,
    record: Option<&str>,
) -> Result<(), Fault> {
    let from: Option<String> = db
        .prepare_cached("SELECT state FROM journal WHERE id = ?1")?
        .query_row([entry.0], |row| row.get(0))
        .optional()?;
    let Some(from) = from else {
        return Err(never_planned(entry));
    };
    let (now, next) = (&from, code::state(to));
    if !may_follow(code::read_state(&from)?, to) {
        return Err(Fault::out_of_order(format!("write {} is {now}, and cannot become {next}", entry.0)));
    }
    let closed = matches!(to, EntryState::Confirmed | EntryState::Failed);
    db.prepare_cached(
        "UPDATE journal SET state = ?2, reason = ?3, target = coalesce(?4, target),
           payload = iif(?5, NULL, payload), lines = iif(?5, NULL, lines)
         WHERE id = ?1",
    )?
    .execute(params![entry.0, next, reason, record, closed])?;
    Ok(())
}

fn never_planned(entry: EntryId) -> Fault {
    Fault::out_of_order(format!("write {} was never planned", entry.0))
}
