//! The parts of a name and the whole of it.

use serde_json::{Map, Value};

const PARTS: &[&str] = &["honorificPrefix", "givenName", "middleName", "familyName", "honorificSuffix"];

/// Brings a name as sent into the form that is kept: parts only. A name sent as a whole is split at its last space;
/// parts win over a whole that was sent beside them.
pub(super) fn settle(name: &mut Map<String, Value>) {
    let whole = name.remove("unstructuredName");
    if PARTS.iter().any(|part| name.contains_key(*part)) {
        return;
    }
    let Some(Value::String(whole)) = whole else { return };
    match whole.trim().rsplit_once(' ') {
        Some((given, family)) => {
            name.insert("familyName".to_owned(), family.into());
            name.insert("givenName".to_owned(), given.trim().into());
        }
        None => {
            name.insert("givenName".to_owned(), whole.trim().into());
        }
    }
}

/// Adds the whole names that the server makes from the parts.
pub(super) fn complete(name: &mut Map<String, Value>) {
    let part = |key: &str| name.get(key).and_then(Value::as_str).unwrap_or_default();
    let join = |keys: &[&str]| keys.iter().map(|key| part(key)).filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ");
    let whole = join(PARTS);
    let given = join(&["honorificPrefix", "givenName", "middleName", "honorificSuffix"]);
    let last_first = match (part("familyName"), given.as_str()) {
        ("", given) => given.to_owned(),
        (family, "") => family.to_owned(),
        (family, given) => format!("{family}, {given}"),
    };
    name.insert("displayName".to_owned(), whole.clone().into());
    name.insert("displayNameLastFirst".to_owned(), last_first.into());
    name.insert("unstructuredName".to_owned(), whole.into());
}
