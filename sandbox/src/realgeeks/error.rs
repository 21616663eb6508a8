//! Real Geeks' error bodies: a status and one sentence.

use serde_json::json;

use crate::wire::Reply;

/// An answer other than 200 or 201.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Failure {
    pub(super) status: u16,
    pub(super) message: String,
}

impl Failure {
    /// 400: the request is malformed.
    pub(super) fn malformed(message: impl Into<String>) -> Self {
        Self { status: 400, message: message.into() }
    }

    /// 422: the request is well formed, and a value in it cannot be.
    pub(super) fn unusable(message: impl Into<String>) -> Self {
        Self { status: 422, message: message.into() }
    }

    /// 404 for a site, a lead or a path.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self { status: 404, message: message.into() }
    }

    /// The failure as an answer.
    pub(super) fn reply(self) -> Reply {
        Reply::json(self.status, json!({"error": self.message}))
    }
}

/// The body of a failure that strikes before the app is asked.
pub(super) fn outside(status: u16) -> Reply {
    let message = match status {
        401 => "Unauthorized",
        404 => "Not found",
        422 => "a value of this lead cannot be taken",
        429 => "Too many requests",
        _ => "Internal server error",
    };
    Failure { status, message: message.to_owned() }.reply()
}
