//! [`HttpApp`] for an app that does not list its records: what is told about them is kept in a mirror.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json};
use syncc_compiler::value::Record;
use uuid::Uuid;

use super::{
    app::HttpApp,
    lens::PARTIAL,
    manifest::{self, Object, Shape},
    mirror::{CLOCKS, Mirror, Times, Told, read_export},
};
use crate::apps::{Account, AppError, Class, Observed, Page, Pulled, Written};

/// How many records are handed over at once.
pub(super) const PAGE: usize = 500;

/// The mirror of an account, and what else is needed to fill it.
pub(super) struct Mirrored {
    pub(super) mirror: Mirror,
    pub(super) rule: manifest::Mirror,
    /// The exported file, if the account names one.
    export: Option<PathBuf>,
    /// The members of a record, and whether they are lists.
    members: Vec<(String, bool)>,
}

/// Where to go on reading a mirror.
#[derive(Serialize, Deserialize)]
struct Cursor {
    /// The file that the number belongs to.
    mirror: String,
    /// The number of the last change that was handed over.
    changed: i64,
    /// The content of the export that was read.
    export: Option<String>,
}

impl Mirrored {
    /// `whose` it is by the settings of the account.
    pub(super) fn open(
        account: &Account,
        whose: Option<&str>,
        object: &Object,
        rule: &manifest::Mirror,
    ) -> Result<Self, AppError> {
        let export = account.text(&rule.export.setting).map(|path| account.folder.join(path));
        let mirror = Mirror::of(&inbox(account), whose, rule)?;
        Ok(Self { mirror, rule: rule.clone(), export, members: members(object) })
    }
}

/// The file with the mirror of an account, in the workspace's own folder. See [`Mirror::of`] for an account that became
/// somebody else's.
pub(super) fn inbox(account: &Account) -> PathBuf {
    let name: String = account
        .name
        .chars()
        .map(|letter| if letter.is_alphanumeric() || "-_.".contains(letter) { letter } else { '_' })
        .collect();
    account.folder.join(Path::new(".syncc")).join(format!("{name}.inbox"))
}

/// The members of a record that fields stand in, and whether they are lists.
fn members(object: &Object) -> Vec<(String, bool)> {
    let mut members = Vec::new();
    for (name, rule) in &object.fields {
        match &rule.shape {
            Shape::Happened(_) => {}
            Shape::Parts(parts) => members.extend(parts.values().map(|member| (member.clone(), false))),
            Shape::Plain | Shape::DateParts | Shape::Joined(_) => {
                let split = rule.path.as_ref().and_then(super::path::Path::split);
                let member = split.and_then(|split| split.outer.into_iter().next()).unwrap_or_else(|| name.clone());
                members.push((member, rule.shape == Shape::Plain && rule.is_set()));
            }
        }
    }
    members
}

impl HttpApp {
    /// Reads the export if it is new, then what changed in the mirror.
    pub(super) async fn pull_mirror(
        &self,
        mirrored: &Mirrored,
        cursor: Option<&str>,
        page: &mut Page<'_>,
    ) -> Result<Pulled, AppError> {
        let mirror = &mirrored.mirror;
        let name = mirror.name()?;
        let mut last = Cursor { mirror: name.clone(), changed: 0, export: None };
        if let Some(text) = cursor {
            let lost =
                || AppError::new(Class::CursorLost, "everything is read again: the inbox is another one than before");
            last = serde_json::from_str(text).ok().filter(|cursor: &Cursor| cursor.mirror == name).ok_or_else(lost)?;
        }
        let mut problems = Vec::new();
        if let Some(path) = &mirrored.export {
            let id = |id: &str| self.object.own_id(id);
            let rule = &mirrored.rule.export;
            let ahead =
                self.sender.ahead().map_or_else(|| mirror.ahead(), |ahead| Ok(Some(ahead)))?.unwrap_or_default();
            let exported = read_export(path, rule, &mirrored.members, &id, (last.export.as_deref(), ahead))?;
            if let Some(exported) = exported {
                mirror.take(&exported.told, None)?;
                problems = exported.problems;
                last.export = Some(exported.hash);
            }
        }
        loop {
            let changed = mirror.since(last.changed, PAGE)?;
            if changed.is_empty() {
                break;
            }
            let mut records = Vec::new();
            for held in changed {
                last.changed = held.changed;
                let Some(record) = self.with_identity(mirrored, held.record.clone()).await? else {
                    let id = self.object.id.text(&held.record).unwrap_or_default();
                    problems.push(format!(
                        "{id}: too little is known of it; it is left out until {} tells more",
                        self.sender.title()
                    ));
                    continue;
                };
                records.push(self.observed(&record)?);
            }
            page(records)?;
        }
        let cursor = serde_json::to_string(&last)
            .map_err(|error| AppError::new(Class::Fatal, format!("where to go on cannot be written down: {error}")))?;
        Ok(Pulled { cursor: Some(cursor), complete: false, problems, ..Pulled::default() })
    }

    /// A record of which too little is known to tell who it is, with what the app says when it is asked; `None` if it
    /// does not say. Such a record must not become a contact elsewhere.
    async fn with_identity(&self, mirrored: &Mirrored, record: Json) -> Result<Option<Json>, AppError> {
        let known = |record: &Json| {
            record.get(PARTIAL).is_none() || mirrored.rule.same_by.iter().any(|path| path.first(record).is_some())
        };
        let deleted = self.object.buried.as_ref().is_some_and(|buried| buried.holds(&record));
        if known(&record) || deleted {
            return Ok(Some(record));
        }
        let Some(id) = self.object.id.text(&record) else { return Ok(None) };
        let asked_at = self.known_since(mirrored, &id)?;
        match self.shown(&id).await? {
            Some(whole) => Ok(Some(self.tell(mirrored, &id, whole, true, asked_at)?)),
            None => Ok(None),
        }
    }

    /// A record as the app shows it; nothing where it never shows it.
    async fn shown(&self, id: &str) -> Result<Option<Json>, AppError> {
        match self.get_one(id).await {
            Err(error) if never_shows(error.class) => Ok(None),
            shown => shown,
        }
    }

    /// Whether a record may have more than is known of it.
    pub(super) fn is_partly_known(&self, record: &Json) -> bool {
        self.mirrored.is_some() && record.get(PARTIAL).is_some()
    }

    /// A record of which not all is known, whole if the app shows it.
    pub(super) async fn whole(&self, id: &str, record: Json) -> Result<Json, AppError> {
        Ok(self.get_one(id).await?.unwrap_or(record))
    }

    /// Since when each member of a record is known: to be taken down before the app is asked for it.
    fn known_since(&self, mirrored: &Mirrored, id: &str) -> Result<Times, AppError> {
        mirrored.mirror.times(&self.object.own_id(id))
    }

    /// Puts a record that the app showed, or that was sent, into the mirror; gives what is known now. `asked_at` is what
    /// [`Self::known_since`] said before the app was asked.
    fn tell(
        &self,
        mirrored: &Mirrored,
        id: &str,
        record: Json,
        whole: bool,
        asked_at: Times,
    ) -> Result<Json, AppError> {
        if let Some(ahead) = self.sender.ahead() {
            mirrored.mirror.keep_ahead(ahead)?;
        }
        let at = self.sender.app_time().checked_sub(CLOCKS).unwrap_or(Timestamp::UNIX_EPOCH);
        self.tell_of(mirrored, id, record, whole, (at, asked_at))
    }

    /// The same of how a record was at some time.
    fn tell_of(
        &self,
        mirrored: &Mirrored,
        id: &str,
        record: Json,
        whole: bool,
        (at, asked_at): (Timestamp, Times),
    ) -> Result<Json, AppError> {
        let mut members = match record {
            Json::Object(members) => members,
            _ => Map::new(),
        };
        members.shift_remove(PARTIAL);
        let id = self.object.own_id(id);
        if let Some(member) = self.object.id.split().and_then(|split| split.outer.into_iter().next()) {
            members.insert(member, Json::String(id.clone()));
        }
        mirrored.mirror.take(
            &[Told { id: id.clone(), at, whole, spared: mirrored.rule.only_told.clone(), members, asked_at }],
            None,
        )?;
        mirrored.mirror.get(&id)?.ok_or_else(|| self.sender.strange("a record that is lost"))
    }

    /// Reads records: as the app shows them, else as the mirror has them.
    pub(super) async fn get_mirrored(
        &self,
        mirrored: &Mirrored,
        ids: &[String],
    ) -> Result<Vec<Option<Json>>, AppError> {
        let mut found = Vec::new();
        for id in ids {
            let asked_at = self.known_since(mirrored, id)?;
            found.push(match self.shown(id).await? {
                Some(record) => Some(self.tell(mirrored, id, record, true, asked_at)?),
                // Not every app that takes a record also shows it.
                None => mirrored.mirror.get(id)?,
            });
        }
        Ok(found)
    }

    /// Looks for a new record: by its id, else for one that is the same person, since the app may have taken the new
    /// record for one that it already had.
    pub(super) async fn find_mirrored(
        &self,
        mirrored: &Mirrored,
        op: Uuid,
        record: &Record,
    ) -> Result<Option<Observed>, AppError> {
        let id = op.to_string();
        if let Some(found) = self.get_mirrored(mirrored, &[id]).await?.into_iter().flatten().next() {
            return self.observed(&found).map(Some);
        }
        if let Some(found) = self.same(mirrored, &self.new_record(op, record, &super::lens::Ids::new())).await? {
            return self.observed(&found).map(Some);
        }
        if mirrored.mirror.is_awaited(op)? {
            return Err(self.awaited());
        }
        Ok(None)
    }

    /// What became of a new record that was taken in.
    pub(super) async fn created_mirrored(
        &self,
        mirrored: &Mirrored,
        op: Uuid,
        sent: &Json,
    ) -> Result<Written, AppError> {
        // It happened: whatever goes wrong from here on, it is not sent again.
        let unknown = |error: AppError| AppError { class: Class::Unknown, ..error };
        let asked_at = self.known_since(mirrored, &op.to_string()).map_err(unknown)?;
        if let Some(record) = self.get_one(&op.to_string()).await.map_err(unknown)? {
            let known = self.tell(mirrored, &op.to_string(), record, true, asked_at).map_err(unknown)?;
            return Ok(Written { now: self.observed(&known).map_err(unknown)? });
        }
        mirrored.mirror.await_id(op).map_err(unknown)?;
        match self.same(mirrored, sent).await.map_err(unknown)? {
            Some(known) => Ok(Written { now: self.observed(&known).map_err(unknown)? }),
            None => Err(self.awaited()),
        }
    }

    /// What a record is after a change: as the app shows it; if it shows no record, as it was before with what was sent. An
    /// app that only fails to answer now may have taken less than was sent, so what became of it is not known.
    pub(super) async fn changed_mirrored(
        &self,
        mirrored: &Mirrored,
        id: &str,
        before: &Json,
        sent: &Json,
    ) -> Result<Written, AppError> {
        let unknown = |error: AppError| AppError { class: Class::Unknown, ..error };
        let asked_at = self.known_since(mirrored, id).map_err(unknown)?;
        let known = match self.shown(id).await.map_err(unknown)? {
            Some(record) => self.tell(mirrored, id, record, true, asked_at),
            None => {
                let whole = before.get(PARTIAL).is_none();
                // Nobody knows since when it is as it was: it takes the place of nothing that was told.
                let ever = (Timestamp::UNIX_EPOCH, Times::new());
                self.tell_of(mirrored, id, before.clone(), whole, ever)
                    .and_then(|_| self.tell(mirrored, id, sent.clone(), false, asked_at))
            }
        };
        let known = known.map_err(unknown)?;
        Ok(Written { now: self.observed(&known).map_err(unknown)? })
    }

    /// The record of the mirror that is the same person, as the app shows it now.
    async fn same(&self, mirrored: &Mirrored, sent: &Json) -> Result<Option<Json>, AppError> {
        for known in mirrored.mirror.same(sent)? {
            if let Some(id) = self.id_of_one_there(&known) {
                return Ok(self.get_mirrored(mirrored, &[id]).await?.into_iter().flatten().next());
            }
        }
        Ok(None)
    }

    /// The id of a record of the mirror, unless it is deleted.
    pub(super) fn id_of_one_there(&self, record: &Json) -> Option<String> {
        let deleted = self.object.buried.as_ref().is_some_and(|buried| buried.holds(record));
        self.object.id.text(record).filter(|_| !deleted)
    }

    fn awaited(&self) -> AppError {
        let title = self.sender.title();
        AppError::new(Class::Unknown, format!("{title} took in a new record, but under an id that it has not told yet"))
            .todo(format!("nothing: the next message of {title} about it tells; check that its webhook reaches syncc"))
    }
}

/// Whether a read that failed so fails each time: the app knows no such request.
fn never_shows(class: Class) -> bool {
    matches!(class, Class::Fatal | Class::Invalid)
}
