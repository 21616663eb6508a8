//! A CSV file in rows and cells that keep their bytes.

use super::{cell, scan};

/// The mark that some programs put before UTF-8.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// A whole file. Promise: [`Table::to_bytes`] of a table that was read is what was read.
#[derive(Clone, Debug)]
pub(super) struct Table {
    bom: bool,
    separator: char,
    line_break: &'static str,
    /// Whether the header has every cell in quotes: then new cells are too.
    quotes_all: bool,
    /// `None` for an empty file.
    header: Option<Row>,
    pub(super) lines: Vec<Line>,
}

/// What stands after the header.
#[derive(Clone, Debug)]
pub(super) enum Line {
    /// A row with as many cells as the header.
    Row(Row),
    /// An empty line or one that cannot be read, kept as it is. With what is wrong, if something is.
    Kept { number: usize, bytes: Vec<u8>, wrong: Option<String> },
}

/// One row.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// The number of its line in the file as read, from 1.
    pub(super) number: usize,
    /// As written, quotes included.
    cells: Vec<String>,
    /// Its line break; empty for a last row without one.
    ending: String,
}

impl Row {
    /// The text of a cell; empty for one that is not there.
    pub(super) fn text(&self, index: usize) -> String {
        self.cells.get(index).map(|raw| cell::unquote(raw)).unwrap_or_default()
    }

    /// The texts of all cells.
    pub(super) fn texts(&self) -> impl Iterator<Item = String> {
        self.cells.iter().map(|raw| cell::unquote(raw))
    }

    fn write(&self, separator: char, to: &mut Vec<u8>) {
        to.extend(self.cells.join(separator.to_string().as_str()).bytes());
        to.extend(self.ending.bytes());
    }
}

impl Table {
    /// Reads a file.
    ///
    /// # Errors
    /// Why nothing of it can be read, for people.
    pub(super) fn read(content: &[u8], separator: Option<char>) -> Result<Self, String> {
        if content.starts_with(b"\xff\xfe") || content.starts_with(b"\xfe\xff") {
            return Err("it is written in UTF-16; save it as UTF-8".to_owned());
        }
        let bom = content.starts_with(BOM);
        let bytes = if bom { content.get(BOM.len()..).unwrap_or_default() } else { content };
        let first_line = bytes.get(..scan::next_line(bytes, 0)).unwrap_or_default();
        let separator = separator.unwrap_or_else(|| scan::sniff(first_line));
        let line_break = if first_line.ends_with(b"\r\n") { "\r\n" } else { "\n" };
        let mut table = Self { bom, separator, line_break, quotes_all: false, header: None, lines: Vec::new() };
        if bytes.iter().all(u8::is_ascii_whitespace) {
            if !bytes.is_empty() {
                table.lines.push(Line::Kept { number: 1, bytes: bytes.to_vec(), wrong: None });
            }
            return Ok(table);
        }
        let (header, mut at) = table.row_at(bytes, 0, 1).map_err(|why| format!("in its first line {why}"))?;
        let mut number = 1 + breaks(bytes, 0, at);
        let width = header.cells.len();
        table.quotes_all = header.cells.iter().all(|raw| raw.starts_with('"'));
        table.header = Some(header);
        while at < bytes.len() {
            let (line, next) = table.line_at(bytes, at, number, width);
            table.lines.push(line);
            number += breaks(bytes, at, next);
            at = next;
        }
        Ok(table)
    }

    fn line_at(&self, bytes: &[u8], at: usize, number: usize, width: usize) -> (Line, usize) {
        let line_end = scan::next_line(bytes, at);
        let kept = |until: usize, wrong: Option<String>| {
            (Line::Kept { number, bytes: bytes.get(at..until).unwrap_or_default().to_vec(), wrong }, until)
        };
        if bytes.get(at..line_end).is_some_and(|line| line.iter().all(|byte| matches!(byte, b'\r' | b'\n'))) {
            return kept(line_end, None);
        }
        match self.row_at(bytes, at, number) {
            Ok((row, next)) if row.cells.len() == width => (Line::Row(row), next),
            // A quote that is not closed swallows lines until the next quote; they are read by themselves.
            Ok((row, _)) => {
                kept(line_end, Some(format!("it has {} cells, and the header has {width}", row.cells.len())))
            }
            Err(why) => kept(line_end, Some(why)),
        }
    }

    fn row_at(&self, bytes: &[u8], at: usize, number: usize) -> Result<(Row, usize), String> {
        let separator = u8::try_from(self.separator).unwrap_or(b',');
        let scanned = scan::row(bytes, at, separator).map_err(|fault| fault.explain().to_owned())?;
        let text = |range: std::ops::Range<usize>| {
            let bytes = bytes.get(range).unwrap_or_default();
            std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| "it is not written in UTF-8".to_owned())
        };
        let ending = text(scanned.end..scanned.next)?;
        let cells = scanned.cells.into_iter().map(text).collect::<Result<_, _>>()?;
        Ok((Row { number, cells, ending }, scanned.next))
    }

    /// The file as bytes.
    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = if self.bom { BOM.to_vec() } else { Vec::new() };
        if let Some(header) = &self.header {
            header.write(self.separator, &mut bytes);
        }
        for line in &self.lines {
            match line {
                Line::Row(row) => row.write(self.separator, &mut bytes),
                Line::Kept { bytes: kept, .. } => bytes.extend(kept),
            }
        }
        bytes
    }

    /// The names of the columns; none for an empty file.
    pub(super) fn header_names(&self) -> Vec<String> {
        self.header.iter().flat_map(Row::texts).collect()
    }

    /// Gives an empty file its columns.
    pub(super) fn set_header(&mut self, names: &[String]) {
        let cells = names.iter().map(|name| self.spell(name)).collect();
        self.header = Some(Row { number: 1, cells, ending: self.line_break.to_owned() });
    }

    /// Adds a column at the end of the header and of every row that can be read.
    pub(super) fn add_column(&mut self, name: &str) {
        let (name, empty) = (self.spell(name), self.spell(""));
        if let Some(header) = &mut self.header {
            header.cells.push(name);
        }
        for line in &mut self.lines {
            if let Line::Row(row) = line {
                row.cells.push(empty.clone());
            }
        }
    }

    /// Puts a text into a cell. One that was in quotes stays in quotes.
    pub(super) fn set(&mut self, line: usize, column: usize, text: &str) {
        let (separator, quotes_all) = (self.separator, self.quotes_all);
        if let Some(Line::Row(row)) = self.lines.get_mut(line)
            && let Some(slot) = row.cells.get_mut(column)
        {
            *slot = cell::quote(text, separator, quotes_all || slot.starts_with('"'));
        }
    }

    /// Adds a row at the end. The file ends with a line break afterwards exactly if it did before.
    pub(super) fn append(&mut self, texts: &[String]) {
        let cells = texts.iter().map(|text| self.spell(text)).collect();
        let mut ending = self.line_break.to_owned();
        let last = match self.lines.last_mut() {
            Some(Line::Row(row)) => Some(&mut row.ending),
            Some(Line::Kept { bytes, .. }) => {
                if !bytes.ends_with(b"\n") {
                    bytes.extend(ending.bytes());
                }
                None
            }
            None => self.header.as_mut().map(|header| &mut header.ending),
        };
        if let Some(last) = last.filter(|last| last.is_empty()) {
            std::mem::swap(last, &mut ending);
        }
        self.lines.push(Line::Row(Row { number: 0, cells, ending }));
    }

    fn spell(&self, text: &str) -> String {
        cell::quote(text, self.separator, self.quotes_all)
    }
}

/// How many physical lines end in this range.
fn breaks(bytes: &[u8], from: usize, to: usize) -> usize {
    bytes.get(from..to).unwrap_or_default().iter().filter(|byte| **byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Bytes that look like a table, sometimes.
    fn content() -> impl Strategy<Value = Vec<u8>> {
        let bytes = prop::sample::select(b"aab,,,;\"\"\n\n\r \xc3\xa4\xff".to_vec());
        prop::collection::vec(bytes, 0..120)
    }

    proptest! {
        #[test]
        fn what_was_read_is_written_byte_for_byte(content in content()) {
            if let Ok(table) = Table::read(&content, Some(',')) {
                prop_assert_eq!(table.to_bytes(), content);
            }
        }

        #[test]
        fn a_changed_cell_is_read_again_and_changes_no_other_line(body in content(), text in "[ab,\"\n ;]{0,8}") {
            let content = [b"x,y\n1,2\n", &body[..]].concat();
            let before = Table::read(&content, Some(',')).expect("the header is well formed");
            let mut after = before.clone();
            after.set(0, 1, &text);
            let written = after.to_bytes();
            let again = Table::read(&written, Some(',')).expect("the header is well formed");
            match &again.lines[0] {
                Line::Row(row) => prop_assert_eq!(row.text(1), text),
                Line::Kept { wrong, .. } => prop_assert!(false, "{:?}", wrong),
            }
            prop_assert!(written.ends_with(&body));
        }
    }
}
