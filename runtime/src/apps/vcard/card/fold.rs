//! Folding: long content lines over several physical lines (RFC 6350, 3.2), and back.

use std::borrow::Cow;

use super::property::Property;

/// The longest physical line in octets, without its line break.
const WIDTH: usize = 75;

/// The physical lines of a text, each with its line break.
pub(super) fn physical(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive('\n')
}

/// Whether the logical line that `so_far` begins goes on in the physical line `next`.
pub(super) fn goes_on(so_far: &str, next: &str) -> bool {
    next.starts_with([' ', '\t']) || soft_break(so_far)
}

/// One logical line without folds and without its final line break.
pub(super) fn unfold(raw: &str) -> Cow<'_, str> {
    if !raw.strip_suffix('\n').unwrap_or(raw).contains('\n') {
        return Cow::Borrowed(raw.trim_end_matches(['\r', '\n']));
    }
    let mut unfolded = String::with_capacity(raw.len());
    for piece in physical(raw) {
        let piece = piece.trim_end_matches(['\r', '\n']);
        if soft_break(&unfolded) {
            unfolded.pop();
            unfolded.push_str(piece);
        } else if unfolded.is_empty() {
            unfolded.push_str(piece);
        } else {
            unfolded.push_str(piece.get(1..).unwrap_or_default());
        }
    }
    Cow::Owned(unfolded)
}

/// A property as physical lines.
pub(super) fn fold(property: &Property, line_break: &str) -> String {
    let mut text = property.to_line();
    let quoted_printable = property.is_quoted_printable();
    let (end, start) = if quoted_printable { ("=", "") } else { ("", " ") };
    if text.len() + end.len() <= WIDTH {
        text.push_str(line_break);
        return text;
    }
    let mut folded = String::with_capacity(text.len() + 8);
    let mut used = 0;
    let mut rest = text.as_str();
    while let Some(piece) = next_piece(rest, quoted_printable) {
        if used + piece.len() + end.len() > WIDTH {
            folded.push_str(end);
            folded.push_str(line_break);
            folded.push_str(start);
            used = start.len();
        }
        folded.push_str(piece);
        used += piece.len();
        rest = rest.get(piece.len()..).unwrap_or_default();
    }
    folded.push_str(line_break);
    folded
}

/// What must not be broken: one character, or one `=3D` of quoted-printable.
fn next_piece(rest: &str, quoted_printable: bool) -> Option<&str> {
    let first = rest.chars().next()?;
    let length = if quoted_printable && first == '=' { 3 } else { first.len_utf8() };
    Some(rest.get(..length).unwrap_or(rest))
}

/// Whether this begins a quoted-printable line that ends in a soft line break.
fn soft_break(so_far: &str) -> bool {
    let so_far = so_far.trim_end_matches(['\r', '\n']);
    so_far.ends_with('=')
        && so_far.split_once(':').is_some_and(|(head, _)| head.to_ascii_uppercase().contains("QUOTED-PRINTABLE"))
}
