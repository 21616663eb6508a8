//! What files look like when they are laid out: one file a subject in `format/`, and beside it what becomes of it.
//!
//! That the layout never changes what a file says is held in `properties.rs`, on any text whatever.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use insta::{assert_snapshot, glob};
use proptest::prelude::*;
use syncc_grammar::{format, split};

#[test]
fn files() {
    glob!("format/*.sync", |path| {
        let file = std::fs::read_to_string(path).unwrap();
        assert_snapshot!(format(&file));
    });
}

/// Every example that we show is laid out.
#[test]
fn the_examples_are_laid_out() {
    glob!("../..", "examples/**/*.sync", |path| {
        let file = std::fs::read_to_string(path).unwrap();
        assert_eq!(format(&file), file, "{} is not laid out: `syncc fmt` does it", path.display());
    });
}

#[test]
fn lines_end_as_they_did() {
    let windows = "sync  google <-> realgeeks\r\n\r\n\r\nwhen google.vip # why\r\nthen  realgeeks exists";
    assert_eq!(format(windows), "sync google <-> realgeeks\r\n\r\nwhen google.vip  # why\r\nthen realgeeks exists\r\n");
    assert_eq!(format("map none\rmap\tnone"), "map none\nmap none\n");
    assert_eq!(format("\u{FEFF}\n\nmap  none"), "\u{FEFF}map none\n");
    assert_eq!(format("\n \r\n\t"), "");
}

#[test]
fn a_broken_statement_keeps_its_line_ends() {
    let mixed = "map  none\r\nwhen  google.vip\n  then\r\nmap  none";
    assert_eq!(format(mixed), "map none\r\nwhen  google.vip\n  then\r\nmap none\r\n");
}

/// The statements of the files in `good/`, one after the other and each alone in its tokens' gaps.
fn good_statements() -> Vec<String> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/good");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut statements = Vec::new();
    for path in paths {
        let file = std::fs::read_to_string(path).unwrap();
        let spans = split(&file).pieces.into_iter().map(|piece| piece.span);
        let texts = spans.map(|span| file[span.start as usize..span.end as usize].to_owned());
        // A comment would say where a line must end.
        statements.extend(texts.filter(|text| !text.contains('#')));
    }
    statements
}

/// Other blanks in the places of the blanks of a statement. Those in a text stay.
fn with_blanks(statement: &str, blanks: &[&str]) -> String {
    let mut blanks = blanks.iter().cycle();
    let mut text = String::new();
    let (mut quoted, mut escaped, mut gap) = (false, false, false);
    for c in statement.chars() {
        if !quoted && c.is_whitespace() {
            gap = true;
            continue;
        }
        if std::mem::take(&mut gap) {
            text.push_str(blanks.next().unwrap_or(&" "));
        }
        quoted ^= c == '"' && !escaped;
        escaped = quoted && c == '\\' && !escaped;
        text.push(c);
    }
    text
}

proptest! {
    /// How the writer broke the lines makes no difference.
    #[test]
    fn there_is_one_layout(
        statement in prop::sample::select(good_statements()),
        blanks in prop::collection::vec(prop::sample::select(vec![" ", "   ", "\n", "\t", "\r\n", "\n\n  "]), 1..20),
    ) {
        let file = with_blanks(&statement, &blanks);
        prop_assert_eq!(format(&file).replace("\r\n", "\n"), format(&statement).replace("\r\n", "\n"));
    }
}
