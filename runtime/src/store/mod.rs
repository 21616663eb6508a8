//! What is remembered between runs: accounts, observations, links, bases, cursors, the journal, activity.
//!
//! Observations are stored, pending work is not: a crash costs a new plan. The one exception is the
//! journal of writes in flight, because a create that was sent and not answered is unknown until the
//! target was read.
//!
//! Bases are kept by field name, not by index, so that a change of the rules does not touch them.

mod error;
mod sqlite;
mod types;

pub use error::StoreError;
pub use sqlite::{Restored, Sqlite, TakeOver, TakenOver, id_kind, mark};
pub use types::{
    Activity, Asked, Confirmed, Conflict, Entry, EntryId, EntryState, Erased, Keyed, Line, Link, LinkId, Marks,
    NamedRecord, NewEntry, Pause, RecordId, RunId, RunInfo, Seen, Settled, Stopped, Trouble,
};

use syncc_compiler::ir::End;

use crate::apps::{Handed, Observed};

/// What [`Store::planned`] names where nobody has looked at a plan since what is remembered was put there by hand: it was
/// restored from a copy, or contacts were adopted. No name of rules is like it.
pub const UNPLANNED: &str = "unplanned";

/// The memory of one connection. SQLite first; PostgreSQL can keep the same promises behind it.
///
/// Each method is one transaction: an error changed nothing. `Ok` means that it survives a crash of the program; where it says
/// *durable*, of the machine too.
pub trait Store: Send {
    /// Who the account on this end was when it was last seen.
    fn identity(&self, end: End) -> Result<Option<String>, StoreError>;
    /// Remembers who the account is.
    fn set_identity(&mut self, end: End, identity: &str) -> Result<(), StoreError>;

    /// Whether somebody said that a side is meant to be empty, and nobody was observed in it since.
    fn emptied(&self, end: End) -> Result<bool, StoreError>;
    /// Somebody said so.
    fn set_emptied(&mut self, end: End) -> Result<(), StoreError>;

    /// Where to go on reading this end.
    fn cursor(&self, end: End) -> Result<Option<String>, StoreError>;
    /// Whether it is known where to go on reading: without reading that, which can be long.
    fn any_cursor(&self, end: End) -> Result<bool, StoreError>;
    /// Starts a listing, complete or from a cursor: what is observed from now on belongs to it.
    fn begin_listing(&mut self, end: End) -> Result<(), StoreError>;
    /// Takes one page of observations in. A tombstone marks the record deleted and drops its raw form.
    /// An alias moves the link of a former id to the new one, and [`Self::former`] knows it from then on. If both were linked, the link of the former id
    /// is forgotten, so that a merge of two records never deletes anything on the other side. An observation that the app says is older
    /// than the stored one changes nothing: reads may lag behind our own writes.
    fn observe(&mut self, end: End, page: &[Observed]) -> Result<(), StoreError>;
    /// The same of what an app holds now for certain, whatever it says of when that was edited: somebody may have put an older
    /// state back.
    fn observe_now(&mut self, end: End, page: &[Observed]) -> Result<(), StoreError>;
    /// Records that syncc wrote, or that a listing showed which was cut off, and that neither a listing nor a question has shown since.
    fn unshown(&self, end: End) -> Result<Vec<String>, StoreError>;
    /// Whether somebody counts as deleted because a complete listing did not show them, and it was not planned yet what that means
    /// for their partner.
    fn missed(&self, end: End) -> Result<bool, StoreError>;
    /// A listing came after that with gaps, so that nobody knows any more whether these are in one of them: they are in doubt from
    /// now on, until a listing shows them or is complete. How many they are.
    fn doubt(&mut self, end: End) -> Result<usize, StoreError>;
    /// The same of these records, whatever says that they are deleted: they are there, and cannot be read.
    fn doubt_of(&mut self, end: End, ids: &[String]) -> Result<usize, StoreError>;
    /// Those in doubt.
    fn doubted(&self, end: End) -> Result<Vec<String>, StoreError>;
    /// Ends a listing: what is known under ids that were handed on follows their records; `complete` marks what it did not see as
    /// deleted; then the cursor moves. A listing that is not ended changes none of this, so that an exchange of ids which the next one
    /// shows once more is none carried out twice. Pairs that are deleted on both sides stay: the listing may be wrong, and only a run
    /// that its guards let pass forgets them.
    fn end_listing(
        &mut self,
        end: End,
        complete: bool,
        cursor: Option<&str>,
        handed: &[Handed],
    ) -> Result<(), StoreError>;
    /// Records that are known to be there and that the listing which is under way has not shown, in the order of
    /// their ids, this many at most.
    fn unlisted(&self, end: End, most: usize) -> Result<Vec<String>, StoreError>;
    /// Sets the cursor, and nothing else. Without one the next listing is complete.
    fn set_cursor(&mut self, end: End, cursor: Option<&str>) -> Result<(), StoreError>;
    /// Everything that is known of this end, in the order of the ids, deleted ones that are linked included.
    fn seen(&self, end: End) -> Result<Vec<Seen>, StoreError>;
    /// Those of these records that are known, deleted ones that are linked included, in the order asked for.
    fn records(&self, end: End, ids: &[String]) -> Result<Vec<Seen>, StoreError>;
    /// Some records of this end in the order of their ids: no more than `most`, and only those behind this id.
    fn seen_after(&self, end: End, after: Option<&str>, most: usize) -> Result<Vec<Seen>, StoreError>;
    /// Whether a record was ever observed and is remembered.
    fn is_known(&self, end: End, id: &str) -> Result<bool, StoreError>;
    /// Those of these ids that nothing is known under now, because what was known under them became another record's.
    fn former(&self, end: End, ids: &[String]) -> Result<Vec<String>, StoreError>;
    /// The ids of some records that are known, this many at most: of those that are there, while there are any.
    fn some(&self, end: End, most: usize) -> Result<Vec<String>, StoreError>;

    /// Everything that is read within `read` is of one moment, and costs one look at the file instead of one each.
    fn together(&self, read: &mut dyn FnMut() -> Result<(), StoreError>) -> Result<(), StoreError>;

    /// Says by which rules records are at rest from now on, and by which rules keys are taken. If they are others than
    /// before, every record counts as moved, and no keys are known.
    fn begin_standing(&mut self, rules: &str, keys: &str) -> Result<(), StoreError>;
    /// Whether the keys of all records are known, and were taken by what has this name.
    fn keyed(&self, keys: &str) -> Result<bool, StoreError>;
    /// Records whose keys are not known, in the order of side and id, from the first one after this, this many at most. One that
    /// is not known any more is among them while its keys are.
    fn unkeyed(&self, after: Option<&RecordId>, most: usize) -> Result<Vec<RecordId>, StoreError>;
    /// Remembers keys. A record that is not linked and shared one that is lost by this counts as moved.
    fn set_keys(&mut self, keyed: &[Keyed]) -> Result<(), StoreError>;
    /// The keys of a record; none for one that is not known.
    fn keys_of(&self, end: End, id: &str) -> Result<Vec<i64>, StoreError>;
    /// Every record that has a key, and whether it is linked, in the order of side and id.
    fn holders(&self, key: i64) -> Result<Vec<(RecordId, bool)>, StoreError>;
    /// Records that moved since they were at rest: they, their link, its base or their partner changed, they were paused,
    /// or never were at rest. In the order of side and id, from the first one after this, this many at most.
    fn moved(&self, after: Option<&RecordId>, most: usize) -> Result<Vec<RecordId>, StoreError>;
    /// Puts records to rest, with a byte for [`Self::at_rest`], or says that they moved. Both of a link go together. One whose
    /// keys are not known stays awake.
    fn set_rest(&mut self, rests: &[(End, String, Option<u8>)]) -> Result<(), StoreError>;
    /// Puts both records of each of these links to rest, with a byte for each, left first.
    fn rest_links(&mut self, rests: &[(LinkId, [u8; 2])]) -> Result<(), StoreError>;
    /// How many records of each side are at rest with which byte.
    fn at_rest(&self) -> Result<Vec<(End, u8, usize)>, StoreError>;

    /// All links, in the order they were made.
    fn links(&self) -> Result<Vec<Link>, StoreError>;
    /// Some links in the order they were made: no more than `most`, and only those behind this one.
    fn links_after(&self, after: Option<LinkId>, most: usize) -> Result<Vec<Link>, StoreError>;
    /// Whether there is any.
    fn any_link(&self) -> Result<bool, StoreError>;
    /// How many links there are.
    fn link_count(&self) -> Result<usize, StoreError>;
    /// The link that a record is in.
    fn link_of(&self, end: End, id: &str) -> Result<Option<Link>, StoreError>;
    /// Remembers pairs that are in step: links each pair that is not linked yet and sets its base, all in one
    /// transaction, and gives their links. Each record is in one link at most: a link of one of them with a record that is
    /// deleted gives way, and so does its base.
    ///
    /// # Errors
    /// [`StoreError::AlreadyLinked`] when one of a pair is linked with another record that is there,
    /// [`StoreError::Unseen`] when one was never observed or is deleted.
    fn settle(&mut self, settled: &[Settled]) -> Result<Vec<LinkId>, StoreError>;
    /// Forgets a link, its base, and those of its records that are deleted. Does nothing if there is no such
    /// link.
    fn unlink(&mut self, link: LinkId) -> Result<(), StoreError>;

    /// The name of the rules that were last planned, so that a change of the rules is seen.
    fn planned(&self) -> Result<Option<String>, StoreError>;
    /// Remembers the name of the rules that a plan showed.
    fn set_planned(&mut self, program: &str) -> Result<(), StoreError>;
    /// The name of the rules that were last run.
    fn ran(&self) -> Result<Option<String>, StoreError>;
    /// Notes that these rules are run.
    fn set_ran(&mut self, program: &str) -> Result<(), StoreError>;

    /// Starts a run. `program` names the rules that it runs by.
    fn begin_run(&mut self, at: jiff::Timestamp, program: &str) -> Result<RunId, StoreError>;
    /// Ends a run with its summary, as JSON.
    fn end_run(&mut self, run: RunId, at: jiff::Timestamp, summary: &str) -> Result<(), StoreError>;
    /// The last run that ended: when, the hash of its rules, its summary.
    fn last_run(&self) -> Result<Option<(jiff::Timestamp, String, String)>, StoreError>;

    /// Notes writes that are about to be sent, as planned. An op is journalled once, for ever.
    fn journal(&mut self, run: RunId, entries: &[NewEntry]) -> Result<Vec<EntryId>, StoreError>;
    /// Notes that these are being sent. Durable before it returns if one of them is a create or a delete.
    fn sent(&mut self, entries: &[EntryId]) -> Result<(), StoreError>;
    /// The writes happened: takes each observation in, links the record with the entry's partner if it is not
    /// yet, sets the base of the pair, leaves the entry's lines in the history, and closes the entry, all of all in one. A new
    /// link of which nothing is settled has no base until [`Store::settle`] gives it one.
    ///
    /// Returns for each the link with the partner. `None` when they could not be linked, because the partner was
    /// deleted in the meantime or is linked with another record, or the app answered a create with a record that is linked
    /// already or is said to be somebody else's: the write happened all the same. For an entry without a partner it is the record's link, and `None` also
    /// when the pair whose base was to be set is none any more.
    fn confirm_all(&mut self, confirmed: &[Confirmed], at: jiff::Timestamp) -> Result<Vec<Option<LinkId>>, StoreError>;
    /// The same for one.
    fn confirm(
        &mut self,
        entry: EntryId,
        now: &Observed,
        fields: &NamedRecord,
        at: jiff::Timestamp,
    ) -> Result<Option<LinkId>, StoreError> {
        let (now, fields) = (now.clone(), fields.clone());
        let confirmed = Confirmed { entry, now, fields, lines: None, settled: None, elses: false };
        Ok(self.confirm_all(&[confirmed], at)?.pop().flatten())
    }
    /// The write certainly did not happen: closes the entry with the reason.
    fn fail(&mut self, entry: EntryId, reason: &str) -> Result<(), StoreError>;
    /// It is not known whether the write happened.
    fn unknown(&mut self, entry: EntryId, reason: &str) -> Result<(), StoreError>;
    /// Entries that were planned, sent or unknown when the program last stopped, oldest first.
    fn open_entries(&self) -> Result<Vec<Entry>, StoreError>;
    /// Of these records of one side, those that a write deleted, with whoever it was deleted for: the record that it was linked
    /// with, last of all. Looks at every write there was.
    fn parted(&self, end: End, ids: &[String]) -> Result<Vec<(String, String)>, StoreError>;

    /// Lines of the history, newest first.
    fn history(&self, asked: &Asked) -> Result<Vec<Activity>, StoreError>;
    /// Fields to which one value was written at least `times` times since then: side, record, field.
    fn repeated(&self, since: jiff::Timestamp, times: u32) -> Result<Vec<(End, String, String)>, StoreError>;
    /// The newest `limit` runs, newest first.
    fn runs(&self, limit: usize) -> Result<Vec<RunInfo>, StoreError>;

    /// Pauses. What is paused already stays as it is.
    fn pause(&mut self, pauses: &[Pause]) -> Result<(), StoreError>;
    /// Resumes a record, or the connection (`None`). Whether it was paused.
    fn resume(&mut self, record: Option<(End, &str)>) -> Result<bool, StoreError>;
    /// Resumes records.
    fn resume_all(&mut self, records: &[RecordId]) -> Result<(), StoreError>;
    /// Everything that is paused, oldest first.
    fn pauses(&self) -> Result<Vec<Pause>, StoreError>;

    /// Notes that the cycle that began then did not go through, and why.
    fn stop(&mut self, at: jiff::Timestamp, why: &str) -> Result<(), StoreError>;
    /// A cycle went through again.
    fn go_on(&mut self) -> Result<(), StoreError>;
    /// Why the last cycle did not go through, if it did not.
    fn stopped(&self) -> Result<Option<Stopped>, StoreError>;

    /// Remembers trouble, or what is new of it.
    fn set_troubles(&mut self, troubles: &[Trouble]) -> Result<(), StoreError>;
    /// Forgets trouble that is over.
    fn end_troubles(&mut self, records: &[(End, String)]) -> Result<(), StoreError>;
    /// All trouble, in the order of side and record.
    fn troubles(&self) -> Result<Vec<Trouble>, StoreError>;

    /// Notes conflicts that a run decided. Their `id` is given here.
    fn note_conflicts(&mut self, run: RunId, conflicts: &[Conflict]) -> Result<(), StoreError>;
    /// Conflicts that nobody has looked at yet, oldest first.
    fn conflicts(&self) -> Result<Vec<Conflict>, StoreError>;
    /// Somebody has looked at a conflict. Whether it was open.
    fn resolve_conflict(&mut self, id: i64, at: jiff::Timestamp) -> Result<bool, StoreError>;

    /// What is known of those who were forgotten.
    fn marks(&self) -> Result<Marks, StoreError>;
    /// Erases everything about the records of one person (observations, link, base, history, conflicts, trouble, pauses,
    /// writes), also from the disk, and leaves these marks. The salt is kept if there is none yet. Both sides are read from
    /// the beginning next time: a cursor may name the records.
    fn forget(
        &mut self,
        records: &[(End, String)],
        marks: &[String],
        salt: &str,
        at: jiff::Timestamp,
    ) -> Result<Erased, StoreError>;
    /// Records that are not known any more, and of which the history tells one of these texts: as the value of a field, as who they
    /// were, or as their id.
    fn mentioned(&self, texts: &[String]) -> Result<Vec<RecordId>, StoreError>;
    /// Forgets all marks of the people who have one of these. Whether there were any.
    fn take_back(&mut self, marks: &[String]) -> Result<bool, StoreError>;
}
