//! How far a word, a text, a comment or a gap goes: the characters, read by hand.
//!
//! The first look asks this of every character of a file at every keystroke, and a hand-written scan is
//! some ten times faster there than the derived parser. `sync.pest` says the same of words, texts and
//! comments to the second look; the tests below hold the two together.
//!
//! Every place is in bytes and at the start of a character. Every function is linear, also when called at
//! each character in turn: what is looked through in vain is not looked through again.

use pest::unicode::{XID_CONTINUE, XID_START};

/// The character at `at`.
pub(crate) fn char_at(text: &str, at: usize) -> Option<char> {
    match text.as_bytes().get(at)? {
        byte @ ..0x80 => Some(char::from(*byte)),
        _ => text.get(at..)?.chars().next(),
    }
}

/// The end of the word that starts at `start`, if one does.
pub(crate) fn word(text: &str, start: usize) -> Option<usize> {
    let first = char_at(text, start).filter(|c| is_letter(*c))?;
    let mut end = start + first.len_utf8();
    loop {
        // A hyphen belongs to the word if the word goes on behind it.
        let next = end + usize::from(text.as_bytes().get(end) == Some(&b'-'));
        match char_at(text, next) {
            Some(c) if is_word_char(c) => end = next + c.len_utf8(),
            _ => return Some(end),
        }
    }
}

fn is_letter(c: char) -> bool {
    match c {
        'a'..='z' | 'A'..='Z' | '_' => true,
        '\0'..='\x7F' => false,
        _ => XID_START(c) || c == char::REPLACEMENT_CHARACTER,
    }
}

fn is_word_char(c: char) -> bool {
    match c {
        'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => true,
        '\0'..='\x7F' => false,
        _ => XID_CONTINUE(c) || c == char::REPLACEMENT_CHARACTER,
    }
}

/// Where the blanks and comments that start at `at` end.
pub(crate) fn gap(text: &str, mut at: usize) -> usize {
    loop {
        at = blanks(text, at);
        match comment(text, at) {
            Some(end) => at = end,
            None => return at,
        }
    }
}

/// Where the blanks that start at `at` end.
pub(crate) fn blanks(text: &str, mut at: usize) -> usize {
    while let Some(c) = char_at(text, at).filter(|c| is_blank(*c)) {
        at += c.len_utf8();
    }
    at
}

/// Unicode blanks, and characters nobody can see: they separate, and `split` reports the harmful ones.
fn is_blank(c: char) -> bool {
    match c {
        '\0'..=' ' | '\x7F'..='\u{A0}' => true,
        '!'..='~' => false,
        '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202F}' | '\u{205F}'..='\u{206F}' | '\u{FEFF}' => true,
        _ => c.is_whitespace(),
    }
}

/// The end of the comment that starts at `start`, if one does.
pub(crate) fn comment(text: &str, start: usize) -> Option<usize> {
    (text.as_bytes().get(start) == Some(&b'#')).then(|| line_end(text, start))
}

/// The end of the comment in another notation that starts at `start`, if one does.
pub(crate) fn other_comment(text: &str, start: usize) -> Option<usize> {
    let rest = text.as_bytes().get(start..)?;
    let is_comment = rest.starts_with(b"//") || rest.starts_with(b"-- ") || rest.starts_with(b"/*");
    is_comment.then(|| line_end(text, start))
}

fn line_end(text: &str, start: usize) -> usize {
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    rest.iter().position(|byte| is_line_end(*byte)).map_or(text.len(), |length| start + length)
}

fn is_line_end(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// A text in double quotes, as far as it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Text {
    /// It ends here, behind its closing quote.
    Closed(usize),
    /// It is never closed, and its line ends here.
    Open(usize),
}

impl Text {
    /// Where it ends, closed or not.
    pub(crate) fn end(self) -> usize {
        match self {
            Self::Closed(end) | Self::Open(end) => end,
        }
    }
}

/// The text that starts at `start`, if one does.
pub(crate) fn text(text: &str, start: usize) -> Option<Text> {
    let bytes = text.as_bytes();
    if bytes.get(start) != Some(&b'"') {
        return None;
    }
    let mut at = start + 1;
    Some(loop {
        match bytes.get(at) {
            Some(b'"') => break Text::Closed(at + 1),
            Some(b'\\') => {
                at += 1;
                // What the backslash stands before may have several bytes; none of the others is ASCII.
                at += usize::from(bytes.get(at).is_some_and(|byte| !is_line_end(*byte)));
            }
            Some(byte) if !is_line_end(*byte) => at += 1,
            _ => break Text::Open(at),
        }
    })
}

/// The end of the text in other quotes that starts at `start`, if one does and is closed on its line.
pub(crate) fn other_text(text: &str, start: usize) -> Option<usize> {
    let open = char_at(text, start)?;
    let curly = match open {
        '\'' | '`' => false,
        '“' | '„' | '”' | '‘' | '‚' | '’' | '«' | '»' => true,
        _ => return None,
    };
    let inner = start + open.len_utf8();
    for (at, c) in text.get(inner..)?.char_indices() {
        match c {
            '\n' | '\r' => return None,
            '"' | '“' | '”' | '‘' | '’' | '«' | '»' if curly => return Some(inner + at + c.len_utf8()),
            // Those only open: a text that held them would be looked through once for each of them.
            '„' | '‚' if curly => return None,
            _ if c == open => return Some(inner + at + c.len_utf8()),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use pest::Parser;
    use proptest::prelude::*;

    use super::*;
    use crate::parser::{Rule, SyncParser};

    /// Where `rule` of the grammar ends at the start of `text`.
    fn by_grammar(rule: Rule, text: &str) -> Option<usize> {
        SyncParser::parse(rule, text).ok().map(|pairs| pairs.as_str().len())
    }

    fn characters() -> impl Strategy<Value = String> {
        let usual = prop::sample::select(
            "abz_AZ059-.# \t\n\r\\\"'`/*“„”‘‚’«»éß𝒳\u{0}\u{A0}\u{301}\u{FEFF}".chars().collect::<Vec<_>>(),
        );
        let any = prop_oneof![8 => usual, 1 => any::<char>()];
        let start = prop::sample::select(vec!["", "a", "é", "\"", "'", "`", "“", "„", "#", "//", "-- ", "/*"]);
        (start, prop::collection::vec(any, 0..24)).prop_map(|(start, rest)| start.chars().chain(rest).collect())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn the_scan_and_the_grammar_agree(line in characters()) {
            prop_assert_eq!(word(&line, 0), by_grammar(Rule::word, &line));
            prop_assert_eq!(comment(&line, 0), by_grammar(Rule::comment, &line));
            prop_assert_eq!(other_comment(&line, 0), by_grammar(Rule::slip_comment, &line));
            prop_assert_eq!(other_text(&line, 0), by_grammar(Rule::slip_text, &line));
            let closed = by_grammar(Rule::text, &line).map(Text::Closed);
            let open = || by_grammar(Rule::open_text, &line).map(Text::Open);
            prop_assert_eq!(text(&line, 0), closed.or_else(open));
            prop_assert_eq!(gap(&line, 0) == line.len(), by_grammar(Rule::gap_whole, &line).is_some());
        }
    }
}
