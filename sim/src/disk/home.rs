//! The home: its two books, what people did in them since everything was at rest, and what is due in the run that is under way.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    panic::resume_unwind,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use syncc_compiler::ir::End;
use syncc_runtime::store::NewEntry;

use super::{
    book::{Book, Fields, MINE, Row, WHO},
    cards::Cards,
    list::List,
    plan::{Deed, Does, Plan, Round},
};
use crate::{hub::Killed, store::Steps};

/// Everybody on one side, by who it is. Several of one are several rows.
pub(super) type Side = BTreeMap<String, Vec<Fields>>;

/// What people did since everything was at rest.
#[derive(Clone, Debug, Default)]
pub(super) struct Done {
    /// The values that a field was given, in their order, by who it is and the field, left first.
    pub(super) edits: BTreeMap<(String, String), [Vec<String>; 2]>,
    /// Who was made, left first.
    pub(super) made: [BTreeSet<String>; 2],
    /// Who was deleted, left first.
    pub(super) deleted: [BTreeSet<String>; 2],
}

/// The home. Cheap to clone.
#[derive(Clone)]
pub(super) struct Home(Arc<Mutex<State>>);

/// What a home is like now.
pub(super) struct State {
    pub(super) books: [Box<dyn Book>; 2],
    /// Whether a row is known by an id, or it is a card.
    known: [bool; 2],
    pub(super) done: Done,
    /// Who had the same email or phone as somebody else, ever: it is not said here what becomes of them.
    pub(super) muddled: BTreeSet<String>,
    /// Who was there when a run last came to its end, left first.
    noted: [BTreeSet<String>; 2],
    /// Who ever had a key.
    keys: BTreeMap<String, BTreeSet<String>>,
    /// What is theirs in each row that has something, by who it is, left first.
    pub(super) mine: [BTreeMap<String, String>; 2],
    /// Everything that happened, for people.
    pub(super) story: Vec<String>,
    paths: [PathBuf; 2],
    away: [bool; 2],
    next: u32,
    running: bool,
    step: u32,
    round: Round,
}

/// Where the book of an end is.
pub(super) const PATHS: [&str; 2] = ["left", "right"];

impl Home {
    pub(super) fn new(plan: &Plan, folder: &Path) -> io::Result<Self> {
        let paths = PATHS.map(|name| folder.join(name));
        let left = List::new(paths[0].clone(), plan.ids[0])?;
        let right: Box<dyn Book> = match plan.cards {
            true => Box::new(Cards::new(paths[1].clone())?),
            false => Box::new(List::new(paths[1].clone(), plan.ids[1])?),
        };
        Ok(Self(Arc::new(Mutex::new(State {
            books: [Box::new(left), right],
            known: [plan.ids[0], plan.cards || plan.ids[1]],
            done: Done::default(),
            muddled: BTreeSet::new(),
            noted: Default::default(),
            keys: BTreeMap::new(),
            mine: Default::default(),
            story: Vec::new(),
            paths,
            away: [false, false],
            next: 100,
            running: false,
            step: 0,
            round: Round::default(),
        }))))
    }

    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A run begins in which this is due.
    pub(super) fn begin(&self, round: &Round) {
        let mut state = self.state();
        (state.running, state.step, state.round) = (true, 0, round.clone());
    }

    /// The run is over, and came to its end if it went `well`. What was elsewhere is back.
    pub(super) fn end(&self, well: bool) -> io::Result<()> {
        let mut state = self.state();
        state.running = false;
        for end in [0, 1] {
            if std::mem::take(&mut state.away[end]) {
                fs::rename(state.paths[end].with_extension("away"), &state.paths[end])?;
                state.story.push(format!("{} is back", PATHS[end]));
            }
            if well {
                state.noted[end] = state.order(end).into_iter().collect();
            }
        }
        Ok(())
    }
}

impl Steps for Home {
    fn step(&self) {
        let mut state = self.state();
        if !state.running {
            return;
        }
        state.step += 1;
        let step = state.step;
        let due: Vec<Deed> =
            state.round.during.iter().filter(|(at, _)| *at == step).map(|(_, deed)| deed.clone()).collect();
        for deed in due {
            state.act(&deed);
        }
        if state.round.killed == Some(step) {
            state.running = false;
            state.story.push(format!("  killed at step {step}"));
            drop(state);
            resume_unwind(Box::new(Killed));
        }
    }

    fn disk_full(&self) -> bool {
        let state = self.state();
        state.running && state.round.full.is_some_and(|from| state.step >= from)
    }

    fn journalled(&self, _: &NewEntry) {}
}

impl State {
    /// Somebody does something. What cannot be done (nobody is there, the file is elsewhere) is not.
    pub(super) fn act(&mut self, deed: &Deed) {
        let at = deed.end.index();
        let before = self.story.len();
        if let Err(error) = self.try_act(deed) {
            self.story.push(format!("  {}: nothing comes of it: {error}", PATHS[at]));
        }
        if self.running {
            self.story.iter_mut().skip(before).for_each(|line| line.insert_str(0, "  meanwhile "));
        }
    }

    fn try_act(&mut self, deed: &Deed) -> io::Result<()> {
        let (end, at) = (deed.end, deed.end.index());
        let rows: Vec<Row> = self.books[at].rows()?.into_iter().filter(|row| !row.who().is_empty()).collect();
        let picked = |nth: u32| (!rows.is_empty()).then(|| &rows[nth as usize % rows.len()]);
        match &deed.does {
            Does::Make { both, borrowed } => {
                let emails = rows.iter().filter_map(|row| row.fields.get("email"));
                let lent = emails.clone().nth(deed.nth as usize % emails.count().max(1)).cloned();
                self.make(end, *both, lent.filter(|_| *borrowed))
            }
            Does::Set { field, clear } => {
                let Some(row) = picked(deed.nth) else { return Ok(()) };
                let value = if *clear { String::new() } else { self.value(field) };
                self.set(end, row, field, &value)
            }
            Does::Delete => {
                let Some(row) = picked(deed.nth) else { return Ok(()) };
                self.books[at].delete(&row.place)?;
                self.story.push(format!("{}: {} is deleted", PATHS[at], row.who()));
                self.done.deleted[at].insert(row.who().to_owned());
                if !self.noted[at].contains(row.who()) && !self.done.made[at].contains(row.who()) {
                    // Made in a run that was cut off: nobody can tell whether it ever was. See docs/reliability.md.
                    self.muddled.insert(row.who().to_owned());
                }
                self.mine[at].remove(row.who());
                Ok(())
            }
            Does::Rename => {
                let Some(row) = picked(deed.nth) else { return Ok(()) };
                let number = self.number();
                self.story.push(format!("{}: the file of {} is renamed, if it has one", PATHS[at], row.who()));
                if self.running && self.done.made.iter().all(|made| made.contains(row.who())) {
                    // Seen under one name, and not found under it: that it is there is known in the next run.
                    self.muddled.insert(row.who().to_owned());
                }
                self.books[at].rename(&row.place, number)
            }
            Does::Swap => {
                let (Some(row), Some(other)) = (picked(deed.nth), picked(deed.nth + 1)) else { return Ok(()) };
                if row.place == other.place {
                    return Ok(());
                }
                let pair = format!("{} and {}", row.who(), other.who());
                self.story.push(format!("{}: the files of {pair} exchange their names, if they have some", PATHS[at]));
                self.books[at].swap(&row.place, &other.place)
            }
            Does::Shuffle => {
                self.story.push(format!("{}: in another order", PATHS[at]));
                self.books[at].shuffle(deed.nth)
            }
            Does::Save(how) => {
                self.story.push(format!("{}: saved in way {how}", PATHS[at]));
                self.books[at].save(*how)
            }
            Does::Vanish => {
                if !std::mem::replace(&mut self.away[at], true) {
                    fs::rename(&self.paths[at], self.paths[at].with_extension("away"))?;
                    self.story.push(format!("{} is elsewhere", PATHS[at]));
                }
                Ok(())
            }
        }
    }

    fn number(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    /// A value that no field had before.
    fn value(&mut self, field: &str) -> String {
        let number = self.number();
        match field {
            "email" => format!("p{number}@x.example"),
            "phone" if number.is_multiple_of(2) => format!("808-555-{number:04}"),
            "phone" => format!("+1808555{number:04}"),
            field => format!("{field}, {number}; \"so\""),
        }
    }

    fn make(&mut self, end: End, both: bool, email: Option<String>) -> io::Result<()> {
        let number = self.number();
        let who = format!("t{number}");
        let email = email.unwrap_or_else(|| format!("p{number}@x.example"));
        for end in End::BOTH.into_iter().filter(|of| both || *of == end) {
            let at = end.index();
            let mut fields: Fields =
                [(WHO, who.clone()), ("email", email.clone())].map(|(name, value)| (name.to_owned(), value)).into();
            for field in ["given_name", "company", MINE] {
                if field == "given_name" || number.is_multiple_of(3) {
                    let value = self.value(field);
                    fields.insert(field.to_owned(), value);
                }
            }
            self.books[at].make(&fields, number)?;
            self.story.push(format!("{}: {who} is made: {fields:?}", PATHS[at]));
            self.has(&who, &email);
            if both && self.running {
                // One side may have been read before, and the other one after.
                self.muddled.insert(who.clone());
            }
            self.done.made[at].insert(who.clone());
            for (field, value) in fields.into_iter().filter(|(field, _)| field != WHO) {
                self.wrote(at, &who, &field, value);
            }
        }
        Ok(())
    }

    fn set(&mut self, end: End, row: &Row, field: &str, value: &str) -> io::Result<()> {
        let (at, who) = (end.index(), row.who());
        if row.fields.get(field).map_or("", String::as_str) == value {
            return Ok(());
        }
        self.books[at].set(&row.place, field, value)?;
        self.story.push(format!("{}: {field} of {who} is “{value}” now", PATHS[at]));
        if ["email", "phone"].contains(&field) {
            self.has(who, value);
            let new_in_both = self.done.made.iter().all(|made| made.contains(who));
            if field == "email" && (!self.known[at] || new_in_both) {
                // Nothing else tells who a row without an id is, and that two are one.
                self.muddled.insert(who.to_owned());
            }
        }
        self.wrote(at, who, field, value.to_owned());
        Ok(())
    }

    fn wrote(&mut self, at: usize, who: &str, field: &str, value: String) {
        if field == MINE {
            self.mine[at].insert(who.to_owned(), value);
        } else {
            self.done.edits.entry((who.to_owned(), field.to_owned())).or_default()[at].push(value);
        }
    }

    /// Somebody has a key. With whom it is somebody else's as well it is not clear who is who.
    fn has(&mut self, who: &str, key: &str) {
        let holders = self.keys.entry(key.to_owned()).or_default();
        holders.insert(who.to_owned());
        if holders.len() > 1 {
            self.muddled.extend(holders.iter().cloned());
        }
    }

    /// Everybody on a side.
    pub(super) fn side(&self, at: usize) -> io::Result<Side> {
        let mut side = Side::new();
        for row in self.books[at].rows()? {
            side.entry(row.who().to_owned()).or_default().push(row.fields);
        }
        Ok(side)
    }

    /// Who is in a list, in its order.
    pub(super) fn order(&self, at: usize) -> Vec<String> {
        self.books[at].rows().unwrap_or_default().into_iter().map(|row| row.who().to_owned()).collect()
    }
}
