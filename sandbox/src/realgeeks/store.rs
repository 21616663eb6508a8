//! What practice Real Geeks remembers: the leads of one site, its users, and what its partner has yet to be told.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Map, Value};
use uuid::Uuid;

use super::lead::{Lead, TEXTS};
use super::users::{USERS, User};
use crate::journal::Changes;
use crate::options::SandboxError;
use crate::webhook::Message;

/// The leads of one site.
///
/// Invariant: every change of a lead goes through [`Store::update`], [`Store::insert`] or `happen`, which also tell the
/// partner about it.
#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) site: String,
    pub(super) leads: BTreeMap<String, Lead>,
    /// How many messages the partner was told, in this run.
    pub(super) told: u64,
    pub(super) messages: Vec<Message>,
    dirty: BTreeSet<String>,
}

impl Store {
    pub(super) fn new(site: String) -> Self {
        Self { site, ..Self::default() }
    }

    /// The site of the last run.
    pub(super) fn load(site: String, records: BTreeMap<String, Value>) -> Result<Self, SandboxError> {
        let mut store = Self::new(site);
        for (key, value) in records {
            if let Some(id) = key.strip_prefix("lead/") {
                let lead = serde_json::from_value(value)
                    .map_err(|source| SandboxError::Record { key: key.clone(), source })?;
                store.leads.insert(id.to_owned(), lead);
            }
        }
        Ok(store)
    }

    /// A user of the site.
    pub(super) fn user(&self, id: &str) -> Option<&'static User> {
        USERS.iter().find(|user| user.id.replace('-', "") == id.replace('-', ""))
    }

    /// A lead by its id, in whichever form, or by an e-mail address. A lead in the bin is found by its id only.
    pub(super) fn find(&self, who: &str) -> Option<&Lead> {
        let by_id = Uuid::parse_str(who).ok().and_then(|id| self.leads.get(&id.hyphenated().to_string()));
        by_id.or_else(|| self.with_email(who))
    }

    /// The oldest lead that has this e-mail address and is not in the bin.
    pub(super) fn with_email(&self, email: &str) -> Option<&Lead> {
        let has = |lead: &&Lead| {
            !lead.deleted && ["email", "second_email"].iter().any(|field| lead.text(field).eq_ignore_ascii_case(email))
        };
        self.leads.values().filter(|_| !email.is_empty()).filter(has).min_by_key(|lead| lead.number)
    }

    /// The number of the next lead.
    pub(super) fn next_number(&self) -> u64 {
        self.leads.len() as u64
    }

    /// Adds a lead without telling anybody.
    pub(super) fn put(&mut self, lead: Lead) {
        self.dirty.insert(format!("lead/{}", lead.id));
        self.leads.insert(lead.id.clone(), lead);
    }

    /// Adds a lead.
    pub(super) fn insert(&mut self, lead: Lead, now: Timestamp) {
        self.tell_created(&lead, now);
        self.put(lead);
    }

    /// Changes a lead and tells what changed. Nothing is told when nothing did, unless `always`.
    pub(super) fn update(&mut self, id: &str, now: Timestamp, always: bool, edit: impl FnOnce(&mut Lead)) {
        let Some(lead) = self.leads.get_mut(id) else { return };
        let before = lead.clone();
        edit(lead);
        let changed = difference(&before, lead);
        if changed.is_empty() && !always {
            return;
        }
        self.dirty.insert(format!("lead/{id}"));
        self.tell_updated(id, changed, now);
    }

    /// Marks a lead as changed in a way that is told otherwise.
    pub(super) fn touch(&mut self, id: &str) -> Option<&mut Lead> {
        self.dirty.insert(format!("lead/{id}"));
        self.leads.get_mut(id)
    }

    /// What changed since this was last asked, to be saved.
    pub(super) fn take_changes(&mut self) -> Result<Changes, serde_json::Error> {
        let mut changes = Changes::new();
        for key in std::mem::take(&mut self.dirty) {
            let record = serde_json::to_value(key.strip_prefix("lead/").and_then(|id| self.leads.get(id)))?;
            changes.insert(key, record);
        }
        Ok(changes)
    }
}

/// The fields in which two states of a lead differ, as the later one has them; a cleared one is empty.
fn difference(before: &Lead, after: &Lead) -> Map<String, Value> {
    let mut changed = Map::new();
    for field in TEXTS.iter().filter(|field| before.text(field) != after.text(field)) {
        changed.insert((*field).to_owned(), after.text(field).into());
    }
    if before.tags != after.tags {
        changed.insert("tags".to_owned(), after.tags.clone().into());
    }
    changed
}
