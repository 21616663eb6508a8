//! Which statements stand together, and the columns they share.
//!
//! Statements without an empty line between them are a group. In it the settings after their first word, the
//! arrows of mappings, and the comments behind statements stand under each other.

use super::{item::Item, print::width};
use crate::tree::{Body, Map};

/// The columns that a statement keeps to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Columns {
    /// How many characters a keyword and the blanks behind it are together.
    behind_keyword: usize,
    /// How many characters the left path of a mapping, the blanks behind it and the arrow are together.
    behind_arrow: usize,
}

impl Columns {
    /// How many blanks stand between a keyword and what it says.
    pub(super) fn after_keyword(self, keyword: usize) -> usize {
        self.behind_keyword.saturating_sub(keyword).max(1)
    }

    /// How many blanks stand between a left path and an arrow of these widths.
    pub(super) fn before_arrow(self, left: usize, arrow: usize) -> usize {
        self.behind_arrow.saturating_sub(left + arrow).max(1)
    }
}

/// What a statement needs of the columns of its group, at the least.
#[derive(Clone, Copy)]
enum Need {
    /// `prefer`, `match`, `every`: the keyword and a blank.
    Keyword(usize),
    /// `map A -> B`: the left path, a blank and the arrow. 0 for a mapping with nothing to align.
    Arrow(usize),
}

/// The columns of every item, in order.
pub(super) fn columns(items: &[Item<'_>]) -> Vec<Columns> {
    let mut columns = vec![Columns::default(); items.len()];
    let mut group: Vec<(usize, Need)> = Vec::new();
    for (number, item) in items.iter().enumerate() {
        let need = need(item);
        let goes_on = item.is_comment() || group.last().zip(need).is_some_and(|((_, last), need)| last.is_like(need));
        if item.blank_before || !goes_on {
            close(&mut group, &mut columns);
        }
        group.extend(need.map(|need| (number, need)));
    }
    close(&mut group, &mut columns);
    columns
}

/// Gives every member of a group its columns, and begins the next group.
fn close(group: &mut Vec<(usize, Need)>, columns: &mut [Columns]) {
    let mut shared = Columns::default();
    for (_, need) in &*group {
        match need {
            Need::Keyword(width) => shared.behind_keyword = shared.behind_keyword.max(*width),
            Need::Arrow(width) => shared.behind_arrow = shared.behind_arrow.max(*width),
        }
    }
    for (number, _) in group.drain(..) {
        if let Some(columns) = columns.get_mut(number) {
            *columns = shared;
        }
    }
}

impl Need {
    fn is_like(self, other: Self) -> bool {
        matches!((self, other), (Self::Keyword(_), Self::Keyword(_)) | (Self::Arrow(_), Self::Arrow(_)))
    }
}

fn need(item: &Item<'_>) -> Option<Need> {
    let (text, read) = (item.text, item.statement.as_ref()?);
    if !read.errors.is_empty() {
        return None;
    }
    match &read.body {
        Body::Prefer(_) => Some(Need::Keyword("prefer ".len())),
        Body::Match(_) => Some(Need::Keyword("match ".len())),
        Body::Every(_) => Some(Need::Keyword("every ".len())),
        // A comment before the arrow would come between it and its column.
        Body::Map(Map::Fields { left, arrow_span, .. }) if read.comments.is_empty() => {
            let written = |start: u32, end: u32| width(text.get(start as usize..end as usize).unwrap_or_default());
            let arrow = written(arrow_span.start, arrow_span.end);
            Some(Need::Arrow(written(left.span.start, left.span.end) + 1 + arrow))
        }
        Body::Map(_) => Some(Need::Arrow(0)),
        _ => None,
    }
}

/// Where the comments behind lines begin. `lines` are statements with their comment, those in a group in a row.
pub(super) fn comment_columns(lines: &[(&str, Option<&str>, bool)]) -> Vec<usize> {
    let mut columns = vec![0; lines.len()];
    let mut start = 0;
    while start < lines.len() {
        let goes_on = |number: usize| {
            lines.get(number).is_some_and(|(text, comment, apart)| comment.is_some() && !apart && !text.contains('\n'))
        };
        let mut end = start + 1;
        // A statement of several lines has its comment for itself.
        if lines.get(start).is_some_and(|(text, comment, _)| comment.is_some() && !text.contains('\n')) {
            end += (end..).take_while(|number| goes_on(*number)).count();
        }
        let last_line = |text: &str| width(text.lines().next_back().unwrap_or_default());
        let group = lines.get(start..end).unwrap_or_default();
        let column = group.iter().map(|(text, ..)| last_line(text) + 2).max().unwrap_or_default();
        columns.iter_mut().take(end).skip(start).for_each(|at| *at = column);
        start = end;
    }
    columns
}
