//! Properties of which one line counts: company, title, address, birthday, note, categories …

use jiff::{Timestamp, civil::Date};
use syncc_compiler::{
    schema::Scalar,
    value::{Address, Canon, Value},
};

use super::{Card, Version, property::Property, text};

/// The components of `ADR` that are the parts of an [`Address`], in the order of [`Address::PARTS`]. The post
/// office box and the extension are no part of it and stay as they are.
const ADDRESS_PARTS: [usize; 5] = [2, 3, 4, 5, 6];

/// The first text of the list in a line.
pub(super) fn first_of_list(card: &Card, name: &str) -> Option<String> {
    card.preferred(name)?.1.list().into_iter().find(|text| !text.trim().is_empty())
}

/// One component of a line.
pub(super) fn component(card: &Card, name: &str, index: usize) -> Option<String> {
    card.preferred(name)?.1.components().into_iter().nth(index)
}

/// Puts the whole text of a line in. Blank text removes the line.
pub(super) fn set_text(card: &mut Card, name: &str, text: &str) {
    edit(card, name, |property, version| {
        property.set_text(text, version);
        !text.trim().is_empty()
    });
}

/// Puts a web address in. It is a URI, in which commas and semicolons are not escaped.
pub(super) fn set_url(card: &mut Card, url: &str) {
    edit(card, "URL", |property, version| {
        let escaped: String = url.replace('\\', "\\\\").chars().filter(|char| !char.is_control()).collect();
        property.set_raw(escaped, version);
        !url.trim().is_empty()
    });
}

/// Puts the first text of a list in, or takes it out.
pub(super) fn set_first_of_list(card: &mut Card, name: &str, text: &str) {
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
pub(super) fn set_component(card: &mut Card, name: &str, index: usize, text: &str) {
    edit(card, name, |property, version| {
        property.set_component(index, text, version);
        name == "N" || property.components().iter().any(|component| !component.trim().is_empty())
    });
}

/// Edits the line of a name that counts, else a new one. The edit says whether the line stays.
fn edit(card: &mut Card, name: &str, change: impl FnOnce(&mut Property, Version) -> bool) {
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
pub(super) fn address(card: &Card) -> Value {
    let Some((_, property)) = card.preferred("ADR") else {
        return Value::Empty;
    };
    let address = address_of(property);
    if address.is_blank() { Value::Empty } else { Value::Address(Box::new(address)) }
}

fn address_of(property: &Property) -> Address {
    let lists = property.lists();
    let mut address = Address::default();
    for (part, index) in Address::PARTS.iter().zip(ADDRESS_PARTS) {
        if let (Some(slot), Some(list)) = (address.part_mut(part), lists.get(index)) {
            // Several lines of a street are a list in a card.
            *slot = list.join(if *part == "street" { "\n" } else { ", " });
        }
    }
    address
}

/// Puts the parts of an address in that differ.
pub(super) fn set_address(card: &mut Card, value: &Value) {
    let wanted = match value {
        Value::Address(address) => (**address).clone(),
        _ => Address::default(),
    };
    edit(card, "ADR", |property, version| {
        let known = address_of(property);
        for ((index, old), new) in ADDRESS_PARTS.iter().zip(known.parts()).zip(wanted.parts()) {
            if old != new {
                property.set_component(*index, new, version);
            }
        }
        // A whole address has seven components (RFC 6350, 6.3.1).
        if property.components().len() < 7 {
            property.set_component(6, &wanted.country, version);
        }
        property.components().iter().any(|component| !component.trim().is_empty())
    });
}

/// The birthday; unknown when the card does not say the year.
pub(super) fn birthday(card: &Card) -> Value {
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
pub(super) fn set_birthday(card: &mut Card, value: &Value) {
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
pub(super) fn categories(card: &Card, canon: &Canon) -> Value {
    let all: Vec<String> = card.all("CATEGORIES").flat_map(|(_, property)| property.list()).collect();
    canon.set(Scalar::Text, all.iter().map(|text| text.trim()))
}

/// Takes categories out where they stand, and adds new ones to the first line.
pub(super) fn set_categories(card: &mut Card, before: &Value, after: &Value, canon: &Canon) {
    let version = card.version;
    let gone = |text: &str| {
        let text = canon.text(Scalar::Text, text.trim());
        before.has(&text) && !after.has(&text)
    };
    let held = categories(card, canon);
    let mut added: Vec<&str> =
        after.elements().iter().filter(|text| !held.has(text)).map(|text| text.shown()).collect();
    let lines: Vec<(usize, Property)> = card.all("CATEGORIES").map(|(at, p)| (at, p.clone())).collect();
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
    let emptied = |card: &Card| card.all("CATEGORIES").find(|(_, p)| p.value().is_empty()).map(|(at, _)| at);
    while let Some(at) = emptied(card).filter(|_| !before.elements().is_empty()) {
        card.remove(at);
    }
}

/// Moves `REV` on, if the card has one.
pub(super) fn revise(card: &mut Card, now: Timestamp) {
    let Some((at, mut property)) = card.first("REV").map(|(at, property)| (at, property.clone())) else {
        return;
    };
    let stamp = text::timestamp_like(now, property.value());
    property.set_raw(stamp, card.version);
    card.replace(at, property);
}
