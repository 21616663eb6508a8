//! The one place where time, chance and the network enter.
//!
//! A simulator that owns a [`World`] owns every wait, every random number and every socket of a run.
//! [`World::real`] is the world as it is.

mod counted;
mod real;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use jiff::Timestamp;
use thiserror::Error;
use url::Url;

pub use counted::Traffic;
pub use real::is_loopback;

use crate::apps::Accounts;

/// Time, chance and the network. Cheap to clone.
#[derive(Clone)]
pub struct World {
    /// What time it is, and waiting.
    pub clock: Arc<dyn Clock>,
    /// Random numbers.
    pub chance: Arc<dyn Chance>,
    /// Requests over HTTP.
    pub http: Arc<dyn Http>,
    /// What is kept of the accounts that were talked to.
    pub(crate) accounts: Accounts,
}

impl World {
    /// A world of these, in which nobody was talked to yet.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, chance: Arc<dyn Chance>, http: Arc<dyn Http>) -> Self {
        Self { clock, chance, http, accounts: Accounts::default() }
    }
}

/// What time it is, and waiting.
#[async_trait]
pub trait Clock: Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
    /// Waits.
    async fn sleep(&self, time: Duration);
}

/// Random numbers.
pub trait Chance: Send + Sync {
    /// 128 random bits: a client-chosen id, or the jitter of a retry.
    fn bits(&self) -> u128;
}

/// Requests over HTTP. Never follows a redirect to another host, and never retries.
#[async_trait]
pub trait Http: Send + Sync {
    /// Sends one request and reads the whole answer, whatever its status.
    async fn send(&self, request: Request) -> Result<Response, HttpError>;
}

/// One request.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET`, `POST`, `PROPFIND` …
    pub method: String,
    /// Where to.
    pub url: Url,
    /// Header names in lower case. Not printed by `Debug` of [`crate::apps::AppError`].
    pub headers: Vec<(String, String)>,
    /// The body, empty for none.
    pub body: Vec<u8>,
}

/// One answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// Header names in lower case.
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Vec<u8>,
}

impl Response {
    /// The first header with this lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Why there is no whole answer.
#[derive(Clone, Debug, Error)]
pub enum HttpError {
    /// The request cannot have reached the server: nothing was done.
    #[error("{host} could not be reached: {why}")]
    NotSent {
        /// Which server.
        host: String,
        /// The cause, in words.
        why: String,
    },
    /// The request may have reached the server: what it did is unknown.
    #[error("{host} did not finish its answer: {why}")]
    NoAnswer {
        /// Which server.
        host: String,
        /// The cause, in words.
        why: String,
    },
}
