//! Outputs that a page shows, against those that there are.

/// What is left out: on a line of its own any number of lines, within a line any text.
const ABRIDGED: &str = "…";

/// Whether an output is what is shown.
pub(crate) fn same(shown: &str, real: &str) -> bool {
    let lines = |text: &str| text.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    lines_match(&lines(shown.trim_end()), &lines(real.trim_end()))
}

fn lines_match(shown: &[String], real: &[String]) -> bool {
    match (shown.split_first(), real.split_first()) {
        (None, None) => true,
        (Some((line, rest)), _) if line == ABRIDGED => {
            (0..=real.len()).any(|skipped| lines_match(rest, &real[skipped..]))
        }
        (Some((line, rest)), Some((there, left))) => text_matches(line, there) && lines_match(rest, left),
        _ => false,
    }
}

fn text_matches(shown: &str, real: &str) -> bool {
    match shown.split_once(ABRIDGED) {
        None => shown == real,
        Some((before, after)) => real.strip_prefix(before).is_some_and(|rest| {
            rest.char_indices().map(|(at, _)| at).chain([rest.len()]).any(|at| text_matches(after, &rest[at..]))
        }),
    }
}

#[test]
fn what_is_left_out_can_be_anything_and_nothing_else() {
    assert!(same("a\n…\nd\n", "a\nb\nc\nd\n"));
    assert!(same("a\n…\n", "a\n"));
    assert!(same("a … d …\n", "a b c d e\n"));
    assert!(!same("a\n…\nd\n", "a\nb\n"));
    assert!(!same("a\n", "a\nb\n"));
    assert!(!same("a … d\n", "a b\n"));
}
