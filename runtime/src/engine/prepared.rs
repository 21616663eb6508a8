//! A program made ready to run on many pairs.

use std::collections::HashSet;

use syncc_compiler::{
    ir::{Atom, Condition, Effect, End, FieldId, IrField, Lens, Mapping, Program, Test},
    schema::Scalar,
    value::{Canon, Record, Value},
};

use super::{Pair, agree::fields_of, fitted::Fitted, truth::View};

/// What a program makes of pairs. Prepared once, used for every pair; shares nothing between pairs.
#[derive(Debug)]
pub struct Engine<'p> {
    pub(super) program: &'p Program,
    /// How each side reads spellings, left first.
    pub(super) canon: [Canon; 2],
    /// For each rule: whether its condition asks if the record it is written from is deleted.
    pub(super) asks_deleted: Vec<bool>,
    /// Whether a rule deletes.
    pub(super) has_deletions: bool,
    /// Whether a field is a step on the ladder of consent.
    pub(super) has_ladder: bool,
    /// What a record made by a rule starts as, left first: every field empty, but for what its side has no place for.
    pub(super) blank: [Record; 2],
    /// What stands in for mappings where a side has no place for its fields.
    pub(super) fitted: Fitted,
}

impl<'p> Engine<'p> {
    /// An engine whose accounts have no country for phone numbers without a country code.
    #[must_use]
    pub fn new(program: &'p Program) -> Self {
        Self::with_canon(program, [Canon::default(), Canon::default()])
    }

    /// An engine with the way each account reads spellings, left first.
    #[must_use]
    pub fn with_canon(program: &'p Program, canon: [Canon; 2]) -> Self {
        let asks_deleted = program
            .rules
            .iter()
            .map(|rule| asks(&rule.condition, &program.atoms, &Atom { end: rule.from, test: Test::Deleted }))
            .collect();
        let blank = End::BOTH.map(|end| Record::filled_with(&Value::Empty, program.side(end).fields.len()));
        let has_deletions = program.rules.iter().any(|rule| {
            let back =
                rule.other_way.iter().flat_map(|back| back.make_true.iter().chain(back.make_false.iter().flatten()));
            rule.effects.iter().chain(rule.undo.iter().flatten()).chain(back).any(|effect| *effect == Effect::Deleted)
        });
        let is_step = |field: &IrField| field.ty.scalar() == Scalar::Consent;
        let has_ladder = program.sides.iter().any(|side| side.fields.iter().any(is_step));
        Self { program, canon, asks_deleted, has_deletions, has_ladder, blank, fitted: Fitted::default() }
    }

    /// The same engine for sides that have no place for these fields, left first: a record that is made holds nothing in them,
    /// and is not known to.
    #[must_use]
    pub fn lacking(mut self, lacks: [Vec<FieldId>; 2]) -> Self {
        if lacks.iter().all(Vec::is_empty) {
            return self;
        }
        for (blank, lacks) in self.blank.iter_mut().zip(&lacks) {
            lacks.iter().for_each(|field| blank.put(*field, Value::Unknown));
        }
        self.fitted = Fitted::of(self.program, &lacks.map(HashSet::from_iter));
        self
    }

    /// The lens of the mapping at this index, as it is for these sides; `None` where another mapping carries what it would.
    pub(super) fn lens<'e>(&'e self, index: usize, mapping: &'e Mapping) -> Option<&'e Lens> {
        self.fitted.lens(index, mapping)
    }

    /// What stands in for the mappings of the program, for whoever tells of a plan.
    pub(crate) fn fitted(&self) -> &Fitted {
        &self.fitted
    }

    /// By the index of each field of each side, left first, whether something reads it: a mapping from there, or a rule.
    #[must_use]
    pub fn reads(&self) -> [Vec<bool>; 2] {
        let mut reads = End::BOTH.map(|end| vec![false; self.program.side(end).fields.len()]);
        let mut note = |end: End, field: FieldId| {
            if let Some(read) = reads[end.index()].get_mut(field.index()) {
                *read = true;
            }
        };
        for (index, mapping) in self.program.mappings.iter().enumerate() {
            let fields = self.lens(index, mapping).map(fields_of).unwrap_or_default();
            fields
                .into_iter()
                .filter(|(end, _)| mapping.direction.from(*end))
                .for_each(|(end, field)| note(end, field));
        }
        for atom in &self.program.atoms {
            atom.test.field().into_iter().for_each(|field| note(atom.end, field));
        }
        for rule in &self.program.rules {
            let there = rule.effects.iter().chain(rule.undo.iter().flatten());
            there.filter_map(Effect::field).for_each(|field| note(rule.from.other(), field));
            let back = rule.other_way.iter();
            let back = back.flat_map(|way| way.make_true.iter().chain(way.make_false.iter().flatten()));
            back.filter_map(Effect::field).for_each(|field| note(rule.from, field));
        }
        reads
    }

    /// The program that it runs.
    #[must_use]
    pub fn program(&self) -> &'p Program {
        self.program
    }

    /// Whether the condition of the rule at this index holds for the pair as it stands, before any step.
    /// `None` when it cannot be told, because an answer did not carry a field, or when there is no such rule.
    #[must_use]
    pub fn holds(&self, rule: usize, pair: &Pair) -> Option<bool> {
        self.rule_holds(rule, &View::of(pair))
    }

    /// Whether a condition over the atoms of the program is true of the pair as it stands, before any step.
    /// `None` when it cannot be told, because an answer did not carry a field.
    #[must_use]
    pub fn is_true(&self, condition: &Condition, pair: &Pair) -> Option<bool> {
        self.condition(condition, &View::of(pair))
    }

    /// Whether everything that the rule at this index asks for is so, as the pair stands before any step.
    /// `None` when it cannot be told, or when there is no such rule.
    #[must_use]
    pub fn effects_are_so(&self, rule: usize, pair: &Pair) -> Option<bool> {
        self.effects_hold(rule, &View::of(pair))
    }

    /// Whether contacts such as this one flow away from this end, as the pair stands before any step.
    #[must_use]
    pub fn in_scope(&self, from: End, pair: &Pair) -> bool {
        self.scope(&View::of(pair))[from.index()]
    }
}

fn asks(condition: &Condition, atoms: &[Atom], wanted: &Atom) -> bool {
    match condition {
        Condition::Atom(id) => atoms.get(id.index()) == Some(wanted),
        Condition::Not(inner) => asks(inner, atoms, wanted),
        Condition::All(all) | Condition::Any(all) => all.iter().any(|one| asks(one, atoms, wanted)),
    }
}
