//! Why an expectation is not met and why a rule did nothing: the atoms that are not as they had to be.

use syncc_compiler::{
    ir::{Atom, AtomId, Condition, End, Expectation, FieldId, Program, Rule, Test, show_value},
    value::Value,
};

use super::report::{Failure, Idle, RuleAt};
use crate::engine::{Engine, Pair};

/// An atom that is not as a condition wants it.
struct Miss<'p> {
    atom: &'p Atom,
    wanted: bool,
}

pub(super) fn failure(engine: &Engine<'_>, expect: &Expectation, end: &Pair) -> Failure {
    let program = engine.program();
    let mut got = Vec::new();
    for miss in misses(engine, &expect.condition, true, end) {
        let so = what_is(program, miss.atom, end);
        if !got.contains(&so) {
            got.push(so);
        }
    }
    Failure { line: expect.line, expected: expected(program, &expect.condition), got }
}

/// Why a rule does nothing to a pair.
pub(crate) fn idle(engine: &Engine<'_>, index: usize, rule: &Rule, end: &Pair) -> Idle {
    let program = engine.program();
    let mut not_so = Vec::new();
    if engine.holds(index, end) != Some(true) {
        let misses = misses(engine, &rule.condition, true, end);
        not_so.extend(misses.iter().map(|miss| program.show_atom(miss.atom, !miss.wanted)));
        // A condition that is true of nobody still needs somebody to be true of.
        if not_so.is_empty() {
            not_so.push(program.show_atom(&Atom { end: rule.from, test: Test::Exists }, false));
        }
    }
    let already = not_so.is_empty() && engine.effects_are_so(index, end) == Some(true);
    Idle { rule: RuleAt::of(rule), not_so, already }
}

/// The atoms that keep a condition from being what is wanted.
fn misses<'p>(engine: &Engine<'p>, condition: &Condition, wanted: bool, pair: &Pair) -> Vec<Miss<'p>> {
    if engine.is_true(condition, pair) == Some(wanted) {
        return Vec::new();
    }
    match condition {
        Condition::Atom(id) => atom(engine.program(), *id).map(|atom| Miss { atom, wanted }).into_iter().collect(),
        Condition::Not(inner) => misses(engine, inner, !wanted, pair),
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().flat_map(|part| misses(engine, part, wanted, pair)).collect()
        }
    }
}

fn atom(program: &Program, id: AtomId) -> Option<&Atom> {
    program.atoms.get(id.index())
}

/// An expectation as it is written: `google none`, or the condition.
fn expected(program: &Program, condition: &Condition) -> String {
    if let Condition::Not(inner) = condition
        && let Condition::Atom(id) = &**inner
        && let Some(Atom { end, test: Test::Exists }) = atom(program, *id)
    {
        return program.show_record(*end, None);
    }
    program.show_condition(condition, false)
}

/// What is so where an atom looks.
fn what_is(program: &Program, atom: &Atom, pair: &Pair) -> String {
    let record = pair.now[atom.end.index()].as_ref();
    match (record, atom.test.field()) {
        (Some(record), Some(field)) => field_is(program, atom.end, field, record.get(field)),
        (record, _) => program.show_record(atom.end, record),
    }
}

fn field_is(program: &Program, end: End, field: FieldId, value: &Value) -> String {
    let name = program.show_field(end, field);
    let is_set = program.side(end).fields.get(field.index()).is_some_and(|field| field.ty.is_set());
    if value.is_filled() || is_set { format!("{name} == {}", show_value(value)) } else { format!("{name} is empty") }
}
