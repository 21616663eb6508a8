//! Bytes to text.

use crate::{SyntaxError, SyntaxErrorKind, tree::Span};

/// A file as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text, with a replacement character for each byte sequence that was none.
    pub text: String,
    /// What was wrong with the bytes. Spans are in [`Decoded::text`].
    pub errors: Vec<SyntaxError>,
}

const SAVE_AS: &str = "Save the file as UTF-8. In most editors that is a choice in \"Save as\".";

/// Reads bytes as UTF-8, and says where they are not. A byte order mark is dropped.
///
/// A file in UTF-16, as some Windows tools write it, is read too, so that its rules are still checked,
/// and has one error: what stands in git should be text to every tool.
#[must_use]
pub fn decode(bytes: &[u8]) -> Decoded {
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => utf8(rest),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        _ => utf8(bytes),
    }
}

fn utf8(bytes: &[u8]) -> Decoded {
    let mut text = String::with_capacity(bytes.len());
    let mut first = None;
    let mut count = 0_usize;
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            let start = text.len() as u32;
            text.push(char::REPLACEMENT_CHARACTER);
            first = first.or(Some(Span::new(start, text.len() as u32)));
            count += 1;
        }
    }
    let errors = first.map(|span| {
        let title = match count {
            1 => "this is no text in UTF-8".to_owned(),
            more => format!("this is no text in UTF-8, and {} more places are not", more - 1),
        };
        SyntaxError::new(SyntaxErrorKind::Characters, span, title).help(SAVE_AS)
    });
    Decoded { text, errors: errors.into_iter().collect() }
}

fn utf16(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Decoded {
    let (pairs, _) = bytes.as_chunks::<2>();
    let units = pairs.iter().map(|pair| unit(*pair));
    let text: String = char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect();
    let title = "this file is in UTF-16, not in UTF-8";
    let error = SyntaxError::new(SyntaxErrorKind::Characters, Span::default(), title).help(SAVE_AS);
    Decoded { text, errors: vec![error] }
}
