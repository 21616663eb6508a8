//! What `diff` says of two files, held against the engine on random files and pairs: what is said to mean the same makes
//! the same of every pair, and every contact that is shown ends otherwise.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "what a test sets up is there, or the test fails")]

#[path = "../proof/files.rs"]
mod files;
#[path = "../proof/pairs.rs"]
mod pairs;

use proptest::{
    prelude::*,
    sample::Index,
    strategy::ValueTree,
    test_runner::{RngAlgorithm, TestRng, TestRunner},
};
use syncc_compiler::{
    ir::{End, Program},
    value::{Record, Value},
};
use syncc_runtime::{
    diff::{Connection, Example, compare, join},
    engine::{Base, Engine, Outcome, Pair, Status},
};

/// Files that are tried, each with a change of it. Where they are said to mean the same, on [`PAIRS`] pairs.
const FILES: usize = 800;
const PAIRS: usize = 24;

/// What somebody does to a file.
#[derive(Clone, Debug)]
enum Edit {
    /// Two lines change places.
    Swap(Index, Index),
    /// A line goes.
    Remove(Index),
    /// A line comes twice.
    Again(Index),
    /// A line of another file comes.
    Take(Index),
    /// A rule is written in another way that means the same.
    Reword(Index),
    /// A rule with `or` becomes two.
    Split(Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    let line = any::<Index>;
    prop_oneof![
        2 => (line(), line()).prop_map(|(one, other)| Edit::Swap(one, other)),
        1 => line().prop_map(Edit::Remove),
        1 => line().prop_map(Edit::Again),
        1 => line().prop_map(Edit::Take),
        3 => line().prop_map(Edit::Reword),
        2 => line().prop_map(Edit::Split),
    ]
}

/// `when CONDITION then REST`, taken apart.
fn taken_apart(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("when ")?.split_once(" then ")
}

fn edited(lines: &[String], other: &[String], edit: &Edit) -> Vec<String> {
    let mut lines = lines.to_vec();
    // The first line says what is connected.
    let place = |index: &Index, lines: &[String]| (lines.len() > 1).then(|| 1 + index.index(lines.len() - 1));
    let at = |index: &Index| place(index, &lines);
    match edit {
        Edit::Swap(one, other) => {
            if let (Some(one), Some(other)) = (at(one), at(other)) {
                lines.swap(one, other);
            }
        }
        Edit::Remove(one) => drop(at(one).map(|one| lines.remove(one))),
        Edit::Again(one) => {
            if let Some(one) = at(one) {
                lines.push(lines[one].clone());
            }
        }
        Edit::Take(one) => lines.extend(place(one, other).map(|one| other[one].clone())),
        Edit::Reword(one) => {
            if let Some(one) = at(one)
                && let Some((condition, rest)) = taken_apart(&lines[one])
            {
                lines[one] = match condition.split_once(" and ") {
                    Some((first, more)) if !more.contains('(') => {
                        format!("when not (not ({more}) or not ({first})) and ({first} or {more}) then {rest}")
                    }
                    _ => format!("when ({condition}) and ({condition}) then {rest}"),
                };
            }
        }
        Edit::Split(one) => {
            if let Some(one) = at(one)
                && let Some((condition, rest)) = taken_apart(&lines[one])
                && let Some((first, any)) = condition.split_once(" and (")
                && let Some((left, right)) = any.trim_end_matches(')').split_once(" or ")
            {
                let [left, right] = [left, right].map(|part| format!("when {first} and ({part}) then {rest}"));
                lines.splice(one..=one, [left, right]);
            }
        }
    }
    lines
}

/// A record over the fields of `from`, as one over those of `to`.
fn carried(record: &Record, end: End, from: &Program, to: &Program) -> Record {
    let fields = to.side(end).fields.iter();
    let value = |name: &str| from.side(end).field(name).map_or(Value::Empty, |field| record.get(field).clone());
    Record::new(fields.map(|field| value(&field.name)).collect())
}

fn carried_pair(pair: &Pair, from: &Program, to: &Program) -> Pair {
    let sides = |sides: &[Option<Record>; 2]| {
        End::BOTH.map(|end| sides[end.index()].as_ref().map(|record| carried(record, end, from, to)))
    };
    let base = pair.base.as_ref().map(|base| Base { sides: sides(&base.sides) });
    Pair { now: sides(&pair.now), base, later: pair.later }
}

/// A pair in which every field is known.
fn known(pair: Pair) -> Pair {
    let record = |record: Record| {
        Record::new(
            record.values().iter().map(|value| if value.is_known() { value.clone() } else { Value::Empty }).collect(),
        )
    };
    let sides = |sides: [Option<Record>; 2]| sides.map(|side| side.map(record));
    Pair { now: sides(pair.now), base: pair.base.map(|base| Base { sides: sides(base.sides) }), ..pair }
}

/// What a program makes of a pair over the fields of another one: the end and what is remembered, over those.
fn end(program: &Program, pair: &Pair, fields: &Program) -> (Pair, bool) {
    let Outcome { end, base, status, .. } = Engine::new(program).cycle(&carried_pair(pair, fields, program));
    let mut end = carried_pair(&Pair { now: end, base, later: None }, program, fields);
    // What the program does not know stays as it is.
    for at in End::BOTH {
        if let (Some(given), Some(record)) = (&pair.now[at.index()], &mut end.now[at.index()]) {
            for field in fields.side(at).fields.iter().filter(|field| program.side(at).field(&field.name).is_none()) {
                let id = fields.side(at).field(&field.name).unwrap();
                record.put(id, given.get(id).clone());
            }
        }
    }
    (Pair { base: None, ..end }, status == Status::Refused)
}

fn examples(connection: &Connection) -> Vec<&Example> {
    let scope = connection.scope.iter().map(|flow| &flow.example);
    let rules = connection.rules.iter().flat_map(|rule| &rule.deltas).map(|delta| &delta.example);
    let settings = connection.settings.iter().map(|setting| &setting.example);
    let mappings = connection.mappings.iter().map(|mapping| &mapping.example);
    let orders = connection.orders.iter().map(|order| &order.example);
    scope.chain(rules).chain(settings).chain(mappings).chain(orders).flatten().collect()
}

#[test]
fn the_same_is_the_same_and_every_contact_shown_differs() {
    let accounts = files::accounts();
    let mut runner = TestRunner::new_with_rng(
        proptest::test_runner::Config::default(),
        TestRng::deterministic_rng(RngAlgorithm::ChaCha),
    );
    let (mut same, mut differ, mut shown, mut silent) = (0, 0, 0, 0);
    for _ in 0..FILES {
        let drawn = (files::file(), files::file(), proptest::collection::vec(edit(), 1..3));
        let (lines, other, edits) = drawn.new_tree(&mut runner).unwrap().current();
        let changed = edits.iter().fold(lines.clone(), |lines, edit| edited(&lines, &other, edit));
        let texts = [lines.join("\n"), changed.join("\n")];
        let [old, new] = texts.each_ref().map(|text| files::program(text, &accounts));
        let (Some(old), Some(new)) = (old, new) else { continue };
        let report = compare(&[&old], &[&new]);
        let [connection] = report.connections.as_slice() else { panic!("{texts:#?}\n{report:#?}") };
        let [fields, _] = join(&old, &new);
        let examples = examples(connection);
        for example in &examples {
            let ends = [&old, &new].map(|program| end(program, &example.pair, &fields));
            assert_ne!(ends[0], ends[1], "{texts:#?}\n{example:#?}");
            assert!(!example.fields.is_empty(), "{texts:#?}\n{example:#?}");
        }
        if report.same {
            same += 1;
            let pairs = pairs::pair(&fields);
            for _ in 0..PAIRS {
                let pair = known(pairs.new_tree(&mut runner).unwrap().current());
                let ends = [&old, &new].map(|program| end(program, &pair, &fields));
                assert_eq!(ends[0], ends[1], "{texts:#?}\n{pair:#?}\n{connection:#?}");
            }
        } else {
            differ += 1;
            shown += usize::from(!examples.is_empty());
            silent += usize::from(examples.is_empty());
        }
    }
    println!("{same} said to mean the same, {differ} to differ, {shown} of them with a contact, {silent} without");
    assert!(same > FILES / 20, "{same} of {FILES} said to mean the same");
    assert!(shown > silent * 2, "{shown} shown, {silent} not");
}
