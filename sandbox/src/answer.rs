//! What becomes of one request: the app's answer, as far as faults let it through.
//!
//! This is the part of serving that needs neither sockets nor tasks. The server ([`crate::serve`]) and whoever asks
//! directly ([`crate::direct`]) share it, so that both see the same app.

use hyper::body::Bytes;
use jiff::fmt::rfc2822::DateTimePrinter;

use crate::desk::Desk;
use crate::fault::{Struck, What};
use crate::log::Seen;
use crate::wire::{Reply, Request};

/// What the client gets.
#[derive(Debug)]
pub(crate) enum Outcome {
    /// The whole answer.
    Whole(Reply),
    /// Half of it; then the connection breaks.
    Cut(Reply),
    /// The connection is closed without an answer.
    Nothing,
}

impl Outcome {
    /// With the date of the app's clock, as every server sends it.
    pub(crate) fn dated(mut self, desk: &Desk) -> Self {
        if let Self::Whole(reply) | Self::Cut(reply) = &mut self
            && let Ok(date) = DateTimePrinter::new().timestamp_to_rfc9110_string(&desk.clock.now())
        {
            reply.headers.push(("date", date));
        }
        self
    }
}

/// What comes of a request that does not reach the app.
pub(crate) fn before(desk: &Desk, struck: &Struck) -> Option<Outcome> {
    Some(match &struck.transport {
        Some(What::DropBefore) => Outcome::Nothing,
        Some(What::TooMany { retry_after }) => {
            let mut reply = desk.read(|app| app.outside(429));
            reply.headers.extend(retry_after.map(|seconds| ("retry-after", seconds.to_string())));
            Outcome::Whole(reply)
        }
        Some(What::Refused) => Outcome::Whole(desk.read(|app| app.outside(422))),
        Some(What::Hidden) => Outcome::Whole(desk.read(|app| app.outside(404))),
        Some(What::ErrorBefore) => Outcome::Whole(desk.read(|app| app.outside(500))),
        _ => return None,
    })
}

/// What comes of the app's own reply.
pub(crate) fn after(desk: &Desk, struck: &Struck, reply: Reply) -> Outcome {
    match &struck.transport {
        Some(What::ErrorAfter) => Outcome::Whole(desk.read(|app| app.outside(500))),
        Some(What::DropAfter) => Outcome::Nothing,
        Some(What::Cut) => Outcome::Cut(reply),
        _ => Outcome::Whole(reply),
    }
}

/// Notes in the log what the client got.
pub(crate) fn note(desk: &Desk, request: &Request, query: &str, outcome: &Outcome) {
    let (status, shown) = match outcome {
        Outcome::Whole(reply) => (Some(reply.status), Bytes::from(reply.body.to_string())),
        Outcome::Cut(_) | Outcome::Nothing => (None, Bytes::new()),
    };
    let seen = Seen { method: request.method.clone(), path: request.path.clone(), query: query.to_owned(), status };
    desk.log().note(seen, request.body.clone(), shown);
}
