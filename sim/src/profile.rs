//! How an app behaves: what the real ones do, as switches.

use serde::{Deserialize, Serialize};
use syncc_compiler::schema::{Scalar, Type};

use crate::{
    cell::{Cell, Cells},
    chance::Chance,
};

/// How an app behaves. The default is an app without quirks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Profile {
    /// It tells what changed since a cursor, deletions included. Without it every listing is complete.
    pub incremental: bool,
    /// How long a cursor is good for, in seconds; `None` for ever.
    pub cursor_life: Option<u32>,
    /// How many records one page of a listing has.
    pub page: u32,
    /// How long a listing lags behind what is made and changed, in seconds. Reads by id never do.
    pub list_lag: u32,
    /// How long a search lags behind the writes, in seconds.
    pub search_lag: u32,
    /// The writer chooses the ids of new records.
    pub client_ids: bool,
    /// A write names the version that it was made from, and is refused if there is a newer one.
    pub versions: bool,
    /// It says when a record was last changed.
    pub dated: bool,
    /// How far its clock is off, in seconds.
    pub skew: i32,
    /// How many writes go into one request.
    pub batch: u32,
    /// It cuts blanks off and spells emails in lower case.
    pub trims: bool,
    /// It spells phone numbers its own way.
    pub respells_phones: bool,
    /// It cuts single texts after so many characters.
    pub cuts_at: Option<u32>,
    /// It does not take a record with this word in it.
    pub refuses: Option<String>,
    /// It says which records were merged into which.
    pub tells_merges: bool,
    /// Whoever asks for too much is told how long to wait.
    pub says_when: bool,
    /// How many requests it documents that it takes, in how much time.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quota: Option<Quota>,
}

/// So many requests in any so many seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quota {
    /// How many.
    pub requests: u32,
    /// In how many seconds.
    pub seconds: u32,
}

impl Quota {
    /// Any small quota: one that a cycle comes up against.
    #[must_use]
    pub fn draw(chance: &mut Chance) -> Self {
        Self { requests: chance.between(2, 9), seconds: chance.between(2, 20) }
    }
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            incremental: true,
            cursor_life: None,
            page: 100,
            list_lag: 0,
            search_lag: 0,
            client_ids: false,
            versions: true,
            dated: true,
            skew: 0,
            batch: 1,
            trims: false,
            respells_phones: false,
            cuts_at: None,
            refuses: None,
            tells_merges: false,
            says_when: true,
            quota: None,
        }
    }
}

/// The word that an app which refuses things refuses.
pub const REFUSED: &str = "Forbidden";

impl Profile {
    /// Any app.
    #[must_use]
    pub fn draw(chance: &mut Chance) -> Self {
        let incremental = chance.below(3) > 0;
        Self {
            incremental,
            cursor_life: (incremental && chance.once_in(3)).then(|| chance.between(60, 3_600)),
            page: chance.pick(&[1, 2, 3, 5, 100, 100]).copied().unwrap_or(100),
            list_lag: if chance.once_in(3) { chance.between(1, 400) } else { 0 },
            search_lag: if chance.once_in(3) { chance.between(1, 300) } else { 0 },
            client_ids: chance.once_in(4),
            versions: chance.below(3) > 0,
            dated: chance.below(4) > 0,
            skew: if chance.once_in(4) { i32::try_from(chance.below(240)).unwrap_or_default() - 120 } else { 0 },
            batch: chance.pick(&[1, 1, 2, 5, 50]).copied().unwrap_or(1),
            trims: chance.once_in(3),
            respells_phones: chance.once_in(2),
            cuts_at: chance.once_in(6).then(|| chance.between(4, 9)),
            refuses: chance.once_in(5).then(|| REFUSED.to_owned()),
            tells_merges: chance.once_in(2),
            says_when: chance.once_in(2),
            quota: None,
        }
    }

    /// What the app makes of what it is given for a field of this type.
    #[must_use]
    pub fn stored(&self, ty: Type, cell: Cell) -> Cell {
        let Cell::One(mut text) = cell else { return cell };
        let scalar = ty.scalar();
        if self.trims && matches!(scalar, Scalar::Text | Scalar::Email) {
            text = text.trim().to_owned();
        }
        if self.trims && scalar == Scalar::Email {
            text = text.to_lowercase();
        }
        if self.respells_phones && scalar == Scalar::Phone {
            text = respelt(&text);
        }
        if let (Some(most), Scalar::Text) = (self.cuts_at, scalar) {
            let cut: String = text.chars().take(most as usize).collect();
            cut.trim_end().clone_into(&mut text);
        }
        Cell::One(text)
    }

    /// Whether the app does not take a record with these cells.
    #[must_use]
    pub fn refuses(&self, cells: &Cells) -> bool {
        let Some(word) = &self.refuses else { return false };
        cells.values().any(|cell| match cell {
            Cell::One(text) => text.contains(word.as_str()),
            Cell::Many(elements) => elements.contains(word),
            Cell::Parts(_) => false,
        })
    }
}

/// A phone number as a person would write it: `+1 (212) 555-0101`.
fn respelt(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    match (digits.strip_prefix('1'), digits.len()) {
        (Some(rest), 11) => {
            let (area, rest) = rest.split_at(3);
            let (exchange, line) = rest.split_at(3);
            format!("+1 ({area}) {exchange}-{line}")
        }
        _ => text.to_owned(),
    }
}
