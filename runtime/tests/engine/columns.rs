//! Many pairs at once against one at a time, on random programs and pairs: nothing may differ.

use proptest::{collection::vec, prelude::*, strategy::ValueTree, test_runner::TestRunner};
use syncc_compiler::ir::{AtomId, Condition, End, Rule};
use syncc_runtime::engine::{Base, Columnar, Engine, Facts, Kind, Known, Linked, Outcome, Pair, Row, Status, plan};

use crate::{
    agreement::config,
    generate::{pair, program},
};

/// Pairs of every kind, and what a cycle leaves of them: most of those are in sync.
fn with_ends(engine: &Engine<'_>, pairs: &[Pair]) -> Vec<Pair> {
    let again = |pair: &Pair| {
        let outcome = engine.cycle(pair);
        Pair { now: outcome.end, base: outcome.base, later: pair.later }
    };
    pairs.iter().cloned().chain(pairs.iter().map(again)).collect()
}

/// A plan of linked pairs and of contacts alone, with ids that tell them apart.
fn planned(engine: &Engine<'_>, pairs: &[Pair]) -> Vec<(Pair, Outcome)> {
    let mut known: [Vec<Known>; 2] = Default::default();
    let mut links = Vec::new();
    let mut expected = Vec::new();
    for (nth, pair) in pairs.iter().enumerate() {
        let id = format!("{nth:04}");
        let linked = pair.now.iter().all(Option::is_some) || pair.base.is_some();
        for end in End::BOTH {
            let record = pair.now[end.index()].clone();
            if linked || record.is_some() {
                known[end.index()].push(Known { id: id.clone(), record, edited: None });
            }
        }
        if linked {
            links.push(Linked { ids: [id.clone(), id], base: pair.base.clone() });
        }
        expected.push(Pair { later: None, ..pair.clone() });
    }
    let plan = plan(engine, [&known[0], &known[1]], &links, &Facts::default());
    let items = plan.items.into_iter().filter_map(|item| {
        let id = item.ids.iter().flatten().next()?;
        match item.kind {
            // Contacts that happen to share a key are planned as a new pair: not what was asked.
            Kind::Pair(outcome) if item.matched.is_none() => {
                Some((expected[id.parse::<usize>().ok()?].clone(), outcome))
            }
            _ => None,
        }
    });
    items.collect()
}

/// Conditions in which "all", "any" and "not" stand within each other many times, over the atoms of any program.
fn deep() -> impl Strategy<Value = Condition> {
    let leaf = any::<u32>().prop_map(|atom| Condition::Atom(AtomId(atom)));
    leaf.prop_recursive(6, 24, 4, |inner| {
        prop_oneof![
            1 => inner.clone().prop_map(|inner| Condition::Not(Box::new(inner))),
            2 => vec(inner.clone(), 1..4).prop_map(Condition::All),
            2 => vec(inner, 1..4).prop_map(Condition::Any),
        ]
    })
}

/// The condition with its atoms among so many.
fn among(atoms: u32, condition: Condition) -> Condition {
    let parts = |parts: Vec<_>| parts.into_iter().map(|part| among(atoms, part)).collect();
    match condition {
        Condition::Atom(id) => Condition::Atom(AtomId(id.0 % atoms)),
        Condition::Not(inner) => Condition::Not(Box::new(among(atoms, *inner))),
        Condition::All(all) => Condition::All(parts(all)),
        Condition::Any(any) => Condition::Any(parts(any)),
    }
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn each_rule_holds_for_the_same_pairs(program in program(), pairs in vec(pair(), 1..100)) {
        let engine = Engine::new(&program);
        let columnar = Columnar::new(&engine);
        let columns = columnar.read(&pairs);
        let matches = columnar.matches(&columns);
        prop_assert_eq!(matches.pairs(), pairs.len());
        let counts = columnar.counts(&columns);
        let mut row = Row::new(&columnar);
        for (nth, pair) in pairs.iter().enumerate() {
            let expected: Vec<_> = (0..program.rules.len()).map(|rule| engine.holds(rule, pair)).collect();
            let found: Vec<_> = (0..program.rules.len()).map(|rule| matches.holds(rule, nth)).collect();
            prop_assert_eq!(&found, &expected);
            let alone: Vec<_> = row.rules(pair).collect();
            let hold: Vec<_> = (0..program.rules.len()).filter(|rule| expected[*rule] == Some(true)).collect();
            prop_assert_eq!(alone, hold);
        }
        for (rule, [count, _]) in counts.into_iter().enumerate() {
            prop_assert_eq!(count, pairs.iter().filter(|pair| engine.holds(rule, pair) == Some(true)).count());
            prop_assert_eq!(count, matches.count(rule));
        }
        prop_assert_eq!(matches.holds(program.rules.len(), 0), None);
        prop_assert_eq!(matches.holds(0, pairs.len()), None);
    }

    #[test]
    fn conditions_of_any_depth_hold_for_the_same_pairs(
        program in program(), conditions in vec(deep(), 150), pairs in vec(pair(), 1..10)
    ) {
        let mut program = program;
        let atoms = program.atoms.len() as u32;
        prop_assume!(atoms > 0);
        let rules = program.rules.iter().cycle().zip(conditions);
        program.rules = rules.map(|(rule, all)| Rule { condition: among(atoms, all), ..rule.clone() }).collect();
        let engine = Engine::new(&program);
        let columnar = Columnar::new(&engine);
        let matches = columnar.matches(&columnar.read(&pairs));
        let mut row = Row::new(&columnar);
        for (nth, pair) in pairs.iter().enumerate() {
            let expected: Vec<_> = (0..program.rules.len()).map(|rule| engine.holds(rule, pair)).collect();
            let found: Vec<_> = (0..program.rules.len()).map(|rule| matches.holds(rule, nth)).collect();
            prop_assert_eq!(&found, &expected);
            let alone: Vec<_> = row.rules(pair).collect();
            let hold: Vec<_> = (0..program.rules.len()).filter(|rule| expected[*rule] == Some(true)).collect();
            prop_assert_eq!(alone, hold);
        }
    }

    #[test]
    fn a_plan_says_of_each_pair_what_a_cycle_says(program in program(), pairs in vec(pair(), 1..12)) {
        let engine = Engine::new(&program);
        for (pair, outcome) in planned(&engine, &with_ends(&engine, &pairs)) {
            prop_assert_eq!(outcome, engine.cycle(&pair));
        }
    }
}

/// Pairs are read in blocks: what holds of one does not depend on where it stands.
#[test]
fn a_pair_beyond_the_first_block_reads_as_within_it() {
    let mut runner = TestRunner::deterministic();
    let program = program().new_tree(&mut runner).unwrap().current();
    let pairs = vec(pair(), 30).new_tree(&mut runner).unwrap().current();
    let many: Vec<Pair> = pairs.iter().cycle().take(2_500).cloned().collect();
    let engine = Engine::new(&program);
    let columnar = Columnar::new(&engine);
    let (few, matches) = (columnar.matches(&columnar.read(&pairs)), columnar.matches(&columnar.read(&many)));
    let quiet = columnar.quiet(&many);
    for nth in 0..many.len() {
        for rule in 0..program.rules.len() {
            assert_eq!(matches.holds(rule, nth), few.holds(rule, nth % pairs.len()));
        }
        assert_eq!(quiet[nth], quiet[nth % pairs.len()]);
    }
}

/// What is in sync is mostly found to be without the engine: else the columns would be for nothing.
#[test]
fn nearly_all_that_has_nothing_to_do_is_found_by_its_columns() {
    let mut runner = TestRunner::deterministic();
    let (mut quiet, mut found) = (0, 0);
    for _ in 0..300 {
        let program = program().new_tree(&mut runner).unwrap().current();
        // Consent flows without a change: such programs are the engine's.
        let program = without_consent(program);
        let engine = Engine::new(&program);
        let columnar = Columnar::new(&engine);
        let pairs = vec(pair(), 20).new_tree(&mut runner).unwrap().current();
        let pairs = with_ends(&engine, &pairs);
        let ends: Vec<Pair> =
            pairs.into_iter().filter(|pair| engine.cycle(pair).status == Status::InSync && same(pair)).collect();
        quiet += ends.len();
        found += columnar.quiet(&ends).into_iter().flatten().filter(|status| *status == Status::InSync).count();
    }
    assert!(quiet > 1_000, "{quiet}");
    // The rest are programs whose rules contradict each other: which one yields is for the engine to say.
    assert!(found * 100 >= quiet * 85, "{found} of {quiet}");
}

fn same(pair: &Pair) -> bool {
    pair.base == Some(Base { sides: pair.now.clone() })
}

fn without_consent(mut program: syncc_compiler::ir::Program) -> syncc_compiler::ir::Program {
    use syncc_compiler::schema::{Scalar, Type};
    for side in &mut program.sides {
        for field in &mut side.fields {
            if field.ty.scalar() == Scalar::Consent {
                field.ty = Type::One(Scalar::Choice);
            }
        }
    }
    program
}
