//! SYNC0460: a text that stands once in the file and is one slip of the keyboard away from one that stands there often.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use super::{
    Linted,
    constants::{places, text},
    uses::TextUses,
};
use crate::{
    check::quoted,
    diagnostic::{Code, Diagnostic},
    ir::{ConstId, End, FieldId, Program},
};

/// A text that stands this often is meant so.
pub(super) const OFTEN: usize = 3;

/// Shorter words differ by a letter on purpose.
const SHORTEST: usize = 5;

/// The texts of a field that stand often, found by what is one slip away from them.
#[derive(Debug, Default)]
pub(super) struct Often {
    all: FxHashSet<ConstId>,
    by_rest: FxHashMap<u64, Vec<ConstId>>,
    /// The digits of each as one number: nothing is one slip away from a text with other digits.
    digits: FxHashSet<u64>,
}

impl Often {
    pub(super) fn of(program: &Program, often: impl Iterator<Item = ConstId>) -> Self {
        let mut by_rest: FxHashMap<u64, Vec<ConstId>> = FxHashMap::default();
        let (mut all, mut all_digits) = (FxHashSet::default(), FxHashSet::default());
        for constant in often {
            all.insert(constant);
            all_digits.insert(hash(digits(text(program, constant))));
            for rest in without_a_letter(text(program, constant)) {
                by_rest.entry(rest).or_default().push(constant);
            }
        }
        Self { all, by_rest, digits: all_digits }
    }

    /// Whether this is one of them.
    pub(super) fn has(&self, constant: ConstId) -> bool {
        self.all.contains(&constant)
    }

    /// What a text could be meant to be.
    pub(super) fn near(&self, program: &Program, constant: ConstId) -> Vec<ConstId> {
        if self.by_rest.is_empty() {
            return Vec::new();
        }
        let written = text(program, constant);
        if !self.digits.contains(&hash(digits(written))) {
            return Vec::new();
        }
        let mut near: Vec<ConstId> = without_a_letter(written)
            .into_iter()
            .filter_map(|rest| self.by_rest.get(&rest))
            .flatten()
            .copied()
            .filter(|meant| is_slip(written, text(program, *meant)))
            .collect();
        near.sort_unstable();
        near.dedup();
        near
    }
}

/// What is reported of a text that stands once, and could be one of these, the first one of the file first.
pub(super) fn report(
    file: &Linted<'_>,
    (end, field): (End, FieldId),
    once: &TextUses,
    meant: &[TextUses],
) -> Option<Diagnostic> {
    let written = text(file.program, once.constant);
    if file.known_values(end, field).iter().any(|known| known == written) {
        return None;
    }
    let meant = meant.first()?;
    let at = file.at(*once.rules.first()?)?;
    let span = places(file, &at, end, field, once.constant).first().copied()?;
    let (count, meant) = (meant.count, quoted(text(file.program, meant.constant)));
    Some(
        Diagnostic::new(
            Code::Slip,
            format!("{} stands in this file once, {meant} {count} times", quoted(written)),
            span,
            "perhaps misspelt",
        )
        .why("No contact may ever have a misspelt value.")
        .help(format!("Did you mean {meant}?"))
        .fix(format!("write {meant}"), span, meant),
    )
}

/// The text, and the text with each of its letters left out once, each as one number: two texts are one slip apart only
/// if they are equal with a letter or none left out of each. Equal numbers are looked at more closely.
fn without_a_letter(text: &str) -> Vec<u64> {
    let letters: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
    let rest = |gone: usize| hash(letters.iter().enumerate().filter(|(index, _)| *index != gone).map(|(_, one)| one));
    (0..=letters.len()).map(rest).collect()
}

fn digits(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().filter(u8::is_ascii_digit)
}

fn hash(items: impl Iterator<Item = impl Hash>) -> u64 {
    let mut hasher = FxHasher::default();
    items.for_each(|item| item.hash(&mut hasher));
    hasher.finish()
}

/// Whether the two are one letter apart in a word that is long enough for that to be a slip.
fn is_slip(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    if strsim::damerau_levenshtein(&one, &other) != 1 {
        return false;
    }
    if !digits(&one).eq(digits(&other)) {
        return false;
    }
    let (words, others): (Vec<&str>, Vec<&str>) =
        (one.split_whitespace().collect(), other.split_whitespace().collect());
    if words.len() != others.len() {
        return true;
    }
    let long = |word: &str| word.chars().count() >= SHORTEST;
    words.iter().zip(&others).filter(|(word, other)| word != other).all(|(word, other)| long(word) && long(other))
}

#[cfg(test)]
mod tests {
    use super::is_slip;

    #[test]
    fn a_slip_is_one_letter_of_a_long_word() {
        for (one, other) in [("Cusotmer", "Customer"), ("Newsleter", "Newsletter"), ("ClosedEscrow", "Closed Escrow")] {
            assert!(is_slip(one, other), "{one} {other}");
        }
        for (one, other) in
            [("List A", "List B"), ("2024 clients", "2025 clients"), ("Lead", "Dead"), ("Buyer", "Bayar")]
        {
            assert!(!is_slip(one, other), "{one} {other}");
        }
    }
}
