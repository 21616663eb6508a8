//! What can be wrong with the syntax of a statement, in the writer's words.

use crate::tree::Span;

/// One thing wrong with the syntax.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SyntaxError {
    /// What kind it is: the compiler gives each kind a stable code.
    pub kind: SyntaxErrorKind,
    /// Where exactly.
    pub span: Span,
    /// What is wrong: one phrase, lower case first, no full stop, the writer's text in backticks.
    pub title: String,
    /// What to type instead, one sentence, if it is known.
    pub help: Option<String>,
    /// An edit that mends it, if one is certain.
    pub fix: Option<Fix>,
}

impl SyntaxError {
    pub(crate) fn new(kind: SyntaxErrorKind, span: Span, title: impl Into<String>) -> Self {
        Self { kind, span, title: title.into(), help: None, fix: None }
    }

    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The edit that mends it: `text` in place of `span`. The title of the edit is what to write.
    pub(crate) fn fix(self, span: Span, text: impl Into<String>) -> Self {
        let text = text.into();
        let title = match text.trim() {
            "" => "take it away".into(),
            written => format!("write `{written}`"),
        };
        self.fix_as(title, span, text)
    }

    pub(crate) fn fix_as(mut self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        self.fix = Some(Fix { title: title.into(), span, text: text.into() });
        self
    }
}

/// The kinds of syntax error. Each has one stable code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SyntaxErrorKind {
    /// Something else was expected here.
    Expected,
    /// Text that starts no statement.
    NoStatement,
    /// A misspelt keyword.
    Keyword,
    /// A quote that is never closed.
    OpenQuote,
    /// Likely wrong notation, such as `=` for `==` or `&&` for `and`.
    Notation,
    /// Parentheses nested too deep to read.
    TooDeep,
    /// A statement, line or file too long to read.
    TooLong,
    /// Bytes that are no text, or characters that no file may hold.
    Characters,
}

/// An edit: put `text` in place of `span`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Fix {
    /// What the edit does, such as "write `==`".
    pub title: String,
    /// What is replaced, relative to the statement.
    pub span: Span,
    /// What stands there afterwards.
    pub text: String,
}
