//! Files that share accounts, taking turns: the verdict on all of them against the engine.

use std::sync::atomic::{AtomicUsize, Ordering};

use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    strategy::ValueTree,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use syncc_compiler::{
    ir::Program,
    proof::{Start, Verdict, prove, prove_together},
    value::{Record, Value},
};
use syncc_runtime::replay::goes_round;

use crate::{
    files::{accounts, program},
    pairs::pair,
};

const ENDS: [[&str; 2]; 3] = [["left", "right"], ["right", "third"], ["third", "left"]];

/// A file between two of the apps.
fn file([one, other]: [&'static str; 2]) -> impl Strategy<Value = Vec<String>> {
    let map = prop_oneof![
        4 => Just(None),
        1 => select(vec!["<->", "->", "<-"]).prop_map(move |arrow| Some(format!("map {one}.tags {arrow} {other}.tags"))),
        1 => select(vec!["<->", "->", "<-"]).prop_map(move |arrow| Some(format!("map {one}.status {arrow} {other}.status"))),
    ];
    let rule = (
        any::<bool>(),
        select(vec!["A", "B"]),
        select(vec!["==", "!="]),
        select(vec!["A", "B"]),
        select(vec!["+=", "-="]),
        select(vec!["", " undo", " undo", " undo other-way"]),
    )
        .prop_map(move |(forth, has, is, gets, op, tail)| {
            let (from, to) = if forth { (one, other) } else { (other, one) };
            format!("when {from}.tags {is} \"{has}\" then {to}.tags {op} \"{gets}\"{tail}")
        });
    (map, vec(rule, 0..3)).prop_map(move |(map, rules)| {
        let mut lines = vec![format!("sync {one} <-> {other}"), "map none".to_owned()];
        lines.extend(map);
        lines.extend(rules);
        lines
    })
}

fn files() -> impl Strategy<Value = Vec<Vec<String>>> {
    let all: Vec<_> = ENDS.map(file).into();
    (all, 2..4_usize).prop_map(|(mut files, count)| {
        files.truncate(count);
        files
    })
}

/// The same records without fields that answers did not carry: files that share records see the same of them.
fn known(record: Option<Record>, fields: usize) -> Record {
    let record = record.unwrap_or_else(|| Record::filled_with(&Value::Empty, fields));
    Record::new(
        record.values().iter().map(|value| if value.is_known() { value.clone() } else { Value::Empty }).collect(),
    )
}

pub(crate) fn start(program: &Program, runner: &mut TestRunner) -> Start {
    let pair = pair(program).new_tree(runner).unwrap().current();
    let [left, right] = pair.now;
    let base = pair.base.map_or([None, None], |base| base.sides);
    let count = |side: usize| program.sides[side].fields.len();
    let now = [known(left, count(0)), known(right, count(1))];
    let [left_base, right_base] = base;
    let base = [left_base.map(|base| known(Some(base), 0)), right_base.map(|base| known(Some(base), 0))];
    Start { now: now.map(Some), base, later: None }
}

#[test]
fn files_that_are_proved_together_come_to_rest() {
    const STARTS: usize = 12;
    let accounts = accounts();
    let counts = [const { AtomicUsize::new(0) }; 3];
    let asked = std::env::var("SYNCC_PROOF_FILES").ok().and_then(|files| files.parse::<u32>().ok());
    let cases = asked.map_or(1_500, |files| files.div_ceil(6));
    let config = Config { cases, max_shrink_iters: 4_000, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let result = runner.run(&files(), |files| {
        let text = files.iter().map(|lines| lines.join("\n")).collect::<Vec<_>>().join("\n\n");
        let programs: Option<Vec<Program>> = files.iter().map(|lines| program(&lines.join("\n"), &accounts)).collect();
        let Some(programs) = programs else { return Ok(()) };
        let proved = |program: &Program| matches!(prove(program, &|| {}).verdict, Verdict::Proved { .. });
        if !programs.iter().all(proved) {
            return Ok(());
        }
        let programs: Vec<&Program> = programs.iter().collect();
        let mut random = TestRunner::deterministic();
        match prove_together(&programs, &|| {}).verdict {
            Verdict::Proved { .. } => {
                counts[0].fetch_add(1, Ordering::Relaxed);
                for _ in 0..STARTS {
                    let starts: Vec<Start> = programs.iter().map(|program| start(program, &mut random)).collect();
                    prop_assert!(!goes_round(&programs, &starts), "proved, but goes round from {starts:#?}\n{text}");
                }
            }
            Verdict::Refuted(found) => {
                counts[1].fetch_add(1, Ordering::Relaxed);
                prop_assert!(goes_round(&programs, &found.starts), "refuted, but ends: {found:#?}\n{text}");
            }
            Verdict::NotDecided(_) => {
                counts[2].fetch_add(1, Ordering::Relaxed);
            }
        }
        Ok(())
    });
    if let Err(error) = result {
        panic!("{error}");
    }
    let [proved, refuted, open] = counts.map(AtomicUsize::into_inner);
    println!("together: {proved} proved, {refuted} refuted, {open} not decided");
    assert!(proved > 0 && refuted > 0, "{proved} proved, {refuted} refuted");
    assert!(open * 10 < proved, "{open} not decided of {proved}");
}
