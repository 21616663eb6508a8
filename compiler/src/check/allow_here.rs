//! The edit that allows a problem where it stands.

use syncc_grammar::{split, tree::Span};

use crate::diagnostic::{Diagnostic, Fix};

/// The edit that puts an allowance above the statement of a problem, for the writer to add the reason. `None` for what
/// cannot be allowed. It does not belong to the fixes of the problem, because it mends nothing: until there is a reason,
/// the allowance is itself reported.
#[must_use]
pub fn allow_here(text: &str, diagnostic: &Diagnostic) -> Option<Fix> {
    if !diagnostic.code.can_be_allowed() {
        return None;
    }
    let at = diagnostic.primary.span.start;
    let pieces = split(text).pieces;
    let piece = pieces.iter().find(|piece| (piece.span.start..=piece.span.end).contains(&at))?;
    let (before, statement) = text.split_at_checked(piece.span.start as usize)?;
    let line = before.rsplit('\n').next().unwrap_or_default();
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let comment = format!("# allow {}: ", diagnostic.code);
    // Whatever stands before the statement on its line stays there.
    let new = if line.trim().is_empty() {
        format!("{comment}{line_end}{line}")
    } else {
        format!("{line_end}{comment}{line_end}")
    };
    let reach = if statement.split_whitespace().next() == Some("sync") { "in this file" } else { "here" };
    Some(Fix {
        title: format!("allow {} {reach}, with a reason", diagnostic.code),
        edits: vec![(Span::new(piece.span.start, piece.span.start), new)],
    })
}
