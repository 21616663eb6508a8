//! Practice apps that are asked directly: the runtime's [`App`] over a [`crate::server::Server`].
//!
//! They keep the promises of the trait, as every connector must: what certainly had no effect is asked again, what may
//! have had one is reported as unknown, and a listing that did not certainly end is an error.

mod listing;
mod wire;
mod writing;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use syncc_compiler::{
    ir::{End, Program, Side},
    schema,
    value::{Canon, Record, Value},
};
use syncc_runtime::apps::{App, AppError, Budget, Class, Limits, Observed, Pace, Page, Pulled, Write, Written};
use uuid::Uuid;

use crate::{
    cell::{self, Cells},
    event::Fault,
    hub::{Hub, State},
    planted::Planted,
    profile::Profile,
    server::Row,
};

/// One account of a practice app, opened for one side.
pub(crate) struct SimApp {
    pub(crate) end: End,
    pub(crate) side: Side,
    pub(crate) canon: Canon,
    pub(crate) hub: Hub,
    pub(crate) profile: Profile,
    /// What is wrong with the account, if anything.
    pub(crate) view: View,
    /// What keeps it to the app's quota.
    pace: Option<Pace>,
}

/// What an account may see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum View {
    /// Everything.
    Whole,
    /// It is another account, with nobody in it.
    Other,
    /// It may not see any contact.
    Nobody,
    /// It may not see this field.
    Without(String),
}

/// A record in the app's own form.
#[derive(Serialize, Deserialize)]
struct Raw {
    id: String,
    /// Each readable field by name; `null` where it is empty, and not at all where the answer does not carry it.
    fields: std::collections::BTreeMap<String, Option<cell::Cell>>,
}

impl SimApp {
    /// Opens an account, as a program that has just been started does.
    pub(crate) fn open(
        program: &Program,
        end: End,
        hub: &Hub,
        canon: &Canon,
        view: View,
        planted: Option<Planted>,
    ) -> Self {
        let profile = hub.state().servers[end.index()].profile.clone();
        let quota = profile.quota.filter(|_| planted != Some(Planted::Pace));
        let budget = quota.map(|quota| Budget { method: None, requests: quota.requests, seconds: quota.seconds });
        Self {
            end,
            side: program.side(end).clone(),
            canon: canon.clone(),
            hub: hub.clone(),
            profile,
            view,
            pace: budget.map(Pace::new),
        }
    }

    /// Sends a request when the app's quota lets it. Says what goes wrong with it.
    async fn ask(&self, what: &'static str) -> Option<Fault> {
        if let Some(pace) = &self.pace {
            pace.enter(what, &self.hub.world()).await;
        }
        self.hub.ask(self.end, what)
    }

    /// A record as an answer shows it, as it was after this change.
    fn observed(&self, state: &State, id: &str, row: &Row, number: u64) -> Observed {
        let edited = self.profile.dated.then_some(row.edited);
        let version = state.servers[self.end.index()].version(id, number).to_string();
        let fields = self.side.fields.iter().map(|field| field.name.clone());
        let fields = fields.filter(|name| self.view != View::Without(name.clone()));
        let raw = Raw {
            id: id.to_owned(),
            fields: fields.map(|name| (name.clone(), row.cells.get(&name).cloned())).collect(),
        };
        Observed {
            id: id.to_owned(),
            version: Some(version),
            raw: if row.deleted { Vec::new() } else { serde_json::to_vec(&raw).unwrap_or_default() },
            deleted: row.deleted,
            edited,
            aliases: if self.profile.tells_merges { row.former.clone() } else { Vec::new() },
        }
    }

    /// A record as it is now, if it is there.
    fn shown(&self, state: &State, id: &str) -> Option<Observed> {
        if matches!(self.view, View::Other | View::Nobody) {
            return None;
        }
        let server = &state.servers[self.end.index()];
        let (id, row) = server.found(id)?;
        Some(self.observed(state, &id, row, server.last()))
    }

    /// The cells that a record asks for.
    fn cells(&self, record: &Record) -> Cells {
        let values = self.side.fields.iter().zip(record.values());
        values.filter_map(|(field, value)| Some((field.name.clone(), cell::cell(value)?))).collect()
    }
}

#[async_trait]
impl App for SimApp {
    async fn identity(&self) -> Result<String, AppError> {
        self.read("identity").await?;
        Ok(if self.view == View::Other {
            "somebody else".to_owned()
        } else {
            format!("the {} account", self.side.name)
        })
    }

    async fn pull(&self, cursor: Option<&str>, page: &mut Page<'_>) -> Result<Pulled, AppError> {
        self.list(cursor, page).await
    }

    async fn get(&self, ids: &[String]) -> Result<Vec<Option<Observed>>, AppError> {
        self.read("get").await?;
        let state = self.hub.state();
        Ok(ids.iter().map(|id| self.shown(&state, id)).collect())
    }

    async fn find_created(&self, op: Uuid, _: &Record) -> Result<Option<Observed>, AppError> {
        self.find(op).await
    }

    fn decode(&self, raw: &[u8]) -> Result<Record, AppError> {
        let raw: Raw = serde_json::from_slice(raw)
            .map_err(|error| AppError::new(Class::Fatal, format!("a record cannot be read: {error}")))?;
        let values = self.side.fields.iter().map(|field| match raw.fields.get(&field.name) {
            Some(cell) => cell::value(field.ty, &self.canon, cell.as_ref()),
            None => Value::Unknown,
        });
        Ok(Record::new(values.collect()))
    }

    async fn push(&self, writes: &[Write]) -> Vec<Result<Written, AppError>> {
        self.write(writes).await
    }

    fn limits(&self) -> Limits {
        let batch = self.profile.batch.max(1) as usize;
        Limits { creates: batch, updates: batch, client_ids: self.profile.client_ids }
    }

    async fn discover(&self) -> Result<schema::Pulled, AppError> {
        Ok(schema::Pulled::default())
    }
}
