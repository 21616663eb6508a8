//! Which records moved since they were last planned, and who shares a key with whom.
//!
//! Invariants:
//! - A record has a row in `standing` from the moment it is observed, and both records of a link are at rest or neither is. The
//!   triggers of migration 4 keep it, whatever else is written.
//! - The keys of whoever is at rest are known. Whatever makes them unknown wakes the record too, and nobody is put to rest
//!   without them, so that those without keys are looked for among those that moved.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};
use syncc_compiler::ir::End;

use super::{
    super::{Keyed, LinkId, RecordId},
    code,
    fault::Fault,
};

/// Names the rules by which records are at rest, and those by which keys are taken. By other rules all of them moved.
pub(super) fn begin(db: &Connection, rules: &str, keys: &str) -> Result<(), Fault> {
    let (rested, keyed): (Option<String>, Option<String>) =
        db.query_row("SELECT rested, keyed FROM connection", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    if keyed.as_deref() != Some(keys) {
        db.execute("DELETE FROM keys", [])?;
        db.execute("UPDATE standing SET code = NULL, keyed = 0, keys = x''", [])?;
        db.execute("UPDATE connection SET keyed = ?1, rested = ?2", [keys, rules])?;
    } else if rested.as_deref() != Some(rules) {
        db.execute("UPDATE standing SET code = NULL WHERE code IS NOT NULL", [])?;
        db.execute("UPDATE connection SET rested = ?1", [rules])?;
    }
    Ok(())
}

pub(super) fn keyed(db: &Connection, keys: &str) -> Result<bool, Fault> {
    Ok(db.query_row(
        "SELECT coalesce(keyed = ?1, FALSE) AND NOT EXISTS (SELECT 1 FROM standing WHERE code IS NULL AND NOT keyed)
         FROM connection",
        [keys],
        |row| row.get(0),
    )?)
}

pub(super) fn unkeyed(db: &Connection, after: Option<&RecordId>, most: usize) -> Result<Vec<RecordId>, Fault> {
    awake(db, "AND NOT keyed", after, most)
}

pub(super) fn moved(db: &Connection, after: Option<&RecordId>, most: usize) -> Result<Vec<RecordId>, Fault> {
    awake(db, "", after, most)
}

fn awake(db: &Connection, and: &str, after: Option<&RecordId>, most: usize) -> Result<Vec<RecordId>, Fault> {
    let (end, id) = after.map_or((-1, ""), |(end, id)| (code::end(*end), id.as_str()));
    let mut select = db.prepare_cached(&format!(
        r#"SELECT "end", id FROM standing WHERE code IS NULL {and} AND ("end", id) > (?1, ?2) ORDER BY "end", id LIMIT ?3"#
    ))?;
    let mut rows = select.query(params![end, id, i64::try_from(most).unwrap_or(i64::MAX)])?;
    let mut records = Vec::new();
    while let Some(row) = rows.next()? {
        records.push((code::read_end(row.get(0)?)?, row.get(1)?));
    }
    Ok(records)
}

pub(super) fn set_keys(db: &Connection, keyed: &[Keyed]) -> Result<(), Fault> {
    let (mut added, mut all_lost) = (Vec::new(), BTreeSet::new());
    for Keyed { end, id, keys } in keyed {
        let before = keys_of(db, *end, id)?;
        let lost: Vec<i64> = before.iter().filter(|key| !keys.contains(key)).copied().collect();
        for key in &lost {
            db.prepare_cached(r#"DELETE FROM keys WHERE key = ?1 AND "end" = ?2 AND id = ?3"#)?.execute(params![
                key,
                code::end(*end),
                id
            ])?;
        }
        all_lost.extend(lost);
        added.extend(keys.iter().filter(|key| !before.contains(key)).map(|key| (*key, code::end(*end), id)));
        let there: bool = db
            .prepare_cached(r#"SELECT EXISTS (SELECT 1 FROM seen WHERE "end" = ?1 AND id = ?2)"#)?
            .query_row(params![code::end(*end), id], |row| row.get(0))?;
        if there {
            let bytes: Vec<u8> = keys.iter().flat_map(|key| key.to_le_bytes()).collect();
            db.prepare_cached(r#"UPDATE standing SET keyed = 1, keys = ?3 WHERE "end" = ?1 AND id = ?2"#)?
                .execute(params![code::end(*end), id, bytes])?;
        } else {
            db.prepare_cached(r#"DELETE FROM standing WHERE "end" = ?1 AND id = ?2"#)?
                .execute(params![code::end(*end), id])?;
        }
    }
    // Whoever met a record by such a key may be somebody else now. Once for all of them: many may share one.
    for key in all_lost {
        for ((end, id), linked) in holders(db, key)? {
            if !linked {
                set_rest(db, &[(end, id, None)])?;
            }
        }
    }
    // In the order of the table.
    added.sort_unstable();
    let mut insert = db.prepare_cached(r#"INSERT OR IGNORE INTO keys (key, "end", id) VALUES (?1, ?2, ?3)"#)?;
    added.into_iter().try_for_each(|(key, end, id)| insert.execute(params![key, end, id]).map(drop))?;
    Ok(())
}

pub(super) fn keys_of(db: &Connection, end: End, id: &str) -> Result<Vec<i64>, Fault> {
    let bytes: Option<Vec<u8>> = db
        .prepare_cached(r#"SELECT keys FROM standing WHERE "end" = ?1 AND id = ?2"#)?
        .query_row(params![code::end(end), id], |row| row.get(0))
        .optional()?;
    let bytes = bytes.unwrap_or_default();
    Ok(bytes.as_chunks().0.iter().map(|key| i64::from_le_bytes(*key)).collect())
}

pub(super) fn holders(db: &Connection, key: i64) -> Result<Vec<(RecordId, bool)>, Fault> {
    let mut select = db.prepare_cached(
        r#"SELECT "end", id, iif("end" = 0, EXISTS (SELECT 1 FROM links WHERE left_id = keys.id),
             EXISTS (SELECT 1 FROM links WHERE right_id = keys.id))
           FROM keys WHERE key = ?1 ORDER BY "end", id"#,
    )?;
    let mut rows = select.query([key])?;
    let mut holders = Vec::new();
    while let Some(row) = rows.next()? {
        holders.push(((code::read_end(row.get(0)?)?, row.get(1)?), row.get(2)?));
    }
    Ok(holders)
}

const REST: &str = "UPDATE standing SET code = ?3";

/// Nobody rests whose keys are not known.
const MAY: &str = "(keyed OR ?3 IS NULL)";

pub(super) fn set_rest(db: &Connection, rests: &[(End, String, Option<u8>)]) -> Result<(), Fault> {
    let mut update =
        db.prepare_cached(&format!(r#"{REST} WHERE "end" = ?1 AND id = ?2 AND code IS NOT ?3 AND {MAY}"#))?;
    for (end, id, rest) in rests {
        update.execute(params![code::end(*end), id, rest])?;
    }
    Ok(())
}

pub(super) fn rest_links(db: &Connection, rests: &[(LinkId, [u8; 2])]) -> Result<(), Fault> {
    let update = |column: &str| {
        db.prepare_cached(&format!(
            r#"{REST} WHERE "end" = ?1 AND id = (SELECT {column} FROM links WHERE id = ?2) AND code IS NOT ?3 AND {MAY}"#
        ))
    };
    let (mut left, mut right) = (update("left_id")?, update("right_id")?);
    for (link, [of_left, of_right]) in rests {
        left.execute(params![code::end(End::Left), link.0, of_left])?;
        right.execute(params![code::end(End::Right), link.0, of_right])?;
    }
    Ok(())
}

pub(super) fn at_rest(db: &Connection) -> Result<Vec<(End, u8, usize)>, Fault> {
    let mut select = db.prepare_cached(r#"SELECT "end", code, count FROM rests WHERE count > 0"#)?;
    let mut rows = select.query([])?;
    let mut counts = Vec::new();
    while let Some(row) = rows.next()? {
        let count: i64 = row.get(2)?;
        counts.push((code::read_end(row.get(0)?)?, row.get(1)?, count.try_into().unwrap_or_default()));
    }
    Ok(counts)
}

/// Takes a record that is erased out of everything in here, and plans all others anew: it may have been in their way.
pub(super) fn erase(db: &Connection, end: End, id: &str) -> Result<(), Fault> {
    let params = params![code::end(end), id];
    db.execute(r#"DELETE FROM keys WHERE "end" = ?1 AND id = ?2"#, params)?;
    db.execute(r#"DELETE FROM standing WHERE "end" = ?1 AND id = ?2"#, params)?;
    db.execute("UPDATE standing SET code = NULL WHERE code IS NOT NULL", [])?;
    Ok(())
}
