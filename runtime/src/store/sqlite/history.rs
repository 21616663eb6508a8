//! Runs, and what they did, for people.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, params};

use super::{
    super::{Activity, RunId},
    code,
    fault::Fault,
};

pub(super) fn planned(db: &Connection) -> Result<Option<String>, Fault> {
    Ok(db.prepare_cached("SELECT planned FROM connection")?.query_row([], |row| row.get(0))?)
}

pub(super) fn set_planned(db: &Connection, program: &str) -> Result<(), Fault> {
    db.prepare_cached("UPDATE connection SET planned = ?1")?.execute([program])?;
    Ok(())
}

pub(super) fn begin_run(db: &Connection, at: Timestamp, program: &str) -> Result<RunId, Fault> {
    let id = db
        .prepare_cached("INSERT INTO runs (began, program) VALUES (?1, ?2)")?
        .insert(params![code::time(at), program])?;
    set_planned(db, program)?;
    Ok(RunId(id))
}

pub(super) fn end_run(db: &Connection, run: RunId, at: Timestamp, summary: &str) -> Result<(), Fault> {
    let ended = db
        .prepare_cached("UPDATE runs SET ended = ?2, summary = ?3 WHERE id = ?1 AND ended IS NULL")?
        .execute(params![run.0, code::time(at), summary])?;
    if ended == 0 {
        return Err(Fault::out_of_order(format!("run {} was ended, but is not under way", run.0)));
    }
    Ok(())
}

pub(super) fn last_run(db: &Connection) -> Result<Option<(Timestamp, String, String)>, Fault> {
    let row: Option<(i64, String, String, String)> = db
        .prepare_cached(
            "SELECT id, ended, program, summary FROM runs WHERE ended IS NOT NULL ORDER BY id DESC LIMIT 1",
        )?
        .query_row([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
        .optional()?;
    let Some((id, ended, program, summary)) = row else {
        return Ok(None);
    };
    Ok(Some((code::read_time(&ended, format_args!("run {id}"))?, program, summary)))
}

pub(super) fn record(db: &Connection, run: RunId, activity: &[Activity]) -> Result<(), Fault> {
    let mut insert = db.prepare_cached(
        r#"INSERT INTO activity (run, at, "end", record, who, what, field, before, after, why)
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)"#,
    )?;
    for line in activity {
        insert.execute(params![
            run.0,
            code::time(line.at),
            code::end(line.end),
            line.record,
            line.who,
            line.what,
            line.field,
            line.before,
            line.after,
            line.why,
        ])?;
    }
    Ok(())
}

pub(super) fn activity(db: &Connection, limit: usize) -> Result<Vec<Activity>, Fault> {
    let mut select = db.prepare_cached(
        r#"SELECT id, at, "end", record, who, what, field, before, after, why
           FROM activity ORDER BY id DESC LIMIT ?1"#,
    )?;
    let mut rows = select.query([i64::try_from(limit).unwrap_or(i64::MAX)])?;
    let mut activity = Vec::new();
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let at: String = row.get(1)?;
        activity.push(Activity {
            at: code::read_time(&at, format_args!("line {id} of the history"))?,
            end: code::read_end(row.get(2)?)?,
            record: row.get(3)?,
            who: row.get(4)?,
            what: row.get(5)?,
            field: row.get(6)?,
            before: row.get(7)?,
            after: row.get(8)?,
            why: row.get(9)?,
        });
    }
    Ok(activity)
}
