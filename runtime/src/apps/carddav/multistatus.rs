//! The answer of most WebDAV requests (RFC 4918, 13): one status and some properties for each of many addresses.

use super::xml::{CARDDAV, DAV, Element};

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
    /// Reads an answer.
    pub(super) fn read(root: &Element) -> Result<Self, String> {
        if !root.is(DAV, "multistatus") {
            return Err(format!("it is no multistatus but `{}`", root.name()));
        }
        let resources = root.all(DAV, "response").map(Resource::read).collect();
        let token = root.first(DAV, "sync-token").map(|token| token.text().trim().to_owned());
        Ok(Self { resources, sync_token: token.filter(|token| !token.is_empty()) })
    }
}

impl Resource {
    fn read(response: &Element) -> Self {
        let text = |name: &str| response.first(DAV, name).map(|element| element.text().trim().to_owned());
        let found = |propstat: &&Element| {
            propstat.first(DAV, "status").is_none_or(|status| matches!(code(status.text()), Some(200..=299)))
        };
        let properties = response
            .all(DAV, "propstat")
            .filter(found)
            .filter_map(|propstat| propstat.first(DAV, "prop"))
            .flat_map(|prop| prop.children().iter().cloned())
            .collect();
        Self {
            href: text("href").unwrap_or_default(),
            status: text("status").and_then(|status| code(&status)),
            properties,
        }
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
