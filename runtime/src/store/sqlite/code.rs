//! How things are spelt in columns, and how they are read back.

use std::{collections::BTreeMap, fmt::Display};

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use syncc_compiler::{ir::End, value::Value};

use super::{
    super::{EntryState, Line, NamedRecord},
    fault::Fault,
    kept::{Found, FoundLine, Kept, KeptLine},
};

/// An end as a column has it.
pub(super) fn end(end: End) -> i64 {
    match end {
        End::Left => 0,
        End::Right => 1,
    }
}

/// The end in a column.
pub(super) fn read_end(column: i64) -> Result<End, Fault> {
    match column {
        0 => Ok(End::Left),
        1 => Ok(End::Right),
        other => Err(Fault::damaged(format!("{other} where a side should be"))),
    }
}

/// A point in time as a column has it: as text it sorts as it does as time.
pub(super) fn time(time: Timestamp) -> String {
    format!("{time:.9}")
}

/// The point in time in a column. `what` names the row.
pub(super) fn read_time(column: &str, what: impl Display) -> Result<Timestamp, Fault> {
    column.parse().map_err(|error| Fault::damaged(format!("the time of {what}: {error}")))
}

/// A record by field name as compact JSON. The keys are sorted, so that equal records are equal text.
pub(super) fn record(record: &NamedRecord) -> Result<String, Fault> {
    struct Fields<'r>(&'r NamedRecord);
    impl Serialize for Fields<'_> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.collect_map(self.0.iter().map(|(name, value)| (name, Kept(value))))
        }
    }
    json(&Fields(record), "a record")
}

/// The record in a column. `what` names the row.
pub(super) fn read_record(column: &str, what: impl Display) -> Result<NamedRecord, Fault> {
    let fields: BTreeMap<String, Found> =
        serde_json::from_str(column).map_err(|error| Fault::damaged(format!("the fields of {what}: {error}")))?;
    Ok(fields.into_iter().map(|(name, Found(value))| (name, value)).collect())
}

/// The value in a column. `what` names the row.
pub(super) fn read_value(column: &str, what: impl Display) -> Result<Value, Fault> {
    serde_json::from_str(column).map_err(|error| Fault::damaged(format!("a value of {what}: {error}")))
}

/// The lines that a write will leave in the history, as a column has them: arrays of who it is about, what is done, and lines of
/// which both are true.
pub(super) fn lines(lines: &[Line]) -> Result<String, Fault> {
    let alike = lines.chunk_by(|a, b| (&a.who, &a.what) == (&b.who, &b.what));
    let groups: Vec<_> = alike
        .filter_map(|lines| {
            let Line { who, what, .. } = lines.first()?;
            Some((who, what, lines.iter().map(KeptLine::of).collect::<Vec<_>>()))
        })
        .collect();
    json(&groups, "a write")
}

/// The lines in a column. `what` names the row.
pub(super) fn read_lines(column: Option<&str>, what: impl Display) -> Result<Vec<Line>, Fault> {
    let Some(column) = column else { return Ok(Vec::new()) };
    let groups: Vec<(String, String, Vec<FoundLine>)> =
        serde_json::from_str(column).map_err(|error| Fault::damaged(format!("what {what} does: {error}")))?;
    let lines = groups.into_iter().flat_map(|(who, done, lines)| {
        lines.into_iter().map(move |(field, Found(before), Found(after), why)| {
            let (who, what) = (who.clone(), done.clone());
            Line { who, what, field, before, after, why }
        })
    });
    Ok(lines.collect())
}

/// The lines of a row of the history, as a column has them.
pub(super) fn fields(lines: &[KeptLine<'_>]) -> Result<String, Fault> {
    json(lines, "a history")
}

/// The lines in a column. `what` names the row.
pub(super) fn read_fields(column: &str, what: impl Display) -> Result<Vec<FoundLine>, Fault> {
    serde_json::from_str(column).map_err(|error| Fault::damaged(format!("the lines of {what}: {error}")))
}

fn json(what: &(impl Serialize + ?Sized), name: &str) -> Result<String, Fault> {
    serde_json::to_string(what).map_err(|error| Fault::damaged(format!("{name} that cannot be stored: {error}")))
}

/// A state as a column has it.
pub(super) fn state(state: EntryState) -> &'static str {
    match state {
        EntryState::Planned => "planned",
        EntryState::Sent => "sent",
        EntryState::Unknown => "unknown",
        EntryState::Confirmed => "confirmed",
        EntryState::Failed => "failed",
    }
}

/// The state in a column.
pub(super) fn read_state(column: &str) -> Result<EntryState, Fault> {
    Ok(match column {
        "planned" => EntryState::Planned,
        "sent" => EntryState::Sent,
        "unknown" => EntryState::Unknown,
        "confirmed" => EntryState::Confirmed,
        "failed" => EntryState::Failed,
        other => return Err(Fault::damaged(format!("`{other}` where the state of a write should be"))),
    })
}
