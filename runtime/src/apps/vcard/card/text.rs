//! The spelling of values: escapes, lists, old encodings, points in time.

use std::borrow::Cow;

use calcard::{Entry, Parser};
use jiff::{Timestamp, civil::DateTime, tz::TimeZone};

/// Text as a value: backslash, comma, semicolon and line break escaped (RFC 6350, 3.4).
/// Control characters have no spelling and are left out.
pub(super) fn escape(text: &str) -> String {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t') && !matches!(byte, b'\\' | b',' | b';')) {
        return text.to_owned();
    }
    let mut escaped = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(char) = chars.next() {
        match char {
            '\\' | ',' | ';' => {
                escaped.push('\\');
                escaped.push(char);
            }
            '\r' if chars.peek() == Some(&'\n') => {}
            '\n' | '\r' => escaped.push_str("\\n"),
            '\t' => escaped.push('\t'),
            control if control.is_control() => {}
            plain => escaped.push(plain),
        }
    }
    escaped
}

/// Text as a value of 2.1, which has no escapes: line breaks stay, for [`quoted_printable`]. Control characters are left out.
pub(super) fn plain(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.chars().filter(|char| matches!(char, '\n' | '\t') || !char.is_control()).collect()
}

/// Text as a component of 2.1, in which nothing but the separator is escaped.
pub(super) fn plain_component(text: &str) -> String {
    plain(text).replace(';', "\\;")
}

/// A decoded value of 2.1 as text.
pub(super) fn without_returns(value: Cow<'_, str>) -> Cow<'_, str> {
    // Only a decoded value has line breaks of its own; it means CRLF by one.
    if value.contains('\r') { Cow::Owned(value.replace('\r', "")) } else { value }
}

/// A decoded component of 2.1 as text.
pub(super) fn unescape_component(value: Cow<'_, str>) -> Cow<'_, str> {
    let value = without_returns(value);
    if value.contains("\\;") { Cow::Owned(value.replace("\\;", ";")) } else { value }
}

/// The components of a value of 2.1. A backslash is a text like any other, but before the separator. At least one.
pub(super) fn split_components(value: &str) -> impl Iterator<Item = &str> {
    let mut start = 0;
    let ends = value.match_indices(';').map(|(at, _)| at);
    let ends = ends.filter(|at| !value.get(..*at).is_some_and(|before| before.ends_with('\\')));
    ends.chain([value.len()]).filter_map(move |end| {
        let piece = value.get(start..end);
        start = end + 1;
        piece
    })
}

/// A value as text. A backslash before anything that needs none is kept.
pub(super) fn unescape(value: &str) -> Cow<'_, str> {
    if !value.bytes().any(|byte| byte == b'\\' || byte == b'\r') {
        return Cow::Borrowed(value);
    }
    let mut text = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(char) = chars.next() {
        if char == '\r' {
            // Only a decoded value has line breaks of its own; it means CRLF by one.
            continue;
        }
        if char != '\\' {
            text.push(char);
            continue;
        }
        match chars.next() {
            Some('n' | 'N') => text.push('\n'),
            Some(escaped @ ('\\' | ',' | ';' | ':' | '"')) => text.push(escaped),
            Some(other) => {
                text.push('\\');
                text.push(other);
            }
            None => text.push('\\'),
        }
    }
    Cow::Owned(text)
}

/// Whether any piece between the semicolons and commas of a value is more than blanks once it is unescaped.
pub(super) fn says_something(value: &str) -> bool {
    let mut chars = value.chars();
    while let Some(char) = chars.next() {
        match char {
            ';' | ',' => {}
            // An escaped line break is a blank; whatever else is escaped is text, and so is a lone backslash.
            '\\' if matches!(chars.next(), Some('n' | 'N')) => {}
            blank if blank.is_whitespace() => {}
            _ => return true,
        }
    }
    false
}

/// The pieces of a value between separators that are not escaped, which are `;` or `,`. At least one.
pub(super) fn split_escaped(value: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut rest = Some(value);
    std::iter::from_fn(move || {
        let value = rest?;
        let mut escaped = false;
        // All that counts is ASCII, which is in no other character.
        let end = value.bytes().position(|byte| {
            let ends = !escaped && char::from(byte) == separator;
            escaped = !escaped && byte == b'\\';
            ends
        });
        let Some(end) = end else {
            return rest.take();
        };
        rest = value.get(end + 1..);
        value.get(..end)
    })
}

/// A piece that another can follow: a backslash at its end, which means itself there, is escaped, so that it
/// does not take the separator with it.
pub(super) fn ended(piece: &str) -> Cow<'_, str> {
    let backslashes = piece.bytes().rev().take_while(|byte| *byte == b'\\').count();
    if backslashes % 2 == 1 { Cow::Owned(format!("{piece}\\")) } else { Cow::Borrowed(piece) }
}

/// Where a character of ASCII stands outside double quotes.
pub(super) fn outside_quotes(text: &str, wanted: char) -> impl Iterator<Item = usize> {
    let mut quoted = false;
    // All that counts is ASCII, which is in no other character.
    text.bytes().enumerate().filter_map(move |(at, byte)| {
        quoted ^= byte == b'"';
        (!quoted && char::from(byte) == wanted).then_some(at)
    })
}

/// The pieces between separators outside double quotes. At least one.
pub(super) fn split_unquoted(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let mut ends = outside_quotes(text, separator).chain([text.len()]);
    let mut start = 0;
    std::iter::from_fn(move || {
        let end = ends.next()?;
        let piece = text.get(start..end);
        start = end + 1;
        piece
    })
}

/// A value without its transfer encoding. Quoted-printable without a charset is UTF-8 where that fits,
/// else Latin-1, which old phones meant.
pub(super) fn decode<'a>(value: &'a str, encoding: Option<&str>, charset: Option<&str>) -> Cow<'a, str> {
    let Some(encoding) = encoding else {
        return Cow::Borrowed(value);
    };
    let charsets = match &charset {
        Some(charset) => std::slice::from_ref(charset),
        None => &["utf-8", "iso-8859-1"],
    };
    let encoding = if encoding.eq_ignore_ascii_case("QUOTED-PRINTABLE") { "QUOTED-PRINTABLE" } else { "BASE64" };
    charsets
        .iter()
        .filter_map(|charset| decode_as(value, encoding, charset))
        .find(|text| !text.contains(char::REPLACEMENT_CHARACTER))
        .map_or(Cow::Borrowed(value), Cow::Owned)
}

/// The library knows the encodings and charsets; it is given one note that holds the value.
fn decode_as(value: &str, encoding: &str, charset: &str) -> Option<String> {
    let charset: String = charset.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-' || *c == '_').collect();
    // What has a meaning in a card is encoded as well, so that the library sees one text.
    let value: String = value
        .chars()
        .map(|char| if "\\,;:\" ".contains(char) { format!("={:02X}", u32::from(char)) } else { char.to_string() })
        .collect();
    let card = format!(
        "BEGIN:VCARD\r\nVERSION:2.1\r\nX-SYNCC-VALUE;CHARSET={charset};ENCODING={encoding}:{value}\r\nEND:VCARD\r\n"
    );
    let Entry::VCard(card) = Parser::new(&card).entry() else {
        return None;
    };
    let entry = card.entries.into_iter().find(|entry| entry.name.as_str().eq_ignore_ascii_case("X-SYNCC-VALUE"))?;
    let texts: Option<Vec<_>> = entry.values.into_iter().map(calcard::vcard::VCardValue::into_text).collect();
    Some(texts?.join(","))
}

/// A component or text of 2.1 as quoted-printable UTF-8. A backslash at its end must not escape a separator behind it.
pub(super) fn quoted_printable(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() * 2);
    let mut buffer = [0; 4];
    let (text, end) = text.strip_suffix('\\').map_or((text, ""), |text| (text, "=5C"));
    for char in text.chars() {
        match char {
            '\n' => encoded.push_str("=0D=0A"),
            '=' => encoded.push_str("=3D"),
            ' '..='~' => encoded.push(char),
            _ => char.encode_utf8(&mut buffer).bytes().for_each(|byte| encoded.push_str(&format!("={byte:02X}"))),
        }
    }
    encoded.push_str(end);
    encoded
}

/// A point in time as cards spell it: `2026-11-21T10:00:00Z` or `20261121T100000Z`. Without a zone it is UTC.
pub(super) fn timestamp(text: &str) -> Option<Timestamp> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time);
    }
    let time = text.trim_end_matches(['Z', 'z']).parse::<DateTime>().ok()?;
    time.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

/// A point in time in the form that this earlier spelling has.
pub(super) fn timestamp_like(time: Timestamp, earlier: &str) -> String {
    let form = if earlier.contains('-') { "%Y-%m-%dT%H:%M:%SZ" } else { "%Y%m%dT%H%M%SZ" };
    time.strftime(form).to_string()
}
