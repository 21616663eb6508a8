//! Which contacts are planned together, a few at a time: what bounds the memory of a cycle.
//!
//! Promises:
//! - Every record that moved is in exactly one page of a pass.
//! - With a record come its link and partner, and of those that are not linked everybody who shares a key with one of them,
//!   and so on: all that [`crate::engine::plan`] asks of other contacts to plan these as if it knew all of them.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    hash::{DefaultHasher, Hash as _, Hasher as _},
};

use sha2::{Digest as _, Sha256};
use syncc_compiler::{
    ir::{End, Program},
    value::Record,
};

use super::{Connection, CycleError, fingerprint, push::Pushed};
use crate::{
    apps::Observed,
    engine::keys,
    store::{Keyed, Link, LinkId, RecordId, Store, StoreError},
};

/// How many records that moved begin a page. Those that come with them are few, or share a key.
pub const PAGE: usize = 1000;

/// How many planned pages are kept until they are carried out, at most. More are planned again, one at a time.
pub const KEPT: usize = 12;

/// One page: contacts that are planned together.
#[derive(Clone, Default)]
pub(super) struct Page {
    /// The links that are planned.
    pub(super) links: BTreeMap<LinkId, Link>,
    /// Records that are planned and in no link.
    pub(super) alone: BTreeSet<RecordId>,
    /// Links that are not planned, and share a key with somebody who is and is not linked.
    pub(super) beside: BTreeMap<LinkId, Link>,
    /// Keys of the links that are planned which somebody has as well who is not linked, and was in an earlier page of the pass.
    pub(super) elsewhere: HashSet<i64>,
}

impl Page {
    /// The ids of all records that have to be known, left first.
    pub(super) fn records(&self) -> [BTreeSet<String>; 2] {
        let mut records: [BTreeSet<String>; 2] = Default::default();
        for link in self.links.values().chain(self.beside.values()) {
            for end in End::BOTH {
                records[end.index()].insert(link.records[end.index()].clone());
            }
        }
        for (end, id) in &self.alone {
            records[end.index()].insert(id.clone());
        }
        records
    }
}

/// One pass over everything that moved, page by page.
#[derive(Default)]
pub(super) struct Pass {
    /// The last record that began a page.
    after: Option<RecordId>,
    /// Every record that was in a page.
    met: Marks,
    /// If set, only these begin a page: what is made or linked while the pass is under way waits for the next one.
    only: Option<Marks>,
}

/// A record by a hash of 128 bits, which takes less room than its id: no two are ever equal by chance.
pub(super) type Mark = [u64; 2];

/// Records by their marks.
pub(super) type Marks = HashSet<Mark>;

/// The mark of a record.
pub(super) fn mark(end: End, id: &str) -> Mark {
    [0_u8, 1].map(|nth| {
        let mut hasher = DefaultHasher::new();
        (nth, end, id).hash(&mut hasher);
        hasher.finish()
    })
}

impl Pass {
    /// A pass over what was in another one.
    pub(super) fn over(other: Self) -> Self {
        Self::only(other.met)
    }

    /// A pass over these.
    pub(super) fn of<'r>(records: impl IntoIterator<Item = (End, &'r String)>) -> Self {
        Self::only(records.into_iter().map(|(end, id)| mark(end, id)).collect())
    }

    /// A pass over those with these marks.
    pub(super) fn only(marks: Marks) -> Self {
        Self { after: None, met: Marks::new(), only: Some(marks) }
    }

    /// The next page; nothing at the end of the pass.
    pub(super) fn next(&mut self, store: &mut dyn Store, most: usize) -> Result<Option<Page>, CycleError> {
        let mut taken = Taken::default();
        let mut last = None;
        store.together(&mut || {
            let begin = store.moved(self.after.as_ref(), most)?;
            last = begin.last().cloned();
            let asked =
                |record: &RecordId| self.only.as_ref().is_none_or(|only| only.contains(&mark(record.0, &record.1)));
            begin.into_iter().filter(asked).try_for_each(|record| taken.take(store, record, &mut self.met))
        })?;
        let Some(last) = last else { return Ok(None) };
        self.after = Some(last);
        let page = taken.done();
        // Whatever is planned counts as moved, so that it is counted once.
        let rests: Vec<_> = page.alone.iter().map(|(end, id)| (*end, id.clone(), None)).collect();
        store.set_rest(&rests)?;
        Ok(Some(page))
    }
}

/// A page in the making.
#[derive(Default)]
pub(super) struct Taken {
    page: Page,
    /// Keys whose holders were all taken in as far as they have to be: those of records that are in no link, and of those
    /// that are in one, for which holders in other links do not matter.
    keys: HashSet<i64>,
    linked_keys: HashSet<i64>,
}

impl Taken {
    /// Takes a record in with everything that has to come with it, if it was not in a page already.
    pub(super) fn take(&mut self, store: &dyn Store, record: RecordId, met: &mut Marks) -> Result<(), StoreError> {
        if met.contains(&mark(record.0, &record.1)) {
            return Ok(());
        }
        let mut open = Vec::new();
        match store.link_of(record.0, &record.1)? {
            Some(link) => {
                let records = End::BOTH.map(|end| (end, link.records[end.index()].clone()));
                if records.iter().any(|record| met.contains(&mark(record.0, &record.1))) {
                    return Ok(());
                }
                for (end, id) in &records {
                    met.insert(mark(*end, id));
                    for key in store.keys_of(*end, id)? {
                        if !self.linked_keys.insert(key) {
                            continue;
                        }
                        for ((end, id), _) in store.holders(key)?.into_iter().filter(|(_, linked)| !linked) {
                            if met.contains(&mark(end, &id)) {
                                self.page.elsewhere.insert(key);
                            }
                            open.push((end, id));
                        }
                    }
                }
                self.page.links.insert(link.id, link);
            }
            None => open.push(record),
        }
        while let Some(record) = open.pop() {
            if !met.insert(mark(record.0, &record.1)) {
                continue;
            }
            for key in store.keys_of(record.0, &record.1)? {
                if !self.keys.insert(key) {
                    continue;
                }
                for ((end, id), linked) in store.holders(key)? {
                    match linked {
                        false => open.push((end, id)),
                        true => self.page.beside.extend(store.link_of(end, &id)?.map(|link| (link.id, link))),
                    }
                }
            }
            self.page.alone.insert(record);
        }
        Ok(())
    }

    /// The page.
    pub(super) fn done(self) -> Page {
        let mut page = self.page;
        page.beside.retain(|id, _| !page.links.contains_key(id));
        page
    }
}

impl Connection<'_> {
    /// Whether it is known by which keys every record is found.
    pub(super) fn is_prepared(&self) -> Result<bool, CycleError> {
        Ok(self.store.keyed(&self.by(&matching(self.program)))?)
    }

    /// Names what something depends on, beside the settings and this version.
    fn by(&self, what: &str) -> String {
        let version = env!("CARGO_PKG_VERSION");
        let read = format!("{version} {:?} {:?}", self.settings, self.canon);
        fingerprint::short(Sha256::new().chain_update(read).chain_update(what))
    }

    /// Makes sure that it is known what moved, and by which keys every record is found: since the last time, or since the
    /// rules were others.
    pub(super) fn prepare(&mut self) -> Result<(), CycleError> {
        self.prepare_by(&self.by(&self.fingerprint))
    }

    /// The same for something else than the rules, by which nobody is at rest yet: everybody counts as moved. Also for the rules
    /// then, when they come next.
    pub(super) fn prepare_everybody(&mut self, what: &str) -> Result<(), CycleError> {
        self.prepare_by(&self.by(&format!("{what}: {}", self.fingerprint)))
    }

    fn prepare_by(&mut self, rules: &str) -> Result<(), CycleError> {
        self.store.begin_standing(rules, &self.by(&matching(self.program)))?;
        let mut after = None;
        loop {
            let unkeyed = self.store.unkeyed(after.as_ref(), PAGE)?;
            match unkeyed.last() {
                Some(last) => after = Some(last.clone()),
                None => return Ok(()),
            }
            let mut keyed = Vec::new();
            for end in End::BOTH {
                let ids: Vec<String> = unkeyed.iter().filter(|(of, _)| *of == end).map(|(_, id)| id.clone()).collect();
                let seen = self.store.records(end, &ids)?.into_iter();
                let seen: HashMap<_, _> = seen.map(|seen| (seen.observed.id.clone(), seen.observed)).collect();
                keyed.extend(ids.into_iter().map(|id| Keyed { end, keys: self.keys(end, seen.get(&id)), id }));
            }
            self.store.set_keys(&keyed)?;
        }
    }

    /// Notes by which keys the records are found that were just written: whoever asks of one before the next run does not have
    /// to look at everybody.
    pub(super) fn note_keys(&mut self, pushed: &Pushed) -> Result<(), CycleError> {
        let mut keyed = Vec::new();
        for end in End::BOTH {
            let held = pushed.now[end.index()].values();
            let held = held.filter_map(|held| Some((held.id.clone(), held.record.as_ref()?)));
            keyed.extend(held.map(|(id, record)| Keyed { end, id, keys: self.keys_of(end, record) }));
        }
        Ok(self.store.set_keys(&keyed)?)
    }

    /// The keys of a record; none for one that is gone or cannot be read.
    fn keys(&self, end: End, seen: Option<&Observed>) -> Vec<i64> {
        let there = seen.filter(|seen| !seen.deleted);
        let record = there.and_then(|seen| self.apps[end.index()].decode(&seen.raw).ok());
        record.map(|record| self.keys_of(end, &record)).unwrap_or_default()
    }

    pub(super) fn keys_of(&self, end: End, record: &Record) -> Vec<i64> {
        let keys = keys(self.program, end, record);
        let mut keys: Vec<i64> = keys.iter().map(|(tier, text)| hashed(*tier, text)).collect();
        keys.sort_unstable();
        keys.dedup();
        keys
    }
}

/// Names by which fields contacts are matched.
fn matching(program: &Program) -> String {
    let mut text = String::new();
    for tier in &program.matching {
        text.push_str(&format!("\n{:?}", tier.key));
        for end in End::BOTH {
            let names = tier.fields[end.index()].iter().map(|field| {
                let field = program.side(end).fields.get(field.index());
                field.map(|field| (field.name.as_str(), field.ty))
            });
            text.push_str(&format!(" {:?}", names.collect::<Vec<_>>()));
        }
    }
    text
}

/// The first eight bytes of a hash of a key. Two that are equal by chance cost a look, and nothing else.
fn hashed(tier: usize, key: &str) -> i64 {
    let mut hash = Sha256::new();
    hash.update(tier.to_le_bytes());
    hash.update(key);
    let digest: [u8; 32] = hash.finalize().into();
    digest.first_chunk().map_or(0, |bytes| i64::from_le_bytes(*bytes))
}
