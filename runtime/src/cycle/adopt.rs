//! Linking what belongs together already, without writing anything to either side: how two apps that were kept in step by
//! hand, or by another tool, come under syncc.
//!
//! What both sides show now becomes the base of each new pair: whatever differs counts as meant, and stays until somebody
//! edits it on one side. Rules are about how things are, not about edits: what they ask for is written by the next run, so
//! none writes before somebody looked at a plan.

use syncc_compiler::ir::End;

use super::{Allowed, Connection, CycleError, Host, Picture, Report, display, naming, page::Pass};
use crate::{
    engine::{Cause, Held, Item, Kind},
    store::{Settled, UNPLANNED},
};

/// What adopting comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Adoption {
    /// The new pairs.
    pub pairs: Vec<Adopted>,
    /// How many were linked already, and stay as they are.
    pub linked: usize,
    /// How many contacts of each side stay alone, left first.
    pub alone: [usize; 2],
    /// Contacts that are not linked, because it is not clear who they are: the side, who, and why.
    pub unclear: Vec<(End, String, String)>,
    /// How many contacts are left out because they are paused.
    pub paused: usize,
}

/// A new pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adopted {
    /// Who it is.
    pub who: String,
    /// The ids of the two records, left first.
    pub ids: [String; 2],
    /// By what they were found to be one person.
    pub by: String,
    /// What a first sync would have written because of a mapping, and stays as it is: the side, the field, what it holds, and
    /// what it would have become.
    pub differs: Vec<(End, String, String, String)>,
}

impl Connection<'_> {
    /// Reads both sides, and links what matches if the person agrees. `None` if not: then nothing is linked.
    ///
    /// # Errors
    /// When a side cannot be read, the account is another one, the connection is paused, or the memory fails.
    pub async fn adopt(
        &mut self,
        host: &mut dyn Host,
        agree: &mut dyn FnMut(&Adoption) -> bool,
    ) -> Result<(Adoption, bool), CycleError> {
        if let Some(pause) = super::pause::of_connection(self.store)? {
            return Err(CycleError::Paused(pause));
        }
        let mut report = Report::default();
        self.read(&Allowed::default(), host, &mut report).await?;
        host.phase("Planning", None);
        self.prepare_everybody("adopt")?;
        let frame = self.frame()?;
        let (mut adoption, mut pass) = (Adoption::default(), Pass::default());
        while let Some(page) = pass.next(self.store, self.page)? {
            let picture = self.page(page, &frame, None, &mut report)?;
            let pairs: Vec<_> =
                picture.plan.items.iter().filter_map(|item| picture.adopted(item, &mut adoption)).collect();
            adoption.pairs.extend(pairs);
        }
        if adoption.pairs.is_empty() || !agree(&adoption) {
            return Ok((adoption, false));
        }
        host.phase("Linking", Some(adoption.pairs.len() as u64));
        // Before anything is linked: should it be cut short, nobody's run goes on from there unseen.
        self.store.set_planned(UNPLANNED)?;
        // The same pages once more, from the same memory: what was shown is what is linked.
        let mut pass = Pass::over(pass);
        while let Some(page) = pass.next(self.store, self.page)? {
            let picture = self.page(page, &frame, None, &mut report)?;
            let items = picture.plan.items.iter();
            let pairs = items.filter_map(|item| Some((item, picture.adopted(item, &mut Adoption::default())?)));
            let settled: Vec<_> = pairs.map(|(item, pair)| self.as_they_are(&picture, item, &pair)).collect();
            self.store.settle(&settled)?;
            host.advance(settled.len() as u64);
        }
        Ok((adoption, true))
    }

    /// A pair with what both sides show now as its base.
    fn as_they_are(&self, picture: &Picture<'_>, item: &Item, pair: &Adopted) -> Settled {
        let base = End::BOTH.map(|end| {
            let record = picture.now(item, end).and_then(|known| known.record.as_ref());
            record.map(|record| naming::named(self.program.side(end), record))
        });
        Settled { ids: pair.ids.clone(), base, how: Some(format!("both have {}, when they were adopted", pair.by)) }
    }
}

impl Picture<'_> {
    /// The pair that an item becomes, if it becomes one; else it is counted as what it is.
    fn adopted(&self, item: &Item, adoption: &mut Adoption) -> Option<Adopted> {
        let held = item.held == Some(Held::Paused);
        let outcome = match &item.kind {
            Kind::Duplicate { end, of, key } => {
                let why = format!("it has the same {key} as contact {of} of this side");
                adoption.unclear.push((*end, self.who(item), why));
                return None;
            }
            Kind::Ambiguous { end, candidates, key } => {
                adoption.unclear.push((*end, self.who(item), naming::fits(candidates, key)));
                return None;
            }
            Kind::Pair(outcome) => outcome,
        };
        adoption.linked += usize::from(item.link.is_some());
        let (Some(by), [Some(left), Some(right)]) = (&item.matched, &item.ids) else {
            for end in End::BOTH.into_iter().filter(|_| item.link.is_none()) {
                adoption.alone[end.index()] += usize::from(item.ids[end.index()].is_some());
            }
            return None;
        };
        if held {
            adoption.paused += 1;
            return None;
        }
        let mapped = outcome.changes.iter().filter(|change| matches!(change.cause, Cause::Mapping(_)));
        let differs = mapped.filter_map(|change| {
            let field = self.program.side(change.end).fields.get(change.field?.index())?;
            Some((change.end, field.name.clone(), display(&change.before), display(&change.after)))
        });
        Some(Adopted {
            who: self.who(item),
            ids: [left.clone(), right.clone()],
            by: by.clone(),
            differs: differs.collect(),
        })
    }
}
