//! `POST leads/ID/activities`: what happened to a lead. Some activities do something: `deleted` puts it into the bin,
//! `restored` takes it out again, `was_assigned` and `was_unassigned` change its agent.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::error::Failure;
use super::lead::{Lead, micros};
use super::store::Store;

/// Every type there is.
const TYPES: &[&str] = &[
    "visited",
    "search_performed",
    "saved_search_added",
    "saved_search_removed",
    "property_viewed",
    "favorite_property_added",
    "favorite_property_removed",
    "property_updates_email_sent",
    "property_updates_email_opened",
    "bad_email_flagged",
    "bad_email_unflagged",
    "opted_out",
    "deleted",
    "restored",
    "contact_emailed",
    "valuation_inquiry",
    "shared_property_via_email",
    "market_report_viewed",
    "market_report_saved",
    "note",
    "called",
    "was_assigned",
    "was_unassigned",
    "received_text_message_from",
    "sent_text_message_to",
    "tour_requested",
    "imported",
];

/// Answers the request.
pub(super) fn add(store: &mut Store, id: &str, body: &Value, now: Timestamp) -> Result<Value, Failure> {
    let id = super::known(store, id)?;
    let Some(list) = body.as_array() else { return Err(Failure::malformed("body must be an array of activities")) };
    let activities = read(store, list, now)?;
    happen(store, &id, activities, now);
    Ok(json!({}))
}

/// Checks activities; one without a time happened now.
pub(super) fn read(store: &Store, list: &[Value], now: Timestamp) -> Result<Vec<Value>, Failure> {
    list.iter().map(|activity| one(store, activity, now)).collect()
}

fn one(store: &Store, activity: &Value, now: Timestamp) -> Result<Value, Failure> {
    let Some(sent) = activity.as_object() else { return Err(Failure::malformed("activity must be a JSON object")) };
    let mut kept = Map::new();
    for field in ["type", "source", "description"] {
        match sent.get(field).and_then(Value::as_str).filter(|text| !text.is_empty()) {
            Some(text) => kept.insert(field.to_owned(), text.into()),
            None => return Err(Failure::malformed(format!("activity {field} is required"))),
        };
    }
    let kind = kept.get("type").and_then(Value::as_str).unwrap_or_default();
    if !TYPES.contains(&kind) {
        return Err(Failure::unusable(format!("unknown activity type {kind}")));
    }
    if kind == "was_assigned" {
        let user = sent.get("user").and_then(|user| user.get("id")?.as_str()).unwrap_or_default();
        if store.user(user).is_none() {
            return Err(Failure::unusable("user.id must be the id of a user of this site"));
        }
    }
    for field in ["role", "user", "property", "notify_users"] {
        if let Some(value) = sent.get(field) {
            kept.insert(field.to_owned(), value.clone());
        }
    }
    let created = match sent.get("created").and_then(Value::as_str) {
        Some(text) => {
            text.parse::<Timestamp>().map_err(|_| Failure::unusable("activity created must be an ISO 8601 time"))?
        }
        None => now,
    };
    kept.insert("created".to_owned(), micros(created).into());
    Ok(Value::Object(kept))
}

/// Adds checked activities to a lead, lets them take effect, and tells of them.
pub(super) fn happen(store: &mut Store, id: &str, activities: Vec<Value>, now: Timestamp) {
    let Some(lead) = store.touch(id) else { return };
    let agent = lead.agent.clone();
    for activity in &activities {
        take_effect(lead, activity);
        lead.activities.push(activity.clone());
    }
    let after = lead.agent.clone();
    store.tell_activities(id, &activities, now);
    if agent != after {
        let user = after.as_deref().and_then(|id| store.user(id));
        let mut changed = Map::new();
        changed.insert("agent_name".to_owned(), user.map_or("", |user| user.name).into());
        changed.insert("agent_email".to_owned(), user.map_or("", |user| user.email).into());
        store.tell_updated(id, changed, now);
    }
}

/// What an activity does to the lead it happened to.
pub(super) fn take_effect(lead: &mut Lead, activity: &Value) {
    match activity.get("type").and_then(Value::as_str) {
        Some("deleted") => lead.deleted = true,
        Some("restored") => lead.deleted = false,
        Some("was_unassigned") => lead.agent = None,
        // A lender is assigned beside the agent, and is not shown in webhooks.
        Some("was_assigned") if activity.get("role").is_none_or(|role| role != "lender") => {
            lead.agent = activity.get("user").and_then(|user| user.get("id")?.as_str()).map(str::to_owned);
        }
        _ => {}
    }
}
