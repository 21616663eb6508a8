//! The words that start a statement.

use pest::Parser;

use crate::parser::{Rule, SyncParser};

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
///
/// A word that has a meaning within statements is never meant as a keyword: `then` is one letter from
/// `when`, and no slip.
pub(crate) fn near(word: &str) -> Option<Keyword> {
    if word.len() > 12 || !is_name(word) {
        return None;
    }
    if matches!(word.to_lowercase().as_str(), "if" | "whenever") {
        return exact("when");
    }
    let mut best: Option<(usize, Keyword)> = None;
    for keyword in KEYWORDS {
        let distance = distance(word, keyword.word);
        // A short word is near too much.
        let (most, same_start) = if keyword.word.len() < 4 { (1, true) } else { (keyword.word.len() / 3, false) };
        let starts_alike = word.chars().next().map(|c| c.to_ascii_lowercase()) == keyword.word.chars().next();
        if distance <= most && (starts_alike || !same_start) && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, keyword));
        }
    }
    best.map(|(_, keyword)| keyword)
}

/// Whether `word` can name an end: a word that the language uses within statements cannot.
pub(crate) fn is_name(word: &str) -> bool {
    SyncParser::parse(Rule::name, word).is_ok()
}

/// How many slips lie between two words, case aside: a letter too many, one missing, one wrong or two
/// swapped.
pub(crate) fn distance(typed: &str, meant: &str) -> usize {
    let typed: Vec<char> = typed.chars().take(32).flat_map(char::to_lowercase).collect();
    let meant: Vec<char> = meant.chars().collect();
    strsim::generic_damerau_levenshtein(&typed, &meant)
}
