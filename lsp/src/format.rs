//! Formatting: the one layout of a document, as an edit of the lines that differ.

use tower_lsp::ls_types::TextEdit;

use crate::{document::Document, position::Encoding};

/// What turns the document into its one layout: nothing, or one edit of whole lines. Lines that stay are not in
/// it as far as possible, so that the cursor and the marks in them stay.
pub(crate) fn edits(document: &Document, encoding: Encoding) -> Vec<TextEdit> {
    let old = document.text.as_str();
    let new = syncc_grammar::format(old);
    if old == new {
        return Vec::new();
    }
    let same = |one: &(&str, &str)| one.0 == one.1;
    let lines = || old.split_inclusive('\n').zip(new.split_inclusive('\n'));
    let start: usize = lines().take_while(same).map(|(line, _)| line.len()).sum();
    let (old_rest, new_rest) = (old.get(start..).unwrap_or_default(), new.get(start..).unwrap_or_default());
    let lines = old_rest.split_inclusive('\n').rev().zip(new_rest.split_inclusive('\n').rev());
    let end: usize = lines.take_while(same).map(|(line, _)| line.len()).sum();
    let new_text = new_rest.get(..new_rest.len() - end).unwrap_or_default().to_owned();
    vec![TextEdit { range: document.range(start..old.len() - end, encoding), new_text }]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lines of the edit, from and to, and its text.
    fn edit(text: &str) -> Option<(u32, u32, String)> {
        let document = Document::new("file:///w/a.sync".parse().unwrap(), "/w".into(), 1, text.to_owned());
        let mut edits = edits(&document, Encoding::Utf16);
        let edit = edits.pop()?;
        assert!(edits.is_empty());
        assert_eq!((edit.range.start.character, edit.range.end.character), (0, 0));
        Some((edit.range.start.line, edit.range.end.line, edit.new_text))
    }

    #[test]
    fn only_the_lines_that_differ_are_replaced() {
        let text = "sync a <-> b\n\nmap  none\nmap a.x -> b.y\n";
        assert_eq!(edit(text), Some((2, 3, "map none\n".to_owned())));
    }

    #[test]
    fn what_is_formatted_stays() {
        assert_eq!(edit("sync a <-> b\n"), None);
    }

    #[test]
    fn empty_lines_go() {
        assert_eq!(edit("map none\r\n\r\n\r\n\r\nmap none\r\n"), Some((2, 4, String::new())));
        assert_eq!(edit("\n\n"), Some((0, 2, String::new())));
    }
}
