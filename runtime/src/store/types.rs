//! The things that are remembered.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use syncc_compiler::{ir::End, value::Value};
use uuid::Uuid;

use crate::apps::Observed;

/// A record by field name: survives a change of the rules.
pub type NamedRecord = BTreeMap<String, Value>;

/// A link, for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LinkId(pub i64);

/// A run, for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RunId(pub i64);

/// A write in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct EntryId(pub i64);

/// A record as last observed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The observation. Deleted ones have no raw form. Its former ids are not kept: they were taken in.
    pub observed: Observed,
}

/// Two records that are one person.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// Which link.
    pub id: LinkId,
    /// The id of the record on each side, left first. Both are set.
    pub records: [String; 2],
    /// What both looked like when they were last in step, left first; `None` before the first time.
    pub base: Option<[Option<NamedRecord>; 2]>,
}

/// A write to be journalled.
#[derive(Clone, Debug, PartialEq)]
pub struct NewEntry {
    /// Names the write for ever.
    pub op: Uuid,
    /// On which side it writes.
    pub end: End,
    /// The record that it changes or deletes; `None` for a create.
    pub target: Option<String>,
    /// The record on the other side of the pair, if there is one: what a created record is linked with.
    pub partner: Option<String>,
    /// Whether it deletes.
    pub deletes: bool,
    /// What it writes, by field name: enough to find a created record again.
    pub payload: NamedRecord,
}

/// A pair that is in step.
#[derive(Clone, Debug, PartialEq)]
pub struct Settled {
    /// The id of the record on each side, left first.
    pub ids: [String; 2],
    /// What both look like now, left first.
    pub base: [Option<NamedRecord>; 2],
}

/// A journalled write.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// Which entry.
    pub id: EntryId,
    /// What was to be written.
    pub write: NewEntry,
    /// How far it got.
    pub state: EntryState,
}

/// How far a write got.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntryState {
    /// Not sent.
    Planned,
    /// Sent, no answer yet.
    Sent,
    /// Sent, and no answer will come.
    Unknown,
    /// It happened.
    Confirmed,
    /// It did not happen.
    Failed,
}

/// One line of history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// When.
    pub at: Timestamp,
    /// On which side.
    pub end: End,
    /// The record's id on that side.
    pub record: String,
    /// Who it is, for people: a name or an email.
    pub who: String,
    /// `created`, `updated`, `deleted` or `failed`.
    pub what: String,
    /// The field, for an update.
    pub field: Option<String>,
    /// The value before, as shown.
    pub before: Option<String>,
    /// The value after, as shown.
    pub after: Option<String>,
    /// Why: the rule or mapping with its line, or the reason of a failure.
    pub why: String,
}
