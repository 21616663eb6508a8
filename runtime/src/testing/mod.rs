//! Pure: the `test` blocks of a file, run through the production engine.
//!
//! The two records of `given` are one pair that was never in step, or, where one of them was deleted, one that was in
//! step until then; a field that is not given is empty. The cycle is
//! repeated, each time with what the one before left to remember, until one changes nothing. Expectations are read on
//! that end; as in a rule, the fields of a record that is not there count as empty.
//!
//! There is no account, so phone numbers are read as the file spells them: with their country code.

mod report;
mod why;

use std::collections::BTreeSet;

use syncc_compiler::{
    ir::{End, Program, TestCase},
    value::{Record, Value},
};

pub(crate) use why::idle;

pub use report::{Acted, Failure, Idle, Report, RuleAt, Tested, Unsettled};

use crate::engine::{Base, Engine, Fired, Pair, Status};

/// The most cycles a test may take to come to rest. A second cycle of an ended one changes nothing, so two are enough
/// for an engine that keeps its promises.
pub const MOST_CYCLES: usize = 8;

/// Runs all tests of a file.
#[must_use]
pub fn run(program: &Program) -> Report {
    let program = program.with_tests();
    let engine = Engine::new(&program);
    let mut covered = BTreeSet::new();
    let tests = program.tests.cases.iter().map(|case| test(&engine, case, &mut covered)).collect();
    let rules = program.rules.iter().enumerate();
    let uncovered = rules.filter(|(index, rule)| !rule.implicit && !covered.contains(index));
    Report { tests, uncovered: uncovered.map(|(_, rule)| RuleAt::of(rule)).collect() }
}

/// Runs one test and adds the rules that acted in it.
fn test(engine: &Engine<'_>, case: &TestCase, covered: &mut BTreeSet<usize>) -> Tested {
    let program = engine.program();
    let start = start(program, case);
    let (end, fired, unsettled) = settle(engine, start);
    let failures: Vec<Failure> = case
        .expect
        .iter()
        .filter(|expect| engine.is_true(&expect.condition, &end) != Some(true))
        .map(|expect| why::failure(engine, expect, &end))
        .collect();
    covered.extend(fired.iter().map(|fired| fired.rule));
    let rules = program.rules.iter().enumerate();
    let idle = rules.filter(|(index, _)| fired.iter().all(|fired| fired.rule != *index));
    Tested {
        line: case.line,
        name: case.name.clone(),
        passed: failures.is_empty() && unsettled.is_none(),
        unsettled,
        failures,
        idle: idle.map(|(index, rule)| why::idle(engine, index, rule, &end)).collect(),
        acted: fired
            .iter()
            .filter_map(|fired| Some(Acted { rule: RuleAt::of(program.rules.get(fired.rule)?), part: fired.part }))
            .collect(),
    }
}

/// A pair that was never in step; one of which a record was deleted was in step with the other as it is given.
fn start(program: &Program, case: &TestCase) -> Pair {
    let now = End::BOTH.map(|end| given(program, case, end));
    let was = |end: End| match case.deleted[end.index()] {
        true => Some(blank(program, end)),
        false => now[end.index()].clone(),
    };
    let base = case.deleted.contains(&true).then(|| Base { sides: End::BOTH.map(was) });
    Pair { now, base, later: None }
}

/// A record with no field filled.
fn blank(program: &Program, end: End) -> Record {
    Record::filled_with(&Value::Empty, program.side(end).fields.len())
}

fn given(program: &Program, case: &TestCase, end: End) -> Option<Record> {
    let fields = case.given[end.index()].as_ref()?;
    let mut record = blank(program, end);
    for (field, value) in fields {
        record.put(*field, value.clone());
    }
    Some(record)
}

/// Cycles until one changes nothing: where that ends, and what fired on the way.
fn settle(engine: &Engine<'_>, mut pair: Pair) -> (Pair, BTreeSet<Fired>, Option<Unsettled>) {
    let mut fired = BTreeSet::new();
    for _ in 0..MOST_CYCLES {
        let outcome = engine.cycle(&pair);
        if outcome.status == Status::Refused {
            return (pair, fired, Some(Unsettled::Refused));
        }
        fired.extend(outcome.fired);
        let next = Pair { now: outcome.end, base: outcome.base, later: None };
        if next == pair {
            return (pair, fired, None);
        }
        pair = next;
    }
    (pair, fired, Some(Unsettled::Restless))
}
