//! A request and its reply as the practice apps see them: no sockets, no async.
//!
//! The transport ([`crate::serve`]) turns HTTP into a [`Request`] and a [`Reply`] into HTTP. In between an app is a plain
//! state machine, so that everything it does to one request happens at once.

use base64::Engine as _;
use hyper::body::Bytes;
use jiff::Timestamp;
use serde_json::Value;

use crate::fault::Twist;

/// One request, complete, with the moment it arrived.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    /// `GET`, `POST`, … in capitals.
    pub(crate) method: String,
    /// The path alone, percent decoding not yet done: `/v1/people/c12:updateContact`.
    pub(crate) path: String,
    /// The query's pairs, decoded, in the order they were sent.
    pub(crate) query: Vec<(String, String)>,
    /// The `Authorization` header.
    pub(crate) authorization: Option<String>,
    /// The body, not yet parsed.
    pub(crate) body: Bytes,
    /// When it arrived.
    pub(crate) now: Timestamp,
    /// Faults which the app itself has to act out.
    pub(crate) twists: Vec<Twist>,
    /// How many later list reads a write made by this request stays unseen for.
    pub(crate) lag: u64,
}

impl Request {
    /// The first value of a query parameter; an empty one counts as not sent.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// All values of a repeated query parameter.
    pub(crate) fn parameters(&self, name: &str) -> Vec<&str> {
        self.query.iter().filter(|(key, value)| key == name && !value.is_empty()).map(|(_, v)| v.as_str()).collect()
    }

    /// The user and password of HTTP Basic (RFC 7617), if the header carries them.
    pub(crate) fn basic(&self) -> Option<(String, String)> {
        let (scheme, encoded) = self.authorization.as_deref()?.split_once(' ')?;
        if !scheme.eq_ignore_ascii_case("basic") {
            return None;
        }
        let bytes = base64::engine::general_purpose::STANDARD.decode(encoded.trim()).ok()?;
        let text = String::from_utf8(bytes).ok()?;
        text.split_once(':').map(|(user, password)| (user.to_owned(), password.to_owned()))
    }

    /// The token of a bearer header (RFC 6750), if the header carries one.
    pub(crate) fn bearer(&self) -> Option<&str> {
        let (scheme, token) = self.authorization.as_deref()?.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    }

    /// Whether a fault of this kind was planned for this request.
    pub(crate) fn suffers(&self, twist: Twist) -> bool {
        self.twists.contains(&twist)
    }

    /// Whether it may change something.
    pub(crate) fn writes(&self) -> bool {
        !matches!(self.method.as_str(), "GET" | "HEAD" | "OPTIONS")
    }
}

/// What an app answers.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    /// The HTTP status.
    pub(crate) status: u16,
    /// The JSON body.
    pub(crate) body: Value,
    /// Headers besides the content type.
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Reply {
    /// A JSON reply.
    pub(crate) fn json(status: u16, body: Value) -> Self {
        Self { status, body, headers: Vec::new() }
    }

    /// 200 with a body.
    pub(crate) fn ok(body: Value) -> Self {
        Self::json(200, body)
    }
}
