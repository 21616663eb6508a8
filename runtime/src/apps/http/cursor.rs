//! Where to go on reading: all that the next listing needs, in one text.

use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    lookup::Tables,
    manifest::{Changes, Listing},
};
use crate::apps::{AppError, Class};

/// The cursor of an app that lists.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Cursor {
    /// The app's own token.
    pub(crate) token: String,
    /// When the complete listing behind it began.
    pub(crate) since: Timestamp,
    /// The request that the token belongs to: it is good for no other.
    pub(crate) asked: String,
    /// The names that were known.
    pub(crate) tables: Tables,
}

impl Cursor {
    /// The cursor in this text, if it is still good.
    ///
    /// # Errors
    /// [`Class::CursorLost`] when everything has to be read again: the text is not from here, the request is another
    /// one now, or the app will forget soon.
    pub(crate) fn read(text: &str, listing: &Listing, changes: &Changes, now: Timestamp) -> Result<Self, AppError> {
        let lost = |why: &str| AppError::new(Class::CursorLost, format!("everything is read again: {why}"));
        let cursor: Self =
            serde_json::from_str(text).map_err(|_| lost("where to go on was written by another syncc"))?;
        if cursor.asked != asked(listing) {
            return Err(lost("other fields are read than before"));
        }
        let age = Duration::try_from(now.duration_since(cursor.since)).unwrap_or_default();
        if age >= Duration::from_secs(86_400 * u64::from(changes.days)) {
            return Err(lost("the last complete reading is days ago, and the app is about to forget it"));
        }
        Ok(cursor)
    }

    /// The text of the cursor.
    pub(crate) fn text(&self) -> Result<String, AppError> {
        serde_json::to_string(self)
            .map_err(|error| AppError::new(Class::Fatal, format!("where to go on cannot be written down: {error}")))
    }
}

/// A request with its parameters, as text.
pub(crate) fn asked(listing: &Listing) -> String {
    let parameters: Vec<String> = listing.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
    format!("{}?{}", listing.request, parameters.join("&"))
}
