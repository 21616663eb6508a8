//! The page that explains a code to the person who met it.
//!
//! Promise: every page has all its parts, its first file is reported with the code, and its second file has
//! nothing wrong. `tests/pages.rs` holds that against every page.

/// A page, in its parts. Sentences are Markdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Page {
    /// What the message means.
    pub means: &'static str,
    /// What would happen if nobody cared.
    pub matters: &'static str,
    /// A file that is reported with the code.
    pub example: &'static str,
    /// How to mend it, in words.
    pub mend: &'static str,
    /// The same file, mended.
    pub mended: &'static str,
}

impl Page {
    /// Takes a page apart. A part that is missing is empty.
    pub(super) fn of(markdown: &'static str) -> Self {
        let part = |heading: &str| {
            let mut parts = markdown.split("\n## ").skip(1);
            parts.find_map(|part| part.strip_prefix(heading)).unwrap_or_default()
        };
        let (_, example) = words_and_file(part("Example\n"));
        let (mend, mended) = words_and_file(part("How to mend it\n"));
        Self { means: part("What it means\n").trim(), matters: part("Why it matters\n").trim(), example, mend, mended }
    }
}

/// What stands before the fenced file, and the file itself.
fn words_and_file(part: &'static str) -> (&'static str, &'static str) {
    let (words, rest) = part.split_once("```sync\n").unwrap_or((part, ""));
    let (file, _) = rest.split_once("```").unwrap_or_default();
    (words.trim(), file)
}
