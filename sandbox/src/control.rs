//! The hands: a small HTTP API of each practice app for acting as another person, outside the app's own API.
//!
//! | request | what it does |
//! |---|---|
//! | `GET /_practice` | tells all this |
//! | `GET /_practice/contacts` | everybody |
//! | `POST /_practice/contacts` | adds a contact; the body is one as the app's API shows it |
//! | `GET /_practice/contacts/WHO` | one contact; WHO is an id or an e-mail address |
//! | `PATCH /_practice/contacts/WHO` | sets the fields in the body; an empty value clears one |
//! | `DELETE /_practice/contacts/WHO` | deletes the contact |
//! | `PUT`, `DELETE /_practice/contacts/WHO/labels/LABEL` | puts a label or tag on, takes it off |
//! | `POST /_practice/contacts/WHO/activities/KIND` | Real Geeks: something happens, such as `opted_out`, `restored` |
//! | `GET`, `DELETE /_practice/requests` | the requests so far, and how many of each kind; forgets them |
//! | `GET`, `PUT`, `DELETE /_practice/faults` | what goes wrong: a list of faults; nothing any more |
//! | `PUT`, `DELETE /_practice/webhook` | Real Geeks: `{"url": "http://…"}` gets the webhooks; nobody any more |
//! | `POST /_practice/clock` | `{"advance_seconds": 604800}` moves the clock of both apps forward |
//!
//! It asks for no password: it listens on this machine only, and holds nothing but practice data.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::fault::Fault;
use crate::options::Refusal;
use crate::wire::{Reply, Request};

/// How every path of it begins.
pub(crate) const PREFIX: &str = "/_practice";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Webhook {
    url: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    advance_seconds: u32,
}

/// Answers a request of the hands.
pub(crate) fn answer(desk: &Desk, request: &Request) -> Reply {
    match route(desk, request) {
        Ok(Some(body)) => Reply::ok(body),
        Ok(None) => {
            let asked = format!("{} {}", request.method, request.path);
            Reply::json(404, json!({"error": format!("There is no \"{asked}\" here."), "requests": help()}))
        }
        Err(refusal) => Reply::json(400, json!({"error": refusal.0})),
    }
}

fn route(desk: &Desk, request: &Request) -> Result<Option<Value>, Refusal> {
    let path = request.path.strip_prefix(PREFIX).unwrap_or_default().trim_matches('/');
    // The resource names of Google have a slash of their own.
    let path = path.replacen("contacts/people/", "contacts/", 1);
    let parts: Vec<&str> = path.split('/').collect();
    let done = || json!({"done": true});
    let body = match (request.method.as_str(), parts.as_slice()) {
        ("GET", [""]) => json!({"requests": help()}),
        ("GET", ["contacts"]) => desk.read(|app| app.contacts()).into(),
        ("POST", ["contacts"]) => {
            let contact = read::<Value>(request)?;
            json!({"id": desk.change(|app, now| app.add(&contact, now))?})
        }
        ("GET", ["contacts", who]) => desk.read(|app| app.contact(who)).ok_or_else(|| crate::app::nobody(who))?,
        ("PATCH", ["contacts", who]) => {
            let fields = read::<Value>(request)?;
            desk.change(|app, now| app.edit(who, &fields, now))?;
            done()
        }
        ("DELETE", ["contacts", who]) => {
            desk.change(|app, now| app.delete(who, now))?;
            done()
        }
        (method @ ("PUT" | "DELETE"), ["contacts", who, "labels", label]) => {
            desk.change(|app, now| app.label(who, label, method == "PUT", now))?;
            done()
        }
        ("POST", ["contacts", who, "activities", kind]) => {
            desk.change(|app, now| app.happen(who, kind, "By hand", now))?;
            done()
        }
        ("GET", ["requests"]) => requests(desk),
        ("DELETE", ["requests"]) => {
            desk.log().clear();
            done()
        }
        ("GET", ["faults"]) => serde_json::to_value(desk.faults()).map_err(|error| Refusal(error.to_string()))?,
        ("PUT", ["faults"]) => {
            desk.set_faults(read::<Vec<Fault>>(request)?);
            done()
        }
        ("DELETE", ["faults"]) => {
            desk.set_faults(Vec::new());
            done()
        }
        ("PUT", ["webhook"]) => {
            desk.set_webhook(Some(read::<Webhook>(request)?.url))?;
            done()
        }
        ("DELETE", ["webhook"]) => {
            desk.set_webhook(None)?;
            done()
        }
        ("POST", ["clock"]) => {
            desk.clock.advance(read::<Advance>(request)?.advance_seconds);
            json!({"now": desk.clock.now().to_string()})
        }
        _ => return Ok(None),
    };
    Ok(Some(body))
}

fn read<T: DeserializeOwned>(request: &Request) -> Result<T, Refusal> {
    serde_json::from_slice(&request.body).map_err(|error| Refusal(format!("The body cannot be used: {error}")))
}

fn requests(desk: &Desk) -> Value {
    let seen = desk.log().requests();
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for request in &seen {
        let status = request.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        *counts.entry(format!("{} {status}", request.method)).or_default() += 1;
    }
    json!({"count": seen.len(), "by_method_and_status": counts, "requests": seen})
}

fn help() -> Value {
    json!({
        "GET /_practice/contacts": "everybody",
        "POST /_practice/contacts": "adds a contact; the body is one as the app's API shows it",
        "GET /_practice/contacts/WHO": "one contact; WHO is an id or an e-mail address",
        "PATCH /_practice/contacts/WHO": "sets the fields in the body; an empty value clears one",
        "DELETE /_practice/contacts/WHO": "deletes the contact",
        "PUT /_practice/contacts/WHO/labels/LABEL": "puts a label or tag on a contact; DELETE takes it off",
        "POST /_practice/contacts/WHO/activities/KIND": "Real Geeks: opted_out, restored, note, …",
        "GET /_practice/requests": "the requests so far; DELETE forgets them",
        "PUT /_practice/faults": "what goes wrong, a list of {method, path, first, times, what}; DELETE ends it",
        "PUT /_practice/webhook": "Real Geeks: {\"url\": …} gets the webhooks; DELETE ends it",
        "POST /_practice/clock": "{\"advance_seconds\": …} moves the clock of both apps forward",
    })
}
