//! Brackets without their partner.

use super::scene::{Scene, Token};
use crate::{SyntaxError, SyntaxErrorKind, parser::Rule};

/// The first bracket of the statement that has no partner.
pub(super) fn unbalanced(scene: &Scene<'_>) -> Option<SyntaxError> {
    let mut open: Vec<Token<'_>> = Vec::new();
    for token in &scene.tokens {
        match token.rule {
            Rule::open_bracket => open.push(*token),
            Rule::close_bracket if open.last().is_some_and(|last| closing(last.text) == token.text) => {
                open.pop();
            }
            Rule::close_bracket => {
                return match open.last() {
                    Some(last) => Some(unclosed(last)),
                    None => Some(unopened(token)),
                };
            }
            _ => {}
        }
    }
    open.last().map(unclosed)
}

fn closing(open: &str) -> &'static str {
    match open {
        "(" => ")",
        "[" => "]",
        _ => "}",
    }
}

fn unclosed(open: &Token<'_>) -> SyntaxError {
    let close = closing(open.text);
    SyntaxError::new(SyntaxErrorKind::Expected, open.span, format!("this `{}` is never closed", open.text))
        .help(format!("Write `{close}` where it ends."))
}

fn unopened(close: &Token<'_>) -> SyntaxError {
    SyntaxError::new(SyntaxErrorKind::Expected, close.span, format!("this `{}` closes nothing", close.text))
        .help("Take it away, or write the bracket that opens before it.")
}
