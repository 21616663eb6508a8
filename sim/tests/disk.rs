//! Homes with lists and folders of cards in them, edited as people edit files, and every promise kept in each.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test says what it found, and stops where it cannot go on"
)]

use std::{env, thread};

use syncc_sim::disk::{draw::draw, many, run::run, story::tell};

/// `SYNCC_DISK_SEEDS` sets how many.
#[test]
fn the_apps_of_files_keep_every_promise() {
    let count = env::var("SYNCC_DISK_SEEDS").ok().and_then(|count| count.parse().ok()).unwrap_or(150);
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let (tally, failures) = many::many(1..1 + count, threads).expect("every seed can be run");
    println!("{}", tally.markdown());
    if let Some(failure) = failures.first() {
        let plan = draw(failure.seed);
        panic!("{}", tell(&plan, &run(&plan).expect("it ran before")));
    }
    // The homes are worth something only if everything happens in them.
    for what in
        ["two files exchange their names", "a file or folder is elsewhere", "runs that were killed", "another order"]
    {
        assert!(tally.happened.get(what).is_some_and(|times| *times > 0), "{what}: never in {count} seeds");
    }
}

/// Homes in which a promise was broken once: files that exchanged their names, also ones that the last run had made, and also in a
/// listing that was cut off.
#[test]
fn homes_that_broke_a_promise_once_keep_all_of_them() {
    for seed in [8, 17, 152, 289, 371, 489, 591, 874, 1184, 1463] {
        let plan = draw(seed);
        let ran = run(&plan).expect("it can be run");
        assert!(ran.violations.is_empty(), "{}", tell(&plan, &ran));
    }
}
