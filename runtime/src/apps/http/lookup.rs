//! Named things that records hold the ids of: labels.
//!
//! A record is kept with the names beside its ids, so that it can be read without asking the app again. What names
//! there are is part of the cursor; it is read again from time to time, and at once when an id is not known.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;

use super::{
    lens::{Ids, NAME},
    list::Pages,
    manifest::{Lookup, Object},
    path::{self, Pick},
    template::Fill,
    wire::{Call, Sender, method},
};
use crate::apps::{AppError, Calls};

/// How old the lists may be when names are written: somebody may have called a thing otherwise, or deleted it, since.
const WRITES_AFTER: Duration = Duration::from_secs(5 * 60);

/// What is known of one kind of named things.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Table {
    /// When the list was read.
    pub(crate) at: Timestamp,
    /// Names by id.
    pub(crate) names: BTreeMap<String, String>,
}

/// Tables by the name of the lookup.
pub(crate) type Tables = BTreeMap<String, Table>;

/// Where a record holds ids.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// Which lookup knows them.
    pub(crate) lookup: String,
    /// The field with the names.
    pub(crate) field: String,
    /// The members down to the list.
    pub(crate) outer: Vec<String>,
    /// The members of an element down to the id.
    pub(crate) inner: Vec<String>,
}

/// The lookups of an object.
pub(crate) struct Lookups {
    rules: BTreeMap<String, Lookup>,
    pub(crate) places: Vec<Place>,
    tables: Mutex<Tables>,
}

impl Lookups {
    /// The lookups of an object; what is wrong with them otherwise.
    pub(crate) fn new(object: &Object, rules: &BTreeMap<String, Lookup>) -> Result<Self, String> {
        let mut places = Vec::new();
        for (field, rule) in &object.fields {
            let Some(lookup) = &rule.lookup else { continue };
            if !rules.contains_key(lookup) {
                return Err(format!("the field `{field}` names the lookup `{lookup}`, which is not there"));
            }
            let split = rule.path.as_ref().and_then(path::Path::split);
            match split.and_then(|split| Some((split.outer, split.list?))) {
                Some((outer, (Pick::All, inner))) => {
                    places.push(Place { lookup: lookup.clone(), field: field.clone(), outer, inner });
                }
                _ => return Err(format!("the path of the field `{field}` has to lead to all elements of a list")),
            }
        }
        Ok(Self { rules: rules.clone(), places, tables: Mutex::default() })
    }

    /// The tables. A panic elsewhere cannot leave one half changed: each is put in whole.
    fn held(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes over what the last cursor knew.
    pub(crate) fn remember(&self, tables: Tables) {
        *self.held() = tables;
    }

    /// What is known.
    pub(crate) fn tables(&self) -> Tables {
        self.held().clone()
    }

    /// Reads the lists that are old or were never read. Says whether a known name changed or went: then records that
    /// the app does not tell about are out of date.
    pub(crate) async fn refresh(&self, sender: &Sender, always: bool) -> Result<bool, AppError> {
        let now = sender.world.clock.now();
        let mut changed = false;
        for (lookup, rule) in &self.rules {
            let old = self.held().get(lookup).cloned();
            let fresh = |table: &Table| {
                let age = now.duration_since(table.at);
                !always
                    && Duration::try_from(age).is_ok_and(|age| age < Duration::from_secs(60 * u64::from(rule.minutes)))
            };
            if old.as_ref().is_some_and(fresh) {
                continue;
            }
            let mut names = BTreeMap::new();
            let mut pages = Pages::of(sender, &rule.list);
            while let Some(things) = pages.next().await? {
                let named = things.iter().filter_map(|thing| Some((rule.id.text(thing)?, rule.name.text(thing)?)));
                names.extend(named.filter(|(id, _)| !rule.hidden.contains(id)));
            }
            changed |= old.is_some_and(|old| old.names.iter().any(|(id, name)| names.get(id) != Some(name)));
            self.held().insert(lookup.clone(), Table { at: now, names });
        }
        Ok(changed)
    }

    /// Puts the names beside the ids of these records. Says whether the lists had to be read again for that, and a known name
    /// changed or went, as [`Self::refresh`] does.
    pub(crate) async fn name(&self, sender: &Sender, records: &mut [Json]) -> Result<bool, AppError> {
        if self.places.is_empty() {
            return Ok(false);
        }
        let mut known = true;
        {
            let tables = self.held();
            for record in &mut *records {
                known &= self.annotate(record, &tables);
            }
        }
        if known {
            return Ok(false);
        }
        let changed = self.refresh(sender, true).await?;
        let tables = self.held();
        for record in records {
            // An id that even the fresh list does not have is nobody's name.
            self.annotate(record, &tables);
        }
        Ok(changed)
    }

    /// Whether the lists are to be read before a name is written.
    pub(crate) fn are_old(&self, now: Timestamp) -> bool {
        let old = |table: &Table| !Duration::try_from(now.duration_since(table.at)).is_ok_and(|age| age < WRITES_AFTER);
        self.held().values().any(old)
    }

    /// Reads the lists before names are written, if they are old. Says whether a known name changed or went, as
    /// [`Self::refresh`] does.
    pub(crate) async fn before_writing(&self, sender: &Sender) -> Result<bool, AppError> {
        if self.are_old(sender.world.clock.now()) { self.refresh(sender, true).await } else { Ok(false) }
    }

    /// The ids of these names; those that are not there are made. What fails is told name by name.
    pub(crate) async fn ids(
        &self,
        sender: &Sender,
        wanted: impl IntoIterator<Item = (String, String)>,
    ) -> (Ids, BTreeMap<(String, String), AppError>) {
        let (mut ids, unknown) = self.known_ids(wanted);
        if unknown.is_empty() {
            return (ids, BTreeMap::new());
        }
        // They may be new in the app: the lists are read once for all of them.
        if let Err(error) = self.refresh(sender, true).await {
            return (ids, unknown.into_iter().map(|name| (name, error.clone())).collect());
        }
        let mut failed = BTreeMap::new();
        for (lookup, name) in unknown {
            match self.id(sender, &lookup, &name).await {
                Ok(id) => {
                    ids.entry(lookup).or_default().insert(name, id);
                }
                Err(error) => {
                    failed.insert((lookup, name), error);
                }
            }
        }
        (ids, failed)
    }

    /// The ids of those of these names that are known, and the names that are not.
    pub(crate) fn known_ids(
        &self,
        wanted: impl IntoIterator<Item = (String, String)>,
    ) -> (Ids, BTreeSet<(String, String)>) {
        let mut ids = Ids::new();
        let mut unknown = BTreeSet::new();
        for (lookup, name) in wanted {
            match self.known(&lookup, &name) {
                Some(id) => {
                    ids.entry(lookup).or_default().insert(name, id);
                }
                None => {
                    unknown.insert((lookup, name));
                }
            }
        }
        (ids, unknown)
    }

    /// The requests that it takes to read the lists.
    pub(crate) fn cost_of_reading(&self) -> Calls {
        let mut calls = Calls::default();
        self.rules.values().for_each(|rule| calls.add(method(&rule.list.request), 1));
        calls
    }

    /// The requests that it takes to make these names: the lists are read once, then each name is made.
    pub(crate) fn cost_of(&self, unknown: &BTreeSet<(String, String)>) -> Calls {
        if unknown.is_empty() {
            return Calls::default();
        }
        let mut calls = self.cost_of_reading();
        for (lookup, _) in unknown {
            let create = self.rules.get(lookup).and_then(|rule| rule.create.as_ref());
            create.iter().for_each(|create| calls.add(method(&create.request), 1));
        }
        calls
    }

    /// The id that a record keeps when it has no other.
    pub(crate) fn keep(&self, place: &Place) -> Option<&str> {
        self.rules.get(&place.lookup)?.keep.as_deref()
    }

    /// The id of a name; one that even the fresh list does not have is made.
    async fn id(&self, sender: &Sender, lookup: &str, name: &str) -> Result<String, AppError> {
        if let Some(id) = self.known(lookup, name) {
            return Ok(id);
        }
        let missing = || sender.strange("no id for a name");
        let rule = self.rules.get(lookup).ok_or_else(missing)?;
        let create = rule.create.as_ref().ok_or_else(missing)?;
        let none = BTreeMap::new();
        let call = Call::write(&create.request, &none, create.body.clone(), Fill::default().text("name", name));
        match sender.send(call).await {
            Ok(answer) => {
                let id = rule.id.text(&answer).ok_or_else(missing)?;
                if let Some(table) = self.held().get_mut(lookup) {
                    table.names.insert(id.clone(), name.to_owned());
                }
                Ok(id)
            }
            // Somebody else made it, or the answer was lost: names are unique, so the list tells.
            Err(error) => {
                self.refresh(sender, true).await?;
                self.known(lookup, name).ok_or(error)
            }
        }
    }

    fn known(&self, lookup: &str, name: &str) -> Option<String> {
        let tables = self.held();
        tables.get(lookup)?.names.iter().find(|(_, known)| *known == name).map(|(id, _)| id.clone())
    }

    /// Puts names beside ids; says whether all ids are known or hidden.
    fn annotate(&self, record: &mut Json, tables: &Tables) -> bool {
        let mut all = true;
        for place in &self.places {
            let hidden = self.rules.get(&place.lookup).map(|rule| rule.hidden.as_slice()).unwrap_or_default();
            let names = tables.get(&place.lookup).map(|table| &table.names);
            let mut at = Some(&mut *record);
            for member in &place.outer {
                at = at.and_then(|at| at.get_mut(member));
            }
            for element in at.and_then(Json::as_array_mut).into_iter().flatten() {
                let Some(id) = path::walk(element, &place.inner).and_then(path::text) else { continue };
                if hidden.contains(&id) {
                    continue;
                }
                let name = names.and_then(|names| names.get(&id));
                all &= name.is_some();
                let Json::Object(members) = element else { continue };
                match name {
                    Some(name) => members.insert(NAME.to_owned(), Json::String(name.clone())),
                    // The name that the list before this one had for it.
                    None => members.shift_remove(NAME),
                };
            }
        }
        all
    }
}
