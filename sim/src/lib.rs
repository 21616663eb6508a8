//! The whole engine in a made-up world, where everything goes wrong that goes wrong with real apps.
//!
//! A [`scenario`] is drawn from a seed: two apps with their quirks, who is in them, what people do in both while
//! syncc runs, which requests fail and how, and at which step the program is killed. [`run`](run::run) plays it with
//! the real cycle, the real engine and the real store, on one thread, with time that is only counted. Then it stays
//! quiet, and the [`oracle`] holds everything that happened against what is promised.
//!
//! Promises:
//! - The same seed gives the same run, step by step: [`run::Ran::trace`] names it.
//! - A kill leaves exactly what the store had committed, at any step between two writes or requests.
//! - The oracle believes the apps' own logs, never what syncc says of itself.
//!
//! What fails is shrunk to a short story ([`shrink`], [`story`]) and kept for ever in `kept/`.

mod apps;
pub mod cell;
pub mod chance;
pub mod disk;
pub mod draw;
pub mod event;
pub mod files;
pub mod hub;
pub mod oracle;
mod people;
pub mod planted;
mod pool;
pub mod profile;
pub mod report;
pub mod run;
pub mod scenario;
pub mod seeds;
pub mod server;
pub mod shrink;
mod store;
pub mod story;
mod undo;
pub mod wired;
