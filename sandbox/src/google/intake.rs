//! What a client sends as a Person, checked and brought into the form that is kept.
//!
//! Kept elements hold only what the user may set: no server-made keys, no empty strings, no elements that say nothing,
//! and nothing that comes from a public profile. An element that the client made primary keeps `"sourcePrimary": true`.

use serde_json::{Map, Value};

use super::error::Failure;
use super::fields::{ENVELOPE, Field, Kind, writable};
use super::name;

/// A Person as sent.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    /// Field name to elements; `memberships` is not among them.
    pub(super) own: Map<String, Value>,
    /// Resource names of the groups in `memberships`.
    pub(super) groups: Vec<String>,
    /// The person's etag.
    pub(super) etag: Option<String>,
    /// The etag of the contact source in `metadata`.
    pub(super) source_etag: Option<String>,
}

/// Reads a Person. `at` is where it stands in the request, for messages.
pub(super) fn person(value: &Value, at: &str) -> Result<Incoming, Failure> {
    let Some(object) = value.as_object() else {
        return Err(Failure::violation(at, format!("Invalid value at '{at}': a Person object is expected.")));
    };
    let mut incoming = Incoming {
        etag: object.get("etag").and_then(Value::as_str).map(str::to_owned),
        source_etag: source_etag(object),
        ..Incoming::default()
    };
    for (key, value) in object {
        if ENVELOPE.contains(&key.as_str()) {
            continue;
        }
        let Some(field) = writable(key) else { return Err(unknown(key, at)) };
        let elements = elements(field, value, at)?;
        if field.name == "memberships" {
            incoming.groups = elements.iter().filter_map(group).collect();
        } else if !elements.is_empty() {
            incoming.own.insert(key.clone(), elements.into());
        }
    }
    Ok(incoming)
}

fn source_etag(person: &Map<String, Value>) -> Option<String> {
    let sources = person.get("metadata")?.get("sources")?.as_array()?;
    let contact = sources.iter().find(|source| source.get("type").is_some_and(|kind| kind == "CONTACT"))?;
    contact.get("etag")?.as_str().map(str::to_owned)
}

fn group(element: &Value) -> Option<String> {
    element.get("contactGroupMembership")?.get("contactGroupResourceName")?.as_str().map(str::to_owned)
}

fn elements(field: &Field, value: &Value, at: &str) -> Result<Vec<Value>, Failure> {
    let at = format!("{at}.{}", field.name);
    let list = match value {
        Value::Null => return Ok(Vec::new()),
        Value::Array(list) => list,
        _ => return Err(Failure::violation(&at, format!("Invalid value at '{at}': a list is expected."))),
    };
    let mut kept = Vec::new();
    for (index, element) in list.iter().enumerate() {
        kept.extend(self::element(field, element, &format!("{at}[{index}]"))?);
    }
    if field.single && kept.len() > 1 {
        return Err(Failure::violation(
            &at,
            format!("Only one {} is allowed for a contact source, but {} were sent.", field.name, kept.len()),
        ));
    }
    Ok(kept)
}

fn element(field: &Field, value: &Value, at: &str) -> Result<Option<Value>, Failure> {
    let Some(object) = value.as_object() else {
        return Err(Failure::violation(at, format!("Invalid value at '{at}': an object is expected.")));
    };
    let metadata = object.get("metadata");
    let source = metadata.and_then(|metadata| metadata.get("source")?.get("type")?.as_str());
    if source.is_some_and(|source| source != "CONTACT") {
        return Ok(None);
    }
    let mut kept = Map::new();
    for (key, value) in object {
        if key == "metadata" || field.made.contains(&key.as_str()) {
            continue;
        }
        let Some((_, kind)) = field.keys.iter().find(|(name, _)| name == key) else { return Err(unknown(key, at)) };
        if let Some(value) = self::value(*kind, value, &format!("{at}.{key}"))? {
            kept.insert(key.clone(), value);
        }
    }
    if !field.core.iter().any(|key| kept.contains_key(*key)) {
        return Ok(None);
    }
    if field.name == "names" {
        name::settle(&mut kept);
    }
    if metadata.and_then(|metadata| metadata.get("sourcePrimary")) == Some(&Value::Bool(true)) {
        kept.insert("sourcePrimary".to_owned(), true.into());
    }
    Ok(Some(Value::Object(kept)))
}

/// A checked value, or none when it is the empty one.
fn value(kind: Kind, value: &Value, at: &str) -> Result<Option<Value>, Failure> {
    let wrong = |what: &str| Failure::violation(at, format!("Invalid value at '{at}' ({what}), {value}"));
    match (kind, value) {
        (_, Value::Null) | (Kind::Flag, Value::Bool(false)) => Ok(None),
        (Kind::Text, Value::String(text)) => Ok((!text.is_empty()).then(|| value.clone())),
        (Kind::Word(words), Value::String(word)) => {
            if word.is_empty() {
                return Ok(None);
            }
            words.contains(&word.as_str()).then(|| Some(value.clone())).ok_or_else(|| wrong("TYPE_ENUM"))
        }
        (Kind::Flag, Value::Bool(true)) => Ok(Some(value.clone())),
        (Kind::Number, Value::Number(_)) => {
            value.as_i64().map(|number| (number != 0).then(|| value.clone())).ok_or_else(|| wrong("TYPE_INT32"))
        }
        (Kind::Date, Value::Object(parts)) => date(parts, at),
        (Kind::Group, Value::Object(parts)) => match parts.get("contactGroupResourceName") {
            Some(Value::String(_)) => Ok(Some(value.clone())),
            _ => Err(wrong("contactGroupResourceName is required")),
        },
        (Kind::Text | Kind::Word(_), _) => Err(wrong("TYPE_STRING")),
        (Kind::Flag, _) => Err(wrong("TYPE_BOOL")),
        (Kind::Number, _) => Err(wrong("TYPE_INT32")),
        (Kind::Date, _) => Err(wrong("type.googleapis.com/google.type.Date")),
        (Kind::Group, _) => Err(wrong("type.googleapis.com/google.people.v1.ContactGroupMembership")),
    }
}

/// A date needs a day and a month that exist together; the year may be missing or 0.
fn date(parts: &Map<String, Value>, at: &str) -> Result<Option<Value>, Failure> {
    let mut kept = Map::new();
    for (key, value) in parts {
        if !matches!(key.as_str(), "year" | "month" | "day") {
            return Err(unknown(key, at));
        }
        let number = value
            .as_i64()
            .filter(|number| (0..=9999).contains(number))
            .ok_or_else(|| Failure::violation(at, format!("Invalid value at '{at}.{key}' (TYPE_INT32), {value}")))?;
        if number != 0 {
            kept.insert(key.clone(), number.into());
        }
    }
    let part = |key: &str| kept.get(key).and_then(Value::as_i64);
    let small = |key: &str| part(key).and_then(|number| i8::try_from(number).ok());
    // 2000 is a leap year, so 29 February is right when the year is not known.
    let year = part("year").and_then(|year| i16::try_from(year).ok()).unwrap_or(2000);
    let exists = match (small("month"), small("day")) {
        (Some(month), Some(day)) => jiff::civil::Date::new(year, month, day).is_ok(),
        _ => false,
    };
    if exists { Ok(Some(Value::Object(kept))) } else { Err(Failure::violation(at, format!("Invalid date at '{at}'."))) }
}

fn unknown(key: &str, at: &str) -> Failure {
    Failure::violation(
        at,
        format!("Invalid JSON payload received. Unknown name \"{key}\" at '{at}': Cannot find field."),
    )
}
