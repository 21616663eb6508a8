//! Finding rows and cells in bytes, and going on after a line that is broken.

use std::ops::Range;

/// What a row at some place in the bytes turned out to be.
pub(super) struct Scanned {
    /// Where its cells are, quotes included.
    pub(super) cells: Vec<Range<usize>>,
    /// Where its line break begins.
    pub(super) end: usize,
    /// Where the next row begins.
    pub(super) next: usize,
}

/// Why no row begins there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// A quote is opened and never closed.
    Unclosed,
    /// Something stands between a closing quote and the next separator.
    AfterQuote,
}

impl Fault {
    /// For people.
    pub(super) fn explain(self) -> &'static str {
        match self {
            Self::Unclosed => "a quote (\") is opened and not closed",
            Self::AfterQuote => "text stands behind a closing quote (\"); inside quotes a quote is written twice",
        }
    }
}

/// Reads the row that begins at `start`.
pub(super) fn row(bytes: &[u8], start: usize, separator: u8) -> Result<Scanned, Fault> {
    let mut cells = Vec::new();
    let mut at = start;
    loop {
        let begin = at;
        at = if bytes.get(at) == Some(&b'"') {
            closing_quote(bytes, at + 1)? + 1
        } else {
            plain_end(bytes, at, separator)
        };
        let (end, next) = line_break(bytes, at);
        if bytes.get(at) == Some(&separator) {
            cells.push(begin..at);
            at += 1;
        } else if next > at || at >= bytes.len() {
            cells.push(begin..end);
            return Ok(Scanned { cells, end, next });
        } else {
            return Err(Fault::AfterQuote);
        }
    }
}

/// The first byte after the physical line that begins at `start`.
pub(super) fn next_line(bytes: &[u8], start: usize) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    rest.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| start + at + 1)
}

fn closing_quote(bytes: &[u8], mut at: usize) -> Result<usize, Fault> {
    loop {
        let rest = bytes.get(at..).ok_or(Fault::Unclosed)?;
        at += rest.iter().position(|byte| *byte == b'"').ok_or(Fault::Unclosed)?;
        if bytes.get(at + 1) != Some(&b'"') {
            return Ok(at);
        }
        at += 2;
    }
}

fn plain_end(bytes: &[u8], start: usize, separator: u8) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    let stop = rest.iter().enumerate().position(|(index, byte)| {
        *byte == separator || *byte == b'\n' || (*byte == b'\r' && rest.get(index + 1) == Some(&b'\n'))
    });
    stop.map_or(bytes.len(), |stop| start + stop)
}

/// Where the line break at `at` begins and ends; twice `at` if there is none.
fn line_break(bytes: &[u8], at: usize) -> (usize, usize) {
    match (bytes.get(at), bytes.get(at + 1)) {
        (Some(b'\r'), Some(b'\n')) => (at, at + 2),
        (Some(b'\n'), _) => (at, at + 1),
        _ => (at, at),
    }
}

/// The separator that a header uses: the one of comma, semicolon and tab that it has most of outside quotes.
pub(super) fn sniff(header: &[u8]) -> char {
    let mut counts = [(',', 0_usize), (';', 0), ('\t', 0)];
    let mut quoted = false;
    for byte in header {
        quoted ^= *byte == b'"';
        if let Some((_, count)) =
            counts.iter_mut().find(|(separator, _)| !quoted && u32::from(*separator) == u32::from(*byte))
        {
            *count += 1;
        }
    }
    // Of equal counts the first one stays.
    counts.iter().rev().max_by_key(|(_, count)| *count).map_or(',', |(separator, _)| *separator)
}
