//! What is treated with care: paused records, records in trouble, conflicts that somebody should look at, and why nothing goes on.

use jiff::Timestamp;
use rusqlite::{Connection, params};
use syncc_compiler::ir::End;

use super::{
    super::{Conflict, Pause, RunId, Stopped, Trouble},
    code,
    fault::Fault,
};

pub(super) fn pause(db: &Connection, pauses: &[Pause]) -> Result<(), Fault> {
    let mut insert =
        db.prepare_cached(r#"INSERT OR IGNORE INTO pauses ("end", record, since, why) VALUES (?1, ?2, ?3, ?4)"#)?;
    for pause in pauses {
        let (end, record) = pause.record.as_ref().map(|(end, record)| (code::end(*end), record)).unzip();
        insert.execute(params![end, record, code::time(pause.since), pause.why])?;
    }
    Ok(())
}

pub(super) fn resume(db: &Connection, record: Option<(End, &str)>) -> Result<bool, Fault> {
    let (end, record) = record.map(|(end, record)| (code::end(end), record)).unzip();
    // In the words of the index.
    let resumed = db
        .prepare_cached(
            r#"DELETE FROM pauses WHERE coalesce("end", -1) = coalesce(?1, -1) AND coalesce(record, '') = coalesce(?2, '')"#,
        )?
        .execute(params![end, record])?;
    Ok(resumed > 0)
}

pub(super) fn pauses(db: &Connection) -> Result<Vec<Pause>, Fault> {
    let mut select = db.prepare_cached(r#"SELECT id, "end", record, since, why FROM pauses ORDER BY id"#)?;
    let mut rows = select.query([])?;
    let mut pauses = Vec::new();
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let (end, record): (Option<i64>, Option<String>) = (row.get(1)?, row.get(2)?);
        pauses.push(Pause {
            record: end.map(code::read_end).transpose()?.zip(record),
            since: code::read_time(&row.get::<_, String>(3)?, format_args!("pause {id}"))?,
            why: row.get(4)?,
        });
    }
    Ok(pauses)
}

pub(super) fn stop(db: &Connection, at: Timestamp, why: &str) -> Result<(), Fault> {
    db.prepare_cached(
        "INSERT INTO stopped (one, since, tried, why) VALUES (1, ?1, ?1, ?2)
         ON CONFLICT (one) DO UPDATE SET tried = excluded.tried, why = excluded.why",
    )?
    .execute(params![code::time(at), why])?;
    Ok(())
}

pub(super) fn go_on(db: &Connection) -> Result<(), Fault> {
    db.prepare_cached("DELETE FROM stopped")?.execute([])?;
    Ok(())
}

pub(super) fn stopped(db: &Connection) -> Result<Option<Stopped>, Fault> {
    let mut select = db.prepare_cached("SELECT since, tried, why FROM stopped")?;
    let mut rows = select.query([])?;
    let Some(row) = rows.next()? else { return Ok(None) };
    let time = |column| code::read_time(&row.get::<_, String>(column)?, "the last try");
    Ok(Some(Stopped { since: time(0)?, tried: time(1)?, why: row.get(2)? }))
}

pub(super) fn set_troubles(db: &Connection, troubles: &[Trouble]) -> Result<(), Fault> {
    let mut insert = db.prepare_cached(
        r#"INSERT OR REPLACE INTO troubles ("end", record, since, attempts, next, tried, why)
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)"#,
    )?;
    for trouble in troubles {
        insert.execute(params![
            code::end(trouble.end),
            trouble.record,
            code::time(trouble.since),
            trouble.attempts,
            code::time(trouble.next),
            trouble.tried,
            trouble.why,
        ])?;
    }
    Ok(())
}

pub(super) fn end_troubles(db: &Connection, records: &[(End, String)]) -> Result<(), Fault> {
    let mut delete = db.prepare_cached(r#"DELETE FROM troubles WHERE "end" = ?1 AND record = ?2"#)?;
    for (end, record) in records {
        delete.execute(params![code::end(*end), record])?;
    }
    Ok(())
}

pub(super) fn troubles(db: &Connection) -> Result<Vec<Trouble>, Fault> {
    let mut select = db.prepare_cached(
        r#"SELECT "end", record, since, attempts, next, tried, why FROM troubles ORDER BY "end", record"#,
    )?;
    let mut rows = select.query([])?;
    let mut troubles = Vec::new();
    while let Some(row) = rows.next()? {
        let record: String = row.get(1)?;
        let name = format!("the trouble with record {record}");
        troubles.push(Trouble {
            end: code::read_end(row.get(0)?)?,
            since: code::read_time(&row.get::<_, String>(2)?, &name)?,
            attempts: row.get(3)?,
            next: code::read_time(&row.get::<_, String>(4)?, &name)?,
            tried: row.get(5)?,
            why: row.get(6)?,
            record,
        });
    }
    Ok(troubles)
}

pub(super) fn note_conflicts(db: &Connection, run: RunId, conflicts: &[Conflict]) -> Result<(), Fault> {
    let mut insert = db.prepare_cached(
        "INSERT INTO conflicts
           (run, at, left_id, right_id, who, left_field, right_field, left_value, right_value, winner, why)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?;
    for conflict in conflicts {
        let value = |side: usize| {
            conflict
                .values
                .get(side)
                .map(serde_json::to_string)
                .transpose()
                .map_err(|error| Fault::damaged(format!("a conflict that cannot be stored: {error}")))
        };
        insert.execute(params![
            run.0,
            code::time(conflict.at),
            conflict.records[0],
            conflict.records[1],
            conflict.who,
            conflict.fields[0],
            conflict.fields[1],
            value(0)?,
            value(1)?,
            code::end(conflict.winner),
            conflict.why,
        ])?;
    }
    Ok(())
}

pub(super) fn conflicts(db: &Connection) -> Result<Vec<Conflict>, Fault> {
    let mut select = db.prepare_cached(
        "SELECT id, at, left_id, right_id, who, left_field, right_field, left_value, right_value, winner, why
         FROM conflicts WHERE resolved IS NULL ORDER BY id",
    )?;
    let mut rows = select.query([])?;
    let mut conflicts = Vec::new();
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let name = format!("conflict {id}");
        let value = |column: String| code::read_value(&column, &name);
        conflicts.push(Conflict {
            id,
            at: code::read_time(&row.get::<_, String>(1)?, &name)?,
            records: [row.get(2)?, row.get(3)?],
            who: row.get(4)?,
            fields: [row.get(5)?, row.get(6)?],
            values: [value(row.get(7)?)?, value(row.get(8)?)?],
            winner: code::read_end(row.get(9)?)?,
            why: row.get(10)?,
        });
    }
    Ok(conflicts)
}

pub(super) fn resolve_conflict(db: &Connection, id: i64, at: Timestamp) -> Result<bool, Fault> {
    let resolved = db
        .prepare_cached("UPDATE conflicts SET resolved = ?2 WHERE id = ?1 AND resolved IS NULL")?
        .execute(params![id, code::time(at)])?;
    Ok(resolved > 0)
}

/// A record that has a new id: what is known of its care goes with it. What the new id has already stays.
pub(super) fn rename(db: &Connection, end: End, former: &str, id: &str) -> Result<(), Fault> {
    for table in ["pauses", "troubles"] {
        db.prepare_cached(&format!(r#"UPDATE OR IGNORE {table} SET record = ?3 WHERE "end" = ?1 AND record = ?2"#))?
            .execute(params![code::end(end), former, id])?;
        db.prepare_cached(&format!(r#"DELETE FROM {table} WHERE "end" = ?1 AND record = ?2"#))?
            .execute(params![code::end(end), former])?;
    }
    let column = match end {
        End::Left => "left_id",
        End::Right => "right_id",
    };
    db.prepare_cached(&format!("UPDATE conflicts SET {column} = ?2 WHERE {column} = ?1"))?
        .execute(params![former, id])?;
    Ok(())
}
