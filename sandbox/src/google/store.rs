//! What practice Google Contacts remembers: contacts, labels, and the order in which they changed.
//!
//! Invariants:
//! - Every change takes the next number of one sequence. Sync tokens and etags are made of these numbers, so a contact
//!   that changed is found by its number, and no two versions of a contact share an etag.
//! - A deleted contact stays as a tombstone, for the sync-token lists.
//! - A contact that is not deleted is in at least one group, and only in groups that exist.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::journal::Changes;
use crate::options::SandboxError;

/// The group that every contact is put into when it would have none.
pub(super) const MY_CONTACTS: &str = "myContacts";

/// The groups that exist in every account: id and shown name.
const SYSTEM_GROUPS: &[(&str, &str)] = &[
    (MY_CONTACTS, "My Contacts"),
    ("starred", "Starred"),
    ("friends", "Friends"),
    ("family", "Family"),
    ("coworkers", "Coworkers"),
    ("blocked", "Blocked"),
    ("all", "All"),
    ("chatBuddies", "Chat contacts"),
];

/// One contact, or the tombstone of one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Contact {
    /// What follows `people/`.
    pub(super) id: String,
    /// The id of its contact source.
    pub(super) source: String,
    /// The user's own data: field name to its elements, without anything the server makes.
    pub(super) own: Map<String, Value>,
    /// Elements of the person's public profile, which the user cannot change.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(super) profile: Map<String, Value>,
    /// Ids of its groups, in the order they were joined.
    pub(super) groups: Vec<String>,
    /// The number of its last change.
    pub(super) changed: u64,
    /// When that was.
    pub(super) updated: Timestamp,
    /// A tombstone.
    #[serde(default)]
    pub(super) deleted: bool,
    /// The number of list reads after which sync-token lists show this version.
    #[serde(skip)]
    pub(super) shown_from: u64,
}

impl Contact {
    /// The name under which requests know it.
    pub(super) fn resource(&self) -> String {
        format!("people/{}", self.id)
    }

    /// The strings that a key holds over all elements of a field.
    pub(super) fn texts<'a>(&'a self, field: &str, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.own
            .get(field)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(move |element| element.get(key).and_then(Value::as_str))
    }
}

/// One label, or the tombstone of one.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Group {
    /// What follows `contactGroups/`.
    pub(super) id: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) system: bool,
    pub(super) changed: u64,
    pub(super) updated: Timestamp,
    #[serde(default)]
    pub(super) deleted: bool,
}

/// Contacts and groups.
#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) contacts: BTreeMap<String, Contact>,
    pub(super) groups: BTreeMap<String, Group>,
    sequence: u64,
    /// List reads so far.
    pub(super) reads: u64,
    /// How many more list reads a write made now stays unseen for.
    pub(super) lag: u64,
    dirty: BTreeSet<String>,
    seed: u64,
}

impl Store {
    /// An account with the system groups only.
    pub(super) fn new(seed: u64, now: Timestamp) -> Self {
        let mut store = Self { seed, ..Self::default() };
        for (id, name) in SYSTEM_GROUPS {
            let changed = store.next();
            let group = Group {
                id: (*id).to_owned(),
                name: (*name).to_owned(),
                system: true,
                changed,
                updated: now,
                deleted: false,
            };
            store.dirty.insert(format!("group/{id}"));
            store.groups.insert(group.id.clone(), group);
        }
        store
    }

    /// The id of the person whose account it is.
    pub(super) fn owner(&self) -> String {
        format!("{}", 100_000_000_000_000_000 + scatter(self.seed ^ 0x0e11, 0) % 900_000_000_000_000_000)
    }

    /// The account of the last run.
    pub(super) fn load(seed: u64, records: BTreeMap<String, Value>) -> Result<Self, SandboxError> {
        let mut store = Self { seed, ..Self::default() };
        for (key, value) in records {
            let bad = |source| SandboxError::Record { key: key.clone(), source };
            if let Some(id) = key.strip_prefix("contact/") {
                let contact: Contact = serde_json::from_value(value).map_err(bad)?;
                store.sequence = store.sequence.max(contact.changed);
                store.contacts.insert(id.to_owned(), contact);
            } else if let Some(id) = key.strip_prefix("group/") {
                let group: Group = serde_json::from_value(value).map_err(bad)?;
                store.sequence = store.sequence.max(group.changed);
                store.groups.insert(id.to_owned(), group);
            }
        }
        Ok(store)
    }

    fn next(&mut self) -> u64 {
        self.sequence += 1;
        self.sequence
    }

    /// The number of the last change that sync-token lists show now.
    pub(super) fn shown(&self) -> u64 {
        let hidden = self.contacts.values().filter(|contact| contact.shown_from > self.reads).map(|c| c.changed).min();
        hidden.map_or(self.sequence, |first| first - 1)
    }

    /// The number of the last change.
    pub(super) fn last(&self) -> u64 {
        self.sequence
    }

    /// Contacts that are not deleted.
    pub(super) fn living(&self) -> impl Iterator<Item = &Contact> {
        self.contacts.values().filter(|contact| !contact.deleted)
    }

    /// A contact that is not deleted, by `people/ID`.
    pub(super) fn person(&self, resource: &str) -> Option<&Contact> {
        self.contacts.get(resource.strip_prefix("people/")?).filter(|contact| !contact.deleted)
    }

    /// A group that is not deleted, by `contactGroups/ID`.
    pub(super) fn group(&self, resource: &str) -> Option<&Group> {
        self.groups.get(resource.strip_prefix("contactGroups/")?).filter(|group| !group.deleted)
    }

    /// How many contacts are in a group.
    pub(super) fn members<'a>(&'a self, group: &'a str) -> impl Iterator<Item = &'a Contact> {
        self.living().filter(move |contact| contact.groups.iter().any(|id| id == group))
    }

    /// Adds a contact and returns its id. Without groups it goes into My Contacts.
    pub(super) fn add(
        &mut self,
        own: Map<String, Value>,
        profile: Map<String, Value>,
        groups: Vec<String>,
        now: Timestamp,
    ) -> String {
        // Tombstones stay, so the count never comes back and neither does an id.
        let born = self.contacts.len() as u64;
        let id = format!("c{}", 1_000_000_000_000_000_000 + scatter(self.seed, born) % 8_000_000_000_000_000_000);
        let contact = Contact {
            id: id.clone(),
            source: format!("{:x}", scatter(self.seed ^ 0x5eed, born)),
            own,
            profile,
            groups,
            changed: 0,
            updated: now,
            deleted: false,
            shown_from: 0,
        };
        self.contacts.insert(id.clone(), contact);
        self.change(&id, now, |_| {});
        id
    }

    /// Changes a contact; it takes the next number and a new etag.
    pub(super) fn change(&mut self, id: &str, now: Timestamp, edit: impl FnOnce(&mut Contact)) {
        let (changed, shown_from) = (self.next(), self.reads + self.lag + u64::from(self.lag > 0));
        if let Some(contact) = self.contacts.get_mut(id) {
            edit(contact);
            if contact.groups.is_empty() {
                contact.groups.push(MY_CONTACTS.to_owned());
            }
            contact.changed = changed;
            contact.updated = now;
            contact.shown_from = shown_from;
            self.dirty.insert(format!("contact/{id}"));
        }
    }

    /// Turns a contact into a tombstone.
    pub(super) fn delete(&mut self, id: &str, now: Timestamp) {
        self.change(id, now, |contact| {
            contact.deleted = true;
            contact.own.clear();
            contact.profile.clear();
            contact.groups.clear();
        });
    }

    /// Adds a label and returns its id.
    pub(super) fn add_group(&mut self, name: &str, now: Timestamp) -> String {
        let id = format!("{:x}", scatter(self.seed ^ 0x6_0000, self.groups.len() as u64));
        let changed = self.next();
        let group =
            Group { id: id.clone(), name: name.to_owned(), system: false, changed, updated: now, deleted: false };
        self.groups.insert(id.clone(), group);
        self.dirty.insert(format!("group/{id}"));
        id
    }

    /// Changes a label.
    pub(super) fn change_group(&mut self, id: &str, now: Timestamp, edit: impl FnOnce(&mut Group)) {
        let changed = self.next();
        if let Some(group) = self.groups.get_mut(id) {
            edit(group);
            group.changed = changed;
            group.updated = now;
            self.dirty.insert(format!("group/{id}"));
        }
    }

    /// What changed since this was last asked, to be saved.
    pub(super) fn take_changes(&mut self) -> Result<Changes, serde_json::Error> {
        let mut changes = Changes::new();
        for key in std::mem::take(&mut self.dirty) {
            let record = if let Some(id) = key.strip_prefix("contact/") {
                serde_json::to_value(self.contacts.get(id))?
            } else {
                serde_json::to_value(key.strip_prefix("group/").and_then(|id| self.groups.get(id)))?
            };
            changes.insert(key, record);
        }
        Ok(changes)
    }
}

/// A number that looks random and belongs to (seed, n) only: the finaliser of SplitMix64.
fn scatter(seed: u64, n: u64) -> u64 {
    let mut z = seed.wrapping_add((n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
