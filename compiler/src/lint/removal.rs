//! Edits that take something out of the text and leave the rest as it was.

use syncc_grammar::tree::Span;

/// The text between two places of the file.
fn between(text: &str, from: u32, to: u32) -> &str {
    text.get(from as usize..to as usize).unwrap_or_default()
}

/// The piece to cut out so that one of several things in a row is gone, with the `separator` beside it. `None` where
/// something else stands between them, such as a parenthesis or a comment.
pub(super) fn of_one(text: &str, places: &[Span], index: usize, separator: &str) -> Option<Span> {
    let separated = |one: &Span, next: &Span| between(text, one.end, next.start).trim() == separator;
    let place = places.get(index)?;
    let before = index.checked_sub(1).and_then(|before| places.get(before));
    let after = places.get(index + 1);
    let clear =
        before.is_none_or(|before| separated(before, place)) && after.is_none_or(|after| separated(place, after));
    match (before, after) {
        _ if !clear => None,
        (Some(before), _) => Some(Span::new(before.end, place.end)),
        (None, Some(after)) => Some(Span::new(place.start, after.start)),
        (None, None) => None,
    }
}

/// A place with the blanks before it.
pub(super) fn with_blanks_before(text: &str, place: Span) -> Span {
    let kept = between(text, 0, place.start).trim_end().len();
    Span::new(u32::try_from(kept).unwrap_or(place.start), place.end)
}

/// A whole statement with the comment that stands directly above it, up to the start of the next line.
pub(super) fn of_statement(text: &str, statement: Span) -> Span {
    let before = between(text, 0, statement.start);
    let mut start = before.rfind('\n').map_or(0, |at| at + 1);
    if !before.get(start..).unwrap_or_default().trim().is_empty() {
        return with_blanks_before(text, statement);
    }
    while let Some(above) = before.get(..start).and_then(|above| above.strip_suffix('\n')) {
        let line = above.rfind('\n').map_or(0, |at| at + 1);
        if !above.get(line..).unwrap_or_default().trim_start().starts_with('#') {
            break;
        }
        start = line;
    }
    let after = text.get(statement.end as usize..).unwrap_or_default();
    let rest = after.split_inclusive('\n').next().unwrap_or_default();
    let end = if rest.trim().is_empty() { rest.len() } else { 0 };
    Span::new(
        u32::try_from(start).unwrap_or(statement.start),
        statement.end.saturating_add(u32::try_from(end).unwrap_or_default()),
    )
}
