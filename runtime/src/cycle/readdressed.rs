//! Records that went and came back under another id: a program that deletes a card and makes it anew, or a server that moved it.
//!
//! What an app gives a record for life tells it whatever its id is (a UID). Where a listing of what changed has the end of one record, and
//! the beginning of another one with the same, what is known of the one belongs to the other. Where several had it, that tells nothing.

use std::collections::{BTreeMap, HashMap};

use syncc_compiler::ir::End;

use crate::{
    apps::{App, Handed, Observed},
    store::{Store, StoreError},
};

/// What one listing showed, by what is for life; none where several had it.
#[derive(Debug, Default)]
pub(super) struct Readdressed {
    gone: HashMap<String, Option<String>>,
    /// In an order, so that what comes of it is the same each time.
    new: BTreeMap<String, Option<String>>,
}

impl Readdressed {
    /// Notes whom a page says to be gone or new, before it is taken in: then nothing is left of who is gone.
    pub(super) fn note(
        &mut self,
        store: &dyn Store,
        end: End,
        app: &dyn App,
        page: &[Observed],
    ) -> Result<(), StoreError> {
        let ids: Vec<String> = page.iter().map(|shown| shown.id.clone()).collect();
        let known = store.records(end, &ids)?.into_iter().map(|seen| (seen.observed.id.clone(), seen.observed));
        let known: HashMap<String, Observed> = known.collect();
        for shown in page {
            let known = known.get(&shown.id);
            if let (true, Some(known)) = (shown.deleted, known)
                && let Some(uid) = app.uid(&known.raw)
            {
                self.gone.entry(uid).and_modify(|id| *id = None).or_insert_with(|| Some(shown.id.clone()));
            } else if let (false, None) = (shown.deleted, known)
                && let Some(uid) = app.uid(&shown.raw)
            {
                self.new.entry(uid).and_modify(|id| *id = None).or_insert_with(|| Some(shown.id.clone()));
            }
        }
        Ok(())
    }

    /// Those that are another's now.
    pub(super) fn handed(mut self) -> Vec<Handed> {
        let new = std::mem::take(&mut self.new).into_iter();
        let both = new.filter_map(|(uid, now)| Some((self.gone.remove(&uid)??, now?)));
        both.map(|(former, now)| Handed { former, now, left: true }).collect()
    }
}
