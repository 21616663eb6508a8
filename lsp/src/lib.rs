//! The language server: the compiler's database behind the protocol.
//!
//! What this crate promises:
//! - No analysis of its own: whatever it says comes from [`syncc_compiler::db::Database`].
//! - Only this crate knows the protocol (LSP 3.17), and it knows neither files nor accounts: a [`Loader`]
//!   tells it what the accounts are.
//! - Changes are applied in the order in which the client sent them. Diagnostics carry the version of the
//!   text they are about, and none of an older text is sent after a newer one.
//! - A bug in a check costs that one answer. The server goes on.

mod action;
mod check;
mod client;
mod diagnostic;
mod document;
mod format;
mod guard;
mod handlers;
mod ingress;
mod outbox;
mod owner;
mod pool;
mod position;
mod serve;
mod workspace;

pub use serve::{Ended, serve, stdio};
pub use workspace::{Beside, Loader};
