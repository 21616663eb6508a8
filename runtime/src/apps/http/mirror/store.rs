//! The file of a mirror.
//!
//! Promise: what a method took in survives a crash of the machine once it returned. That is what lets the intake say
//! "accepted" to the app, which then forgets the message.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::SignedDuration;
use rusqlite::{Connection, ErrorCode, OptionalExtension as _, Transaction, TransactionBehavior, params};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use super::merge::{Known, Times, Told};
use crate::apps::{
    AppError, Class, file,
    http::{
        manifest::{self, Collects},
        path::Path as JsonPath,
    },
};

const SCHEMA: &str = "
    create table if not exists mirror (id text not null) strict;
    create table if not exists whose (account text not null) strict;
    create table if not exists message (id text primary key) strict, without rowid;
    create table if not exists record (
        id text primary key, record text not null, times text not null, changed integer not null
    ) strict, without rowid;
    create index if not exists record_changed on record (changed);
    create table if not exists same (value text not null, id text not null, primary key (value, id)) strict, without rowid;
    create table if not exists same_by (paths text not null) strict;
    create table if not exists awaited (op text primary key) strict, without rowid;
    create table if not exists clock (ahead integer not null) strict;
";

/// What answers do not tell about a clock.
const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// The mirror of one account. Cheap to clone; several processes may share the file.
#[derive(Clone)]
pub(in crate::apps::http) struct Mirror {
    path: PathBuf,
    file: Arc<Mutex<Connection>>,
    collects: Collects,
    same_by: Vec<JsonPath>,
}

/// What a mirror holds of a record, and the number of its last change.
pub(in crate::apps::http) struct Held {
    pub(in crate::apps::http) record: Json,
    pub(in crate::apps::http) changed: i64,
}

impl Mirror {
    /// Opens the mirror of whom the settings of an account name, making it if need be. A file that holds the records of
    /// somebody else stays as it is, and another one is begun beside it: with the old settings it is as before, since
    /// what messages told is told by nothing else.
    pub(in crate::apps::http) fn of(
        path: &Path,
        whose: Option<&str>,
        rule: &manifest::Mirror,
    ) -> Result<Self, AppError> {
        let mirror = Self::open(path, rule)?;
        let Some(whose) = whose else { return Ok(mirror) };
        if mirror.is_of(whose)? {
            return Ok(mirror);
        }
        let beside = path.with_extension(format!("{}.inbox", file::version(whose.as_bytes())));
        let mirror = Self::open(&beside, rule)?;
        if mirror.is_of(whose)? {
            return Ok(mirror);
        }
        let what = format!("the inbox {} is not of `{whose}`, as its name says", beside.display());
        Err(AppError::new(Class::Fatal, what).todo("move it to another folder and run again"))
    }

    /// Whether this is the mirror of this account. One that does not say whose it is, from before that was noted, becomes its.
    fn is_of(&self, whose: &str) -> Result<bool, AppError> {
        self.write(|change| {
            let nobodys = "insert into whose (account) select ?1 where not exists (select 1 from whose)";
            change.execute(nobodys, [whose])?;
            change.query_row("select account = ?1 from whose", [whose], |row| row.get(0))
        })
    }

    fn open(path: &Path, rule: &manifest::Mirror) -> Result<Self, AppError> {
        let at = |error: &dyn std::fmt::Display| {
            AppError::new(Class::Fatal, format!("the inbox {} cannot be opened: {error}", path.display()))
                .todo("see that the folder can be written to")
        };
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| at(&error))?;
        }
        let file = Connection::open(path).map_err(|error| at(&error))?;
        let setup = || {
            file.busy_timeout(Duration::from_secs(10))?;
            file.pragma_update(None, "journal_mode", "wal")?;
            file.pragma_update(None, "synchronous", "full")?;
            file.execute_batch(SCHEMA)?;
            file.execute(
                "insert into mirror (id) select ?1 where not exists (select 1 from mirror)",
                [Uuid::new_v4().to_string()],
            )
        };
        setup().map_err(|error| at(&error))?;
        let (collects, same_by) = (rule.collects.clone(), rule.same_by.clone());
        let mirror = Self { path: path.to_owned(), file: Arc::new(Mutex::new(file)), collects, same_by };
        mirror.index()?;
        Ok(mirror)
    }

    /// Makes sure that it is noted by which texts each record is known as somebody: of a file from before that was, or that was
    /// made by another manifest.
    fn index(&self) -> Result<(), AppError> {
        let paths = format!("{:?}", self.same_by);
        let is_noted = |file: &Connection| {
            file.query_row("select exists (select 1 from same_by where paths = ?1)", [&paths], |row| row.get(0))
        };
        if self.read(is_noted)? {
            return Ok(());
        }
        self.write(|change| {
            change.execute_batch("delete from same; delete from same_by;")?;
            let mut records = change.prepare("select id, record from record")?;
            let mut rows = records.query([])?;
            while let Some(row) = rows.next()? {
                let record = Json::Object(read(&row.get::<_, String>(1)?)?);
                self.note_same(change, &row.get::<_, String>(0)?, None, &record)?;
            }
            change.execute("insert into same_by (paths) values (?1)", [&paths]).map(|_| ())
        })
    }

    /// Notes the texts by which a record is known as somebody.
    fn note_same(&self, change: &Transaction<'_>, id: &str, before: Option<&Json>, now: &Json) -> rusqlite::Result<()> {
        let before = before.map(|before| texts(&self.same_by, before)).unwrap_or_default();
        let now = texts(&self.same_by, now);
        for text in before.difference(&now) {
            change.execute("delete from same where value = ?1 and id = ?2", [text, id])?;
        }
        for text in now.difference(&before) {
            change.execute("insert or ignore into same (value, id) values (?1, ?2)", [text, id])?;
        }
        Ok(())
    }

    /// The records that are known as one of whom this one is known as too, the one that changed first before the others.
    pub(in crate::apps::http) fn same(&self, record: &Json) -> Result<Vec<Json>, AppError> {
        let mut found = BTreeMap::new();
        for text in texts(&self.same_by, record) {
            found.extend(self.known_as(&text)?);
        }
        Ok(found.into_values().collect())
    }

    /// The records that are known as this, by the numbers of their last changes.
    pub(in crate::apps::http) fn known_as(&self, text: &str) -> Result<BTreeMap<i64, Json>, AppError> {
        self.read(|file| {
            let mut rows = file.prepare_cached(
                "select changed, record from record where id in (select id from same where value = ?1)",
            )?;
            let rows = rows.query_map([spelt(text)], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
            rows.map(|row| row.and_then(|(changed, record)| Ok((changed, Json::Object(read(&record)?))))).collect()
        })
    }

    /// Names this very file: another one has other numbers of changes.
    pub(in crate::apps::http) fn name(&self) -> Result<String, AppError> {
        self.read(|file| file.query_row("select id from mirror limit 1", [], |row| row.get(0)))
    }

    /// Takes in what was told; `message` names it, and of several with one name one counts. Says whether it was new.
    pub(in crate::apps::http) fn take(&self, told: &[Told], message: Option<&str>) -> Result<bool, AppError> {
        self.write(|change| {
            if let Some(message) = message
                && change.execute("insert or ignore into message (id) values (?1)", [message])? == 0
            {
                return Ok(false);
            }
            for told in told {
                let row = change.query_row("select record, times from record where id = ?1", [&told.id], |row| {
                    Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
                });
                let before = match row.optional()? {
                    Some((record, times)) => Known { record: read(&record)?, times: read(&times)? },
                    None => Known::nothing(),
                };
                let mut known = before.clone();
                known.take(told, &self.collects);
                if known.record == before.record && known.times == before.times {
                    continue;
                }
                let (before, now) = (Json::Object(before.record), Json::Object(known.record));
                self.note_same(change, &told.id, Some(&before), &now)?;
                change.execute(
                    "insert into record (id, record, times, changed)
                     values (?1, ?2, ?3, (select coalesce(max(changed), 0) + 1 from record))
                     on conflict (id) do update set
                       record = excluded.record, times = excluded.times,
                       changed = case when record.record = excluded.record then record.changed else excluded.changed end",
                    params![told.id, text(&now)?, text(&known.times)?],
                )?;
            }
            Ok(true)
        })
    }

    /// The records that changed after this number, in the order of their changes, this many at most.
    pub(in crate::apps::http) fn since(&self, changed: i64, most: usize) -> Result<Vec<Held>, AppError> {
        self.read(|file| {
            let mut rows =
                file.prepare_cached("select record, changed from record where changed > ?1 order by changed limit ?2")?;
            let most = i64::try_from(most).unwrap_or(i64::MAX);
            let rows = rows.query_map([changed, most], |row| Ok((row.get::<_, String>(0)?, row.get(1)?)))?;
            rows.map(|row| {
                let (record, changed) = row?;
                Ok(Held { record: Json::Object(read(&record)?), changed })
            })
            .collect()
        })
    }

    /// A record.
    pub(in crate::apps::http) fn get(&self, id: &str) -> Result<Option<Json>, AppError> {
        self.read(|file| {
            let row = file.query_row("select record from record where id = ?1", [id], |row| row.get::<_, String>(0));
            row.optional()?.map(|record| Ok(Json::Object(read::<Map<_, _>>(&record)?))).transpose()
        })
    }

    /// Since when each member of a record is known.
    pub(in crate::apps::http) fn times(&self, id: &str) -> Result<Times, AppError> {
        self.read(|file| {
            let row = file.query_row("select times from record where id = ?1", [id], |row| row.get::<_, String>(0));
            row.optional()?.map_or_else(|| Ok(Times::new()), |times| read(&times))
        })
    }

    /// Remembers how far the clock of the app is ahead of ours. Everything in the mirror is dated by the app's.
    pub(in crate::apps::http) fn keep_ahead(&self, ahead: SignedDuration) -> Result<(), AppError> {
        // The dates of answers are whole seconds.
        if self.ahead()?.is_some_and(|known| ahead.saturating_sub(known).abs() < SECOND) {
            return Ok(());
        }
        self.write(|change| {
            change.execute("delete from clock", [])?;
            let ahead = i64::try_from(ahead.as_millis()).unwrap_or_default();
            change.execute("insert into clock (ahead) values (?1)", [ahead]).map(|_| ())
        })
    }

    /// How far the clock of the app is ahead of ours, once an answer told.
    pub(in crate::apps::http) fn ahead(&self) -> Result<Option<SignedDuration>, AppError> {
        let ahead = self.read(|file| file.query_row("select ahead from clock", [], |row| row.get(0)).optional())?;
        Ok(ahead.map(SignedDuration::from_millis))
    }

    /// Remembers that the app took in a new record, but under an id that it has not told yet.
    pub(in crate::apps::http) fn await_id(&self, op: Uuid) -> Result<(), AppError> {
        self.write(|change| {
            change.execute("insert or ignore into awaited (op) values (?1)", [op.to_string()]).map(|_| ())
        })
    }

    /// Whether the app took in this new record under an id that it has not told.
    pub(in crate::apps::http) fn is_awaited(&self, op: Uuid) -> Result<bool, AppError> {
        let query = "select exists (select 1 from awaited where op = ?1)";
        self.read(|file| file.query_row(query, [op.to_string()], |row| row.get(0)))
    }

    fn read<T>(&self, query: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T, AppError> {
        // Each change is a transaction of its own: a panic in the middle of one leaves nothing half done.
        let file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        query(&file).map_err(|error| self.failed(&error))
    }

    fn write<T>(&self, change: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>) -> Result<T, AppError> {
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let run = |file: &mut Connection| {
            let transaction = file.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = change(&transaction)?;
            transaction.commit()?;
            Ok(done)
        };
        run(&mut file).map_err(|error| self.failed(&error))
    }

    fn failed(&self, error: &rusqlite::Error) -> AppError {
        let path = self.path.display();
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => AppError::new(Class::Fatal, format!("the disk is full: {path} cannot grow"))
                .todo("free some space and run again; nothing was lost"),
            Some(ErrorCode::DatabaseBusy) => AppError::new(Class::Retry, format!("another syncc is working on {path}")),
            _ => AppError::new(Class::Fatal, format!("the inbox {path} failed: {error}")),
        }
    }
}

/// The texts by which a record is known as somebody.
fn texts(same_by: &[JsonPath], record: &Json) -> BTreeSet<String> {
    let texts = same_by.iter().filter_map(|path| path.text(record));
    texts.map(|text| spelt(&text)).filter(|text| !text.is_empty()).collect()
}

/// A text as it counts: apps look for one without regard to case.
pub(in crate::apps::http) fn spelt(text: &str) -> String {
    text.trim().to_lowercase()
}

/// Reads a column that holds JSON.
fn read<T: serde::de::DeserializeOwned>(text: &str) -> rusqlite::Result<T> {
    serde_json::from_str(text)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error)))
}

/// Writes a column that holds JSON.
fn text<T: serde::Serialize>(value: &T) -> rusqlite::Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))
}
