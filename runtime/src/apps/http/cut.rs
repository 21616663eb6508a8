//! How writes are cut into requests: as few as the app's batches allow, and how many that are.
//!
//! Updates that change the same members go out together, since those of one request have one mask: they are gathered
//! before they are cut at the size of a batch.

use std::collections::{BTreeMap, BTreeSet};

use super::{app::HttpApp, wire::method};
use crate::apps::{Batch, Calls, Write};

impl HttpApp {
    /// See [`crate::apps::App::batches`].
    pub(super) fn cut(&self, writes: &[Write]) -> Vec<Batch> {
        let (mut ids, mut unknown) = self.lookups.known_ids(self.names(writes));
        for (lookup, name) in &unknown {
            // What a new name is called by says nothing about what is sent with it.
            ids.entry(lookup.clone()).or_default().insert(name.clone(), name.clone());
        }
        let (mut creates, mut deletes, mut same) = (Vec::new(), Vec::new(), Vec::new());
        let mut updates: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut read_first = BTreeSet::new();
        for (at, write) in writes.iter().enumerate() {
            match write {
                Write::Create { .. } => creates.push(at),
                Write::Delete { .. } => deletes.push(at),
                Write::Update { raw, before, after, .. } => {
                    let changed = self.parse(raw).map(|old| {
                        let changed = self.changed(&old, before, after, &ids)?;
                        read_first.extend((changed.takes && self.is_partly_known(&old)).then_some(at));
                        Some(changed)
                    });
                    match changed {
                        Ok(Some(changed)) => updates.entry(changed.mask()).or_default().push(at),
                        // Nothing is sent of it; what cannot be read is told when it is its turn.
                        Ok(None) | Err(_) => same.push(at),
                    }
                }
            }
        }
        let mut batches = Vec::new();
        if let Some(rule) = &self.object.create {
            let answered = rule.answers.is_some() && rule.answer.is_some();
            for chunk in creates.chunks(rule.size.max(1)) {
                batches.push(self.sent(chunk, &rule.request, if answered { 0 } else { chunk.len() }));
            }
        } else {
            same.append(&mut creates);
        }
        if let Some(rule) = &self.object.update {
            let answered = rule.answers.is_some() && rule.answer.is_some();
            for chunk in updates.values().flat_map(|places| places.chunks(rule.size.max(1))) {
                let read_first = chunk.iter().filter(|at| read_first.contains(*at)).count();
                batches.push(self.sent(chunk, &rule.request, read_first + if answered { 0 } else { chunk.len() }));
            }
        } else {
            same.extend(updates.into_values().flatten());
        }
        if let Some(rule) = &self.object.delete {
            for chunk in deletes.chunks(rule.size.max(1)) {
                batches.push(self.sent(chunk, &rule.request, 0));
            }
        } else {
            same.append(&mut deletes);
        }
        if !same.is_empty() {
            batches.push(Batch { writes: same, calls: Calls::default() });
        }
        let mut reads = self.lookups.are_old(self.sender.world.clock.now());
        for batch in &mut batches {
            if reads && batch.writes.iter().filter_map(|at| writes.get(*at)).any(|write| self.writes_names(write)) {
                batch.calls.join(&self.lookups.cost_of_reading());
                reads = false;
            }
            let names = batch.writes.iter().filter_map(|at| writes.get(*at));
            let names = names.flat_map(|write| self.names(std::slice::from_ref(write)));
            let new = names.filter_map(|name| unknown.take(&name)).collect();
            batch.calls.join(&self.lookups.cost_of(&new));
        }
        batches
    }

    /// One request for these writes, and so many that read one record each.
    fn sent(&self, writes: &[usize], request: &str, read_back: usize) -> Batch {
        let mut calls = Calls::of(method(request), 1);
        calls.add(method(&self.object.get.request), read_back);
        Batch { writes: writes.to_vec(), calls }
    }
}
