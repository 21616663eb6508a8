//! The bodies of requests.

use super::xml::escape;

const HEAD: &str = r#"<?xml version="1.0" encoding="utf-8"?>"#;
const NAMES: &str = r#"xmlns:d="DAV:" xmlns:c="urn:ietf:params:xml:ns:carddav""#;

/// What a contact is asked for.
const CARD: &str = "<d:prop><d:getetag/><d:getlastmodified/><c:address-data/></d:prop>";

/// PROPFIND: what is at an address, and where the user's books are (RFC 5397, RFC 6352 7.1.1).
pub(super) fn whereabouts() -> String {
    format!(
        "{HEAD}<d:propfind {NAMES}><d:prop><d:resourcetype/><d:displayname/><d:current-user-principal/>\
         <c:addressbook-home-set/></d:prop></d:propfind>"
    )
}

/// PROPFIND: the versions of all contacts.
pub(super) fn versions() -> String {
    format!("{HEAD}<d:propfind {NAMES}><d:prop><d:getetag/><d:resourcetype/></d:prop></d:propfind>")
}

/// REPORT: what changed since a token (RFC 6578, 3.2). Without one: everything. It names no limit: there are servers
/// that stop at it and do not say so. `with_cards` asks for the cards in the same answer, which many servers give.
pub(super) fn changes(token: Option<&str>, with_cards: bool) -> String {
    let cards = if with_cards { "<d:getlastmodified/><c:address-data/>" } else { "" };
    format!(
        "{HEAD}<d:sync-collection {NAMES}><d:sync-token>{}</d:sync-token><d:sync-level>1</d:sync-level>\
         <d:prop><d:getetag/><d:resourcetype/>{cards}</d:prop></d:sync-collection>",
        escape(token.unwrap_or_default())
    )
}

/// REPORT: these contacts (RFC 6352, 8.7).
pub(super) fn contacts(hrefs: &[String]) -> String {
    let hrefs: String = hrefs.iter().map(|href| format!("<d:href>{}</d:href>", escape(href))).collect();
    format!("{HEAD}<c:addressbook-multiget {NAMES}>{CARD}{hrefs}</c:addressbook-multiget>")
}

/// REPORT: the contacts with this unique id (RFC 6352, 8.6).
pub(super) fn with_uid(uid: &str) -> String {
    format!(
        "{HEAD}<c:addressbook-query {NAMES}>{CARD}<c:filter><c:prop-filter name=\"UID\">\
         <c:text-match collation=\"i;octet\" match-type=\"equals\">{}</c:text-match></c:prop-filter></c:filter>\
         </c:addressbook-query>",
        escape(uid)
    )
}
