//! `PATCH leads/ID`, in both versions.
//!
//! Version 1 ignores empty values and adds tags to those that are there, so nothing can be taken away with it.
//! Version 2 clears a field that is sent empty, and the tags sent are all that stay.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::activities;
use super::error::Failure;
use super::lead::{self, Lead};
use super::store::Store;

/// Version 1.
pub(super) fn v1(store: &mut Store, id: &str, body: &Value, now: Timestamp) -> Result<Value, Failure> {
    change(store, id, body, now, merge)
}

/// Version 2.
pub(super) fn v2(store: &mut Store, id: &str, body: &Value, now: Timestamp) -> Result<Value, Failure> {
    change(store, id, body, now, replace)
}

fn change(
    store: &mut Store,
    id: &str,
    body: &Value,
    now: Timestamp,
    apply: fn(&mut Lead, Map<String, Value>, Option<Vec<String>>),
) -> Result<Value, Failure> {
    let id = super::known(store, id)?;
    let sent = lead::read(body)?;
    let activities = activities::read(store, &sent.activities, now)?;
    store.update(&id, now, false, |lead| apply(lead, sent.texts, sent.tags));
    if !activities.is_empty() {
        activities::happen(store, &id, activities, now);
    }
    Ok(json!({}))
}

/// Takes over what is not empty, and adds the tags.
pub(super) fn merge(lead: &mut Lead, texts: Map<String, Value>, tags: Option<Vec<String>>) {
    lead.texts.extend(texts.into_iter().filter(|(_, text)| text.as_str().is_some_and(|text| !text.is_empty())));
    for tag in tags.into_iter().flatten() {
        if !tag.is_empty() && !lead.tags.contains(&tag) {
            lead.tags.push(tag);
        }
    }
}

/// Takes over everything: an empty text clears its field, and the tags replace those that were there.
pub(super) fn replace(lead: &mut Lead, texts: Map<String, Value>, tags: Option<Vec<String>>) {
    for (field, text) in texts {
        if text.as_str().is_some_and(str::is_empty) {
            lead.texts.shift_remove(&field);
        } else {
            lead.texts.insert(field, text);
        }
    }
    if let Some(tags) = tags {
        lead.tags.clear();
        for tag in tags {
            if !tag.is_empty() && !lead.tags.contains(&tag) {
                lead.tags.push(tag);
            }
        }
    }
}
