//! Both practice apps asked directly: no sockets, no tasks, and no clock but the one that the caller sets.
//!
//! Everything happens within the call that asks for it, so whoever owns the calls and the clock owns the whole story.
//! The apps, their faults and their logs are those of the running sandbox.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;
use jiff::Timestamp;
use percent_encoding::percent_decode_str;
use url::form_urlencoded;

use crate::answer::{self, Outcome};
use crate::apps::Apps;
use crate::clock::Clock;
use crate::options::{Options, SandboxError};
use crate::practice::Practice;
use crate::webhook;
use crate::wire::Request;

/// Where nobody listens: requests are handed over with [`Practice::ask`].
const NOWHERE: &str = "https://practice.invalid";

/// Practice Google Contacts and practice Real Geeks, without a server.
#[derive(Debug)]
pub struct Direct {
    google: Practice,
    realgeeks: Practice,
    clock: Arc<Clock>,
    _apps: Apps,
}

/// One request.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// `GET`, `POST`, … in capitals.
    pub method: &'a str,
    /// The path, percent-encoded.
    pub path: &'a str,
    /// The query without its question mark; empty for none.
    pub query: &'a str,
    /// The `Authorization` header.
    pub authorization: Option<&'a str>,
    /// The body.
    pub body: &'a [u8],
}

/// What the client gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body; half of it if the answer was cut.
    pub body: Vec<u8>,
    /// Whether the connection broke off in the middle of the body.
    pub cut: bool,
}

/// One webhook, signed, as it goes out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Direct {
    /// Opens both apps at this time. Ports are not looked at.
    pub fn open(options: &Options, now: Timestamp) -> Result<Self, SandboxError> {
        let clock = Arc::new(Clock::by_hand(now));
        let apps = Apps::open(options, Arc::clone(&clock))?;
        let (google, realgeeks) = (apps.practice_google(NOWHERE.into()), apps.practice_realgeeks(NOWHERE.into()));
        Ok(Self { google, realgeeks, clock, _apps: apps })
    }

    /// Practice Google Contacts.
    #[must_use]
    pub fn google(&self) -> &Practice {
        &self.google
    }

    /// Practice Real Geeks.
    #[must_use]
    pub fn realgeeks(&self) -> &Practice {
        &self.realgeeks
    }

    /// Says what time it is in both apps. It stays so until this is said again.
    pub fn set_clock(&self, now: Timestamp) {
        self.clock.set(now);
    }
}

impl Practice {
    /// Answers a request of the app's API at once, with the faults that are set; `None` when the connection is closed
    /// without an answer. How much later the answer comes is said beside it.
    #[must_use]
    pub fn ask(&self, asked: &Asked<'_>) -> (Option<Answer>, Duration) {
        let desk = &self.desk;
        let path = percent_decode_str(asked.path).decode_utf8_lossy().into_owned();
        let struck = desk.strike(asked.method, &format!("{path}?{}", asked.query));
        let request = Request {
            method: asked.method.to_owned(),
            path,
            query: form_urlencoded::parse(asked.query.as_bytes()).into_owned().collect(),
            authorization: asked.authorization.map(str::to_owned),
            body: Bytes::copy_from_slice(asked.body),
            now: desk.clock.now(),
            twists: struck.twists.clone(),
            lag: struck.lag,
        };
        let outcome = match answer::before(desk, &struck) {
            Some(outcome) => outcome,
            None => answer::after(desk, &struck, desk.answer(&request)),
        };
        let outcome = outcome.dated(desk);
        answer::note(desk, &request, asked.query, &outcome);
        let (reply, cut) = match outcome {
            Outcome::Whole(reply) => (reply, false),
            Outcome::Cut(reply) => (reply, true),
            Outcome::Nothing => return (None, struck.delay),
        };
        let mut body = reply.body.to_string().into_bytes();
        if cut {
            body.truncate(body.len() / 2);
        }
        let headers = reply.headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        (Some(Answer { status: reply.status, headers, body, cut }), struck.delay)
    }

    /// Real Geeks: the webhooks that are due, in order, signed with this secret. They are not sent by anybody else.
    #[must_use]
    pub fn take_webhooks(&self, secret: &str) -> Vec<Delivery> {
        let sent = |(key, message): (String, webhook::Message)| {
            let body = message.body().to_string();
            let headers = webhook::headers(&key, &message, secret, &body);
            let headers = headers.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            Delivery { headers, body: body.into_bytes() }
        };
        self.desk.take_messages().into_iter().map(sent).collect()
    }

    /// Google: gives a label another name, or deletes it.
    pub fn relabel(&self, label: &str, name: Option<&str>) -> Result<(), crate::Refusal> {
        self.desk.change(|app, now| app.relabel(label, name, now))
    }

    /// The bearer token or the password is this one from now on; the one before is refused. What this handle tells of
    /// them stays as it was.
    pub fn set_secret(&self, secret: &str) {
        // Nothing of the account's data changes, so nothing is to be saved.
        let _ = self.desk.change(|app, _| {
            app.set_secret(secret);
            Ok(())
        });
    }

    /// Real Geeks: exports the leads as they are now to this file.
    pub fn export_to(&self, path: &Path) -> io::Result<()> {
        self.desk.read(|app| app.export(path))
    }
}
