//! What a practice app is to the rest of the sandbox: something that answers requests, and something that another
//! person can lay hands on.

use std::io;
use std::path::Path;

use jiff::Timestamp;
use serde_json::Value;

use crate::journal::Changes;
use crate::options::Refusal;
use crate::webhook::Message;
use crate::wire::{Reply, Request};

/// A practice app as a plain state machine. It is asked one thing at a time.
pub(crate) trait App: Send + 'static {
    /// Answers a request of the app's own API.
    fn answer(&mut self, request: &Request) -> Reply;

    /// The app's own body for a failure that strikes before it is asked.
    fn outside(&self, status: u16) -> Reply;

    /// Whether two writes at a time fail, as they do for one user of Google.
    fn writes_alone(&self) -> bool;

    /// The records that changed since this was last asked.
    fn take_changes(&mut self) -> Result<Changes, serde_json::Error>;

    /// The webhooks that are due since this was last asked.
    fn take_messages(&mut self) -> Vec<Message> {
        Vec::new()
    }

    /// Every contact that is not deleted, as the app's API shows it.
    fn contacts(&self) -> Vec<Value>;

    /// One contact, by its id or one of its e-mail addresses.
    fn contact(&self, who: &str) -> Option<Value>;

    /// Another person adds a contact; the answer is its id.
    fn add(&mut self, contact: &Value, now: Timestamp) -> Result<String, Refusal>;

    /// Another person changes fields of a contact; the others stay. An empty value clears a field.
    fn edit(&mut self, who: &str, fields: &Value, now: Timestamp) -> Result<(), Refusal>;

    /// Another person deletes a contact.
    fn delete(&mut self, who: &str, now: Timestamp) -> Result<(), Refusal>;

    /// Another person puts a label on a contact, or takes it off. An unknown label is made first.
    fn label(&mut self, who: &str, label: &str, on: bool, now: Timestamp) -> Result<(), Refusal>;

    /// Something happens to a contact, such as `opted_out` or `restored`, in another person's words.
    fn happen(&mut self, _who: &str, _kind: &str, _text: &str, _now: Timestamp) -> Result<(), Refusal> {
        Err(Refusal("Only leads of Real Geeks have activities.".to_owned()))
    }

    /// A label gets another name, or is deleted. Everybody who carries it keeps it, or loses it.
    fn relabel(&mut self, _label: &str, _name: Option<&str>, _now: Timestamp) -> Result<(), Refusal> {
        Err(Refusal("Only labels of Google have a name of their own.".to_owned()))
    }

    /// The token or password is another one from now on.
    fn set_secret(&mut self, secret: &str);

    /// Writes what the app exports to this file.
    fn export(&self, _path: &Path) -> io::Result<()> {
        Err(io::Error::new(io::ErrorKind::Unsupported, "only Real Geeks exports its leads here"))
    }

    /// The receiver of webhooks is switched on or off.
    fn integrate(&mut self, _on: bool, _now: Timestamp) -> Result<(), Refusal> {
        Err(Refusal("Only Real Geeks sends webhooks.".to_owned()))
    }
}

/// The refusal for somebody who is not there.
pub(crate) fn nobody(who: &str) -> Refusal {
    Refusal(format!("There is no contact \"{who}\". Give its id or one of its e-mail addresses."))
}
