//! The second look: one statement read strictly.

use pest::Parser;

use crate::{
    SyntaxError,
    build::Builder,
    explain,
    keyword::{self, Keyword},
    limits,
    parser::{Rule, SyncParser},
    plain,
    tree::{Body, Span, Statement},
};

/// Reads one statement, the text of one [`crate::Piece`].
///
/// Whatever the text, the answer is a statement: [`Body::Broken`] if it could not be read, and then with
/// an error that says why. Likely slips are mended in the tree and reported, so that a rule with `=` for
/// `==` is still checked as the rule it was meant to be.
#[must_use]
pub fn statement(text: &str) -> Statement {
    // Most statements are rules without a slip.
    whole(text, |rule, text, base| match rule {
        Rule::when_whole => match plain::when(text, base) {
            Some(when) => Ok((Some(Body::When(when)), Vec::new())),
            None => parse(rule, text, base),
        },
        _ => parse(rule, text, base),
    })
}

/// The same statement as [`statement()`] gives, read by the grammar alone: what that is held against. Slower.
#[must_use]
pub fn by_grammar(text: &str) -> Statement {
    whole(text, parse)
}

fn whole(text: &str, parse: impl Fn(Rule, &str, u32) -> Parsed) -> Statement {
    let comments = comments(text);
    let (body, mut errors) = match limits::check(text) {
        Some(error) => (None, vec![error]),
        None => read(text, parse),
    };
    errors.sort_by_key(|error| error.span);
    Statement { body: body.unwrap_or(Body::Broken), errors, comments }
}

fn read(text: &str, parse: impl Fn(Rule, &str, u32) -> Parsed) -> (Option<Body>, Vec<SyntaxError>) {
    let start = text.len() - text.trim_start_matches(is_blank).len();
    let word = explain::word_at(text, start);
    let word_span = Span::new(start as u32, (start + word.len()) as u32);
    let mut errors = Vec::new();
    let keyword = match keyword::exact(word) {
        Some(keyword) => keyword,
        None => match keyword::near(word) {
            Some(keyword) => {
                errors.push(explain::misspelt(word, word_span, keyword));
                keyword
            }
            None => return (None, vec![explain::no_statement(text, start)]),
        },
    };
    let base = word_span.end;
    let rest = text.get(base as usize..).unwrap_or_default();
    let body = match parse(keyword.whole, rest, base) {
        Ok((body, slips)) => {
            errors.extend(slips);
            body
        }
        Err(failure) => after_failure(&failure, keyword, text, base, &mut errors),
    };
    (body, errors)
}

type Failure = Box<pest::error::Error<Rule>>;

/// What all that stands behind a keyword says, and the slips in it.
type Parsed = Result<(Option<Body>, Vec<SyntaxError>), Failure>;

fn parse(rule: Rule, text: &str, base: u32) -> Parsed {
    let pairs = SyncParser::parse(rule, text).map_err(Box::new)?;
    let mut builder = Builder::new(base);
    let body = builder.body(pairs);
    let mut errors = builder.errors;
    if body.is_none() && errors.is_empty() {
        errors.push(explain::unread(Span::new(0, base)));
    }
    Ok((body, errors))
}

/// What could still be read of a statement that failed, and the one error that says why it failed.
///
/// If the statement is complete and only something behind it is too much, the statement stands: what it
/// says is known. Otherwise there is no tree, because half a rule would only raise errors that are not the
/// writer's.
fn after_failure(
    failure: &pest::error::Error<Rule>,
    keyword: Keyword,
    text: &str,
    base: u32,
    errors: &mut Vec<SyntaxError>,
) -> Option<Body> {
    let rest = text.get(base as usize..).unwrap_or_default();
    let at = base as usize + explain::position(failure);
    let complete = SyncParser::parse(keyword.open, rest).ok().and_then(|pairs| {
        let end = base as usize + pairs.clone().last()?.as_span().end();
        // An earlier failure is the statement's own; a later one is inside something that follows it.
        (end >= at || only_gap(text.get(end..at)?)).then_some(())?;
        let mut builder = Builder::new(base);
        Some((builder.body(pairs), builder.errors))
    });
    match complete {
        Some((body, slips)) => {
            errors.extend(slips);
            errors.push(explain::leftover(failure, keyword, text, at));
            body
        }
        None => {
            errors.push(explain::failure(failure, keyword, text, at));
            None
        }
    }
}

/// Whether `text` is blanks and comments alone.
fn only_gap(text: &str) -> bool {
    SyncParser::parse(Rule::gap_whole, text).is_ok()
}

fn is_blank(c: char) -> bool {
    c.is_whitespace() || c.is_control() || c == '\u{FEFF}'
}

/// The comments inside a statement.
fn comments(text: &str) -> Vec<Span> {
    if !text.contains('#') {
        return Vec::new();
    }
    let Ok(pairs) = SyncParser::parse(Rule::tokens, text) else { return Vec::new() };
    pairs
        .flat_map(|tokens| tokens.into_inner())
        .filter(|token| token.as_rule() == Rule::comment)
        .map(|comment| Span::new(comment.as_span().start() as u32, comment.as_span().end() as u32))
        .collect()
}
