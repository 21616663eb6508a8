//! Practice apps: local servers that speak the real apps' HTTP APIs, quirks and faults included.
//!
//! [`Sandbox::start`] brings up practice Google Contacts (the People API) and practice Real Geeks (the Incoming Leads API
//! and its webhooks) on loopback ports, with made-up people in them. They are written from what is known of the real
//! services, not from syncc's connectors, so that a connector which works with them was checked by something else than
//! itself.
//!
//! Another person can be acted, from Rust with [`Practice`] and over HTTP under `/_practice`; and everything that goes
//! wrong with the real services can be made to go wrong here, at a request of one's choice ([`Fault`]).
//!
//! A request flows `serve` → `fault` → `desk` → the app (`google`, `realgeeks`) → `journal` → `answer`; what a partner
//! is to be told goes through `webhook`.
//!
//! [`Direct`] is the same two apps without sockets, tasks and a clock of their own: each request is answered at once, by
//! the time that the caller sets.

mod answer;
mod app;
mod apps;
mod clock;
mod control;
mod desk;
mod direct;
mod fault;
mod google;
mod journal;
mod log;
mod options;
mod practice;
mod realgeeks;
mod samples;
mod sandbox;
mod serve;
mod webhook;
mod wire;

pub use direct::{Answer, Asked, Delivery, Direct};
pub use fault::{Fault, Faults, WebhookFaults, What};
pub use log::{Exchange, Seen};
pub use options::{Options, Refusal, SandboxError};
pub use practice::Practice;
pub use sandbox::Sandbox;
