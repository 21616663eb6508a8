//! SYNC0460: a text that stands once in the file and is one slip of the keyboard away from one that stands there often.

use std::collections::HashMap;

use super::{
    Linted,
    constants::{Texts, places, text},
};
use crate::{
    check::quoted,
    diagnostic::{Code, Diagnostic},
    ir::{ConstId, End, FieldId},
};

/// A text that stands this often is meant so.
const OFTEN: usize = 3;

/// Shorter words differ by a letter on purpose.
const SHORTEST: usize = 5;

pub(super) fn check(file: &Linted<'_>, end: End, field: FieldId, texts: &Texts) -> Vec<Diagnostic> {
    // Two texts are one slip apart only if they are equal with a letter or none left out of each.
    let mut often: HashMap<String, Vec<ConstId>> = HashMap::new();
    for constant in texts.iter().filter(|(_, uses)| uses.count >= OFTEN).map(|(constant, _)| *constant) {
        for shorter in without_a_letter(text(file, constant)) {
            often.entry(shorter).or_default().push(constant);
        }
    }
    if often.is_empty() {
        return Vec::new();
    }
    let known = file.known_values(end, field);
    let mut found = Vec::new();
    for (constant, uses) in texts.iter().filter(|(_, uses)| uses.count == 1) {
        let written = text(file, *constant);
        if !known.is_empty() && known.iter().any(|known| known == written) {
            continue;
        }
        let candidates = without_a_letter(written).into_iter().filter_map(|shorter| often.get(&shorter)).flatten();
        let Some(meant) = candidates.filter(|meant| is_slip(written, text(file, **meant))).min() else { continue };
        let count = texts.get(meant).map_or(0, |uses| uses.count);
        let place = file.written.get(uses.first);
        let Some(span) = place.and_then(|at| places(file, at, end, field, *constant).first().copied()) else {
            continue;
        };
        let meant = quoted(text(file, *meant));
        found.push(
            Diagnostic::new(
                Code::Slip,
                format!("{} stands in this file once, {meant} {count} times", quoted(written)),
                span,
                "perhaps misspelt",
            )
            .why("No contact may ever have a misspelt value.")
            .help(format!("Did you mean {meant}?"))
            .fix(format!("write {meant}"), span, meant),
        );
    }
    found
}

/// The text, and the text with each of its letters left out once.
fn without_a_letter(text: &str) -> Vec<String> {
    let letters: Vec<char> = text.to_lowercase().chars().collect();
    let without = (0..letters.len())
        .map(|gone| letters.iter().enumerate().filter(|(index, _)| *index != gone).map(|(_, letter)| letter).collect());
    std::iter::once(letters.iter().collect()).chain(without).collect()
}

/// Whether the two are one letter apart in a word that is long enough for that to be a slip.
fn is_slip(one: &str, other: &str) -> bool {
    let (one, other) = (one.to_lowercase(), other.to_lowercase());
    if strsim::damerau_levenshtein(&one, &other) != 1 {
        return false;
    }
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    if digits(&one) != digits(&other) {
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
