//! The trait that every app keeps.

use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use syncc_compiler::{ir::FieldId, schema, value::Record};
use uuid::Uuid;

use super::{
    AppError,
    cost::{Batch, Calls, by_limits},
};

/// One account of one app, opened for the fields of one [`syncc_compiler::ir::Side`].
///
/// Promises that each implementation keeps:
/// - A write changes what differs between `before` and `after` and nothing else: what no field names is
///   byte-identical afterwards.
/// - [`App::push`] sends each write at most once. Only what certainly had no effect is sent again.
/// - A listing that did not certainly end is an error, never a short listing.
#[async_trait]
pub trait App: Send + Sync {
    /// Who the account is, in the app's own words (an email, a principal, a path). Guards against another
    /// account behind the same name.
    async fn identity(&self) -> Result<String, AppError>;

    /// Reads what changed since the cursor, or everything without one, and hands it over page by page.
    ///
    /// # Errors
    /// [`super::Class::CursorLost`] when the cursor is too old: the caller asks again without one.
    async fn pull(&self, cursor: Option<&str>, page: &mut Page<'_>) -> Result<Pulled, AppError>;

    /// The cursor after which everything is read again, and is still known who is who (by which column rows go, what tells a card
    /// whose file has another name), but nothing of these records. None where without a cursor nothing gets lost.
    fn anew(&self, _cursor: &str, _without: &[String]) -> Option<String> {
        None
    }

    /// Reads these records as they are now, in the order of the ids; `None` for one that is gone.
    async fn get(&self, ids: &[String]) -> Result<Vec<Option<Observed>>, AppError>;

    /// Looks for the record that a create with an unknown outcome made, by a read that is not behind the
    /// writes: by the op's id where the app takes client-chosen ids, else among the records like `record`.
    /// `Ok(None)` means that it is certainly not there.
    async fn find_created(&self, op: Uuid, record: &Record) -> Result<Option<Observed>, AppError>;

    /// The fields of a raw record.
    fn decode(&self, raw: &[u8]) -> Result<Record, AppError>;

    /// Sends writes, in batches where the app has them. The answers are in the order of the writes.
    async fn push(&self, writes: &[Write]) -> Vec<Result<Written, AppError>>;

    /// How much goes into one call of [`App::push`].
    fn limits(&self) -> Limits;

    /// How these writes go out: the batches in their order, each one call of [`App::push`], with the requests that it
    /// takes as long as the app refuses nothing. Each write is in one of them. Sends nothing.
    fn batches(&self, writes: &[Write]) -> Vec<Batch> {
        by_limits(self.limits(), writes)
    }

    /// The requests of a listing in which nothing changed.
    fn asking(&self) -> Calls {
        Calls::default()
    }

    /// Whether a listing may show a record as it was before a write that was answered: then what it says was edited earlier than
    /// what is known is no news. Not so where what is listed is what is there, such as files.
    fn lists_lag(&self) -> bool {
        true
    }

    /// The shortest time in which the limits that the app documents let these requests through, one after the other.
    fn pace(&self, _calls: &Calls) -> Duration {
        Duration::ZERO
    }

    /// The fields that this account has no place for, as it is now: they are unknown in each of its records, and nothing is written
    /// to them. Costs no request; nothing where it cannot be told.
    fn lacks(&self) -> Lacks {
        Lacks::default()
    }

    /// What a record has for life, whatever its id is, as its raw form says. None where the id is that.
    fn uid(&self, _raw: &[u8]) -> Option<String> {
        None
    }

    /// Whether records get other ids without a word, so that [`Self::uid`] is what tells it.
    fn readdresses(&self) -> bool {
        false
    }

    /// What a raw record holds that no field of this side is, as people call it: a column of their own, a photo. Asked of records that
    /// syncc made, which held nothing of that, before one is taken away again. None where the app fills such things by itself.
    fn beside(&self, _raw: &[u8]) -> Option<String> {
        None
    }

    /// What stands in a field of a raw record, as it is written, where that is nothing that the field can hold. None where it holds
    /// something or nothing, and where an app leaves out fields by right.
    fn illegible(&self, _raw: &[u8], _field: FieldId) -> Option<String> {
        None
    }

    /// Custom fields and known values of the account.
    async fn discover(&self) -> Result<schema::Pulled, AppError>;
}

/// Takes the pages of a listing as they arrive. An error stops the listing.
pub type Page<'a> = dyn FnMut(Vec<Observed>) -> Result<(), AppError> + Send + 'a;

/// A record as the app showed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// The app's id for it.
    pub id: String,
    /// Etag or revision, if the app has one.
    pub version: Option<String>,
    /// The record in the app's own form, whole. Empty for a deleted one.
    pub raw: Vec<u8>,
    /// Whether this is a tombstone.
    pub deleted: bool,
    /// When the app says it was last changed.
    pub edited: Option<Timestamp>,
    /// Former ids of the same record.
    pub aliases: Vec<String>,
}

/// How a listing ended.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pulled {
    /// Where to go on next time.
    pub cursor: Option<String>,
    /// Whether every record that exists was handed over, so that a known one that was not is deleted.
    pub complete: bool,
    /// Problems with single records (a broken line of a file): the place and what is wrong, for people.
    pub problems: Vec<String>,
    /// Those that are there and cannot be read, as far as their ids are known: none of them is deleted.
    pub unreadable: Vec<String>,
    /// Ids that were handed on, all at once: two records may have exchanged theirs. No former id is named twice, and no present one.
    pub handed: Vec<Handed>,
}

/// An id that was handed on: who had it has another one now. Unlike an alias it may be another record's by now, and the present one
/// may have been another record's before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handed {
    /// The id that the record had.
    pub former: String,
    /// The one that it has now.
    pub now: String,
    /// Whether no record has the former one now.
    pub left: bool,
}

/// One write.
#[derive(Clone, Debug, PartialEq)]
pub enum Write {
    /// Make a record.
    Create {
        /// Names this write for ever; the record's own id where the app takes client-chosen ids.
        op: Uuid,
        /// Its fields. Empty and unknown ones are left out.
        record: Record,
    },
    /// Change a record.
    Update {
        /// Which.
        id: String,
        /// The version that `raw` was read at.
        version: Option<String>,
        /// The record in the app's own form, as last read.
        raw: Vec<u8>,
        /// Its fields as last read.
        before: Record,
        /// Its fields as they shall be.
        after: Record,
    },
    /// Delete a record.
    Delete {
        /// Which.
        id: String,
        /// The version it was last read at.
        version: Option<String>,
    },
}

/// What the app holds after a write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The record as the app now shows it, from the answer or read back. A tombstone after a delete.
    pub now: Observed,
}

/// What an account has no place for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lacks {
    /// The fields, and what each would be called there.
    pub fields: Vec<(FieldId, String)>,
    /// What the reader can do, so that it has.
    pub todo: String,
    /// What may be meant to be such a place and is not read as one, for people.
    pub likely: Vec<String>,
}

/// How much goes into one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// How many creates go into one request.
    pub creates: usize,
    /// How many updates go into one request.
    pub updates: usize,
    /// Whether the op's id becomes the record's id, so that a create is found again by it.
    pub client_ids: bool,
}
