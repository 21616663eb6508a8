//! Any bytes, laid out: laid out twice is laid out once, broken statements and comments are as they were, and
//! no statement gains an error.
//!
//! Seeds are the test files: `cargo +nightly fuzz run format fuzz/corpus/format tests/good tests/broken tests/format`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use syncc_grammar::{decode, format, split, statement, tree::Span};

fuzz_target!(|bytes: &[u8]| {
    let text = decode(bytes).text;
    let laid_out = format(&text);
    assert_eq!(format(&laid_out), laid_out);
    let (before, after) = (split(&text), split(&laid_out));
    assert_eq!(before.pieces.len(), after.pieces.len());
    assert_eq!(before.comments.len(), after.comments.len());
    // Blanks at the end of a line go, but for those of a comment that stands in stray text, which stays as it is.
    let stray = !before.errors.is_empty();
    for (one, other) in before.comments.iter().zip(&after.comments) {
        let (was, is) = (at(&text, one.span), at(&laid_out, other.span));
        let is = if stray { is.trim_end_matches([' ', '\t']) } else { is };
        assert_eq!(was.trim_end_matches([' ', '\t']), is);
    }
    for (one, other) in before.pieces.iter().zip(&after.pieces) {
        let (was, is) = (at(&text, one.span), at(&laid_out, other.span));
        let (read, again) = (statement(was), statement(is));
        if read.errors.is_empty() {
            assert!(again.errors.is_empty());
            assert_eq!(read.comments.len(), again.comments.len());
        } else {
            assert_eq!(was, is);
        }
    }
});

fn at(text: &str, span: Span) -> &str {
    text.get(span.start as usize..span.end as usize).unwrap_or_default()
}
