//! The words that start a statement.

use crate::parser::Rule;

/// A kind of statement: its keyword and the rules that read what follows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keyword {
    /// The word itself.
    pub(crate) word: &'static str,
    /// Reads the rest of the statement, all of it.
    pub(crate) whole: Rule,
    /// Reads the rest of the statement as far as it is one.
    pub(crate) open: Rule,
}

/// All of them.
pub(crate) const KEYWORDS: [Keyword; 7] = [
    Keyword { word: "sync", whole: Rule::sync_whole, open: Rule::sync_open },
    Keyword { word: "prefer", whole: Rule::prefer_whole, open: Rule::prefer_open },
    Keyword { word: "match", whole: Rule::match_whole, open: Rule::match_open },
    Keyword { word: "every", whole: Rule::every_whole, open: Rule::every_open },
    Keyword { word: "when", whole: Rule::when_whole, open: Rule::when_open },
    Keyword { word: "map", whole: Rule::map_whole, open: Rule::map_open },
    Keyword { word: "test", whole: Rule::test_whole, open: Rule::test_open },
];

/// The keyword that `word` is.
pub(crate) fn exact(word: &str) -> Option<Keyword> {
    KEYWORDS.into_iter().find(|keyword| keyword.word == word)
}

/// The keyword that `word` was likely meant to be.
pub(crate) fn near(word: &str) -> Option<Keyword> {
    let mut best: Option<(usize, Keyword)> = None;
    for keyword in KEYWORDS {
        let distance = distance(word, keyword.word);
        // A short word is near too much: one slip in three letters, two in six.
        if distance <= keyword.word.len().div_ceil(3).min(2) && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, keyword));
        }
    }
    best.map(|(_, keyword)| keyword)
}

/// How many slips lie between two words, case aside: a letter too many, one missing, one wrong or two
/// swapped.
pub(crate) fn distance(typed: &str, meant: &str) -> usize {
    let typed: Vec<char> = typed.chars().take(32).flat_map(char::to_lowercase).collect();
    let meant: Vec<char> = meant.chars().collect();
    strsim::generic_damerau_levenshtein(&typed, &meant)
}
