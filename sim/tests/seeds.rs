//! Many made-up worlds, and every promise kept in each of them.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test says what it found, and stops where it cannot go on"
)]

use std::{env, thread};

use syncc_sim::{draw::draw, report, run::run, seeds, shrink::shrink, story::tell};

/// `SYNCC_SIM_SEEDS` sets how many.
#[test]
fn a_thousand_seeds_keep_every_promise() {
    let count = env::var("SYNCC_SIM_SEEDS").ok().and_then(|count| count.parse().ok()).unwrap_or(1_000);
    let threads = 3 * thread::available_parallelism().map_or(1, usize::from);
    let began = std::time::Instant::now();
    let (tally, failures) = seeds::many(1..1 + count, threads, None, &|_, _| {}).expect("every seed can be run");
    println!("{}", report::markdown(&tally, 1, began.elapsed()));
    if let Some(failure) = failures.first() {
        let shortest = shrink(&draw(failure.seed), failure.violations[0].promise, None);
        let ran = run(&shortest, None).expect("it ran before");
        panic!("seed {}:\n{}", failure.seed, tell(&shortest, &ran, &failure.violations));
    }
    // The worlds are worth something only if everything happens in them.
    assert!(tally.faults.len() == 11, "{:?}", tally.faults);
    for (what, times) in [
        ("killed", tally.killed),
        ("guarded", tally.guarded),
        ("gave up", tally.gave_up),
        ("went through", tally.went_through),
        ("writes", tally.writes),
        ("edits", tally.edits),
        ("undos", tally.undos),
    ] {
        assert!(times > count / 20, "{what}: only {times} in {count} seeds");
    }
}
