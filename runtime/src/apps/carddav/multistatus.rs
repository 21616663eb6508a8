//! The answer of most WebDAV requests (RFC 4918, 13): one status and some properties for each of many addresses.

use super::xml::{self, CARDDAV, DAV, Element};
use crate::apps::AppError;

/// A whole answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Multistatus {
    pub(super) resources: Vec<Resource>,
    /// Where a sync goes on (RFC 6578, 3.4).
    pub(super) sync_token: Option<String>,
}

/// One address.
#[derive(Clone, Debug, Default)]
pub(super) struct Resource {
    /// As the server spells it.
    pub(super) href: String,
    /// The status of the address as a whole, if it has one; the properties have their own.
    pub(super) status: Option<u16>,
    /// The properties that were found.
    properties: Vec<Element>,
}

impl Multistatus {
    /// Reads an answer, and hands over each address as it comes. What is left is the answer without them.
    ///
    /// # Errors
    /// When it is no such answer, or whoever takes the addresses stops.
    pub(super) fn each(
        bytes: &[u8],
        take: &mut (dyn FnMut(Resource) -> Result<(), AppError> + Send),
    ) -> Result<Self, Broken> {
        let is_multistatus = |root: &Element| match root.is(DAV, "multistatus") {
            true => Ok(()),
            false => Err(Broken::Unreadable(format!("it is no multistatus but `{}`", root.name()))),
        };
        let root = xml::read::<Broken>(bytes, &mut |root, child| {
            is_multistatus(root)?;
            if child.is(DAV, "response") {
                take(Resource::read(child)).map_err(Broken::Stopped)?;
                return Ok(None);
            }
            Ok(Some(child))
        })?;
        is_multistatus(&root)?;
        let token = root.first(DAV, "sync-token").map(|token| token.text().trim().to_owned());
        Ok(Self { resources: Vec::new(), sync_token: token.filter(|token| !token.is_empty()) })
    }
}

/// Why an answer was not read to its end.
#[derive(Debug)]
pub(super) enum Broken {
    /// It is not what it should be.
    Unreadable(String),
    /// Whoever took its parts did not want to go on.
    Stopped(AppError),
}

impl From<String> for Broken {
    fn from(why: String) -> Self {
        Self::Unreadable(why)
    }
}

impl Resource {
    fn read(response: Element) -> Self {
        let text = |name: &str| response.first(DAV, name).map(|element| element.text().trim().to_owned());
        let (href, status) = (text("href").unwrap_or_default(), text("status").and_then(|status| code(&status)));
        let found = |propstat: &&Element| {
            propstat.first(DAV, "status").is_none_or(|status| matches!(code(status.text()), Some(200..=299)))
        };
        let propstats = response
            .into_children()
            .into_iter()
            .filter(|child| child.is(DAV, "propstat"))
            .filter(|propstat| found(&propstat));
        let props = propstats.flat_map(Element::into_children).filter(|prop| prop.is(DAV, "prop"));
        Self { href, status, properties: props.flat_map(Element::into_children).collect() }
    }

    /// Whether the server says that it is not there.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self.status, Some(404 | 410))
    }

    fn property(&self, namespace: &str, name: &str) -> Option<&Element> {
        self.properties.iter().find(|property| property.is(namespace, name))
    }

    fn text(&self, namespace: &str, name: &str) -> Option<&str> {
        self.property(namespace, name).map(|property| property.text().trim()).filter(|text| !text.is_empty())
    }

    /// The version of it.
    pub(super) fn etag(&self) -> Option<&str> {
        self.text(DAV, "getetag")
    }

    /// When it was last changed, as HTTP spells it.
    pub(super) fn last_modified(&self) -> Option<&str> {
        self.text(DAV, "getlastmodified")
    }

    /// The card, blanks and line breaks included.
    pub(super) fn card(&self) -> Option<&str> {
        self.property(CARDDAV, "address-data").map(Element::text).filter(|card| !card.trim().is_empty())
    }

    /// The name for people.
    pub(super) fn display_name(&self) -> Option<&str> {
        self.text(DAV, "displayname")
    }

    /// Whether it holds other addresses.
    pub(super) fn is_collection(&self) -> bool {
        self.property(DAV, "resourcetype").is_some_and(|kind| kind.first(DAV, "collection").is_some())
    }

    /// Whether it is an address book.
    pub(super) fn is_book(&self) -> bool {
        self.property(DAV, "resourcetype").is_some_and(|kind| kind.first(CARDDAV, "addressbook").is_some())
    }

    /// The addresses in a property such as `current-user-principal`.
    pub(super) fn hrefs(&self, namespace: &str, name: &str) -> Vec<String> {
        let hrefs = self.property(namespace, name).into_iter().flat_map(|property| property.all(DAV, "href"));
        hrefs.map(|href| href.text().trim().to_owned()).filter(|href| !href.is_empty()).collect()
    }
}

/// The number in `HTTP/1.1 404 Not Found`.
fn code(status: &str) -> Option<u16> {
    status.split_whitespace().nth(1)?.parse().ok()
}
