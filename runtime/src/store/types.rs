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

/// A record of one side, by its id.
pub type RecordId = (End, String);

/// By what a record is found to be the same person as another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keyed {
    /// Its side.
    pub end: End,
    /// Its id.
    pub id: String,
    /// What its keys are hashed to; none for one that is gone.
    pub keys: Vec<i64>,
}

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
    /// By what they were found to be one person, for people; `None` where that was not noted.
    pub how: Option<String>,
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
    /// What it does, line by line, for the history.
    pub lines: Vec<Line>,
}

/// A pair that is in step.
#[derive(Clone, Debug, PartialEq)]
pub struct Settled {
    /// The id of the record on each side, left first.
    pub ids: [String; 2],
    /// What both look like now, left first.
    pub base: [Option<NamedRecord>; 2],
    /// By what they were found to be one person, for people. Kept with a link that has no such note yet.
    pub how: Option<String>,
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

/// A write that happened.
#[derive(Clone, Debug, PartialEq)]
pub struct Confirmed {
    /// Which entry of the journal.
    pub entry: EntryId,
    /// The record as the app has it now.
    pub now: Observed,
    /// The fields that hold another value now than they were given: what the app made of those.
    pub fields: NamedRecord,
    /// What it did, as it was journalled; `None` to have it read from the journal.
    pub lines: Option<Vec<Line>>,
    /// What is remembered of the pair from now on; `None` where that is not known yet.
    pub settled: Option<Settled>,
    /// Whether the record is somebody else's, so that it is not linked with the entry's partner.
    pub elses: bool,
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

/// What a write is about to do to one field: becomes an [`Activity`] when it is confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// Who it is, for people: a name or an email.
    pub who: String,
    /// `created`, `updated` or `deleted`.
    pub what: String,
    /// The field; `None` for the line that says that the whole record was made or deleted.
    pub field: Option<String>,
    /// The value before; unknown where there was no record.
    pub before: Value,
    /// The value after; unknown where there is no record.
    pub after: Value,
    /// Why: the rule or mapping with its line.
    pub why: String,
}

/// One line of history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Activity {
    /// Orders the history: greater is later.
    pub id: i64,
    /// Which run wrote it.
    pub run: RunId,
    /// When.
    pub at: Timestamp,
    /// On which side.
    pub end: End,
    /// The record's id on that side.
    pub record: String,
    /// What was done. `after` is what the app really held afterwards.
    pub line: Line,
}

/// Which lines of the history are asked for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// Of these records only; of all without any.
    pub records: Vec<(End, String)>,
    /// Of this field only.
    pub field: Option<String>,
    /// Of this run only.
    pub run: Option<RunId>,
    /// Not before this.
    pub since: Option<Timestamp>,
    /// Only what came before this line, by its [`Activity::id`].
    pub before: Option<i64>,
    /// No more than this many, the newest ones; all without a limit.
    pub limit: Option<usize>,
}

/// A run that was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunInfo {
    /// Which run.
    pub id: RunId,
    /// When it began.
    pub began: Timestamp,
    /// When it ended; `None` for one that was cut off, or is under way.
    pub ended: Option<Timestamp>,
    /// Its summary, as JSON.
    pub summary: Option<String>,
    /// How many lines of history it left.
    pub lines: u64,
}

/// Something that no run touches until it is resumed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// The record; `None` for the whole connection.
    pub record: Option<(End, String)>,
    /// Since when.
    pub since: Timestamp,
    /// Why, in the words of whoever paused it.
    pub why: String,
}

/// That the last cycle did not go through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stopped {
    /// When the first of those began that did not go through, one after the other.
    pub since: Timestamp,
    /// When the last one began.
    pub tried: Timestamp,
    /// What stopped it, as its user was told.
    pub why: String,
}

/// A record whose write was refused, and waits to be tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// On which side the record is that waits.
    pub end: End,
    /// Which record.
    pub record: String,
    /// Since when it is in trouble.
    pub since: Timestamp,
    /// How often it was tried.
    pub attempts: u32,
    /// Not tried again before this.
    pub next: Timestamp,
    /// Names what was tried: anything else is tried at once.
    pub tried: String,
    /// What the app said, and what can be done.
    pub why: String,
}

/// A field that both sides changed to different values, so that one of them lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Names it.
    pub id: i64,
    /// When it was decided.
    pub at: Timestamp,
    /// The ids of the two records, left first.
    pub records: [String; 2],
    /// Who it is, for people.
    pub who: String,
    /// The field of each side.
    pub fields: [String; 2],
    /// What each side had changed it to.
    pub values: [Value; 2],
    /// Which side won.
    pub winner: End,
    /// Why that one.
    pub why: String,
}

/// What is known of those who were forgotten: nothing that could be read back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// What the marks are salted with; `None` while nobody was ever forgotten.
    pub salt: Option<String>,
    /// What [`super::mark`] makes of their ids and keys.
    pub marks: std::collections::HashSet<String>,
    /// How many people they are.
    pub people: usize,
}

/// What erasing came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Erased {
    /// How many lines of history are gone.
    pub history: usize,
    /// Whether the bytes are gone from the disk already.
    pub scrubbed: bool,
}
