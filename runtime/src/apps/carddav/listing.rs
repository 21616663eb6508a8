//! What changed in a book: by the tokens of the server, or by comparing versions where it has none.

use std::collections::{BTreeMap, BTreeSet};

use url::Url;

use super::{
    CardDav, bodies, cards,
    cursor::{Cursor, State},
    href,
    wire::Refused,
};
use crate::apps::{AppError, Class, Observed, Page, Pulled};

/// How many parts a listing may have before the server is taken to go round in circles.
const MOST_PARTS: usize = 10_000;

/// What a listing found.
#[derive(Debug, Default)]
struct Changes {
    /// Ids of new and changed contacts.
    there: BTreeSet<String>,
    /// Ids of deleted ones.
    gone: BTreeSet<String>,
}

/// See [`crate::apps::App::pull`].
pub(super) async fn pull(app: &CardDav, cursor: Option<&str>, page: &mut Page<'_>) -> Result<Pulled, AppError> {
    let identity = app.settings.identity();
    let known = cursor.map(|text| Cursor::read(text, &identity)).transpose()?;
    let (book, known) = match known {
        Some(Cursor { book, state, .. }) => {
            app.set_book(Some(book.clone()));
            (book, Some(state))
        }
        None => (app.book().await?, None),
    };
    let full = known.is_none();
    let (changes, state) = match known {
        Some(State::Token(token)) => since(app, &book, Some(token)).await.map_err(|refused| lost(app, refused))?,
        Some(State::Versions(versions)) => {
            compare(app, &book, &versions).await.map_err(|refused| lost(app, refused))?
        }
        None => match since(app, &book, None).await {
            Ok(found) => found,
            // The server knows no tokens.
            Err(refused) if matches!(refused.status, 400 | 403 | 404 | 405 | 409 | 412 | 415 | 422 | 501) => {
                compare(app, &book, &BTreeMap::new()).await.map_err(Refused::of_book)?
            }
            Err(refused) => return Err(refused.of_book()),
        },
    };
    let there: Vec<String> = changes.there.into_iter().collect();
    let mut problems = Vec::new();
    for chunk in there.chunks(cards::CHUNK) {
        let mut fetched = cards::fetch(app, chunk).await?;
        problems.append(&mut fetched.problems);
        page(chunk.iter().filter_map(|id| fetched.cards.remove(id)).collect())?;
    }
    if !full && !changes.gone.is_empty() {
        page(changes.gone.iter().map(|id| tombstone(id)).collect())?;
    }
    let cursor = Cursor { identity, book, state }.write()?;
    Ok(Pulled { cursor: Some(cursor), complete: full && problems.is_empty(), problems })
}

/// A contact that is gone.
pub(super) fn tombstone(id: &str) -> Observed {
    Observed { id: id.to_owned(), version: None, raw: Vec::new(), deleted: true, edited: None, aliases: Vec::new() }
}

/// A refused question about changes means that everything must be read again: the token is too old (RFC 6578, 3.2),
/// or the book is no longer where it was. But for what has nothing to do with the question.
fn lost(app: &CardDav, refused: Refused) -> AppError {
    let named = refused.precondition.as_deref() == Some("valid-sync-token");
    match refused.status {
        _ if named => {}
        400 | 403 | 404 | 405 | 409 | 410 | 412 | 415 | 422 | 501 => {}
        _ => return refused.error,
    }
    app.set_book(None);
    AppError::new(Class::CursorLost, "the server does not know any more what was read last time")
}

/// Asks what changed since a token, until the server has told everything.
async fn since(app: &CardDav, book: &Url, token: Option<String>) -> Result<(Changes, State), Refused> {
    let mut changes = Changes::default();
    let mut token = token;
    for _ in 0..MOST_PARTS {
        let answer = app.wire.ask("REPORT", book, "0", &bodies::changes(token.as_deref())).await?;
        let mut more = false;
        for resource in &answer.resources {
            let Some(id) = app.id_of(book, &resource.href) else {
                let itself = book.join(&resource.href).is_ok_and(|url| href::same(&url, book));
                more |= itself && resource.status == Some(507);
                continue;
            };
            // Of two words about one contact the later one counts.
            if resource.is_gone() {
                changes.there.remove(&id);
                changes.gone.insert(id);
            } else {
                changes.gone.remove(&id);
                changes.there.insert(id);
            }
        }
        let Some(next) = answer.sync_token else {
            let what = format!("{} did not say how the listing ended", book.host_str().unwrap_or("the server"));
            return Err(Refused { status: 501, ..AppError::new(Class::Fatal, what).into() });
        };
        if !more {
            return Ok((changes, State::Token(next)));
        }
        if token.as_ref() == Some(&next) {
            break;
        }
        token = Some(next);
    }
    Err(AppError::new(Class::Fatal, format!("the listing of {book} does not end")).into())
}

/// Compares all versions with those known.
async fn compare(app: &CardDav, book: &Url, known: &BTreeMap<String, String>) -> Result<(Changes, State), Refused> {
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
    let there = versions.iter().filter(changed).map(|(id, _)| id.clone()).collect();
    let gone = known.keys().filter(|id| !versions.contains_key(*id)).cloned().collect();
    Ok((Changes { there, gone }, State::Versions(versions)))
}
