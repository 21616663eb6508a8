//! The first look: a file cut into statements, without reading any of them.

use crate::{SyntaxError, tree::Span};

/// A file, cut into statements. Every byte of the file is in a piece, in a comment or is blank.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Skeleton {
    /// The statements in order.
    pub pieces: Vec<Piece>,
    /// The comments that stand between statements, in order, absolute spans.
    pub comments: Vec<Comment>,
    /// Errors of the file as a whole, such as text before the first statement. Absolute spans.
    pub errors: Vec<SyntaxError>,
}

/// One statement's place in the file.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Piece {
    /// From its keyword to its last byte that is neither blank nor comment. Absolute.
    pub span: Span,
    /// The comment lines directly above it, without `#`: the title of a rule.
    pub title: Option<String>,
}

/// A comment between statements.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Comment {
    /// With its `#`, without the line end. Absolute.
    pub span: Span,
}

/// Cuts a file into statements at the statement keywords.
///
/// A keyword inside a text or a comment, after a dot, after `as` or before a colon starts nothing.
#[must_use]
pub fn split(_text: &str) -> Skeleton {
    Skeleton::default()
}
