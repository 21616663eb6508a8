//! Reading contacts, many in one request.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::atomic::Ordering,
};

use jiff::{Timestamp, fmt::rfc2822};
use url::Url;
use uuid::Uuid;

use super::{CardDav, bodies, multistatus::Resource, wire::Refused};
use crate::apps::{AppError, Class, Observed, vcard::card::Card};

/// How many contacts one request asks for. A server that finds them too many is asked for half as many.
pub(super) const CHUNK: usize = 1000;

/// What came back for some ids.
#[derive(Debug, Default)]
pub(super) struct Fetched {
    /// By id.
    pub(super) cards: HashMap<String, Observed>,
    /// What is wrong with contacts that cannot be read, for people, by id.
    pub(super) problems: BTreeMap<String, String>,
}

/// Reads contacts by id. One that is not there is not in the answer.
pub(super) async fn fetch(app: &CardDav, ids: &[String]) -> Result<Fetched, AppError> {
    let mut fetched = Fetched::default();
    if ids.is_empty() {
        return Ok(fetched);
    }
    let book = app.book().await?;
    // What waits to be asked for, the first on top.
    let mut waiting: Vec<&[String]> = ids.chunks(CHUNK).rev().collect();
    while let Some(chunk) = waiting.pop() {
        let mut hrefs = Vec::with_capacity(chunk.len());
        for id in chunk {
            hrefs.push(app.address(id).await?.path().to_owned());
        }
        let mut answered = HashSet::with_capacity(chunk.len());
        let mut take = |resource: Resource| {
            answered.extend(take(app, &book, &resource, &mut fetched)?);
            Ok(())
        };
        let asked = app.wire.ask_each("REPORT", &book, "1", &bodies::contacts(&hrefs), &mut take).await;
        match asked {
            Ok(_) => {}
            // Too much at once for the server, or for what stands before it.
            Err(refused) if matches!(refused.status, 413 | 507) && chunk.len() > 1 => {
                let (first, second) = chunk.split_at(chunk.len() / 2);
                waiting.extend([second, first]);
                continue;
            }
            Err(refused) => return Err(refused.of_book()),
        }
        // Each address must be answered: one that is left out is not known to be gone (RFC 6352, 8.7).
        if let Some(missing) = chunk.iter().find(|id| !answered.contains(*id)) {
            let what = format!("{} did not say whether it has `{missing}`", book.host_str().unwrap_or("the server"));
            return Err(AppError::new(Class::Retry, what));
        }
    }
    Ok(fetched)
}

/// Takes a contact out of an answer; the id that it speaks of, if it is one of a contact.
fn take(app: &CardDav, book: &Url, resource: &Resource, fetched: &mut Fetched) -> Result<Option<String>, AppError> {
    let Some(id) = app.id_of(book, &resource.href) else { return Ok(None) };
    match (resource.card(), resource.status) {
        (Some(card), _) => match read(&id, resource, card) {
            Ok(Some(observed)) => {
                app.proven.store(true, Ordering::Relaxed);
                fetched.cards.insert(id.clone(), observed);
            }
            Ok(None) => {}
            Err(problem) => drop(fetched.problems.insert(id.clone(), problem)),
        },
        (None, Some(status)) if status >= 500 || status == 429 => {
            return Err(AppError::new(Class::Retry, format!("the server cannot read `{id}` at the moment")));
        }
        // Gone, or nothing that holds a card.
        (None, _) => {}
    }
    Ok(Some(id))
}

/// A contact; `None` for a list of people, which is none.
pub(super) fn read(id: &str, resource: &Resource, text: &str) -> Result<Option<Observed>, String> {
    let raw = text.trim_start().as_bytes().to_vec();
    let card = Card::parse(&raw).map_err(|error| format!("the card `{id}` is left out: {error}"))?;
    if card.is_group() {
        return Ok(None);
    }
    let revised = card.revised();
    // The clock of the server, if it shows it, is one for all contacts; REV is that of whoever edited.
    let changed: Option<Timestamp> =
        resource.last_modified().and_then(|text| rfc2822::parse(text).ok()).map(|time| time.timestamp());
    Ok(Some(Observed {
        id: id.to_owned(),
        version: resource.etag().map(str::to_owned),
        edited: changed.or(revised),
        raw,
        deleted: false,
        aliases: Vec::new(),
    }))
}

/// The contact that a create made: at the address that the op names, else by its unique id, for servers that choose
/// addresses of their own.
pub(super) async fn find_created(app: &CardDav, op: Uuid) -> Result<Option<Observed>, AppError> {
    let id = format!("{op}.vcf");
    if let Some(found) = fetch(app, std::slice::from_ref(&id)).await?.cards.remove(&id) {
        return Ok(Some(found));
    }
    let book = app.book().await?;
    let answer =
        app.wire.ask("REPORT", &book, "1", &bodies::with_uid(&op.to_string())).await.map_err(Refused::of_book)?;
    let mut fetched = Fetched::default();
    for resource in &answer.resources {
        take(app, &book, resource, &mut fetched)?;
    }
    // Not every server heeds the filter.
    let same = |card: &Observed| Card::parse(&card.raw).ok().and_then(|card| card.uid()) == Some(op.to_string());
    Ok(fetched.cards.into_values().find(same))
}
