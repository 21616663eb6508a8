//! Webhooks of practice Real Geeks: signed, numbered, in order, and sent again until they are accepted.
//!
//! A message waits in the outbox until the receiver answers 2xx, or 406 for "never again". Anything else is tried again
//! after a pause that doubles. Messages are sent one at a time and in order, so a receiver that is down is owed all of
//! them; the journal keeps them over a restart.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use hmac::{Hmac, Mac as _};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::Sha256;
use uuid::Uuid;

use crate::desk::Desk;
use crate::fault::WebhookFaults;

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// How long the receiver has to answer.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a message that is to be overtaken waits for the one that overtakes it.
const OVERTAKE: Duration = Duration::from_millis(200);

/// One message for the receiver.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Message {
    action: String,
    body: Value,
    made: Timestamp,
}

impl Message {
    /// A message whose action is named in its header.
    pub(crate) fn new(action: &str, body: Value, made: Timestamp) -> Self {
        Self { action: action.to_owned(), body, made }
    }

    /// What it says.
    pub(crate) fn body(&self) -> &Value {
        &self.body
    }
}

/// A message that was not accepted yet.
#[derive(Debug, Clone)]
struct Waiting {
    /// Its record in the journal.
    key: String,
    message: Message,
    /// The next message goes before this one.
    overtaken: bool,
}

/// The messages that the receiver is owed.
#[derive(Debug, Default)]
pub(crate) struct Outbox {
    waiting: VecDeque<Waiting>,
    /// The number of the last message.
    number: u64,
}

impl Outbox {
    /// The messages of the last run.
    pub(crate) fn load(records: Vec<(String, Message)>) -> Self {
        let number = |key: &str| key.strip_prefix(KEY).and_then(|number| number.parse().ok()).unwrap_or(0);
        let last = records.last().map_or(0, |(key, _)| number(key));
        let waiting = records.into_iter().map(|(key, message)| Waiting { key, message, overtaken: false });
        Self { waiting: waiting.collect(), number: last }
    }

    /// Adds a message and returns the key of its record.
    pub(crate) fn push(&mut self, message: Message, faults: WebhookFaults) -> String {
        self.number += 1;
        let due = |every: u64| every > 0 && self.number.is_multiple_of(every);
        let key = format!("{KEY}{:020}", self.number);
        let waiting = Waiting { key: key.clone(), message, overtaken: due(faults.swap_every) };
        let copies = 1 + usize::from(due(faults.duplicate_every));
        match self.waiting.back_mut().filter(|last| last.overtaken) {
            Some(last) => {
                last.overtaken = false;
                let place = self.waiting.len() - 1;
                for _ in 0..copies {
                    self.waiting.insert(place, Waiting { overtaken: false, ..waiting.clone() });
                }
            }
            None => self.waiting.extend(std::iter::repeat_n(waiting, copies)),
        }
        key
    }

    /// Forgets all messages and returns the keys of their records.
    pub(crate) fn clear(&mut self) -> Vec<String> {
        self.waiting.drain(..).map(|waiting| waiting.key).collect()
    }

    /// Takes all messages, in the order in which they are to be sent; one that is sent twice is there twice.
    pub(crate) fn take(&mut self) -> Vec<(String, Message)> {
        self.waiting.drain(..).map(|waiting| (waiting.key, waiting.message)).collect()
    }

    /// How many messages wait.
    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    fn head(&self) -> Option<Waiting> {
        self.waiting.front().cloned()
    }

    fn stop_waiting_for_overtaker(&mut self) {
        if let Some(head) = self.waiting.front_mut() {
            head.overtaken = false;
        }
    }

    /// Takes the head away after it was accepted; the key of its record when no copy is left to send.
    fn accepted(&mut self, key: &str) -> Option<String> {
        let at = self.waiting.iter().position(|waiting| waiting.key == key)?;
        self.waiting.remove(at);
        (!self.waiting.iter().any(|waiting| waiting.key == key)).then(|| key.to_owned())
    }
}

/// How the records of messages are called.
pub(crate) const KEY: &str = "message/";

/// Sends what is in the desk's outbox, for ever.
pub(crate) async fn send(desk: Arc<Desk>, client: reqwest::Client, secret: String) {
    let mut pause = FIRST_PAUSE;
    loop {
        let Some((url, waiting)) = desk.with_outbox(|outbox, url| url.zip(outbox.head())) else {
            pause = FIRST_PAUSE;
            desk.bell.notified().await;
            continue;
        };
        if waiting.overtaken {
            tokio::time::sleep(OVERTAKE).await;
            desk.with_outbox(|outbox, _| outbox.stop_waiting_for_overtaker());
            continue;
        }
        if accepted(&client, &url, &secret, &waiting).await {
            pause = FIRST_PAUSE;
            let done = desk.with_outbox(|outbox, _| outbox.accepted(&waiting.key));
            desk.forget(done.into_iter().collect());
        } else {
            // A new address is tried at once.
            let _ = tokio::time::timeout(pause, desk.moved.notified()).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

/// Sends one message once. True when the receiver took it, or wants no more of it.
async fn accepted(client: &reqwest::Client, url: &str, secret: &str, waiting: &Waiting) -> bool {
    let body = waiting.message.body.to_string();
    let mut sent = client.post(url).timeout(PATIENCE);
    for (name, value) in headers(&waiting.key, &waiting.message, secret, &body) {
        sent = sent.header(name, value);
    }
    match sent.body(body).send().await {
        Ok(answer) => answer.status().is_success() || answer.status().as_u16() == 406,
        Err(error) => {
            tracing::debug!(%error, url, "webhook not accepted");
            false
        }
    }
}

/// The headers that a message goes out with.
pub(crate) fn headers(key: &str, message: &Message, secret: &str, body: &str) -> [(&'static str, String); 5] {
    // The same message keeps its id over restarts, repeats and retries.
    let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{key} {}", message.made).as_bytes());
    [
        ("content-type", "application/json; charset=utf-8".to_owned()),
        ("x-lead-router-action", message.action.clone()),
        ("x-lead-router-signature", signature(secret, body.as_bytes())),
        ("x-lead-router-timestamp", message.made.to_string()),
        ("x-lead-router-message-id", id.hyphenated().to_string()),
    ]
}

/// The hex HMAC-SHA256 of a body.
fn signature(secret: &str, body: &[u8]) -> String {
    // HMAC takes a key of any length, so this never falls to the default.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return String::new() };
    mac.update(body);
    mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pushed(faults: WebhookFaults, count: u64) -> Vec<String> {
        let mut outbox = Outbox::default();
        for n in 1..=count {
            outbox.push(Message::new(&format!("m{n}"), Value::Null, Timestamp::UNIX_EPOCH), faults);
        }
        outbox.waiting.into_iter().map(|waiting| waiting.message.action).collect()
    }

    #[test]
    fn messages_wait_in_order_unless_a_fault_says_otherwise() {
        assert_eq!(pushed(WebhookFaults::default(), 3), ["m1", "m2", "m3"]);
        assert_eq!(pushed(WebhookFaults { duplicate_every: 2, swap_every: 0 }, 3), ["m1", "m2", "m2", "m3"]);
        assert_eq!(pushed(WebhookFaults { duplicate_every: 0, swap_every: 2 }, 4), ["m1", "m3", "m2", "m4"]);
    }

    #[test]
    fn the_signature_is_the_one_of_rfc_4231() {
        // Test case 2 of RFC 4231, section 4.3.
        assert_eq!(
            signature("Jefe", b"what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }
}
