//! What the compiler proves of a file, held against the engine that runs it.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "what a test sets up is there, or the test fails")]

mod files;
mod kept;
mod pairs;
mod turns;
mod verdicts;
