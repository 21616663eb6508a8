//! What changed in a book: by the tokens of the server, or by comparing versions where it has none.
//!
//! Few requests: the address of the account is first taken for that of the book itself, and the cards are asked for
//! together with what changed. A server that gives them makes every listing one request; one that does not costs one
//! more for each thousand contacts that changed.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::Ordering,
};

use url::Url;

use super::{
    CardDav, bodies, cards,
    cursor::{Cursor, State},
    discovery, href,
    multistatus::{Multistatus, Resource},
    wire::Refused,
};
use crate::apps::{AppError, Class, Observed, Page, Pulled};

/// How many parts a listing may have before the server is taken to go round in circles.
const MOST_PARTS: usize = 10_000;
/// How many records are handed over at once.
const PAGE: usize = 500;

/// A listing under way. Cards are handed over as they come out of the answer.
struct Listing<'a, 'p> {
    app: &'a CardDav,
    book: Url,
    page: &'a mut Page<'p>,
    /// Read, and not handed over yet.
    batch: Vec<Observed>,
    /// Ids of new and changed contacts whose cards did not come with the answer.
    wanted: BTreeSet<String>,
    /// Ids of deleted ones.
    gone: BTreeSet<String>,
    /// Cards that cannot be read, for people.
    problems: BTreeMap<String, String>,
    /// Whether the server says that it has not told everything yet.
    more: bool,
    /// Whether nothing has shown yet that there is a book at this address.
    on_trust: bool,
    /// Whether it turned out that there is none: other folders are in it.
    is_no_book: bool,
}

impl<'a, 'p> Listing<'a, 'p> {
    fn new(app: &'a CardDav, book: Url, page: &'a mut Page<'p>) -> Self {
        Self {
            app,
            book,
            page,
            batch: Vec::new(),
            wanted: BTreeSet::new(),
            gone: BTreeSet::new(),
            problems: BTreeMap::new(),
            more: false,
            on_trust: false,
            is_no_book: false,
        }
    }

    /// Takes one address out of an answer. Of two words about one contact the later one counts.
    fn take(&mut self, resource: &Resource) -> Result<(), AppError> {
        let itself = || self.book.join(&resource.href).is_ok_and(|url| href::same(&url, &self.book));
        if resource.is_collection() && !itself() {
            self.is_no_book = self.on_trust;
            return match self.is_no_book {
                true => Err(AppError::new(Class::Fatal, format!("{} is no address book", self.book))),
                false => Ok(()),
            };
        }
        let Some(id) = self.app.id_of(&self.book, &resource.href) else {
            self.more |= resource.status == Some(507) && itself();
            return Ok(());
        };
        if resource.is_gone() {
            self.wanted.remove(&id);
            self.gone.insert(id);
            return Ok(());
        }
        self.gone.remove(&id);
        let Some(text) = resource.card() else {
            self.wanted.insert(id);
            return Ok(());
        };
        self.on_trust = false;
        self.app.proven.store(true, Ordering::Relaxed);
        self.wanted.remove(&id);
        match cards::read(&id, resource, text) {
            Ok(observed) => self.batch.extend(observed),
            Err(problem) => drop(self.problems.insert(id, problem)),
        }
        if self.batch.len() >= PAGE {
            (self.page)(std::mem::take(&mut self.batch))?;
        }
        Ok(())
    }

    /// Reads and hands over what is still missing. The problems, for people, by id.
    async fn finish(mut self) -> Result<BTreeMap<String, String>, AppError> {
        if !self.batch.is_empty() {
            (self.page)(std::mem::take(&mut self.batch))?;
        }
        let wanted: Vec<String> = self.wanted.into_iter().collect();
        for chunk in wanted.chunks(cards::CHUNK) {
            let mut fetched = cards::fetch(self.app, chunk).await?;
            self.problems.append(&mut fetched.problems);
            (self.page)(chunk.iter().filter_map(|id| fetched.cards.remove(id)).collect())?;
        }
        if !self.gone.is_empty() {
            (self.page)(self.gone.iter().map(|id| tombstone(id)).collect())?;
        }
        Ok(self.problems)
    }
}

/// See [`crate::apps::App::pull`].
pub(super) async fn pull(app: &CardDav, cursor: Option<&str>, page: &mut Page<'_>) -> Result<Pulled, AppError> {
    let identity = app.settings.identity();
    let known = cursor.map(|text| Cursor::read(text, &identity)).transpose()?;
    // After a reading with gaps a deletion may hide in a gap, so everything is read again.
    let known = known.filter(|known| !known.gaps);
    let full = known.is_none();
    let (listing, state) = match known {
        Some(Cursor { book, state, unread, .. }) => {
            app.set_book(Some(book.clone()));
            let mut listing = Listing::new(app, book, page);
            // Those that could not be read are asked for again, so that they stay in sight until they are mended.
            let state = match state {
                State::Token(token) => {
                    listing.wanted.extend(unread);
                    since(&mut listing, Some(token)).await
                }
                State::Versions(mut versions) => {
                    for id in &unread {
                        versions.entry(id.clone()).and_modify(String::clear);
                    }
                    compare(&mut listing, &versions).await
                }
            };
            (listing, state.map_err(|refused| lost(app, refused))?)
        }
        None => everything(app, page).await?,
    };
    let book = listing.book.clone();
    let problems = listing.finish().await?;
    let gaps = full && !problems.is_empty();
    let (unread, problems): (Vec<String>, Vec<String>) = problems.into_iter().unzip();
    let cursor = Cursor { identity, book, state, gaps, unread: unread.clone() }.write()?;
    Ok(Pulled { cursor: Some(cursor), complete: full && !gaps, problems, unreadable: unread, handed: Vec::new() })
}

/// Lists everything: at the address of the account, if that is the book itself, else in the book that is found from
/// there.
async fn everything<'a, 'p>(app: &'a CardDav, page: &'a mut Page<'p>) -> Result<(Listing<'a, 'p>, State), AppError> {
    let mut listing = Listing::new(app, app.settings.url.clone(), page);
    if app.known_book().is_none() && app.settings.book.is_none() {
        listing.book = discovery::folder(&app.settings.url, app.settings.url.as_str())?;
        listing.on_trust = true;
        match since(&mut listing, None).await {
            Ok(state) => {
                app.set_book(Some(listing.book.clone()));
                return Ok((listing, state));
            }
            Err(_) if listing.is_no_book => {}
            // A wrong password, or no answer, is not cured by looking elsewhere.
            Err(refused) if matches!(refused.status, 0 | 401 | 407 | 429) => return Err(refused.error),
            Err(_) => {}
        }
    }
    let book = app.book().await?;
    let mut listing = Listing::new(app, book, listing.page);
    match since(&mut listing, None).await {
        Ok(state) => Ok((listing, state)),
        // The server knows no tokens.
        Err(refused) if is_not_understood(&refused) => {
            let state = compare(&mut listing, &BTreeMap::new()).await.map_err(Refused::of_book)?;
            Ok((listing, state))
        }
        Err(refused) => Err(refused.of_book()),
    }
}

/// Whether the server refuses the kind of question, not just this one.
fn is_not_understood(refused: &Refused) -> bool {
    matches!(refused.status, 400 | 403 | 404 | 405 | 409 | 412 | 415 | 422 | 501)
}

/// A contact that is gone.
pub(super) fn tombstone(id: &str) -> Observed {
    Observed { id: id.to_owned(), version: None, raw: Vec::new(), deleted: true, edited: None, aliases: Vec::new() }
}

/// A refused question about changes means that everything must be read again: the token is too old (RFC 6578, 3.2),
/// or the book is no longer where it was. But for what has nothing to do with the question.
fn lost(app: &CardDav, refused: Refused) -> AppError {
    if !is_forgotten(&refused) && !is_not_understood(&refused) && refused.status != 410 {
        return refused.error;
    }
    app.set_book(None);
    AppError::new(Class::CursorLost, "the server does not know any more what was read last time")
}

/// Whether the server says that it does not know the token any more.
fn is_forgotten(refused: &Refused) -> bool {
    refused.precondition.as_deref() == Some("valid-sync-token")
}

/// Asks what changed since a token, until the server has told everything.
async fn since(listing: &mut Listing<'_, '_>, token: Option<String>) -> Result<State, Refused> {
    let mut token = token;
    for _ in 0..MOST_PARTS {
        let answer = part(listing, token.as_deref()).await?;
        let Some(next) = answer.sync_token else {
            let what = format!("{} did not say how the listing ended", listing.book.host_str().unwrap_or("the server"));
            return Err(Refused { status: 501, ..AppError::new(Class::Fatal, what).into() });
        };
        if !std::mem::take(&mut listing.more) {
            return Ok(State::Token(next));
        }
        if token.as_ref() == Some(&next) {
            break;
        }
        token = Some(next);
    }
    Err(AppError::new(Class::Fatal, format!("the listing of {} does not end", listing.book)).into())
}

/// One part of what changed, with the cards where the server gives them.
async fn part(listing: &mut Listing<'_, '_>, token: Option<&str>) -> Result<Multistatus, Refused> {
    let (app, book) = (listing.app, listing.book.clone());
    let with_cards = app.cards_with_changes.load(Ordering::Relaxed);
    let mut take = |resource: Resource| listing.take(&resource);
    let asked = app.wire.ask_each("REPORT", &book, "0", &bodies::changes(token, with_cards), &mut take).await;
    match asked {
        Err(refused) if with_cards && !listing.on_trust && is_not_understood(&refused) && !is_forgotten(&refused) => {
            let mut take = |resource: Resource| listing.take(&resource);
            let answer = app.wire.ask_each("REPORT", &book, "0", &bodies::changes(token, false), &mut take).await?;
            app.cards_with_changes.store(false, Ordering::Relaxed);
            Ok(answer)
        }
        asked => asked,
    }
}

/// Compares all versions with those known.
async fn compare(listing: &mut Listing<'_, '_>, known: &BTreeMap<String, String>) -> Result<State, Refused> {
    let (app, book) = (listing.app, &listing.book);
    let answer = app.wire.ask("PROPFIND", book, "1", &bodies::versions()).await?;
    if !answer.resources.iter().any(|resource| book.join(&resource.href).is_ok_and(|url| href::same(&url, book))) {
        // An answer about a book begins with the book (RFC 4918, 9.1).
        return Err(AppError::new(Class::Retry, format!("the listing of {book} is not about it")).into());
    }
    let mut versions = BTreeMap::new();
    for resource in &answer.resources {
        if resource.status == Some(507) {
            return Err(AppError::new(Class::Fatal, format!("{book} is too large to be listed by its server")).into());
        }
        if let Some(id) = app.id_of(book, &resource.href).filter(|_| !resource.is_gone()) {
            versions.insert(id, resource.etag().unwrap_or_default().to_owned());
        }
    }
    let changed = |(id, version): &(&String, &String)| version.is_empty() || known.get(*id) != Some(*version);
    listing.wanted = versions.iter().filter(changed).map(|(id, _)| id.clone()).collect();
    listing.gone = known.keys().filter(|id| !versions.contains_key(*id)).cloned().collect();
    Ok(State::Versions(versions))
}
