//! A file in its one layout: text to text.
//!
//! What it promises, whatever the text:
//! - **The same meaning.** The tokens stay as they are, quoted text byte for byte, and in their order. Only
//!   blanks change, and the comma behind the last item of a list. Every statement that was laid out is read
//!   again: if it is not the same, it is left as it was written.
//! - **The same comments**, in the same order, with the same neighbours.
//! - **A statement with an error is left exactly as it is.**
//! - **One layout.** Laying out twice is laying out once, and how the writer broke the lines makes no
//!   difference. Empty lines between statements are the writer's: one stays one, several become one.
//! - Lines end as they did, the last one too. Tabs before words become blanks.

mod columns;
mod condition;
mod doc;
mod item;
mod layout;
mod print;
mod source;
mod test_block;

use self::{
    columns::{Columns, columns, comment_columns},
    item::{Item, items},
};
use crate::{split, split::MAX_FILE};

const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// The text in its one layout.
///
/// A file too long to read (above 16 MiB) stays as it is.
#[must_use]
pub fn format(text: &str) -> String {
    if text.len() > MAX_FILE {
        return text.to_owned();
    }
    let rest = text.trim_start_matches(BYTE_ORDER_MARK);
    let mark = text.get(..text.len() - rest.len()).unwrap_or_default();
    let skeleton = split(rest);
    let items = items(rest, &skeleton);
    let line_end = line_end(rest, &items);
    let lines = lines(&items);
    let written = write(&lines, mark, line_end);
    if is_cut_alike(&written, &lines, &items) { written } else { text.to_owned() }
}

/// A statement or a comment on lines of its own.
struct Line<'t> {
    text: String,
    /// The text is as written, and so are the line ends in it.
    raw: bool,
    blank_before: bool,
    /// The comment behind it.
    comment: Option<&'t str>,
}

fn lines<'t>(items: &[Item<'t>]) -> Vec<Line<'t>> {
    let mut lines: Vec<Line<'t>> = Vec::with_capacity(items.len());
    for (item, columns) in items.iter().zip(columns(items)) {
        if item.behind {
            if let Some(line) = lines.last_mut() {
                line.comment = Some(item.text);
            }
            continue;
        }
        let laid_out = if item.is_comment() { Some(item.text.to_owned()) } else { laid_out(item, columns) };
        lines.push(Line {
            raw: laid_out.is_none(),
            text: laid_out.unwrap_or_else(|| format!("{}{}", item.indent, item.text)),
            blank_before: item.blank_before,
            comment: None,
        });
    }
    lines
}

/// A statement in its one layout. `None` if it has an error, or would not be the same statement.
fn laid_out(item: &Item<'_>, columns: Columns) -> Option<String> {
    let text = layout::statement(item.text, columns)?;
    let is_whole = split(&text).pieces.first().is_some_and(|piece| piece.span.end as usize == text.len());
    (is_whole && source::is_same(item.text, &text)).then_some(text)
}

fn write(lines: &[Line<'_>], mark: &str, line_end: &str) -> String {
    let with_comments: Vec<_> = lines
        .iter()
        .map(|line| (line.text.as_str(), line.comment.filter(|_| !line.raw), line.blank_before || line.raw))
        .collect();
    let mut out = mark.to_owned();
    for (number, (line, column)) in lines.iter().zip(comment_columns(&with_comments)).enumerate() {
        if line.blank_before && number > 0 {
            out.push_str(line_end);
        }
        if line.raw || line_end == "\n" {
            out.push_str(&line.text);
        } else {
            out.push_str(&line.text.replace('\n', line_end));
        }
        if let Some(comment) = line.comment {
            let last_line = line.text.lines().next_back().unwrap_or_default();
            let blanks = column.saturating_sub(print::width(last_line)).max(2);
            out.extend(std::iter::repeat_n(' ', if line.raw { 2 } else { blanks }));
            out.push_str(comment);
        }
        out.push_str(line_end);
    }
    out
}

/// Whether the file is cut into just the statements and comments that were written to it.
fn is_cut_alike(written: &str, lines: &[Line<'_>], items: &[Item<'_>]) -> bool {
    let skeleton = split(written);
    let again = item::items(written, &skeleton);
    let mut wanted = lines.iter();
    again.len() == items.len()
        && again.iter().zip(items).all(|(again, item)| {
            let line = if item.behind { None } else { wanted.next() };
            again.is_comment() == item.is_comment()
                && again.behind == item.behind
                && match line {
                    Some(line) if !item.is_comment() && !line.raw => again.text.lines().eq(line.text.lines()),
                    _ => again.text == item.text,
                }
        })
}

/// How lines end: as the first one does. A broken statement is only asked if no other line ends, as it keeps its
/// own: asked again, the answer is the same.
fn line_end(text: &str, items: &[Item<'_>]) -> &'static str {
    let is_kept = |at: usize| {
        let after = items.partition_point(|item| item.start <= at);
        let item = after.checked_sub(1).and_then(|number| items.get(number));
        item.is_some_and(|item| item.is_broken() && at < item.start + item.text.len())
    };
    let mut ends = text.match_indices('\n').map(|(at, _)| at);
    let first = ends.clone().find(|at| !is_kept(*at)).or_else(|| ends.next());
    let is_windows = first.and_then(|at| text.get(..at)).is_some_and(|before| before.ends_with('\r'));
    if is_windows { "\r\n" } else { "\n" }
}
