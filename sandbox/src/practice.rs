//! One running practice app, seen from Rust: where it is, how to sign in, and the hands.

use std::path::PathBuf;
use std::sync::Arc;

use serde_json::Value;

use crate::desk::Desk;
use crate::fault::{Fault, WebhookFaults};
use crate::log::{Exchange, Seen};
use crate::options::Refusal;

/// A running practice app.
///
/// The methods act as another person would, in the app itself: they need no password and no etag, do not count as
/// requests, and no fault strikes them. `who` is an id or an e-mail address.
#[derive(Clone)]
pub struct Practice {
    /// Where it listens: `http://127.0.0.1:PORT`. Google's paths begin with `/v1/`, those of Real Geeks with `/rest/`.
    pub base: String,
    /// Google: the bearer token.
    pub token: String,
    /// Real Geeks: the user of HTTP Basic.
    pub user: String,
    /// Real Geeks: the password of HTTP Basic.
    pub password: String,
    /// Real Geeks: what webhooks are signed with.
    pub secret: String,
    /// Real Geeks: the site's UUID.
    pub site: String,
    /// Real Geeks: a CSV file of the leads as they were at the start. One column a field; tags are joined by `;`.
    pub export: Option<PathBuf>,
    pub(crate) desk: Arc<Desk>,
}

impl std::fmt::Debug for Practice {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Practice").field("base", &self.base).field("site", &self.site).finish_non_exhaustive()
    }
}

impl Practice {
    /// Everybody who is not deleted, as the app's API shows them.
    #[must_use]
    pub fn people(&self) -> Vec<Value> {
        self.desk.read(|app| app.contacts())
    }

    /// One contact as the app's API shows it.
    #[must_use]
    pub fn person(&self, who: &str) -> Option<Value> {
        self.desk.read(|app| app.contact(who))
    }

    /// Adds a contact and returns its id: `people/c…` at Google, a UUID at Real Geeks.
    pub fn add(&self, contact: &Value) -> Result<String, Refusal> {
        self.desk.change(|app, now| app.add(contact, now))
    }

    /// Sets the fields that are named, in the form of the app's API. An empty value clears a field.
    pub fn edit(&self, who: &str, fields: &Value) -> Result<(), Refusal> {
        self.desk.change(|app, now| app.edit(who, fields, now))
    }

    /// Deletes a contact.
    pub fn delete(&self, who: &str) -> Result<(), Refusal> {
        self.desk.change(|app, now| app.delete(who, now))
    }

    /// Puts a label (Google) or tag (Real Geeks) on a contact. An unknown label is made first.
    pub fn label(&self, who: &str, label: &str) -> Result<(), Refusal> {
        self.desk.change(|app, now| app.label(who, label, true, now))
    }

    /// Takes a label or tag off a contact.
    pub fn unlabel(&self, who: &str, label: &str) -> Result<(), Refusal> {
        self.desk.change(|app, now| app.label(who, label, false, now))
    }

    /// Real Geeks: something happens to a lead, such as `opted_out` or `restored`.
    pub fn happen(&self, who: &str, kind: &str) -> Result<(), Refusal> {
        self.desk.change(|app, now| app.happen(who, kind, "By hand", now))
    }

    /// Real Geeks: sends webhooks to this address from now on, or to nobody.
    pub fn set_webhook(&self, url: Option<&str>) -> Result<(), Refusal> {
        self.desk.set_webhook(url.map(str::to_owned))
    }

    /// Real Geeks: waits until the receiver has accepted every webhook so far.
    pub async fn webhooks_delivered(&self) {
        self.desk.delivered().await;
    }

    /// What goes wrong from now on. Counting begins anew.
    pub fn set_faults(&self, faults: Vec<Fault>) {
        self.desk.set_faults(faults);
    }

    /// What goes wrong with webhooks from now on.
    pub fn set_webhook_faults(&self, faults: WebhookFaults) {
        self.desk.set_webhook_faults(faults);
    }

    /// The requests of the app's API so far, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Seen> {
        self.desk.log().requests()
    }

    /// The same with bodies, as far as they fit into memory. An answer that was cut off has none.
    #[must_use]
    pub fn exchanges(&self) -> Vec<Exchange> {
        self.desk.log().exchanges()
    }

    /// Forgets the requests so far.
    pub fn clear_requests(&self) {
        self.desk.log().clear();
    }

    /// Moves the clock of both practice apps forward.
    pub fn advance_clock(&self, seconds: u32) {
        self.desk.clock.advance(seconds);
    }
}
