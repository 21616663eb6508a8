//! What must be true of every run, whatever went wrong in it. Read from the apps' own logs.

mod creates;
mod edits;
mod limits;
mod rest;
mod undo;
pub(crate) mod writes;

use std::fmt;

use serde::{Deserialize, Serialize};
use syncc_compiler::{ir::End, value::Value};
use syncc_runtime::store::StoreError;

use crate::{
    cell,
    event::{Change, Event, What},
    run::Ran,
    undo::Undone,
};

/// What is promised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Promise {
    /// P1: a contact is made at most once for the same person.
    OneCreate,
    /// P2: in quiet time both sides come to what the rules say.
    Convergence,
    /// P3: no edit of a person is lost: it stays, or gives way to another edit that it was in conflict with.
    NoLostEdit,
    /// P4: what a person deleted is not made again.
    NoResurrection,
    /// P5: a field that no mapping and no rule names is never changed.
    Frame,
    /// P6: nobody is moved to more mail.
    Consent,
    /// P7: records are deleted only where a rule says so, and not many at once without being told.
    Deletions,
    /// P8: writing ends, and an idle run writes nothing.
    Quiescence,
    /// P9: every record is seen.
    Completeness,
    /// P10: requests stay within what an app documents.
    Budget,
    /// P11: one run at a time writes for a connection.
    OneWriter,
    /// P12: every record is in one category, and a failure has a reason.
    Categories,
    /// P13: an undo gives back every field that nobody edited since, and no other.
    Undo,
    /// P14: no secret is anywhere.
    Secrets,
    /// P15: the same seed gives the same run.
    Repeatable,
}

impl Promise {
    /// All of them, in the order of their numbers.
    pub const ALL: [Self; 15] = [
        Self::OneCreate,
        Self::Convergence,
        Self::NoLostEdit,
        Self::NoResurrection,
        Self::Frame,
        Self::Consent,
        Self::Deletions,
        Self::Quiescence,
        Self::Completeness,
        Self::Budget,
        Self::OneWriter,
        Self::Categories,
        Self::Undo,
        Self::Secrets,
        Self::Repeatable,
    ];

    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::OneCreate => "P1 a contact is made at most once for the same person",
            Self::Convergence => "P2 in quiet time both sides come to what the rules say",
            Self::NoLostEdit => "P3 no edit is lost",
            Self::NoResurrection => "P4 what a person deleted is not made again",
            Self::Frame => "P5 a field that the file does not write is never changed",
            Self::Consent => "P6 nobody is moved to more mail",
            Self::Deletions => "P7 records are deleted only by a rule, and not many at once without being told",
            Self::Quiescence => "P8 writing ends, and an idle run writes nothing",
            Self::Completeness => "P9 every record is seen",
            Self::Budget => "P10 requests stay within what an app documents",
            Self::OneWriter => "P11 one run at a time writes for a connection",
            Self::Categories => "P12 every record is in one category, and a failure has a reason",
            Self::Undo => "P13 an undo gives back every field that nobody edited since",
            Self::Secrets => "P14 no secret is anywhere",
            Self::Repeatable => "P15 the same seed gives the same run",
        }
    }
}

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which.
    pub promise: Promise,
    /// How.
    pub how: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.promise.words(), self.how)
    }
}

/// Everything that a run did wrong.
pub(crate) fn judge(ran: &Ran) -> Result<Vec<Violation>, StoreError> {
    let state = ran.hub.state();
    let events = state.events.clone();
    drop(state);
    let mut found = Vec::new();
    creates::judge(ran, &events, &mut found);
    edits::judge(ran, &events, &mut found);
    writes::judge(ran, &events, &mut found);
    limits::judge(ran, &events, &mut found);
    rest::judge(ran, &mut found)?;
    Ok(found)
}

/// What an undo at the end of a run did wrong.
pub(crate) fn judge_undo(ran: &Ran, undone: &Undone) -> Vec<Violation> {
    let mut found = Vec::new();
    undo::judge(ran, undone, &mut found);
    found
}

/// A change of a record, with its place in the log.
pub(crate) struct Log<'a> {
    pub(crate) at: usize,
    pub(crate) event: &'a Event,
    pub(crate) end: End,
    pub(crate) by: crate::event::By,
    pub(crate) id: &'a str,
    pub(crate) change: &'a Change,
}

/// All changes of records, in order.
pub(crate) fn changes(events: &[Event]) -> impl DoubleEndedIterator<Item = Log<'_>> {
    events.iter().enumerate().filter_map(|(at, event)| match &event.what {
        What::Changed { end, by, id, change } => Some(Log { at, event, end: *end, by: *by, id, change }),
        _ => None,
    })
}

impl Ran {
    /// What a cell of a field counts as.
    pub(crate) fn value(&self, end: End, field: &str, cell: Option<&cell::Cell>) -> Value {
        let side = self.program.side(end);
        let ty = side.fields.iter().find(|known| known.name == field).map(|known| known.ty);
        ty.map(|ty| cell::value(ty, &self.canon, cell)).unwrap_or_default()
    }

    /// The record that this one was linked with in or before a cycle.
    pub(crate) fn partner(&self, end: End, id: &str, cycle: u32) -> Option<&str> {
        let cycles = self.cycles.get(..(cycle as usize).min(self.cycles.len()))?;
        cycles.iter().rev().take(2).find_map(|cycle| {
            cycle.links.iter().find(|link| link[end.index()] == id).map(|link| link[end.other().index()].as_str())
        })
    }
}
