//! What writing costs: in which batches writes go out, and with how many requests.
//!
//! The same cut that a plan is counted by is the one that is sent ([`super::App::batches`]), so what is told is what is
//! done, as long as the app refuses nothing.

use std::collections::BTreeMap;

use super::{Limits, Write};

/// Requests, counted by their method (`GET`, `POST`, `REPORT` …).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calls(BTreeMap<String, u64>);

impl Calls {
    /// So many requests of one method.
    #[must_use]
    pub fn of(method: &str, count: usize) -> Self {
        let mut calls = Self::default();
        calls.add(method, count);
        calls
    }

    /// So many more of a method.
    pub fn add(&mut self, method: &str, count: usize) {
        if count > 0 {
            *self.0.entry(method.to_owned()).or_default() += count as u64;
        }
    }

    /// All of these too.
    pub fn join(&mut self, others: &Self) {
        for (method, count) in &others.0 {
            *self.0.entry(method.clone()).or_default() += count;
        }
    }

    /// How many there are; of one method, if one is named.
    #[must_use]
    pub fn count(&self, method: Option<&str>) -> u64 {
        let counted = self.0.iter().filter(|(known, _)| method.is_none_or(|method| method == known.as_str()));
        counted.map(|(_, count)| count).sum()
    }
}

/// Writes that go out together: one call of [`super::App::push`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// The places of the writes.
    pub writes: Vec<usize>,
    /// The requests that they take.
    pub calls: Calls,
}

/// Batches that hold no more than the limits say, and cost no request: creates first, then all others.
#[must_use]
pub fn by_limits(limits: Limits, writes: &[Write]) -> Vec<Batch> {
    let is_create = |at: &usize| matches!(writes.get(*at), Some(Write::Create { .. }));
    let (creates, others): (Vec<usize>, Vec<usize>) = (0..writes.len()).partition(is_create);
    let creates = creates.chunks(limits.creates.max(1));
    let chunks = creates.chain(others.chunks(limits.updates.max(1)));
    chunks.map(|chunk| Batch { writes: chunk.to_vec(), calls: Calls::default() }).collect()
}
