//! Whether conditions and effects hold: three-valued, because an answer may not carry a field.
//!
//! `None` stands for undecided. A test of an unknown field is read on the base, if the base knows it.

use syncc_compiler::{
    ir::{Atom, Condition, Effect, End, FieldId, Test, has},
    value::{Record, Value},
};

use super::{Base, Engine, Pair};

/// A pair as conditions read it.
#[derive(Clone, Copy, Debug)]
pub(super) struct View<'a> {
    /// The records, left first.
    pub now: [Option<&'a Record>; 2],
    /// What they were when they were last in step, left first.
    pub base: [Option<&'a Record>; 2],
    /// Which ones were there and are gone.
    pub deleted: [bool; 2],
}

impl<'a> View<'a> {
    /// Records with the base that they are compared to.
    pub(super) fn new(now: &'a [Option<Record>; 2], base: Option<&'a Base>) -> Self {
        Self::of_sides(now.each_ref().map(Option::as_ref), base)
    }

    /// The same of records that are kept elsewhere.
    pub(super) fn of_sides(now: [Option<&'a Record>; 2], base: Option<&'a Base>) -> Self {
        let base = match base {
            Some(base) => base.sides.each_ref().map(Option::as_ref),
            None => [None, None],
        };
        let deleted = [0, 1].map(|side: usize| base[side].is_some() && now[side].is_none());
        Self { now, base, deleted }
    }

    pub(super) fn of(pair: &'a Pair) -> Self {
        Self::new(&pair.now, pair.base.as_ref())
    }

    /// The same pair as it was when it was last in step; `None` without a base of both sides.
    pub(super) fn at_base(&self) -> Option<Self> {
        self.base.iter().all(Option::is_some).then_some(Self {
            now: self.base,
            base: [None, None],
            deleted: [false, false],
        })
    }

    pub(super) fn record(&self, end: End) -> Option<&'a Record> {
        self.now[end.index()]
    }

    pub(super) fn exists(&self, end: End) -> bool {
        self.now[end.index()].is_some()
    }

    pub(super) fn deleted(&self, end: End) -> bool {
        self.deleted[end.index()]
    }

    pub(super) fn both_exist(&self) -> bool {
        self.now.iter().all(Option::is_some)
    }

    /// The value that a test reads: that of the base where the answer did not carry the field.
    pub(super) fn value(&self, end: End, field: FieldId) -> &'a Value {
        match (self.now[end.index()], self.base[end.index()]) {
            (None, _) => &Value::Empty,
            (Some(now), base) => match (now.get(field), base) {
                (Value::Unknown, Some(base)) => base.get(field),
                (value, _) => value,
            },
        }
    }
}

/// All of these: false as soon as one is, else undecided as soon as one is.
fn all(parts: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut all = Some(true);
    for part in parts {
        match part {
            Some(false) => return Some(false),
            Some(true) => {}
            None => all = None,
        }
    }
    all
}

impl Engine<'_> {
    /// Whether the rule at this index holds: its condition is true, and not by the absence of the record that
    /// it is written from, unless it asks for just that.
    pub(super) fn rule_holds(&self, index: usize, view: &View<'_>) -> Option<bool> {
        let rule = self.program.rules.get(index)?;
        let asks_deleted = self.asks_deleted.get(index).copied().unwrap_or(false);
        if view.exists(rule.from) || (view.deleted(rule.from) && asks_deleted) {
            self.condition(&rule.condition, view)
        } else {
            Some(false)
        }
    }

    /// Whether all effects of the rule at this index are true on the record that they are for.
    pub(super) fn effects_hold(&self, index: usize, view: &View<'_>) -> Option<bool> {
        let rule = self.program.rules.get(index)?;
        let end = rule.from.other();
        all(rule.effects.iter().map(|effect| self.effect_holds(effect, end, view)))
    }

    pub(super) fn condition(&self, condition: &Condition, view: &View<'_>) -> Option<bool> {
        match condition {
            Condition::Atom(id) => self.atom(self.program.atoms.get(id.index())?, view),
            Condition::Not(inner) => self.condition(inner, view).map(|truth| !truth),
            Condition::All(parts) => all(parts.iter().map(|part| self.condition(part, view))),
            Condition::Any(parts) => {
                all(parts.iter().map(|part| self.condition(part, view).map(|truth| !truth))).map(|none| !none)
            }
        }
    }

    fn atom(&self, atom: &Atom, view: &View<'_>) -> Option<bool> {
        match atom.test {
            Test::Exists => Some(view.exists(atom.end)),
            Test::Deleted => Some(view.deleted(atom.end)),
            ref test => self.program.holds_of(test, view.value(atom.end, test.field()?)),
        }
    }

    fn effect_holds(&self, effect: &Effect, end: End, view: &View<'_>) -> Option<bool> {
        if !view.exists(end) {
            return Some(false);
        }
        let field = match effect {
            Effect::Exists => return Some(true),
            Effect::Deleted => return Some(false),
            _ => effect.field()?,
        };
        let value = view.value(end, field);
        if !value.is_known() {
            return None;
        }
        Some(match *effect {
            Effect::Exists | Effect::Deleted => return None,
            Effect::Add(_, id) => has(value, self.program.constant(id)),
            Effect::Remove(_, id) => !has(value, self.program.constant(id)),
            Effect::Set(_, id) => value == self.program.constant(id),
            Effect::Clear(_) => value.is_empty(),
        })
    }
}
