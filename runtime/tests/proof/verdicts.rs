//! Every verdict on random files, against the engine run to its end.
//!
//! `SYNCC_PROOF_FILES` asks for more or fewer files than the 10,000 of a normal run.

use std::{
    num::NonZero,
    sync::atomic::{AtomicU8, AtomicUsize, Ordering},
    thread,
};

use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use syncc_compiler::{
    ir::Program,
    proof::{Start, Verdict, prove},
};
use syncc_runtime::engine::{Base, Engine, Pair, Status};

use crate::{
    files::{accounts, file, program},
    pairs::pair,
};

/// How many random pairs each proved file is run on.
const PAIRS: usize = 24;

fn asked(usual: u32) -> u32 {
    std::env::var("SYNCC_PROOF_FILES").ok().and_then(|files| files.parse().ok()).unwrap_or(usual)
}

pub(crate) fn as_pair(start: &Start) -> Pair {
    Pair { now: start.now.clone(), base: Some(Base { sides: start.base.clone() }), later: start.later }
}

/// What is wrong with the verdict on a program, if anything is.
pub(crate) fn wrong(program: &Program, verdict: &Verdict, runner: &mut TestRunner) -> Option<String> {
    let engine = Engine::new(program);
    match verdict {
        Verdict::Proved { bound } => {
            let pairs = pair(program);
            (0..PAIRS).find_map(|_| {
                let pair = pairs.new_tree(runner).ok()?.current();
                let outcome = engine.cycle(&pair);
                if outcome.status == Status::Refused {
                    return Some(format!("proved, but the engine goes round with {pair:#?}"));
                }
                (outcome.steps > *bound)
                    .then(|| format!("proved with {bound} steps, but takes {} with {pair:#?}", outcome.steps))
            })
        }
        Verdict::Refuted(found) => {
            let pair = as_pair(found.starts.first()?);
            let outcome = engine.cycle(&pair);
            (outcome.status != Status::Refused)
                .then(|| format!("refuted, but the engine ends with {pair:#?}\n{:#?}", found.turns))
        }
        Verdict::NotDecided(_) => None,
    }
}

/// The files are made in this many series, each from a seed of its own, so that all processors share the work and every
/// machine tries the same files.
const SERIES: u8 = 16;

#[test]
fn every_verdict_is_what_the_engine_does() {
    let counts = [const { AtomicUsize::new(0) }; 4];
    let next = AtomicU8::new(0);
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let series = next.fetch_add(1, Ordering::Relaxed);
                    if series >= SERIES {
                        return;
                    }
                    try_series(series, &counts);
                }
            });
        }
    });
    let [unfit, proved, refuted, open] = counts.map(AtomicUsize::into_inner);
    println!("{proved} proved, {refuted} refuted, {open} not decided; {unfit} were no files that check lets through");
    assert!(proved * 4 > unfit, "too few files are right");
    assert!(refuted * 50 > proved, "too few files go round");
    assert!(open * 20 < proved, "too many files are not decided");
}

/// Tries the files of one series, and counts those that check does not let through, and those proved, refuted and open.
fn try_series(series: u8, counts: &[AtomicUsize; 4]) {
    let accounts = accounts();
    let count = |which: usize| {
        counts[which].fetch_add(1, Ordering::Relaxed);
    };
    let cases = asked(10_000).div_ceil(SERIES.into());
    let config = Config { cases, max_shrink_iters: 4_000, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &[series; 32]));
    let result = runner.run(&file(), |lines| {
        let text = lines.join("\n");
        let Some(program) = program(&text, &accounts) else {
            count(0);
            return Ok(());
        };
        let verdict = prove(&program, &|| {}).verdict;
        count(match &verdict {
            Verdict::Proved { .. } => 1,
            Verdict::Refuted(_) => 2,
            Verdict::NotDecided(_) => 3,
        });
        let mut pairs = TestRunner::deterministic();
        match wrong(&program, &verdict, &mut pairs) {
            None => Ok(()),
            Some(wrong) => Err(TestCaseError::fail(format!("{text}\n{wrong}"))),
        }
    });
    if let Err(error) = result {
        panic!("{error}");
    }
}
