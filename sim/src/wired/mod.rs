//! The real apps in a made-up network: the whole way from the rules down to the bytes of requests.
//!
//! The worlds of [`crate::scenario`] stop at the trait that apps keep. Here the apps are those of the runtime, driven by
//! their manifests, and what answers them are the practice apps of the sandbox, asked directly and on the same thread.
//! A [`plan`] is drawn from a seed: who is in both apps, what people do there, which requests fail and how, what becomes
//! of the messages that Real Geeks sends, when a login changes, what the answers look like one day. [`run`] plays it with
//! the real cycle, engine, store and intake of messages, and [`judge`] holds the apps' own states against what is
//! promised.
//!
//! Promises:
//! - The same seed gives the same requests, one by one: [`run::Ran::trace`] names them.
//! - What counts as having happened is what the practice apps hold, never what syncc says of itself.

pub mod act;
pub mod draw;
mod drift;
mod fields;
pub mod files;
mod hush;
pub mod judge;
pub mod log;
mod look;
pub mod many;
mod net;
pub mod plan;
mod post;
pub mod run;
pub mod story;
