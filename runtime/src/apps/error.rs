//! What goes wrong when talking to an app, and what can be done about it.

use std::time::Duration;

use thiserror::Error;

/// Why an app did not do what it was asked. The text is for people: what happened, then what to do.
#[derive(Clone, Debug, Error)]
#[error("{what}{}", .todo.as_ref().map(|todo| format!(" — {todo}")).unwrap_or_default())]
pub struct AppError {
    /// What kind it is: decides what the cycle does.
    pub class: Class,
    /// What happened, in words. Never a secret, never a bare status code.
    pub what: String,
    /// What the reader can do.
    pub todo: Option<String>,
}

/// What the cycle does about an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Not reached, or refused without effect: try again later.
    Retry,
    /// Too many requests: try again, after this long if the app said so.
    Rate(Option<Duration>),
    /// The write may have happened: find out before anything else is sent.
    Unknown,
    /// Wrong password, expired login, missing right: a person must act. Never retried.
    Auth,
    /// The cursor is too old: read everything again.
    CursorLost,
    /// The record changed since it was read: read it again and plan anew.
    Stale,
    /// The record is gone.
    Gone,
    /// The record is not where it was. Whether it is gone or has another id by now, only the next listing tells.
    Moved,
    /// The app does not take this record. Only this record fails.
    Invalid,
    /// Nothing of this run can go on: a wrong setting, a broken file, a full disk.
    Fatal,
}

impl AppError {
    /// An error of this class.
    #[must_use]
    pub fn new(class: Class, what: impl Into<String>) -> Self {
        Self { class, what: what.into(), todo: None }
    }

    /// The same error with what the reader can do.
    #[must_use]
    pub fn todo(mut self, todo: impl Into<String>) -> Self {
        self.todo = Some(todo.into());
        self
    }
}
