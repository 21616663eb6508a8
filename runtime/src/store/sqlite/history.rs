//! Runs, and what they did, for people.

use std::collections::BTreeSet;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};

use syncc_compiler::{ir::End, value::Value};

use super::{
    super::{Activity, Asked, Line, NamedRecord, RunId, RunInfo},
    code,
    fault::Fault,
    kept::{Found, KeptLine},
};

/// How many lines a row of the history can have: a line is numbered by its row and its place in there.
const PLACES: u16 = u16::MAX;

pub(super) fn planned(db: &Connection) -> Result<Option<String>, Fault> {
    Ok(db.prepare_cached("SELECT planned FROM connection")?.query_row([], |row| row.get(0))?)
}

pub(super) fn set_planned(db: &Connection, program: &str) -> Result<(), Fault> {
    db.prepare_cached("UPDATE connection SET planned = ?1")?.execute([program])?;
    Ok(())
}

pub(super) fn ran(db: &Connection) -> Result<Option<String>, Fault> {
    Ok(db.prepare_cached("SELECT ran FROM connection")?.query_row([], |row| row.get(0))?)
}

pub(super) fn set_ran(db: &Connection, program: &str) -> Result<(), Fault> {
    db.prepare_cached("UPDATE connection SET ran = ?1")?.execute([program])?;
    Ok(())
}

pub(super) fn begin_run(db: &Connection, at: Timestamp, program: &str) -> Result<RunId, Fault> {
    let id = db
        .prepare_cached("INSERT INTO runs (began, program) VALUES (?1, ?2)")?
        .insert(params![code::time(at), program])?;
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

/// Leaves the lines of a write in the history. Where the app holds another value than it was given, that one counts.
pub(super) fn record(
    db: &Connection,
    run: RunId,
    at: Timestamp,
    (end, record): (End, &str),
    lines: &[Line],
    fields: &NamedRecord,
) -> Result<(), Fault> {
    let mut insert = db.prepare_cached(
        r#"INSERT INTO history (run, at, "end", record, who, what, whole, lines, fields)
           VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"#,
    )?;
    let filled = filled_in(lines, fields);
    let with_filled = if filled.is_empty() { Vec::new() } else { [lines, &filled].concat() };
    let lines = if filled.is_empty() { lines } else { &with_filled };
    // What is said of the whole record comes first, and its fields after it.
    let alike = |a: &Line, b: &Line| (&a.who, &a.what) == (&b.who, &b.what) && b.field.is_some();
    for lines in lines.chunk_by(alike).flat_map(|lines| lines.chunks(PLACES.into())) {
        let Some(Line { who, what, field, .. }) = lines.first() else { continue };
        let column = lines.iter().map(|line| {
            let held = line.field.as_ref().and_then(|field| fields.get(field)).filter(|value| value.is_known());
            let after = if line.after.is_known() { held.unwrap_or(&line.after) } else { &line.after };
            KeptLine { after, ..KeptLine::of(line) }
        });
        let column: Vec<KeptLine<'_>> = column.collect();
        insert.execute(params![
            run.0,
            code::time(at),
            code::end(end),
            record,
            who,
            what,
            field.is_none(),
            i64::try_from(column.len()).unwrap_or(i64::MAX),
            code::fields(&column)?
        ])?;
    }
    Ok(())
}

/// What the app filled in by itself in a record that we made: so that an undo can tell it from what somebody did later.
fn filled_in(lines: &[Line], fields: &NamedRecord) -> Vec<Line> {
    let Some(made) = lines.iter().find(|line| line.what == "created" && line.field.is_none()) else {
        return Vec::new();
    };
    if fields.is_empty() {
        return Vec::new();
    }
    let sent: BTreeSet<&str> = lines.iter().filter_map(|line| line.field.as_deref()).collect();
    let filled = fields.iter().filter(|(name, value)| value.is_filled() && !sent.contains(name.as_str()));
    let line = |(name, value): (&String, &Value)| Line {
        field: Some(name.clone()),
        before: Value::Empty,
        after: value.clone(),
        why: "filled in by the app".to_owned(),
        ..made.clone()
    };
    filled.map(line).collect()
}

/// The last row that there is.
pub(super) fn last(db: &Connection) -> Result<i64, Fault> {
    Ok(db.prepare_cached("SELECT coalesce(max(id), 0) FROM history")?.query_row([], |row| row.get(0))?)
}

/// Notes of their runs where the rows stand that came after this one. Whoever leaves rows calls it in the same transaction.
pub(super) fn note_runs(db: &Connection, last: i64) -> Result<(), Fault> {
    db.prepare_cached(
        "UPDATE runs SET first_row = coalesce(first_row, new.first), last_row = new.last,
           last_at = max(coalesce(last_at, ''), new.at)
         FROM (SELECT run, min(id) AS first, max(id) AS last, max(at) AS at FROM history WHERE id > ?1 GROUP BY run) AS new
         WHERE new.run = runs.id",
    )?
    .execute([last])?;
    Ok(())
}

/// Moves what was done to a record to its new id. Where the two were two before (`merged`), that we made the one does not
/// mean that we made the other: of whom that is said stays, or an undo would delete what somebody else made.
pub(super) fn rename(db: &Connection, end: End, former: &str, id: &str, merged: bool) -> Result<(), Fault> {
    db.prepare_cached(
        r#"UPDATE history SET record = ?3, made = iif(?4 AND what = 'created' AND whole, coalesce(made, record), made)
           WHERE "end" = ?1 AND record = ?2"#,
    )?
    .execute(params![code::end(end), former, id, merged])?;
    Ok(())
}

pub(super) fn history(db: &Connection, asked: &Asked) -> Result<Vec<Activity>, Fault> {
    let mut activity = Vec::new();
    if asked.records.is_empty() {
        select(db, asked, None, &mut activity)?;
    }
    for (end, record) in &asked.records {
        select(db, asked, Some((*end, record)), &mut activity)?;
    }
    activity.sort_by_key(|line| std::cmp::Reverse(line.id));
    activity.dedup_by_key(|line| line.id);
    activity.truncate(asked.limit.unwrap_or(usize::MAX));
    Ok(activity)
}

fn select(
    db: &Connection,
    asked: &Asked,
    record: Option<(End, &str)>,
    activity: &mut Vec<Activity>,
) -> Result<(), Fault> {
    let mut select = db.prepare_cached(&lines(record.is_some(), asked))?;
    let mut rows = select.query(params![
        record.map(|(end, _)| code::end(end)),
        record.map(|(_, id)| id),
        asked.run.map(|run| run.0),
        asked.since.map(code::time),
        // The row of the last line that may be meant.
        asked.before.map_or(i64::MAX, |before| before.saturating_sub(1) >> u16::BITS),
    ])?;
    let most = activity.len().saturating_add(asked.limit.unwrap_or(usize::MAX));
    while activity.len() < most {
        let Some(row) = rows.next()? else { break };
        read(row, record.map(|(_, id)| id), asked, activity)?;
    }
    Ok(())
}

/// Asks for rows of the history, the last one first. Each question has an index to go by: what is asked of the last minutes
/// does not go through years.
pub(super) fn lines(of_a_record: bool, asked: &Asked) -> String {
    let (by, of) = match (of_a_record, asked.run, asked.since) {
        (true, ..) => ("INDEXED BY history_record", r#""end" = ?1 AND record = ?2 AND id <= ?5"#),
        (false, Some(_), _) => (
            "NOT INDEXED",
            "id BETWEEN (SELECT first_row FROM runs WHERE id = ?3) AND (SELECT min(last_row, ?5) FROM runs WHERE id = ?3)",
        ),
        (false, None, Some(_)) => {
            ("NOT INDEXED", "id BETWEEN (SELECT min(first_row) FROM runs WHERE last_at >= ?4) AND ?5")
        }
        (false, None, None) => ("", "id <= ?5"),
    };
    format!(
        r#"SELECT id, run, at, "end", record, who, what, fields, made FROM history {by}
           WHERE {of} AND (?1 IS NULL OR "end" = ?1) AND (?2 IS NULL OR record = ?2)
             AND (?3 IS NULL OR run = ?3) AND (?4 IS NULL OR at >= ?4) ORDER BY id DESC"#
    )
}

/// The lines of a row, the last one first: of this record only, if one is asked for.
fn read(row: &Row<'_>, of: Option<&str>, asked: &Asked, activity: &mut Vec<Activity>) -> Result<(), Fault> {
    let id: i64 = row.get(0)?;
    let name = format!("row {id} of the history");
    let at = code::read_time(row.get_ref(2)?.as_str().map_err(rusqlite::Error::from)?, &name)?;
    let end = code::read_end(row.get(3)?)?;
    let fields = code::read_fields(row.get_ref(7)?.as_str().map_err(rusqlite::Error::from)?, &name)?;
    for (place, line) in (0_u16..).zip(fields).collect::<Vec<_>>().into_iter().rev() {
        let (field, Found(before), Found(after), why) = line;
        let line = (id << u16::BITS) | i64::from(place);
        let other = asked.field.is_some() && asked.field != field;
        if other || asked.before.is_some_and(|before| line >= before) {
            continue;
        }
        let made: Option<String> = if field.is_none() { row.get(8)? } else { None };
        let record: String = made.map_or_else(|| row.get(4), Ok)?;
        if of.is_some_and(|of| of != record) {
            continue;
        }
        activity.push(Activity {
            id: line,
            run: RunId(row.get(1)?),
            at,
            end,
            record,
            line: Line { who: row.get(5)?, what: row.get(6)?, field, before, after, why },
        });
    }
    Ok(())
}

/// Which field of which record was given the same value again and again.
pub(super) const REPEATED: &str = r#"
    SELECT DISTINCT "end", record, field FROM (
      SELECT "end", record, line.value ->> 0 AS field
      FROM history INDEXED BY history_updated, json_each(history.fields) AS line
      WHERE at >= ?1 AND NOT whole AND what = 'updated'
      GROUP BY "end", record, field, line.value -> 2 HAVING count(*) >= ?2)
    ORDER BY 1, 2, 3"#;

pub(super) fn repeated(db: &Connection, since: Timestamp, times: u32) -> Result<Vec<(End, String, String)>, Fault> {
    let mut select = db.prepare_cached(REPEATED)?;
    let mut rows = select.query(params![code::time(since), times])?;
    let mut repeated = Vec::new();
    while let Some(row) = rows.next()? {
        repeated.push((code::read_end(row.get(0)?)?, row.get(1)?, row.get(2)?));
    }
    Ok(repeated)
}

pub(super) fn runs(db: &Connection, limit: usize) -> Result<Vec<RunInfo>, Fault> {
    let mut select = db.prepare_cached(
        "SELECT id, began, ended, summary, (SELECT coalesce(sum(lines), 0) FROM history NOT INDEXED
           WHERE id BETWEEN runs.first_row AND runs.last_row AND run = runs.id)
         FROM runs ORDER BY id DESC LIMIT ?1",
    )?;
    let mut rows = select.query([i64::try_from(limit).unwrap_or(i64::MAX)])?;
    let mut runs = Vec::new();
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        let name = format!("run {id}");
        let ended: Option<String> = row.get(2)?;
        runs.push(RunInfo {
            id: RunId(id),
            began: code::read_time(&row.get::<_, String>(1)?, &name)?,
            ended: ended.map(|at| code::read_time(&at, &name)).transpose()?,
            summary: row.get(3)?,
            lines: row.get::<_, i64>(4)?.try_into().unwrap_or_default(),
        });
    }
    Ok(runs)
}
