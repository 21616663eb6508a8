//! `POST leads`: a new lead, or one that is there already.
//!
//! A lead with the same e-mail address takes what was sent and keeps its own id; the id that was sent then leads
//! nowhere. The answer is the same empty object either way, so a client learns of it from the webhook only.

use jiff::Timestamp;
use serde_json::{Value, json};
use uuid::Uuid;

use super::activities;
use super::error::Failure;
use super::lead::{self, Lead, Sent};
use super::patch;
use super::store::Store;

/// Creates or matches a lead.
pub(super) fn lead(store: &mut Store, body: &Value, now: Timestamp) -> Result<Value, Failure> {
    receive(store, lead::read(body)?, now)
}

/// `POST potential-seller-leads`: the same with a fixed role.
pub(super) fn potential_seller(store: &mut Store, body: &Value, now: Timestamp) -> Result<Value, Failure> {
    let mut sent = lead::read(body)?;
    sent.texts.insert("role".to_owned(), "Potential Seller".into());
    receive(store, sent, now)
}

fn receive(store: &mut Store, sent: Sent, now: Timestamp) -> Result<Value, Failure> {
    if sent.texts.get("source").and_then(Value::as_str).is_none_or(str::is_empty) {
        return Err(Failure::malformed("source is required"));
    }
    if !lead::identified(&sent.texts) {
        return Err(Failure::malformed("at least one of email, name, phone or address is required"));
    }
    let activities = activities::read(store, &sent.activities, now)?;
    match known(store, &sent) {
        Some(id) => {
            // Told even when nothing changed: it is how a client learns which lead was meant.
            store.update(&id, now, true, |lead| patch::merge(lead, sent.texts, sent.tags));
            if !activities.is_empty() {
                activities::happen(store, &id, activities, now);
            }
        }
        None => insert(store, sent, activities, now),
    }
    Ok(json!({}))
}

/// The id of the lead that is meant: the one with the e-mail address, else the one with the id itself.
fn known(store: &Store, sent: &Sent) -> Option<String> {
    let email = sent.texts.get("email").and_then(Value::as_str).unwrap_or_default();
    let lead = store.with_email(email).or_else(|| store.leads.get(sent.id.as_ref()?))?;
    Some(lead.id.clone())
}

/// Adds a lead with its activities; its id is made here when none was sent.
pub(super) fn insert(store: &mut Store, sent: Sent, activities: Vec<Value>, now: Timestamp) {
    let id = sent.id.unwrap_or_else(|| fresh_id(store));
    let mut lead = Lead {
        id,
        texts: serde_json::Map::new(),
        tags: Vec::new(),
        activities: Vec::new(),
        created: now,
        number: store.next_number(),
        agent: None,
        deleted: false,
    };
    patch::merge(&mut lead, sent.texts, sent.tags);
    for activity in &activities {
        activities::take_effect(&mut lead, activity);
    }
    lead.activities = activities;
    store.insert(lead, now);
}

/// An id that belongs to the site and the number of the lead.
pub(super) fn fresh_id(store: &Store) -> String {
    let site = Uuid::parse_str(&store.site).unwrap_or(Uuid::NAMESPACE_OID);
    Uuid::new_v5(&site, &store.next_number().to_be_bytes()).hyphenated().to_string()
}
