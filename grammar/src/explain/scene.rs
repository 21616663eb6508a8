//! A statement that failed, as tokens around the place where it failed.

use pest::Parser;

use crate::{
    keyword::{self, Keyword},
    parser::{Rule, SyncParser},
    tree::Span,
};

/// A token of a statement that could not be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'t> {
    pub(super) rule: Rule,
    pub(super) text: &'t str,
    pub(super) span: Span,
}

impl Token<'_> {
    /// Whether a value can start here.
    pub(super) fn is_constant(&self) -> bool {
        matches!(self.rule, Rule::text | Rule::slip_text) || self.text.starts_with(|c: char| c.is_ascii_digit())
    }

    /// Whether this is a word that could name an app or a field.
    pub(super) fn is_name(&self) -> bool {
        self.rule == Rule::word && keyword::is_name(self.text)
    }
}

/// A statement that failed, and where.
pub(super) struct Scene<'t> {
    pub(super) keyword: Keyword,
    pub(super) text: &'t str,
    /// All tokens of the statement without its comments.
    pub(super) tokens: Vec<Token<'t>>,
    /// How many of them stand before the place of failure.
    pub(super) found: usize,
    /// The place of failure, in bytes.
    pub(super) at: u32,
    /// What could have stood there.
    pub(super) expected: &'t [Rule],
}

impl<'t> Scene<'t> {
    pub(super) fn new(keyword: Keyword, text: &'t str, at: usize, expected: &'t [Rule]) -> Self {
        let tokens = tokens(text);
        let found = tokens.partition_point(|token| (token.span.start as usize) < at);
        Self { keyword, text, tokens, found, at: at as u32, expected }
    }

    /// The token where the statement failed; `None` at its end.
    pub(super) fn found(&self) -> Option<Token<'t>> {
        self.token(self.found)
    }

    /// The `back`th token before the place of failure, from 1.
    pub(super) fn before(&self, back: usize) -> Option<Token<'t>> {
        self.token(self.found.checked_sub(back)?)
    }

    /// The token after the one where the statement failed.
    pub(super) fn next(&self) -> Option<Token<'t>> {
        self.token(self.found + 1)
    }

    fn token(&self, index: usize) -> Option<Token<'t>> {
        self.tokens.get(index).copied()
    }

    pub(super) fn expects(&self, rule: Rule) -> bool {
        self.expected.contains(&rule)
    }

    pub(super) fn slice(&self, span: Span) -> &'t str {
        self.text.get(span.start as usize..span.end as usize).unwrap_or_default()
    }

    /// Where the token of failure stands, or the end of the text.
    pub(super) fn place(&self) -> Span {
        self.found().map_or(Span::new(self.at, self.at), |token| token.span)
    }

    /// The path that ends directly before token `index`.
    pub(super) fn path_before(&self, index: usize) -> Option<Span> {
        let before = self.tokens.get(..index)?;
        let last = before.last()?.span;
        let mut start = None;
        let mut joined = last.end;
        let mut dots = 0;
        for token in before.iter().rev() {
            let fits = token.text == "." || matches!(token.rule, Rule::word | Rule::text);
            if token.span.end != joined || !fits {
                break;
            }
            dots += usize::from(token.text == ".");
            joined = token.span.start;
            start = Some(token.span.start);
        }
        (dots > 0).then_some(Span::new(start?, last.end))
    }
}

fn tokens(text: &str) -> Vec<Token<'_>> {
    let Ok(pairs) = SyncParser::parse(Rule::tokens, text) else { return Vec::new() };
    pairs
        .flat_map(|tokens| tokens.into_inner())
        .filter(|token| !matches!(token.as_rule(), Rule::comment | Rule::EOI))
        .map(|token| Token {
            rule: token.as_rule(),
            text: token.as_str(),
            span: Span::new(token.as_span().start() as u32, token.as_span().end() as u32),
        })
        .collect()
}
