//! The engine against the reference, and the promises of `docs/semantics.md`, on random programs and pairs.
//!
//! `PROPTEST_CASES` asks for more cases than those of a normal run: 2,000 against the reference, 500 for each promise.

use std::collections::BTreeSet;

use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};
use syncc_compiler::ir::End;
use syncc_runtime::engine::{Engine, Outcome, Pair, Status};

use crate::{
    generate::{OWN, pair, program},
    reference,
};

/// `PROPTEST_CASES`, or so many.
pub(crate) fn config(usual: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(usual), max_shrink_iters: 20_000, ..ProptestConfig::default() }
}

fn again(pair: &Pair, outcome: &Outcome) -> Pair {
    Pair { now: outcome.end.clone(), base: outcome.base.clone(), later: pair.later }
}

proptest! {
    #![proptest_config(config(2_000))]

    #[test]
    fn the_engine_does_what_the_book_says(program in program(), pair in pair()) {
        let outcome = Engine::new(&program).cycle(&pair);
        let verdict = reference::cycle(&program, &pair);
        let fired: Vec<_> = outcome.fired.iter().map(|fired| (fired.rule, fired.part)).collect();
        prop_assert_eq!(outcome.status, verdict.status);
        prop_assert_eq!(&outcome.end, &verdict.end);
        prop_assert_eq!(&outcome.base, &verdict.base);
        prop_assert_eq!(fired, verdict.fired);
    }
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn a_second_cycle_changes_nothing(program in program(), pair in pair()) {
        let engine = Engine::new(&program);
        let first = engine.cycle(&pair);
        prop_assume!(first.status != Status::Refused);
        let second = engine.cycle(&again(&pair, &first));
        prop_assert_eq!(&second.changes, &vec![]);
        prop_assert_eq!(&second.end, &first.end);
        prop_assert_eq!(&second.base, &first.base);
        prop_assert_eq!(&second.fired, &vec![]);
    }

    #[test]
    fn a_field_that_nothing_names_is_never_touched(program in program(), pair in pair()) {
        let outcome = Engine::new(&program).cycle(&pair);
        for end in End::BOTH {
            if let (Some(before), Some(after)) = (&pair.now[end.index()], &outcome.end[end.index()]) {
                prop_assert_eq!(before.get(OWN), after.get(OWN));
            }
        }
        prop_assert!(outcome.changes.iter().all(|change| change.field != Some(OWN)));
    }

    #[test]
    fn an_unknown_field_is_never_written(program in program(), pair in pair()) {
        let outcome = Engine::new(&program).cycle(&pair);
        for end in End::BOTH {
            if let (Some(before), Some(after)) = (&pair.now[end.index()], &outcome.end[end.index()]) {
                for (before, after) in before.values().iter().zip(after.values()) {
                    prop_assert!(before.is_known() || !after.is_known());
                }
            }
        }
    }

    #[test]
    fn what_was_deleted_is_never_made_again(program in program(), pair in pair()) {
        let outcome = Engine::new(&program).cycle(&pair);
        if let Some(base) = &pair.base {
            for side in [0, 1] {
                if base.sides[side].is_some() && pair.now[side].is_none() {
                    prop_assert!(outcome.end[side].is_none());
                    prop_assert_eq!(&outcome.base.as_ref().and_then(|base| base.sides[side].clone()), &base.sides[side]);
                }
            }
        }
    }
}

/// Random cases say something only if they go everywhere.
#[test]
fn the_random_cases_reach_every_outcome() {
    let mut runner = TestRunner::deterministic();
    let cases = (program(), pair());
    let mut statuses = BTreeSet::new();
    let mut parts = BTreeSet::new();
    for _ in 0..1_000 {
        let (program, pair) = cases.new_tree(&mut runner).unwrap().current();
        let outcome = Engine::new(&program).cycle(&pair);
        statuses.insert(outcome.status);
        parts.extend(outcome.fired.iter().map(|fired| fired.part));
    }
    assert_eq!(statuses.len(), 6, "{statuses:?}");
    assert_eq!(parts.len(), 3, "{parts:?}");
}
