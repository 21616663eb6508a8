//! Labels, which the API calls contact groups: list, get, create, rename, delete.

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::error::Failure;
use super::list::page_size;
use super::store::{Group, Store};
use super::token::{PageToken, SyncToken};
use super::{etag, render};
use crate::fault::Twist;
use crate::wire::Request;

const FIELDS: &[&str] = &["clientData", "groupType", "memberCount", "metadata", "name"];

/// `contactGroups.list`.
pub(super) fn list(store: &Store, request: &Request) -> Result<Value, Failure> {
    let fields = group_fields(request)?;
    let size = page_size(request, 30, 1000)?;
    let call = request.parameter("groupFields").unwrap_or_default();
    let page = request.parameter("pageToken").map(|token| PageToken::read(token, call)).transpose()?;
    if request.suffers(Twist::ExpiredToken) && request.parameter("syncToken").is_some() {
        return Err(Failure::expired_token());
    }
    let known = match request.parameter("syncToken") {
        Some(token) => Some(SyncToken::read(token, call, request.now)?),
        None => None,
    };
    let (after, until, full) = match (&page, &known) {
        (Some(page), _) => (page.after.as_str(), page.until, page.full),
        (None, Some(known)) => ("", store.last(), known.full),
        (None, None) => ("", store.last(), request.now),
    };
    let listed = |group: &&Group| known.as_ref().map_or(!group.deleted, |known| group.changed > known.since);
    // Ids keep their order while groups are renamed, so a page can begin after an id.
    let mut groups: Vec<&Group> = store.groups.values().filter(listed).collect();
    let total = groups.len();
    groups.retain(|group| after.is_empty() || group.id.as_str() > after);
    let more = groups.len() > size;
    groups.truncate(size);

    let mut answer = Map::new();
    let last = groups.last().map(|group| group.id.clone());
    let shown: Vec<Value> = groups.into_iter().map(|group| trim(render::group(group, store, 0), &fields)).collect();
    if !shown.is_empty() {
        answer.insert("contactGroups".to_owned(), shown.into());
        answer.insert("totalItems".to_owned(), total.into());
    }
    match last.filter(|_| more) {
        Some(after) => {
            let next = PageToken { call: call.to_owned(), after, until, full };
            answer.insert("nextPageToken".to_owned(), next.write().into());
        }
        None => {
            let token = SyncToken { made_by: call.to_owned(), since: until, full };
            answer.insert("nextSyncToken".to_owned(), token.write().into());
        }
    }
    Ok(Value::Object(answer))
}

/// `contactGroups.get`.
pub(super) fn get(store: &Store, request: &Request, id: &str) -> Result<Value, Failure> {
    let (fields, members) = (group_fields(request)?, max_members(request)?);
    let group = store.group(&format!("contactGroups/{id}")).ok_or_else(gone)?;
    Ok(trim(render::group(group, store, members), &fields))
}

/// `contactGroups.batchGet`.
pub(super) fn batch_get(store: &Store, request: &Request) -> Result<Value, Failure> {
    let (fields, members) = (group_fields(request)?, max_members(request)?);
    let names = request.parameters("resourceNames");
    if names.is_empty() || names.len() > 200 {
        return Err(Failure::violation("resourceNames", "Between 1 and 200 resource names are allowed."));
    }
    let answer = |name: &str| match store.group(name) {
        Some(group) => json!({
            "requestedResourceName": name,
            "status": {},
            "contactGroup": trim(render::group(group, store, members), &fields),
        }),
        None => json!({"requestedResourceName": name, "status": gone().status()}),
    };
    Ok(json!({"responses": names.into_iter().map(answer).collect::<Vec<_>>()}))
}

/// `contactGroups.create`.
pub(super) fn create(store: &mut Store, request: &Request, body: &Value) -> Result<Value, Failure> {
    let name = sent_name(body)?;
    free(store, name, None)?;
    let id = store.add_group(name, request.now);
    show(store, &id)
}

/// `contactGroups.update`.
pub(super) fn update(store: &mut Store, request: &Request, id: &str, body: &Value) -> Result<Value, Failure> {
    let name = sent_name(body)?;
    let group = user_group(store, id)?;
    let sent = body.get("contactGroup").and_then(|group| group.get("etag")?.as_str());
    if sent.is_some_and(|sent| etag::changed(sent) != Some(group.changed)) {
        return Err(Failure::stale("contactGroup.etag"));
    }
    rename(store, id, name, request.now)?;
    show(store, id)
}

/// Gives a label another name.
pub(super) fn rename(store: &mut Store, id: &str, name: &str, now: Timestamp) -> Result<(), Failure> {
    free(store, name, Some(id))?;
    store.change_group(id, now, |group| name.clone_into(&mut group.name));
    Ok(())
}

/// `contactGroups.delete`. Members lose the label; with `deleteContacts=true` they are deleted.
pub(super) fn delete(store: &mut Store, request: &Request, id: &str) -> Result<Value, Failure> {
    remove(store, id, request.parameter("deleteContacts") == Some("true"), request.now)?;
    Ok(json!({}))
}

/// Deletes a label, and its members with it if that is asked for.
pub(super) fn remove(store: &mut Store, id: &str, with_members: bool, now: Timestamp) -> Result<(), Failure> {
    user_group(store, id)?;
    let members: Vec<String> = store.members(id).map(|contact| contact.id.clone()).collect();
    for member in members {
        if with_members {
            store.delete(&member, now);
        } else {
            store.change(&member, now, |contact| contact.groups.retain(|group| group != id));
        }
    }
    store.change_group(id, now, |group| group.deleted = true);
    Ok(())
}

fn sent_name(body: &Value) -> Result<&str, Failure> {
    let name = body.get("contactGroup").and_then(|group| group.get("name")?.as_str()).map(str::trim);
    name.filter(|name| !name.is_empty())
        .ok_or_else(|| Failure::violation("contactGroup.name", "Contact group name is required."))
}

/// Names are unique among the user's own groups.
fn free(store: &Store, name: &str, but: Option<&str>) -> Result<(), Failure> {
    let taken = |group: &Group| {
        !group.deleted && !group.system && group.name.trim() == name && but.is_none_or(|id| id != group.id)
    };
    if store.groups.values().any(taken) {
        return Err(Failure::exists("Contact group name already exists."));
    }
    Ok(())
}

fn user_group<'a>(store: &'a Store, id: &str) -> Result<&'a Group, Failure> {
    let group = store.group(&format!("contactGroups/{id}")).ok_or_else(gone)?;
    if group.system {
        return Err(Failure::violation("resourceName", "System contact groups cannot be changed."));
    }
    Ok(group)
}

fn show(store: &Store, id: &str) -> Result<Value, Failure> {
    store.group(&format!("contactGroups/{id}")).map(|group| render::group(group, store, 0)).ok_or_else(gone)
}

fn group_fields(request: &Request) -> Result<Vec<&str>, Failure> {
    let Some(list) = request.parameter("groupFields") else { return Ok(FIELDS.to_vec()) };
    let fields: Vec<&str> = list.split(',').map(str::trim).collect();
    match fields.iter().find(|field| !FIELDS.contains(field)) {
        Some(bad) => Err(Failure::violation("groupFields", format!("Invalid groupFields mask path: \"{bad}\"."))),
        None => Ok(fields),
    }
}

fn max_members(request: &Request) -> Result<usize, Failure> {
    let text = request.parameter("maxMembers").unwrap_or("0");
    text.parse().map_err(|_| Failure::violation("maxMembers", format!("Invalid value at 'max_members', \"{text}\"")))
}

/// Leaves out what `groupFields` does not list.
fn trim(group: Value, fields: &[&str]) -> Value {
    let Value::Object(group) = group else { return group };
    let field_of = |key: &str| match key {
        "name" | "formattedName" => Some("name"),
        "groupType" => Some("groupType"),
        "memberCount" => Some("memberCount"),
        "metadata" => Some("metadata"),
        _ => None,
    };
    group.into_iter().filter(|(key, _)| field_of(key).is_none_or(|field| fields.contains(&field))).collect()
}

/// 404 for a group.
pub(super) fn gone() -> Failure {
    Failure::not_found("Requested entity was not found.")
}
