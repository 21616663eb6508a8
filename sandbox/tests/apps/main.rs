//! The practice apps from outside, over HTTP, one module for each thing that a client meets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, reason = "helpers of tests fail like tests")]

mod client;
mod description;
mod faults;
mod google;
mod hands;
mod official;
mod realgeeks;
mod samples;
#[path = "../spec/mod.rs"]
mod spec;
mod state;
mod webhooks;
