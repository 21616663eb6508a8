//! Links and bases of the pairs that are in step now, as far as they are: noted with the write that brings them into step, and
//! of all others after the writes.

use syncc_compiler::{ir::End, value::Record};

use super::{Connection, CycleError, Picture, halfway, naming, push::Pushed, push::stored};
use crate::{
    engine::{Base, Item, Kind, Outcome},
    store::{LinkId, Settled, StoreError},
};

impl Connection<'_> {
    /// Remembers every pair that is in step now, with what each side really holds. Those of which all is written, or was never
    /// to be, are among [`Pushed::in_step`] from then on.
    pub(super) fn settle(&mut self, picture: &Picture<'_>, pushed: &mut Pushed) -> Result<(), CycleError> {
        let (mut settled, mut whose) = (Vec::new(), Vec::new());
        for (index, item) in picture.plan.items.iter().enumerate() {
            let Kind::Pair(outcome) = &item.kind else { continue };
            if item.held.is_some() {
                continue;
            }
            // Gone on both sides, and certainly: there is nothing left to remember.
            let unread =
                |end: &End| item.ids[end.index()].as_ref().is_some_and(|id| picture.unread[end.index()].contains(id));
            let gone = End::BOTH.iter().all(|end| outcome.end[end.index()].is_none() && !unread(end))
                && !pushed.failed.contains(&index);
            if let Some(link) = item.link.and_then(|link| picture.link_ids.get(link)).filter(|_| gone) {
                self.store.unlink(*link)?;
                continue;
            }
            if !pushed.settled.contains(&index) {
                let failed = pushed.failed.contains(&index);
                if let Some((pair, base)) = self.settled(picture, index, (item, outcome), pushed, failed) {
                    settled.push(pair);
                    whose.push((index, base, failed));
                }
            }
        }
        let links = match self.store.settle(&settled) {
            // One of a pair became somebody else's meanwhile, or went: all others are in step all the same.
            Err(StoreError::AlreadyLinked { .. } | StoreError::Unseen { .. }) => self.settle_each(&settled)?,
            links => links?.into_iter().map(Some).collect(),
        };
        for ((index, base, failed), link) in whose.into_iter().zip(links) {
            match link {
                Some(link) if !failed => pushed.in_step.push((index, link, base)),
                Some(_) => {}
                None => pushed.reached_others = true,
            }
        }
        Ok(())
    }

    /// Remembers those of the pairs that can be: the next plan knows what became of the others.
    fn settle_each(&mut self, settled: &[Settled]) -> Result<Vec<Option<LinkId>>, CycleError> {
        let mut links = Vec::new();
        for pair in settled {
            links.push(match self.store.settle(std::slice::from_ref(pair)) {
                Err(StoreError::AlreadyLinked { .. } | StoreError::Unseen { .. }) => None,
                link => link?.pop(),
            });
        }
        Ok(links)
    }

    /// What is remembered of a pair once what was written of it on one end is noted, and whether that is all there is to write
    /// of it.
    pub(super) fn settled_by(
        &self,
        picture: &Picture<'_>,
        index: usize,
        end: End,
        pushed: &Pushed,
    ) -> Option<(Settled, Base, bool)> {
        let item = picture.plan.items.get(index)?;
        let Kind::Pair(outcome) = &item.kind else { return None };
        let other = end.other();
        let written = outcome.changes.iter().any(|change| change.end == other);
        let waits = written && !pushed.now[other.index()].contains_key(&index);
        let halfway = waits || pushed.failed.contains(&index);
        let (settled, base) = self.settled(picture, index, (item, outcome), pushed, halfway)?;
        Some((settled, base, !halfway))
    }

    /// What is remembered of a pair. `halfway`: something of what the plan writes for it is not written.
    fn settled(
        &self,
        picture: &Picture<'_>,
        index: usize,
        (item, outcome): (&Item, &Outcome),
        pushed: &Pushed,
        halfway: bool,
    ) -> Option<(Settled, Base)> {
        let base = outcome.base.as_ref()?;
        let id = |end: End| {
            pushed.now[end.index()].get(&index).map(|now| now.id.clone()).or_else(|| item.ids[end.index()].clone())
        };
        let (Some(left), Some(right)) = (id(End::Left), id(End::Right)) else { return None };
        let written = End::BOTH.into_iter().any(|end| pushed.now[end.index()].contains_key(&index));
        let before = item.link.and_then(|link| picture.links.get(link)).and_then(|link| link.base.as_ref());
        if !written && before == Some(base) {
            return None;
        }
        let mut actual = self.actual(picture, index, item, outcome, base, pushed);
        if halfway {
            actual = halfway::base(picture, index, item, outcome, &actual, pushed)?;
        }
        let sides = &self.program.sides;
        let base = [0, 1].map(|end: usize| actual.sides[end].as_ref().map(|record| naming::named(&sides[end], record)));
        let made = End::BOTH.into_iter().find(|end| item.ids[end.index()].is_none());
        let how = match (&item.matched, made) {
            (Some(key), _) => Some(format!("both have {key}")),
            (None, Some(end)) => Some(format!("made in {} for it", self.program.side(end).name)),
            (None, None) => None,
        };
        Some((Settled { ids: [left, right], base, how }, actual))
    }

    /// The planned base, with what the apps really stored in the fields that were written.
    fn actual(
        &self,
        picture: &Picture<'_>,
        index: usize,
        item: &Item,
        outcome: &Outcome,
        base: &Base,
        pushed: &Pushed,
    ) -> Base {
        let side = |end: End| -> Option<Record> {
            let planned = base.sides[end.index()].as_ref()?;
            let Some(now) = pushed.now[end.index()].get(&index).and_then(|now| now.record.as_ref()) else {
                return Some(planned.clone());
            };
            let before = picture.now(item, end).and_then(|known| known.record.as_ref());
            let after = outcome.end[end.index()].as_ref()?;
            // A field whose base is held back until its contact comes into scope again keeps that base.
            let held_back = |index: usize| planned.values().get(index) != after.values().get(index);
            let stored = stored(after, before, now);
            let values = stored.values().iter().zip(now.values()).enumerate();
            let values = values.map(|(index, (stored, now))| match held_back(index) {
                true => planned.values().get(index).cloned().unwrap_or_default(),
                // Nobody follows it. What the app made of it (a whole name out of parts that were written) is no edit.
                false if now.is_known() && !picture.reads(end, index) => now.clone(),
                false => stored.clone(),
            });
            Some(Record::new(values.collect()))
        };
        Base { sides: [side(End::Left), side(End::Right)] }
    }
}
