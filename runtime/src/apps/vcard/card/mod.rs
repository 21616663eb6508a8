//! One vCard as text (RFC 6350 for 4.0, RFC 2426 for 3.0, and 2.1 as old phones write it), and its fields.
//!
//! Promise: an edit touches the content lines that hold what is edited, and no other byte. Unknown
//! properties, groups, parameters, order, folding and line breaks of every other line stay as they were.
//! A card that is parsed and put together again is byte-identical.

mod categories;
mod entries;
mod fields;
mod fold;
mod layout;
mod line;
mod many;
mod name;
mod parse;
mod property;
mod single;
mod text;

#[cfg(test)]
mod tests;

pub(crate) use categories::known_categories;
pub(crate) use layout::Layout;

use jiff::Timestamp;
use line::Line;

/// One card. It borrows what it was read from. Invariant: `lines` has a line `BEGIN:VCARD` and, after it, the line `END:VCARD` that closes it.
#[derive(Clone, Debug)]
pub(crate) struct Card<'a> {
    lines: Vec<Line<'a>>,
    /// The line break that new lines get.
    line_break: &'static str,
    version: Version,
}

/// The versions of vCard that differ in how values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    /// 2.1: no escapes but for a semicolon in a component; text that is not ASCII or has line breaks is quoted-printable.
    V2,
    /// 3.0, RFC 2426. Also what a card without a known version is taken for.
    V3,
    /// 4.0, RFC 6350.
    V4,
}

impl Card<'_> {
    /// The card as bytes.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.lines.iter().map(|line| line.raw().len()).sum());
        self.lines.iter().for_each(|line| bytes.extend_from_slice(line.raw().as_bytes()));
        bytes
    }

    /// The unique id that the card carries.
    pub(crate) fn uid(&self) -> Option<String> {
        self.first("UID").map(|(_, property)| property.text().trim().to_owned()).filter(|uid| !uid.is_empty())
    }

    /// What tells who it is beside the UID, as people would know them again: emails, the digits of phone numbers, the name.
    pub(crate) fn tells(&self) -> Vec<String> {
        let texts = |name: &'static str| self.all(name).map(|(_, property)| property.text().trim().to_lowercase());
        let digits = |text: String| {
            let digits: String = text.chars().filter(char::is_ascii_digit).collect();
            // With the code of the country or without it, it is one number.
            digits.get(digits.len().saturating_sub(8)..).unwrap_or_default().to_owned()
        };
        let tells = texts("EMAIL").chain(texts("TEL").map(digits)).chain(texts("FN"));
        tells.filter(|text| !text.is_empty()).collect()
    }

    /// Whether this is a list of people (RFC 6350 `KIND:group`, and the form that Apple writes into 3.0),
    /// which is no contact.
    pub(crate) fn is_group(&self) -> bool {
        ["KIND", "X-ADDRESSBOOKSERVER-KIND"]
            .iter()
            .filter_map(|name| self.first(name))
            .any(|(_, kind)| kind.text().trim().eq_ignore_ascii_case("group"))
    }

    /// When the card says it was last changed (`REV`).
    pub(crate) fn revised(&self) -> Option<Timestamp> {
        let (_, rev) = self.first("REV")?;
        text::timestamp(rev.text().trim())
    }
}
