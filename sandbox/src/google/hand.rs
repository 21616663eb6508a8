//! Another person at work in Google Contacts: the same changes as the API makes, without its etags and masks.

use jiff::Timestamp;
use serde_json::{Map, Value};

use super::error::Failure;
use super::groups;
use super::intake;
use super::mask::ReadMask;
use super::render;
use super::store::{Contact, Store};
use crate::app::nobody;
use crate::options::Refusal;

/// Everybody, with every field.
pub(super) fn contacts(store: &Store) -> Vec<Value> {
    store.living().map(|contact| render::person(contact, &ReadMask::all())).collect()
}

/// One contact by resource name, id or e-mail address.
pub(super) fn find<'a>(store: &'a Store, who: &str) -> Option<&'a Contact> {
    let id = who.strip_prefix("people/").unwrap_or(who);
    store.person(&format!("people/{id}")).or_else(|| {
        store.living().find(|contact| contact.texts("emailAddresses", "value").any(|e| e.eq_ignore_ascii_case(who)))
    })
}

/// Adds a Person.
pub(super) fn add(store: &mut Store, person: &Value, now: Timestamp) -> Result<String, Refusal> {
    let incoming = intake::person(person, "person").map_err(refused)?;
    let groups = incoming.groups.iter().filter_map(|name| store.group(name)).map(|group| group.id.clone()).collect();
    Ok(format!("people/{}", store.add(incoming.own, Map::new(), groups, now)))
}

/// Replaces the fields that are named; an empty list clears one.
pub(super) fn edit(store: &mut Store, who: &str, person: &Value, now: Timestamp) -> Result<(), Refusal> {
    let mut incoming = intake::person(person, "person").map_err(refused)?;
    let id = find(store, who).ok_or_else(|| nobody(who))?.id.clone();
    let groups: Vec<String> =
        incoming.groups.iter().filter_map(|name| store.group(name)).map(|group| group.id.clone()).collect();
    let named: Vec<String> = person.as_object().into_iter().flatten().map(|(field, _)| field.clone()).collect();
    store.change(&id, now, |contact| {
        for field in named {
            match (field.as_str(), incoming.own.shift_remove(&field)) {
                ("memberships", _) => contact.groups.clone_from(&groups),
                (_, Some(elements)) => {
                    contact.own.insert(field, elements);
                }
                (_, None) => {
                    contact.own.shift_remove(&field);
                }
            }
        }
    });
    Ok(())
}

/// Deletes a contact.
pub(super) fn delete(store: &mut Store, who: &str, now: Timestamp) -> Result<(), Refusal> {
    let id = find(store, who).ok_or_else(|| nobody(who))?.id.clone();
    store.delete(&id, now);
    Ok(())
}

/// Puts a label on a contact or takes it off.
pub(super) fn label(store: &mut Store, who: &str, label: &str, on: bool, now: Timestamp) -> Result<(), Refusal> {
    let id = find(store, who).ok_or_else(|| nobody(who))?.id.clone();
    let known = store.groups.values().filter(|group| !group.deleted && group.name == label);
    // A label of the user's own comes before a system group that is shown under the same name.
    let group = match known.min_by_key(|group| group.system) {
        Some(group) => group.id.clone(),
        None if !on => return Ok(()),
        None => store.add_group(label, now),
    };
    let has = store.contacts.get(&id).is_some_and(|contact| contact.groups.contains(&group));
    if has != on {
        store.change(&id, now, |contact| {
            if on { contact.groups.push(group) } else { contact.groups.retain(|kept| *kept != group) }
        });
    }
    Ok(())
}

/// Gives a label of the user's own another name, or deletes it.
pub(super) fn relabel(store: &mut Store, label: &str, name: Option<&str>, now: Timestamp) -> Result<(), Refusal> {
    let known = store.groups.values().find(|group| !group.deleted && !group.system && group.name == label);
    let id = known.ok_or_else(|| Refusal(format!("There is no label \"{label}\".")))?.id.clone();
    match name {
        Some(name) => groups::rename(store, &id, name, now),
        None => groups::remove(store, &id, false, now),
    }
    .map_err(refused)
}

fn refused(failure: Failure) -> Refusal {
    let body = failure.reply().body;
    Refusal(body.pointer("/error/message").and_then(Value::as_str).unwrap_or_default().to_owned())
}
