//! Worlds with the real apps in them, and every promise kept in each; and mistakes planted, which are found.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test says what it found, and stops where it cannot go on"
)]

use std::{env, thread};

use syncc_sim::{
    oracle::Promise,
    planted::Planted,
    wired::{draw::draw, many, story::tell},
};

/// `SYNCC_WIRED_SEEDS` sets how many.
#[test]
fn the_real_apps_keep_every_promise() {
    let count = env::var("SYNCC_WIRED_SEEDS").ok().and_then(|count| count.parse().ok()).unwrap_or(30);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let (tally, failures) = many::many(1..1 + count, threads, None).expect("every seed can be run");
    println!("{}", tally.markdown());
    if let Some(failure) = failures.first() {
        let ran = many::one(failure.seed, None).expect("it ran before");
        panic!("{}", tell(&draw(failure.seed), &ran, &failure.violations));
    }
    // The worlds are worth something only if everything happens in them.
    for what in ["messages lost", "messages taken", "runs killed", "logins changed", "answer: 429", "answer: no answer"]
    {
        assert!(tally.happened.get(what).is_some_and(|times| *times > 0), "{what}: never in {count} seeds");
    }
}

/// Runs seeds until the mistake breaks one of the promises.
fn found(planted: Planted, promises: &[Promise]) {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    for first in (1..200).step_by(8) {
        let (_, failures) = many::many(first..first + 8, threads, Some(planted)).expect("every seed can be run");
        for failure in &failures {
            if let Some(broken) = failure.violations.iter().find(|broken| promises.contains(&broken.promise)) {
                println!("{planted:?}: seed {}: {broken}", failure.seed);
                return;
            }
        }
    }
    panic!("{planted:?} was not found");
}

#[test]
fn a_login_that_is_logged_is_seen() {
    found(Planted::Loud, &[Promise::Secrets]);
}

#[test]
fn a_message_that_is_taken_for_the_whole_record_is_seen() {
    found(Planted::Whole, &[Promise::Completeness, Promise::NoLostEdit]);
}
