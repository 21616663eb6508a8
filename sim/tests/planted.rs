//! Mistakes planted one at a time: the simulation finds each, and finds what it should.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test says what it found, and stops where it cannot go on"
)]

use std::thread;

use syncc_sim::{oracle::Promise, planted::Planted, seeds};

/// How many seeds a mistake may survive.
const PATIENCE: u64 = 600;

/// Runs seeds until the mistake breaks the promise.
fn found(planted: Planted, promise: Promise) {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    for first in (1..PATIENCE).step_by(40) {
        let (_, failures) =
            seeds::many(first..first + 40, threads, Some(planted), &|_, _| {}).expect("every seed can be run");
        for failure in &failures {
            if let Some(broken) = failure.violations.iter().find(|broken| broken.promise == promise) {
                println!("{planted:?}: seed {}: {broken}", failure.seed);
                return;
            }
        }
    }
    panic!("{planted:?} was not found in {PATIENCE} seeds");
}

#[test]
fn a_merge_without_its_base_loses_edits() {
    found(Planted::Merge, Promise::NoLostEdit);
}

#[test]
fn a_journal_that_forgets_makes_contacts_twice() {
    found(Planted::Journal, Promise::OneCreate);
}

#[test]
fn a_cursor_that_moves_too_early_misses_records() {
    found(Planted::Cursor, Promise::Completeness);
}

#[test]
fn an_app_that_is_asked_too_fast_is_seen() {
    found(Planted::Pace, Promise::Budget);
}

#[test]
fn a_second_run_that_is_let_in_is_seen() {
    found(Planted::Lock, Promise::OneWriter);
}

#[test]
fn a_history_that_forgets_undoes_too_little() {
    found(Planted::History, Promise::Undo);
}

#[test]
fn guards_that_are_not_heeded_delete_too_much() {
    found(Planted::Guard, Promise::Deletions);
}
