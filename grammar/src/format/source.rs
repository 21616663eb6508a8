//! One statement as its parser saw it, token by token, with the comments between the tokens.

use pest::{Parser, iterators::Pair};

use super::doc::{Doc, Token};
use crate::{
    keyword,
    parser::{Rule, SyncParser},
    scan, statement,
    tree::Body,
};

/// A statement that has no error, while its tokens are taken in their order.
pub(super) struct Source<'t> {
    text: &'t str,
    /// Where the part behind the keyword starts: the parser counts from there.
    base: usize,
    /// Where the last token taken ends.
    end: usize,
}

impl<'t> Source<'t> {
    /// The statement, and what the parser made of the part behind its keyword. `None` if it has errors.
    pub(super) fn read(text: &'t str) -> Option<(Self, Pair<'t, Rule>)> {
        let read = statement(text);
        if !read.errors.is_empty() || read.body == Body::Broken {
            return None;
        }
        let base = scan::word(text, 0)?;
        let keyword = keyword::exact(text.get(..base)?)?;
        let body = SyncParser::parse(keyword.whole, text.get(base..)?).ok()?.next()?;
        Some((Self { text, base, end: 0 }, body))
    }

    /// The keyword, which is the first token.
    pub(super) fn keyword(&mut self) -> Doc<'t> {
        Doc::Token(self.take(0, self.base))
    }

    /// The token that this pair is.
    pub(super) fn token(&mut self, pair: &Pair<'t, Rule>) -> Token<'t> {
        let span = pair.as_span();
        self.take(self.base + span.start(), self.base + span.end())
    }

    fn take(&mut self, start: usize, end: usize) -> Token<'t> {
        let mut before = self.comments(self.end, start);
        if self.behind(self.end).is_some() && !before.is_empty() {
            before.remove(0);
        }
        self.end = end;
        Token { before, text: self.text.get(start..end).unwrap_or_default(), behind: self.behind(end) }
    }

    /// The comments between two tokens.
    fn comments(&self, mut at: usize, end: usize) -> Vec<&'t str> {
        let mut comments = Vec::new();
        while at < end {
            at = scan::blanks(self.text, at);
            let Some(end) = scan::comment(self.text, at) else { break };
            comments.push(trimmed(self.text, at, end));
            at = end;
        }
        comments
    }

    /// The comment behind the token that ends at `end`, on its line.
    fn behind(&self, end: usize) -> Option<&'t str> {
        let at = scan::blanks(self.text, end);
        let comment_end = scan::comment(self.text, at)?;
        let same_line = end > 0 && !self.text.get(end..at)?.contains(['\n', '\r']);
        same_line.then(|| trimmed(self.text, at, comment_end))
    }
}

/// A comment without the blanks that nobody sees at its end.
pub(super) fn trimmed(text: &str, start: usize, end: usize) -> &str {
    text.get(start..end).unwrap_or_default().trim_end_matches([' ', '\t'])
}

/// Whether two texts are the same statement: the same tokens, joined in the same way, with the same comments
/// in the same order. A comma before a closing bracket says nothing, and is not looked at.
pub(super) fn is_same(one: &str, other: &str) -> bool {
    let comments = |text: &str| -> Vec<String> {
        let spans = statement(text).comments;
        spans.iter().map(|span| trimmed(text, span.start as usize, span.end as usize).to_owned()).collect()
    };
    match (Source::read(one), Source::read(other)) {
        (Some((_, one_body)), Some((_, other_body))) => {
            shape(one_body).eq(shape(other_body)) && comments(one) == comments(other)
        }
        _ => false,
    }
}

/// What the parser found, in order: every rule, with its text where it has no parts.
fn shape(body: Pair<'_, Rule>) -> impl Iterator<Item = (Rule, Option<&str>)> {
    let all = std::iter::once(body.clone()).chain(body.into_inner().flatten());
    all.filter(|pair| pair.as_rule() != Rule::comma)
        .map(|pair| (pair.as_rule(), pair.clone().into_inner().next().is_none().then(|| pair.as_str())))
}
