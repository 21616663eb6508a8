//! Erasing a person, and knowing afterwards only that somebody like this is not to be taken in again.

use std::collections::HashSet;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};
use sha2::{Digest as _, Sha256};
use syncc_compiler::ir::End;

use super::{
    super::{Erased, Marks, RecordId},
    care, code,
    fault::Fault,
    former, links, standing,
};

/// What stands for an id or a key that must not be readable any more. `kind` keeps an id from fitting a key.
#[must_use]
pub fn mark(salt: &str, kind: &str, text: &str) -> String {
    let mut hash = Sha256::new();
    for part in [salt, kind, text] {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The kind of the mark of an id on this end.
#[must_use]
pub fn id_kind(end: End) -> &'static str {
    match end {
        End::Left => "left id",
        End::Right => "right id",
    }
}

pub(super) fn marks(db: &Connection) -> Result<Marks, Fault> {
    let salt = db.prepare_cached("SELECT salt FROM salt")?.query_row([], |row| row.get(0)).optional()?;
    let mut select = db.prepare_cached("SELECT mark FROM forgotten")?;
    let marks = select.query_map([], |row| row.get(0))?.collect::<Result<HashSet<String>, _>>()?;
    let people = db.query_row("SELECT count(DISTINCT person) FROM forgotten", [], |row| row.get::<_, i64>(0))?;
    Ok(Marks { salt, marks, people: people.try_into().unwrap_or_default() })
}

/// Erases everything about these records, and leaves the marks of one person.
pub(super) fn forget(
    db: &Connection,
    records: &[(End, String)],
    marks: &[String],
    salt: &str,
    at: Timestamp,
) -> Result<Erased, Fault> {
    db.execute("INSERT OR IGNORE INTO salt (one, salt) VALUES (1, ?1)", [salt])?;
    let person: i64 = db.query_row("SELECT coalesce(max(person), 0) + 1 FROM forgotten", [], |row| row.get(0))?;
    for mark in marks {
        db.prepare_cached("INSERT OR REPLACE INTO forgotten (mark, person, since) VALUES (?1, ?2, ?3)")?
            .execute(params![mark, person, code::time(at)])?;
    }
    // What stopped the last cycle may name anybody.
    care::go_on(db)?;
    let mut erased = Erased::default();
    for (end, id) in records {
        erased.history += erase(db, *end, id)?;
    }
    Ok(erased)
}

/// Records that are not known any more, and of which the history tells one of these texts.
pub(super) fn mentioned(db: &Connection, texts: &[String]) -> Result<Vec<RecordId>, Fault> {
    let mut select = db.prepare_cached(
        r#"SELECT DISTINCT "end", record FROM history
           WHERE (instr(lower(fields), ?1) > 0 OR lower(who) = ?2 OR record = ?3)
             AND NOT EXISTS (SELECT 1 FROM seen WHERE seen."end" = history."end" AND seen.id = history.record)"#,
    )?;
    let mut records = Vec::new();
    for text in texts {
        // As it stands in the fields: in quotes, so that nobody is meant whose address only ends so.
        let lower = text.to_lowercase();
        let quoted = serde_json::Value::String(lower.clone()).to_string();
        let mut rows = select.query([&quoted, &lower, text])?;
        while let Some(row) = rows.next()? {
            let record: RecordId = (code::read_end(row.get(0)?)?, row.get(1)?);
            if !records.contains(&record) {
                records.push(record);
            }
        }
    }
    Ok(records)
}

/// Erases everything about one record; how many lines of history that were.
fn erase(db: &Connection, end: End, id: &str) -> Result<usize, Fault> {
    let (here, there) = (code::end(end), code::end(end.other()));
    let column = links::column(end);
    // The link first: it points to both records.
    db.execute(&format!("DELETE FROM links WHERE {column} = ?1"), [id])?;
    db.execute(&format!("DELETE FROM conflicts WHERE {column} = ?1"), [id])?;
    let told = r#"FROM history WHERE "end" = ?1 AND record = ?2"#;
    let lines: i64 =
        db.query_row(&format!("SELECT coalesce(sum(lines), 0) {told}"), params![here, id], |row| row.get(0))?;
    db.execute(&format!("DELETE {told}"), params![here, id])?;
    for table in ["pauses", "troubles"] {
        db.execute(&format!(r#"DELETE FROM {table} WHERE "end" = ?1 AND record = ?2"#), params![here, id])?;
    }
    db.execute(
        r#"DELETE FROM journal WHERE ("end" = ?1 AND target = ?3) OR ("end" = ?2 AND partner = ?3)"#,
        params![here, there, id],
    )?;
    db.execute(r#"DELETE FROM seen WHERE "end" = ?1 AND id = ?2"#, params![here, id])?;
    former::erase(db, end, id)?;
    standing::erase(db, end, id)?;
    Ok(lines.try_into().unwrap_or_default())
}

/// Writes the file anew without what was erased, and empties its log. Whether both were done: somebody who is just looking
/// keeps the log.
pub(super) fn scrub(db: &Connection) -> Result<bool, Fault> {
    // It makes a copy of everything first, without what was erased: in a file without a name, because it is as large as the store.
    db.pragma_update(None, "temp_store", "FILE")?;
    let written = db.execute_batch("VACUUM");
    db.pragma_update(None, "temp_store", "MEMORY")?;
    written?;
    let busy: i64 = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    Ok(busy == 0)
}

/// Forgets that somebody was forgotten: all marks of the people who have one of these. Whether there were any.
pub(super) fn take_back(db: &Connection, marks: &[String]) -> Result<bool, Fault> {
    let mut any = false;
    for mark in marks {
        any |= db
            .prepare_cached("DELETE FROM forgotten WHERE person IN (SELECT person FROM forgotten WHERE mark = ?1)")?
            .execute([mark])?
            > 0;
    }
    Ok(any)
}

/// Keeps those forgotten whom the replaced store knows as such, when an older one is put back: their marks come over, and
/// what the older one still holds of them is erased. Nothing if the two have different salts. The other store is attached
/// as `replaced`.
pub(super) fn stay_forgotten(db: &Connection) -> Result<(), Fault> {
    db.execute_batch(
        "INSERT OR IGNORE INTO main.salt SELECT * FROM replaced.salt;
         INSERT OR IGNORE INTO main.forgotten SELECT * FROM replaced.forgotten
           WHERE EXISTS (SELECT 1 FROM main.salt JOIN replaced.salt AS other ON other.salt = main.salt.salt);",
    )?;
    let Marks { salt: Some(salt), marks, .. } = marks(db)? else { return Ok(()) };
    for end in End::BOTH {
        let mut select = db.prepare(r#"SELECT id FROM main.seen WHERE "end" = ?1"#)?;
        let ids = select.query_map([code::end(end)], |row| row.get(0))?.collect::<Result<Vec<String>, _>>()?;
        for id in ids.iter().filter(|id| marks.contains(&mark(&salt, id_kind(end), id))) {
            erase(db, end, id)?;
        }
    }
    Ok(())
}
