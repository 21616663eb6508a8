//! Reading contacts, many in one request.

use std::collections::HashMap;

use jiff::{Timestamp, fmt::rfc2822};
use url::Url;
use uuid::Uuid;

use super::{
    CardDav, bodies,
    multistatus::{Multistatus, Resource},
    wire::Refused,
};
use crate::apps::{AppError, Class, Observed, vcard::card::Card};

/// How many contacts one request asks for.
pub(super) const CHUNK: usize = 200;

/// What came back for some ids.
#[derive(Debug, Default)]
pub(super) struct Fetched {
    /// By id.
    pub(super) cards: HashMap<String, Observed>,
    /// Contacts that cannot be read, for people.
    pub(super) problems: Vec<String>,
}

/// Reads contacts by id. One that is not there is not in the answer.
pub(super) async fn fetch(app: &CardDav, ids: &[String]) -> Result<Fetched, AppError> {
    let mut fetched = Fetched::default();
    if ids.is_empty() {
        return Ok(fetched);
    }
    let book = app.book().await?;
    for chunk in ids.chunks(CHUNK) {
        let mut hrefs = Vec::with_capacity(chunk.len());
        for id in chunk {
            hrefs.push(app.address(id).await?.path().to_owned());
        }
        let answer = app.wire.ask("REPORT", &book, "1", &bodies::contacts(&hrefs)).await.map_err(Refused::of_book)?;
        // Each address must be answered: one that is left out is not known to be gone (RFC 6352, 8.7).
        let answered = take(app, &book, &answer, &mut fetched)?;
        if let Some(missing) = chunk.iter().find(|id| !answered.contains(id)) {
            let what = format!("{} did not say whether it has `{missing}`", book.host_str().unwrap_or("the server"));
            return Err(AppError::new(Class::Retry, what));
        }
    }
    Ok(fetched)
}

/// Takes the contacts of an answer; the ids that it speaks of.
fn take(app: &CardDav, book: &Url, answer: &Multistatus, fetched: &mut Fetched) -> Result<Vec<String>, AppError> {
    let mut answered = Vec::with_capacity(answer.resources.len());
    for resource in &answer.resources {
        let Some(id) = app.id_of(book, &resource.href) else {
            continue;
        };
        answered.push(id.clone());
        match (resource.card(), resource.status) {
            (Some(card), _) => match read(&id, resource, card) {
                Ok(Some(observed)) => {
                    fetched.cards.insert(id, observed);
                }
                Ok(None) => {}
                Err(problem) => fetched.problems.push(problem),
            },
            (None, Some(status)) if status >= 500 || status == 429 => {
                return Err(AppError::new(Class::Retry, format!("the server cannot read `{id}` at the moment")));
            }
            // Gone, or nothing that holds a card.
            (None, _) => {}
        }
    }
    Ok(answered)
}

/// A contact; `None` for a list of people, which is none.
fn read(id: &str, resource: &Resource, text: &str) -> Result<Option<Observed>, String> {
    let raw = text.trim_start().as_bytes().to_vec();
    let card = Card::parse(&raw).map_err(|error| format!("the card `{id}` is left out: {error}"))?;
    if card.is_group() {
        return Ok(None);
    }
    // The clock of the server, if it shows it, is one for all contacts; REV is that of whoever edited.
    let changed: Option<Timestamp> =
        resource.last_modified().and_then(|text| rfc2822::parse(text).ok()).map(|time| time.timestamp());
    Ok(Some(Observed {
        id: id.to_owned(),
        version: resource.etag().map(str::to_owned),
        edited: changed.or_else(|| card.revised()),
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
    take(app, &book, &answer, &mut fetched)?;
    // Not every server heeds the filter.
    let same = |card: &Observed| Card::parse(&card.raw).ok().and_then(|card| card.uid()) == Some(op.to_string());
    Ok(fetched.cards.into_values().find(same))
}
