//! An open document: the text as the editor shows it.
//!
//! The editor owns the text between `didOpen` and `didClose`; the disk is not looked at.

use std::path::PathBuf;

use tower_lsp::ls_types::{Position, Range, TextDocumentContentChangeEvent, Uri};

use crate::position::{Encoding, LineIndex};

/// A document as of its last change.
#[derive(Clone, Debug)]
pub(crate) struct Document {
    /// Its name between client and server.
    pub(crate) uri: Uri,
    /// The folder its workspace is known by.
    pub(crate) folder: PathBuf,
    /// The client's number of this text.
    pub(crate) version: i32,
    /// The number of the last event that may have changed its diagnostics. Ours, and never given twice.
    pub(crate) revision: u64,
    /// The text.
    pub(crate) text: String,
    /// Always of `text`.
    lines: LineIndex,
}

impl Document {
    pub(crate) fn new(uri: Uri, folder: PathBuf, version: i32, text: String) -> Self {
        let lines = LineIndex::new(&text);
        Self { uri, folder, version, revision: 0, text, lines }
    }

    /// Applies the changes of one notification in their order: each one is meant for the text that the one
    /// before it left.
    pub(crate) fn change(&mut self, changes: Vec<TextDocumentContentChangeEvent>, encoding: Encoding) {
        for change in changes {
            match change.range {
                None => self.text = change.text,
                Some(range) => {
                    let start = self.lines.offset(&self.text, range.start, encoding);
                    let end = self.lines.offset(&self.text, range.end, encoding).max(start);
                    self.text.replace_range(start..end, &change.text);
                }
            }
            self.lines = LineIndex::new(&self.text);
        }
    }

    /// Its name for the compiler.
    pub(crate) fn file(&self) -> String {
        self.uri.to_string()
    }

    /// The range of a span of bytes.
    pub(crate) fn range(&self, span: std::ops::Range<usize>, encoding: Encoding) -> Range {
        self.lines.range(&self.text, span, encoding)
    }

    /// The range of a span of bytes, for underlining: where something is missing, the span is empty and editors
    /// would draw nothing, so the character before it stands in, or at the start of a line the one after it.
    pub(crate) fn visible_range(&self, span: std::ops::Range<usize>, encoding: Encoding) -> Range {
        let (before, after) = (self.text.get(..span.start), self.text.get(span.end..));
        let on_the_line = |c: &char| !matches!(c, '\r' | '\n');
        let before = before.and_then(|text| text.chars().next_back()).filter(on_the_line);
        let after = after.and_then(|text| text.chars().next()).filter(on_the_line);
        let shown = match (span.is_empty(), before, after) {
            (true, Some(before), _) => span.start - before.len_utf8()..span.end,
            (true, None, Some(after)) => span.start..span.end + after.len_utf8(),
            _ => span,
        };
        self.range(shown, encoding)
    }

    /// The offset of a position, in bytes.
    pub(crate) fn offset(&self, position: Position, encoding: Encoding) -> usize {
        self.lines.offset(&self.text, position, encoding)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str) -> Document {
        Document::new("file:///w/a.sync".parse().unwrap(), "/w".into(), 1, text.to_owned())
    }

    fn replace(from: (u32, u32), to: (u32, u32), text: &str) -> TextDocumentContentChangeEvent {
        TextDocumentContentChangeEvent {
            range: Some(Range::new(Position::new(from.0, from.1), Position::new(to.0, to.1))),
            range_length: None,
            text: text.to_owned(),
        }
    }

    #[test]
    fn changes_build_on_each_other() {
        let mut document = document("sync google <-> realgeeks\n");
        let changes = vec![replace((0, 5), (0, 11), "a\nb"), replace((1, 0), (1, 1), "carddav")];
        document.change(changes, Encoding::Utf16);
        assert_eq!(document.text, "sync a\ncarddav <-> realgeeks\n");
    }

    #[test]
    fn a_change_without_a_range_is_the_whole_text() {
        let mut document = document("old");
        let whole = TextDocumentContentChangeEvent { range: None, range_length: None, text: "new".into() };
        document.change(vec![whole, replace((0, 3), (0, 3), "er")], Encoding::Utf8);
        assert_eq!(document.text, "newer");
    }

    #[test]
    fn what_is_missing_is_shown_on_the_character_beside_it() {
        let document = document("ab\ncd\n\n");
        let shown = |at: usize| document.visible_range(at..at, Encoding::Utf8);
        let range = |line, start, end| Range::new(Position::new(line, start), Position::new(line, end));
        assert_eq!(shown(2), range(0, 1, 2));
        assert_eq!(shown(3), range(1, 0, 1));
        assert_eq!(shown(6), range(2, 0, 0));
        assert_eq!(document.visible_range(0..2, Encoding::Utf8), range(0, 0, 2));
    }

    #[test]
    fn a_range_that_ends_before_it_starts_inserts() {
        let mut document = document("ab");
        document.change(vec![replace((0, 2), (0, 1), "!")], Encoding::Utf8);
        assert_eq!(document.text, "ab!");
    }
}
