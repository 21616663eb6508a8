//! The spelling of one cell (RFC 4180, 2.5 to 2.7).

/// The text of a cell as written.
pub(super) fn unquote(raw: &str) -> String {
    match raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        Some(inner) => inner.replace("\"\"", "\""),
        None => raw.to_owned(),
    }
}

/// Text as a cell: in quotes where it must be, or where `always` says so.
pub(super) fn quote(text: &str, separator: char, always: bool) -> String {
    let must = text.contains([separator, '"', '\r', '\n']) || text.starts_with(' ') || text.ends_with(' ');
    if must || always { format!("\"{}\"", text.replace('"', "\"\"")) } else { text.to_owned() }
}
