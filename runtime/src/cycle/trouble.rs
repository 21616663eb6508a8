//! Records that an app does not take: when they are tried again.
//!
//! A refused record waits, longer each time; the run goes on without it. It is tried at once when the record, its partner
//! or the rules change, and when somebody says `syncc retry`.

use std::collections::HashMap;

use jiff::SignedDuration;
use syncc_compiler::ir::End;

use super::{Connection, CycleError, Picture, push::Pushed};
use crate::{engine::Item, store::Trouble};

/// How long a record waits after the first refusal, the second, and so on; the last for all further ones.
const WAITS: [SignedDuration; 5] = [
    SignedDuration::from_mins(5),
    SignedDuration::from_mins(20),
    SignedDuration::from_hours(1),
    SignedDuration::from_hours(6),
    SignedDuration::from_hours(24),
];

/// A write that an app refused for what it holds, not for how it was sent.
pub(super) struct Refusal {
    /// The record that waits for it.
    pub(super) end: End,
    pub(super) id: String,
    /// What the app said.
    pub(super) why: String,
}

/// A record that waits to be tried again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// What is in its way.
    pub trouble: Trouble,
    /// Who it is.
    pub who: String,
}

impl Connection<'_> {
    /// Ends the wait of one item of the picture, or of all: the next run tries them, each once. How often they were tried
    /// stays known. Gives those that will be tried.
    ///
    /// # Errors
    /// What the store can say.
    pub fn retry(&mut self, picture: &Picture<'_>, only: Option<usize>) -> Result<Vec<Waiting>, CycleError> {
        let item_of = |trouble: &Trouble| {
            let is_of = |item: &&Item| item.ids[trouble.end.index()].as_ref() == Some(&trouble.record);
            picture.plan.items.iter().enumerate().find(|(_, item)| is_of(item))
        };
        let now = self.world.clock.now();
        let mut waiting = Vec::new();
        for mut trouble in self.store.troubles()? {
            let item = item_of(&trouble);
            if only.is_some() && only != item.map(|(index, _)| index) {
                continue;
            }
            let who = item.map_or_else(|| trouble.record.clone(), |(_, item)| picture.who(item));
            trouble.next = trouble.next.min(now);
            waiting.push(Waiting { trouble, who });
        }
        let troubles: Vec<_> = waiting.iter().map(|waiting| waiting.trouble.clone()).collect();
        self.store.set_troubles(&troubles)?;
        Ok(waiting)
    }

    /// Remembers what was refused, and forgets the trouble of what is well now.
    pub(super) fn note_troubles(&mut self, picture: &Picture<'_>, pushed: &Pushed) -> Result<(), CycleError> {
        let known: HashMap<(End, String), Trouble> = self
            .store
            .troubles()?
            .into_iter()
            .map(|trouble| ((trouble.end, trouble.record.clone()), trouble))
            .collect();
        let items = picture.plan.items.iter().enumerate();
        let well = items.filter(|(index, item)| item.held.is_none() && !pushed.failed.contains(index));
        let ids = well
            .flat_map(|(_, item)| End::BOTH.into_iter().filter_map(|end| Some((end, item.ids[end.index()].clone()?))));
        let over: Vec<_> = ids.filter(|record| known.contains_key(record)).collect();
        let now = self.world.clock.now();
        let troubles: Vec<_> = pushed
            .refused
            .iter()
            .map(|refusal| {
                let before = known.get(&(refusal.end, refusal.id.clone()));
                let attempts = before.map_or(1, |before| before.attempts.saturating_add(1));
                let nth = usize::try_from(attempts).unwrap_or(usize::MAX).min(WAITS.len()) - 1;
                Trouble {
                    end: refusal.end,
                    record: refusal.id.clone(),
                    since: before.map_or(now, |before| before.since),
                    attempts,
                    next: now + WAITS.get(nth).copied().unwrap_or(SignedDuration::from_hours(24)),
                    tried: self.tried(refusal.end, &refusal.id, picture),
                    why: refusal.why.clone(),
                }
            })
            .collect();
        self.store.set_troubles(&troubles)?;
        self.store.end_troubles(&over)?;
        Ok(())
    }
}
