//! Every verdict on random files, against the engine run to its end.
//!
//! `SYNCC_PROOF_FILES` asks for more or fewer files than the 10,000 of a normal run.

use std::sync::atomic::{AtomicUsize, Ordering};

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
pub(crate) fn wrong(program: &Program, runner: &mut TestRunner) -> Option<String> {
    let engine = Engine::new(program);
    match prove(program, &|| {}).verdict {
        Verdict::Proved { bound } => {
            let pairs = pair(program);
            (0..PAIRS).find_map(|_| {
                let pair = pairs.new_tree(runner).ok()?.current();
                let outcome = engine.cycle(&pair);
                if outcome.status == Status::Refused {
                    return Some(format!("proved, but the engine goes round with {pair:#?}"));
                }
                (outcome.steps > bound)
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

#[test]
fn every_verdict_is_what_the_engine_does() {
    let accounts = accounts();
    let counts = [const { AtomicUsize::new(0) }; 4];
    let count = |which: usize| {
        counts[which].fetch_add(1, Ordering::Relaxed);
    };
    let config =
        Config { cases: asked(10_000), max_shrink_iters: 4_000, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let result = runner.run(&file(), |lines| {
        let text = lines.join("\n");
        let Some(program) = program(&text, &accounts) else {
            count(0);
            return Ok(());
        };
        count(match prove(&program, &|| {}).verdict {
            Verdict::Proved { .. } => 1,
            Verdict::Refuted(_) => 2,
            Verdict::NotDecided(_) => 3,
        });
        let mut pairs = TestRunner::deterministic();
        match wrong(&program, &mut pairs) {
            None => Ok(()),
            Some(wrong) => Err(TestCaseError::fail(format!("{text}\n{wrong}"))),
        }
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    let [unfit, proved, refuted, open] = counts.map(AtomicUsize::into_inner);
    println!("{proved} proved, {refuted} refuted, {open} not decided; {unfit} were no files that check lets through");
    assert!(proved * 4 > unfit, "too few files are right");
    assert!(refuted * 100 > proved, "too few files go round");
    assert!(open * 20 < proved, "too many files are not decided");
}
