//! Google's error bodies.

use serde_json::{Value, json};

use crate::wire::Reply;

/// An answer other than 200.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Failure {
    status: u16,
    word: &'static str,
    message: String,
    details: Vec<Value>,
}

impl Failure {
    fn new(status: u16, word: &'static str, message: impl Into<String>) -> Self {
        Self { status, word, message: message.into(), details: Vec::new() }
    }

    /// 400: the request can never work.
    pub(super) fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, "INVALID_ARGUMENT", message)
    }

    /// 400 that names the field at fault.
    pub(super) fn violation(field: &str, description: impl Into<String>) -> Self {
        let description = description.into();
        let mut failure = Self::invalid(description.clone());
        failure.details.push(json!({
            "@type": "type.googleapis.com/google.rpc.BadRequest",
            "fieldViolations": [{"field": field, "description": description}],
        }));
        failure
    }

    /// 400: the sync token is older than seven days.
    pub(super) fn expired_token() -> Self {
        let mut failure = Self::new(
            400,
            "FAILED_PRECONDITION",
            "Sync token is expired. Clear local cache and retry call without the sync token.",
        );
        failure.details.push(json!({
            "@type": "type.googleapis.com/google.rpc.ErrorInfo",
            "reason": "EXPIRED_SYNC_TOKEN",
            "domain": "people.googleapis.com",
        }));
        failure
    }

    /// 400: somebody changed the contact since it was read. `what` is `person.etag` or `person.metadata.sources.etag`.
    pub(super) fn stale(what: &str) -> Self {
        Self::new(
            400,
            "FAILED_PRECONDITION",
            format!(
                "Request {what} is different than the current {what}. Clear local cache and get the latest person."
            ),
        )
    }

    /// 401.
    pub(super) fn unauthenticated() -> Self {
        Self::new(
            401,
            "UNAUTHENTICATED",
            "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other \
             valid authentication credential.",
        )
    }

    /// 404 for a person, group or path.
    pub(super) fn not_found(message: impl Into<String>) -> Self {
        Self::new(404, "NOT_FOUND", message)
    }

    /// 409 for a second group of the same name.
    pub(super) fn exists(message: impl Into<String>) -> Self {
        Self::new(409, "ALREADY_EXISTS", message)
    }

    /// 501 for a part of the API that the practice app does not have.
    pub(super) fn unimplemented(message: impl Into<String>) -> Self {
        Self::new(501, "UNIMPLEMENTED", message)
    }

    /// The failure as a `google.rpc.Status`, as batch answers carry it.
    pub(super) fn status(&self) -> Value {
        let code = match self.word {
            "INVALID_ARGUMENT" => 3,
            "NOT_FOUND" => 5,
            "ALREADY_EXISTS" => 6,
            "FAILED_PRECONDITION" => 9,
            _ => 2,
        };
        json!({"code": code, "message": self.message})
    }

    /// The HTTP status, as batch answers carry it.
    pub(super) fn http(&self) -> u16 {
        self.status
    }

    /// The failure as the answer to the whole request.
    pub(super) fn reply(self) -> Reply {
        body(self.status, self.word, &self.message, self.details)
    }
}

fn body(status: u16, word: &str, message: &str, details: Vec<Value>) -> Reply {
    let mut error = json!({"code": status, "message": message, "status": word});
    if let Some(error) = error.as_object_mut().filter(|_| !details.is_empty()) {
        error.insert("details".to_owned(), Value::Array(details));
    }
    Reply::json(status, json!({"error": error}))
}

/// The body of a failure that comes from outside the app: quota, server error, a write that met another.
pub(super) fn outside(status: u16) -> Reply {
    match status {
        429 => body(
            429,
            "RESOURCE_EXHAUSTED",
            "Quota exceeded for quota metric 'Critical read requests (Contact and Profile Reads)' and limit 'Critical \
             read requests (Contact and Profile Reads) per minute per user' of service 'people.googleapis.com'.",
            vec![json!({
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "RATE_LIMIT_EXCEEDED",
                "domain": "googleapis.com",
            })],
        ),
        401 => Failure::unauthenticated().reply(),
        404 => Failure::not_found("Requested entity was not found.").reply(),
        409 => body(
            409,
            "ABORTED",
            "Another write for the same user is under way. Send writes one after another.",
            Vec::new(),
        ),
        422 => Failure::new(400, "INVALID_ARGUMENT", "Request contains an invalid argument.").reply(),
        _ => body(status, "INTERNAL", "Internal error encountered.", Vec::new()),
    }
}
