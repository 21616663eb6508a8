//! Pairs to tree: the only code that sees what pest made of a statement.
//!
//! Every function returns `None` where the pairs are not what the grammar promises, and the caller then
//! gives up the statement: nothing here can panic. Likely wrong notation (`slip_*`) is mended in the tree
//! and reported, so that one slip costs one message and the rest of the rule is still checked.

mod condition;
mod ends;
mod map;
mod template;
mod test;
mod text;
mod value;
mod when;

use pest::iterators::{Pair, Pairs};

use crate::{
    SyntaxError, SyntaxErrorKind,
    parser::Rule,
    tree::{Body, Name, Path, Span},
};

/// Builds the tree of one statement.
pub(crate) struct Builder {
    /// Where the parsed text starts within the statement, in bytes.
    base: u32,
    /// What was mended on the way.
    pub(crate) errors: Vec<SyntaxError>,
}

impl Builder {
    /// A builder for text that starts `base` bytes into the statement.
    pub(crate) fn new(base: u32) -> Self {
        Self { base, errors: Vec::new() }
    }

    /// The tree of a statement.
    pub(crate) fn body(&mut self, pairs: Pairs<'_, Rule>) -> Option<Body> {
        let pair = pairs.into_iter().next()?;
        Some(match pair.as_rule() {
            Rule::sync_body => Body::Sync(self.sync(pair)?),
            Rule::prefer_body => Body::Prefer(self.prefer(pair)?),
            Rule::match_body => Body::Match(self.match_keys(pair)?),
            Rule::every_body => Body::Every(self.every(pair)?),
            Rule::when_body => Body::When(self.when(pair)?),
            Rule::map_body => Body::Map(self.map(pair)?),
            Rule::test_body => Body::Test(self.test(pair)?),
            _ => return None,
        })
    }

    fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let span = pair.as_span();
        Span::new(span.start() as u32, span.end() as u32).shift(self.base)
    }

    fn name(&mut self, pair: &Pair<'_, Rule>) -> Name {
        let span = self.span(pair);
        let text = match pair.as_str() {
            quoted if quoted.starts_with('"') => self.unquote(quoted, span),
            plain => plain.to_owned(),
        };
        Name { text, span }
    }

    fn path(&mut self, pair: Pair<'_, Rule>) -> Option<Path> {
        let span = self.span(&pair);
        let mut names = pair.into_inner();
        let end = self.name(&names.next()?);
        let mut field: Vec<Name> = names.map(|part| self.name(&part)).collect();
        field.shrink_to_fit();
        (!field.is_empty()).then_some(Path { end, field, span })
    }

    /// Reports likely wrong notation at `span`, and what to write there instead.
    fn notation(&mut self, span: Span, title: impl Into<String>, write: &str, help: impl Into<String>) {
        self.errors.push(SyntaxError::new(SyntaxErrorKind::Notation, span, title).help(help).fix(span, write));
    }

    /// Reports something that no edit mends for certain.
    fn wrong(&mut self, kind: SyntaxErrorKind, span: Span, title: impl Into<String>, help: impl Into<String>) {
        self.errors.push(SyntaxError::new(kind, span, title).help(help));
    }
}

/// A word to put in the place of `pair`, with blanks where it would touch its neighbours.
fn spaced(pair: &Pair<'_, Rule>, word: &str) -> String {
    let span = pair.as_span();
    let before = pair.get_input().get(..span.start()).and_then(|text| text.chars().next_back());
    let after = pair.get_input().get(span.end()..).and_then(|text| text.chars().next());
    let gap = |neighbour: Option<char>| if neighbour.is_none_or(char::is_whitespace) { "" } else { " " };
    format!("{}{word}{}", gap(before), gap(after))
}
