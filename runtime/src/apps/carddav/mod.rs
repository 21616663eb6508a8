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

use std::{collections::HashMap, sync::Mutex};

use async_trait::async_trait;
use syncc_compiler::{ir::Side, schema, value::Record};
use url::Url;
use uuid::Uuid;

use self::{settings::Settings, wire::Wire};
use super::{
    Account, App, AppError, Class, Limits, Observed, Page, Pulled, Write, Written,
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
        if let Some(problem) = found.problems.pop() {
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

    async fn push(&self, writes: &[Write]) -> Vec<Result<Written, AppError>> {
        push::push(self, writes).await
    }

    fn limits(&self) -> Limits {
        // One request a card, and one more to read them all back.
        Limits { creates: cards::CHUNK, updates: cards::CHUNK, client_ids: true }
    }

    async fn discover(&self) -> Result<schema::Pulled, AppError> {
        let mut all = Vec::new();
        let mut page = |observed: Vec<Observed>| {
            all.extend(observed.iter().filter_map(|record| Card::parse(&record.raw).ok()));
            Ok(())
        };
        listing::pull(self, None, &mut page).await?;
        Ok(card::known_categories(&self.object, &all))
    }
}

impl CardDav {
    /// Where the book is. Looked for once.
    async fn book(&self) -> Result<Url, AppError> {
        let known = self.book.lock().ok().and_then(|book| book.clone());
        if let Some(known) = known {
            return Ok(known);
        }
        let found = discovery::find(&self.wire, &self.settings).await?;
        self.set_book(Some(found.clone()));
        Ok(found)
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
