//! Rows that go by another id than at the last reading: the same contact, not one that went and one that came.
//!
//! An id that is made of a row changes with the row, and a column with ids may be added to a file, or filled by somebody else. What
//! the last reading remembers of each such row tells who it is: the email, else, where the id was made of the row, the phone
//! number or the name.
//!
//! Promises:
//! - Two rows are one contact only if the one is gone, the other is new, and what they share stood in no other row, then and now.
//! - Where two rows could be it, none is, and that is told.
//! - Nothing of a contact is kept in clear, but the id.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::{ids, rows::Told};

/// What is remembered of the rows of a listing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Memory {
    /// The rows whose id is not simply that of their email.
    rows: Vec<Trace>,
    /// Hashes of the ids of all others.
    others: Vec<u64>,
}

/// What is remembered of one row: its id, and marks of what tells who it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Trace(String, Option<Mark>, Option<Mark>, Option<Mark>);

/// A hash, and whether other rows had the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Mark(u64, bool);

/// A row that goes by another id than before, and those that may.
#[derive(Debug, Default)]
pub(super) struct Former {
    /// The id that the row with this id had before.
    pub(super) ids: HashMap<String, String>,
    /// Rows of which that cannot be told, by their ids.
    pub(super) unclear: Vec<String>,
}

/// What tells who a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum By {
    Email,
    Phone,
    Name,
}

impl By {
    const ALL: [Self; 3] = [Self::Email, Self::Phone, Self::Name];

    fn of(self, row: &Told) -> Option<u64> {
        let text = match self {
            Self::Email => row.email.trim().to_lowercase(),
            // However it is spelt. A few digits are an extension, which many have.
            Self::Phone => Some(row.phone.chars().filter(char::is_ascii_digit).collect::<String>())
                .filter(|digits| digits.len() >= 6)
                .unwrap_or_default(),
            Self::Name => row.name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase(),
        };
        (!text.is_empty()).then(|| hash(&text))
    }
}

impl Trace {
    fn mark(&self, by: By) -> Option<Mark> {
        match by {
            By::Email => self.1,
            By::Phone => self.2,
            By::Name => self.3,
        }
    }
}

impl Memory {
    /// What is to be remembered of these rows.
    pub(super) fn of(rows: &[Told]) -> Self {
        let times = times(rows);
        let mark = |row: &Told, by: By| by.of(row).map(|hash| Mark(hash, times.get(&(by, hash)) > Some(&1)));
        let mut memory = Self::default();
        for row in rows {
            let email = mark(row, By::Email);
            if ids::is_by_email(&row.id, &row.email) && email.is_some_and(|Mark(_, shared)| !shared) {
                memory.others.push(hash(&row.id));
                continue;
            }
            // An id of somebody else's tells more than a name does: two of one name may well be two.
            let ours = !row.is_written || is_made_of_a_row(&row.id);
            let [phone, name] = [By::Phone, By::Name].map(|by| mark(row, by).filter(|_| ours));
            memory.rows.push(Trace(row.id.clone(), email, phone, name));
        }
        memory
    }

    /// Remembers nothing of these rows any more.
    pub(super) fn forget(&mut self, ids: &[String]) {
        self.rows.retain(|trace| !ids.contains(&trace.0));
        let hashes: Vec<u64> = ids.iter().map(|id| hash(id)).collect();
        self.others.retain(|other| !hashes.contains(other));
    }

    /// The same, for a reading with gaps: whoever is not shown may be in one of them, and is remembered.
    pub(super) fn with_gaps(mut self, before: Self, rows: &[Told]) -> Self {
        let there: HashSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        self.rows.extend(before.rows.into_iter().filter(|trace| !there.contains(trace.0.as_str())));
        self.others.extend(before.others);
        self.others.sort_unstable();
        self.others.dedup();
        self
    }

    /// Which of these rows had another id before. `whole`: nobody else is in the file.
    pub(super) fn former(&self, rows: &[Told], whole: bool) -> Former {
        let there: HashSet<&str> = rows.iter().map(|row| row.id.as_str()).collect();
        let gone = self.rows.iter().filter(|trace| whole && !there.contains(trace.0.as_str()));
        let gone: HashMap<&str, &Trace> = gone.map(|trace| (trace.0.as_str(), trace)).collect();
        let mut marked: HashMap<(By, u64), Vec<(&str, bool)>> = HashMap::new();
        for (id, trace) in &gone {
            for (by, Mark(mark, shared)) in By::ALL.into_iter().filter_map(|by| Some((by, trace.mark(by)?))) {
                marked.entry((by, mark)).or_default().push((id, shared));
            }
        }
        let traced: HashSet<&str> = self.rows.iter().map(|trace| trace.0.as_str()).collect();
        let others: HashSet<u64> = self.others.iter().copied().collect();
        let times = times(rows);
        let (mut was, mut maybe): (BTreeMap<&str, BTreeSet<String>>, HashSet<&str>) = Default::default();
        for row in rows.iter().filter(|row| !traced.contains(row.id.as_str()) && !others.contains(&hash(&row.id))) {
            let mut found: BTreeSet<String> =
                row.made_of_it.iter().filter(|id| gone.contains_key(id.as_str())).cloned().collect();
            let mut shared = false;
            // A row that we made is of a contact of the other side: that somebody of its name is gone here tells nothing.
            let ways = if version(&row.id) == Some(7) { &By::ALL[..1] } else { &By::ALL[..] };
            for by in ways.iter().copied() {
                let Some(own) = by.of(row) else { continue };
                let alone = times.get(&(by, own)) == Some(&1);
                let by_email = ids::by_email(&row.email).filter(|id| by == By::Email && !there.contains(id.as_str()));
                // An earlier version did not remember these.
                let was_there = |id: &String| others.is_empty() || others.contains(&hash(id));
                found.extend(by_email.filter(|id| alone && was_there(id)));
                for (id, before) in marked.get(&(by, own)).into_iter().flatten() {
                    if alone && !before {
                        found.insert((*id).to_owned());
                    } else {
                        shared = true;
                    }
                }
            }
            if found.is_empty() && shared {
                maybe.insert(&row.id);
            }
            was.insert(&row.id, found);
        }
        let mut asked: HashMap<&String, usize> = HashMap::new();
        was.values().flatten().for_each(|id| *asked.entry(id).or_default() += 1);
        let mut former = Former::default();
        for row in rows {
            let Some(found) = was.get(row.id.as_str()) else { continue };
            let one = found.iter().next().filter(|id| found.len() == 1 && asked.get(id) == Some(&1));
            match one {
                Some(id) => drop(former.ids.insert(row.id.clone(), id.clone())),
                None if found.is_empty() && !maybe.contains(row.id.as_str()) => {}
                None => former.unclear.push(row.id.clone()),
            }
        }
        former
    }
}

/// How many rows have this.
fn times(rows: &[Told]) -> HashMap<(By, u64), usize> {
    let mut times = HashMap::new();
    for row in rows {
        for (by, hash) in By::ALL.into_iter().filter_map(|by| Some((by, by.of(row)?))) {
            *times.entry((by, hash)).or_default() += 1;
        }
    }
    times
}

/// Whether an id is one that we made of a row and wrote down.
fn is_made_of_a_row(id: &str) -> bool {
    version(id) == Some(5)
}

/// The version of an id that is a UUID.
fn version(id: &str) -> Option<usize> {
    Uuid::parse_str(id).ok().map(|id| id.get_version_num())
}

fn hash(text: &str) -> u64 {
    let digest: [u8; 32] = Sha256::digest(text).into();
    digest.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes))
}
