//! One cycle: steps of merge and rules until a step that saw no change makes none.

use std::collections::{BTreeMap, BTreeSet};

use syncc_compiler::{
    ir::{End, FieldId},
    value::{Record, Value},
};

use super::{
    Base, Cause, Change, Engine, Fired, Outcome, Pair, Status,
    merge::{Merged, Sides},
    settle::Edit,
    truth::View,
};

/// The most steps a cycle may take where the compiler has proved no bound. A pair that needs more is refused.
pub const MOST_STEPS: u32 = 64;

/// What a step maps to the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
struct State {
    now: [Option<Record>; 2],
    base: Option<Base>,
}

/// What stays the same for the whole cycle.
struct Frame {
    /// Which sides a person edited since the base, as the pair was when the cycle began; told only when a rule
    /// deletes, because nothing else asks for it.
    edited: [bool; 2],
    later: Option<End>,
}

/// What happened in the steps so far.
#[derive(Default)]
struct Trace {
    causes: BTreeMap<(End, Option<FieldId>), Cause>,
    fired: BTreeSet<Fired>,
}

impl Engine<'_> {
    /// What one cycle makes of a pair.
    #[must_use]
    pub fn cycle(&self, pair: &Pair) -> Outcome {
        let mut state = State { now: pair.now.clone(), base: remembered(pair) };
        let edited = if self.has_deletions { edited(pair) } else { [false, false] };
        let frame = Frame { edited, later: pair.later };
        let mut trace = Trace::default();
        let mut edits = Vec::new();
        let most = self.program.bound.unwrap_or(MOST_STEPS);
        for step in 1..=most {
            let next = self.step(&state, &frame, &mut edits);
            if let Some(next) = &next {
                edits.retain(|edit| edit.lasted(&state.now, &next.now));
            }
            trace.record(&mut edits);
            let Some(next) = next.filter(|next| *next != state) else {
                let vanished = trace.made_and_removed(pair, &state);
                return if vanished { refused(pair, step) } else { self.outcome(pair, state, trace, step) };
            };
            state = next;
        }
        refused(pair, most)
    }

    /// One step. `None` when it changes nothing.
    fn step(&self, state: &State, frame: &Frame, edits: &mut Vec<Edit>) -> Option<State> {
        let view = View::new(&state.now, state.base.as_ref());
        let merge = match view.now {
            [Some(left), Some(right)] => {
                let base = match view.base {
                    [Some(left), Some(right)] => Some([left, right]),
                    _ => None,
                };
                let mut sides = Sides { now: [left, right], base, later: frame.later, scope: [false, false] };
                // Nothing changed, so nothing flows, but consent, which needs no change.
                let quiet = base == Some(sides.now) && !self.has_ladder;
                if !quiet {
                    sides.scope = self.scope(&view);
                }
                let merged = if quiet { Merged::default() } else { self.merge(&sides) };
                Some((merged, sides, quiet))
            }
            _ => None,
        };
        let merged = merge.as_ref().and_then(|(merged, sides, _)| {
            (!merged.writes.is_empty()).then(|| merged.write_into(sides.now, edits).map(Some))
        });
        let after_merge = match &merged {
            Some(now) => View { now: now.each_ref().map(Option::as_ref), ..view },
            None => view,
        };
        let after_rules = self.apply_rules(&after_merge, frame.edited, frame.later, edits);
        let unmoved = match &merge {
            Some((merged, sides, quiet)) => *quiet || base_is_in_step(merged, sides),
            None => true,
        };
        if unmoved && merged.is_none() && after_rules.is_none() {
            // Without both records the base only ever follows the records, which did not change.
            return None;
        }
        let base = next_base(state, merge.as_ref());
        let now = after_rules.or(merged).unwrap_or_else(|| state.now.clone());
        Some(State { now, base })
    }

    fn outcome(&self, pair: &Pair, state: State, trace: Trace, steps: u32) -> Outcome {
        let State { now: end, base } = state;
        let mut changes = Vec::new();
        for side in End::BOTH {
            changes_of(side, pair, &end, &trace, &mut changes);
        }
        let paired = end.iter().all(Option::is_some);
        let base = base.map(|base| if paired { base } else { frozen_base(pair, &base, &end) });
        let whole = |made: bool| {
            changes.iter().any(|change| change.field.is_none() && end[change.end.index()].is_some() == made)
        };
        let status = if whole(true) {
            Status::Created
        } else if whole(false) {
            Status::Deleted
        } else if !changes.is_empty() {
            Status::Updated
        } else if paired && self.scope(&View::new(&end, base.as_ref())) != [false, false] {
            Status::InSync
        } else {
            Status::Excluded
        };
        Outcome { end, base, status, changes, fired: trace.fired.into_iter().collect(), steps }
    }
}

/// The base to begin with: one that knows only a side whose partner never was says nothing.
fn remembered(pair: &Pair) -> Option<Base> {
    let base = pair.base.as_ref()?;
    let gone = |side: usize| base.sides[side].is_some() && pair.now[side].is_none();
    let whole = base.sides.iter().all(Option::is_some);
    (whole || gone(0) || gone(1)).then(|| base.clone())
}

/// Which sides differ from their base in a field that both know.
fn edited(pair: &Pair) -> [bool; 2] {
    let Some(base) = &pair.base else { return [false, false] };
    End::BOTH.map(|end| match (&pair.now[end.index()], &base.sides[end.index()]) {
        (Some(now), Some(base)) => changed(now, base),
        _ => false,
    })
}

/// Whether a record differs from its base in a field that both know. What a base does not know (the other side does not tell of
/// that field) was not changed by anybody.
pub(super) fn changed(now: &Record, base: &Record) -> bool {
    now != base && now.values().iter().zip(base.values()).any(|(now, base)| differs(now, base))
}

/// Whether both are known and differ.
fn differs(one: &Value, other: &Value) -> bool {
    one.is_known() && other.is_known() && one != other
}

/// Whether the base already is what this step would make of it, without making it.
fn base_is_in_step(merged: &Merged, sides: &Sides<'_>) -> bool {
    let Some(base) = sides.base else { return false };
    merged.new_base(sides).each_ref() == base
}

/// The base after a step that began in this state.
fn next_base(state: &State, merge: Option<&(Merged, Sides<'_>, bool)>) -> Option<Base> {
    if let Some((merged, sides, _)) = merge {
        return Some(Base { sides: merged.new_base(sides).map(Some) });
    }
    let base = state.base.as_ref()?;
    // One side was deleted: both keep their base, because a later edit is still to be seen as one.
    let sides = End::BOTH.map(|end| base.sides[end.index()].clone().or_else(|| state.now[end.index()].clone()));
    Some(Base { sides })
}

/// The base of a pair of which a record is gone: that side keeps its last known record; the other one moves
/// only in the fields that this cycle wrote and nobody had edited.
fn frozen_base(pair: &Pair, base: &Base, end: &[Option<Record>; 2]) -> Base {
    let sides = End::BOTH.map(|side| {
        let side = side.index();
        let (Some(start), Some(last)) = (&pair.now[side], &end[side]) else { return base.sides[side].clone() };
        let before = pair.base.as_ref().and_then(|base| base.sides[side].as_ref());
        let mut kept = before.unwrap_or(start).clone();
        for (field, (start, last)) in (0..).map(FieldId).zip(start.values().iter().zip(last.values())) {
            if start != last && !differs(start, kept.get(field)) {
                kept.put(field, last.clone());
            }
        }
        Some(kept)
    });
    Base { sides }
}

fn changes_of(side: End, pair: &Pair, end: &[Option<Record>; 2], trace: &Trace, changes: &mut Vec<Change>) {
    let cause = |field| trace.causes.get(&(side, field)).copied();
    let whole = |changes: &mut Vec<Change>| {
        if let Some(cause) = cause(None) {
            changes.push(Change { end: side, field: None, before: Value::Unknown, after: Value::Unknown, cause });
        }
    };
    match (&pair.now[side.index()], &end[side.index()]) {
        (None, None) => {}
        (Some(_), None) => whole(changes),
        (None, Some(after)) => {
            whole(changes);
            for (field, value) in (0..).map(FieldId).zip(after.values()) {
                if let (true, Some(cause)) = (value.is_filled(), cause(Some(field))) {
                    changes.push(Change {
                        end: side,
                        field: Some(field),
                        before: Value::Unknown,
                        after: value.clone(),
                        cause,
                    });
                }
            }
        }
        (Some(before), Some(after)) => {
            for (field, (before, after)) in (0..).map(FieldId).zip(before.values().iter().zip(after.values())) {
                if let (true, Some(cause)) = (before != after, cause(Some(field))) {
                    let (before, after) = (before.clone(), after.clone());
                    changes.push(Change { end: side, field: Some(field), before, after, cause });
                }
            }
        }
    }
}

/// Nothing is written, nothing is remembered.
fn refused(pair: &Pair, steps: u32) -> Outcome {
    Outcome {
        end: pair.now.clone(),
        base: pair.base.clone(),
        status: Status::Refused,
        changes: Vec::new(),
        fired: Vec::new(),
        steps,
    }
}

impl Trace {
    /// Whether a record that was never there was made and removed again: the rules contradict each other.
    fn made_and_removed(&self, pair: &Pair, state: &State) -> bool {
        End::BOTH.iter().any(|end| {
            let nowhere = pair.now[end.index()].is_none() && state.now[end.index()].is_none();
            nowhere && self.causes.contains_key(&(*end, None))
        })
    }

    fn record(&mut self, edits: &mut Vec<Edit>) {
        for edit in edits.drain(..) {
            self.causes.insert((edit.end, edit.field), edit.cause);
            if let Cause::Rule(rule, part) = edit.cause {
                self.fired.insert(Fired { rule, part });
            }
        }
    }
}
