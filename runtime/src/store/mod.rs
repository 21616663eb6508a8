//! What is remembered between runs: accounts, observations, links, bases, cursors, the journal, activity.
//!
//! Observations are stored, pending work is not: a crash costs a new plan. The one exception is the
//! journal of writes in flight, because a create that was sent and not answered is unknown until the
//! target was read.
//!
//! Bases are kept by field name, not by index, so that a change of the rules does not touch them.

mod error;
mod types;

pub use error::StoreError;
pub use types::{Activity, Entry, EntryId, EntryState, Link, LinkId, NamedRecord, NewEntry, RunId, Seen};

use syncc_compiler::ir::End;

use crate::apps::Observed;

/// The memory of one connection. SQLite first; PostgreSQL can keep the same promises behind it.
///
/// Each method is one transaction: an error changed nothing. `Ok` means that it survives a crash of the program; where it says
/// *durable*, of the machine too.
pub trait Store: Send {
    /// Who the account on this end was when it was last seen.
    fn identity(&self, end: End) -> Result<Option<String>, StoreError>;
    /// Remembers who the account is.
    fn set_identity(&mut self, end: End, identity: &str) -> Result<(), StoreError>;

    /// Where to go on reading this end.
    fn cursor(&self, end: End) -> Result<Option<String>, StoreError>;
    /// Starts a listing, complete or from a cursor: what is observed from now on belongs to it.
    fn begin_listing(&mut self, end: End) -> Result<(), StoreError>;
    /// Takes one page of observations in. A tombstone marks the record deleted and drops its raw form.
    /// An alias moves the link of a former id to the new one. If both were linked, the link of the former id
    /// is forgotten, so that a merge of two records never deletes anything on the other side.
    fn observe(&mut self, end: End, page: &[Observed]) -> Result<(), StoreError>;
    /// Ends a listing: `complete` marks what it did not see as deleted; then the cursor moves. A listing
    /// that is not ended changes neither.
    fn end_listing(&mut self, end: End, complete: bool, cursor: Option<&str>) -> Result<(), StoreError>;
    /// Forgets the cursor, and nothing else: the next listing is complete.
    fn forget_cursor(&mut self, end: End) -> Result<(), StoreError>;
    /// Everything that is known of this end, in the order of the ids, deleted ones that are linked included.
    fn seen(&self, end: End) -> Result<Vec<Seen>, StoreError>;

    /// All links, in the order they were made.
    fn links(&self) -> Result<Vec<Link>, StoreError>;
    /// Links two records that were observed, without a write. Each record is in one link at most: a link of
    /// one of them with a record that is deleted gives way, and so does its base.
    ///
    /// # Errors
    /// [`StoreError::AlreadyLinked`] when one of them is linked with another record that is there,
    /// [`StoreError::Unseen`] when one was never observed.
    fn link(&mut self, left: &str, right: &str) -> Result<LinkId, StoreError>;
    /// Forgets a link, its base, and those of its records that are deleted. For a pair that is gone on both
    /// sides. Does nothing if there is no such link.
    fn unlink(&mut self, link: LinkId) -> Result<(), StoreError>;
    /// Remembers what both looked like. `None` on a side that is not there and never was.
    fn set_base(&mut self, link: LinkId, base: &[Option<NamedRecord>; 2]) -> Result<(), StoreError>;

    /// Starts a run. The hash names the rules that it runs by.
    fn begin_run(&mut self, at: jiff::Timestamp, program: &str) -> Result<RunId, StoreError>;
    /// Ends a run with its summary, as JSON.
    fn end_run(&mut self, run: RunId, at: jiff::Timestamp, summary: &str) -> Result<(), StoreError>;
    /// The last run that ended: when, the hash of its rules, its summary.
    fn last_run(&self) -> Result<Option<(jiff::Timestamp, String, String)>, StoreError>;

    /// Notes writes that are about to be sent, as planned. An op is journalled once, for ever.
    fn journal(&mut self, run: RunId, entries: &[NewEntry]) -> Result<Vec<EntryId>, StoreError>;
    /// Notes that these are being sent. Durable before it returns if one of them is a create or a delete.
    fn sent(&mut self, entries: &[EntryId]) -> Result<(), StoreError>;
    /// The write happened: takes the observation in, links the record with the entry's partner if it is not
    /// yet (never after a delete), makes `base` the base of the link, and closes the entry, all in one.
    ///
    /// `base` is what both look like after this write: on the side that was written what the app now holds,
    /// not what was sent. `None` leaves the base as it was: a sibling of the write is not answered yet.
    /// Returns the link of the record, if it has one.
    fn confirm(
        &mut self,
        entry: EntryId,
        now: &Observed,
        base: Option<&[Option<NamedRecord>; 2]>,
    ) -> Result<Option<LinkId>, StoreError>;
    /// The write certainly did not happen: closes the entry with the reason.
    fn fail(&mut self, entry: EntryId, reason: &str) -> Result<(), StoreError>;
    /// It is not known whether the write happened.
    fn unknown(&mut self, entry: EntryId, reason: &str) -> Result<(), StoreError>;
    /// Entries that were planned, sent or unknown when the program last stopped, oldest first.
    fn open_entries(&self) -> Result<Vec<Entry>, StoreError>;

    /// Appends to the history.
    fn record(&mut self, run: RunId, activity: &[Activity]) -> Result<(), StoreError>;
    /// The newest `limit` lines of the history, newest first.
    fn activity(&self, limit: usize) -> Result<Vec<Activity>, StoreError>;
}
