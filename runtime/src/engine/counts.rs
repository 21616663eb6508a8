//! How the records of one side are counted: each in exactly one category.

use std::ops::AddAssign;

use serde::{Deserialize, Serialize};
use syncc_compiler::ir::End;

use super::{Held, Item, Kind, Outcome, Status};

/// The records of one side, by what a plan does to them.
///
/// Invariant: `created + updated + excluded + duplicates + refused + paused + oscillating + failed + unasked + in_sync` are all records that the side
/// will have once the plan is carried out; `deleted` ones are those that it had before and will not have then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct Counts {
    /// The record is made.
    pub created: usize,
    /// A field of the record is changed.
    pub updated: usize,
    /// The record is deleted.
    pub deleted: usize,
    /// Nothing flows: out of scope in both directions, or nothing on the other side to flow to.
    pub excluded: usize,
    /// Not written, because it shares a key with another record of its side, or its keys name several.
    pub duplicates: usize,
    /// Not written, because the rules find no end for it.
    pub refused: usize,
    /// Not written, because somebody paused it.
    pub paused: usize,
    /// Not written, because something else keeps changing back what is written.
    pub oscillating: usize,
    /// Not written for now: an earlier write of it was refused or is not answered.
    pub failed: usize,
    /// Not written, because this run was asked for others.
    pub unasked: usize,
    /// Linked and as it should be.
    pub in_sync: usize,
}

impl Counts {
    /// All records that the side will have.
    #[must_use]
    pub fn records(&self) -> usize {
        let held = self.paused + self.oscillating + self.failed + self.unasked;
        self.created + self.updated + self.excluded + self.duplicates + self.refused + held + self.in_sync
    }

    /// Counts the record that an item has at this end, if it has one. `existed`: whether it was there before.
    pub(super) fn count(&mut self, item: &Item, end: End, existed: bool) {
        let held = match item.held {
            None => None,
            Some(Held::Paused) => Some(&mut self.paused),
            Some(Held::Oscillating) => Some(&mut self.oscillating),
            Some(Held::Unknown | Held::Waiting) => Some(&mut self.failed),
            Some(Held::NotAsked) => Some(&mut self.unasked),
        };
        if let Some(held) = held {
            *held += usize::from(existed);
            return;
        }
        match &item.kind {
            Kind::Pair(outcome) => self.count_pair(outcome, end, existed),
            Kind::Duplicate { .. } | Kind::Ambiguous { .. } => self.duplicates += usize::from(existed),
        }
    }

    fn count_pair(&mut self, outcome: &Outcome, end: End, existed: bool) {
        let changed = outcome.changes.iter().any(|change| change.end == end);
        let paired = outcome.end.iter().all(Option::is_some);
        let category = match (existed, outcome.end[end.index()].is_some()) {
            (false, false) => return,
            (false, true) => &mut self.created,
            (true, false) => &mut self.deleted,
            (true, true) if changed => &mut self.updated,
            (true, true) if outcome.status == Status::Refused => &mut self.refused,
            (true, true) if paired && outcome.status != Status::Excluded => &mut self.in_sync,
            (true, true) => &mut self.excluded,
        };
        *category += 1;
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        let Self {
            created,
            updated,
            deleted,
            excluded,
            duplicates,
            refused,
            paused,
            oscillating,
            failed,
            unasked,
            in_sync,
        } = other;
        self.created += created;
        self.updated += updated;
        self.deleted += deleted;
        self.excluded += excluded;
        self.duplicates += duplicates;
        self.refused += refused;
        self.paused += paused;
        self.oscillating += oscillating;
        self.failed += failed;
        self.unasked += unasked;
        self.in_sync += in_sync;
    }
}
