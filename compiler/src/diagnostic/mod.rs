//! What is wrong with a file, as a value: the same for the terminal, the editor and machines.
//!
//! Promise: a diagnostic says what is wrong, where exactly, why it matters and what to type, in the words
//! of the person who writes `.sync` files. It knows nothing of terminals and editors.

mod code;
mod levels;
mod page;

pub use code::Code;
pub use levels::{ErrorStays, Level, Levels};
pub use page::Page;
use syncc_grammar::tree::Span;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// The file has no program until this is mended.
    Error,
    /// The file means something, but likely not what was meant.
    Warning,
    /// Good to know.
    Hint,
}

/// One problem.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Diagnostic {
    /// What kind it is.
    pub code: Code,
    /// How bad it is: that of its code, unless the workspace wants another.
    pub severity: Severity,
    /// What is wrong: one phrase, no full stop, the writer's text in backticks.
    pub title: String,
    /// Where, on the smallest piece of text that is wrong.
    pub primary: Label,
    /// Other places that matter.
    pub secondary: Vec<Label>,
    /// Why it matters: one sentence.
    pub why: Option<String>,
    /// What to type instead: sentences.
    pub help: Vec<String>,
    /// Edits, each of which mends it alone.
    pub fixes: Vec<Fix>,
}

/// A place with words. Spans are byte offsets; in what [`crate::db::Database::check`] gives, from the start of the file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is there. May be empty.
    pub text: String,
}

/// A change of the text that mends a problem.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fix {
    /// What it does, such as "write `tag`".
    pub title: String,
    /// What is replaced by what. The ranges do not overlap.
    pub edits: Vec<(Span, String)>,
}

impl Diagnostic {
    /// A problem of this kind at this place.
    #[must_use]
    pub fn new(code: Code, title: impl Into<String>, span: Span, label: impl Into<String>) -> Self {
        Self {
            code,
            severity: code.severity(),
            title: title.into(),
            primary: Label { span, text: label.into() },
            secondary: Vec::new(),
            why: None,
            help: Vec::new(),
            fixes: Vec::new(),
        }
    }

    /// Another place that matters.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Why it matters.
    #[must_use]
    pub fn why(mut self, why: impl Into<String>) -> Self {
        self.why = Some(why.into());
        self
    }

    /// What to type instead.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// An edit that mends it.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        self.fixes.push(Fix { title: title.into(), edits: vec![(span, text.into())] });
        self
    }

    /// The same problem with all places `by` bytes further on: from statement-relative to absolute.
    #[must_use]
    pub fn shift(mut self, by: u32) -> Self {
        self.primary.span = self.primary.span.shift(by);
        for label in &mut self.secondary {
            label.span = label.span.shift(by);
        }
        for (span, _) in self.fixes.iter_mut().flat_map(|fix| &mut fix.edits) {
            *span = span.shift(by);
        }
        self
    }
}
