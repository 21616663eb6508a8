//! A list as a spreadsheet saves it: read as a whole, written as a whole.

use std::{collections::BTreeMap, fs, io, path::PathBuf};

use super::book::{Book, Fields, Row};

/// A list.
pub(super) struct List {
    path: PathBuf,
    style: Style,
}

/// How it is saved.
#[derive(Clone, Copy, Default)]
struct Style {
    semicolons: bool,
    crlf: bool,
    quoted: bool,
    marked: bool,
}

const MARK: &str = "\u{feff}";

impl List {
    /// A list with nobody in it.
    pub(super) fn new(path: PathBuf, ids: bool) -> io::Result<Self> {
        let columns = "email,phone,given_name,family_name,company,title,note,mine\n";
        fs::write(&path, format!("{}{columns}", if ids { "id," } else { "" }))?;
        Ok(Self { path, style: Style::default() })
    }

    /// The columns and the rows.
    fn read(&self) -> io::Result<(Vec<String>, Vec<Vec<String>>)> {
        let text = fs::read_to_string(&self.path)?;
        let text = text.strip_prefix(MARK).unwrap_or(&text);
        let delimiter = if self.style.semicolons { b';' } else { b',' };
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter)
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut rows = Vec::new();
        for row in reader.records() {
            rows.push(row?.iter().map(str::to_owned).collect());
        }
        if rows.is_empty() {
            return Err(io::Error::other("the list has no line of columns any more"));
        }
        Ok((rows.remove(0), rows))
    }

    fn write(&self, columns: &[String], rows: &[Vec<String>]) -> io::Result<()> {
        let Style { semicolons, crlf, quoted, marked } = self.style;
        let mut writer = csv::WriterBuilder::new()
            .delimiter(if semicolons { b';' } else { b',' })
            .terminator(if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') })
            .quote_style(if quoted { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary })
            .from_writer(Vec::new());
        writer.write_record(columns)?;
        rows.iter().try_for_each(|row| writer.write_record(row))?;
        let bytes = writer.into_inner().map_err(|error| io::Error::other(error.to_string()))?;
        let mark = if marked { MARK.as_bytes() } else { &[] };
        fs::write(&self.path, [mark, &bytes].concat())
    }

    fn change(&self, place: &str, change: impl FnOnce(&[String], &mut Vec<Vec<String>>, usize)) -> io::Result<()> {
        let (columns, mut rows) = self.read()?;
        let Some(at) = place.parse().ok().filter(|at| *at < rows.len()) else { return Ok(()) };
        change(&columns, &mut rows, at);
        self.write(&columns, &rows)
    }
}

impl Book for List {
    fn rows(&self) -> io::Result<Vec<Row>> {
        let (columns, rows) = self.read()?;
        let fields = |row: Vec<String>| {
            let cells = columns.iter().cloned().zip(row);
            cells.filter(|(column, cell)| column != "id" && !cell.is_empty()).collect::<Fields>()
        };
        Ok(rows.into_iter().enumerate().map(|(at, row)| Row { place: at.to_string(), fields: fields(row) }).collect())
    }

    fn set(&self, place: &str, field: &str, value: &str) -> io::Result<()> {
        self.change(place, |columns, rows, at| {
            let column = columns.iter().position(|column| column == field);
            if let Some(cell) = column.and_then(|column| rows[at].get_mut(column)) {
                value.clone_into(cell);
            }
        })
    }

    fn make(&self, fields: &Fields, number: u32) -> io::Result<()> {
        let (columns, mut rows) = self.read()?;
        let cell = |column: &String| match column.as_str() {
            "id" => number.to_string(),
            column => fields.get(column).cloned().unwrap_or_default(),
        };
        rows.push(columns.iter().map(cell).collect());
        self.write(&columns, &rows)
    }

    fn delete(&self, place: &str) -> io::Result<()> {
        self.change(place, |_, rows, at| drop(rows.remove(at)))
    }

    fn shuffle(&self, by: u32) -> io::Result<()> {
        let (columns, mut rows) = self.read()?;
        match by % 3 {
            0 => rows.reverse(),
            1 => rows.sort(),
            _ => {
                let by = 1.min(rows.len());
                rows.rotate_left(by);
            }
        }
        self.write(&columns, &rows)
    }

    fn save(&mut self, how: u32) -> io::Result<()> {
        let (columns, rows) = self.read()?;
        let bit = |nth: u32| how >> nth & 1 == 1;
        self.style = Style { semicolons: bit(0), crlf: bit(1), quoted: bit(2), marked: bit(3) };
        self.write(&columns, &rows)
    }

    fn bytes(&self) -> io::Result<BTreeMap<String, Vec<u8>>> {
        Ok([(String::new(), fs::read(&self.path)?)].into())
    }
}
