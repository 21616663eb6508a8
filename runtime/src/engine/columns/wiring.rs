//! From the conditions and effects of a program to one circuit over the tests that they make.
//!
//! This is `truth.rs` once more, drawn instead of run. The two are held against each other on random programs and
//! pairs (`tests/engine/columns.rs`).

use std::collections::HashMap;

use syncc_compiler::ir::{Atom, Condition, Effect, End, FieldId, Test};

use super::{
    circuit::{ALWAYS, Drawing, NEVER, Truth, Wire},
    reader::Reader,
};
use crate::engine::{Engine, truth::View};

/// A circuit that is being drawn for a program, with the inputs that it asks of each pair.
pub(super) struct Wiring<'e> {
    engine: &'e Engine<'e>,
    pub(super) drawing: Drawing,
    pub(super) facts: Facts,
    pub(super) readers: Vec<Reader>,
    reader_of: HashMap<(End, FieldId), usize>,
}

/// The inputs that no test stands behind.
#[derive(Clone, Copy, Debug)]
pub(super) struct Facts {
    /// The record is there, left first.
    pub exists: [Wire; 2],
    /// The record was there and is gone, left first.
    pub deleted: [Wire; 2],
    /// Both records are there and both are as they were when they were last in step.
    pub unchanged: Wire,
    /// One record is there, and nothing is remembered.
    pub alone: Wire,
}

impl Facts {
    /// Sets the bits of the records of one pair. The other two facts compare whole records, and no condition asks for
    /// them.
    pub(super) fn of_records(&self, view: &View<'_>, mut set: impl FnMut(usize)) {
        for side in [0, 1] {
            let records = [(self.exists[side], view.now[side].is_some()), (self.deleted[side], view.deleted[side])];
            for (wire, so) in records {
                if let (Wire::Input(input), true) = (wire, so) {
                    set(input);
                }
            }
        }
    }
}

impl<'e> Wiring<'e> {
    pub(super) fn new(engine: &'e Engine<'e>) -> Self {
        let mut drawing = Drawing::new();
        let mut input = || Wire::Input(drawing.input());
        let facts =
            Facts { exists: [input(), input()], deleted: [input(), input()], unchanged: input(), alone: input() };
        Self { engine, drawing, facts, readers: Vec::new(), reader_of: HashMap::new() }
    }

    /// Whether the rule at this index holds.
    pub(super) fn rule(&mut self, index: usize) -> Truth {
        let Some(rule) = self.engine.program.rules.get(index) else { return Truth::UNDECIDED };
        let condition = self.condition(&rule.condition);
        let from = rule.from.index();
        let exists = self.facts.exists[from];
        let asks_deleted = self.engine.asks_deleted.get(index).copied().unwrap_or(false);
        let there = if asks_deleted { self.drawing.or(exists, self.facts.deleted[from]) } else { exists };
        self.given(there, condition)
    }

    /// Whether all of these are true of the record at this end.
    pub(super) fn effects(&mut self, effects: &[Effect], end: End) -> Truth {
        let parts: Vec<Truth> = effects.iter().map(|effect| self.effect(effect, end)).collect();
        self.drawing.all(parts)
    }

    /// Whether the effect is true of the record at this end.
    pub(super) fn effect(&mut self, effect: &Effect, end: End) -> Truth {
        let so = match *effect {
            Effect::Exists => Truth { yes: ALWAYS, no: NEVER },
            Effect::Deleted => Truth { yes: NEVER, no: ALWAYS },
            Effect::Add(field, id) => self.test(end, &Test::Has(field, id)),
            Effect::Remove(field, id) => self.test(end, &Test::Has(field, id)).not(),
            Effect::Set(field, id) => self.test(end, &Test::Equals(field, id)),
            Effect::Clear(field) => self.test(end, &Test::Empty(field)),
        };
        self.given(self.facts.exists[end.index()], so)
    }

    /// `truth` where this is so, and false elsewhere.
    fn given(&mut self, this: Wire, truth: Truth) -> Truth {
        let yes = self.drawing.and(this, truth.yes);
        let elsewhere = self.drawing.and_not(ALWAYS, this);
        Truth { yes, no: self.drawing.or(elsewhere, truth.no) }
    }

    fn condition(&mut self, condition: &Condition) -> Truth {
        match condition {
            Condition::Atom(id) => match self.engine.program.atoms.get(id.index()) {
                Some(atom) => self.atom(atom),
                None => Truth::UNDECIDED,
            },
            Condition::Not(inner) => self.condition(inner).not(),
            Condition::All(parts) => {
                let parts: Vec<Truth> = parts.iter().map(|part| self.condition(part)).collect();
                self.drawing.all(parts)
            }
            Condition::Any(parts) => {
                let parts: Vec<Truth> = parts.iter().map(|part| self.condition(part).not()).collect();
                self.drawing.all(parts).not()
            }
        }
    }

    fn atom(&mut self, atom: &Atom) -> Truth {
        let fact = match atom.test {
            Test::Exists => self.facts.exists[atom.end.index()],
            Test::Deleted => self.facts.deleted[atom.end.index()],
            ref test => return self.test(atom.end, test),
        };
        Truth { yes: fact, no: self.drawing.and_not(ALWAYS, fact) }
    }

    /// A test of a field: surely not so where the value is known and the test does not hold.
    fn test(&mut self, end: End, test: &Test) -> Truth {
        let Some(field) = test.field() else { return Truth::UNDECIDED };
        let at = *self.reader_of.entry((end, field)).or_insert_with(|| {
            self.readers.push(Reader::new(end, field, self.drawing.input()));
            self.readers.len() - 1
        });
        let Some(reader) = self.readers.get_mut(at) else { return Truth::UNDECIDED };
        let yes = Wire::Input(reader.input(self.engine.program, test, &mut self.drawing));
        let known = Wire::Input(reader.known);
        Truth { yes, no: self.drawing.and_not(known, yes) }
    }
}
