//! One practice app: what it holds now, what it held at any time before, and what a person does in it.
//!
//! Every change gets the next number, so that a listing can show the state as it was some time ago: what real apps
//! with several machines do.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use syncc_compiler::{ir::Side, schema::Type};
use uuid::Uuid;

use crate::{
    cell::{Cell, Cells},
    profile::Profile,
};

/// A record at some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its fields.
    pub cells: Cells,
    /// Whether it is deleted.
    pub deleted: bool,
    /// The record that it was merged into.
    pub merged: Option<String>,
    /// The records that were merged into it.
    pub former: Vec<String>,
    /// The write that made it, if we did.
    pub op: Option<Uuid>,
    /// When it was last changed, by the app's clock.
    pub edited: Timestamp,
}

/// An app.
#[derive(Clone, Debug)]
pub struct Server {
    /// How it behaves.
    pub profile: Profile,
    types: BTreeMap<String, Type>,
    /// What its ids begin with.
    prefix: &'static str,
    /// The states of each record by their numbers, oldest first. Never none.
    rows: BTreeMap<String, Vec<(u64, Row)>>,
    /// When each number was given, from number 1.
    times: Vec<Timestamp>,
    /// The ids in the order in which the records were made.
    made: Vec<String>,
}

impl Server {
    /// An app without records.
    #[must_use]
    pub fn new(side: &Side, profile: Profile, prefix: &'static str) -> Self {
        let types = side.fields.iter().map(|field| (field.name.clone(), field.ty)).collect();
        Self { profile, types, prefix, rows: BTreeMap::new(), times: Vec::new(), made: Vec::new() }
    }

    /// The number of the last change.
    #[must_use]
    pub fn last(&self) -> u64 {
        self.times.len() as u64
    }

    /// The number of the last change that a listing shows at this time.
    #[must_use]
    pub fn listed(&self, now: Timestamp) -> u64 {
        let lag = SignedDuration::from_secs(self.profile.list_lag.into());
        self.times.partition_point(|at| *at + lag <= now) as u64
    }

    /// When a number was given.
    #[must_use]
    pub fn time_of(&self, number: u64) -> Option<Timestamp> {
        self.times.get(usize::try_from(number.checked_sub(1)?).ok()?).copied()
    }

    /// A record as it is now, deleted ones included.
    #[must_use]
    pub fn now(&self, id: &str) -> Option<&Row> {
        self.rows.get(id)?.last().map(|(_, row)| row)
    }

    /// A record that is there now, or the one that it was merged into.
    #[must_use]
    pub fn found(&self, id: &str) -> Option<(String, &Row)> {
        let mut id = id.to_owned();
        // Each merge leads to a younger merge, so this ends.
        while let Some(into) = self.now(&id)?.merged.clone().filter(|_| self.profile.tells_merges) {
            id = into;
        }
        let row = self.now(&id).filter(|row| !row.deleted)?;
        Some((id, row))
    }

    /// A record as it was after this change.
    #[must_use]
    pub fn as_of(&self, id: &str, number: u64) -> Option<&Row> {
        let states = self.rows.get(id)?;
        let at = states.partition_point(|(changed, _)| *changed <= number);
        states.get(at.checked_sub(1)?).map(|(_, row)| row)
    }

    /// The version of a record as it was after this change.
    #[must_use]
    pub fn version(&self, id: &str, number: u64) -> u64 {
        let states = self.rows.get(id).map(Vec::as_slice).unwrap_or_default();
        let at = states.partition_point(|(changed, _)| *changed <= number);
        at.checked_sub(1).and_then(|at| states.get(at)).map(|(changed, _)| *changed).unwrap_or_default()
    }

    /// All records that ever were, by id.
    pub fn ids(&self) -> impl Iterator<Item = &String> {
        self.rows.keys()
    }

    /// All records that are there now, by id.
    pub fn live(&self) -> impl Iterator<Item = (&String, &Row)> {
        self.rows
            .iter()
            .filter_map(|(id, states)| Some((id, states.last().map(|(_, row)| row)?)))
            .filter(|(_, row)| !row.deleted)
    }

    /// The record that was made as the so-manyth, counted round.
    #[must_use]
    pub fn nth(&self, nth: u32) -> Option<&str> {
        let at = (nth as usize).checked_rem(self.made.len())?;
        self.made.get(at).map(String::as_str)
    }

    /// What the app makes of fields that it is given.
    #[must_use]
    pub fn stored(&self, field: &str, cell: Option<Cell>) -> Option<Cell> {
        let cell = cell?;
        let cell = match self.types.get(field) {
            Some(ty) => self.profile.stored(*ty, cell),
            None => cell,
        };
        let blank = match &cell {
            Cell::One(text) => text.trim().is_empty(),
            Cell::Many(elements) => elements.is_empty(),
            Cell::Parts(parts) => parts.is_empty(),
        };
        (!blank).then_some(cell)
    }

    /// Makes a record, and says its id. `None` when the id is taken.
    pub fn create(&mut self, cells: Cells, op: Option<Uuid>, now: Timestamp) -> Option<String> {
        let id = match op {
            Some(op) if self.profile.client_ids => op.to_string(),
            _ => format!("{}{:03}", self.prefix, self.made.len() + 1),
        };
        if self.rows.contains_key(&id) {
            return None;
        }
        self.made.push(id.clone());
        let row = Row { cells, deleted: false, merged: None, former: Vec::new(), op, edited: now };
        self.put(&id, row, now);
        Some(id)
    }

    /// Gives a record a new state.
    pub fn put(&mut self, id: &str, mut row: Row, now: Timestamp) {
        row.edited = now + SignedDuration::from_secs(self.profile.skew.into());
        self.times.push(now);
        let number = self.last();
        self.rows.entry(id.to_owned()).or_default().push((number, row));
    }
}
