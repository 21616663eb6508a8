//! What is talked to. One trait; the manifest-driven HTTP app; CardDAV, CSV and vCard folders in Rust.
//!
//! An app turns what its server or file holds into [`Record`](syncc_compiler::value::Record)s and back. It matches nothing, merges
//! nothing and remembers nothing between runs: the cursor, the raw records and the versions that it
//! hands out come back to it from the store.

mod account;
mod app;
pub mod carddav;
mod cost;
pub mod csv;
mod error;
mod file;
mod http;
mod open;
mod threads;
pub mod vcard;

pub use account::{Account, Secret};
pub use app::{App, Handed, Lacks, Limits, Observed, Page, Pulled, Write, Written};
pub use cost::{Batch, Calls, by_limits};
pub use error::{AppError, Class};
pub use http::{Accounts, Budget, Intake, Pace, Taken, Webhooks, listen_webhooks, open_http};
pub use open::{can_run, open};
