//! What holds for any text whatever.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use proptest::prelude::*;
use syncc_grammar::{SyntaxError, decode, split, statement, tree::Body};

/// Every test file, good or broken.
fn files() -> Vec<String> {
    let tests = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    let folders = ["good", "broken"].map(|folder| std::fs::read_dir(tests.join(folder)).unwrap());
    let mut paths: Vec<_> = folders.into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths.into_iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

/// All promises of the parser, on one text.
fn check(text: &str) {
    let skeleton = split(text);
    skeleton.errors.iter().for_each(|error| check_error(text, error));
    // Every byte is in a piece, in a comment or is blank.
    let mut spans: Vec<_> = skeleton.comments.iter().map(|comment| comment.span).collect();
    spans.extend(skeleton.pieces.iter().map(|piece| piece.span));
    spans.sort();
    let mut at = 0;
    for span in &spans {
        assert!(text[at as usize..span.start as usize].chars().all(is_blank), "{text:?} is not covered");
        assert!(span.start < span.end);
        at = span.end;
    }
    assert!(text[at as usize..].chars().all(is_blank), "{text:?} is not covered");
    for comment in &skeleton.comments {
        assert!(text[comment.span.start as usize..comment.span.end as usize].starts_with('#'));
    }
    for piece in &skeleton.pieces {
        let piece = &text[piece.span.start as usize..piece.span.end as usize];
        check_statement(piece);
        // A piece read alone is that piece.
        let alone = split(piece);
        assert_eq!(alone.pieces.len(), 1, "{piece:?}");
        assert_eq!(alone.pieces[0].span.end as usize, piece.len(), "{piece:?}");
        assert_eq!(alone.comments, []);
    }
}

fn check_statement(text: &str) {
    check_body(text);
    let statement = statement(text);
    statement.errors.iter().for_each(|error| check_error(text, error));
    assert!(statement.errors.is_sorted_by_key(|error| error.span));
    for comment in &statement.comments {
        assert!(text[comment.start as usize..comment.end as usize].starts_with('#'));
    }
    for (start, end) in spans(&format!("{:?}", statement.body)) {
        assert!(text.get(start..end).is_some(), "{start}..{end} is no part of {text:?}");
    }
}

/// A statement says what it says or why it says nothing.
fn check_body(text: &str) {
    let statement = statement(text);
    assert!(!statement.errors.is_empty() || statement.body != Body::Broken, "{text:?} is broken without an error");
}

fn check_error(text: &str, error: &SyntaxError) {
    assert!(text.get(error.span.start as usize..error.span.end as usize).is_some(), "{error:?} in {text:?}");
    assert!(!error.title.is_empty() && !error.title.ends_with('.'), "{error:?}");
    assert!(!error.title.contains("something else"), "no word for what was expected: {error:?} in {text:?}");
    if let Some(fix) = &error.fix {
        let mut text = text.to_owned();
        text.replace_range(fix.span.start as usize..fix.span.end as usize, &fix.text);
        check_body(&text);
    }
}

/// Every span that a tree shows, wherever it stands.
fn spans(tree: &str) -> impl Iterator<Item = (usize, usize)> {
    tree.split("Span { start: ").skip(1).filter_map(|rest| {
        let (start, rest) = rest.split_once(", end: ")?;
        Some((start.parse().ok()?, rest.split_once(' ')?.0.parse().ok()?))
    })
}

fn is_blank(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}')
}

/// Pieces of the language, in any order.
fn token() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "sync",
        "prefer",
        "match",
        "every",
        "when",
        "map",
        "test",
        "then",
        "undo",
        "other-way",
        "and",
        "or",
        "not",
        "given",
        "expect",
        "exists",
        "deleted",
        "none",
        "latest",
        "off",
        "using",
        "in",
        "is",
        "empty",
        "as",
        "if",
        "wen",
        "google",
        "google.label",
        "realgeeks.tag",
        "copper.\"Lead score\"",
        "google.",
        "\"text\"",
        "\"{google.x}\"",
        "\"open",
        "'single'",
        "“curly”",
        "\\",
        "5",
        "-3.5",
        "2026-01-31",
        "2026-01-31T10:00Z",
        "true",
        "minutes",
        "==",
        "!=",
        "=",
        "+=",
        "-=",
        "<",
        ">=",
        "<->",
        "->",
        "<-",
        "=>",
        "&&",
        "||",
        "!",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        ";",
        ".",
        "#",
        "# comment\n",
        "//",
        "--",
        "\n",
        "\r\n",
        "\t",
        " ",
        "\u{0}",
        "\u{FEFF}",
        "\u{202E}",
        "é",
        "𝒳",
    ])
}

proptest! {
    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        let decoded = decode(&bytes);
        decoded.errors.iter().for_each(|error| check_error(&decoded.text, error));
        check(&decoded.text);
    }

    #[test]
    fn any_text(text in "\\PC{0,200}") {
        check(&text);
        check_statement(&text);
    }

    #[test]
    fn any_tokens(tokens in prop::collection::vec((token(), prop::sample::select(vec!["", " ", " ", " ", "\n"])), 0..60)) {
        let text: String = tokens.into_iter().flat_map(|(token, gap)| [token, gap]).collect();
        check(&text);
        check_statement(&text);
    }

    #[test]
    fn any_edit_of_a_file(
        file in prop::sample::select(files()),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..12, token()), 1..6),
    ) {
        let mut text: Vec<char> = file.chars().collect();
        for (at, cut, token) in edits {
            let at = at.index(text.len() + 1);
            let end = (at + cut).min(text.len());
            text.splice(at..end, token.chars());
        }
        check(&text.into_iter().collect::<String>());
    }
}

/// Line breaks and indentation carry no meaning: each statement on as many lines as it has tokens reads the
/// same, also where the app has a name that looks like a misspelt keyword.
#[test]
fn line_breaks_carry_no_meaning() {
    let good = "sync maps as tests -> whena prefer maps match email or phone every 5 minutes \
                when maps exists and not tests deleted or maps.tag in [ \"a\" , \"b\" ] then whena.tag += \"x\" , whena exists \
                undo whena.tag = 5 other-way map maps.x <-> whena.y using { \"a\" = \"b\" } off map none \
                test \"t\" given maps none whena { x: 5 } expect whena none maps exists expect maps.x is not empty";
    let broken_up = good.replace(' ', "\n").replace("\n\n", "\n");
    for text in [good, &broken_up] {
        let skeleton = split(text);
        let keywords: Vec<&str> = skeleton
            .pieces
            .iter()
            .map(|piece| text[piece.span.start as usize..].split_whitespace().next().unwrap())
            .collect();
        assert_eq!(keywords, ["sync", "prefer", "match", "every", "when", "map", "map", "test"]);
        for piece in skeleton.pieces {
            let text = &text[piece.span.start as usize..piece.span.end as usize];
            assert_eq!(statement(text).errors, [], "{text}");
        }
    }
}
