//! One object of an app, as the runtime reads it.

use std::collections::BTreeMap;

use serde::{Deserialize, de::IgnoredAny};
use serde_json::Value as Json;

use super::{Create, Delete, Elements, FieldRule, Find, Get, Happened, Listing, Update};
use crate::apps::http::path::Path;

/// An object. The keys that only the schema reads are taken and dropped.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Object {
    #[serde(default, rename = "identity")]
    _identity: Option<IgnoredAny>,
    #[serde(default, rename = "detects")]
    _detects: Option<IgnoredAny>,
    #[serde(default, rename = "creates")]
    _creates: Option<IgnoredAny>,
    #[serde(default, rename = "deletes")]
    _deletes: Option<IgnoredAny>,
    #[serde(default, rename = "open")]
    _open: Option<IgnoredAny>,
    #[serde(default, rename = "dated")]
    _dated: Option<IgnoredAny>,
    #[serde(default, rename = "named")]
    _named: Option<IgnoredAny>,
    /// The fields by name.
    pub(crate) fields: BTreeMap<String, FieldRule>,
    /// How it is requested.
    pub(crate) http: Option<HttpObject>,
}

/// How an object is requested.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct HttpObject {
    /// The id of a record.
    pub(crate) id: Path,
    /// Whether ids are UUIDs, with dashes or without: they are compared and kept in one form.
    #[serde(default)]
    pub(crate) uuid: bool,
    /// The version of a record.
    pub(crate) version: Option<Path>,
    /// When a record was last changed (RFC 3339).
    pub(crate) edited: Option<Path>,
    /// What is true on a tombstone.
    pub(crate) deleted: Option<Path>,
    /// What happened to a record that is deleted, and to one that came back.
    pub(crate) buried: Option<Settle>,
    /// Former ids of a record.
    pub(crate) aliases: Option<Path>,
    /// Where a custom field called `{name}` stands.
    pub(crate) custom: Option<Path>,
    /// The names of the custom fields of a record.
    pub(crate) custom_names: Option<Path>,
    /// How the elements of lists are told apart.
    #[serde(default)]
    pub(crate) elements: Elements,
    /// Named things that records hold the ids of, by name.
    #[serde(default)]
    pub(crate) lookups: BTreeMap<String, Lookup>,
    /// Reading all records.
    pub(crate) list: Option<Listing>,
    /// Reading records by id.
    pub(crate) get: Get,
    /// Making records.
    pub(crate) create: Option<Create>,
    /// Changing records.
    pub(crate) update: Option<Update>,
    /// Deleting records.
    pub(crate) delete: Option<Delete>,
    /// What a new record is marked with, so that it is found again.
    pub(crate) marker: Option<Marker>,
    /// Looking for a record that a create with an unknown outcome made.
    pub(crate) find: Option<Find>,
    /// For an app that does not list its records: what is known of them here.
    pub(crate) mirror: Option<Mirror>,
}

/// A list of events in a record that says whether it is deleted.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settle {
    /// The list.
    pub(crate) at: Vec<String>,
    /// What in it counts.
    pub(crate) happened: Happened,
}

/// Named things that records hold the ids of: labels.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lookup {
    /// Reading all of them.
    pub(crate) list: Listing,
    /// The id of one.
    pub(crate) id: Path,
    /// Its name.
    pub(crate) name: Path,
    /// After how many minutes the list is read again, to learn of new names. An id that is not known yet is looked
    /// up at once.
    pub(crate) minutes: u32,
    /// Ids that are nobody's business: what is in them is not shown.
    #[serde(default)]
    pub(crate) hidden: Vec<String>,
    /// The id that a record keeps when it has no other: the app wants one at least.
    pub(crate) keep: Option<String>,
    /// Making one called `{name}`.
    pub(crate) create: Option<LookupCreate>,
}

/// Making a named thing.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LookupCreate {
    /// `POST /v1/labels`
    pub(crate) request: String,
    /// The body, with `{name}`.
    pub(crate) body: Json,
}

/// What a new record is marked with.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Marker {
    /// Members that a new record gets, with `{op}`.
    pub(crate) add: serde_json::Map<String, Json>,
    /// Where the op stands in a record.
    pub(crate) read: Path,
}

/// What is known here of an app that does not list its records.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Mirror {
    /// Messages that the app sends when something changes.
    pub(crate) webhook: Webhook,
    /// A file that the app exports, for what was there before the first message.
    pub(crate) export: Export,
    /// Lists of which elements arrive one by one: they are collected. The events among them that count, by what
    /// `kind` says; others are dropped.
    pub(crate) collects: Collects,
    /// Members that only messages tell: an answer without them says nothing about them.
    #[serde(default)]
    pub(crate) only_told: Vec<String>,
    /// Members of which one in common tells that two records are one.
    pub(crate) same_by: Vec<Path>,
    /// The member of a new record by which the app takes it for one that it has, whatever id the new one was given: the
    /// one with this value in a member of `same_by`.
    pub(crate) meant_by: Option<Path>,
}

/// A list of which elements arrive one by one.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Collects {
    /// The member with the list.
    pub(crate) member: String,
    /// The member of an element that says what happened.
    pub(crate) kind: String,
    /// What is kept.
    pub(crate) keep: Vec<String>,
}

/// Messages that the app sends. Header names are in lower case.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Webhook {
    /// The header with the hex HMAC-SHA256 of the body.
    pub(crate) signature: String,
    /// The header that says what happened; it wins over the member `action` of the body.
    pub(crate) action: String,
    /// The header that names the message: of several with one name one counts.
    pub(crate) message: String,
    /// The header that says when: RFC 3339 or seconds since 1970.
    pub(crate) time: String,
    /// Where a message says which account it is about, and what it says.
    pub(crate) about: Option<About>,
    /// Members of a message that are not the record's.
    #[serde(default)]
    pub(crate) envelope: Vec<String>,
    /// What happened when the message holds a record as it was made: all of it, and older than whatever else is told of it.
    pub(crate) made: Vec<String>,
    /// What happened when it holds what changed.
    pub(crate) partial: Vec<String>,
    /// What is not about records: taken and dropped.
    pub(crate) other: Vec<String>,
}

/// Which account a message is about.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct About {
    /// Where it says so.
    pub(crate) at: Path,
    /// What it says, with `{setting}`. A message about another account is refused.
    pub(crate) is: String,
}

/// A file that the app exports: a CSV file whose columns are the members of a record.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Export {
    /// The setting that names it.
    pub(crate) setting: String,
    /// The column with the id.
    pub(crate) id: String,
    /// What stands between the elements of a list.
    pub(crate) separator: String,
}

impl Settle {
    /// Whether the record is deleted.
    pub(crate) fn holds(&self, record: &Json) -> bool {
        crate::apps::http::path::walk(record, &self.at).and_then(|events| self.happened.last(events)).unwrap_or(false)
    }
}
