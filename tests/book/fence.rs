//! The fenced blocks of a Markdown file, each with its place.

use std::ops::Range;

/// A fenced block.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Fence {
    /// The line of the opening fence, from 1.
    pub(crate) line: usize,
    /// The words after the opening fence.
    pub(crate) info: String,
    /// What stands between the fences, in bytes of the page.
    pub(crate) inside: Range<usize>,
}

/// All fenced blocks of a page that begin at the start of a line.
pub(crate) fn fences(text: &str) -> Vec<Fence> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String, usize)> = None;
    let mut at = 0;
    for (index, line) in text.split_inclusive('\n').enumerate() {
        let end = at + line.len();
        if let Some(info) = line.strip_prefix("```") {
            open = match open {
                None => Some((index + 1, info.trim().to_owned(), end)),
                Some((line, info, start)) => {
                    found.push(Fence { line, info, inside: start..at });
                    None
                }
            };
        }
        at = end;
    }
    found
}

impl Fence {
    /// The language of the block: its first word.
    pub(crate) fn language(&self) -> &str {
        self.info.split_whitespace().next().unwrap_or_default()
    }

    /// The value of an option such as `file=people.sync`.
    pub(crate) fn option(&self, name: &str) -> Option<&str> {
        self.info.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
    }

    /// Whether this word stands behind the language.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.info.split_whitespace().skip(1).any(|word| word == name)
    }

    /// What follows the word `of`: the connection that a fragment belongs to.
    pub(crate) fn connection(&self) -> Option<&str> {
        Some(self.info.split_once(" of ")?.1.trim())
    }
}

#[test]
fn blocks_are_found_with_their_place() {
    let text = "One.\n```sync file=a.sync\nsync a <-> b\n```\nTwo.\n```\n```\n";
    let found = fences(text);
    assert_eq!(found.len(), 2);
    assert_eq!((found[0].line, found[0].language(), found[0].option("file")), (2, "sync", Some("a.sync")));
    assert_eq!(&text[found[0].inside.clone()], "sync a <-> b\n");
    assert_eq!(&text[found[1].inside.clone()], "");
}
