//! The apps that are data, against the practice servers: real sockets, the apps' quirks, and each way to fail.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may stop at what it does not expect")]

mod answers;
mod google;
mod intake;
#[path = "../listening/mod.rs"]
mod listening;
mod realgeeks;
mod world;
