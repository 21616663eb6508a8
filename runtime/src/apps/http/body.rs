//! What is sent of a record.

use serde_json::{Map, Value as Json};

use super::{
    lens::{NAME, PARTIAL},
    lookup::Lookups,
    manifest::Elements,
    path::{Path, text, walk},
};

/// A record before and after a change, and what of it is sent.
#[derive(Clone, Debug)]
pub(super) struct Changed {
    /// The record as it was.
    pub(super) old: Json,
    /// The record as it shall be.
    pub(super) record: Json,
    /// The members that change, in order.
    members: Vec<String>,
    /// These members whole, with their own elements only, and the members that are always sent.
    pub(super) masked: Json,
    /// These members; "" for one that is cleared.
    pub(super) whole: Json,
    /// The same, with only the new elements of lists.
    pub(super) grown: Json,
    /// Whether something is cleared or taken out of a list.
    pub(super) takes: bool,
}

impl Changed {
    /// What changes between two forms of a record.
    pub(super) fn new(old: &Json, new: Json, carry: &[String], grows: bool, elements: &Elements) -> Self {
        let names = |json: &Json| {
            json.as_object().map(|members| members.keys().cloned().collect::<Vec<_>>()).unwrap_or_default()
        };
        let mut members: Vec<String> = names(old).into_iter().chain(names(&new)).collect();
        members.sort();
        members.dedup();
        members.retain(|member| old.get(member) != new.get(member));

        let mut masked: Map<String, Json> =
            carry.iter().filter_map(|member| Some((member.clone(), old.get(member)?.clone()))).collect();
        let (mut whole, mut grown) = (Map::new(), Map::new());
        let mut takes = false;
        for member in &members {
            let (before, after) = (old.get(member), new.get(member));
            if let Some(after) = after {
                masked.insert(member.clone(), sent(&own(after, elements)));
            }
            let value = after.map_or_else(|| Json::String(String::new()), sent);
            if let (Json::Array(after), true) = (&value, grows) {
                let before = before.and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
                takes |= before.iter().any(|element| !after.contains(element));
                let fresh = after.iter().filter(|element| !before.contains(element)).cloned().collect();
                grown.insert(member.clone(), Json::Array(fresh));
            } else {
                takes |= after.is_none();
                grown.insert(member.clone(), value.clone());
            }
            whole.insert(member.clone(), value);
        }
        Self {
            old: old.clone(),
            record: new,
            members,
            masked: masked.into(),
            whole: whole.into(),
            grown: grown.into(),
            takes,
        }
    }

    /// The names of the members that change.
    pub(super) fn mask(&self) -> String {
        self.members.join(",")
    }
}

/// A list without the elements that are not the record's.
fn own(value: &Json, elements: &Elements) -> Json {
    match value {
        Json::Array(list) => list.iter().filter(|element| elements.is_own(element)).cloned().collect(),
        _ => value.clone(),
    }
}

/// The same without what was put in here and is not the app's.
pub(super) fn sent(value: &Json) -> Json {
    match value {
        Json::Array(list) => list.iter().map(sent).collect(),
        Json::Object(members) => {
            let members = members.iter().filter(|(name, _)| *name != NAME && *name != PARTIAL);
            Json::Object(members.map(|(name, value)| (name.clone(), sent(value))).collect())
        }
        _ => value.clone(),
    }
}

/// Puts an id in where the path of ids leads.
pub(super) fn set_id(record: &mut Json, path: &Path, id: &str) {
    if let Some(split) = path.split() {
        put(record, &split.outer, Json::String(id.to_owned()));
    }
}

/// Sees to it that a record keeps the one id that the app wants it to have at least: a new one has it from the start,
/// another gets it with the last one that goes. `old` is what the record was, if it is not new.
pub(super) fn keep_one(record: &mut Json, lookups: &Lookups, old: Option<&Json>) {
    for place in &lookups.places {
        let Some(keep) = lookups.keep(place) else { continue };
        if old.is_some_and(|old| walk(old, &place.outer) == walk(record, &place.outer)) {
            continue;
        }
        let list = walk(record, &place.outer).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        let ids: Vec<String> = list.iter().filter_map(|element| walk(element, &place.inner).and_then(text)).collect();
        let lacks = if old.is_none() { !ids.iter().any(|id| id == keep) } else { ids.is_empty() };
        if lacks {
            let mut element = Json::Object(Map::new());
            put(&mut element, &place.inner, Json::String(keep.to_owned()));
            let mut list = list.to_vec();
            list.push(element);
            put(record, &place.outer, Json::Array(list));
        }
    }
}

/// Puts a value where these members lead, making the way.
fn put(mut at: &mut Json, members: &[String], value: Json) {
    for member in members {
        if !at.is_object() {
            *at = Json::Object(Map::new());
        }
        let Json::Object(object) = at else { return };
        at = object.entry(member.clone()).or_insert(Json::Null);
    }
    *at = value;
}
