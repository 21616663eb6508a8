//! Listings that lag behind our own writes.
//!
//! An app that answers lists from another machine than writes may show a record as it was before we wrote it: a value that
//! we just set would look as if somebody had emptied it again, and a contact that we just deleted as if it were new.
//! What a list shows of a record that we wrote a short while ago, and that is not what the app answered to that write,
//! is not believed. It is asked for by id, which does not lag. Where the app itself says that it was changed later than
//! what it answered then, it is believed: that is somebody's edit on top of our write, not the state before it.
//! Nor is a list believed that shows a record of which the app said, whenever that was, that it became one with another.
//! Which records became one with it is believed all the same: a list never shows that too early, and of a record that is gone
//! since, nothing else tells it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::{SignedDuration, Timestamp};
use syncc_compiler::ir::End;

use crate::{
    apps::Observed,
    store::{Asked, Store, StoreError},
};

/// How long a listing may lag. What apps say of it are minutes.
const LAG: SignedDuration = SignedDuration::from_mins(30);

/// The records of one listing that are not believed.
pub(super) struct Doubts {
    /// Since when our writes may not show yet; `None` if nothing was written since.
    since: Option<Timestamp>,
    /// By id, with the records that became one with each.
    ids: BTreeMap<String, Vec<String>>,
}

impl Doubts {
    /// None yet.
    pub(super) fn of(store: &dyn Store, now: Timestamp) -> Result<Self, StoreError> {
        let since = now.checked_sub(LAG).unwrap_or(now);
        let written = store.history(&Asked { since: Some(since), limit: Some(1), ..Asked::default() })?;
        Ok(Self { since: (!written.is_empty()).then_some(since), ids: BTreeMap::new() })
    }

    /// Takes what is not believed out of a page.
    pub(super) fn hold_back(
        &mut self,
        store: &dyn Store,
        end: End,
        page: &mut Vec<Observed>,
    ) -> Result<(), StoreError> {
        let there: Vec<String> = page.iter().filter(|shown| !shown.deleted).map(|shown| shown.id.clone()).collect();
        let mut doubted: BTreeSet<String> = store.former(end, &there)?.into_iter().collect();
        if let Some(since) = self.since {
            doubted.append(&mut written_since(store, end, page, since)?);
        }
        page.retain_mut(|shown| {
            let doubted = doubted.contains(&shown.id);
            if doubted {
                self.ids.entry(shown.id.clone()).or_default().append(&mut shown.aliases);
            }
            !doubted
        });
        Ok(())
    }

    /// Those that are to be asked for, with the records that became one with each.
    pub(super) fn into_ids(self) -> BTreeMap<String, Vec<String>> {
        self.ids
    }
}

/// The records of a page that are shown otherwise than they are remembered, and that we wrote a short while ago.
fn written_since(
    store: &dyn Store,
    end: End,
    page: &[Observed],
    since: Timestamp,
) -> Result<BTreeSet<String>, StoreError> {
    let ids: Vec<String> = page.iter().map(|shown| shown.id.clone()).collect();
    let known = store.records(end, &ids)?.into_iter().map(|seen| (seen.observed.id.clone(), seen.observed));
    let known: HashMap<String, Observed> = known.collect();
    let mut written = BTreeSet::new();
    for shown in page.iter().filter(|shown| known.get(&shown.id).is_none_or(|known| differs(known, shown))) {
        let asked =
            Asked { records: vec![(end, shown.id.clone())], since: Some(since), limit: Some(1), ..Asked::default() };
        if !store.history(&asked)?.is_empty() {
            written.insert(shown.id.clone());
        }
    }
    Ok(written)
}

/// Whether a record is shown otherwise than it is remembered, and not as something that came later.
fn differs(known: &Observed, shown: &Observed) -> bool {
    if known.deleted != shown.deleted {
        return true;
    }
    if known.edited.zip(shown.edited).is_some_and(|(known, shown)| shown > known) {
        return false;
    }
    match (&known.version, &shown.version) {
        (Some(known), Some(shown)) => known != shown,
        _ => known.raw != shown.raw,
    }
}
