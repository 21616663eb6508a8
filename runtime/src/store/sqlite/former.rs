//! Ids that became another record's, because the app made one record of two. A list that lags may still show one as a record
//! of its own, long after the app said what became of it.

use rusqlite::{Connection, params};
use syncc_compiler::ir::End;

use super::{code, fault::Fault};

/// Notes what became of an id.
pub(super) fn note(db: &Connection, end: End, former: &str, now: &str) -> Result<(), Fault> {
    db.prepare_cached(r#"UPDATE former SET now = ?3 WHERE "end" = ?1 AND now = ?2"#)?.execute(params![
        code::end(end),
        former,
        now
    ])?;
    // What stands under the new id is a record of its own, whatever became of that id before.
    db.prepare_cached(r#"DELETE FROM former WHERE "end" = ?1 AND id = ?2"#)?.execute(params![code::end(end), now])?;
    db.prepare_cached(
        r#"INSERT INTO former ("end", id, now) VALUES (?1, ?2, ?3)
           ON CONFLICT ("end", id) DO UPDATE SET now = excluded.now WHERE now <> excluded.now"#,
    )?
    .execute(params![code::end(end), former, now])?;
    Ok(())
}

/// Those of these ids that became another record's and are not known as records of their own again.
pub(super) fn former(db: &Connection, end: End, ids: &[String]) -> Result<Vec<String>, Fault> {
    // Most apps never make one record of two: then there is nothing to look up.
    let any: bool = db
        .prepare_cached(r#"SELECT EXISTS (SELECT 1 FROM former WHERE "end" = ?1)"#)?
        .query_row([code::end(end)], |row| row.get(0))?;
    let mut former = Vec::new();
    if any {
        let mut select = db.prepare_cached(
            r#"SELECT EXISTS (SELECT 1 FROM former WHERE "end" = ?1 AND id = ?2)
               AND NOT EXISTS (SELECT 1 FROM seen WHERE "end" = ?1 AND id = ?2)"#,
        )?;
        for id in ids {
            if select.query_row(params![code::end(end), id], |row| row.get(0))? {
                former.push(id.clone());
            }
        }
    }
    Ok(former)
}

/// Erases an id, and those that became it.
pub(super) fn erase(db: &Connection, end: End, id: &str) -> Result<(), Fault> {
    db.execute(r#"DELETE FROM former WHERE "end" = ?1 AND (id = ?2 OR now = ?2)"#, params![code::end(end), id])?;
    Ok(())
}
