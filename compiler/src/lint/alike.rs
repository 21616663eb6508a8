//! Rules that may hold together, found by the values that they ask for instead of by comparing every two.
//!
//! Of the rules that write one thing, most ask for one value of one field each (`status == "Active"`), and two
//! such rules with different values never meet. They are kept by that value.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use super::shape::{Field, Pairs, Shape};
use crate::ir::ConstId;

/// Of each kind of rules that may meet a rule, this many are looked at, in the order of the file.
const MOST: usize = 64;

/// Rules that write one thing, with which of their effects.
#[derive(Default)]
pub(super) struct Alike {
    free: Vec<(usize, usize)>,
    pinned: BTreeMap<Field, Pinned>,
}

/// The rules that ask for one value of a field.
#[derive(Default)]
struct Pinned {
    by_value: FxHashMap<ConstId, Vec<(usize, usize)>>,
    /// The first of each value.
    firsts: Vec<(usize, usize)>,
}

impl Alike {
    pub(super) fn note(&mut self, pairs: &Pairs<'_>, place: (usize, usize)) {
        match pairs.shape(place.0).and_then(|shape: &Shape| shape.pins.first_key_value()) {
            Some((field, values)) => {
                let known = self.pinned.entry(*field).or_default();
                for value in values {
                    let places = known.by_value.entry(*value).or_default();
                    if places.is_empty() {
                        known.firsts.push(place);
                    }
                    places.push(place);
                }
            }
            None => self.free.push(place),
        }
    }

    /// Those that may hold together with a rule, the earliest first.
    pub(super) fn with(&self, pairs: &Pairs<'_>, rule: usize) -> Vec<(usize, usize)> {
        let mut found: Vec<_> = self.free.iter().take(MOST).copied().collect();
        for (field, known) in &self.pinned {
            match pairs.shape(rule).and_then(|shape| shape.pins.get(field)) {
                Some(values) => {
                    let asked = values.iter().filter_map(|value| known.by_value.get(value));
                    found.extend(asked.flat_map(|places| places.iter().take(MOST)).copied());
                }
                None => found.extend(known.firsts.iter().take(MOST).copied()),
            }
        }
        found.sort_unstable();
        found.dedup();
        found
    }
}
