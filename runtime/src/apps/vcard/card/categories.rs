//! The categories that cards are known to use.

use std::collections::BTreeSet;

use syncc_compiler::schema::{Pulled, PulledObject};

use super::Card;

/// What cards add to the schema of their app: the known values of the field `category`.
pub(crate) fn known_categories(object: &str, cards: &[Card]) -> Pulled {
    let known: BTreeSet<String> = cards
        .iter()
        .flat_map(|card| card.all("CATEGORIES").flat_map(|(_, property)| property.list()).collect::<Vec<_>>())
        .map(|category| category.trim().to_owned())
        .filter(|category| !category.is_empty())
        .collect();
    let added = PulledObject {
        values: [("category".to_owned(), known.into_iter().collect())].into(),
        ..PulledObject::default()
    };
    Pulled { objects: [(object.to_owned(), added)].into() }
}
