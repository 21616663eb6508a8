//! The real store, with a step before and after each of its writes, so that the program can be killed between them.
//!
//! It also is where most of the planted mistakes are made: see [`Planted`].

use jiff::Timestamp;
use syncc_compiler::ir::End;
use syncc_runtime::{
    apps::{Handed, Observed},
    store::{
        Activity, Asked, Confirmed, Conflict, Entry, EntryId, Erased, Keyed, Link, LinkId, Marks, NewEntry, Pause,
        RecordId, RunId, RunInfo, Seen, Settled, Sqlite, Stopped, Store, StoreError, Trouble,
    },
};

use crate::{
    hub::{Hub, Op},
    planted::Planted,
};

/// The world that a store is in.
pub(crate) trait Steps: Send {
    /// A point at which anything may happen, also that the program is killed.
    fn step(&self);
    /// Whether the disk is full.
    fn disk_full(&self) -> bool;
    /// A write was journalled.
    fn journalled(&self, entry: &NewEntry);
}

impl Steps for Hub {
    fn step(&self) {
        Self::step(self);
    }

    fn disk_full(&self) -> bool {
        Self::disk_full(self)
    }

    fn journalled(&self, entry: &NewEntry) {
        if entry.target.is_none() {
            self.state().ops.insert(entry.op, Op { end: entry.end, partner: entry.partner.clone() });
        }
    }
}

/// The store of a run that may be killed.
pub(crate) struct SimStore<'a, S = Hub> {
    pub(crate) inner: &'a mut Sqlite,
    pub(crate) hub: S,
    pub(crate) planted: Option<Planted>,
    /// Pages that the planted mistake of the cursor has not stored yet.
    pub(crate) late: Vec<(End, Vec<Observed>)>,
}

impl<S: Steps> SimStore<'_, S> {
    /// One write, which the program may not live to begin, or to hear the end of.
    fn write<T>(&mut self, write: impl FnOnce(&mut Sqlite) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.hub.step();
        if self.hub.disk_full() {
            return Err(StoreError::DiskFull);
        }
        let written = write(self.inner);
        self.hub.step();
        written
    }

    fn planted(&self, mistake: Planted) -> bool {
        self.planted == Some(mistake)
    }
}

/// What is only passed on.
macro_rules! reads {
    ($($name:ident($($argument:ident: $kind:ty),*) -> $value:ty;)*) => {
        $(fn $name(&self, $($argument: $kind),*) -> Result<$value, StoreError> {
            self.inner.$name($($argument),*)
        })*
    };
}

/// What is passed on, with a step before and after it.
macro_rules! writes {
    ($($name:ident($($argument:ident: $kind:ty),*) -> $value:ty;)*) => {
        $(fn $name(&mut self, $($argument: $kind),*) -> Result<$value, StoreError> {
            self.write(|store| store.$name($($argument),*))
        })*
    };
}

impl<S: Steps> Store for SimStore<'_, S> {
    fn together(&self, read: &mut dyn FnMut() -> Result<(), StoreError>) -> Result<(), StoreError> {
        self.inner.together(read)
    }

    fn observe(&mut self, end: End, page: &[Observed]) -> Result<(), StoreError> {
        if self.planted(Planted::Cursor) {
            self.late.push((end, page.to_vec()));
            return Ok(());
        }
        self.write(|store| store.observe(end, page))
    }

    fn end_listing(
        &mut self,
        end: End,
        complete: bool,
        cursor: Option<&str>,
        handed: &[Handed],
    ) -> Result<(), StoreError> {
        if self.planted(Planted::Cursor) && !complete {
            self.write(|store| store.end_listing(end, complete, cursor, handed))?;
            let late = std::mem::take(&mut self.late);
            return late.into_iter().try_for_each(|(end, page)| self.write(|store| store.observe(end, &page)));
        }
        let late = std::mem::take(&mut self.late);
        late.into_iter().try_for_each(|(end, page)| self.write(|store| store.observe(end, &page)))?;
        self.write(|store| store.end_listing(end, complete, cursor, handed))
    }

    fn links(&self) -> Result<Vec<Link>, StoreError> {
        let mut links = self.inner.links()?;
        if self.planted(Planted::Merge) {
            links.iter_mut().for_each(|link| link.base = None);
        }
        Ok(links)
    }

    fn link_of(&self, end: End, id: &str) -> Result<Option<Link>, StoreError> {
        let mut link = self.inner.link_of(end, id)?;
        if let (true, Some(link)) = (self.planted(Planted::Merge), &mut link) {
            link.base = None;
        }
        Ok(link)
    }

    fn journal(&mut self, run: RunId, entries: &[NewEntry]) -> Result<Vec<EntryId>, StoreError> {
        let ids = self.write(|store| store.journal(run, entries))?;
        entries.iter().for_each(|entry| self.hub.journalled(entry));
        Ok(ids)
    }

    fn confirm_all(&mut self, confirmed: &[Confirmed], at: Timestamp) -> Result<Vec<Option<LinkId>>, StoreError> {
        self.write(|store| store.confirm_all(confirmed, at))
    }

    fn open_entries(&self) -> Result<Vec<Entry>, StoreError> {
        if self.planted(Planted::Journal) {
            return Ok(Vec::new());
        }
        self.inner.open_entries()
    }

    fn history(&self, asked: &Asked) -> Result<Vec<Activity>, StoreError> {
        let mut lines = self.inner.history(asked)?;
        if self.planted(Planted::History) {
            lines.retain(|line| line.line.field.is_none());
        }
        Ok(lines)
    }

    reads! {
        identity(end: End) -> Option<String>;
        emptied(end: End) -> bool;
        missed(end: End) -> bool;
        unshown(end: End) -> Vec<String>;
        doubted(end: End) -> Vec<String>;
        cursor(end: End) -> Option<String>;
        any_cursor(end: End) -> bool;
        unlisted(end: End, most: usize) -> Vec<String>;
        seen(end: End) -> Vec<Seen>;
        records(end: End, ids: &[String]) -> Vec<Seen>;
        any_link() -> bool;
        links_after(after: Option<LinkId>, most: usize) -> Vec<Link>;
        link_count() -> usize;
        some(end: End, most: usize) -> Vec<String>;
        is_known(end: End, id: &str) -> bool;
        former(end: End, ids: &[String]) -> Vec<String>;
        unkeyed(after: Option<&RecordId>, most: usize) -> Vec<RecordId>;
        keyed(keys: &str) -> bool;
        seen_after(end: End, after: Option<&str>, most: usize) -> Vec<Seen>;
        keys_of(end: End, id: &str) -> Vec<i64>;
        holders(key: i64) -> Vec<(RecordId, bool)>;
        moved(after: Option<&RecordId>, most: usize) -> Vec<RecordId>;
        at_rest() -> Vec<(End, u8, usize)>;
        planned() -> Option<String>;
        ran() -> Option<String>;
        last_run() -> Option<(Timestamp, String, String)>;
        repeated(since: Timestamp, times: u32) -> Vec<(End, String, String)>;
        runs(limit: usize) -> Vec<RunInfo>;
        pauses() -> Vec<Pause>;
        stopped() -> Option<Stopped>;
        troubles() -> Vec<Trouble>;
        conflicts() -> Vec<Conflict>;
        marks() -> Marks;
        parted(end: End, ids: &[String]) -> Vec<(String, String)>;
        mentioned(texts: &[String]) -> Vec<RecordId>;
    }

    writes! {
        set_identity(end: End, identity: &str) -> ();
        set_emptied(end: End) -> ();
        observe_now(end: End, page: &[Observed]) -> ();
        doubt(end: End) -> usize;
        doubt_of(end: End, ids: &[String]) -> usize;
        begin_listing(end: End) -> ();
        set_cursor(end: End, cursor: Option<&str>) -> ();
        begin_standing(rules: &str, keys: &str) -> ();
        set_keys(keyed: &[Keyed]) -> ();
        set_rest(rests: &[(End, String, Option<u8>)]) -> ();
        rest_links(rests: &[(LinkId, [u8; 2])]) -> ();
        settle(settled: &[Settled]) -> Vec<LinkId>;
        unlink(link: LinkId) -> ();
        set_planned(program: &str) -> ();
        set_ran(program: &str) -> ();
        begin_run(at: Timestamp, program: &str) -> RunId;
        end_run(run: RunId, at: Timestamp, summary: &str) -> ();
        sent(entries: &[EntryId]) -> ();
        fail(entry: EntryId, reason: &str) -> ();
        unknown(entry: EntryId, reason: &str) -> ();
        pause(pauses: &[Pause]) -> ();
        stop(at: Timestamp, why: &str) -> ();
        go_on() -> ();
        resume(record: Option<(End, &str)>) -> bool;
        resume_all(records: &[RecordId]) -> ();
        set_troubles(troubles: &[Trouble]) -> ();
        end_troubles(records: &[(End, String)]) -> ();
        note_conflicts(run: RunId, conflicts: &[Conflict]) -> ();
        resolve_conflict(id: i64, at: Timestamp) -> bool;
        forget(records: &[(End, String)], marks: &[String], salt: &str, at: Timestamp) -> Erased;
        take_back(marks: &[String]) -> bool;
    }
}
