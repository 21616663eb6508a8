//! Pausing a whole connection or one contact, and taking it up again.
//!
//! A paused connection: no run reads or writes anything for it. A paused contact: nothing of it is written on either side;
//! it is still read, so that what happens meanwhile is known when it is resumed. Both records of a pair are paused, so
//! that it stays paused should the two be parted.

use std::collections::HashSet;

use jiff::Timestamp;
use syncc_compiler::ir::End;

use crate::{
    engine::Item,
    store::{Link, Pause, Store, StoreError},
};

/// What is paused of a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Paused {
    /// The whole of it, if it is.
    pub connection: Option<Pause>,
    /// How many contacts are. A pair counts once.
    pub contacts: usize,
}

/// What is paused.
///
/// # Errors
/// What the store can say.
pub fn paused(store: &dyn Store) -> Result<Paused, StoreError> {
    let pauses = store.pauses()?;
    let records: HashSet<(End, String)> = pauses.iter().filter_map(|pause| pause.record.clone()).collect();
    let mut pairs = 0;
    for (_, id) in records.iter().filter(|(end, _)| *end == End::Left) {
        let partner = store.link_of(End::Left, id)?.map(|Link { records: [_, right], .. }| right);
        pairs += usize::from(partner.is_some_and(|right| records.contains(&(End::Right, right))));
    }
    let connection = pauses.into_iter().find(|pause| pause.record.is_none());
    Ok(Paused { connection, contacts: records.len() - pairs })
}

/// The pause of the whole connection, if there is one. Cheaper than [`paused`]: asked before every run.
pub(super) fn of_connection(store: &dyn Store) -> Result<Option<Pause>, StoreError> {
    Ok(store.pauses()?.into_iter().find(|pause| pause.record.is_none()))
}

/// Pauses one contact, or without one the whole connection. Whether it was not paused before.
///
/// # Errors
/// What the store can say.
pub fn pause(store: &mut dyn Store, contact: Option<&Item>, at: Timestamp, why: &str) -> Result<bool, StoreError> {
    let before = store.pauses()?;
    let pauses: Vec<_> = records(contact)
        .into_iter()
        .filter(|record| before.iter().all(|pause| pause.record != *record))
        .map(|record| Pause { record, since: at, why: why.to_owned() })
        .collect();
    store.pause(&pauses)?;
    Ok(!pauses.is_empty())
}

/// Takes one contact up again, or without one the whole connection. Whether it was paused.
///
/// # Errors
/// What the store can say.
pub fn resume(store: &mut dyn Store, contact: Option<&Item>) -> Result<bool, StoreError> {
    let mut resumed = false;
    for record in records(contact) {
        resumed |= store.resume(record.as_ref().map(|(end, id)| (*end, id.as_str())))?;
    }
    Ok(resumed)
}

/// What a pause stands on: each record of the contact, or the connection.
fn records(contact: Option<&Item>) -> Vec<Option<(End, String)>> {
    let Some(item) = contact else { return vec![None] };
    End::BOTH.into_iter().zip(&item.ids).filter_map(|(end, id)| Some(Some((end, id.clone()?)))).collect()
}
