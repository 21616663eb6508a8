//! What is too long or too deep to read: checked before the strict look, which recurses with the depth.

use pest::Parser;

use crate::{
    SyntaxError, SyntaxErrorKind,
    parser::{Rule, SyncParser},
    tree::Span,
};

/// The longest statement that is read, in bytes.
pub(crate) const MAX_STATEMENT: usize = 256 * 1024;

/// The deepest nesting of brackets and `not` that is read.
pub(crate) const MAX_DEPTH: usize = 64;

/// What makes a statement unreadable, if anything does.
pub(crate) fn check(text: &str) -> Option<SyntaxError> {
    if text.len() > MAX_STATEMENT {
        let keyword = text.split(char::is_whitespace).next().map_or(0, str::len).min(MAX_STATEMENT);
        return Some(SyntaxError {
            kind: SyntaxErrorKind::TooLong,
            span: Span::new(0, keyword as u32),
            title: format!("this statement is too long to read: {} KiB, and 256 KiB is the most", text.len() >> 10),
            help: Some("Split it into several rules.".into()),
            fix: None,
        });
    }
    // Most statements cannot be too deep, and counting bytes is much cheaper than reading tokens.
    let may_nest = text.bytes().filter(|byte| matches!(byte, b'(' | b'[' | b'{' | b'!' | b'n' | b'N')).count();
    if may_nest <= MAX_DEPTH {
        return None;
    }
    let at = too_deep(text)?;
    Some(SyntaxError {
        kind: SyntaxErrorKind::TooDeep,
        span: at,
        title: "this is nested too deep to read: 64 levels are the most".into(),
        help: Some("Split the condition into several rules.".into()),
        fix: None,
    })
}

/// The first bracket or `not` that lies deeper than [`MAX_DEPTH`].
///
/// Whatever the strict look takes for a bracket or a `not` counts here: nothing else bounds its recursion.
fn too_deep(text: &str) -> Option<Span> {
    let tokens = SyncParser::parse(Rule::tokens, text).ok()?.flat_map(|tokens| tokens.into_inner());
    // How many levels each open bracket added, with the `not`s directly before it.
    let mut open: Vec<usize> = Vec::new();
    let mut depth = 0;
    let mut nots = 0;
    for token in tokens {
        let span = token.as_span();
        match token.as_rule() {
            Rule::open_bracket => {
                open.push(nots + 1);
                depth += nots + 1;
                nots = 0;
            }
            Rule::close_bracket => {
                depth -= open.pop().unwrap_or(0);
                nots = 0;
            }
            Rule::comment => {}
            _ if token.as_str().eq_ignore_ascii_case("not") => nots += 1,
            Rule::symbol if token.as_str().contains('!') => nots += exclamations(token.as_str()),
            // `it's [ 'a'`: an apostrophe to the strict look, a quote to this one. From here on the two may
            // see different brackets, so all of them count and none closes.
            Rule::slip_text if token.as_str().starts_with('\'') && is_glued(text, span.start()) => {
                let rest = text.get(span.start()..).unwrap_or_default();
                let too_deep = depth + nots + most_levels(rest) > MAX_DEPTH;
                return too_deep.then(|| Span::new(span.start() as u32, span.end() as u32));
            }
            _ => nots = 0,
        }
        if depth + nots > MAX_DEPTH {
            return Some(Span::new(span.start() as u32, span.end() as u32));
        }
    }
    None
}

/// How many `!` of a symbol can be a `not`: those of `&!!`, not that of `!=`.
fn exclamations(symbol: &str) -> usize {
    symbol.matches('!').count() - symbol.matches("!=").count()
}

/// Whether something other than a blank stands directly before `at`.
fn is_glued(text: &str, at: usize) -> bool {
    text.get(..at).and_then(|before| before.chars().next_back()).is_some_and(|c| !c.is_whitespace())
}

/// The most levels that `text` can have, however it is read.
fn most_levels(text: &str) -> usize {
    let marks = text.bytes().filter(|byte| matches!(byte, b'(' | b'[' | b'{' | b'!')).count();
    marks + text.as_bytes().windows(3).filter(|word| word.eq_ignore_ascii_case(b"not")).count()
}
