//! Applying writes to the rows of a file, in memory.

use std::collections::HashSet;

use super::{columns::Layout, rows::Rows, settings::Settings};
use crate::apps::{AppError, Class, Write, file};

/// The rows with the writes so far. Nothing of a write that fails is in it.
pub(super) struct Writes<'a> {
    rows: Rows,
    removed: HashSet<usize>,
    layout: &'a Layout,
    settings: &'a Settings,
}

impl<'a> Writes<'a> {
    pub(super) fn new(rows: Rows, layout: &'a Layout, settings: &'a Settings) -> Self {
        Self { rows, removed: HashSet::new(), layout, settings }
    }

    /// Applies a write. The answer is the id of the row.
    pub(super) fn apply(&mut self, write: &Write) -> Result<String, AppError> {
        match write {
            Write::Create { op, record } => {
                let id = op.to_string();
                // A create that already arrived is not done again.
                if self.rows.find(&id).is_none() {
                    let cells = |header: &[String]| self.layout.new_row(header, record);
                    self.rows.append(&id, cells, self.settings, self.layout.default_columns())?;
                }
                Ok(id)
            }
            Write::Update { id, version, raw, before, after } => {
                let version = version.clone().unwrap_or_else(|| file::version(raw));
                let line = self.line(id, Some(&version))?;
                let cells = self.rows.cells(line);
                for (column, text) in self.layout.changes(self.rows.header(), &cells, before, after)? {
                    self.rows.table.set(line, column, &text);
                }
                Ok(id.clone())
            }
            Write::Delete { id, version } => {
                match self.line(id, version.as_deref()) {
                    Ok(line) => {
                        self.removed.insert(line);
                    }
                    Err(error) if error.class == Class::Gone => {}
                    Err(error) => return Err(error),
                }
                Ok(id.clone())
            }
        }
    }

    /// The line of a row that is still at this version.
    fn line(&self, id: &str, version: Option<&str>) -> Result<usize, AppError> {
        let Some(line) = self.rows.find(id) else {
            // With lines that cannot be read nobody knows whether it is gone.
            let class = if self.rows.is_whole() { Class::Gone } else { Class::Stale };
            return Err(AppError::new(class, format!("there is no row with the id `{id}` any more")));
        };
        let now = self.rows.raw(line).map(|raw| file::version(&raw));
        match version {
            Some(version) if now.as_deref() != Some(version) => {
                Err(AppError::new(Class::Stale, format!("the row `{id}` was changed since it was read")))
            }
            _ => Ok(line),
        }
    }

    /// The rows after all writes.
    pub(super) fn finish(self) -> Rows {
        self.rows.settle(&self.removed, self.settings)
    }
}
