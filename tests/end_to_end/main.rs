//! The product from outside: the built command, the practice apps, real servers.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr, reason = "a test that misses something says what")]

mod build;
mod carddav_csv;
mod care;
mod command;
mod cost;
mod crash;
mod daemon;
mod diff;
mod editor;
mod examples;
mod faults;
mod fmt;
mod formats;
mod google_realgeeks;
mod levels;
mod practice;
mod proof;
mod radicale;
mod sarif;
#[path = "../../sandbox/tests/spec/mod.rs"]
mod spec;
mod trust;
mod verbs;
