//! Many people at once: get, create, update, delete.
//!
//! A batch that is malformed fails as a whole before anything is done. A create or delete that is refused for one person
//! fails the whole batch too; an update answers for each person.

use serde_json::{Map, Value, json};

use super::error::Failure;
use super::intake;
use super::mask::{self, ReadMask};
use super::people::{gone, insert, read, replace};
use super::store::Store;
use crate::fault::Twist;
use crate::wire::Request;

const MOST: usize = 200;
const MOST_DELETES: usize = 500;

/// `people.getBatchGet`.
pub(super) fn get(store: &Store, request: &Request) -> Result<Value, Failure> {
    let mask = ReadMask::required(request, "personFields")?;
    let names = request.parameters("resourceNames");
    bounded(names.len(), MOST, "resourceNames")?;
    let answers: Vec<Value> = names.into_iter().map(|name| response(name, read(store, name, &mask))).collect();
    Ok(json!({"responses": answers}))
}

/// `people.batchCreateContacts`.
pub(super) fn create(store: &mut Store, request: &Request, body: &Value) -> Result<Value, Failure> {
    let mask = read_mask(body)?;
    let contacts = body.get("contacts").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    bounded(contacts.len(), MOST, "contacts")?;
    let mut people = Vec::new();
    for (index, contact) in contacts.iter().enumerate() {
        let at = format!("contacts[{index}].contact_person");
        people.push(intake::person(contact.get("contactPerson").unwrap_or(&Value::Null), &at)?);
    }
    let mut created = Vec::new();
    for incoming in people {
        let resource = insert(store, incoming, request)?;
        if let Some(mask) = &mask {
            created.push(response(&resource, read(store, &resource, mask)));
        }
    }
    Ok(if created.is_empty() { json!({}) } else { json!({"createdPeople": created}) })
}

/// `people.batchUpdateContacts`.
pub(super) fn update(store: &mut Store, request: &Request, body: &Value) -> Result<Value, Failure> {
    let fields = mask::update(body.get("updateMask").and_then(Value::as_str), "updateMask")?;
    let mask = read_mask(body)?;
    let empty = Map::new();
    let contacts = body.get("contacts").and_then(Value::as_object).unwrap_or(&empty);
    bounded(contacts.len(), MOST, "contacts")?;
    let mut people = Vec::new();
    for (resource, person) in contacts {
        people.push((resource, intake::person(person, &format!("contacts[{resource}]"))?));
    }
    if request.suffers(Twist::StaleEtag)
        && let Some(id) = people.first().and_then(|(resource, _)| resource.strip_prefix("people/"))
    {
        store.change(id, request.now, |_| {});
    }
    let mut results = Map::new();
    for (resource, incoming) in people {
        let done = replace(store, resource, &fields, incoming, request);
        let shown = match (done, &mask) {
            (Ok(()), Some(mask)) => read(store, resource, mask),
            (Ok(()), None) => continue,
            (Err(failure), _) => Err(failure),
        };
        results.insert(resource.clone(), response(resource, shown));
    }
    Ok(if results.is_empty() { json!({}) } else { json!({"updateResult": results}) })
}

/// `people.batchDeleteContacts`.
pub(super) fn delete(store: &mut Store, request: &Request, body: &Value) -> Result<Value, Failure> {
    let names = body.get("resourceNames").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    bounded(names.len(), MOST_DELETES, "resourceNames")?;
    let mut ids = Vec::new();
    for name in names {
        let contact = name.as_str().and_then(|name| store.person(name)).ok_or_else(gone)?;
        ids.push(contact.id.clone());
    }
    for id in ids {
        store.delete(&id, request.now);
    }
    Ok(json!({}))
}

/// The mask of the read after a write; an empty one asks for no read.
fn read_mask(body: &Value) -> Result<Option<ReadMask>, Failure> {
    let sources: Vec<&str> =
        body.get("sources").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    match body.get("readMask").and_then(Value::as_str).filter(|mask| !mask.is_empty()) {
        Some(list) => ReadMask::parse(list, "readMask", &sources).map(Some),
        None => Ok(None),
    }
}

fn bounded(count: usize, most: usize, parameter: &str) -> Result<(), Failure> {
    match count {
        0 => Err(Failure::violation(parameter, format!("{parameter} must not be empty."))),
        count if count > most => Err(Failure::violation(
            parameter,
            format!("At most {most} {parameter} are allowed, but {count} were sent."),
        )),
        _ => Ok(()),
    }
}

fn response(resource: &str, shown: Result<Value, Failure>) -> Value {
    match shown {
        Ok(person) => {
            json!({"httpStatusCode": 200, "person": person, "requestedResourceName": resource, "status": {}})
        }
        Err(failure) => {
            json!({"httpStatusCode": failure.http(), "requestedResourceName": resource, "status": failure.status()})
        }
    }
}
