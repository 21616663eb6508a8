//! What a plan comes to in numbers, and what stays of a record of which nothing is to be done.
//!
//! Promise: what the counts and the guards ask of contacts is all in here. So a plan may be made a few contacts at a time, and
//! those that are at rest need not be read: the sums of the parts are the sum of the whole.

use std::ops::AddAssign;

use syncc_compiler::ir::End;

use super::{
    Counts, Item, Outcome, Status, What,
    guard::{KINDS, does},
};

/// Contacts in numbers. Each side's are in two numbers, left first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sum {
    /// The records of each side by what becomes of them.
    pub counts: [Counts; 2],
    /// The items for which something is written.
    pub writes: usize,
    /// Pairs of which both are there and linked, once what is planned is carried out.
    pub pairs: usize,
    /// Records that are there.
    pub(super) present: [usize; 2],
    /// Records that are linked, deleted ones included.
    pub(super) linked_ever: [usize; 2],
    /// Pairs of which both are there and were in step before, and something flows.
    pub(super) relevant: usize,
    /// Of those, the ones whose record changed since.
    pub(super) changed: [usize; 2],
    /// Contacts for which something is done that there can be too much of, in the order of [`KINDS`].
    pub(super) too_much: [[usize; KINDS.len()]; 2],
}

impl Sum {
    /// Counts what is written for an item.
    pub(super) fn add_writes(&mut self, item: &Item) {
        let Some(outcome) = written(item) else { return };
        self.writes += usize::from(!outcome.changes.is_empty());
        for end in End::BOTH {
            for (count, kind) in self.too_much[end.index()].iter_mut().zip(KINDS) {
                *count += usize::from(does(outcome, end, kind));
            }
        }
    }

    /// Counts a linked pair of which both are there. `changed`: which sides changed since the base, if there is one.
    pub(super) fn add_pair(&mut self, changed: Option<[bool; 2]>, excluded: bool) {
        self.pairs += 1;
        if let (Some(changed), false) = (changed, excluded) {
            self.relevant += 1;
            for side in [0, 1] {
                self.changed[side] += usize::from(changed[side]);
            }
        }
    }
}

/// What is written for an item, if anything is.
fn written(item: &Item) -> Option<&Outcome> {
    item.outcome().filter(|outcome| outcome.status != Status::Refused)
}

/// How many of the items do so much of one kind to a side.
pub(crate) fn count(items: &[Item], end: End, what: What) -> usize {
    items.iter().filter_map(written).filter(|outcome| does(outcome, end, what)).count()
}

impl AddAssign for Sum {
    fn add_assign(&mut self, other: Self) {
        self.writes += other.writes;
        self.pairs += other.pairs;
        self.relevant += other.relevant;
        for side in [0, 1] {
            self.counts[side] += other.counts[side];
            self.present[side] += other.present[side];
            self.linked_ever[side] += other.linked_ever[side];
            self.changed[side] += other.changed[side];
            for (count, more) in self.too_much[side].iter_mut().zip(other.too_much[side]) {
                *count += more;
            }
        }
    }
}

/// A record at rest: nothing is to be done about it, and nothing to be remembered, until something about it moves. What it
/// adds to a [`Sum`], in one byte. What belongs to a pair is kept with its left record.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Rest(u8);

impl Rest {
    const THERE: u8 = 1;
    const IN_SYNC: u8 = 1 << 1;
    const LINKED: u8 = 1 << 2;
    const PAIR: u8 = 1 << 3;
    const RELEVANT: u8 = 1 << 4;
    const CHANGED: u8 = 1 << 5;

    /// The byte.
    #[must_use]
    pub fn byte(self) -> u8 {
        self.0
    }

    /// A record that stands alone, and flows nowhere.
    pub(super) fn alone() -> Self {
        Self(Self::THERE)
    }

    /// The record of a linked pair on one end.
    pub(super) fn linked(end: End, pair: Resting) -> Self {
        let both = pair.there == [true, true];
        let relevant = both && pair.changed.is_some() && pair.in_sync;
        let changed = relevant && pair.changed.is_some_and(|changed| changed[end.index()]);
        let left = end == End::Left;
        let bits = [
            (Self::THERE, pair.there[end.index()]),
            (Self::IN_SYNC, pair.in_sync),
            (Self::LINKED, pair.linked_ever[end.index()]),
            (Self::PAIR, both && left),
            (Self::RELEVANT, relevant && left),
            (Self::CHANGED, changed),
        ];
        Self(bits.into_iter().filter(|(_, is)| *is).fold(0, |byte, (bit, _)| byte | bit))
    }

    fn has(self, bit: u8) -> usize {
        usize::from(self.0 & bit != 0)
    }

    /// What so many records of one side add up to.
    #[must_use]
    pub fn sum(self, end: End, times: usize) -> Sum {
        let (mut sum, side) = (Sum::default(), end.index());
        let there = times * self.has(Self::THERE);
        if self.has(Self::IN_SYNC) > 0 {
            sum.counts[side].in_sync = there;
        } else {
            sum.counts[side].excluded = there;
        }
        sum.present[side] = there;
        sum.linked_ever[side] = times * self.has(Self::LINKED);
        sum.pairs = times * self.has(Self::PAIR);
        sum.relevant = times * self.has(Self::RELEVANT);
        sum.changed[side] = times * self.has(Self::CHANGED);
        sum
    }
}

impl From<u8> for Rest {
    fn from(byte: u8) -> Self {
        Self(byte)
    }
}

/// What is kept of a linked pair.
#[derive(Clone, Copy, Debug)]
pub(super) struct Resting {
    /// Which records are there, left first.
    pub there: [bool; 2],
    pub in_sync: bool,
    pub linked_ever: [bool; 2],
    /// Which sides changed since the base, if both have one.
    pub changed: Option<[bool; 2]>,
}
