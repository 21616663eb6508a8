//! A round of planning: everything that moved, page by page, in numbers first. What is found to be at rest is put to rest.
//!
//! Promise: what is written in a round is what its survey counted: its pages are kept, or, where they are many, the same
//! pages are planned again from the same memory, with what is held and asked for as it was when the round began.

use std::collections::{HashMap, HashSet};

use syncc_compiler::ir::{End, Program};

use super::{
    Allowed, Connection, CycleError, Moved, Picture, Report, SavedContact, SavedPlan, page::Pass, picture::Frame,
};
use crate::{
    engine::{Counts, Guard, Item, Rest, Sum, guards},
    store::RecordId,
};

/// What a round would do, in numbers.
pub struct Overview<'a> {
    /// The rules.
    pub program: &'a Program,
    /// Whether nothing was ever linked: this is a first sync.
    pub first: bool,
    /// The records of each side by what becomes of them, left first.
    pub counts: [Counts; 2],
    /// What must be allowed before the first write.
    pub guards: Vec<Guard>,
    /// How many contacts are written.
    pub writes: usize,
    /// The contacts that were planned first, page by page: all, if they are few enough to be kept, or one page of them.
    pub sample: Vec<Picture<'a>>,
}

/// A survey under way.
pub(super) struct Surveying<'o> {
    /// What is asked for, if not everything.
    only: Option<&'o SavedPlan>,
    /// What of that no page had yet, if that is to be told.
    unmet: Option<HashMap<&'o [Option<String>; 2], &'o SavedContact>>,
    frame: Frame,
    /// Who may not rest: the trouble is not over.
    restless: HashSet<RecordId>,
    /// Everything that was planned, in numbers.
    sum: Sum,
    pass: Pass,
}

/// What a round begins with.
pub(super) struct Survey<'a> {
    pub(super) overview: Overview<'a>,
    pub(super) frame: Frame,
    /// Whether the sample has everybody.
    pub(super) whole: bool,
    /// The pass that saw everything.
    pub(super) pass: Pass,
}

impl<'a> Connection<'a> {
    /// Plans everything that moved. `first`: it is the first round of a run.
    pub(super) fn survey(
        &mut self,
        allowed: &Allowed,
        first: bool,
        report: &mut Report,
    ) -> Result<Survey<'a>, CycleError> {
        let mut surveying = self.begin_survey(allowed.only.as_ref(), first)?;
        let (mut sample, mut whole) = (Vec::new(), true);
        while let Some(picture) = self.surveyed(&mut surveying, report)? {
            whole &= sample.len() < self.kept.max(1);
            match whole {
                true => sample.push(picture),
                false => sample.truncate(1),
            }
        }
        self.end_survey(surveying, sample, whole, report)
    }

    /// Begins to plan everything that moved; of a saved plan, what it holds. `tell`: so that what moved since is told.
    pub(super) fn begin_survey<'o>(
        &mut self,
        only: Option<&'o SavedPlan>,
        tell: bool,
    ) -> Result<Surveying<'o>, CycleError> {
        if only.is_some_and(|only| only.rules != self.fingerprint || only.connection != self.program.name) {
            return Err(CycleError::OtherRules);
        }
        self.prepare()?;
        let frame = self.frame()?;
        let restless = self.store.troubles()?.into_iter().map(|trouble| (trouble.end, trouble.record)).collect();
        let unmet = only.filter(|_| tell).map(SavedPlan::by_ids);
        Ok(Surveying { only, unmet, frame, restless, sum: Sum::default(), pass: Pass::default() })
    }

    /// The next page of those that moved, planned; nothing at the end.
    pub(super) fn surveyed(
        &mut self,
        surveying: &mut Surveying<'_>,
        report: &mut Report,
    ) -> Result<Option<Picture<'a>>, CycleError> {
        let Surveying { only, unmet, frame, restless, sum, pass } = surveying;
        let Some(page) = pass.next(self.store, self.page)? else { return Ok(None) };
        // With a saved plan, what it says is held against what the rules ask for, whoever was asked for.
        if let Some(unmet) = unmet {
            let all = self.page(page.clone(), frame, None, report)?;
            report.moved.extend(all.moved(unmet));
        }
        let mut picture = self.page(page, frame, *only, report)?;
        *sum += picture.plan.sum;
        *sum += self.put_to_rest(&mut picture, restless, report)?;
        Ok(Some(picture))
    }

    /// What all pages come to.
    pub(super) fn end_survey(
        &mut self,
        Surveying { unmet, frame, mut sum, pass, .. }: Surveying<'_>,
        sample: Vec<Picture<'a>>,
        whole: bool,
        report: &mut Report,
    ) -> Result<Survey<'a>, CycleError> {
        for contact in unmet.into_iter().flat_map(HashMap::into_values) {
            report.moved.push(self.unmet(contact)?);
        }
        sum += self.at_rest()?;
        let guards = guards(&sum, &frame.facts);
        let first = frame.facts.first;
        let (program, counts, writes) = (self.program, sum.counts, sum.writes);
        let overview = Overview { program, first, counts, guards, writes, sample };
        Ok(Survey { overview, frame, whole, pass })
    }

    /// Everything that is at rest, in numbers.
    pub(super) fn at_rest(&self) -> Result<Sum, CycleError> {
        let mut sum = Sum::default();
        for (end, byte, count) in self.store.at_rest()? {
            sum += Rest::from(byte).sum(end, count);
        }
        Ok(sum)
    }

    /// Puts to rest what the plan says is at rest, and gives what those come to that may not rest yet: they are counted as
    /// what was done to them, or their trouble is not over.
    fn put_to_rest(
        &mut self,
        picture: &mut Picture<'_>,
        restless: &HashSet<RecordId>,
        report: &Report,
    ) -> Result<Sum, CycleError> {
        let mut awake = Sum::default();
        let mut rests = Vec::new();
        for item in picture.plan.items.iter_mut().filter(|item| item.is_at_rest()) {
            let mut records = records(item);
            if records.clone().any(|(end, id, _)| report.wrote(end, id) || restless.contains(&(end, id.clone()))) {
                records.for_each(|(end, _, rest)| awake += rest.sum(end, 1));
                item.rest = [None, None];
            } else {
                rests.extend(records.by_ref().map(|(end, id, rest)| (end, id.clone(), Some(rest.byte()))));
            }
        }
        self.store.set_rest(&rests)?;
        Ok(awake)
    }

    /// What became of a contact of a saved plan that is in no page.
    fn unmet(&self, contact: &SavedContact) -> Result<Moved, CycleError> {
        let mut as_then = true;
        for (end, id) in End::BOTH.into_iter().zip(&contact.ids) {
            let Some(id) = id else { continue };
            let there = !self.store.records(end, std::slice::from_ref(id))?.is_empty();
            let partner = self.store.link_of(end, id)?.map(|link| link.records[end.other().index()].clone());
            as_then &= there && partner == contact.ids[end.other().index()];
        }
        Ok(Moved::of(contact, as_then))
    }
}

fn records(item: &Item) -> impl Iterator<Item = (End, &String, Rest)> + Clone {
    End::BOTH.into_iter().filter_map(|end| Some((end, item.ids[end.index()].as_ref()?, item.rest[end.index()]?)))
}
