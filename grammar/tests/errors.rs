//! What is said about each slip: one file a kind of slip in `broken/`, and beside it what the writer sees.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

use std::fmt::Write;

use insta::{assert_snapshot, glob};
use syncc_grammar::{Statement, SyntaxError, split, statement};

/// What a report says where the fixes of a statement leave it with errors.
const STILL_BROKEN: &str = "STILL BROKEN";

#[test]
fn broken_files() {
    let mut broken = false;
    glob!("broken/*.sync", |path| {
        let report = report(&std::fs::read_to_string(path).unwrap());
        broken |= report.contains(STILL_BROKEN);
        assert_snapshot!(report);
    });
    assert!(!broken, "a fix must leave no error: look for {STILL_BROKEN:?}");
}

/// Each statement with its errors below it, and the statement as the fixes would leave it.
fn report(file: &str) -> String {
    let skeleton = split(file);
    let mut report = String::new();
    for error in &skeleton.errors {
        writeln!(report, "{}", shown(file, error)).unwrap();
    }
    for piece in &skeleton.pieces {
        let text = &file[piece.span.start as usize..piece.span.end as usize];
        let Statement { body, errors, .. } = statement(text);
        writeln!(report, "{text}").unwrap();
        for error in &errors {
            writeln!(report, "{}", shown(text, error)).unwrap();
        }
        let kind = format!("{body:?}");
        let kind = kind.split('(').next().unwrap();
        match mended(text, &errors) {
            Some(mended) => {
                let still = if errors_in(&mended).is_empty() { "mended" } else { STILL_BROKEN };
                writeln!(report, "  {kind}, {still}: {mended}\n").unwrap();
            }
            None => writeln!(report, "  {kind}\n").unwrap(),
        }
    }
    report
}

fn errors_in(file: &str) -> Vec<SyntaxError> {
    let pieces = split(file).pieces.into_iter();
    pieces.flat_map(|piece| statement(&file[piece.span.start as usize..piece.span.end as usize]).errors).collect()
}

fn shown(text: &str, error: &SyntaxError) -> String {
    let (start, end) = (error.span.start as usize, error.span.end as usize);
    let line = text[..start].matches('\n').count() + 1;
    let mut shown = format!("  {line}: [{}] {:?}: {}", &text[start..end], error.kind, error.title);
    if let Some(help) = &error.help {
        write!(shown, "\n     help: {help}").unwrap();
    }
    if let Some(fix) = &error.fix {
        write!(shown, "\n     fix: {}", fix.title).unwrap();
    }
    shown
}

/// The text with every fix made, if every error has one.
fn mended(text: &str, errors: &[SyntaxError]) -> Option<String> {
    let mut fixes: Vec<_> = errors.iter().map(|error| error.fix.as_ref()).collect::<Option<_>>()?;
    fixes.sort_by_key(|fix| fix.span);
    let mut text = text.to_owned();
    for fix in fixes.iter().rev() {
        text.replace_range(fix.span.start as usize..fix.span.end as usize, &fix.text);
    }
    (!errors.is_empty()).then_some(text)
}
