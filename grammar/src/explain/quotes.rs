//! Quotes that are never closed, and comments in another notation.

use super::scene::Scene;
use crate::{SyntaxError, SyntaxErrorKind, parser::Rule, tree::Span};

/// A quote that is never closed on its line.
///
/// The quote without a partner is the last one of its line, but the one that was forgotten often stands
/// earlier: a text that seems to hold a piece of a rule has most likely eaten it.
pub(super) fn open_quote(scene: &Scene<'_>) -> Option<SyntaxError> {
    let index = scene.tokens.iter().position(|token| token.rule == Rule::open_text)?;
    let open = scene.tokens.get(index)?;
    let line_start = scene.text.get(..open.span.start as usize)?.rfind('\n').map_or(0, |at| at + 1);
    let forgotten = scene
        .tokens
        .get(..index)?
        .iter()
        .filter(|token| token.rule == Rule::text && token.span.start as usize >= line_start)
        .find(|token| [" then ", "+=", "-=", "==", "!=", " and ", " or "].iter().any(|mark| token.text.contains(mark)))
        .unwrap_or(open);
    if let Some((at, curly)) =
        forgotten.text.char_indices().find(|(_, c)| matches!(c, '\u{201C}' | '\u{201D}' | '\u{AB}' | '\u{BB}'))
    {
        let start = forgotten.span.start + at as u32;
        let span = Span::new(start, start + curly.len_utf8() as u32);
        let title = format!("{curly} cannot close a text");
        let help = "Write a straight double quote, as at the start of the text.";
        return Some(SyntaxError::new(SyntaxErrorKind::OpenQuote, span, title).help(help).fix(span, "\""));
    }
    let shown = forgotten.text.find(char::is_whitespace).unwrap_or(forgotten.text.len()) as u32;
    let span = Span::new(forgotten.span.start, forgotten.span.start + shown);
    let help = "Close the text with `\"` on the same line. For a quote inside a text write `\\\"`.";
    Some(SyntaxError::new(SyntaxErrorKind::OpenQuote, span, "this quote is never closed").help(help))
}

/// A single or curly quote that is never closed.
pub(super) fn other_quote(scene: &Scene<'_>) -> Option<SyntaxError> {
    let found = scene.found()?;
    let quotes = ["'", "`", "\u{201C}", "\u{201D}", "\u{201E}", "\u{2018}", "\u{2019}", "\u{AB}", "\u{BB}"];
    let quote = quotes.iter().find(|quote| found.text.starts_with(**quote))?;
    let title = format!("a text stands between straight double quotes, not after {quote}");
    let help = "Write it like this: \"No_CRM\".";
    Some(SyntaxError::new(SyntaxErrorKind::Notation, found.span, title).help(help))
}

/// `// …`, `-- …` or `/* … */`.
pub(super) fn comment(scene: &Scene<'_>) -> Option<SyntaxError> {
    let found = scene.found()?;
    if found.rule != Rule::slip_comment {
        return None;
    }
    let mark = found.text.get(..2)?;
    let span = Span::new(found.span.start, found.span.start + 2);
    let title = format!("`{mark}` starts no comment");
    let error = SyntaxError::new(SyntaxErrorKind::Notation, span, title).help(super::words::COMMENT);
    // What `/*` opens may end lines further down, so that one `#` would not do.
    Some(if mark == "/*" { error } else { error.fix(span, "#") })
}
