//! The ends: who the account is, where to go on reading, and every record as last observed.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use syncc_compiler::ir::End;

use super::{super::Seen, code, fault::Fault, former, handed, links};
use crate::apps::{Handed, Observed};

pub(super) fn identity(db: &Connection, end: End) -> Result<Option<String>, Fault> {
    Ok(db
        .prepare_cached(r#"SELECT identity FROM ends WHERE "end" = ?1"#)?
        .query_row([code::end(end)], |row| row.get(0))?)
}

pub(super) fn set_identity(db: &Connection, end: End, identity: &str) -> Result<(), Fault> {
    db.prepare_cached(r#"UPDATE ends SET identity = ?2 WHERE "end" = ?1"#)?
        .execute(params![code::end(end), identity])?;
    Ok(())
}

pub(super) fn emptied(db: &Connection, end: End) -> Result<bool, Fault> {
    Ok(db
        .prepare_cached(r#"SELECT emptied FROM ends WHERE "end" = ?1"#)?
        .query_row([code::end(end)], |row| row.get(0))?)
}

pub(super) fn set_emptied(db: &Connection, end: End) -> Result<(), Fault> {
    db.prepare_cached(r#"UPDATE ends SET emptied = 1 WHERE "end" = ?1"#)?.execute([code::end(end)])?;
    Ok(())
}

pub(super) fn cursor(db: &Connection, end: End) -> Result<Option<String>, Fault> {
    Ok(db
        .prepare_cached(r#"SELECT cursor FROM cursors WHERE "end" = ?1"#)?
        .query_row([code::end(end)], |row| row.get(0))
        .optional()?)
}

pub(super) fn any_cursor(db: &Connection, end: End) -> Result<bool, Fault> {
    Ok(db
        .prepare_cached(r#"SELECT EXISTS (SELECT 1 FROM cursors WHERE "end" = ?1)"#)?
        .query_row([code::end(end)], |row| row.get(0))?)
}

pub(super) fn set_cursor(db: &Connection, end: End, cursor: Option<&str>) -> Result<(), Fault> {
    match cursor {
        // One that is still the same is not written again.
        Some(cursor) => db
            .prepare_cached(
                r#"INSERT INTO cursors ("end", cursor) VALUES (?1, ?2)
               ON CONFLICT ("end") DO UPDATE SET cursor = excluded.cursor WHERE cursor <> excluded.cursor"#,
            )?
            .execute(params![code::end(end), cursor])?,
        None => db.prepare_cached(r#"DELETE FROM cursors WHERE "end" = ?1"#)?.execute([code::end(end)])?,
    };
    Ok(())
}

/// Notes what a listing showed that was cut off: should that be deleted before the next one, no list of what changed tells of it.
pub(super) fn note_cut_off(db: &Connection, end: End) -> Result<(), Fault> {
    // All records are looked at for that, so only if there is something to note.
    if !is_listing(db, end)? {
        return Ok(());
    }
    let cut_off = db
        .prepare_cached(
            r#"UPDATE seen SET listing = ?2 WHERE "end" = ?1 AND NOT deleted
               AND listing = (SELECT listing FROM ends WHERE "end" = ?1)"#,
        )?
        .execute(params![code::end(end), UNSHOWN])?;
    if cut_off > 0 { note_unshown(db, end) } else { Ok(()) }
}

pub(super) fn begin_listing(db: &Connection, end: End) -> Result<(), Fault> {
    note_cut_off(db, end)?;
    db.prepare_cached(r#"UPDATE ends SET listing = listing + 1, listing_open = 1 WHERE "end" = ?1"#)?
        .execute([code::end(end)])?;
    Ok(())
}

/// The number of the listing, for a record that counts as deleted because a complete listing did not show it; a listing that
/// says so of a record gives its own number, which is greater.
const MISSED: i64 = 0;

/// The same, for one of which that is in doubt.
const DOUBTED: i64 = -1;

/// The same, for one that was written, or that a listing showed which was cut off: no whole listing has shown it since.
const UNSHOWN: i64 = -2;

/// Notes that there are such records of an end.
pub(super) fn note_unshown(db: &Connection, end: End) -> Result<(), Fault> {
    db.prepare_cached(r#"UPDATE ends SET made = 1 WHERE "end" = ?1 AND NOT made"#)?.execute([code::end(end)])?;
    Ok(())
}

pub(super) fn unshown(db: &Connection, end: End) -> Result<Vec<String>, Fault> {
    let any: bool = db
        .prepare_cached(r#"SELECT made FROM ends WHERE "end" = ?1"#)?
        .query_row([code::end(end)], |row| row.get(0))?;
    if !any {
        return Ok(Vec::new());
    }
    let mut select =
        db.prepare_cached(r#"SELECT id FROM seen WHERE "end" = ?1 AND NOT deleted AND listing = ?2 ORDER BY id"#)?;
    let ids = select.query_map([code::end(end), UNSHOWN], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// The records that count as deleted, are linked, and of which it was not planned yet what that means for their partner.
fn pending(end: End) -> String {
    let linked = links::column(end);
    format!(
        r#""end" = ?1 AND deleted AND EXISTS (SELECT 1 FROM links WHERE {linked} = seen.id)
           AND EXISTS (SELECT 1 FROM standing WHERE standing."end" = seen."end" AND standing.id = seen.id AND code IS NULL)"#
    )
}

pub(super) fn missed(db: &Connection, end: End) -> Result<bool, Fault> {
    Ok(db
        .prepare_cached(&format!("SELECT EXISTS (SELECT 1 FROM seen WHERE listing = ?2 AND {})", pending(end)))?
        .query_row([code::end(end), MISSED], |row| row.get(0))?)
}

pub(super) fn doubt(db: &Connection, end: End) -> Result<usize, Fault> {
    Ok(db
        .prepare_cached(&format!("UPDATE seen SET listing = ?3 WHERE listing = ?2 AND {}", pending(end)))?
        .execute([code::end(end), MISSED, DOUBTED])?)
}

pub(super) fn doubt_of(db: &Connection, end: End, ids: &[String]) -> Result<usize, Fault> {
    let update = format!("UPDATE seen SET listing = ?2 WHERE id = ?3 AND listing <> ?2 AND {}", pending(end));
    let mut update = db.prepare_cached(&update)?;
    let mut doubted = 0_usize;
    for id in ids {
        doubted = doubted.saturating_add(update.execute(params![code::end(end), DOUBTED, id])?);
    }
    Ok(doubted)
}

pub(super) fn doubted(db: &Connection, end: End) -> Result<Vec<String>, Fault> {
    let mut select =
        db.prepare_cached(r#"SELECT id FROM seen WHERE "end" = ?1 AND deleted AND listing = ?2 ORDER BY id"#)?;
    let ids = select.query_map([code::end(end), DOUBTED], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

pub(super) fn end_listing(
    db: &Connection,
    end: End,
    complete: bool,
    cursor: Option<&str>,
    handed: &[Handed],
) -> Result<(), Fault> {
    let ended = db
        .prepare_cached(
            r#"UPDATE ends SET listing_open = 0,
                 made = CASE made WHEN 0 THEN 0 ELSE EXISTS
                   (SELECT 1 FROM seen WHERE seen."end" = ?1 AND NOT deleted AND listing = ?2) END
               WHERE "end" = ?1 AND listing_open"#,
        )?
        .execute(params![code::end(end), UNSHOWN])?;
    // A complete listing deletes what it did not see: never on the word of one that was not begun.
    if ended == 0 {
        return Err(Fault::out_of_order("a listing was ended that was not begun"));
    }
    handed::carry_out(db, end, handed)?;
    if complete {
        db.prepare_cached(
            r#"UPDATE seen SET deleted = 1, raw = x'', version = NULL, listing = ?2
               WHERE "end" = ?1 AND NOT deleted AND listing <> (SELECT listing FROM ends WHERE "end" = ?1)"#,
        )?
        .execute([code::end(end), MISSED])?;
        db.prepare_cached(r#"UPDATE seen SET listing = ?2 WHERE "end" = ?1 AND deleted AND listing = ?3"#)?
            .execute([code::end(end), MISSED, DOUBTED])?;
    }
    for end in End::BOTH {
        let linked = links::column(end);
        db.prepare_cached(&format!(
            r#"DELETE FROM seen WHERE "end" = ?1 AND deleted AND id NOT IN (SELECT {linked} FROM links)"#
        ))?
        .execute([code::end(end)])?;
    }
    set_cursor(db, end, cursor)
}

pub(super) fn unlisted(db: &Connection, end: End, most: usize) -> Result<Vec<String>, Fault> {
    let mut select = db.prepare_cached(
        r#"SELECT id FROM seen WHERE "end" = ?1 AND NOT deleted
           AND listing <> (SELECT listing FROM ends WHERE "end" = ?1) ORDER BY id LIMIT ?2"#,
    )?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let ids = select.query_map([code::end(end), most], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

/// Where an observation comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum From {
    /// A read. It may lag behind our own writes, so that an older state is no news.
    Read,
    /// An answer about this record alone: what the app holds now, whatever its clock says.
    Answer,
    /// The same to a write: no listing has shown what the record holds since.
    Write,
}

/// Takes records in. Three passes, so that the outcome does not depend on the order within the page:
/// all records, then all former ids, then the tombstones that nothing points to any more.
pub(super) fn observe(db: &Connection, end: End, page: &[Observed], from: From) -> Result<(), Fault> {
    // In the order of the key, which keeps the pages of the index that are touched few. Stable: of two
    // observations of one record the later one stays.
    let mut sorted: Vec<&Observed> = page.iter().collect();
    sorted.sort_by(|a, b| a.id.cmp(&b.id));

    // What is written while a listing is under way belongs to it.
    let listing: i64 = db
        .prepare_cached(r#"SELECT iif(?2 AND NOT listing_open, ?3, listing) FROM ends WHERE "end" = ?1"#)?
        .query_row(params![code::end(end), from == From::Write, UNSHOWN], |row| row.get(0))?;
    let mut take = db.prepare_cached(
        r#"INSERT INTO seen ("end", id, version, raw, deleted, edited, listing) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
           ON CONFLICT ("end", id) DO UPDATE SET version = excluded.version, raw = excluded.raw,
             deleted = excluded.deleted, edited = excluded.edited, listing = excluded.listing
           WHERE ?8 OR coalesce(excluded.edited >= seen.edited, 1)"#,
    )?;
    if page.iter().any(|record| !record.deleted) {
        db.prepare_cached(r#"UPDATE ends SET emptied = 0 WHERE "end" = ?1 AND emptied"#)?.execute([code::end(end)])?;
    }
    // Before anything is taken in: which of the records that took others in were known themselves.
    let mut known = BTreeSet::new();
    for record in sorted.iter().filter(|record| !record.aliases.is_empty()) {
        if is_known(db, end, &record.id)? {
            known.insert(&record.id);
        }
    }
    let mut list = db.prepare_cached(r#"UPDATE seen SET listing = ?3 WHERE "end" = ?1 AND id = ?2"#)?;
    for record in &sorted {
        let raw: &[u8] = if record.deleted { &[] } else { &record.raw };
        let edited = record.edited.map(code::time);
        let side = code::end(end);
        let row = params![side, record.id, record.version, raw, record.deleted, edited, listing, from != From::Read];
        if take.execute(row)? == 0 {
            // An older state of the record: not news, but the listing has it.
            list.execute(params![side, record.id, listing])?;
        }
    }
    for record in &sorted {
        for former in &record.aliases {
            rename(db, end, former, &record.id, known.contains(&record.id))?;
        }
    }
    for record in sorted.iter().filter(|record| record.deleted) {
        drop_if_gone(db, end, &record.id)?;
    }
    Ok(())
}

/// Moves everything from a former id to the new one. If another record of the page took the new one's place
/// in turn (two records that name each other), there is nothing to move to.
/// `merged` says that both were known before, as two records.
pub(super) fn rename(db: &Connection, end: End, former: &str, id: &str, merged: bool) -> Result<(), Fault> {
    if former == id || deleted(db, end, id)?.is_none() {
        return Ok(());
    }
    handed::pass_on(db, end, former, id, merged)?;
    forget(db, end, former)?;
    former::note(db, end, former, id)
}

/// Forgets what was observed of a record.
pub(super) fn forget(db: &Connection, end: End, id: &str) -> Result<(), Fault> {
    db.prepare_cached(r#"DELETE FROM seen WHERE "end" = ?1 AND id = ?2"#)?.execute(params![code::end(end), id])?;
    Ok(())
}

fn is_listing(db: &Connection, end: End) -> Result<bool, Fault> {
    Ok(db
        .prepare_cached(r#"SELECT listing_open FROM ends WHERE "end" = ?1"#)?
        .query_row([code::end(end)], |row| row.get(0))?)
}

/// Makes sure that a record is known that something is to be linked with: as one that is gone, if it is not there.
pub(super) fn keep_gone(db: &Connection, end: End, id: &str) -> Result<(), Fault> {
    db.prepare_cached(
        r#"INSERT OR IGNORE INTO seen ("end", id, raw, deleted, listing)
           SELECT "end", ?2, x'', 1, listing FROM ends WHERE "end" = ?1"#,
    )?
    .execute(params![code::end(end), id])?;
    Ok(())
}

/// Whether the record was observed, deleted or not.
pub(super) fn is_known(db: &Connection, end: End, id: &str) -> Result<bool, Fault> {
    Ok(deleted(db, end, id)?.is_some())
}

/// Whether the record was observed and is not deleted.
pub(super) fn is_there(db: &Connection, end: End, id: &str) -> Result<bool, Fault> {
    Ok(deleted(db, end, id)? == Some(false))
}

/// Whether the record was observed and is deleted.
pub(super) fn is_deleted(db: &Connection, end: End, id: &str) -> Result<bool, Fault> {
    Ok(deleted(db, end, id)? == Some(true))
}

fn deleted(db: &Connection, end: End, id: &str) -> Result<Option<bool>, Fault> {
    Ok(db
        .prepare_cached(r#"SELECT deleted FROM seen WHERE "end" = ?1 AND id = ?2"#)?
        .query_row(params![code::end(end), id], |row| row.get(0))
        .optional()?)
}

/// Forgets a record that is deleted and in no link.
pub(super) fn drop_if_gone(db: &Connection, end: End, id: &str) -> Result<(), Fault> {
    let linked = links::column(end);
    db.prepare_cached(&format!(
        r#"DELETE FROM seen WHERE "end" = ?1 AND id = ?2 AND deleted
           AND NOT EXISTS (SELECT 1 FROM links WHERE {linked} = ?2)"#
    ))?
    .execute(params![code::end(end), id])?;
    Ok(())
}

const SEEN: &str = r#"SELECT id, version, raw, deleted, edited FROM seen WHERE "end" = ?1"#;

pub(super) fn seen(db: &Connection, end: End) -> Result<Vec<Seen>, Fault> {
    let mut select = db.prepare_cached(&format!("{SEEN} ORDER BY id"))?;
    let mut rows = select.query([code::end(end)])?;
    let mut seen = Vec::new();
    while let Some(row) = rows.next()? {
        seen.push(read(row)?);
    }
    Ok(seen)
}

pub(super) fn seen_after(db: &Connection, end: End, after: Option<&str>, most: usize) -> Result<Vec<Seen>, Fault> {
    let mut select = db.prepare_cached(&format!("{SEEN} AND id > ?2 ORDER BY id LIMIT ?3"))?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let mut rows = select.query(params![code::end(end), after.unwrap_or_default(), most])?;
    let mut seen = Vec::new();
    while let Some(row) = rows.next()? {
        seen.push(read(row)?);
    }
    Ok(seen)
}

pub(super) fn records(db: &Connection, end: End, ids: &[String]) -> Result<Vec<Seen>, Fault> {
    let mut select = db.prepare_cached(&format!("{SEEN} AND id = ?2"))?;
    let mut seen = Vec::with_capacity(ids.len());
    for id in ids {
        let mut rows = select.query(params![code::end(end), id])?;
        if let Some(row) = rows.next()? {
            seen.push(read(row)?);
        }
    }
    Ok(seen)
}

pub(super) fn some(db: &Connection, end: End, most: usize) -> Result<Vec<String>, Fault> {
    // Those that are there first. Each half reads no more than it needs.
    let mut select = db.prepare_cached(
        r#"SELECT id FROM (SELECT id FROM seen WHERE "end" = ?1 AND NOT deleted ORDER BY id LIMIT ?2)
           UNION ALL SELECT id FROM (SELECT id FROM seen WHERE "end" = ?1 AND deleted ORDER BY id LIMIT ?2) LIMIT ?2"#,
    )?;
    let ids = select.query_map(params![code::end(end), i64::try_from(most).unwrap_or(i64::MAX)], |row| row.get(0))?;
    Ok(ids.collect::<Result<_, _>>()?)
}

fn read(row: &Row<'_>) -> Result<Seen, Fault> {
    let id: String = row.get(0)?;
    let edited: Option<Timestamp> = match row.get_ref(4)?.as_str_or_null().map_err(rusqlite::Error::from)? {
        Some(text) => Some(code::read_time(text, format_args!("record {id}"))?),
        None => None,
    };
    let (version, raw, deleted) = (row.get(1)?, row.get(2)?, row.get(3)?);
    Ok(Seen { observed: Observed { id, version, raw, deleted, edited, aliases: Vec::new() } })
}
