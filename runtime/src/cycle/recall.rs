//! What is remembered of some contacts, or of all of them: no app is asked.
//!
//! Promise: what is said of a contact is what would be said of it if everybody were looked at. Only those come with it whom the
//! plan for it depends on, so that a question about one of a million does not read a million.

use syncc_compiler::ir::End;

use super::{
    Allowed, Connection, CycleError, Host, PAGE, Picture, Report,
    find::{Fit, fit},
    page::{Marks, Pass, Taken},
    survey::Survey,
};
use crate::store::RecordId;

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

    /// The same of those for whom something is to be done or to be told: what a plan shows, without asking an app. The counts
    /// and guards are those of everybody.
    ///
    /// # Errors
    /// When the memory fails.
    pub fn recall_moved(&mut self) -> Result<(Picture<'a>, Report), CycleError> {
        let mut report = Report::default();
        let picture = self.planned(None, &mut report)?;
        report.settle_planned(&picture);
        Ok((picture, report))
    }

    /// Reads both sides and plans, and writes nothing to either. The picture has everybody for whom something is to be done or
    /// to be told, or those who fit what was typed; the counts and guards are those of everybody.
    ///
    /// # Errors
    /// When a side cannot be read or the memory fails.
    pub async fn look(
        &mut self,
        allowed: &Allowed,
        typed: Option<&str>,
        host: &mut dyn Host,
    ) -> Result<(Picture<'a>, Report), CycleError> {
        let mut report = Report::default();
        self.read(allowed, host, &mut report).await?;
        let picture = self.planned(typed, &mut report)?;
        report.settle_planned(&picture);
        Ok((picture, report))
    }

    fn planned(&mut self, typed: Option<&str>, report: &mut Report) -> Result<Picture<'a>, CycleError> {
        let Survey { overview, frame, whole, .. } = self.survey(&Allowed::default(), false, report)?;
        let one = whole && overview.sample.len() == 1;
        let mut picture = match (typed, overview.sample.into_iter().next().filter(|_| one)) {
            (Some(typed), _) => self.picture_of(Of::Typed(typed), report)?,
            (None, Some(whole)) => whole,
            (None, None) => {
                let page = Pass::default().next(self.store, usize::MAX)?.unwrap_or_default();
                self.page(page, &frame, None, report)?
            }
        };
        (picture.plan.counts, picture.plan.guards) = (overview.counts, overview.guards);
        Ok(picture)
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
