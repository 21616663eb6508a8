//! The planner alone, on very many small address books: one book, changed into what the left side, the right side and
//! the memory hold; planned, carried out in any order, and planned again until there is nothing left to do.
//!
//! What a plan promises is held for each of them, and counted: `SYNCC_PLANNER_CASES` sets how many.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test says what it found, and stops where it cannot go on"
)]

mod book;
mod promises;

use std::{
    env,
    sync::atomic::{AtomicU64, Ordering},
    thread,
};

use book::{Chance, World};

/// Rounds of planning and carrying out after which nothing may be left.
const ROUNDS: usize = 5;

#[test]
fn a_million_plans_keep_their_promises() {
    let cases: u64 = env::var("SYNCC_PLANNER_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(1_000_000);
    let threads = thread::available_parallelism().map_or(1, usize::from) as u64;
    let counts = promises::Counts::default();
    let next = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let files = book::files();
                loop {
                    let case = next.fetch_add(1, Ordering::Relaxed);
                    if case >= cases {
                        break;
                    }
                    let mut chance = Chance(case);
                    let file = &files[case as usize % files.len()];
                    let world = World::draw(file, &mut chance);
                    promises::hold(file, world, &mut chance, &counts, case);
                }
            });
        }
    });
    println!("{cases} cases: {counts}");
    assert!(counts.worth_something(cases), "{counts}");
}
