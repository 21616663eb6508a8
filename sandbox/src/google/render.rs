//! A contact as a Person: the fields of a mask, with everything the server makes.
//!
//! Empty things are left out, as in every proto3 answer.

use serde_json::{Map, Value, json};

use super::etag;
use super::mask::ReadMask;
use super::name;
use super::store::{Contact, Group, Store};

/// The Person that a read with this mask shows.
pub(super) fn person(contact: &Contact, mask: &ReadMask) -> Value {
    let mut person = Map::new();
    person.insert("resourceName".to_owned(), contact.resource().into());
    person.insert("etag".to_owned(), etag::person(contact.changed, &mask.text).into());
    if mask.shows("metadata") {
        person.insert("metadata".to_owned(), metadata(contact, mask));
    }
    if contact.deleted {
        return Value::Object(person);
    }
    for field in super::fields::WRITABLE.iter().filter(|field| mask.shows(field.name)) {
        let elements = match field.name {
            "memberships" => memberships(contact),
            name => elements(name, contact, mask),
        };
        if !elements.is_empty() {
            person.insert(field.name.to_owned(), elements.into());
        }
    }
    if mask.shows("photos") && mask.contact {
        person.insert("photos".to_owned(), photos(contact));
    }
    Value::Object(person)
}

fn metadata(contact: &Contact, mask: &ReadMask) -> Value {
    let mut sources = vec![json!({
        "type": "CONTACT",
        "id": contact.source,
        "etag": etag::source(contact.changed),
        "updateTime": contact.updated.to_string(),
    })];
    if mask.profile && !contact.profile.is_empty() {
        sources.push(json!({
            "type": "PROFILE",
            "id": profile_id(contact),
            "etag": etag::source(1),
            "profileMetadata": {"objectType": "PERSON", "userTypes": ["GOOGLE_USER"]},
        }));
    }
    let mut metadata = json!({"sources": sources, "objectType": "PERSON"});
    if let Some(metadata) = metadata.as_object_mut().filter(|_| contact.deleted) {
        metadata.insert("deleted".to_owned(), true.into());
    }
    metadata
}

fn elements(field: &str, contact: &Contact, mask: &ReadMask) -> Vec<Value> {
    let stored = |from: &Map<String, Value>| from.get(field).and_then(Value::as_array).cloned().unwrap_or_default();
    let own = if mask.contact { stored(&contact.own) } else { Vec::new() };
    let chosen = own.iter().position(|element| element.get("sourcePrimary").is_some()).unwrap_or(0);
    let mut shown = Vec::new();
    for (index, element) in own.into_iter().enumerate() {
        let mut metadata = json!({"source": {"type": "CONTACT", "id": contact.source}});
        if let Some(metadata) = metadata.as_object_mut().filter(|_| index == chosen) {
            metadata.insert("primary".to_owned(), true.into());
            metadata.insert("sourcePrimary".to_owned(), true.into());
        }
        shown.push(complete(field, element, metadata));
    }
    if mask.profile {
        for element in stored(&contact.profile) {
            let mut metadata = json!({"verified": true, "source": {"type": "PROFILE", "id": profile_id(contact)}});
            if let Some(metadata) = metadata.as_object_mut().filter(|_| shown.is_empty()) {
                metadata.insert("primary".to_owned(), true.into());
            }
            shown.push(complete(field, element, metadata));
        }
    }
    shown
}

/// An element with its metadata and the keys that the server makes.
fn complete(field: &str, element: Value, metadata: Value) -> Value {
    let mut shown = Map::new();
    shown.insert("metadata".to_owned(), metadata);
    if let Value::Object(mut element) = element {
        element.remove("sourcePrimary");
        shown.append(&mut element);
    }
    if field == "names" {
        name::complete(&mut shown);
    }
    let text = |key: &str| shown.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut made = Vec::new();
    match field {
        "phoneNumbers" => made.extend(canonical(&text("value")).map(|number| ("canonicalForm", number))),
        "addresses" if !shown.contains_key("formattedValue") => made.push(("formattedValue", envelope(&shown))),
        "biographies" if !shown.contains_key("contentType") => made.push(("contentType", "TEXT_PLAIN".to_owned())),
        "genders" => made.push(("formattedValue", words(&text("value")))),
        "imClients" if !text("protocol").is_empty() => made.push(("formattedProtocol", words(&text("protocol")))),
        _ => {}
    }
    let typed = super::fields::writable(field).is_some_and(|field| field.made.contains(&"formattedType"));
    if typed && !text("type").is_empty() {
        made.push(("formattedType", words(&text("type"))));
    }
    shown.extend(made.into_iter().map(|(key, value)| (key.to_owned(), Value::String(value))));
    Value::Object(shown)
}

fn memberships(contact: &Contact) -> Vec<Value> {
    let shown = |id: &String| {
        json!({
            "metadata": {"source": {"type": "CONTACT", "id": contact.source}},
            "contactGroupMembership": {
                "contactGroupId": id,
                "contactGroupResourceName": format!("contactGroups/{id}"),
            },
        })
    };
    contact.groups.iter().map(shown).collect()
}

fn photos(contact: &Contact) -> Value {
    json!([{
        "metadata": {"primary": true, "source": {"type": "CONTACT", "id": contact.source}},
        "url": format!("https://photos.example.com/{}=s100", contact.source),
        "default": true,
    }])
}

fn profile_id(contact: &Contact) -> String {
    contact.id.chars().filter(char::is_ascii_digit).chain("7".chars()).collect()
}

/// A phone number in E.164 when it can be told: with a plus, or ten digits of the United States.
fn canonical(value: &str) -> Option<String> {
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    let plain = value.chars().all(|c| c.is_ascii_digit() || " +-().".contains(c));
    match (plain, value.trim_start().starts_with('+'), digits.len()) {
        (true, true, 8..=15) => Some(format!("+{digits}")),
        (true, false, 10) => Some(format!("+1{digits}")),
        (true, false, 11) if digits.starts_with('1') => Some(format!("+{digits}")),
        _ => None,
    }
}

/// An address as it stands on an envelope.
fn envelope(address: &Map<String, Value>) -> String {
    let part = |key: &str| address.get(key).and_then(Value::as_str).unwrap_or_default();
    let town = [part("city"), part("region"), part("postalCode")];
    let town = town.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ");
    let country = if part("country").is_empty() { part("countryCode") } else { part("country") };
    [part("poBox"), part("streetAddress"), part("extendedAddress"), &town, country]
        .iter()
        .filter(|line| !line.is_empty())
        .copied()
        .collect::<Vec<_>>()
        .join("\n")
}

/// A type as it is shown: `workMobile` is "Work Mobile"; free text stays.
fn words(kind: &str) -> String {
    if !kind.chars().all(|c| c.is_ascii_alphabetic()) {
        return kind.to_owned();
    }
    let mut shown = String::new();
    for (index, c) in kind.chars().enumerate() {
        if index > 0 && c.is_ascii_uppercase() {
            shown.push(' ');
        }
        shown.push(if index == 0 { c.to_ascii_uppercase() } else { c });
    }
    shown
}

/// A group as a list or a get shows it. `members` is how many of them are named.
pub(super) fn group(group: &Group, store: &Store, members: usize) -> Value {
    let mut shown = Map::new();
    shown.insert("resourceName".to_owned(), format!("contactGroups/{}", group.id).into());
    shown.insert("etag".to_owned(), etag::source(group.changed).into());
    let mut metadata = json!({"updateTime": group.updated.to_string()});
    if let Some(metadata) = metadata.as_object_mut().filter(|_| group.deleted) {
        metadata.insert("deleted".to_owned(), true.into());
    }
    shown.insert("metadata".to_owned(), metadata);
    if group.deleted {
        return Value::Object(shown);
    }
    let kind = if group.system { "SYSTEM_CONTACT_GROUP" } else { "USER_CONTACT_GROUP" };
    shown.insert("groupType".to_owned(), kind.into());
    let (name, formatted) = if group.system { (&group.id, &group.name) } else { (&group.name, &group.name) };
    shown.insert("name".to_owned(), name.clone().into());
    shown.insert("formattedName".to_owned(), formatted.clone().into());
    let count = store.members(&group.id).count();
    if count > 0 {
        shown.insert("memberCount".to_owned(), count.into());
    }
    let named: Vec<String> = store.members(&group.id).take(members).map(Contact::resource).collect();
    if !named.is_empty() {
        shown.insert("memberResourceNames".to_owned(), named.into());
    }
    Value::Object(shown)
}
