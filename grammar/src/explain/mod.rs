//! What is said about a statement that could not be read.
//!
//! One cause, one message: a statement gets the error of the first place that makes no sense. The causes
//! that are recognised have a file each; what is left is said as "expected this, found that".

mod brackets;
mod fields;
mod lists;
mod quotes;
mod scene;
mod words;

use pest::error::{Error, ErrorVariant, InputLocation};

use self::scene::Scene;
use crate::{
    SyntaxError, SyntaxErrorKind,
    keyword::{self, Keyword},
    parser::Rule,
    scan,
    tree::Span,
};

/// How far pest came, in bytes of the text it was given.
pub(crate) fn position(failure: &Error<Rule>) -> usize {
    match failure.location {
        InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
    }
}

/// The word that starts at `at`, if one does.
pub(crate) fn word_at(text: &str, at: usize) -> &str {
    scan::word(text, at).and_then(|end| text.get(at..end)).unwrap_or_default()
}

/// A keyword that is not spelt right.
pub(crate) fn misspelt(word: &str, span: Span, keyword: Keyword) -> SyntaxError {
    let meant = keyword.word;
    SyntaxError::new(SyntaxErrorKind::Keyword, span, format!("`{word}` starts no statement"))
        .help(format!("Did you mean `{meant}`?"))
        .fix(span, meant)
}

/// Text that starts no statement, from `at` to the end of its line.
pub(crate) fn no_statement(text: &str, at: usize) -> SyntaxError {
    let line = text.get(at..).unwrap_or_default().lines().next().unwrap_or_default();
    let span = Span::new(at as u32, (at + line.trim_end().len()) as u32);
    let word = word_at(text, at);
    let help = match word.to_lowercase().as_str() {
        "else" => "There is no `else`: write a second rule, `when not ( … ) then …`.",
        _ => words::STATEMENTS,
    };
    let error = SyntaxError::new(SyntaxErrorKind::NoStatement, span, "this starts no statement").help(help);
    match ["//", "--"].into_iter().find(|mark| line.starts_with(mark)) {
        Some(mark) => {
            let span = Span::new(at as u32, (at + mark.len()) as u32);
            SyntaxError::new(SyntaxErrorKind::Notation, span, format!("`{mark}` starts no comment"))
                .help(words::COMMENT)
                .fix(span, "#")
        }
        None => error,
    }
}

/// Something behind a complete statement, at `at`.
pub(crate) fn leftover(failure: &Error<Rule>, keyword: Keyword, text: &str, at: usize) -> SyntaxError {
    let word = word_at(text, at);
    let span = Span::new(at as u32, (at + word.len()) as u32);
    if let Some(keyword) = keyword::near(word) {
        return misspelt(word, span, keyword);
    }
    let first_on_line = text.get(..at).is_some_and(|before| before.trim_end_matches([' ', '\t']).ends_with('\n'));
    match word {
        "undo" | "other-way" | "off" | "using" => {
            let title = format!("`{word}` stands in this statement twice, or too late");
            SyntaxError::new(SyntaxErrorKind::Expected, span, title).help("Take it away.")
        }
        "" => self::failure(failure, keyword, text, at),
        _ if first_on_line || word.eq_ignore_ascii_case("else") => no_statement(text, at),
        _ => self::failure(failure, keyword, text, at),
    }
}

/// The first place that makes no sense, and what was expected there.
pub(crate) fn failure(failure: &Error<Rule>, keyword: Keyword, text: &str, at: usize) -> SyntaxError {
    let ErrorVariant::ParsingError { positives, .. } = &failure.variant else {
        return unread(Span::new(at as u32, at as u32));
    };
    let scene = Scene::new(keyword, text, at, positives);
    let causes = [
        quotes::open_quote,
        quotes::other_quote,
        quotes::comment,
        fields::dot,
        fields::lifecycle_of_field,
        fields::negation_behind,
        lists::value_without_field,
        brackets::unbalanced,
        lists::missing_comma,
        fields::name_alone,
    ];
    causes.into_iter().find_map(|cause| cause(&scene)).unwrap_or_else(|| words::expected(&scene))
}

/// A statement that pest gave up on.
pub(crate) fn unread(span: Span) -> SyntaxError {
    SyntaxError::new(SyntaxErrorKind::TooLong, span, "this statement is too involved to read")
        .help("Split it into several rules.")
}
