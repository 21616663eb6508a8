//! Texts: what stands between the quotes.

use pest::iterators::Pair;

use super::Builder;
use crate::{parser::Rule, tree::Span};

/// One character of a text, as the text means it.
pub(super) enum Unit {
    /// A character.
    Char(char),
    /// A backslash before something that it does not change.
    UnknownEscape(char),
}

/// The characters of a text, escapes resolved, each with its place within `inner` in bytes.
pub(super) fn units(inner: &str) -> impl Iterator<Item = (std::ops::Range<usize>, Unit)> {
    let mut rest = inner.char_indices();
    std::iter::from_fn(move || {
        let (at, first) = rest.next()?;
        if first != '\\' {
            return Some((at..at + first.len_utf8(), Unit::Char(first)));
        }
        let (next_at, next) = rest.next()?;
        let unit = match next {
            '"' | '\\' => Unit::Char(next),
            'n' => Unit::Char('\n'),
            't' => Unit::Char('\t'),
            other => Unit::UnknownEscape(other),
        };
        Some((at..next_at + next.len_utf8(), unit))
    })
}

impl Builder {
    /// The text of a `text`, or of what was likely meant as one.
    pub(super) fn text(&mut self, pair: &Pair<'_, Rule>) -> Option<String> {
        let span = self.span(pair);
        match pair.as_rule() {
            Rule::text => Some(self.unquote(pair.as_str(), span)),
            Rule::slip_text => {
                let mut chars = pair.as_str().chars();
                let (first, last) = (chars.next()?, chars.next_back()?);
                let inner = chars.as_str().to_owned();
                let title = format!("a text stands between straight double quotes, not between {first} and {last}");
                self.quote(span, title, &inner);
                Some(inner)
            }
            Rule::slip_word => {
                let inner = pair.as_str().to_owned();
                self.quote(span, format!("`{inner}` needs quotes"), &inner);
                Some(inner)
            }
            _ => None,
        }
    }

    fn quote(&mut self, span: Span, title: String, inner: &str) {
        let write = format!("\"{}\"", inner.replace('\\', "\\\\").replace('"', "\\\""));
        let help = format!("A text is written {write}.");
        self.notation(span, title, &write, help);
    }

    /// A text without its quotes, escapes resolved.
    pub(super) fn unquote(&mut self, quoted: &str, span: Span) -> String {
        let inner = quoted.get(1..quoted.len().saturating_sub(1)).unwrap_or_default();
        if !inner.contains('\\') {
            return inner.to_owned();
        }
        let mut text = String::with_capacity(inner.len());
        for (range, unit) in units(inner) {
            match unit {
                Unit::Char(c) => text.push(c),
                Unit::UnknownEscape(c) => {
                    self.unknown_escape(c, Span::new(range.start as u32, range.end as u32).shift(span.start + 1));
                    text.push('\\');
                    text.push(c);
                }
            }
        }
        text
    }

    pub(super) fn unknown_escape(&mut self, c: char, span: Span) {
        let help = "Write `\\\\` for a backslash. `\\\"` is a quote, `\\n` a new line, `\\t` a tab.";
        self.notation(span, format!("`\\{c}` has no meaning in a text"), &format!("\\\\{c}"), help);
    }
}
