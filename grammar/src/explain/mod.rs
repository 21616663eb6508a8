//! What is said about a statement that could not be read.
//!
//! One cause, one message: a statement gets the error of the first place that makes no sense, and only that.

mod words;

use pest::{Parser, error::InputLocation};

use crate::{
    Fix, SyntaxError, SyntaxErrorKind,
    keyword::{self, Keyword},
    parser::{Rule, SyncParser},
    tree::Span,
};

/// How far pest came, in bytes of the text it was given.
pub(crate) fn position(failure: &pest::error::Error<Rule>) -> usize {
    match failure.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    }
}

/// The word that starts at `at`, if one does.
pub(crate) fn word_at(text: &str, at: usize) -> &str {
    let rest = text.get(at..).unwrap_or_default();
    SyncParser::parse(Rule::word, rest).map_or("", |pairs| pairs.as_str())
}

/// Whether `text` is blanks and comments alone.
pub(crate) fn only_gap(text: &str) -> bool {
    SyncParser::parse(Rule::gap, text).is_ok_and(|pairs| pairs.as_str().len() == text.len()) || text.trim().is_empty()
}

/// A keyword that is not spelt right.
pub(crate) fn misspelt(word: &str, span: Span, keyword: Keyword) -> SyntaxError {
    let meant = keyword.word;
    SyntaxError {
        kind: SyntaxErrorKind::Keyword,
        span,
        title: format!("`{word}` starts no statement"),
        help: Some(format!("Did you mean `{meant}`?")),
        fix: Some(Fix { title: format!("write `{meant}`"), span, text: meant.to_owned() }),
    }
}

/// Text that starts no statement.
pub(crate) fn no_statement(text: &str, at: usize) -> SyntaxError {
    let line = text.get(at..).unwrap_or_default().lines().next().unwrap_or_default();
    let end = at + line.trim_end().len();
    SyntaxError {
        kind: SyntaxErrorKind::NoStatement,
        span: Span::new(at as u32, end as u32),
        title: "this starts no statement".into(),
        help: Some(words::STATEMENTS.into()),
        fix: None,
    }
}

/// Something behind a complete statement, at `at`.
pub(crate) fn leftover(failure: &pest::error::Error<Rule>, text: &str, at: usize) -> SyntaxError {
    let word = word_at(text, at);
    let span = Span::new(at as u32, (at + word.len()) as u32);
    match keyword::near(word) {
        Some(keyword) => misspelt(word, span, keyword),
        None => self::failure(failure, text, at),
    }
}

/// The first place that makes no sense, and what was expected there.
pub(crate) fn failure(failure: &pest::error::Error<Rule>, text: &str, at: usize) -> SyntaxError {
    let pest::error::ErrorVariant::ParsingError { positives, .. } = &failure.variant else {
        return unread(Span::new(at as u32, at as u32));
    };
    let found = token_at(text, at);
    let span = Span::new(at as u32, (at + found.len()) as u32);
    let expected = words::expected(positives);
    let title = match found {
        "" => format!("{expected} is missing at the end"),
        _ => format!("expected {expected}, found `{found}`"),
    };
    SyntaxError { kind: SyntaxErrorKind::Expected, span, title, help: None, fix: None }
}

/// The token that starts at `at`; nothing at the end of the text.
fn token_at(text: &str, at: usize) -> &str {
    let rest = text.get(at..).unwrap_or_default();
    SyncParser::parse(Rule::token, rest).map_or("", |pairs| pairs.as_str())
}

/// A statement that pest gave up on.
pub(crate) fn unread(span: Span) -> SyntaxError {
    SyntaxError {
        kind: SyntaxErrorKind::TooLong,
        span,
        title: "this statement is too involved to read".into(),
        help: Some("Split it into several rules.".into()),
        fix: None,
    }
}
