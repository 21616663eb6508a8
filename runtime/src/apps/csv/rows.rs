//! The rows of a file as records with ids.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    cursor::Givers,
    ids::{Provisional, by_row, is_by_email},
    settings::Settings,
    table::{Line, Row, Table},
};
use crate::apps::{AppError, Class, Observed, file};

/// What a row tells of who it is.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) id: String,
    /// Whether the id stands in the file.
    pub(super) is_written: bool,
    pub(super) email: String,
    pub(super) phone: String,
    pub(super) name: String,
    /// The ids that a row without an email had if its own did not stand in the file.
    pub(super) made_of_it: Vec<String>,
}

/// A table whose rows have ids.
///
/// Invariant: `by_id` and `ids` name only lines of the table that are rows, each with an id of its own.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) table: Table,
    /// The index of the line of each id.
    by_id: HashMap<String, usize>,
    /// The id of each line that has one.
    ids: BTreeMap<usize, String>,
    header: Vec<String>,
    /// The column with the ids, if there is one yet.
    pub(super) id_column: Option<usize>,
    /// Which columns gave the ids.
    pub(super) givers: Givers,
    /// Whether a row has no id in the id column.
    pub(super) lack_ids: bool,
    problems: Vec<(usize, String)>,
}

impl Rows {
    /// Gives each row its id.
    pub(super) fn of(table: Table, settings: &Settings) -> Self {
        let header = table.header_names();
        let id_column = settings.id_of(&header);
        let email = settings.column_of("email", &header);
        let written = |row: &Row| id_column.map(|at| row.text(at).trim().to_owned()).filter(|id| !id.is_empty());
        let taken: HashSet<String> = rows(&table).filter_map(|(_, row)| written(row)).collect();
        let mut provisional = Provisional::new(taken);
        let (mut by_id, mut ids, mut problems) = (HashMap::new(), BTreeMap::new(), Vec::new());
        let (mut givers, mut lack_ids) = (Givers::default(), false);
        let named = |column: Option<usize>| column.and_then(|at| header.get(at).cloned());
        for (at, row) in rows(&table) {
            let text = email.map(|at| row.text(at)).unwrap_or_default();
            let written = written(row);
            lack_ids |= written.is_none();
            // An id that the email gives the row anyway is not lost with the id column. One such row tells.
            if givers.id.is_none() && written.as_ref().is_some_and(|id| !is_by_email(id, &text)) {
                givers.id = named(id_column);
            } else if givers.email.is_none() && !text.trim().is_empty() {
                givers.email = named(email);
            }
            let id = written.unwrap_or_else(|| provisional.next(&text, &row.texts().collect::<Vec<_>>()));
            if by_id.contains_key(&id) {
                problems.push((
                    row.number,
                    format!("its id `{id}` stands in an earlier line already; give it another one or none"),
                ));
            } else {
                by_id.insert(id.clone(), at);
                ids.insert(at, id);
            }
        }
        for line in &table.lines {
            if let Line::Kept { number, wrong: Some(wrong), .. } = line {
                problems.push((*number, wrong.clone()));
            }
        }
        problems.sort();
        Self { table, by_id, ids, header, id_column, givers, lack_ids, problems }
    }

    /// The names of the columns.
    pub(super) fn header(&self) -> &[String] {
        &self.header
    }

    /// What is wrong with lines, for people.
    pub(super) fn problems(&self) -> impl Iterator<Item = String> {
        self.problems.iter().map(|(number, wrong)| format!("line {number} is left out: {wrong}"))
    }

    /// Whether every line could be read.
    pub(super) fn is_whole(&self) -> bool {
        self.problems.is_empty()
    }

    /// The line with this id.
    pub(super) fn find(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    /// The records in the order of the file.
    pub(super) fn observed(&self) -> impl Iterator<Item = Observed> {
        self.ids.keys().filter_map(|at| self.at(*at))
    }

    /// What each row tells of who it is, in the order of the file.
    pub(super) fn told(&self, settings: &Settings) -> Vec<Told> {
        let column = |field: &str| settings.column_of(field, &self.header);
        let [email, phone, whole] = ["email", "phone", "name"].map(column);
        let parts = ["given_name", "middle_name", "family_name"].map(column);
        let told = self.ids.iter().filter_map(|(line, id)| {
            let Some(Line::Row(row)) = self.table.lines.get(*line) else { return None };
            let text = |column: Option<usize>| column.map(|at| row.text(at)).unwrap_or_default();
            let (email, name) = (text(email), text(whole));
            let is_written = !text(self.id_column).trim().is_empty();
            let of_itself = is_written && email.trim().is_empty();
            Some(Told {
                id: id.clone(),
                is_written,
                phone: text(phone),
                name: if name.trim().is_empty() { parts.map(text).join(" ") } else { name },
                made_of_it: if of_itself { self.made_of(row) } else { Vec::new() },
                email,
            })
        });
        told.collect()
    }

    /// The ids that a row would have without the one that is written in it: with an empty cell for it, and without the column.
    fn made_of(&self, row: &Row) -> Vec<String> {
        let is_id = |at: usize| Some(at) == self.id_column;
        let blank = row.texts().enumerate().map(|(at, text)| if is_id(at) { String::new() } else { text });
        let without = row.texts().enumerate().filter(|(at, _)| !is_id(*at)).map(|(_, text)| text);
        vec![by_row(&blank.collect::<Vec<_>>()), by_row(&without.collect::<Vec<_>>())]
    }

    /// The number of the line that a row with this id begins in.
    pub(super) fn number(&self, id: &str) -> Option<usize> {
        match self.table.lines.get(self.find(id)?)? {
            Line::Row(row) => Some(row.number),
            Line::Kept { number, .. } => Some(*number),
        }
    }

    /// The record in a line.
    pub(super) fn at(&self, line: usize) -> Option<Observed> {
        let id = self.ids.get(&line)?;
        let raw = self.raw(line)?;
        Some(Observed {
            id: id.clone(),
            version: Some(file::version(&raw)),
            raw,
            deleted: false,
            edited: None,
            aliases: Vec::new(),
        })
    }

    /// A row in a form that stands by itself: column and text of each cell. The id is no part of it, so that
    /// a row is the same before and after its id is written down.
    pub(super) fn raw(&self, line: usize) -> Option<Vec<u8>> {
        let Some(Line::Row(row)) = self.table.lines.get(line) else {
            return None;
        };
        let cells: Vec<(&String, String)> = self
            .header
            .iter()
            .zip(row.texts())
            .enumerate()
            .filter(|(at, _)| Some(*at) != self.id_column)
            .map(|(_, cell)| cell)
            .collect();
        serde_json::to_vec(&cells).ok()
    }

    /// Adds a row with its id, and gives the table what it lacks: columns if it is empty, and one for the ids.
    pub(super) fn append(
        &mut self,
        id: &str,
        cells: impl FnOnce(&[String]) -> Result<Vec<String>, AppError>,
        settings: &Settings,
        columns: Vec<String>,
    ) -> Result<(), AppError> {
        if self.header.is_empty() {
            let names: Vec<String> = std::iter::once(settings.id_column.clone()).chain(columns).collect();
            self.table.set_header(&names);
            self.header = names;
            self.id_column = Some(0);
        }
        let mut cells = cells(&self.header)?;
        let at = self.need_id_column(settings);
        cells.resize(self.header.len(), String::new());
        if let Some(cell) = cells.get_mut(at) {
            id.clone_into(cell);
        }
        self.table.append(&cells);
        let line = self.table.lines.len().saturating_sub(1);
        self.by_id.insert(id.to_owned(), line);
        self.ids.insert(line, id.to_owned());
        Ok(())
    }

    fn need_id_column(&mut self, settings: &Settings) -> usize {
        if let Some(at) = self.id_column {
            return at;
        }
        self.table.add_column(&settings.id_column);
        self.header.push(settings.id_column.clone());
        let at = self.header.len() - 1;
        self.id_column = Some(at);
        at
    }

    /// Writes down the ids that only were provisional, and takes lines out.
    pub(super) fn settle(mut self, removed: &HashSet<usize>, settings: &Settings) -> Self {
        if !self.header.is_empty() {
            let column = self.need_id_column(settings);
            for (line, id) in &self.ids {
                let blank =
                    matches!(self.table.lines.get(*line), Some(Line::Row(row)) if row.text(column).trim().is_empty());
                if blank {
                    self.table.set(*line, column, id);
                }
            }
        }
        let mut at = 0..;
        self.table.lines.retain(|_| at.next().is_none_or(|at| !removed.contains(&at)));
        Self::of(self.table, settings)
    }

    /// The texts of all cells of a line.
    pub(super) fn cells(&self, line: usize) -> Vec<String> {
        match self.table.lines.get(line) {
            Some(Line::Row(row)) => row.texts().collect(),
            _ => Vec::new(),
        }
    }

    /// The texts of a column.
    pub(super) fn column(&self, column: Option<usize>) -> impl Iterator<Item = String> {
        let cells = column.map(|column| rows(&self.table).map(move |(_, row)| row.text(column)));
        cells.into_iter().flatten()
    }
}

/// The lines that are rows, with their indexes.
fn rows(table: &Table) -> impl Iterator<Item = (usize, &Row)> {
    table.lines.iter().enumerate().filter_map(|(at, line)| match line {
        Line::Row(row) => Some((at, row)),
        Line::Kept { .. } => None,
    })
}

/// The cells in what [`Rows::raw`] made.
pub(super) fn cells_of(raw: &[u8]) -> Result<Vec<(String, String)>, AppError> {
    serde_json::from_slice(raw)
        .map_err(|error| AppError::new(Class::Invalid, format!("a remembered row cannot be read: {error}")))
}
