//! `people/me/connections`: the full list, its pages, and the list of what changed.
//!
//! A page begins after the sort key of the last entry of the page before, so that nobody is left out when contacts are
//! changed between two pages. The sync token of a list stands for the moment its first page was read: whatever happens
//! while it is paged through comes again in the next increment.

use serde_json::{Map, Value};

use super::error::Failure;
use super::mask::ReadMask;
use super::render;
use super::store::{Contact, Store};
use super::token::{PageToken, SyncToken};
use crate::fault::Twist;
use crate::wire::Request;

/// How a list is ordered.
#[derive(Clone, Copy)]
enum Order {
    OldestChange,
    NewestChange,
    FirstName,
    LastName,
}

impl Order {
    fn of(request: &Request) -> Result<Self, Failure> {
        match request.parameter("sortOrder") {
            None | Some("LAST_MODIFIED_ASCENDING") => Ok(Self::OldestChange),
            Some("LAST_MODIFIED_DESCENDING") => Ok(Self::NewestChange),
            Some("FIRST_NAME_ASCENDING") => Ok(Self::FirstName),
            Some("LAST_NAME_ASCENDING") => Ok(Self::LastName),
            Some(other) => Err(Failure::violation("sortOrder", format!("Invalid value at 'sort_order', \"{other}\""))),
        }
    }

    fn key(self, contact: &Contact) -> String {
        let name = |part: &str| contact.texts("names", part).next().unwrap_or_default().to_lowercase();
        match self {
            Self::OldestChange => format!("{:020}", contact.changed),
            Self::NewestChange => format!("{:020}", u64::MAX - contact.changed),
            Self::FirstName => format!("{}\u{0}{}\u{0}{}", name("givenName"), name("familyName"), contact.id),
            Self::LastName => format!("{}\u{0}{}\u{0}{}", name("familyName"), name("givenName"), contact.id),
        }
    }
}

/// Answers `people.connections.list`.
pub(super) fn connections(store: &mut Store, request: &Request) -> Result<Value, Failure> {
    let mask = ReadMask::required(request, "personFields")?;
    let size = page_size(request, 100, 1000)?;
    let order = Order::of(request)?;
    let wants_token = request.parameter("requestSyncToken") == Some("true");
    let page = request.parameter("pageToken").map(|token| PageToken::read(token, &parameters(request, true)));
    let page = page.transpose()?;
    if request.suffers(Twist::ExpiredToken) && request.parameter("syncToken").is_some() {
        return Err(Failure::expired_token());
    }
    let known = match request.parameter("syncToken") {
        Some(token) => Some(SyncToken::read(token, &parameters(request, false), request.now)?),
        None => None,
    };
    if page.is_none() {
        store.reads += 1;
    }
    let shown = store.shown();
    let (after, until) = page.as_ref().map_or(("", shown), |page| (page.after.as_str(), page.until));
    let full = match (&page, &known) {
        (Some(page), _) => page.full,
        (None, Some(known)) => known.full,
        (None, None) => request.now,
    };

    let listed = |contact: &&Contact| match &known {
        Some(known) => contact.changed > known.since && contact.changed <= shown,
        None => !contact.deleted,
    };
    let mut entries: Vec<(String, &Contact)> =
        store.contacts.values().filter(listed).map(|contact| (order.key(contact), contact)).collect();
    let total = entries.len();
    entries.retain(|(key, _)| after.is_empty() || key.as_str() > after);
    entries.sort_by(|a, b| a.0.cmp(&b.0));

    let short = request.suffers(Twist::ShortList);
    let take = if short { size.min(entries.len()).div_ceil(2).saturating_sub(1) } else { size };
    let last_shown = entries.get(..take).and_then(<[_]>::last).map(|(key, _)| key.clone());
    let more = entries.len() > take && !short;
    let people: Vec<Value> = entries.iter().take(take).map(|(_, contact)| render::person(contact, &mask)).collect();

    let mut answer = Map::new();
    if !people.is_empty() {
        answer.insert("connections".to_owned(), people.into());
    }
    if request.suffers(Twist::RepeatedPage) {
        let again = PageToken { call: parameters(request, true), after: after.to_owned(), until, full };
        answer.insert("nextPageToken".to_owned(), again.write().into());
    } else if let Some(after) = last_shown.filter(|_| more) {
        let next = PageToken { call: parameters(request, true), after, until, full };
        answer.insert("nextPageToken".to_owned(), next.write().into());
    } else if wants_token {
        let token = SyncToken { made_by: parameters(request, false), since: until, full };
        answer.insert("nextSyncToken".to_owned(), token.write().into());
    }
    if known.is_none() && total > 0 {
        answer.insert("totalPeople".to_owned(), total.into());
        answer.insert("totalItems".to_owned(), total.into());
    }
    Ok(Value::Object(answer))
}

/// The parameters that must stay the same: between pages all but the page token, between syncs also not the sync token
/// and the wish for one.
fn parameters(request: &Request, between_pages: bool) -> String {
    let free = |name: &str| match name {
        "pageToken" => true,
        "syncToken" | "requestSyncToken" => !between_pages,
        // Set by Google's clients for every call.
        "alt" | "prettyPrint" | "key" | "quotaUser" | "fields" | "$.xgafv" => true,
        _ => false,
    };
    let mut kept: Vec<String> = request
        .query
        .iter()
        .filter(|(name, value)| !free(name) && !value.is_empty())
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    kept.sort();
    kept.join("&")
}

/// The page size of a request, which may not exceed the API's limit.
pub(super) fn page_size(request: &Request, usual: usize, most: usize) -> Result<usize, Failure> {
    let Some(text) = request.parameter("pageSize") else { return Ok(usual) };
    match text.parse::<usize>() {
        Ok(0) => Ok(usual),
        Ok(size) if size <= most => Ok(size),
        _ => Err(Failure::violation("pageSize", format!("Page size must be between 1 and {most}, but was {text}."))),
    }
}
