//! What was asked and answered: for counting requests, and for holding every exchange against the app's public
//! description.

use std::collections::VecDeque;

use hyper::body::Bytes;
use serde::Serialize;
use serde_json::Value;

/// How many requests are remembered, without their bodies.
const MOST_REQUESTS: usize = 200_000;
/// How many bytes of bodies are remembered.
const MOST_BYTES: usize = 64 << 20;

/// One request and the status it got.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Seen {
    /// `GET`, `POST`, …
    pub method: String,
    /// The path without the query.
    pub path: String,
    /// The query as it was sent, without the question mark.
    pub query: String,
    /// The status of the answer; none when the connection was closed without a whole one.
    pub status: Option<u16>,
}

/// One request and its whole answer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Exchange {
    /// The request and the status.
    #[serde(flatten)]
    pub seen: Seen,
    /// The request's JSON body.
    pub request: Option<Value>,
    /// The answer's JSON body.
    pub response: Option<Value>,
}

/// The log of one app. The oldest entries go when there are too many.
#[derive(Debug, Default)]
pub(crate) struct Log {
    seen: VecDeque<Seen>,
    exchanges: VecDeque<(Seen, Bytes, Bytes)>,
    bytes: usize,
}

impl Log {
    /// Notes a request and what the client got for it.
    pub(crate) fn note(&mut self, seen: Seen, request: Bytes, response: Bytes) {
        self.seen.push_back(seen.clone());
        if self.seen.len() > MOST_REQUESTS {
            self.seen.pop_front();
        }
        self.bytes += request.len() + response.len();
        self.exchanges.push_back((seen, request, response));
        while self.bytes > MOST_BYTES {
            let Some((_, request, response)) = self.exchanges.pop_front() else { break };
            self.bytes -= request.len() + response.len();
        }
    }

    /// Forgets everything.
    pub(crate) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(crate) fn requests(&self) -> Vec<Seen> {
        self.seen.iter().cloned().collect()
    }

    pub(crate) fn exchanges(&self) -> Vec<Exchange> {
        let read = |bytes: &Bytes| serde_json::from_slice(bytes).ok();
        let exchange = |(seen, request, response): &(Seen, Bytes, Bytes)| Exchange {
            seen: seen.clone(),
            request: read(request),
            response: read(response),
        };
        self.exchanges.iter().map(exchange).collect()
    }
}
