//! A plan that was saved, to be carried out later exactly as it was shown.
//!
//! Promise: of a saved plan nothing is written but what it holds, value by value. A contact for which the rules now ask
//! for something else than they did then is left alone and named.

use std::collections::HashMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use syncc_compiler::{
    ir::{End, Program},
    value::Value,
};

use super::{Picture, fingerprint, why};
use crate::engine::{Item, Outcome};

/// The format that is written and read here.
const VERSION: u32 = 1;

/// A plan for one connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedPlan {
    /// The format: 1.
    pub version: u32,
    /// Which connection it is for.
    pub connection: String,
    /// A name for the rules that it was made by.
    pub rules: String,
    /// When it was made.
    pub made: Timestamp,
    /// The contacts that it changes.
    pub contacts: Vec<SavedContact>,
}

/// What is done to one contact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedContact {
    /// Who it is, for people.
    pub who: String,
    /// The ids of the records, left first; nothing for one that is to be made.
    pub ids: [Option<String>; 2],
    /// Every change.
    pub changes: Vec<SavedChange>,
}

/// One change.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedChange {
    /// The side that is written, as the file calls it.
    pub side: String,
    /// The field; nothing when the whole record is made or deleted.
    pub field: Option<String>,
    /// The value before.
    pub before: Value,
    /// The value after.
    pub after: Value,
    /// Why, for people.
    pub why: String,
}

/// Why it is done does not make it another change: a comment above a rule may have been written anew.
impl PartialEq for SavedChange {
    fn eq(&self, other: &Self) -> bool {
        let of =
            |change: &Self| (change.side.clone(), change.field.clone(), change.before.clone(), change.after.clone());
        of(self) == of(other)
    }
}
impl Eq for SavedChange {}

/// A contact of a saved plan that is left alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// Who it is.
    pub who: String,
    /// What is different now.
    pub why: String,
}

impl SavedPlan {
    /// A plan for a connection by these rules, to which contacts are added.
    #[must_use]
    pub fn new(program: &Program, made: Timestamp) -> Self {
        let (connection, rules) = (program.name.clone(), fingerprint(program));
        Self { version: VERSION, connection, rules, made, contacts: Vec::new() }
    }

    /// Adds what is planned in a picture: of these items, or of all.
    pub fn add(&mut self, picture: &Picture<'_>, only: Option<&[usize]>) {
        self.contacts.extend(picture.changes(only).map(|(item, outcome)| picture.saved(item, outcome)));
    }

    /// Whether this version of syncc knows the format.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.version == VERSION
    }

    /// The contacts of the plan by the ids of their records.
    pub(super) fn by_ids(&self) -> HashMap<&[Option<String>; 2], &SavedContact> {
        self.contacts.iter().map(|contact| (&contact.ids, contact)).collect()
    }
}

impl Picture<'_> {
    /// The contacts for which something is to be done: of these items, or of all.
    pub fn changes(&self, only: Option<&[usize]>) -> impl Iterator<Item = (&Item, &Outcome)> {
        let items = self.plan.items.iter().enumerate();
        let asked = items.filter(move |(index, _)| only.is_none_or(|only| only.contains(index)));
        let changed = asked.filter_map(|(_, item)| Some((item, item.outcome()?)));
        changed.filter(|(_, outcome)| !outcome.changes.is_empty())
    }

    fn saved(&self, item: &Item, outcome: &Outcome) -> SavedContact {
        let changes = outcome.changes.iter().map(|change| {
            let side = self.program.side(change.end);
            let field = change.field.and_then(|field| side.fields.get(field.index()));
            SavedChange {
                side: side.name.clone(),
                field: field.map(|field| field.name.clone()),
                before: change.before.clone(),
                after: change.after.clone(),
                why: why(self.program, change.cause),
            }
        });
        SavedContact { who: self.who(item), ids: item.ids.clone(), changes: changes.collect() }
    }

    /// The ids of the items that this plan would change otherwise than a saved one says, left first.
    pub(super) fn unasked(&self, plan: &SavedPlan) -> Vec<(End, String)> {
        let asked = plan.by_ids();
        let mut unasked = Vec::new();
        for item in &self.plan.items {
            let Some(outcome) = item.outcome().filter(|outcome| !outcome.changes.is_empty()) else { continue };
            if asked.get(&item.ids).is_none_or(|asked| asked.changes != self.saved(item, outcome).changes) {
                let ids = End::BOTH.into_iter().filter_map(|end| Some((end, item.ids[end.index()].clone()?)));
                unasked.extend(ids);
            }
        }
        unasked
    }

    /// Those of the saved contacts that are in this picture and not as the plan says any more. They are met by this.
    pub(super) fn moved(&self, unmet: &mut HashMap<&[Option<String>; 2], &SavedContact>) -> Vec<Moved> {
        let mut moved = Vec::new();
        for item in &self.plan.items {
            let Some(contact) = unmet.remove(&item.ids) else { continue };
            let outcome = item.outcome().filter(|outcome| !outcome.changes.is_empty());
            match outcome {
                Some(outcome) if self.saved(item, outcome).changes == contact.changes => {}
                Some(_) => moved
                    .push(Moved { who: contact.who.clone(), why: "something else would be written now".to_owned() }),
                None => moved.push(Moved::of(contact, true)),
            }
        }
        moved
    }
}

impl Moved {
    /// A contact for which nothing is written any more. `as_then`: it is linked as it was.
    pub(super) fn of(contact: &SavedContact, as_then: bool) -> Self {
        let why = match as_then {
            true => "there is nothing to write any more, or it is held back",
            false => "it was made or linked since, or is gone",
        };
        Self { who: contact.who.clone(), why: why.to_owned() }
    }
}
