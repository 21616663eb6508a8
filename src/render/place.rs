//! Bytes as lines and columns, both from 1. A line ends with a line feed, and columns count characters
//! (Unicode code points), whatever they are written with.

use syncc_grammar::tree::Span;

/// A piece of a file, as people count. The end is the place behind its last character.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) line: usize,
    pub(crate) column: usize,
    pub(crate) end_line: usize,
    pub(crate) end_column: usize,
}

impl Region {
    pub(crate) fn of(text: &str, span: Span) -> Self {
        let (line, column) = line_and_column(text, span.start as usize);
        let (end_line, end_column) = line_and_column(text, span.end as usize);
        Self { line, column, end_line, end_column }
    }
}

fn line_and_column(text: &str, byte: usize) -> (usize, usize) {
    let byte = (0..=byte.min(text.len())).rev().find(|byte| text.is_char_boundary(*byte)).unwrap_or(0);
    let before = text.get(..byte).unwrap_or_default();
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let on_the_line = before.get(start..).unwrap_or_default();
    (before.matches('\n').count() + 1, on_the_line.chars().count() + 1)
}

/// A path as an address inside a repository: with `/`, without a leading `./`.
pub(crate) fn in_repository(path: &str) -> String {
    let path = if cfg!(windows) { path.replace('\\', "/") } else { path.to_owned() };
    path.trim_start_matches("./").to_owned()
}
