//! From bytes to a card.

use thiserror::Error;

use super::{Card, Version, fold, line::Line};

/// Why bytes are not one card. The text completes "FILE is no card that can be read: …".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum CardError {
    /// Not UTF-8.
    #[error("it is not written in UTF-8; save it as UTF-8")]
    Encoding,
    /// Nothing but blanks.
    #[error("it is empty")]
    Empty,
    /// Does not begin as a card.
    #[error("it does not begin with the line BEGIN:VCARD")]
    NoBegin,
    /// Breaks off.
    #[error("it breaks off: the line END:VCARD is missing")]
    NoEnd,
    /// More than one card. Only read, because a change to one would rewrite a file of several people.
    #[error("it holds {0} cards; give each contact a file of its own")]
    Several(usize),
}

/// How many lines a card is expected to have: room for more is made when they come.
const LINES: usize = 24;

impl<'a> Card<'a> {
    /// Reads one card. Lines that are no properties are kept as they are.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Self, CardError> {
        let text = std::str::from_utf8(bytes).map_err(|_| CardError::Encoding)?;
        if text.trim_matches(['\u{feff}', ' ', '\t', '\r', '\n']).is_empty() {
            return Err(CardError::Empty);
        }
        let (mut lines, mut depth, mut cards) = (Vec::with_capacity(LINES), 0_usize, 0_usize);
        for raw in logical(text) {
            let line = Line::read(raw);
            let begins = line.is("BEGIN", "VCARD");
            if depth == 0 && cards == 0 && !begins && !raw.trim().is_empty() {
                return Err(CardError::NoBegin);
            }
            if begins {
                depth += 1;
                cards += usize::from(depth == 1);
            }
            // The lines of a card within the card (2.1 AGENT) are not properties of this one.
            let opaque = depth > 1 || depth == 0;
            if line.is("END", "VCARD") {
                depth = depth.saturating_sub(1);
            }
            lines.push(if opaque { line.opaque() } else { line });
        }
        match (depth, cards) {
            (_, 0) => Err(CardError::NoBegin),
            (1.., _) => Err(CardError::NoEnd),
            (0, 1) => {
                let version = version(&lines);
                lines.iter_mut().for_each(|line| line.of_version(version));
                Ok(Self { line_break: line_break(text), version, lines })
            }
            (0, _) => Err(CardError::Several(cards)),
        }
    }
}

/// The logical lines, each with all its physical lines and their breaks.
fn logical(text: &str) -> impl Iterator<Item = &str> {
    let mut pieces = fold::physical(text).peekable();
    let mut start = 0;
    std::iter::from_fn(move || {
        let mut end = start + pieces.next()?.len();
        while let Some(piece) = pieces.next_if(|piece| fold::goes_on(text.get(start..end).unwrap_or_default(), piece)) {
            end += piece.len();
        }
        let line = text.get(start..end);
        start = end;
        line
    })
}

fn line_break(text: &str) -> &'static str {
    if text.split_inclusive('\n').next().is_some_and(|first| !first.ends_with("\r\n") && first.ends_with('\n')) {
        "\n"
    } else {
        "\r\n"
    }
}

fn version(lines: &[Line<'_>]) -> Version {
    let written = lines.iter().filter_map(Line::property).find(|property| property.is("VERSION"));
    match written.map(|property| property.value().trim()) {
        Some("2.1") => Version::V2,
        Some("4.0") => Version::V4,
        _ => Version::V3,
    }
}
