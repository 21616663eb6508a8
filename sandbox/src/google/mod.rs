//! Practice Google Contacts: the part of the People API that syncs contacts.
//!
//! It promises the shapes, rules and quirks of the real API as far as they are known, for one account: one file an
//! endpoint family, `fields.rs` for what a Person may hold, `intake.rs` for what comes in, `render.rs` for what goes out.

mod batch;
mod error;
mod etag;
mod fields;
mod groups;
mod hand;
mod intake;
mod list;
mod mask;
mod members;
mod name;
mod people;
mod render;
mod sample;
mod search;
mod store;
mod token;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use self::error::Failure;
use self::mask::ReadMask;
use self::store::Store;
use crate::app::App;
use crate::fault::Twist;
use crate::journal::Changes;
use crate::options::{Refusal, SandboxError};
use crate::samples::Person;
use crate::wire::{Reply, Request};

/// The app with its one account.
#[derive(Debug)]
pub(crate) struct Google {
    store: Store,
    cache: search::Cache,
    token: String,
}

impl Google {
    /// A new account with these people in it.
    pub(crate) fn new(seed: u64, token: String, people: &[Person], now: Timestamp) -> Self {
        let mut store = Store::new(seed, now);
        sample::fill(&mut store, people);
        Self { store, cache: search::Cache::default(), token }
    }

    /// The account of the last run.
    pub(crate) fn load(seed: u64, token: String, records: BTreeMap<String, Value>) -> Result<Self, SandboxError> {
        Ok(Self { store: Store::load(seed, records)?, cache: search::Cache::default(), token })
    }

    fn route(&mut self, request: &Request) -> Result<Value, Failure> {
        if request.bearer() != Some(self.token.as_str()) || request.suffers(Twist::WrongPassword) {
            return Err(Failure::unauthenticated());
        }
        self.store.lag = request.lag;
        let store = &mut self.store;
        let path = request.path.strip_prefix("/v1/").ok_or_else(|| no_path(request))?;
        let parts: Vec<&str> = path.split('/').collect();
        match (request.method.as_str(), parts.as_slice()) {
            ("GET", ["people", "me", "connections"]) => list::connections(store, request),
            ("GET", ["people", _, "connections"]) => {
                Err(Failure::violation("resourceName", "Resource name must be people/me."))
            }
            ("GET", ["people", "me"]) => people::me(store, request),
            ("GET", ["people:batchGet"]) => batch::get(store, request),
            ("GET", ["people:searchContacts"]) => search::contacts(store, &mut self.cache, request),
            ("POST", ["people:createContact"]) => people::create(store, request, &json(request)?),
            ("POST", ["people:batchCreateContacts"]) => batch::create(store, request, &json(request)?),
            ("POST", ["people:batchUpdateContacts"]) => batch::update(store, request, &json(request)?),
            ("POST", ["people:batchDeleteContacts"]) => batch::delete(store, request, &json(request)?),
            (method, ["people", name]) => match (method, name.split_once(':')) {
                ("GET", None) => people::get(store, request, name),
                ("PATCH", Some((id, "updateContact"))) => people::update(store, request, id, &json(request)?),
                ("DELETE", Some((id, "deleteContact"))) => people::delete(store, request, id),
                ("PATCH", Some((_, "updateContactPhoto"))) | ("DELETE", Some((_, "deleteContactPhoto"))) => {
                    Err(Failure::unimplemented("Practice Google Contacts has no photos."))
                }
                _ => Err(no_path(request)),
            },
            ("GET", ["contactGroups"]) => groups::list(store, request),
            ("GET", ["contactGroups:batchGet"]) => groups::batch_get(store, request),
            ("POST", ["contactGroups"]) => groups::create(store, request, &json(request)?),
            ("GET", ["contactGroups", id]) => groups::get(store, request, id),
            ("PUT", ["contactGroups", id]) => groups::update(store, request, id, &json(request)?),
            ("DELETE", ["contactGroups", id]) => groups::delete(store, request, id),
            ("POST", ["contactGroups", id, "members:modify"]) => members::modify(store, request, id, &json(request)?),
            (_, ["otherContacts" | "otherContacts:search", ..]) => {
                Err(Failure::unimplemented("Practice Google Contacts has no other contacts."))
            }
            _ => Err(no_path(request)),
        }
    }
}

impl App for Google {
    fn answer(&mut self, request: &Request) -> Reply {
        match self.route(request) {
            Ok(body) => Reply::ok(body),
            Err(failure) => failure.reply(),
        }
    }

    fn outside(&self, status: u16) -> Reply {
        error::outside(status)
    }

    fn writes_alone(&self) -> bool {
        true
    }

    fn take_changes(&mut self) -> Result<Changes, serde_json::Error> {
        self.store.take_changes()
    }

    fn contacts(&self) -> Vec<Value> {
        hand::contacts(&self.store)
    }

    fn contact(&self, who: &str) -> Option<Value> {
        hand::find(&self.store, who).map(|contact| render::person(contact, &ReadMask::all()))
    }

    fn add(&mut self, contact: &Value, now: Timestamp) -> Result<String, Refusal> {
        hand::add(&mut self.store, contact, now)
    }

    fn edit(&mut self, who: &str, fields: &Value, now: Timestamp) -> Result<(), Refusal> {
        hand::edit(&mut self.store, who, fields, now)
    }

    fn delete(&mut self, who: &str, now: Timestamp) -> Result<(), Refusal> {
        hand::delete(&mut self.store, who, now)
    }

    fn label(&mut self, who: &str, label: &str, on: bool, now: Timestamp) -> Result<(), Refusal> {
        hand::label(&mut self.store, who, label, on, now)
    }

    fn relabel(&mut self, label: &str, name: Option<&str>, now: Timestamp) -> Result<(), Refusal> {
        hand::relabel(&mut self.store, label, name, now)
    }

    fn set_secret(&mut self, secret: &str) {
        secret.clone_into(&mut self.token);
    }
}

fn json(request: &Request) -> Result<Value, Failure> {
    serde_json::from_slice(&request.body)
        .map_err(|error| Failure::invalid(format!("Invalid JSON payload received. {error}")))
}

fn no_path(request: &Request) -> Failure {
    Failure::not_found(format!("The requested URL {} was not found on this server.", request.path))
}
