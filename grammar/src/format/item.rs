//! A file as what stands in it one below the other: statements, and comments between them.

use super::source::trimmed;
use crate::{Skeleton, Statement, statement, tree::Span};

/// A statement or a comment between statements.
pub(super) struct Item<'t> {
    /// Where it starts in the file.
    pub(super) start: usize,
    /// As written. A comment without the blanks at its end.
    pub(super) text: &'t str,
    /// What a statement says. `None` for a comment.
    pub(super) statement: Option<Statement>,
    /// The blanks before it on its line, where it is the first on it.
    pub(super) indent: &'t str,
    /// At least one empty line stands before it.
    pub(super) blank_before: bool,
    /// It is a comment behind a statement, on the line that the statement ends on.
    pub(super) behind: bool,
}

impl Item<'_> {
    /// Whether it is a comment.
    pub(super) fn is_comment(&self) -> bool {
        self.statement.is_none()
    }

    /// Whether it is a statement with an error.
    pub(super) fn is_broken(&self) -> bool {
        self.statement.as_ref().is_some_and(|statement| !statement.errors.is_empty())
    }
}

/// All items of a file, in order.
pub(super) fn items<'t>(text: &'t str, skeleton: &Skeleton) -> Vec<Item<'t>> {
    let pieces = skeleton.pieces.iter().map(|piece| (piece.span, true));
    let comments = skeleton.comments.iter().map(|comment| (comment.span, false));
    let mut spans: Vec<(Span, bool)> = pieces.chain(comments).collect();
    spans.sort_unstable();
    let mut items = Vec::with_capacity(spans.len());
    let mut last: Option<(usize, bool)> = None;
    for (span, is_statement) in spans {
        let (start, end) = (span.start as usize, span.end as usize);
        let between = text.get(last.map_or(0, |(end, _)| end)..start).unwrap_or_default();
        let written = text.get(start..end).unwrap_or_default();
        let lines = line_ends(between);
        items.push(Item {
            start,
            text: if is_statement { written } else { trimmed(text, start, end) },
            statement: is_statement.then(|| statement(written)),
            indent: indent(between, last.is_none()),
            blank_before: last.is_some() && lines > 1,
            behind: !is_statement && lines == 0 && last.is_some_and(|(_, is_statement)| is_statement),
        });
        last = Some((end, is_statement));
    }
    items
}

/// How many lines end in `text`: with `\n`, `\r\n` or a lone `\r`.
fn line_ends(text: &str) -> usize {
    text.matches(['\n', '\r']).count() - text.matches("\r\n").count()
}

/// The blanks and tabs at the end of `between`, if a line starts with them.
fn indent(between: &str, is_first: bool) -> &str {
    let before = between.trim_end_matches([' ', '\t']);
    let starts_line = before.ends_with(['\n', '\r']) || (is_first && before.is_empty());
    if starts_line { between.get(before.len()..).unwrap_or_default() } else { "" }
}
