//! `people:searchContacts`: prefix search over a cache.
//!
//! The cache is filled by a search with an empty query, and is empty before. What changed since is not found.

use serde_json::{Value, json};

use super::error::Failure;
use super::list::page_size;
use super::mask::ReadMask;
use super::render;
use super::store::{Contact, Store};
use crate::wire::Request;

/// The contacts as they were when the cache was last filled.
#[derive(Debug, Default)]
pub(super) struct Cache(Vec<Contact>);

/// `people.searchContacts`.
pub(super) fn contacts(store: &Store, cache: &mut Cache, request: &Request) -> Result<Value, Failure> {
    let mask = ReadMask::required(request, "readMask")?;
    let size = page_size(request, 10, 30)?;
    let query = request.parameter("query").unwrap_or_default().to_lowercase();
    if query.is_empty() {
        cache.0 = store.living().cloned().collect();
        return Ok(json!({}));
    }
    let found: Vec<Value> = cache
        .0
        .iter()
        .filter(|contact| matches(contact, &query))
        .take(size)
        .map(|contact| json!({"person": render::person(contact, &mask)}))
        .collect();
    Ok(if found.is_empty() { json!({}) } else { json!({"results": found}) })
}

fn matches(contact: &Contact, query: &str) -> bool {
    const SEARCHED: &[(&str, &str)] = &[
        ("names", "givenName"),
        ("names", "middleName"),
        ("names", "familyName"),
        ("nicknames", "value"),
        ("emailAddresses", "value"),
        ("phoneNumbers", "value"),
        ("organizations", "name"),
    ];
    let whole = || {
        let mut name = contact.own.get("names")?.get(0)?.as_object()?.clone();
        super::name::complete(&mut name);
        Some(name.get("displayName")?.as_str()?.to_lowercase().starts_with(query))
    };
    SEARCHED.iter().any(|(field, key)| {
        contact.texts(field, key).any(|text| {
            let text = text.to_lowercase();
            text.starts_with(query) || text.split_whitespace().any(|word| word.starts_with(query))
        })
    }) || whole().unwrap_or(false)
}
