//! What conditions ask for at first sight, so that most pairs of rules need no search.

use std::{
    cell::OnceCell,
    collections::{BTreeMap, BTreeSet},
};

use super::{
    Place,
    ask::Ask,
    included::{Literal, literals},
    plain::{self, Plain},
};
use crate::{
    ir::{AtomId, Condition, ConstId, Effect, End, FieldId, Program, Rule, Test},
    logic::{Contact, each_atom},
};

/// A field of one of the two records.
pub(super) type Field = (End, FieldId);

/// What a condition asks for.
#[derive(Debug, Default)]
pub(super) struct Shape {
    /// Tests of which each must be as told here.
    literals: BTreeMap<AtomId, bool>,
    /// Single-valued fields that must be one of these.
    pub(super) pins: BTreeMap<Field, BTreeSet<ConstId>>,
    /// For each part joined by `and` what another condition must tell of, one thing of these at least, to imply it.
    pub(super) needs: Vec<BTreeSet<Topic>>,
    /// Everything that it tells of.
    pub(super) tells: BTreeSet<Topic>,
}

/// A value of a field, or the field as a whole.
///
/// That a field has a value follows only from a condition that names the value. That it is empty, filled, within bounds
/// or not a value follows from whatever is said of the field.
pub(super) type Topic = (End, FieldId, Option<ConstId>);

impl Shape {
    fn of(program: &Program, condition: &Condition) -> Self {
        let mut shape = Self::default();
        let mut open = vec![condition];
        while let Some(part) = open.pop() {
            if let Condition::All(parts) = part {
                open.extend(parts);
                continue;
            }
            shape.literal(part);
            shape.pin(program, part);
            let mut needs = BTreeSet::new();
            needed(program, part, true, &mut needs);
            shape.needs.push(needs);
        }
        each_atom(condition, &mut |id| {
            let Some(atom) = program.atoms.get(id.index()) else { return };
            let Some(field) = atom.test.field() else { return };
            shape.tells.insert((atom.end, field, None));
            shape.tells.extend(atom.test.constant().map(|constant| (atom.end, field, Some(constant))));
        });
        shape
    }

    fn literal(&mut self, part: &Condition) {
        match part {
            Condition::Atom(id) => {
                self.literals.insert(*id, true);
            }
            Condition::Not(inner) => {
                if let Condition::Atom(id) = **inner {
                    self.literals.insert(id, false);
                }
            }
            Condition::All(_) | Condition::Any(_) => {}
        }
    }

    /// `FIELD == value`, and `FIELD in [ … ]`.
    fn pin(&mut self, program: &Program, part: &Condition) {
        let equals = |part: &Condition| match part {
            Condition::Atom(id) => match program.atoms.get(id.index()).map(|atom| (atom.end, &atom.test)) {
                Some((end, Test::Equals(field, constant))) => Some(((end, *field), *constant)),
                _ => None,
            },
            _ => None,
        };
        let choices = match part {
            Condition::Any(parts) => parts.as_slice(),
            one => std::slice::from_ref(one),
        };
        let pins: Option<Vec<_>> = choices.iter().map(equals).collect();
        let Some(pins) = pins else { return };
        if let Some((field, _)) = pins.first().copied()
            && pins.iter().all(|(other, _)| *other == field)
        {
            self.pins.entry(field).or_insert_with(|| pins.into_iter().map(|(_, constant)| constant).collect());
        }
    }
}

/// What implies that a condition holds, or that it fails, tells of one of these.
fn needed(program: &Program, condition: &Condition, holds: bool, into: &mut BTreeSet<Topic>) {
    match condition {
        Condition::Not(inner) => needed(program, inner, !holds, into),
        Condition::All(parts) | Condition::Any(parts) => {
            parts.iter().for_each(|part| needed(program, part, holds, into));
        }
        Condition::Atom(id) => {
            let Some(atom) = program.atoms.get(id.index()) else { return };
            let Some(field) = atom.test.field() else { return };
            let (value, whole) = match atom.test {
                Test::Has(_, element) => (Some(element), !holds),
                Test::Equals(_, value) if holds => (Some(value), false),
                _ => (None, true),
            };
            into.extend(value.map(|value| (atom.end, field, Some(value))));
            if whole {
                into.insert((atom.end, field, None));
            }
        }
    }
}

/// What is found out of a rule once, however often it is compared with others.
#[derive(Debug, Default)]
pub(crate) struct Known {
    shape: OnceCell<Shape>,
    literals: OnceCell<Option<Vec<Literal>>>,
    plain: OnceCell<Plain>,
    everybody: OnceCell<bool>,
}

impl Known {
    /// What a walk tells of the condition of the rule.
    pub(super) fn plain(&self, program: &Program, rule: &Rule) -> Plain {
        *self.plain.get_or_init(|| plain::of(program, &rule.condition))
    }

    /// Whether the rule holds for everybody of its app, found out once.
    pub(super) fn everybody(&self, ask: impl FnOnce() -> bool) -> bool {
        *self.everybody.get_or_init(ask)
    }
}

/// Some rules that do the same thing, in the order of the file, and what is known of every two of their conditions.
pub(super) struct Pairs<'p> {
    pub(super) program: &'p Program,
    known: &'p [Known],
    /// Which rules, by their index in the program.
    pub(super) rules: &'p [usize],
    pub(super) ask: &'p Ask<'p>,
}

impl<'p> Pairs<'p> {
    pub(super) fn new(program: &'p Program, known: &'p [Known], rules: &'p [usize], ask: &'p Ask<'p>) -> Self {
        Self { program, known, rules, ask }
    }

    /// The rule at this place among these.
    pub(super) fn rule(&self, at: usize) -> Option<&'p Rule> {
        self.program.rules.get(*self.rules.get(at)?)
    }

    /// One of these rules and which of its effects.
    pub(super) fn of(&self, (at, effect): (usize, usize)) -> Option<Place> {
        Some((*self.rules.get(at)?, effect))
    }

    /// A rule and the first of its effects that fits.
    pub(super) fn place(&self, at: usize, fits: impl Fn(&Effect) -> bool) -> Option<Place> {
        self.of((at, self.rule(at)?.effects.iter().position(fits)?))
    }

    fn known(&self, at: usize) -> Option<&'p Known> {
        self.known.get(*self.rules.get(at)?)
    }

    /// What the condition of a rule asks for.
    pub(super) fn shape(&self, at: usize) -> Option<&'p Shape> {
        let condition = &self.rule(at)?.condition;
        Some(self.known(at)?.shape.get_or_init(|| Shape::of(self.program, condition)))
    }

    /// The literals of the condition of a rule, where it is nothing but `and` over tests.
    pub(super) fn literals(&self, at: usize) -> Option<&'p [Literal]> {
        let condition = &self.rule(at)?.condition;
        self.known(at)?.literals.get_or_init(|| literals(condition)).as_deref()
    }

    /// Whether no more questions are answered.
    pub(super) fn is_spent(&self) -> bool {
        self.ask.is_spent()
    }

    /// Whether a test must hold or fail wherever the rule holds, as far as its condition says so outright.
    pub(super) fn says(&self, at: usize, test: AtomId) -> Option<bool> {
        self.shape(at)?.literals.get(&test).copied()
    }

    /// Whether two rules certainly never hold together, seen at once.
    fn apart(&self, one: usize, other: usize) -> bool {
        let (Some(one), Some(other)) = (self.shape(one), self.shape(other)) else { return true };
        let (few, many) = if one.literals.len() < other.literals.len() { (one, other) } else { (other, one) };
        few.literals.iter().any(|(id, holds)| many.literals.get(id).is_some_and(|other| other != holds))
            || one
                .pins
                .iter()
                .any(|(field, values)| other.pins.get(field).is_some_and(|others| values.is_disjoint(others)))
    }

    /// A contact for which both rules hold.
    pub(super) fn together(&self, one: usize, other: usize) -> Option<Contact> {
        if self.apart(one, other) {
            return None;
        }
        let (one, other) = (self.rule(one)?, self.rule(other)?);
        self.ask.shown(one, &[(&one.condition, true), (&other.condition, true)])
    }

    /// Whether `wide` certainly holds wherever `narrow` does. Both start from one app.
    pub(super) fn implies(&self, narrow: usize, wide: usize) -> bool {
        let (Some(narrow_shape), Some(wide_shape)) = (self.shape(narrow), self.shape(wide)) else { return false };
        let (Some(narrow), Some(wide)) = (self.rule(narrow), self.rule(wide)) else { return false };
        if narrow.condition == wide.condition {
            return true;
        }
        let told = |needs: &BTreeSet<Topic>| needs.is_empty() || !needs.is_disjoint(&narrow_shape.tells);
        wide_shape.needs.iter().all(told)
            && !self.ask.is_spent()
            && !self.opposed(narrow_shape, wide_shape)
            && self.ask.never(narrow, &[(&narrow.condition, true), (&wide.condition, false)])
    }

    /// Whether a test that one asks for is one that the other asks to fail: then nothing follows.
    fn opposed(&self, narrow: &Shape, wide: &Shape) -> bool {
        wide.literals.iter().any(|(id, holds)| narrow.literals.get(id).is_some_and(|other| other != holds))
    }
}
