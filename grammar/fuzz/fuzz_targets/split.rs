//! Any bytes: decoded, cut and read piece by piece. Every byte is in a piece, in a comment or is blank,
//! and a piece read alone is that piece.
//!
//! Seeds are the test files: `cargo +nightly fuzz run split fuzz/corpus/split tests/good tests/broken`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use syncc_grammar::{decode, split, statement};

fuzz_target!(|bytes: &[u8]| {
    let text = decode(bytes).text;
    let skeleton = split(&text);
    for error in &skeleton.errors {
        assert!(text.get(error.span.start as usize..error.span.end as usize).is_some());
    }
    let mut spans: Vec<_> = skeleton.comments.iter().map(|comment| comment.span).collect();
    spans.extend(skeleton.pieces.iter().map(|piece| piece.span));
    spans.sort();
    let mut at = 0;
    for span in spans {
        assert!(at <= span.start && span.start < span.end);
        assert!(text.get(at as usize..span.start as usize).is_some());
        at = span.end;
    }
    for piece in &skeleton.pieces {
        let piece = &text[piece.span.start as usize..piece.span.end as usize];
        assert_eq!(split(piece).pieces.len(), 1);
        let _ = statement(piece);
    }
});
