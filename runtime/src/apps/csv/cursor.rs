//! What a listing remembers of a file: its content as a hash, which column is said to hold the ids, which columns gave them, and
//! what tells who the rows are.
//!
//! An export tool that names such a column otherwise would make every row another contact, and the known ones deleted. Only
//! what was remembered tells that from a file that never had the column.

use serde::{Deserialize, Serialize};

use super::{
    former::{Former, Memory},
    rows::{Rows, Told},
    settings::Settings,
};
use crate::apps::file;

/// A file as last listed. As text: a line with the hash and the name of the id column, then [`Givers`] and [`Memory`] as JSON, a
/// line each. A cursor of an earlier version does not have one of these, or either.
#[derive(Debug)]
pub(super) struct Cursor {
    /// The hash of the content and the name of the id column: with another one the records are others.
    seen: String,
    givers: Givers,
    memory: Option<Memory>,
}

/// The headers of the columns that gave rows their ids.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Givers {
    /// Of the id column, if an id stands in it that the row would not have without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<String>,
    /// Of the emails, if there are any: a row without an id goes by its email.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) email: Option<String>,
}

impl Cursor {
    /// The cursor of a file that was read after this one. A file without rows gives no ids: those who come back to it are known by
    /// what gave them theirs before.
    pub(super) fn of(content: &[u8], rows: &Rows, settings: &Settings, before: Option<&Self>) -> Self {
        let seen = format!("{} {}", file::version(content), settings.id_column);
        let emptied = before.filter(|_| rows.observed().next().is_none());
        Self { seen, givers: emptied.map_or(&rows.givers, |before| &before.givers).clone(), memory: None }
    }

    /// The same with what is to be remembered of the rows: of each that a listing with gaps does not show, or an empty one, what was
    /// before.
    pub(super) fn remembering(mut self, told: &[Told], whole: bool, before: Option<Self>) -> Self {
        let memory = Memory::of(told);
        let before = before.and_then(|before| before.memory).filter(|_| !whole || told.is_empty());
        self.memory = Some(match before {
            Some(before) => memory.with_gaps(before, told),
            None => memory,
        });
        self
    }

    /// Which rows had another id then.
    pub(super) fn former(&self, told: &[Told], whole: bool) -> Former {
        match &self.memory {
            Some(memory) => memory.former(told, whole),
            // An earlier version did not remember the rows. If all ids were those of the emails, there is nothing to remember.
            None if self.givers.id.is_none() => Memory::default().former(told, whole),
            None => Former::default(),
        }
    }

    /// The cursor in a text that [`Cursor::write`] made.
    pub(super) fn read(text: &str) -> Self {
        let mut lines = text.lines();
        let seen = lines.next().unwrap_or_default().to_owned();
        let givers = lines.next().and_then(|line| serde_json::from_str(line).ok()).unwrap_or_default();
        let memory = lines.next().and_then(|line| serde_json::from_str(line).ok());
        Self { seen, givers, memory }
    }

    /// The cursor as text.
    pub(super) fn write(&self) -> String {
        let givers = serde_json::to_string(&self.givers).unwrap_or_default();
        let memory = self.memory.as_ref().and_then(|memory| serde_json::to_string(memory).ok()).unwrap_or_default();
        format!("{}\n{givers}\n{memory}", self.seen)
    }

    /// Whether it remembers the rows.
    pub(super) fn remembers(&self) -> bool {
        self.memory.is_some()
    }

    /// The same file, whatever is in it now: what gave the ids is still known, and who the rows are, but for these.
    pub(super) fn anew(mut self, without: &[String]) -> Self {
        if let Some(memory) = &mut self.memory {
            memory.forget(without);
        }
        let id_column = self.seen.split_once(' ').map(|(_, id_column)| id_column).unwrap_or_default();
        self.seen = format!("- {id_column}");
        self
    }

    /// Whether the other one is of the same content, read the same way.
    pub(super) fn is_of_the_same(&self, other: &Self) -> bool {
        self.seen == other.seen
    }

    /// The header that gave ids and is not there any more while a row needs it, with what syncc.toml would say of its new
    /// name. None if it names another column for the ids since: that is meant.
    pub(super) fn lacks(&self, rows: &Rows, settings: &Settings) -> Option<(&str, &'static str)> {
        let header = rows.header();
        if header.is_empty() || self.seen.split_once(' ').is_none_or(|(_, id_column)| id_column != settings.id_column) {
            return None;
        }
        let id = self.givers.id.as_deref().filter(|_| settings.id_of(header).is_none());
        let email =
            self.givers.email.as_deref().filter(|_| settings.column_of("email", header).is_none() && rows.lack_ids);
        let id = id.map(|column| (column, "id-column = \"…\""));
        id.or_else(|| email.map(|column| (column, "columns = { email = \"…\" }")))
    }
}
