//! Where a statement starts although its keyword is misspelt.
//!
//! Line breaks carry no meaning, so this may only cut where no correct statement goes on: the language
//! never has two words without a meaning of their own side by side. `wen google.label …` and
//! `mpa google.email …` at the start of a line are therefore broken in any case, and most likely starts.

use pest::{Parser, iterators::Pair};

use crate::{
    keyword,
    parser::{Rule, SyncParser},
};

/// The starts of misspelt statements within a piece, in bytes from its start, in order.
pub(crate) fn cuts(piece: &str) -> Vec<u32> {
    let mut cuts = Vec::new();
    let mut at = 0;
    for (number, line) in piece.split_inclusive('\n').enumerate() {
        let start = line.trim_start_matches([' ', '\t']);
        // Only the line is looked at, never the rest of the piece: this stays linear.
        if number > 0 && is_misspelt_start(start) {
            cuts.push((at + line.len() - start.len()) as u32);
        }
        at += line.len();
    }
    cuts
}

fn is_misspelt_start(text: &str) -> bool {
    // Most lines go on with a word of the language; asking for that first keeps this cheap.
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && SyncParser::parse(Rule::doubtful_start, text).is_ok_and(|pairs| {
            let mut words = pairs.flat_map(Pair::into_inner).map(|word| word.as_str());
            words.next().is_some_and(|word| keyword::exact(word).is_none() && keyword::near(word).is_some())
        })
}
