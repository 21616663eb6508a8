//! Properties of which one line counts: company, title, address, birthday, note, categories …

use std::borrow::Cow;

use jiff::{Timestamp, civil::Date};
use syncc_compiler::{
    schema::Scalar,
    value::{Address, Canon, Value},
};

use super::{Card, Version, property::Property, text};

/// The component of `ADR` that is the street. It and those after it are the parts of an [`Address`], in the order of
/// [`Address::PARTS`]. The post office box and the extension before it are no part of it and stay as they are.
const STREET: usize = 2;
/// How many components a whole address has (RFC 6350, 6.3.1).
const ADDRESS_COMPONENTS: usize = 7;

/// The first text of the list in a line.
pub(super) fn first_of_list<'c>(card: &'c Card<'_>, name: &str) -> Option<Cow<'c, str>> {
    card.preferred(name)?.1.list().into_iter().find(|text| !text.trim().is_empty())
}

/// One component of a line.
pub(super) fn component<'c>(card: &'c Card<'_>, name: &str, index: usize) -> Option<Cow<'c, str>> {
    card.preferred(name)?.1.components().nth(index)
}

/// Puts the whole text of a line in. Blank text removes the line.
pub(super) fn set_text(card: &mut Card<'_>, name: &'static str, text: &str) {
    edit(card, name, |property, version| {
        property.set_text(text, version);
        !text.trim().is_empty()
    });
}

/// Puts a web address in. It is a URI, in which commas and semicolons are not escaped.
pub(super) fn set_url(card: &mut Card<'_>, url: &str) {
    edit(card, "URL", |property, version| {
        let url: String = url.chars().filter(|char| !char.is_control()).collect();
        property.set_raw(if version == Version::V2 { url.clone() } else { url.replace('\\', "\\\\") }, version);
        !url.trim().is_empty()
    });
}

/// Puts the first text of a list in, or takes it out.
pub(super) fn set_first_of_list(card: &mut Card<'_>, name: &'static str, text: &str) {
    edit(card, name, |property, version| {
        let mut first = Some(text).filter(|text| !text.trim().is_empty());
        let mut seen = false;
        let mut keep = |known: String| {
            if std::mem::replace(&mut seen, true) { Some(known) } else { first.take().map(str::to_owned) }
        };
        let had = property.list().iter().any(|text| !text.trim().is_empty());
        if had {
            property.edit_list(&mut keep, &[], version)
        } else {
            property.edit_list(|_| None, first.as_slice(), version)
        }
    });
}

/// Puts one component in. A line without any component left is removed, but `N`, which a card must have.
pub(super) fn set_component(card: &mut Card<'_>, name: &'static str, index: usize, text: &str) {
    edit(card, name, |property, version| {
        property.set_component(index, text, version);
        name == "N" || property.components().any(|component| !component.trim().is_empty())
    });
}

/// Edits the line of a name that counts, else a new one. The edit says whether the line stays.
fn edit(card: &mut Card<'_>, name: &'static str, change: impl FnOnce(&mut Property<'_>, Version) -> bool) {
    let found = card.counting(name).map(|(at, property)| (at, property.clone()));
    let version = card.version;
    match found {
        Some((at, mut property)) => {
            if change(&mut property, version) {
                card.replace(at, property);
            } else {
                card.remove(at);
            }
        }
        None => {
            let mut property = Property::new(name, String::new());
            if change(&mut property, version) {
                card.append(property);
            }
        }
    }
}

/// The preferred address.
pub(super) fn address(card: &Card<'_>) -> Value {
    let Some((_, property)) = card.preferred("ADR") else {
        return Value::Empty;
    };
    let address = address_of(property);
    if address.is_blank() { Value::Empty } else { Value::Address(Box::new(address)) }
}

fn address_of(property: &Property<'_>) -> Address {
    let mut address = Address::default();
    // Several lines of a street are a list in a card.
    let texts = property.joined(|index| if index == STREET { "\n" } else { ", " });
    for (part, text) in Address::PARTS.iter().zip(texts.skip(STREET)) {
        if let Some(slot) = address.part_mut(part) {
            *slot = text.into_owned();
        }
    }
    address
}

/// Puts the parts of an address in that differ.
pub(super) fn set_address(card: &mut Card<'_>, value: &Value) {
    let wanted = match value {
        Value::Address(address) => (**address).clone(),
        _ => Address::default(),
    };
    edit(card, "ADR", |property, version| {
        let known = address_of(property);
        for ((index, old), new) in (STREET..).zip(known.parts()).zip(wanted.parts()) {
            if old != new {
                property.set_component(index, new, version);
            }
        }
        if property.components().count() < ADDRESS_COMPONENTS {
            property.set_component(ADDRESS_COMPONENTS - 1, &wanted.country, version);
        }
        property.components().any(|component| !component.trim().is_empty())
    });
}

/// The birthday; unknown when the card does not say the year.
pub(super) fn birthday(card: &Card<'_>) -> Value {
    let Some((_, property)) = card.first("BDAY") else {
        return Value::Empty;
    };
    let written = property.text();
    if written.trim().is_empty() {
        return Value::Empty;
    }
    if property.param("X-APPLE-OMIT-YEAR").next().is_some() {
        return Value::Unknown;
    }
    let day = written.trim().split(['T', 't', ' ']).next().unwrap_or_default();
    day.parse::<Date>().map_or(Value::Unknown, Value::Date)
}

/// Puts the birthday in, in the form that the card has: `1985-04-12` or `19850412`, which 4.0 asks for.
pub(super) fn set_birthday(card: &mut Card<'_>, value: &Value) {
    edit(card, "BDAY", |property, version| {
        let Value::Date(date) = value else {
            return false;
        };
        let earlier = property.text();
        let basic = if earlier.trim().is_empty() || earlier.starts_with("--") {
            version == Version::V4
        } else {
            !earlier.contains('-')
        };
        property.drop_param("X-APPLE-OMIT-YEAR");
        property.drop_param("VALUE");
        property.set_raw(date.strftime(if basic { "%Y%m%d" } else { "%Y-%m-%d" }).to_string(), version);
        true
    });
}

/// All categories of all lines.
pub(super) fn categories(card: &Card<'_>, canon: &Canon) -> Value {
    let all: Vec<Cow<'_, str>> = card.all("CATEGORIES").flat_map(|(_, property)| property.list()).collect();
    canon.set(Scalar::Text, all.iter().map(|text| text.trim()))
}

/// Takes categories out where they stand, and adds new ones to the first line.
pub(super) fn set_categories(card: &mut Card<'_>, before: &Value, after: &Value, canon: &Canon) {
    let version = card.version;
    let gone = |text: &str| {
        let text = canon.text(Scalar::Text, text.trim());
        before.has(&text) && !after.has(&text)
    };
    let held = categories(card, canon);
    let mut added: Vec<&str> =
        after.elements().iter().filter(|text| !held.has(text)).map(|text| text.shown()).collect();
    let lines: Vec<(usize, Property<'_>)> = card.all("CATEGORIES").map(|(at, p)| (at, p.clone())).collect();
    if lines.is_empty() && !added.is_empty() {
        let mut property = Property::new("CATEGORIES", String::new());
        property.edit_list(Some, &added, version);
        card.append(property);
        return;
    }
    for (at, mut property) in lines {
        if added.is_empty() && !property.list().iter().any(|text| gone(text)) {
            continue;
        }
        property.edit_list(|text| (!gone(&text)).then_some(text), &added, version);
        card.replace(at, property);
        added.clear();
    }
    // Only lines that this edit has emptied: removing one may move the others.
    let emptied = |card: &Card<'_>| card.all("CATEGORIES").find(|(_, p)| p.value().is_empty()).map(|(at, _)| at);
    while let Some(at) = emptied(card).filter(|_| !before.elements().is_empty()) {
        card.remove(at);
    }
}

/// Moves `REV` on, if the card has one.
pub(super) fn revise(card: &mut Card<'_>, now: Timestamp) {
    let Some((at, mut property)) = card.first("REV").map(|(at, property)| (at, property.clone())) else {
        return;
    };
    let stamp = text::timestamp_like(now, property.value());
    property.set_raw(stamp, card.version);
    card.replace(at, property);
}
