//! The engine as the rest of the product sees it: pairs in, outcomes out.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "what a test sets up is there, or the test fails")]

mod agreement;
mod columns;
mod generate;
mod guards;
mod lacking;
mod lifecycle;
mod lint;
mod matching;
mod merging;
mod names;
mod real_names;
mod reference;
mod rules;
mod sync;
mod testing;
