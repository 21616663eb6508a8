//! Characters that no file may hold, because nobody can see them.

use crate::{SyntaxError, SyntaxErrorKind, tree::Span};

/// The first character that must not be in a file, and how many there are.
///
/// One message for the whole file: a file that is no text has thousands of them.
pub(crate) fn check(text: &str) -> Option<SyntaxError> {
    // Most files hold nothing else. Looked at many bytes at once.
    let plain = |block: &[u8]| block.iter().fold(true, |all, byte| all & is_plain(*byte));
    if text.as_bytes().chunks(64).all(plain) {
        return None;
    }
    let mut bad = text.char_indices().filter(|(_, c)| is_control(*c) || is_direction(*c));
    let (at, first) = bad.next()?;
    let more = bad.count();
    let title = match (is_direction(first), more) {
        (true, 0) => "a hidden character changes the direction of the text here".to_owned(),
        (true, more) => format!("a hidden character changes the direction of the text here, and {more} more below"),
        (false, 0) => "a control character stands here".to_owned(),
        (false, more) => format!("a control character stands here, and {more} more below"),
    };
    let help = match is_direction(first) {
        true => "Delete it: it makes a rule look different from what it says.",
        false => "Delete it, or save the file as plain text in UTF-8.",
    };
    let span = Span::new(at as u32, (at + first.len_utf8()) as u32);
    Some(SyntaxError::new(SyntaxErrorKind::Characters, span, title).help(help).fix_as("delete it", span, ""))
}

/// What is ASCII, and no control character that must not be there.
fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~' | b'\n' | b'\r' | b'\t')
}

fn is_control(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\r' | '\t')
}

/// Whether `c` reorders the text around it on the screen (Unicode Standard Annex 9).
fn is_direction(c: char) -> bool {
    matches!(c, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}
