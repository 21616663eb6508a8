//! What a cycle did: each record of each side in exactly one category, and the categories add up.

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;
use syncc_compiler::ir::{End, FieldId};

use super::{
    Moved, Picture,
    breaker::Breaker,
    illegible::IllegibleOf,
    page::{Mark, mark},
};
use crate::{
    apps::AppError,
    engine::{Counts, Held, Item, Kind, Status, Sum},
    store::LinkId,
};

/// What a cycle did, or what a plan would do.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How many records of each side are in which category, left first.
    pub tallies: [Tally; 2],
    /// What went wrong, record by record.
    pub problems: Vec<Problem>,
    /// Where the problems of a record stand in [`Self::problems`].
    told: HashMap<Mark, Vec<usize>>,
    /// Creations whose answer was lost and that were found again.
    pub found: u64,
    /// Contacts of the saved plan that were left alone, because they are not as it says any more.
    pub moved: Vec<Moved>,
    /// What is not written because a side has no place for it, what may be meant to be one, and what cannot be read, for people. Said
    /// while there is something to do: said in every run, nobody would read it.
    pub notes: Vec<String>,
    /// How long it took.
    pub milliseconds: u64,
    /// The fields, left side first, that a side has no place for, and that something was to be written to.
    pub(super) lacking: [BTreeSet<FieldId>; 2],
    /// What nobody can read of the records that were planned, left side first.
    pub(super) illegible: [IllegibleOf; 2],
    /// Whether something is to be written at all.
    pub(super) writes: bool,
    /// Why nothing more is written to a side in this round, left first.
    pub(super) stopped: [Option<AppError>; 2],
    /// What each app made of the writes of this run so far, left first.
    pub(super) breakers: [Breaker; 2],
    /// What was written, left first.
    done: [HashMap<Mark, Category>; 2],
    /// Pairs that were written and of which nothing is left to do, with what is kept of them when they rest, left first.
    pub(super) may_rest: Vec<(LinkId, [u8; 2])>,
    /// What became of every other record that is not at rest, left first.
    noted: [HashMap<Mark, Category>; 2],
}

/// How many records of one side are in which category. All but `deleted` add up to the records there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Made by this cycle.
    pub created: usize,
    /// Changed by this cycle.
    pub updated: usize,
    /// Removed by this cycle: no longer among the records.
    pub deleted: usize,
    /// No rule lets them flow.
    pub excluded: usize,
    /// Another record of the same side has the same key, or the match is not clear.
    pub duplicates: usize,
    /// Could not be read or written, or holds back the other side.
    pub failed: usize,
    /// Somebody paused it.
    pub paused: usize,
    /// Something else keeps changing back what is written to it.
    pub oscillating: usize,
    /// There is something to do, and this run was asked for others.
    pub unasked: usize,
    /// Nothing to do.
    pub in_sync: usize,
}

impl Tally {
    /// How many records there are.
    #[must_use]
    pub fn total(&self) -> usize {
        let held = self.paused + self.oscillating + self.unasked;
        self.created + self.updated + self.excluded + self.duplicates + self.failed + held + self.in_sync
    }

    fn count(&mut self, category: Category) {
        *match category {
            Category::Created => &mut self.created,
            Category::Updated => &mut self.updated,
            Category::Deleted => &mut self.deleted,
            Category::Excluded => &mut self.excluded,
            Category::Duplicate => &mut self.duplicates,
            Category::Failed => &mut self.failed,
            Category::Paused => &mut self.paused,
            Category::Oscillating => &mut self.oscillating,
            Category::Unasked => &mut self.unasked,
            Category::Due | Category::InSync => &mut self.in_sync,
        } += 1;
    }
}

/// The categories.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Category {
    /// Made by this cycle.
    Created,
    /// Changed by this cycle.
    Updated,
    /// Removed by this cycle.
    Deleted,
    /// No rule lets it flow.
    Excluded,
    /// Not the only record with its key, or the match is not clear.
    Duplicate,
    /// Could not be read or written.
    Failed,
    /// Somebody paused it.
    Paused,
    /// Something else keeps changing back what is written to it.
    Oscillating,
    /// There is something to do, and this run was asked for others.
    Unasked,
    /// Something is to be done about it, or its partner is to be made, by the next run: told of what is remembered, and of what moved
    /// after it was planned.
    Due,
    /// Nothing to do.
    InSync,
}

/// What went wrong with one record, or with a part of a side that is no record yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// On which side the record is.
    pub end: End,
    /// Its id; `None` where it has none (a broken line).
    pub id: Option<String>,
    /// Who it is, for people.
    pub who: String,
    /// What is wrong, and what can be done.
    pub why: String,
}

impl Report {
    /// The summary that is kept with the run, as JSON.
    #[must_use]
    pub fn summary(&self) -> String {
        serde_json::json!({
            "left": self.tallies[0],
            "right": self.tallies[1],
            "problems": self.problems.len(),
            "found": self.found,
            "milliseconds": self.milliseconds,
        })
        .to_string()
    }

    /// How many records were written on both sides.
    #[must_use]
    pub fn written(&self) -> usize {
        self.tallies.iter().map(|tally| tally.created + tally.updated + tally.deleted).sum()
    }

    pub(super) fn problem(&mut self, problem: Problem) {
        let told = self.told.entry(mark(problem.end, problem.id.as_deref().unwrap_or_default())).or_default();
        if told.iter().all(|at| self.problems.get(*at) != Some(&problem)) {
            told.push(self.problems.len());
            self.problems.push(problem);
        }
    }

    pub(super) fn did(&mut self, end: End, id: &str, category: Category) {
        let slot = self.done[end.index()].entry(mark(end, id)).or_insert(category);
        // Made and then changed in one cycle is made; whatever was then removed is removed.
        if category == Category::Deleted || *slot == Category::Failed {
            *slot = category;
        }
    }

    /// Counts what the plan would do.
    pub(super) fn settle_planned(&mut self, picture: &Picture<'_>) {
        self.tallies = picture.plan.counts.map(Tally::from);
        for end in End::BOTH {
            self.tallies[end.index()].failed += self.unread(picture, end);
        }
    }

    /// Begins a round: whatever is not at rest is noted again, and each side is tried again.
    pub(super) fn begin_round(&mut self) {
        (self.stopped, self.noted) = Default::default();
    }

    /// Notes what became of the contacts of a picture, but for those that are at rest.
    pub(super) fn note(&mut self, picture: &Picture<'_>) {
        for end in End::BOTH {
            for item in &picture.plan.items {
                let Some(id) = &item.ids[end.index()] else { continue };
                match self.category(picture, item, end).filter(|_| !item.is_at_rest()) {
                    Some(category) => drop(self.noted[end.index()].insert(mark(end, id), category)),
                    None => drop(self.noted[end.index()].remove(&mark(end, id))),
                }
            }
            let unread = picture.unread[end.index()].iter().map(|id| (mark(end, id), Category::Failed));
            self.noted[end.index()].extend(unread);
        }
    }

    /// Counts what was done, beside what is at rest.
    pub(super) fn settle_done(&mut self, at_rest: &Sum) {
        self.tallies = at_rest.counts.map(Tally::from);
        for end in End::BOTH {
            let (done, noted) = (&self.done[end.index()], &self.noted[end.index()]);
            let others = noted.iter().filter(|(id, _)| !done.contains_key(*id));
            others.chain(done).for_each(|(_, category)| self.tallies[end.index()].count(*category));
        }
    }

    /// Whether it is known what became of a record.
    pub(super) fn knows(&self, end: End, id: &str) -> bool {
        let mark = mark(end, id);
        self.done[end.index()].contains_key(&mark) || self.noted[end.index()].contains_key(&mark)
    }

    /// Notes a record that moved after it was planned.
    pub(super) fn moved_meanwhile(&mut self, end: End, id: &str) {
        self.noted[end.index()].insert(mark(end, id), Category::Due);
    }

    /// Takes out a record that is gone since it was noted.
    pub(super) fn gone_meanwhile(&mut self, end: End, id: &str) {
        self.noted[end.index()].remove(&mark(end, id));
    }

    /// Whether a record was written.
    pub(super) fn wrote(&self, end: End, id: &str) -> bool {
        self.done[end.index()].contains_key(&mark(end, id))
    }

    /// How many records are there and could not be read, so that no item of the plan has them.
    pub(super) fn unread(&self, picture: &Picture<'_>, end: End) -> usize {
        picture.unread[end.index()].iter().filter(|id| self.told.contains_key(&mark(end, id))).count()
    }

    /// Where a record stands, by what is remembered of it: before a run, not after it. One that waits for its partner to be made is
    /// not in sync with anybody.
    pub(super) fn standing(&self, picture: &Picture<'_>, item: &Item, end: End) -> Option<Category> {
        let category = self.category(picture, item, end)?;
        let makes = item.ids[end.other().index()].is_none() && picture.writes_on(item, end.other());
        let due = item.held.is_none() && (makes || picture.writes_on(item, end));
        Some(if due { Category::Due } else { category })
    }

    pub(super) fn category(&self, picture: &Picture<'_>, item: &Item, end: End) -> Option<Category> {
        let here = picture.now(item, end).filter(|known| known.record.is_some());
        if let Some(known) = here {
            if let Some(done) = self.done[end.index()].get(&mark(end, &known.id)) {
                return Some(*done);
            }
            if self.told.contains_key(&mark(end, &known.id)) {
                return Some(Category::Failed);
            }
        }
        let held = item.held.map(|held| match held {
            Held::Paused => Category::Paused,
            Held::Oscillating => Category::Oscillating,
            Held::Unknown | Held::Waiting => Category::Failed,
            Held::NotAsked => Category::Unasked,
        });
        if held.is_some() {
            return here.and(held);
        }
        let outcome = match &item.kind {
            Kind::Duplicate { .. } | Kind::Ambiguous { .. } => return here.map(|_| Category::Duplicate),
            Kind::Pair(outcome) => outcome,
        };
        // What was written is in `done`: a write that is still only planned did not happen.
        here.map(|_| match outcome.status {
            _ if picture.writes_on(item, end) => Category::Failed,
            Status::Excluded => Category::Excluded,
            Status::Refused => Category::Failed,
            _ => Category::InSync,
        })
    }
}

impl From<Counts> for Tally {
    fn from(counts: Counts) -> Self {
        Self {
            created: counts.created,
            updated: counts.updated,
            deleted: counts.deleted,
            excluded: counts.excluded,
            duplicates: counts.duplicates,
            failed: counts.refused + counts.failed,
            paused: counts.paused,
            oscillating: counts.oscillating,
            unasked: counts.unasked,
            in_sync: counts.in_sync,
        }
    }
}
