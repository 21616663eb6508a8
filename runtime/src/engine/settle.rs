//! From what the rules ask for to what is done: reasons add up, the first of two contradicting rules wins.

use syncc_compiler::{
    ir::{Effect, End, FieldId, IrField, has},
    value::{Record, Value},
};

use super::{Cause, Engine, Part, decide::Decision, truth::View};

/// One thing that was changed, by what. No field: the record was made or deleted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edit {
    pub end: End,
    pub field: Option<FieldId>,
    pub cause: Cause,
}

impl Edit {
    /// Whether the step that made it left something different from how it found it: a rule that writes over
    /// what flowed in the same step may change nothing.
    pub(super) fn lasted(&self, before: &[Option<Record>; 2], after: &[Option<Record>; 2]) -> bool {
        let side = self.end.index();
        match (self.field, &before[side], &after[side]) {
            (Some(field), Some(before), Some(after)) => before.get(field) != after.get(field),
            _ => true,
        }
    }
}

/// One thing that is asked for.
#[derive(Clone, Copy)]
struct Ask<'p> {
    rule: usize,
    part: Part,
    end: End,
    effect: &'p Effect,
    creates: bool,
}

impl<'p> Engine<'p> {
    /// Applies all rules at once to the records that `view` was read from. `edited` tells which sides a
    /// person had edited when the cycle began: such a record survives the deletion of its partner.
    pub(super) fn apply_rules(
        &self,
        view: &View<'_>,
        edited: [bool; 2],
        later: Option<End>,
        edits: &mut Vec<Edit>,
    ) -> Option<[Option<Record>; 2]> {
        if self.decisions(view, later).all(|decision| self.is_done(&decision, view)) {
            return None;
        }
        let asks = self.settle(view, edited, later);
        let mut records = view.now.map(|record| record.cloned());
        for end in End::BOTH {
            self.apply(&asks, end, view, &mut records[end.index()], edits);
        }
        Some(records)
    }

    /// Whether nothing is left to do for it: the quiet path, which copies nothing.
    fn is_done(&self, decision: &Decision<'_>, view: &View<'_>) -> bool {
        match view.record(decision.end) {
            None => !(decision.creates && self.can_create(decision.end, view)),
            Some(record) => decision.effects.iter().all(|effect| match effect {
                Effect::Deleted => false,
                _ => effect.field().is_none_or(|field| !self.would_change(effect, record.get(field))),
            }),
        }
    }

    /// Whether a record can be made at this end: there never was one, and there is one to make it for.
    fn can_create(&self, end: End, view: &View<'_>) -> bool {
        !view.exists(end) && !view.deleted(end) && view.exists(end.other()) && self.program.side(end).creates
    }

    /// What is asked for, without contradictions, in the order of the file; what is taken back comes last.
    fn settle(&self, view: &View<'_>, edited: [bool; 2], later: Option<End>) -> Vec<Ask<'p>> {
        let mut asks: Vec<Ask<'p>> = Vec::new();
        for undo in [false, true] {
            for decision in self.decisions(view, later).filter(|decision| decision.undo == undo) {
                let Decision { rule, part, end, creates, .. } = decision;
                for effect in decision.effects {
                    let survives = view.deleted(end.other()) && edited[end.index()];
                    if *effect == Effect::Deleted && survives {
                        continue;
                    }
                    let settled = asks.iter().any(|ask| ask.end == end && same_thing(ask.effect, effect));
                    if !settled {
                        asks.push(Ask { rule, part, end, effect, creates });
                    }
                }
            }
        }
        asks
    }

    fn apply(&self, asks: &[Ask<'p>], end: End, view: &View<'_>, slot: &mut Option<Record>, edits: &mut Vec<Edit>) {
        let mut edit = |ask: &Ask<'_>, field| edits.push(Edit { end, field, cause: Cause::Rule(ask.rule, ask.part) });
        let mut asks = asks.iter().filter(|ask| ask.end == end).peekable();
        if slot.is_none() {
            let mut wanted = asks.clone();
            match wanted.find(|ask| ask.creates) {
                Some(first) if self.can_create(end, view) => {
                    *slot = Some(self.blank[end.index()].clone());
                    edit(first, None);
                }
                _ => return,
            }
        }
        if let Some(ask) = asks.clone().find(|ask| *ask.effect == Effect::Deleted) {
            *slot = None;
            edit(ask, None);
            return;
        }
        let Some(record) = slot else { return };
        for ask in asks.by_ref() {
            let Some(field) = ask.effect.field() else { continue };
            if self.would_change(ask.effect, record.get(field)) {
                let value = self.changed(ask.effect, record.get(field));
                record.put(field, value);
                edit(ask, Some(field));
            }
        }
    }

    /// Whether making this effect true changes the value. An unknown value is never written over, and
    /// consent never climbs.
    fn would_change(&self, effect: &Effect, value: &Value) -> bool {
        match (effect, value) {
            (_, Value::Unknown) | (Effect::Exists | Effect::Deleted, _) => false,
            (Effect::Add(_, id), Value::Empty | Value::Set(_)) => !has(value, self.program.constant(*id)),
            (Effect::Remove(_, id), Value::Set(_)) => has(value, self.program.constant(*id)),
            (Effect::Add(..) | Effect::Remove(..), _) => false,
            (Effect::Set(_, id), _) => {
                let constant = self.program.constant(*id);
                value != constant && !climbs(value, constant)
            }
            (Effect::Clear(_), _) => !value.is_empty() && !climbs(value, &Value::Empty),
        }
    }

    fn changed(&self, effect: &Effect, value: &Value) -> Value {
        match *effect {
            Effect::Exists | Effect::Deleted => value.clone(),
            Effect::Add(_, id) => match self.program.constant(id) {
                Value::Text(added) => Value::set(value.elements().iter().chain([added]).cloned()),
                _ => value.clone(),
            },
            Effect::Remove(_, id) => match self.program.constant(id) {
                Value::Text(gone) => Value::set(value.elements().iter().filter(|element| *element != gone).cloned()),
                _ => value.clone(),
            },
            Effect::Set(_, id) => self.program.constant(id).clone(),
            Effect::Clear(_) => Value::Empty,
        }
    }
}

/// Whether writing `after` over `before` would move a person up the ladder of consent, to more mail.
pub(crate) fn climbs(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Consent(before), Value::Consent(after)) => after < before,
        (Value::Consent(_), _) => true,
        _ => false,
    }
}

/// Whether a value written by hand over another one would move a person to more mail: up the ladder of consent, or out
/// of what says that no mail is wanted.
pub(crate) fn more_mail(field: &IrField, before: &Value, after: &Value) -> bool {
    climbs(before, after) || (field.opt_out && *before == Value::Bool(true) && before != after)
}

/// Whether two effects on one record are about the same thing: then only the first is done.
fn same_thing(one: &Effect, other: &Effect) -> bool {
    match (one, other) {
        (Effect::Deleted, _) | (_, Effect::Deleted) => true,
        (Effect::Add(field, element) | Effect::Remove(field, element), Effect::Add(f, e) | Effect::Remove(f, e)) => {
            field == f && element == e
        }
        _ => one.field() == other.field(),
    }
}
