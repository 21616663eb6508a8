//! One person: get, create, update, delete.

use serde_json::{Value, json};

use super::error::Failure;
use super::intake::{self, Incoming};
use super::mask::{self, ReadMask};
use super::store::{MY_CONTACTS, Store};
use super::{etag, render};
use crate::fault::Twist;
use crate::wire::Request;

/// `people.get`.
pub(super) fn get(store: &Store, request: &Request, id: &str) -> Result<Value, Failure> {
    let mask = ReadMask::required(request, "personFields")?;
    read(store, &format!("people/{id}"), &mask)
}

/// `people.get` of `people/me`: whose account it is. Shows no more than that, as without the scope for profiles.
pub(super) fn me(store: &Store, request: &Request) -> Result<Value, Failure> {
    ReadMask::required(request, "personFields")?;
    let id = store.owner();
    let sources = [json!({"type": "PROFILE", "id": id})];
    Ok(
        json!({"resourceName": format!("people/{id}"), "etag": "%EgMBAj4=", "metadata": {"sources": sources, "objectType": "PERSON"}}),
    )
}

/// `people.createContact`.
pub(super) fn create(store: &mut Store, request: &Request, body: &Value) -> Result<Value, Failure> {
    let mask = ReadMask::optional(request, "personFields")?;
    let resource = insert(store, intake::person(body, "person")?, request)?;
    read(store, &resource, &mask)
}

/// `people.updateContact`.
pub(super) fn update(store: &mut Store, request: &Request, id: &str, body: &Value) -> Result<Value, Failure> {
    let fields = mask::update(request.parameter("updatePersonFields"), "updatePersonFields")?;
    let mask = ReadMask::optional(request, "personFields")?;
    let resource = format!("people/{id}");
    if request.suffers(Twist::StaleEtag) && store.person(&resource).is_some() {
        store.change(id, request.now, |_| {});
    }
    replace(store, &resource, &fields, intake::person(body, "person")?, request)?;
    read(store, &resource, &mask)
}

/// `people.deleteContact`.
pub(super) fn delete(store: &mut Store, request: &Request, id: &str) -> Result<Value, Failure> {
    if store.person(&format!("people/{id}")).is_none() {
        return Err(gone());
    }
    store.delete(id, request.now);
    Ok(json!({}))
}

/// Shows a person.
pub(super) fn read(store: &Store, resource: &str, mask: &ReadMask) -> Result<Value, Failure> {
    store.person(resource).map(|contact| render::person(contact, mask)).ok_or_else(gone)
}

/// Adds a person and returns its resource name.
pub(super) fn insert(store: &mut Store, incoming: Incoming, request: &Request) -> Result<String, Failure> {
    let groups = joinable(store, &incoming, &[])?;
    let id = store.add(incoming.own, serde_json::Map::new(), groups, request.now);
    Ok(format!("people/{id}"))
}

/// Replaces whole fields of a person, if it is still the version that was read. A listed field that is not sent is
/// cleared.
pub(super) fn replace(
    store: &mut Store,
    resource: &str,
    fields: &[&'static str],
    incoming: Incoming,
    request: &Request,
) -> Result<(), Failure> {
    let contact = store.person(resource).ok_or_else(gone)?;
    let (what, sent) = match (&incoming.source_etag, &incoming.etag) {
        (Some(etag), _) => ("person.metadata.sources.etag", etag),
        (None, Some(etag)) => ("person.etag", etag),
        (None, None) => {
            return Err(Failure::violation(
                "person.metadata.sources",
                "Request must set person.etag or person.metadata.sources.etag for the source that is being updated.",
            ));
        }
    };
    if etag::changed(sent) != Some(contact.changed) {
        return Err(Failure::stale(what));
    }
    let groups = if fields.contains(&"memberships") {
        if incoming.groups.is_empty() {
            return Err(Failure::violation(
                "person.memberships",
                "Contact must have at least one contact group membership.",
            ));
        }
        Some(joinable(store, &incoming, &contact.groups)?)
    } else {
        None
    };
    let (id, mut own) = (contact.id.clone(), incoming.own);
    store.change(&id, request.now, |contact| {
        for field in fields.iter().filter(|field| **field != "memberships") {
            match own.shift_remove(*field) {
                Some(elements) => contact.own.insert((*field).to_owned(), elements),
                None => contact.own.shift_remove(*field),
            };
        }
        if let Some(groups) = groups {
            contact.groups = groups;
        }
    });
    Ok(())
}

/// The ids of the groups in `memberships`. They must exist; of the system groups only two can be joined, the others
/// only kept.
fn joinable(store: &Store, incoming: &Incoming, kept: &[String]) -> Result<Vec<String>, Failure> {
    let mut ids: Vec<String> = Vec::new();
    for resource in &incoming.groups {
        let group = store.group(resource).ok_or_else(|| {
            Failure::violation("person.memberships", format!("Contact group \"{resource}\" does not exist."))
        })?;
        if group.system && ![MY_CONTACTS, "starred"].contains(&group.id.as_str()) && !kept.contains(&group.id) {
            return Err(Failure::violation(
                "person.memberships",
                format!("Contacts cannot be added to the system contact group \"{resource}\"."),
            ));
        }
        if !ids.contains(&group.id) {
            ids.push(group.id.clone());
        }
    }
    Ok(ids)
}

/// 404 for a person.
pub(super) fn gone() -> Failure {
    Failure::not_found("Requested entity was not found.")
}
