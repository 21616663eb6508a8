//! What holds for any text whatever.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use proptest::prelude::*;
use syncc_grammar::{
    SyntaxError, by_grammar, decode, format, split, statement,
    tree::{Body, Span},
};

/// Every test file of the grammar, good or broken.
fn files() -> Vec<String> {
    ["tests/good", "tests/broken", "tests/format"].into_iter().flat_map(files_in).collect()
}

/// Every `.sync` file in a folder, and in the folders in it.
fn files_in(folder: &str) -> Vec<String> {
    let mut folders = vec![std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    let mut paths = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "sync") {
                paths.push(path);
            }
        }
    }
    paths.sort();
    paths.into_iter().map(|path| decode(&std::fs::read(path).unwrap()).text).collect()
}

#[test]
fn every_file_that_we_have() {
    let files: Vec<_> = ["../examples", "../tests/ui"].into_iter().flat_map(files_in).chain(files()).collect();
    assert!(files.len() > 50, "only {} files were found", files.len());
    files.iter().for_each(|file| check(file));
}

/// All promises of the parser and of the layout, on one text.
fn check(text: &str) {
    check_layout(text);
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

/// Laid out, a text says the same with the same comments, what is broken is as it was, and it is laid out.
fn check_layout(text: &str) {
    let laid_out = format(text);
    assert_eq!(format(&laid_out), laid_out, "laid out twice: {text:?}");
    let (before, after) = (split(text), split(&laid_out));
    let trimmed = |text: &str| text.trim_end_matches([' ', '\t']).to_owned();
    let at = |text: &str, span: Span| text[span.start as usize..span.end as usize].to_owned();
    // Text before the first statement stays as it is, with the blanks behind a comment in it.
    let stray = !before.errors.is_empty();
    let laid = |comment: String| if stray { trimmed(&comment) } else { comment };
    assert!(
        before
            .comments
            .iter()
            .map(|comment| trimmed(&at(text, comment.span)))
            .eq(after.comments.iter().map(|comment| laid(at(&laid_out, comment.span)))),
        "the comments of {text:?} are others in {laid_out:?}"
    );
    assert_eq!(before.pieces.len(), after.pieces.len(), "{text:?} {laid_out:?}");
    // A character that nobody can see, and that is no blank, keeps a comment from being a title.
    let plain = !text.chars().any(|c| is_blank(c) && !matches!(c, ' ' | '\t' | '\n'));
    for (one, other) in before.pieces.iter().zip(&after.pieces) {
        let (was, is) = (at(text, one.span), at(&laid_out, other.span));
        let (read, again) = (statement(&was), statement(&is));
        if plain {
            assert_eq!(one.title, other.title, "{text:?}");
        }
        if !read.errors.is_empty() {
            assert_eq!(was, is, "a broken statement of {text:?} was touched");
            continue;
        }
        assert_eq!(again.errors, [], "{was:?} {is:?}");
        assert_eq!(without_spans(&read.body), without_spans(&again.body));
        let comments: Vec<_> = read.comments.iter().map(|span| trimmed(&at(&was, *span))).collect();
        assert!(again.comments.iter().map(|span| at(&is, *span)).eq(comments), "{was:?} {is:?}");
    }
}

/// A tree as text, without the places.
fn without_spans(body: &Body) -> String {
    let tree = format!("{body:?}");
    let mut parts = tree.split("Span { start: ");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| text + part.split_once('}').map_or(part, |(_, rest)| rest))
}

fn check_statement(text: &str) {
    check_body(text);
    let statement = statement(text);
    // Rules are read by hand where nothing is wrong with them.
    assert_eq!(statement, by_grammar(text), "{text:?}");
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
