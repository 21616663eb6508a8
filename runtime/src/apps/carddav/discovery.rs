//! From what people know (the name of a server) to the address of the book (RFC 6764, RFC 6352 7).

use url::Url;

use super::{
    bodies, href,
    multistatus::{Multistatus, Resource},
    settings::Settings,
    wire::{Refused, Wire},
    xml::{CARDDAV, DAV},
};
use crate::apps::{AppError, Class};

/// Finds the book: at the address itself, in the home that the address or the user's page names, or from where
/// the server says that CardDAV begins.
pub(super) async fn find(wire: &Wire, settings: &Settings) -> Result<Url, AppError> {
    let mut first_error = None;
    for start in starts(&settings.url) {
        match from(wire, settings, &start).await {
            Ok(Some(book)) => return Ok(book),
            Ok(None) => {}
            // A wrong password or a missing choice is not cured by looking elsewhere.
            Err(refused) if refused.status == 0 || refused.error.class == Class::Auth && refused.status == 401 => {
                return Err(refused.error);
            }
            Err(refused) => {
                first_error.get_or_insert(refused.error);
            }
        }
    }
    let nothing = || AppError::new(Class::Fatal, format!("there is no address book at {}", settings.url));
    let error = first_error.filter(|error| error.class != Class::Gone).unwrap_or_else(nothing);
    Err(if error.todo.is_some() {
        error
    } else {
        error.todo("write the address of the server, or of the address book itself, as `url` in syncc.toml")
    })
}

/// Where to begin, in order.
fn starts(url: &Url) -> Vec<Url> {
    let mut starts = vec![url.clone()];
    for path in ["/.well-known/carddav", "/"] {
        starts.extend(url.join(path).ok().filter(|next| !starts.iter().any(|known| href::same(known, next))));
    }
    starts
}

async fn from(wire: &Wire, settings: &Settings, start: &Url) -> Result<Option<Url>, Refused> {
    let here = wire.ask("PROPFIND", start, "0", &bodies::whereabouts()).await?;
    if let Some(book) = here.resources.iter().find(|resource| resource.is_book()) {
        return Ok(Some(folder(start, &book.href)?));
    }
    let mut homes = named(&here, start, CARDDAV, "addressbook-home-set")?;
    if homes.is_empty() {
        for principal in named(&here, start, DAV, "current-user-principal")? {
            let page = wire.ask("PROPFIND", &principal, "0", &bodies::whereabouts()).await?;
            homes.extend(named(&page, &principal, CARDDAV, "addressbook-home-set")?);
        }
    }
    if homes.is_empty() {
        // The address may be the home itself.
        homes.push(start.clone());
    }
    let mut books = Vec::new();
    for home in &homes {
        let inside = wire.ask("PROPFIND", home, "1", &bodies::whereabouts()).await?;
        for book in inside.resources.iter().filter(|resource| resource.is_book()) {
            books.push((name(book), folder(home, &book.href)?));
        }
    }
    Ok(choose(settings, books)?)
}

fn named(answer: &Multistatus, base: &Url, namespace: &str, name: &str) -> Result<Vec<Url>, AppError> {
    let hrefs = answer.resources.iter().flat_map(|resource| resource.hrefs(namespace, name));
    hrefs.map(|href| join(base, &href)).collect()
}

/// The one that the settings name, else the only one.
fn choose(settings: &Settings, books: Vec<(String, Url)>) -> Result<Option<Url>, AppError> {
    let all: Vec<String> = books.iter().map(|(name, _)| format!("`{name}`")).collect();
    let mut fitting = books;
    if let Some(wanted) = &settings.book {
        let last = |url: &Url| url.path().trim_end_matches('/').rsplit('/').next().map(str::to_owned);
        fitting.retain(|(name, url)| name == wanted || last(url).as_deref() == Some(wanted));
    }
    let of = &settings.account;
    match (fitting.as_slice(), all.as_slice()) {
        (_, []) => Ok(None),
        ([(_, only)], _) => Ok(Some(only.clone())),
        ([], _) => {
            let wanted = settings.book.as_deref().unwrap_or_default();
            Err(AppError::new(Class::Fatal, format!("the account `{of}` has no address book `{wanted}`"))
                .todo(format!("name one of {}", all.join(", "))))
        }
        (several, _) => {
            let (first, _) = several.first().map(|(name, url)| (name.as_str(), url)).unzip();
            Err(AppError::new(
                Class::Fatal,
                format!("the account `{of}` has {} address books: {}", all.len(), all.join(", ")),
            )
            .todo(format!("choose one in syncc.toml: `book = \"{}\"`", first.unwrap_or_default())))
        }
    }
}

fn name(book: &Resource) -> String {
    let last = book.href.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    book.display_name().unwrap_or(last).to_owned()
}

fn join(base: &Url, href: &str) -> Result<Url, AppError> {
    base.join(href).map_err(|_| AppError::new(Class::Fatal, format!("the server names `{href}`, which is no address")))
}

/// The address of a collection ends with a slash, so that what is in it can be joined to it.
pub(super) fn folder(base: &Url, href: &str) -> Result<Url, AppError> {
    let mut url = join(base, href)?;
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    url.set_query(None);
    url.set_fragment(None);
    Ok(url)
}
