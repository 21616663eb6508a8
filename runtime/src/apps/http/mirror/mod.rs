//! What is known here of the records of an app that does not list them.
//!
//! Three things tell: messages that the app sends (webhooks), a file that it exported, and the answers to what was
//! written or asked. They arrive in any order, some twice, some only in part; the mirror puts them together, member
//! by member, the later one wins. It is a small SQLite file beside the connection's other state, which the intake of
//! messages and the runs share.

use std::time::Duration;

mod export;
pub(super) mod intake;
mod merge;
mod store;
pub(super) mod webhook;

pub(super) use export::read as read_export;
pub(super) use merge::{Times, Told};
pub(super) use store::{Mirror, spelt};

/// How far the clocks of the app's own machines, and what is known here of them, may differ: what is read here counts as
/// read this much earlier, so that it never outlives a message about a later change.
pub(super) const CLOCKS: Duration = Duration::from_secs(5);
