//! A postal address in parts.

use std::{
    borrow::Cow,
    cmp::Ordering,
    hash::{Hash, Hasher},
};

use serde::{Deserialize, Serialize};

use super::canon::plain_key;

/// A postal address. A part that is not there is an empty string. Compared part by part in canonical form.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Address {
    /// Street and number, more lines joined by a line break.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub street: String,
    /// Town.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub city: String,
    /// State, province or canton.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub region: String,
    /// Postal code.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub postal: String,
    /// Country, as the app spells it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub country: String,
}

impl Address {
    /// The names of the parts, in the order of [`Address::parts`].
    pub const PARTS: [&'static str; 5] = ["street", "city", "region", "postal", "country"];

    /// The parts in order.
    #[must_use]
    pub fn parts(&self) -> [&str; 5] {
        [&self.street, &self.city, &self.region, &self.postal, &self.country]
    }

    /// The part with this name, to change it.
    pub fn part_mut(&mut self, name: &str) -> Option<&mut String> {
        Some(match name {
            "street" => &mut self.street,
            "city" => &mut self.city,
            "region" => &mut self.region,
            "postal" => &mut self.postal,
            "country" => &mut self.country,
            _ => return None,
        })
    }

    /// Whether no part says anything.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.parts().iter().all(|part| part.trim().is_empty())
    }

    fn key(&self) -> [Cow<'_, str>; 5] {
        self.parts().map(plain_key)
    }
}

impl PartialEq for Address {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Address {}
impl PartialOrd for Address {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Address {
    fn cmp(&self, other: &Self) -> Ordering {
        self.key().cmp(&other.key())
    }
}
impl Hash for Address {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}
