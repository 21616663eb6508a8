//! Page tokens and sync tokens: opaque to the client, and bound to the parameters of the call that made them.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::error::Failure;

/// How long a sync token lives, counted from the full sync that began its line.
const LIFE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Where the next page of a list begins.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PageToken {
    /// The parameters of the first call.
    pub(super) call: String,
    /// The sort key of the last entry shown.
    pub(super) after: String,
    /// The change that the list's sync token will stand for.
    pub(super) until: u64,
    /// When the full sync began.
    pub(super) full: Timestamp,
}

/// Up to which change a client knows the account.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SyncToken {
    /// The parameters of the call that produced it.
    pub(super) made_by: String,
    /// The last change the client knows.
    pub(super) since: u64,
    /// When the full sync began.
    pub(super) full: Timestamp,
}

impl PageToken {
    pub(super) fn read(token: &str, call: &str) -> Result<Self, Failure> {
        let read: Self = decode(token).ok_or_else(|| Failure::violation("pageToken", "Invalid page token."))?;
        if read.call != call {
            return Err(Failure::violation(
                "pageToken",
                "When the page_token is specified, all other request parameters must match the first call.",
            ));
        }
        Ok(read)
    }

    pub(super) fn write(&self) -> String {
        encode(self)
    }
}

impl SyncToken {
    pub(super) fn read(token: &str, made_by: &str, now: Timestamp) -> Result<Self, Failure> {
        let read: Self = decode(token).ok_or_else(|| Failure::violation("syncToken", "Invalid sync token."))?;
        if read.made_by != made_by {
            return Err(Failure::violation(
                "syncToken",
                "When the sync_token is specified, all other request parameters must match the first call.",
            ));
        }
        if now.duration_since(read.full) >= LIFE { Err(Failure::expired_token()) } else { Ok(read) }
    }

    pub(super) fn write(&self) -> String {
        encode(self)
    }
}

fn encode(token: &impl Serialize) -> String {
    // Strings, numbers and times always have a JSON form.
    URL_SAFE_NO_PAD.encode(serde_json::to_vec(token).unwrap_or_default())
}

fn decode<T: DeserializeOwned>(token: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token).ok()?).ok()
}
