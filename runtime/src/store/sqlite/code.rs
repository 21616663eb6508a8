//! How things are spelt in columns, and how they are read back.

use std::fmt::Display;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use syncc_compiler::{ir::End, value::Value};

use super::{
    super::{EntryState, Line, NamedRecord},
    fault::Fault,
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
    serde_json::to_string(record).map_err(|error| Fault::damaged(format!("a record that cannot be stored: {error}")))
}

/// The record in a column. `what` names the row.
pub(super) fn read_record(column: &str, what: impl Display) -> Result<NamedRecord, Fault> {
    serde_json::from_str(column).map_err(|error| Fault::damaged(format!("the fields of {what}: {error}")))
}

/// The value in a column. `what` names the row.
pub(super) fn read_value(column: &str, what: impl Display) -> Result<Value, Fault> {
    serde_json::from_str(column).map_err(|error| Fault::damaged(format!("a value of {what}: {error}")))
}

/// The lines that a write will leave in the history, as a column has them.
pub(super) fn lines(lines: &[Line]) -> Result<String, Fault> {
    serde_json::to_string(lines).map_err(|error| Fault::damaged(format!("a write that cannot be stored: {error}")))
}

/// The lines in a column. `what` names the row.
pub(super) fn read_lines(column: Option<&str>, what: impl Display) -> Result<Vec<Line>, Fault> {
    let Some(column) = column else { return Ok(Vec::new()) };
    serde_json::from_str(column).map_err(|error| Fault::damaged(format!("what {what} does: {error}")))
}

/// What a line of the history says beside who it is about and what was done, which its row says once.
#[derive(Deserialize)]
pub(super) struct FieldLine {
    pub(super) field: Option<String>,
    #[serde(default)]
    pub(super) before: Value,
    #[serde(default)]
    pub(super) after: Value,
    pub(super) why: String,
}

/// The same, to be written.
#[derive(Serialize)]
pub(super) struct NewFieldLine<'l> {
    pub(super) field: Option<&'l str>,
    #[serde(skip_serializing_if = "is_unknown")]
    pub(super) before: &'l Value,
    #[serde(skip_serializing_if = "is_unknown")]
    pub(super) after: &'l Value,
    pub(super) why: &'l str,
}

fn is_unknown(value: &Value) -> bool {
    !value.is_known()
}

/// The lines of a row of the history, as a column has them.
pub(super) fn fields(lines: &[NewFieldLine<'_>]) -> Result<String, Fault> {
    serde_json::to_string(lines).map_err(|error| Fault::damaged(format!("a history that cannot be stored: {error}")))
}

/// The lines in a column. `what` names the row.
pub(super) fn read_fields(column: &str, what: impl Display) -> Result<Vec<FieldLine>, Fault> {
    serde_json::from_str(column).map_err(|error| Fault::damaged(format!("the lines of {what}: {error}")))
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
