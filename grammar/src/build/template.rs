//! Composed texts: `"{google.company}, {google.title}"`.
//!
//! Between braces stands a field. A name with spaces needs no quotes there (`{copper.Lead score}`),
//! because the brace ends it; quotes written as `\"` are allowed. `{{` and `}}` are braces themselves.

use super::{
    Builder,
    text::{Unit, units},
};
use crate::{
    SyntaxErrorKind,
    tree::{Chunk, Name, Path, Span},
};

const HELP: &str = "Write a field between braces, such as `{google.title}`, and `{{` or `}}` for a brace itself.";

/// One character of the text with its place in the statement.
type Placed = (Span, char);

impl Builder {
    /// The pieces of a composed text. `quoted` has its quotes still on, of whatever kind they are.
    pub(super) fn template(&mut self, quoted: &str, span: Span) -> Vec<Chunk> {
        let mut inner = quoted.chars();
        let quote = inner.next().map_or(0, char::len_utf8) as u32;
        inner.next_back();
        let inner = inner.as_str();
        let mut placed: Vec<Placed> = Vec::with_capacity(inner.len());
        for (range, unit) in units(inner) {
            let at = Span::new(range.start as u32, range.end as u32).shift(span.start + quote);
            match unit {
                Unit::Char(c) => placed.push((at, c)),
                Unit::UnknownEscape(c) => {
                    self.unknown_escape(c, at);
                    placed.push((at, c));
                }
            }
        }
        self.chunks(&placed)
    }

    fn chunks(&mut self, placed: &[Placed]) -> Vec<Chunk> {
        let mut chunks = Vec::new();
        let mut text = String::new();
        let mut rest = placed;
        while let [(at, c), tail @ ..] = rest {
            rest = tail;
            match (c, tail) {
                ('{', [(_, '{'), tail @ ..]) | ('}', [(_, '}'), tail @ ..]) => {
                    text.push(*c);
                    rest = tail;
                }
                ('{', _) => {
                    let Some(length) = tail.iter().position(|(_, c)| matches!(c, '{' | '}')) else {
                        self.wrong(SyntaxErrorKind::Expected, *at, "this `{` is never closed", HELP);
                        break;
                    };
                    let (hole, after) = tail.split_at(length);
                    let Some(((end, '}'), after)) = after.split_first() else {
                        self.wrong(SyntaxErrorKind::Expected, *at, "this `{` is never closed", HELP);
                        continue;
                    };
                    rest = after;
                    match self.hole(hole, at.to(*end)) {
                        Some(path) => {
                            if !text.is_empty() {
                                chunks.push(Chunk::Text(std::mem::take(&mut text)));
                            }
                            chunks.push(Chunk::Field(path));
                        }
                        None => continue,
                    }
                }
                ('}', _) => self.notation(*at, "this `}` closes nothing", "}}", HELP),
                _ => text.push(*c),
            }
        }
        if !text.is_empty() {
            chunks.push(Chunk::Text(text));
        }
        chunks
    }

    /// The field between two braces; `braces` is the place of all of it.
    fn hole(&mut self, hole: &[Placed], braces: Span) -> Option<Path> {
        let mut names: Vec<Name> = Vec::new();
        let mut quoted = false;
        let mut part: Vec<Placed> = Vec::new();
        for placed in hole {
            quoted ^= placed.1 == '"';
            match placed.1 {
                '.' if !quoted => names.extend(name(&std::mem::take(&mut part), braces)),
                _ => part.push(*placed),
            }
        }
        names.extend(name(&part, braces));
        let parts = names.len();
        let mut names = names.into_iter();
        match (names.next(), names.collect::<Vec<_>>()) {
            (Some(end), field) if !field.is_empty() && field.iter().chain([&end]).all(|name| !name.text.is_empty()) => {
                let span = field.iter().fold(end.span, |span, name| span.to(name.span));
                Some(Path { end, field, span })
            }
            _ => {
                let title = if parts < 2 { "a field needs its app before it" } else { "this is no field" };
                self.wrong(SyntaxErrorKind::Expected, braces, title, HELP);
                None
            }
        }
    }
}

/// A part of a field name without the blanks around it. Quotes belong to its place, not to its text.
fn name(part: &[Placed], braces: Span) -> Option<Name> {
    let blank = |placed: &Placed| placed.1.is_whitespace();
    let start = part.iter().position(|placed| !blank(placed));
    let end = part.iter().rposition(|placed| !blank(placed));
    let (Some(start), Some(end)) = (start, end) else {
        return Some(Name { text: String::new(), span: braces });
    };
    let part = part.get(start..=end)?;
    let span = part.iter().map(|placed| placed.0).reduce(Span::to)?;
    Some(Name { text: part.iter().map(|placed| placed.1).filter(|c| *c != '"').collect(), span })
}
