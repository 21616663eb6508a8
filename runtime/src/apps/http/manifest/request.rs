//! The requests of an object: list, changes, get, create, update, delete.
//!
//! In the text of requests and bodies `{site}` stands for a setting of the account; `{id}`, `{op}`, `{record}`,
//! `{items}`, `{ids}` and `{mask}` for what is sent.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value as Json;

use crate::apps::http::path::Path;

/// One request without its body.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Request {
    /// `GET /v1/people`
    pub(crate) request: String,
    /// Parameters. Several values are sent as several parameters.
    #[serde(default)]
    pub(crate) query: BTreeMap<String, String>,
}

/// A read in pages.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listing {
    /// `GET /v1/people`
    pub(crate) request: String,
    /// Parameters, the same for each page.
    #[serde(default)]
    pub(crate) query: BTreeMap<String, String>,
    /// The records of an answer.
    pub(crate) records: Path,
    /// The token of the next page; absent on the last one.
    pub(crate) next: Path,
    /// The parameter that the token goes into.
    pub(crate) param: String,
    /// How many records there are on all pages. A listing that ends with fewer did not end.
    pub(crate) total: Option<Path>,
    /// How changes since a listing are read.
    pub(crate) changes: Option<Changes>,
}

/// Reading what changed since a listing: the same request with one parameter more.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Changes {
    /// The parameter that the token of the last listing goes into.
    pub(crate) param: String,
    /// The token, on the last page. A listing that ends without it did not end.
    pub(crate) token: Path,
    /// After how many days since the complete listing everything is read again, before the app forgets.
    pub(crate) days: u16,
}

/// Reading records by id.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Get {
    /// `GET /v1/people:batchGet`, or one record with `{id}`.
    pub(crate) request: String,
    /// Parameters.
    #[serde(default)]
    pub(crate) query: BTreeMap<String, String>,
    /// For several at once: the parameter that each id goes into, and what an answer looks like.
    pub(crate) batch: Option<GetBatch>,
}

/// Reading several records at once.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct GetBatch {
    /// The parameter that each id goes into.
    pub(crate) param: String,
    /// How many ids at most.
    pub(crate) size: usize,
    /// The answers.
    pub(crate) answers: Path,
    /// In each answer: the id that was asked for.
    pub(crate) asked: Path,
    /// In each answer.
    #[serde(flatten)]
    pub(crate) single: Single,
}

/// One of several answers.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Single {
    /// The record.
    pub(crate) record: Path,
    /// The status code, if it has one of its own.
    pub(crate) status: Option<Path>,
    /// The gRPC status code, for an app that tells this one instead.
    pub(crate) rpc: Option<Path>,
    /// What went wrong, in the form of the `error` of an error answer.
    pub(crate) error: Option<Path>,
}

/// Making records.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Create {
    /// `POST /v1/people`
    pub(crate) request: String,
    /// Parameters.
    #[serde(default)]
    pub(crate) query: BTreeMap<String, String>,
    /// The body.
    pub(crate) body: Json,
    /// One of the `{items}` of the body.
    pub(crate) item: Option<Json>,
    /// How many records at most.
    #[serde(default = "one")]
    pub(crate) size: usize,
    /// Members that each new record gets.
    #[serde(default)]
    pub(crate) constants: serde_json::Map<String, Json>,
    /// Whether the op's id is sent as the record's id.
    #[serde(default)]
    pub(crate) client_id: bool,
    /// The answers, in the order of the items. Without, the record is read back.
    pub(crate) answers: Option<Path>,
    /// In each answer.
    pub(crate) answer: Option<Single>,
}

fn one() -> usize {
    1
}

/// Changing records.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Update {
    /// `POST /v1/people:update`, or one record with `{id}`.
    pub(crate) request: String,
    /// Parameters.
    #[serde(default)]
    pub(crate) query: BTreeMap<String, String>,
    /// The body.
    pub(crate) body: Json,
    /// How many records at most. More than one are sent as an object by id in `{items}`.
    #[serde(default = "one")]
    pub(crate) size: usize,
    /// Members that are sent with each record beside what changed: the version.
    #[serde(default)]
    pub(crate) carry: Vec<String>,
    /// Whether lists only ever grow by this request: then only new elements are sent.
    #[serde(default)]
    pub(crate) grows: bool,
    /// The request to use instead when something is cleared or taken out of a list.
    pub(crate) clearing: Option<String>,
    /// The answers as an object by id. Without, the record is read back.
    pub(crate) answers: Option<Path>,
    /// In each answer.
    pub(crate) answer: Option<Single>,
}

/// Deleting records.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Delete {
    /// `POST /v1/people:delete`, or one record with `{id}`.
    pub(crate) request: String,
    /// Parameters.
    #[serde(default)]
    pub(crate) query: BTreeMap<String, String>,
    /// The body, with `{ids}`.
    #[serde(default)]
    pub(crate) body: Json,
    /// How many records at most.
    #[serde(default = "one")]
    pub(crate) size: usize,
}

/// Looking for a record that a create with an unknown outcome made.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Find {
    /// Parameters of the listing that differ: the newest first.
    #[serde(default)]
    pub(crate) query: BTreeMap<String, String>,
    /// How long to wait before each look, in seconds: writes may show up late.
    pub(crate) waits: Vec<u64>,
}
