//! The categories that cards are known to use.

use std::collections::BTreeSet;

use syncc_compiler::schema::{Pulled, PulledObject};

use super::Card;

/// What these cards, as bytes, add to the schema of their app: the known values of the field `category`.
pub(crate) fn known_categories(object: &str, cards: &[Vec<u8>]) -> Pulled {
    let mut known = BTreeSet::new();
    for card in cards.iter().filter_map(|raw| Card::parse(raw).ok()) {
        for (_, property) in card.all("CATEGORIES") {
            let categories = property.list().into_iter().map(|category| category.trim().to_owned());
            known.extend(categories.filter(|category| !category.is_empty()));
        }
    }
    let added = PulledObject {
        values: [("category".to_owned(), known.into_iter().collect())].into(),
        ..PulledObject::default()
    };
    Pulled { objects: [(object.to_owned(), added)].into() }
}
