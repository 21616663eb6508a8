//! What a listing remembers of a book.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::Url;

use crate::apps::{AppError, Class};

/// A book as last listed.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Cursor {
    /// Whose book, so that other settings do not go on with it.
    pub(super) identity: String,
    /// Where it is, so that it need not be looked for.
    pub(super) book: Url,
    pub(super) state: State,
    /// Whether the reading of everything behind it left out cards that could not be read: a contact that was deleted before
    /// it may hide behind one of them. Cursors from before this was noted count as without gaps.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) gaps: bool,
    /// The ids of contacts that could not be read.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) unread: Vec<String>,
}

/// How the server tells what changed.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum State {
    /// The server remembers, and calls it by this token.
    Token(String),
    /// The server has no tokens: the versions by id.
    Versions(BTreeMap<String, String>),
}

impl Cursor {
    /// The cursor in a text that [`Cursor::write`] made for the same account.
    pub(super) fn read(text: &str, identity: &str) -> Result<Self, AppError> {
        serde_json::from_str::<Self>(text)
            .ok()
            .filter(|cursor| cursor.identity == identity)
            .ok_or_else(|| AppError::new(Class::CursorLost, "what was remembered is of another address book"))
    }

    /// The cursor as text.
    pub(super) fn write(&self) -> Result<String, AppError> {
        serde_json::to_string(self).map_err(|error| AppError::new(Class::Fatal, error.to_string()))
    }
}
