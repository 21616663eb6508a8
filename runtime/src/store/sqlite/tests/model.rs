//! What a store remembers, written down as naively as it can be: the measure of the real one.

use std::collections::{BTreeMap, BTreeSet};

use syncc_compiler::ir::End;

use crate::{
    apps::{Handed, Observed},
    store::{Entry, EntryId, EntryState, Link, LinkId, NewEntry, Settled, StoreError},
};

/// Why the model refuses a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    AlreadyLinked,
    Unseen,
    OutOfOrder,
}

impl Refusal {
    /// Why the store refused a step. Any other error is a failure of the test.
    pub(super) fn of(error: &StoreError) -> Self {
        match error {
            StoreError::AlreadyLinked { .. } => Self::AlreadyLinked,
            StoreError::Unseen { .. } => Self::Unseen,
            StoreError::OutOfOrder { .. } => Self::OutOfOrder,
            other => panic!("{other}"),
        }
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Side {
    pub(super) identity: Option<String>,
    pub(super) cursor: Option<String>,
    /// Whether it is meant to be empty.
    pub(super) emptied: bool,
    pub(super) listing: bool,
    listed: BTreeSet<String>,
    pub(super) seen: BTreeMap<String, Observed>,
    /// Ids that became another record's.
    became: BTreeSet<String>,
}

impl Side {
    /// Those of them under which nothing is known.
    pub(super) fn former(&self) -> Vec<String> {
        self.became.iter().filter(|id| !self.seen.contains_key(*id)).cloned().collect()
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Model {
    pub(super) sides: [Side; 2],
    pub(super) links: Vec<Link>,
    links_made: i64,
    pub(super) writes: Vec<(NewEntry, EntryState)>,
}

impl Model {
    pub(super) fn side(&mut self, end: End) -> &mut Side {
        &mut self.sides[end.index()]
    }

    pub(super) fn begin_listing(&mut self, end: End) {
        self.side(end).listing = true;
        self.side(end).listed.clear();
    }

    pub(super) fn observe(&mut self, end: End, page: &[Observed], answer: bool) {
        for new in page {
            let side = self.side(end);
            side.emptied &= new.deleted;
            side.listed.insert(new.id.clone());
            let known = side.seen.get(&new.id).and_then(|known| known.edited);
            let stale = known.zip(new.edited).is_some_and(|(known, new)| new < known);
            if answer || !stale {
                let raw = if new.deleted { Vec::new() } else { new.raw.clone() };
                side.seen.insert(new.id.clone(), Observed { raw, aliases: Vec::new(), ..new.clone() });
            }
        }
        let mut sorted: Vec<_> = page.iter().collect();
        sorted.sort_by_key(|record| &record.id);
        for new in sorted {
            for former in &new.aliases {
                self.rename(end, former, &new.id);
            }
        }
        self.sweep();
    }

    fn hand_on(&mut self, end: End, handed: &[Handed]) {
        for (nth, Handed { former, .. }) in handed.iter().enumerate() {
            self.pass_on(end, former, &format!("between {nth}"));
        }
        for (nth, Handed { former, now, left }) in handed.iter().enumerate() {
            self.side(end).seen.entry(now.clone()).or_insert_with(|| Observed {
                id: now.clone(),
                version: None,
                raw: Vec::new(),
                deleted: true,
                edited: None,
                aliases: Vec::new(),
            });
            self.pass_on(end, &format!("between {nth}"), now);
            if *left {
                let side = self.side(end);
                side.seen.remove(former);
                side.became.remove(now);
                side.became.insert(former.clone());
            }
        }
    }

    pub(super) fn end_listing(
        &mut self,
        end: End,
        complete: bool,
        cursor: Option<&str>,
        handed: &[Handed],
    ) -> Result<(), Refusal> {
        let side = self.side(end);
        if !side.listing {
            return Err(Refusal::OutOfOrder);
        }
        side.listing = false;
        self.hand_on(end, handed);
        let side = self.side(end);
        side.cursor = cursor.map(str::to_owned);
        if complete {
            for (id, record) in &mut side.seen {
                if !record.deleted && !side.listed.contains(id) {
                    *record = Observed { deleted: true, raw: Vec::new(), version: None, ..record.clone() };
                }
            }
        }
        self.sweep();
        Ok(())
    }

    pub(super) fn settle(&mut self, settled: &[Settled]) -> Result<Vec<LinkId>, Refusal> {
        let mut links = Vec::new();
        for pair in settled {
            let id = self.link(&pair.ids)?;
            let link = self.links.iter_mut().find(|link| link.id == id).unwrap();
            link.base = Some(pair.base.clone());
            links.push(id);
        }
        Ok(links)
    }

    pub(super) fn unlink(&mut self, id: LinkId) {
        self.links.retain(|link| link.id != id);
        self.sweep();
    }

    pub(super) fn plan(&mut self, write: NewEntry) {
        self.writes.push((write, EntryState::Planned));
    }

    pub(super) fn advance(&mut self, entry: usize, to: EntryState) -> Result<(), Refusal> {
        use EntryState::{Confirmed, Failed, Planned, Sent, Unknown};
        let state = &mut self.writes[entry].1;
        let fits = match (*state, to) {
            (Planned, Sent | Failed) | (Sent | Unknown, Unknown | Confirmed | Failed) => true,
            (_, _) => false,
        };
        if fits {
            *state = to;
        }
        fits.then_some(()).ok_or(Refusal::OutOfOrder)
    }

    pub(super) fn confirm(&mut self, entry: usize, now: &Observed) -> Result<Option<LinkId>, Refusal> {
        self.advance(entry, EntryState::Confirmed)?;
        let write = self.writes[entry].0.clone();
        let pair = |record: &str, partner: &str| match write.end {
            End::Left => [record.to_owned(), partner.to_owned()],
            End::Right => [partner.to_owned(), record.to_owned()],
        };
        // A link that cannot be made is no reason to forget that the write happened.
        let before = match (write.deletes, &write.target, &write.partner) {
            (true, Some(target), Some(partner)) => self.link(&pair(target, partner)).ok(),
            _ => None,
        };
        self.observe(write.end, std::slice::from_ref(now), true);
        if let Some(former) = &write.target {
            self.rename(write.end, former, &now.id);
            self.sweep();
        }
        Ok(match &write.partner {
            None => self.link_of(write.end, &now.id),
            Some(_) if write.deletes => before,
            Some(partner) => self.link(&pair(&now.id, partner)).ok(),
        })
    }

    pub(super) fn open_entries(&self) -> Vec<Entry> {
        let open = |state: EntryState| !matches!(state, EntryState::Confirmed | EntryState::Failed);
        let entries = (1..).zip(&self.writes).filter(|(_, (_, state))| open(*state));
        entries.map(|(id, (write, state))| Entry { id: EntryId(id), write: write.clone(), state: *state }).collect()
    }

    fn link_of(&self, end: End, id: &str) -> Option<LinkId> {
        self.links.iter().find(|link| link.records[end.index()] == id).map(|link| link.id)
    }

    fn link(&mut self, ids: &[String; 2]) -> Result<LinkId, Refusal> {
        if let Some(link) = self.links.iter().find(|link| link.records == *ids) {
            return Ok(link.id);
        }
        let deleted = |end: End, id: &str| self.sides[end.index()].seen.get(id).map(|record| record.deleted);
        let touches = |link: &Link| End::BOTH.into_iter().find(|end| link.records[end.index()] == ids[end.index()]);
        for link in &self.links {
            if let Some(end) = touches(link)
                && deleted(end.other(), &link.records[end.other().index()]) == Some(false)
            {
                return Err(Refusal::AlreadyLinked);
            }
        }
        if End::BOTH.into_iter().any(|end| deleted(end, &ids[end.index()]) != Some(false)) {
            return Err(Refusal::Unseen);
        }
        let replaced: Vec<_> = self.links.iter().filter(|link| touches(link).is_some()).map(|link| link.id).collect();
        self.links.retain(|link| !replaced.contains(&link.id));
        self.links_made += 1;
        let id = LinkId(self.links_made);
        self.links.push(Link { id, records: ids.clone(), base: None, how: None });
        self.sweep();
        Ok(id)
    }

    fn rename(&mut self, end: End, former: &str, id: &str) {
        if former == id || !self.sides[end.index()].seen.contains_key(id) {
            return;
        }
        self.pass_on(end, former, id);
        let side = self.side(end);
        side.seen.remove(former);
        side.became.remove(id);
        side.became.insert(former.to_owned());
    }

    fn pass_on(&mut self, end: End, former: &str, id: &str) {
        if let Some(link) = self.link_of(end, former) {
            if self.link_of(end, id).is_some() {
                self.links.retain(|known| known.id != link);
            } else if let Some(link) = self.links.iter_mut().find(|known| known.id == link) {
                link.records[end.index()] = id.to_owned();
            }
        }
        for (write, state) in &mut self.writes {
            let closed = matches!(state, EntryState::Confirmed | EntryState::Failed);
            let name = if write.end == end { &mut write.target } else { &mut write.partner };
            if !closed && name.as_deref() == Some(former) {
                *name = Some(id.to_owned());
            }
        }
    }

    /// Deleted records that are in no link are forgotten.
    fn sweep(&mut self) {
        for end in End::BOTH {
            let linked: BTreeSet<_> = self.links.iter().map(|link| link.records[end.index()].clone()).collect();
            self.side(end).seen.retain(|id, record| !record.deleted || linked.contains(id));
        }
    }
}
