//! What is too deep, too long or no text, and how fast the rest is read.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::time::{Duration, Instant};

use syncc_grammar::{SyntaxErrorKind, by_grammar, decode, split, statement, tree::Body};

/// What is wrong with a statement, by both ways of reading it.
fn kinds(text: &str) -> Vec<SyntaxErrorKind> {
    let read = statement(text);
    assert_eq!(read, by_grammar(text));
    read.errors.into_iter().map(|error| error.kind).collect()
}

#[test]
fn sixty_four_levels_are_read_and_no_more() {
    let nested = |levels: usize| format!("when {}google.vip{} then a exists", "(".repeat(levels), ")".repeat(levels));
    assert_eq!(kinds(&nested(64)), []);
    assert_eq!(kinds(&nested(65)), [SyntaxErrorKind::TooDeep]);
    let negated = |times: usize| format!("when {}google.vip then a exists", "not ".repeat(times));
    assert_eq!(kinds(&negated(64)), []);
    assert_eq!(kinds(&negated(65)), [SyntaxErrorKind::TooDeep]);
    let both = |times: usize| format!("when {}google.vip{} then a exists", "not (".repeat(times), ")".repeat(times));
    assert_eq!(kinds(&both(32)), []);
    assert_eq!(kinds(&both(33)), [SyntaxErrorKind::TooDeep]);
}

#[test]
fn sixty_four_levels_need_a_quarter_of_a_usual_stack() {
    let nested = |open: &str, inner: &str, close: &str, levels: usize| {
        let (open, close) = (open.repeat(levels), close.repeat(levels));
        format!("test \"x\" given a {{ x: {open}{inner}{close} }} expect a.x == {open}{inner}{close}")
    };
    let group = |levels: usize| format!("when {}google.vip{} then a exists", "(".repeat(levels), ")".repeat(levels));
    let read = move || {
        for text in [nested("[", "1", "]", 63), nested("{ k: ", "1", "}", 63), group(64)] {
            assert_eq!(kinds(&text), [], "{text}");
        }
    };
    std::thread::Builder::new().stack_size(512 * 1024).spawn(read).unwrap().join().unwrap();
}

#[test]
fn no_reading_hides_a_level() {
    for opening in ["[", "{ a: ", "x, [", "it's, ["] {
        for before in ["isn't ", "in [it's, ", "in [a@'b, ", "== 'x'"] {
            let text = format!("when google.x {before}{} '", opening.repeat(3_000));
            assert_eq!(kinds(&text).len(), 1, "{before}{opening}");
        }
    }
    for not in ["&!", "||!!", "! !", "!NOT ", "!not("] {
        let text = format!("when google.x {}google.x then a exists", not.repeat(3_000));
        assert_eq!(kinds(&text).len(), 1, "{not}");
    }
    let many = format!("when google.vip &{} google.vip then a exists", "!".repeat(100_000));
    assert_eq!(kinds(&many), [SyntaxErrorKind::TooDeep]);
}

#[test]
fn depth_of_any_kind_is_an_error_and_no_overflow() {
    for opening in
        ["(", "[", "{", "not ", "!", "NOT(", "{a:", "[[{x:[", "not not(", "! # (\n", "\"", "'", "„", "‚«", "`", "as "]
    {
        for prefix in ["when ", "when google.x == ", "when google.x in ", "test \"x\" given a { x: ", "map ", ""] {
            let text = format!("{prefix}{}", opening.repeat(2_000));
            let statement = statement(&text);
            assert_eq!(statement.body, Body::Broken, "{prefix}{opening}");
            assert_eq!(statement.errors.len(), 1, "{prefix}{opening}: one cause, one message");
            assert!(split(&text).errors.is_empty());
        }
    }
}

#[test]
fn a_statement_of_256_kib_is_read_and_no_longer() {
    let long = |values: usize| format!("when google.label in [{}] then realgeeks exists", "\"Lead\", ".repeat(values));
    assert_eq!(kinds(&long(32_000)), []);
    assert_eq!(kinds(&long(33_000)), [SyntaxErrorKind::TooLong]);
}

#[test]
fn a_file_of_16_mib_is_read_and_no_longer() {
    let file = |length: usize| format!("prefer google #{}", "-".repeat(length - 15));
    assert_eq!(split(&file(16 << 20)).pieces.len(), 1);
    let long = split(&file((16 << 20) + 1));
    assert_eq!(long.pieces, []);
    assert_eq!(long.errors[0].kind, SyntaxErrorKind::TooLong);
}

#[test]
fn a_broken_file_costs_no_more_than_its_length() {
    let parts = ["(", "google.", "\"", "\n#\n", "as ", "\nwen google ", "! ", ":"];
    for first in parts {
        for second in ["", "\n#\n", "google. "] {
            let text = format!("{first}{second}").repeat(4_000);
            let started = Instant::now();
            let pieces = split(&text).pieces;
            pieces
                .iter()
                .take(5)
                .for_each(|piece| drop(statement(&text[piece.span.start as usize..piece.span.end as usize])));
            // Linear is some 50 ms without optimisation, on a busy machine too; quadratic was 10 s.
            assert!(started.elapsed() < Duration::from_secs(5), "{first:?}{second:?} took {:?}", started.elapsed());
        }
    }
}

#[test]
fn bytes_that_are_no_text_are_said_once() {
    let decoded = decode(b"sync google <-> realgeeks # Caf\xE9 and \xFF\xFF\nprefer google");
    assert_eq!(decoded.errors.len(), 1);
    assert_eq!(decoded.errors[0].title, "this is no text in UTF-8, and 2 more places are not");
    let span = decoded.errors[0].span;
    assert_eq!(&decoded.text[span.start as usize..span.end as usize], "\u{FFFD}");
    assert_eq!(split(&decoded.text).pieces.len(), 2);
}

#[test]
fn a_windows_file_in_utf16_is_read_and_reported() {
    let bytes: Vec<u8> = "\u{FEFF}prefer google".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let decoded = decode(&bytes);
    assert_eq!(decoded.text, "prefer google");
    assert_eq!(decoded.errors[0].title, "this file is in UTF-16, not in UTF-8");
    assert_eq!(decode(b"\xEF\xBB\xBFprefer google").text, "prefer google");
}

#[test]
fn characters_nobody_sees_are_reported_once_and_separate() {
    let text = "prefer\u{0}google\nevery 5\u{A0}minutes # \u{202E}";
    let skeleton = split(text);
    assert_eq!(skeleton.errors.len(), 1);
    assert_eq!(skeleton.errors[0].title, "a control character stands here, and 1 more below");
    for piece in skeleton.pieces {
        assert_eq!(kinds(&text[piece.span.start as usize..piece.span.end as usize]), []);
    }
}
