//! `members:modify`: who carries a label.
//!
//! It answers 200 even when some people could not be changed, and names them.

use serde_json::{Map, Value};

use super::error::Failure;
use super::groups::gone;
use super::store::{MY_CONTACTS, Store};
use crate::wire::Request;

const MOST: usize = 1000;

/// `contactGroups.members.modify`.
pub(super) fn modify(store: &mut Store, request: &Request, id: &str, body: &Value) -> Result<Value, Failure> {
    let group = store.group(&format!("contactGroups/{id}")).ok_or_else(gone)?;
    let joinable = !group.system || [MY_CONTACTS, "starred"].contains(&id);
    let (add, remove) = (names(body, "resourceNamesToAdd")?, names(body, "resourceNamesToRemove")?);
    let count = add.len() + remove.len();
    if count == 0 || count > MOST {
        return Err(Failure::invalid(format!(
            "Between 1 and {MOST} resource names are allowed to be added and removed, but {count} were sent."
        )));
    }
    if !add.is_empty() && !joinable {
        return Err(Failure::invalid("Contacts cannot be added to this system contact group."));
    }
    let (mut not_found, mut last) = (Vec::new(), Vec::new());
    for name in add {
        match store.person(name).map(|contact| (contact.id.clone(), contact.groups.iter().any(|group| group == id))) {
            None => not_found.push(name),
            Some((_, true)) => {}
            Some((contact, false)) => {
                store.change(&contact, request.now, |contact| contact.groups.push(id.to_owned()));
            }
        }
    }
    for name in remove {
        match store.person(name).map(|contact| (contact.id.clone(), contact.groups.clone())) {
            None => not_found.push(name),
            Some((_, groups)) if !groups.iter().any(|group| group == id) => {}
            Some((_, groups)) if groups.len() == 1 => last.push(name),
            Some((contact, _)) => {
                store.change(&contact, request.now, |contact| contact.groups.retain(|group| group != id));
            }
        }
    }
    let mut answer = Map::new();
    for (key, people) in [("notFoundResourceNames", not_found), ("canNotRemoveLastContactGroupResourceNames", last)] {
        if !people.is_empty() {
            answer.insert(key.to_owned(), people.into());
        }
    }
    Ok(Value::Object(answer))
}

fn names<'a>(body: &'a Value, key: &str) -> Result<Vec<&'a str>, Failure> {
    let Some(list) = body.get(key) else { return Ok(Vec::new()) };
    let names: Option<Vec<&str>> = list.as_array().and_then(|list| list.iter().map(Value::as_str).collect());
    names.ok_or_else(|| {
        Failure::violation(key, format!("Invalid value at '{key}': a list of resource names is expected."))
    })
}
