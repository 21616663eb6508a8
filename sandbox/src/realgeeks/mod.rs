//! Practice Real Geeks: the Incoming Leads API of one site, and the webhooks of its Outgoing API.
//!
//! There is no list, no search and no delete, as in the real one. One file an endpoint family; `outgoing.rs` for what the
//! partner is told.

mod activities;
mod create;
mod error;
mod export;
mod hand;
mod lead;
mod outgoing;
mod patch;
mod phone;
mod sample;
mod store;
mod users;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use jiff::Timestamp;
use serde_json::Value;

use self::error::Failure;
use self::store::Store;
use crate::app::{App, nobody};
use crate::fault::Twist;
use crate::journal::Changes;
use crate::options::{Refusal, SandboxError};
use crate::samples::Person;
use crate::webhook::Message;
use crate::wire::{Reply, Request};

/// The app with its one site.
#[derive(Debug)]
pub(crate) struct RealGeeks {
    store: Store,
    user: String,
    password: String,
}

impl RealGeeks {
    /// A new site with these people as its leads.
    pub(crate) fn new(site: String, user: String, password: String, people: &[Person]) -> Self {
        let mut store = Store::new(site);
        sample::fill(&mut store, people);
        Self { store, user, password }
    }

    /// The site of the last run.
    pub(crate) fn load(
        site: String,
        user: String,
        password: String,
        records: BTreeMap<String, Value>,
    ) -> Result<Self, SandboxError> {
        Ok(Self { store: Store::load(site, records)?, user, password })
    }

    fn route(&mut self, request: &Request) -> Result<Reply, Failure> {
        let signed_in = request.basic().is_some_and(|(user, password)| user == self.user && password == self.password);
        if !signed_in || request.suffers(Twist::WrongPassword) {
            return Err(Failure { status: 401, message: "Invalid credentials".to_owned() });
        }
        let parts: Vec<&str> = request.path.trim_matches('/').split('/').collect();
        // The vendor's pages spell version 2 both ways.
        let (second, site, rest) = match parts.as_slice() {
            ["v2", "rest", "sites", site, rest @ ..] | ["rest", "sites", site, "v2", rest @ ..] => (true, *site, rest),
            ["rest", "sites", site, rest @ ..] => (false, *site, rest),
            _ => return Err(Failure::not_found("Not found")),
        };
        if site != self.store.site {
            return Err(Failure::not_found("Site not found"));
        }
        let (store, now) = (&mut self.store, request.now);
        let reply = match (request.method.as_str(), second, rest) {
            ("PATCH", true, ["leads", id]) => Reply::ok(patch::v2(store, id, &json(request)?, now)?),
            ("PATCH", false, ["leads", id]) => Reply::ok(patch::v1(store, id, &json(request)?, now)?),
            ("GET", false, ["leads", id]) => Reply::ok(Value::Object(get(store, id)?)),
            ("POST", false, ["leads"]) => Reply::json(201, create::lead(store, &json(request)?, now)?),
            ("POST", false, ["leads", id, "activities"]) => {
                Reply::json(201, activities::add(store, id, &json(request)?, now)?)
            }
            ("POST", false, ["potential-seller-leads"]) => {
                Reply::json(201, create::potential_seller(store, &json(request)?, now)?)
            }
            ("GET", false, ["users"]) => Reply::ok(users::list()),
            (_, _, ["leads", _] | ["leads", _, "activities"] | ["potential-seller-leads" | "users"]) => {
                return Err(Failure { status: 405, message: "Method not allowed".to_owned() });
            }
            _ => return Err(Failure::not_found("Not found")),
        };
        Ok(reply)
    }
}

impl App for RealGeeks {
    fn answer(&mut self, request: &Request) -> Reply {
        self.route(request).unwrap_or_else(Failure::reply)
    }

    fn outside(&self, status: u16) -> Reply {
        error::outside(status)
    }

    fn writes_alone(&self) -> bool {
        false
    }

    fn take_changes(&mut self) -> Result<Changes, serde_json::Error> {
        self.store.take_changes()
    }

    fn take_messages(&mut self) -> Vec<Message> {
        std::mem::take(&mut self.store.messages)
    }

    fn contacts(&self) -> Vec<Value> {
        let mut leads: Vec<_> = self.store.leads.values().filter(|lead| !lead.deleted).collect();
        leads.sort_by_key(|lead| lead.number);
        leads.into_iter().map(|lead| Value::Object(lead.show())).collect()
    }

    fn contact(&self, who: &str) -> Option<Value> {
        self.store.find(who).map(|lead| Value::Object(lead.show()))
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

    fn happen(&mut self, who: &str, kind: &str, text: &str, now: Timestamp) -> Result<(), Refusal> {
        let id = self.store.find(who).ok_or_else(|| nobody(who))?.id.clone();
        hand::happen(&mut self.store, &id, kind, text, now)
    }

    fn set_secret(&mut self, secret: &str) {
        secret.clone_into(&mut self.password);
    }

    fn export(&self, path: &Path) -> io::Result<()> {
        export::write(&self.store, path)
    }

    fn integrate(&mut self, on: bool, now: Timestamp) -> Result<(), Refusal> {
        self.store.tell_integration(on, now);
        Ok(())
    }
}

/// The id of a lead that exists, from the id in a path.
fn known(store: &Store, id: &str) -> Result<String, Failure> {
    let id = lead::uuid(id).map_err(|_| Failure::not_found("Lead not found"))?;
    if store.leads.contains_key(&id) { Ok(id) } else { Err(Failure::not_found("Lead not found")) }
}

fn get(store: &Store, id: &str) -> Result<serde_json::Map<String, Value>, Failure> {
    let id = known(store, id)?;
    store.leads.get(&id).map(lead::Lead::show).ok_or_else(|| Failure::not_found("Lead not found"))
}

fn json(request: &Request) -> Result<Value, Failure> {
    serde_json::from_slice(&request.body).map_err(|error| Failure::malformed(format!("invalid JSON: {error}")))
}
