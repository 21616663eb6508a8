//! Positions of the protocol and offsets of the compiler.
//!
//! The compiler counts bytes from the start of the file; the protocol counts lines, and within a line the
//! units that client and server agreed on (LSP 3.17, "Position Encoding Kinds"). A position that does not
//! exist is taken for the nearest one before it that does, so that no message can make the server slice a
//! character in two or reach past the text.

use tower_lsp::ls_types::{Position, PositionEncodingKind, Range};

/// What a position counts within its line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 code units: what every client understands.
    #[default]
    Utf16,
    /// Characters.
    Utf32,
}

impl Encoding {
    /// The best of what a client offers: bytes, then the protocol's own default.
    pub(crate) fn negotiate(offered: Option<&[PositionEncodingKind]>) -> Self {
        let offers = |kind| offered.is_some_and(|offered| offered.contains(&kind));
        if offers(PositionEncodingKind::UTF8) {
            Self::Utf8
        } else if offers(PositionEncodingKind::UTF16) || !offers(PositionEncodingKind::UTF32) {
            Self::Utf16
        } else {
            Self::Utf32
        }
    }

    /// Its name in the protocol.
    pub(crate) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
            Self::Utf32 => PositionEncodingKind::UTF32,
        }
    }

    fn width(self, c: char) -> usize {
        match self {
            Self::Utf8 => c.len_utf8(),
            Self::Utf16 => c.len_utf16(),
            Self::Utf32 => 1,
        }
    }
}

/// Where the lines of a text start. Lines end with `\n`, `\r\n` or a lone `\r`, as the protocol says.
///
/// Invariant: `starts` is never empty, strictly ascending, and every element is a character boundary of the
/// text that the index was made from. Use it with that text only.
#[derive(Clone, Debug)]
pub(crate) struct LineIndex {
    starts: Vec<usize>,
}

impl LineIndex {
    pub(crate) fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(at, byte)| match **byte {
            b'\n' => true,
            b'\r' => bytes.get(at + 1) != Some(&b'\n'),
            _ => false,
        });
        Self { starts: std::iter::once(0).chain(ends.map(|(at, _)| at + 1)).collect() }
    }

    /// The text of a line without its end.
    fn line<'a>(&self, text: &'a str, line: usize) -> &'a str {
        let start = self.starts.get(line).copied().unwrap_or(text.len());
        let end = self.starts.get(line + 1).copied().unwrap_or(text.len());
        text.get(start..end).unwrap_or_default().trim_end_matches(['\r', '\n'])
    }

    /// The offset of a position, in bytes. Past the end of a line is its end, past the last line the end of the text.
    pub(crate) fn offset(&self, text: &str, position: Position, encoding: Encoding) -> usize {
        let line = position.line as usize;
        let Some(start) = self.starts.get(line) else { return text.len() };
        let mut left = position.character as usize;
        let mut offset = *start;
        for c in self.line(text, line).chars() {
            let width = encoding.width(c);
            if width > left {
                break;
            }
            left -= width;
            offset += c.len_utf8();
        }
        offset
    }

    /// The position of an offset. Within a character is its start, past the text the end of the text.
    pub(crate) fn position(&self, text: &str, offset: usize, encoding: Encoding) -> Position {
        let offset = offset.min(text.len());
        let line = self.starts.partition_point(|start| *start <= offset).saturating_sub(1);
        let mut at = self.starts.get(line).copied().unwrap_or_default();
        let mut character = 0;
        for c in self.line(text, line).chars() {
            at += c.len_utf8();
            if at > offset {
                break;
            }
            character += encoding.width(c);
        }
        Position::new(saturate(line), saturate(character))
    }

    /// The range of a span.
    pub(crate) fn range(&self, text: &str, span: std::ops::Range<usize>, encoding: Encoding) -> Range {
        Range::new(self.position(text, span.start, encoding), self.position(text, span.end, encoding))
    }
}

fn saturate(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "when 客户.label\r\nthen 🏠.tag\rundo\n";

    #[test]
    fn every_boundary_survives_the_way_there_and_back() {
        let index = LineIndex::new(TEXT);
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            for (offset, c) in TEXT.char_indices().filter(|(_, c)| !matches!(c, '\r' | '\n')) {
                let position = index.position(TEXT, offset, encoding);
                assert_eq!(index.offset(TEXT, position, encoding), offset, "{c:?} in {encoding:?}");
            }
        }
    }

    #[test]
    fn an_emoji_is_four_bytes_two_units_or_one_character() {
        let index = LineIndex::new(TEXT);
        let dot = TEXT.find(".tag").unwrap();
        for (encoding, character) in [(Encoding::Utf8, 9), (Encoding::Utf16, 7), (Encoding::Utf32, 6)] {
            assert_eq!(index.position(TEXT, dot, encoding), Position::new(1, character));
        }
    }

    #[test]
    fn a_position_inside_a_character_is_its_start() {
        let index = LineIndex::new(TEXT);
        let house = TEXT.find('🏠').unwrap();
        assert_eq!(index.offset(TEXT, Position::new(1, 6), Encoding::Utf16), house);
        for inside in 6..9 {
            assert_eq!(index.offset(TEXT, Position::new(1, inside), Encoding::Utf8), house);
        }
    }

    #[test]
    fn a_position_that_does_not_exist_is_the_nearest_before_it() {
        let index = LineIndex::new(TEXT);
        let end_of_first = TEXT.find('\r').unwrap();
        assert_eq!(index.offset(TEXT, Position::new(0, 999), Encoding::Utf16), end_of_first);
        assert_eq!(index.offset(TEXT, Position::new(99, 0), Encoding::Utf16), TEXT.len());
        assert_eq!(index.position(TEXT, TEXT.len() + 5, Encoding::Utf16), Position::new(3, 0));
    }

    #[test]
    fn bytes_are_preferred_and_utf16_is_the_default() {
        use PositionEncodingKind as Kind;
        assert_eq!(Encoding::negotiate(None), Encoding::Utf16);
        assert_eq!(Encoding::negotiate(Some(&[])), Encoding::Utf16);
        assert_eq!(Encoding::negotiate(Some(&[Kind::UTF16, Kind::UTF8])), Encoding::Utf8);
        assert_eq!(Encoding::negotiate(Some(&[Kind::UTF32, Kind::UTF16])), Encoding::Utf16);
        assert_eq!(Encoding::negotiate(Some(&[Kind::UTF32])), Encoding::Utf32);
    }
}
