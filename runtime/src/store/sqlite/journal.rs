//! Writes in flight: planned → sent → confirmed, failed or unknown; unknown → confirmed or failed.
//!
//! A closed entry keeps that there was a write, and forgets what it wrote.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use syncc_compiler::ir::End;
use uuid::Uuid;

use super::{
    super::{Confirmed, Entry, EntryId, EntryState, Line, LinkId, NewEntry, RunId, StoreError},
    code,
    fault::Fault,
    history, links,
    observations::{self, From},
};

pub(super) fn journal(db: &Connection, run: RunId, entries: &[NewEntry]) -> Result<Vec<EntryId>, Fault> {
    let mut insert = db.prepare_cached(
        r#"INSERT INTO journal
             (run, op, "end", target, partner, deletes, state)
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, 'planned')"#,
    )?;
    let mut open = db.prepare_cached("INSERT INTO open_writes (id, payload, lines) VALUES (?1, ?2, ?3)")?;
    let mut ids = Vec::with_capacity(entries.len());
    for entry in entries {
        let id = insert.insert(params![
            run.0,
            entry.op.to_string(),
            code::end(entry.end),
            entry.target,
            entry.partner,
            entry.deletes,
        ])?;
        open.execute(params![id, code::record(&entry.payload)?, code::lines(&entry.lines)?])?;
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
    // Those that were journalled together have one number after the other.
    for run in entries.chunk_by(|a, b| a.0.checked_add(1) == Some(b.0)) {
        let ([first, ..], [.., last]) = (run, run) else { continue };
        let planned = "SELECT count(*) FROM journal WHERE id BETWEEN ?1 AND ?2 AND state = 'planned'";
        let planned: i64 = db.prepare_cached(planned)?.query_row([first.0, last.0], |row| row.get(0))?;
        if usize::try_from(planned) != Ok(run.len()) {
            // One by one, to say which of them it is.
            return run.iter().try_for_each(|entry| advance(db, *entry, EntryState::Sent, None, None));
        }
        db.prepare_cached("UPDATE journal SET state = 'sent' WHERE id BETWEEN ?1 AND ?2")?
            .execute([first.0, last.0])?;
    }
    Ok(())
}

pub(super) fn confirm_all(
    db: &Connection,
    confirmed: &[Confirmed],
    at: Timestamp,
) -> Result<Vec<Option<LinkId>>, Fault> {
    let last = history::last(db)?;
    let mut written = [false; 2];
    let links = confirmed.iter().map(|of| confirm(db, of, at, &mut written)).collect::<Result<_, _>>()?;
    for end in End::BOTH.into_iter().filter(|end| written[end.index()]) {
        observations::note_unshown(db, end)?;
    }
    history::note_runs(db, last)?;
    Ok(links)
}

/// `any_written`: the ends on which records were written that are there, left first.
fn confirm(
    db: &Connection,
    confirmed: &Confirmed,
    at: Timestamp,
    any_written: &mut [bool; 2],
) -> Result<Option<LinkId>, Fault> {
    let Confirmed { entry, now, fields, lines, settled, elses } = confirmed;
    let (end, target, partner, deletes, run) = db
        .prepare_cached(r#"SELECT "end", target, partner, deletes, run FROM journal WHERE id = ?1"#)?
        .query_row([entry.0], |row| {
            let (end, target, partner): (i64, Option<String>, Option<String>) = (row.get(0)?, row.get(1)?, row.get(2)?);
            Ok((end, target, partner, row.get::<_, bool>(3)?, RunId(row.get(4)?)))
        })
        .optional()?
        .ok_or_else(|| never_planned(*entry))?;
    let journalled = if lines.is_none() { lines_of(db, *entry)? } else { Vec::new() };
    advance(db, *entry, EntryState::Confirmed, None, Some(&now.id))?;
    let end = code::read_end(end)?;
    history::record(db, run, at, (end, &now.id), lines.as_ref().unwrap_or(&journalled), fields)?;

    // A record that is deleted is linked before it is: a deleted one without a link is forgotten.
    let before = match (&target, &partner) {
        (Some(target), Some(partner)) if deletes => link(db, end, target, partner, None)?,
        _ => None,
    };
    let made = target.is_none();
    any_written[end.index()] |= !now.deleted;
    let former = target.filter(|target| *target != now.id);
    let merged = former.is_some() && observations::is_known(db, end, &now.id)?;
    observations::observe(db, end, std::slice::from_ref(now), if now.deleted { From::Answer } else { From::Write })?;
    if let Some(former) = former {
        observations::rename(db, end, &former, &now.id, merged)?;
    }
    let base = settled.as_ref().map(links::InStep::of).transpose()?;
    let set = match (settled, &base) {
        // What is made is in no link yet.
        (Some(settled), Some(base)) if !made => links::set_base(db, &settled.ids, base)?,
        _ => None,
    };
    match partner {
        Some(_) if deletes => Ok(before),
        _ if *elses => Ok(None),
        _ if set.is_some() => Ok(set),
        None if base.is_some() => Ok(None),
        None => links::of(db, end, &now.id),
        Some(partner) => link(db, end, &now.id, &partner, base.as_ref()),
    }
}

/// The lines that an open write will leave in the history.
fn lines_of(db: &Connection, entry: EntryId) -> Result<Vec<Line>, Fault> {
    let lines: Option<Option<String>> = db
        .prepare_cached("SELECT lines FROM open_writes WHERE id = ?1")?
        .query_row([entry.0], |row| row.get(0))
        .optional()?;
    code::read_lines(lines.flatten().as_deref(), format_args!("write {}", entry.0))
}

/// Links a written record with its partner, if that can be. If not, the write happened all the same: the
/// partner was deleted in the meantime, or the app answered a create with a record that it had already.
fn link(
    db: &Connection,
    end: End,
    record: &str,
    partner: &str,
    base: Option<&links::InStep<'_>>,
) -> Result<Option<LinkId>, Fault> {
    let records = match end {
        End::Left => [record, partner],
        End::Right => [partner, record],
    };
    match links::link(db, records, base) {
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
           FROM open_writes JOIN journal USING (id) ORDER BY id"#,
    )?;
    let mut rows = select.query([])?;
    let mut entries = Vec::new();
    while let Some(row) = rows.next()? {
        entries.push(read(row)?);
    }
    Ok(entries)
}

pub(super) fn parted(db: &Connection, end: End, ids: &[String]) -> Result<Vec<(String, String)>, Fault> {
    let wanted = serde_json::Value::from(ids).to_string();
    let mut select = db.prepare_cached(
        r#"SELECT target, partner, max(id) FROM journal
           WHERE deletes AND "end" = ?1 AND state = 'confirmed' AND partner IS NOT NULL
             AND target IN (SELECT value FROM json_each(?2))
           GROUP BY target"#,
    )?;
    let parted = select.query_map(params![code::end(end), wanted], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(parted.collect::<Result<_, _>>()?)
}

/// A record that has a new id: open writes go to it, and link with it.
pub(super) fn rename(db: &Connection, end: End, former: &str, id: &str) -> Result<(), Fault> {
    let open = "id IN (SELECT id FROM open_writes)";
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

/// The states from which a write can come into this one.
fn before(to: EntryState) -> &'static [EntryState] {
    use EntryState::{Confirmed, Failed, Planned, Sent, Unknown};
    match to {
        Planned => &[],
        Sent => &[Planned],
        Confirmed | Unknown => &[Sent, Unknown],
        Failed => &[Planned, Sent, Unknown],
    }
}

/// Brings an entry into another state: with [`sent`], the only place where a state changes. `record` is the id that the
/// record now has.
fn advance(
    db: &Connection,
    entry: EntryId,
    to: EntryState,
    reason: Option<&str>,
    record: Option<&str>,
) -> Result<(), Fault> {
    let next = code::state(to);
    let from = |nth: usize| before(to).get(nth).map(|state| code::state(*state));
    // With a closed one goes what it wrote: a trigger sees to that.
    let advanced = db
        .prepare_cached(
            "UPDATE journal SET state = ?2, reason = ?3, target = coalesce(?4, target)
             WHERE id = ?1 AND state IN (?5, ?6, ?7)",
        )?
        .execute(params![entry.0, next, reason, record, from(0), from(1), from(2)])?;
    if advanced > 0 {
        return Ok(());
    }
    let now: Option<String> = db
        .prepare_cached("SELECT state FROM journal WHERE id = ?1")?
        .query_row([entry.0], |row| row.get(0))
        .optional()?;
    Err(match now {
        Some(now) => Fault::out_of_order(format!("write {} is {now}, and cannot become {next}", entry.0)),
        None => never_planned(entry),
    })
}

fn never_planned(entry: EntryId) -> Fault {
    Fault::out_of_order(format!("write {} was never planned", entry.0))
}
