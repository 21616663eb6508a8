//! The memory of one connection in one SQLite file.
//!
//! What it promises beside [`Store`]:
//! - Only one [`Sqlite`] at a time has the file open, in this process or another.
//! - The file says whose it is and which format it has: another program's, another connection's and a
//!   newer one are refused before anything is written.
//! - What must hold between rows (a record is in one link at most, a linked record was observed, a closed
//!   write holds nothing to write) is a constraint of the schema: not even a mistake in here can break it.

mod backup;
mod care;
mod code;
mod fault;
mod forgotten;
mod former;
mod handed;
mod history;
mod journal;
mod kept;
mod links;
mod migrate;
mod observations;
mod open;
mod prepared;
mod standing;
#[cfg(test)]
mod tests;

use std::path::Path;

use jiff::Timestamp;
use rusqlite::{Connection, TransactionBehavior};
use syncc_compiler::ir::End;

use super::{
    Activity, Asked, Confirmed, Conflict, Entry, EntryId, Erased, Keyed, Link, LinkId, Marks, NewEntry, Pause,
    RecordId, RunId, RunInfo, Seen, Settled, Stopped, Store, StoreError, Trouble,
};
use crate::apps::{Handed, Observed};
pub use backup::{Restored, TakeOver, TakenOver};
use fault::Fault;
pub use forgotten::{id_kind, mark};

/// The memory of one connection in one SQLite file.
#[derive(Debug)]
pub struct Sqlite {
    db: Connection,
    /// The file, as errors name it.
    path: String,
    /// Held for as long as this store may write.
    _lock: Option<std::fs::File>,
}

impl Sqlite {
    /// Opens the store of a connection, and makes it if there is none. The folder must exist.
    /// `:memory:` is a store that is forgotten when it is closed.
    ///
    /// # Errors
    /// [`StoreError::Busy`] while another [`Sqlite`] has it open, [`StoreError::Newer`],
    /// [`StoreError::NotOurs`], and what the disk can say.
    pub fn open(path: impl AsRef<Path>, connection: &str) -> Result<Self, StoreError> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let lock = open::lock(path).map_err(|fault| fault.at(&name))?;
        let db = open::open(path, connection).map_err(|fault| fault.at(&name))?;
        Ok(Self { db, path: name, _lock: lock })
    }

    /// A store that nobody else knows of and that is gone when it is closed, however the program ends. What does not fit into
    /// a little memory is in a file without a name, in the system's folder for such files.
    ///
    /// # Errors
    /// What the disk can say.
    pub fn aside() -> Result<Self, StoreError> {
        let path = "a temporary file".to_owned();
        let db = open::open(Path::new(open::ASIDE), "aside").map_err(|fault| fault.at(&path))?;
        Ok(Self { db, path, _lock: None })
    }

    /// Opens the store of a connection to look at it, while a run may be writing to it. What would change it
    /// fails. `None` if there is no store yet.
    ///
    /// # Errors
    /// What the disk can say.
    pub fn look(path: impl AsRef<Path>) -> Result<Option<Self>, StoreError> {
        let path = path.as_ref();
        if !path.exists() {
            return Ok(None);
        }
        let name = path.display().to_string();
        let db = open::look(path).map_err(|fault| fault.at(&name))?;
        Ok(Some(Self { db, path: name, _lock: None }))
    }

    fn read<T>(&self, read: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, StoreError> {
        read(&self.db).map_err(|fault| fault.at(&self.path))
    }

    /// One transaction: an error changes nothing.
    fn write<T>(&mut self, write: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, StoreError> {
        let commit = || {
            let transaction = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = write(&transaction)?;
            transaction.commit()?;
            Ok(value)
        };
        commit().map_err(|fault: Fault| fault.at(&self.path))
    }

    /// One transaction that survives a crash of the machine.
    ///
    /// With `synchronous = NORMAL` a commit is in the operating system's hands, not on the disk. With
    /// `FULL` SQLite syncs the write-ahead log after the commit, and with it every earlier commit that is
    /// still in the log. Earlier ones that are not in it any more were synced when they left it. So one
    /// durable commit makes everything before it durable too.
    fn write_durably<T>(&mut self, write: impl FnOnce(&Connection) -> Result<T, Fault>) -> Result<T, StoreError> {
        // SQLite takes the level at the start of a transaction.
        self.read(|db| Ok(db.pragma_update(None, "synchronous", "FULL")?))?;
        let written = self.write(write);
        // What is written is written: should this fail, later commits are safer than they need to be.
        let _ = self.db.pragma_update(None, "synchronous", "NORMAL");
        written
    }
}

impl Store for Sqlite {
    fn identity(&self, end: End) -> Result<Option<String>, StoreError> {
        self.read(|db| observations::identity(db, end))
    }

    fn set_identity(&mut self, end: End, identity: &str) -> Result<(), StoreError> {
        self.write(|db| observations::set_identity(db, end, identity))
    }

    fn emptied(&self, end: End) -> Result<bool, StoreError> {
        self.read(|db| observations::emptied(db, end))
    }

    fn set_emptied(&mut self, end: End) -> Result<(), StoreError> {
        self.write(|db| observations::set_emptied(db, end))
    }

    fn cursor(&self, end: End) -> Result<Option<String>, StoreError> {
        self.read(|db| observations::cursor(db, end))
    }

    fn any_cursor(&self, end: End) -> Result<bool, StoreError> {
        self.read(|db| observations::any_cursor(db, end))
    }

    fn begin_listing(&mut self, end: End) -> Result<(), StoreError> {
        self.write(|db| observations::begin_listing(db, end))
    }

    fn observe(&mut self, end: End, page: &[Observed]) -> Result<(), StoreError> {
        self.write(|db| observations::observe(db, end, page, observations::From::Read))
    }

    fn observe_now(&mut self, end: End, page: &[Observed]) -> Result<(), StoreError> {
        self.write(|db| observations::observe(db, end, page, observations::From::Answer))
    }

    fn unshown(&self, end: End) -> Result<Vec<String>, StoreError> {
        self.read(|db| observations::unshown(db, end))
    }

    fn missed(&self, end: End) -> Result<bool, StoreError> {
        self.read(|db| observations::missed(db, end))
    }

    fn doubt(&mut self, end: End) -> Result<usize, StoreError> {
        self.write(|db| observations::doubt(db, end))
    }

    fn doubt_of(&mut self, end: End, ids: &[String]) -> Result<usize, StoreError> {
        self.write(|db| observations::doubt_of(db, end, ids))
    }

    fn doubted(&self, end: End) -> Result<Vec<String>, StoreError> {
        self.read(|db| observations::doubted(db, end))
    }

    fn end_listing(
        &mut self,
        end: End,
        complete: bool,
        cursor: Option<&str>,
        handed: &[Handed],
    ) -> Result<(), StoreError> {
        self.write(|db| observations::end_listing(db, end, complete, cursor, handed))
    }

    fn unlisted(&self, end: End, most: usize) -> Result<Vec<String>, StoreError> {
        self.read(|db| observations::unlisted(db, end, most))
    }

    fn set_cursor(&mut self, end: End, cursor: Option<&str>) -> Result<(), StoreError> {
        self.write(|db| observations::set_cursor(db, end, cursor))
    }

    fn seen(&self, end: End) -> Result<Vec<Seen>, StoreError> {
        self.read(|db| observations::seen(db, end))
    }

    fn records(&self, end: End, ids: &[String]) -> Result<Vec<Seen>, StoreError> {
        let mut seen = Vec::new();
        self.together(&mut || {
            seen = self.read(|db| observations::records(db, end, ids))?;
            Ok(())
        })?;
        Ok(seen)
    }

    fn seen_after(&self, end: End, after: Option<&str>, most: usize) -> Result<Vec<Seen>, StoreError> {
        self.read(|db| observations::seen_after(db, end, after, most))
    }

    fn is_known(&self, end: End, id: &str) -> Result<bool, StoreError> {
        self.read(|db| observations::is_known(db, end, id))
    }

    fn former(&self, end: End, ids: &[String]) -> Result<Vec<String>, StoreError> {
        self.read(|db| former::former(db, end, ids))
    }

    fn some(&self, end: End, most: usize) -> Result<Vec<String>, StoreError> {
        self.read(|db| observations::some(db, end, most))
    }

    fn together(&self, read: &mut dyn FnMut() -> Result<(), StoreError>) -> Result<(), StoreError> {
        // Within a greater whole already.
        if !self.db.is_autocommit() {
            return read();
        }
        let together = self.db.unchecked_transaction().map_err(|error| Fault::from(error).at(&self.path))?;
        read()?;
        self.read(|_| Ok(together.commit()?))
    }

    fn begin_standing(&mut self, rules: &str, keys: &str) -> Result<(), StoreError> {
        self.write(|db| standing::begin(db, rules, keys))
    }

    fn keyed(&self, keys: &str) -> Result<bool, StoreError> {
        self.read(|db| standing::keyed(db, keys))
    }

    fn unkeyed(&self, after: Option<&RecordId>, most: usize) -> Result<Vec<RecordId>, StoreError> {
        self.read(|db| standing::unkeyed(db, after, most))
    }

    fn set_keys(&mut self, keyed: &[Keyed]) -> Result<(), StoreError> {
        self.write(|db| standing::set_keys(db, keyed))
    }

    fn keys_of(&self, end: End, id: &str) -> Result<Vec<i64>, StoreError> {
        self.read(|db| standing::keys_of(db, end, id))
    }

    fn holders(&self, key: i64) -> Result<Vec<(RecordId, bool)>, StoreError> {
        self.read(|db| standing::holders(db, key))
    }

    fn moved(&self, after: Option<&RecordId>, most: usize) -> Result<Vec<RecordId>, StoreError> {
        self.read(|db| standing::moved(db, after, most))
    }

    fn set_rest(&mut self, rests: &[(End, String, Option<u8>)]) -> Result<(), StoreError> {
        self.write(|db| standing::set_rest(db, rests))
    }

    fn rest_links(&mut self, rests: &[(LinkId, [u8; 2])]) -> Result<(), StoreError> {
        self.write(|db| standing::rest_links(db, rests))
    }

    fn at_rest(&self) -> Result<Vec<(End, u8, usize)>, StoreError> {
        self.read(standing::at_rest)
    }

    fn links(&self) -> Result<Vec<Link>, StoreError> {
        self.read(links::links)
    }

    fn links_after(&self, after: Option<LinkId>, most: usize) -> Result<Vec<Link>, StoreError> {
        self.read(|db| links::links_after(db, after, most))
    }

    fn any_link(&self) -> Result<bool, StoreError> {
        self.read(links::any)
    }

    fn link_count(&self) -> Result<usize, StoreError> {
        self.read(links::count)
    }

    fn link_of(&self, end: End, id: &str) -> Result<Option<Link>, StoreError> {
        self.read(|db| links::link_of(db, end, id))
    }

    fn settle(&mut self, settled: &[Settled]) -> Result<Vec<LinkId>, StoreError> {
        self.write(|db| settled.iter().map(|pair| links::settle(db, pair)).collect())
    }

    fn unlink(&mut self, link: LinkId) -> Result<(), StoreError> {
        self.write(|db| links::unlink(db, link))
    }

    fn planned(&self) -> Result<Option<String>, StoreError> {
        self.read(history::planned)
    }

    fn set_planned(&mut self, program: &str) -> Result<(), StoreError> {
        self.write(|db| history::set_planned(db, program))
    }

    fn ran(&self) -> Result<Option<String>, StoreError> {
        self.read(history::ran)
    }

    fn set_ran(&mut self, program: &str) -> Result<(), StoreError> {
        self.write(|db| history::set_ran(db, program))
    }

    fn begin_run(&mut self, at: Timestamp, program: &str) -> Result<RunId, StoreError> {
        self.write(|db| history::begin_run(db, at, program))
    }

    fn end_run(&mut self, run: RunId, at: Timestamp, summary: &str) -> Result<(), StoreError> {
        self.write(|db| history::end_run(db, run, at, summary))
    }

    fn last_run(&self) -> Result<Option<(Timestamp, String, String)>, StoreError> {
        self.read(history::last_run)
    }

    fn journal(&mut self, run: RunId, entries: &[NewEntry]) -> Result<Vec<EntryId>, StoreError> {
        self.write(|db| journal::journal(db, run, entries))
    }

    fn sent(&mut self, entries: &[EntryId]) -> Result<(), StoreError> {
        // A create or a delete that was sent and forgotten is sent again: a second record, or a loss. An
        // update that was forgotten is planned again from what is then read.
        if self.read(|db| journal::any_lasting(db, entries))? {
            self.write_durably(|db| journal::sent(db, entries))
        } else {
            self.write(|db| journal::sent(db, entries))
        }
    }

    fn confirm_all(&mut self, confirmed: &[Confirmed], at: Timestamp) -> Result<Vec<Option<LinkId>>, StoreError> {
        self.write(|db| journal::confirm_all(db, confirmed, at))
    }

    fn fail(&mut self, entry: EntryId, reason: &str) -> Result<(), StoreError> {
        self.write(|db| journal::fail(db, entry, reason))
    }

    fn unknown(&mut self, entry: EntryId, reason: &str) -> Result<(), StoreError> {
        self.write(|db| journal::unknown(db, entry, reason))
    }

    fn open_entries(&self) -> Result<Vec<Entry>, StoreError> {
        self.read(journal::open_entries)
    }

    fn history(&self, asked: &Asked) -> Result<Vec<Activity>, StoreError> {
        self.read(|db| history::history(db, asked))
    }

    fn repeated(&self, since: Timestamp, times: u32) -> Result<Vec<(End, String, String)>, StoreError> {
        self.read(|db| history::repeated(db, since, times))
    }

    fn runs(&self, limit: usize) -> Result<Vec<RunInfo>, StoreError> {
        self.read(|db| history::runs(db, limit))
    }

    fn pause(&mut self, pauses: &[Pause]) -> Result<(), StoreError> {
        self.write(|db| care::pause(db, pauses))
    }

    fn resume(&mut self, record: Option<(End, &str)>) -> Result<bool, StoreError> {
        self.write(|db| care::resume(db, record))
    }

    fn resume_all(&mut self, records: &[RecordId]) -> Result<(), StoreError> {
        self.write(|db| records.iter().try_for_each(|(end, id)| care::resume(db, Some((*end, id))).map(drop)))
    }

    fn pauses(&self) -> Result<Vec<Pause>, StoreError> {
        self.read(care::pauses)
    }

    fn stop(&mut self, at: Timestamp, why: &str) -> Result<(), StoreError> {
        self.write(|db| care::stop(db, at, why))
    }

    fn go_on(&mut self) -> Result<(), StoreError> {
        self.write(care::go_on)
    }

    fn stopped(&self) -> Result<Option<Stopped>, StoreError> {
        self.read(care::stopped)
    }

    fn set_troubles(&mut self, troubles: &[Trouble]) -> Result<(), StoreError> {
        self.write(|db| care::set_troubles(db, troubles))
    }

    fn end_troubles(&mut self, records: &[(End, String)]) -> Result<(), StoreError> {
        self.write(|db| care::end_troubles(db, records))
    }

    fn troubles(&self) -> Result<Vec<Trouble>, StoreError> {
        self.read(care::troubles)
    }

    fn note_conflicts(&mut self, run: RunId, conflicts: &[Conflict]) -> Result<(), StoreError> {
        self.write(|db| care::note_conflicts(db, run, conflicts))
    }

    fn conflicts(&self) -> Result<Vec<Conflict>, StoreError> {
        self.read(care::conflicts)
    }

    fn marks(&self) -> Result<Marks, StoreError> {
        self.read(forgotten::marks)
    }

    fn parted(&self, end: End, ids: &[String]) -> Result<Vec<(String, String)>, StoreError> {
        self.read(|db| journal::parted(db, end, ids))
    }

    fn mentioned(&self, texts: &[String]) -> Result<Vec<RecordId>, StoreError> {
        self.read(|db| forgotten::mentioned(db, texts))
    }

    fn forget(
        &mut self,
        records: &[(End, String)],
        marks: &[String],
        salt: &str,
        at: Timestamp,
    ) -> Result<Erased, StoreError> {
        let erased = self.write(|db| {
            End::BOTH.into_iter().try_for_each(|end| observations::set_cursor(db, end, None))?;
            forgotten::forget(db, records, marks, salt, at)
        })?;
        self.db.flush_prepared_statement_cache();
        let scrubbed = self.read(forgotten::scrub)?;
        Ok(Erased { scrubbed, ..erased })
    }

    fn take_back(&mut self, marks: &[String]) -> Result<bool, StoreError> {
        self.write(|db| forgotten::take_back(db, marks))
    }

    fn resolve_conflict(&mut self, id: i64, at: Timestamp) -> Result<bool, StoreError> {
        self.write(|db| care::resolve_conflict(db, id, at))
    }
}
