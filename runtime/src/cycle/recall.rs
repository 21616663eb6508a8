//! What is remembered of some contacts, or of all of them: no app is asked.
//!
//! Promise: what is said of a contact is what would be said of it if everybody were looked at. Only those come with it whom the
//! plan for it depends on, so that a question about one of a million does not read a million.

use syncc_compiler::ir::End;

use super::{
    Allowed, Connection, Cost, CycleError, Host, Overview, PAGE, Picture, Report, Tally,
    find::{Fit, fit},
    page::{Marks, Taken},
    survey::Survey,
};
use crate::{
    apps::Calls,
    engine::{Counts, Guard},
    store::RecordId,
};

/// Of whom something is asked.
#[derive(Clone, Copy, Debug)]
pub enum Of<'a> {
    /// Of everybody.
    Everybody,
    /// Of those who fit best what a person typed: an email, a phone number, a name or an id.
    Typed(&'a str),
    /// Of these records.
    Records(&'a [RecordId]),
}

/// What a plan comes to: of everybody, whoever was shown.
#[derive(Debug)]
pub struct Planned {
    /// Whether nothing was ever linked: this is a first sync.
    pub first: bool,
    /// The records of each side by what becomes of them, left first.
    pub counts: [Counts; 2],
    /// What must be allowed before the first write.
    pub guards: Vec<Guard>,
    /// What it costs on each side, left first, to carry out what was shown; of one contact, if one was asked for.
    pub costs: [Cost; 2],
    /// What was met on the way.
    pub report: Report,
}

impl<'a> Connection<'a> {
    /// Puts together what is remembered, and asks no app.
    ///
    /// # Errors
    /// When the memory fails.
    pub fn recall(&mut self, of: Of<'_>) -> Result<(Picture<'a>, Report), CycleError> {
        let mut report = Report::default();
        let picture = self.picture_of(of, &mut report)?;
        report.settle_planned(&picture);
        Ok((picture, report))
    }

    /// The same of those for whom something is to be done or to be told, a page at a time: what a plan shows, without asking an app.
    ///
    /// # Errors
    /// When the memory fails.
    pub fn recall_moved(&mut self, show: &mut dyn FnMut(&Picture<'_>)) -> Result<Planned, CycleError> {
        self.planned(None, Report::default(), show)
    }

    /// Reads both sides and plans, and writes nothing to either. Shows everybody for whom something is to be done or to be told,
    /// a page at a time, or, in one page, those who fit what was typed and those on whom it depends what becomes of them.
    ///
    /// # Errors
    /// When a side cannot be read or the memory fails.
    pub async fn look(
        &mut self,
        allowed: &Allowed,
        typed: Option<&str>,
        host: &mut dyn Host,
        show: &mut dyn FnMut(&Picture<'_>),
    ) -> Result<Planned, CycleError> {
        let mut report = Report::default();
        let allowed = Allowed { looks: true, ..allowed.clone() };
        let another = self.read(&allowed, host, &mut report).await?;
        host.phase("Planning", None);
        let mut planned = self.planned(typed, report, show)?;
        let others = End::BOTH.into_iter().filter(|end| another[end.index()]);
        planned.guards.splice(0..0, others.map(|end| Guard::OtherAccount { end }));
        Ok(planned)
    }

    fn planned(
        &mut self,
        typed: Option<&str>,
        mut report: Report,
        show: &mut dyn FnMut(&Picture<'_>),
    ) -> Result<Planned, CycleError> {
        let mut requests: [Calls; 2] = Default::default();
        let mut unread = [0; 2];
        let mut meet = |connection: &Self, picture: &Picture<'_>, only: Option<&[usize]>, report: &Report| {
            for end in End::BOTH {
                unread[end.index()] += report.unread(picture, end);
                requests[end.index()].join(&connection.requests(picture, end, only));
            }
            show(picture);
        };
        let mut surveying = self.begin_survey(None, false)?;
        while let Some(picture) = self.surveyed(&mut surveying, &mut report)? {
            if typed.is_none() {
                meet(self, &picture, None, &report);
            }
        }
        let Survey { overview, .. } = self.end_survey(surveying, Vec::new(), false, &mut report)?;
        let Overview { first, counts, guards, .. } = overview;
        if let Some(typed) = typed {
            let picture = self.picture_of(Of::Typed(typed), &mut report)?;
            meet(self, &picture, Some(&picture.find(typed)), &report);
        }
        report.tallies = counts.map(Tally::from);
        report.tallies.iter_mut().zip(unread).for_each(|(tally, unread)| tally.failed += unread);
        let costs = End::BOTH.map(|end| Cost::of(self.apps[end.index()], &requests[end.index()]));
        Ok(Planned { first, counts, guards, costs, report })
    }

    /// The picture of these, and of those on whom it depends what becomes of them.
    pub(super) fn picture_of(&mut self, of: Of<'_>, report: &mut Report) -> Result<Picture<'a>, CycleError> {
        let records = match of {
            Of::Everybody => return self.picture(report),
            Of::Typed(typed) => self.fitting(typed)?,
            Of::Records(records) => records.to_vec(),
        };
        if !self.is_prepared()? {
            // Who shares a key with whom is not known, and whoever only looks cannot note it.
            return self.picture(report);
        }
        let frame = self.frame()?;
        let (mut taken, mut met) = (Taken::default(), Marks::new());
        let store = &*self.store;
        store.together(&mut || records.iter().try_for_each(|record| taken.take(store, record.clone(), &mut met)))?;
        self.page(taken.done(), &frame, None, report)
    }

    /// The records that fit best what was typed. Reads everybody, a page at a time.
    fn fitting(&self, typed: &str) -> Result<Vec<RecordId>, CycleError> {
        let typed = typed.trim();
        let (mut best, mut found) = (None, Vec::new());
        if typed.is_empty() {
            return Ok(found);
        }
        let mut fits = |how: Fit, record: RecordId| {
            if best.is_none_or(|best| how < best) {
                best = Some(how);
                found.clear();
            }
            if best == Some(how) {
                found.push(record);
            }
        };
        for end in End::BOTH {
            let (side, canon) = (self.program.side(end), &self.canon[end.index()]);
            if self.store.link_of(end, typed)?.is_some() {
                fits(Fit::Exact, (end, typed.to_owned()));
            }
            let mut after: Option<String> = None;
            loop {
                let page = self.store.seen_after(end, after.as_deref(), PAGE)?;
                for one in page.iter().map(|seen| &seen.observed).filter(|one| !one.deleted) {
                    let record = self.apps[end.index()].decode(&one.raw).ok();
                    let how = match record {
                        _ if one.id == typed => Some(Fit::Exact),
                        Some(record) => fit(side, canon, &record, typed),
                        None => None,
                    };
                    if let Some(how) = how {
                        fits(how, (end, one.id.clone()));
                    }
                }
                match page.into_iter().last() {
                    Some(last) => after = Some(last.observed.id),
                    None => break,
                }
            }
        }
        Ok(found)
    }
}
