//! An address book on a CardDAV server (RFC 6352, RFC 6578).
//!
//! Settings: `url` (the server, the user's page, the home of the books or the book itself), `user`, `book` (which
//! one of several). The secret is the password. The id of a contact is the last part of its address within the
//! book, its version is the ETag.
//!
//! Promises:
//! - A change is sent with the ETag that it was read at, a create only to a free address that the op names: neither
//!   overwrites anything.
//! - What was written is read back, because servers rewrite cards.
//! - The password goes to the origin of `url` and nowhere else, and not in clear text over a network.
//! - A listing that did not certainly end is an error.

mod bodies;
mod cards;
mod cursor;
mod discovery;
mod href;
mod listing;
mod multistatus;
mod push;
mod settings;
mod wire;
mod xml;

use std::{
    collections::HashMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use async_trait::async_trait;
use syncc_compiler::{
    ir::{FieldId, Side},
    schema,
    value::Record,
};
use url::Url;
use uuid::Uuid;

use self::{settings::Settings, wire::Wire};
use super::{
    Account, App, AppError, Batch, Calls, Class, Limits, Observed, Page, Pulled, Write, Written, by_limits,
    vcard::card::{self, Card, Layout},
};
use crate::world::World;

/// Opens the address book of an account for the fields of a side. Sends nothing yet.
///
/// # Errors
/// When a setting or the password is missing or wrong.
pub fn open(side: &Side, account: &Account, world: &World) -> Result<Box<dyn App>, AppError> {
    let settings = Settings::of(account, side.instance.as_deref())?;
    let wire = Wire::new(&settings, account, world)?;
    let layout = Layout::of(side, account.region.as_deref());
    Ok(Box::new(CardDav {
        settings,
        wire,
        layout,
        object: side.object.clone(),
        book: Mutex::new(None),
        cards_with_changes: AtomicBool::new(true),
        proven: AtomicBool::new(false),
        given: Mutex::new(HashMap::new()),
    }))
}

struct CardDav {
    settings: Settings,
    wire: Wire,
    layout: Layout,
    object: String,
    /// Where the book is, once found.
    book: Mutex<Option<Url>>,
    /// Whether the server answers a question about changes that asks for the cards too. Believed until it refuses.
    cards_with_changes: AtomicBool,
    /// Whether something has shown that the book is one: a card was read out of it, or the server said so.
    proven: AtomicBool,
    /// The spelling of addresses that the server uses, by id, where it differs from ours.
    given: Mutex<HashMap<String, String>>,
}

#[async_trait]
impl App for CardDav {
    async fn identity(&self) -> Result<String, AppError> {
        Ok(self.settings.identity())
    }

    async fn pull(&self, cursor: Option<&str>, page: &mut Page<'_>) -> Result<Pulled, AppError> {
        listing::pull(self, cursor, page).await
    }

    async fn get(&self, ids: &[String]) -> Result<Vec<Option<Observed>>, AppError> {
        let mut found = cards::fetch(self, ids).await?;
        if let Some((_, problem)) = found.problems.pop_last() {
            return Err(AppError::new(Class::Invalid, problem));
        }
        Ok(ids.iter().map(|id| found.cards.remove(id)).collect())
    }

    async fn find_created(&self, op: Uuid, _record: &Record) -> Result<Option<Observed>, AppError> {
        cards::find_created(self, op).await
    }

    fn decode(&self, raw: &[u8]) -> Result<Record, AppError> {
        let card = Card::parse(raw).map_err(|error| AppError::new(Class::Invalid, format!("no card: {error}")))?;
        Ok(self.layout.read(&card))
    }

    fn uid(&self, raw: &[u8]) -> Option<String> {
        Card::parse(raw).ok()?.uid()
    }

    fn readdresses(&self) -> bool {
        true
    }

    fn beside(&self, raw: &[u8]) -> Option<String> {
        self.layout.beside(&Card::parse(raw).ok()?)
    }

    fn illegible(&self, raw: &[u8], field: FieldId) -> Option<String> {
        self.layout.illegible(&Card::parse(raw).ok()?, field)
    }

    async fn push(&self, writes: &[Write]) -> Vec<Result<Written, AppError>> {
        push::push(self, writes).await
    }

    fn limits(&self) -> Limits {
        Limits { creates: cards::CHUNK, updates: cards::CHUNK, client_ids: true }
    }

    fn batches(&self, writes: &[Write]) -> Vec<Batch> {
        let mut batches = by_limits(self.limits(), writes);
        for batch in &mut batches {
            batch.calls = push::cost(batch.writes.iter().filter_map(|at| writes.get(*at)));
        }
        batches
    }

    fn asking(&self) -> Calls {
        Calls::of("REPORT", 1)
    }

    fn lists_lag(&self) -> bool {
        false
    }

    async fn discover(&self) -> Result<schema::Pulled, AppError> {
        let mut all = Vec::new();
        let mut page = |observed: Vec<Observed>| {
            all.extend(observed.into_iter().map(|record| record.raw));
            Ok(())
        };
        listing::pull(self, None, &mut page).await?;
        Ok(card::known_categories(&self.object, &all))
    }
}

impl CardDav {
    /// Where the book is. Looked for once.
    async fn book(&self) -> Result<Url, AppError> {
        if let Some(known) = self.known_book() {
            return Ok(known);
        }
        let found = discovery::find(&self.wire, &self.settings).await?;
        self.proven.store(true, Ordering::Relaxed);
        self.set_book(Some(found.clone()));
        Ok(found)
    }

    /// Where the book is, if that is known.
    fn known_book(&self) -> Option<Url> {
        self.book.lock().ok().and_then(|book| book.clone())
    }

    /// Makes sure that there is a book where one was taken to be, after a write to it was refused. An error says where
    /// the book is, or that there is none.
    async fn prove(&self) -> Result<(), AppError> {
        let Some(taken) = self.known_book().filter(|_| !self.proven.load(Ordering::Relaxed)) else { return Ok(()) };
        let found = match discovery::find(&self.wire, &self.settings).await {
            Err(error) if error.class == Class::Fatal => return Err(error),
            // The server cannot say at the moment: what it said of the write stands.
            Err(_) => return Ok(()),
            Ok(found) => found,
        };
        self.proven.store(true, Ordering::Relaxed);
        if href::same(&found, &taken) || self.settings.book.is_some() {
            return Ok(());
        }
        Err(AppError::new(Class::Fatal, format!("{taken} is no address book"))
            .todo(format!("write the address of the book as `url` in syncc.toml: {found}")))
    }

    /// Takes a place as that of the book; `None` to look for it again.
    fn set_book(&self, place: Option<Url>) {
        if let Ok(mut book) = self.book.lock() {
            *book = place;
        }
    }

    /// Where the contact with this id is.
    async fn address(&self, id: &str) -> Result<Url, AppError> {
        let given = self.given.lock().ok().and_then(|given| given.get(id).cloned());
        let book = self.book().await?;
        href::within(&book, given.as_deref().unwrap_or(id))
            .ok_or_else(|| AppError::new(Class::Invalid, format!("`{id}` is not the id of a contact in {book}")))
    }

    /// The id of what the server calls by this address; `None` for what is not directly in the book.
    fn id_of(&self, book: &Url, address: &str) -> Option<String> {
        let named = href::id(book, address)?;
        if named.given != named.id
            && let Ok(mut given) = self.given.lock()
        {
            given.insert(named.id.clone(), named.given);
        }
        Some(named.id)
    }
}
