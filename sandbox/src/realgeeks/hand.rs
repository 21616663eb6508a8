//! Another person at work in the Real Geeks lead manager. The partner is told of everything they do.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::error::Failure;
use super::lead;
use super::store::Store;
use super::{activities, create, patch};
use crate::app::nobody;
use crate::options::Refusal;

/// Adds a lead, without looking for one that matches; the answer is its id.
pub(super) fn add(store: &mut Store, body: &Value, now: Timestamp) -> Result<String, Refusal> {
    let mut sent = lead::read(body).map_err(refused)?;
    if sent.id.as_ref().is_some_and(|id| store.leads.contains_key(id)) {
        return Err(Refusal("There is a lead with this id already.".to_owned()));
    }
    sent.texts.entry("source").or_insert_with(|| "Lead Manager".into());
    let id = sent.id.clone().unwrap_or_else(|| create::fresh_id(store));
    sent.id = Some(id.clone());
    create::insert(store, sent, Vec::new(), now);
    Ok(id)
}

/// Sets the fields that are named; an empty one is cleared, `tags` are replaced.
pub(super) fn edit(store: &mut Store, who: &str, body: &Value, now: Timestamp) -> Result<(), Refusal> {
    let sent = lead::read(body).map_err(refused)?;
    let id = find(store, who)?;
    store.update(&id, now, false, |lead| patch::replace(lead, sent.texts, sent.tags));
    Ok(())
}

/// Puts a lead into the bin.
pub(super) fn delete(store: &mut Store, who: &str, now: Timestamp) -> Result<(), Refusal> {
    let id = find(store, who)?;
    happen(store, &id, "deleted", "Lead was deleted", now)
}

/// Adds an activity of a type that needs nothing but a sentence.
pub(super) fn happen(store: &mut Store, id: &str, kind: &str, text: &str, now: Timestamp) -> Result<(), Refusal> {
    let activity = json!({"type": kind, "source": "Lead Manager", "description": text});
    let checked = activities::read(store, &[activity], now).map_err(refused)?;
    activities::happen(store, id, checked, now);
    Ok(())
}

/// Puts a tag on a lead or takes it off.
pub(super) fn label(store: &mut Store, who: &str, tag: &str, on: bool, now: Timestamp) -> Result<(), Refusal> {
    let id = find(store, who)?;
    store.update(&id, now, false, |lead| {
        lead.tags.retain(|kept| kept != tag);
        if on {
            lead.tags.push(tag.to_owned());
        }
    });
    Ok(())
}

fn find(store: &Store, who: &str) -> Result<String, Refusal> {
    store.find(who).filter(|lead| !lead.deleted).map(|lead| lead.id.clone()).ok_or_else(|| nobody(who))
}

fn refused(failure: Failure) -> Refusal {
    Refusal(failure.message)
}
