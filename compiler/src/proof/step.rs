//! One step of a cycle on the numbers of a model, as `docs/semantics.md` says it.
//!
//! What a model cannot know makes a step end in one of several states: whether a value that differs from a new one is
//! the very one that the base remembers, and what mappings outside of the model do to the base. All of them are followed.

use std::collections::HashSet;

use super::{
    domain::{ABSENT, Number, PRESENT},
    graph::Phase,
    model::{Cond, Model, ModelLink, ModelRule, Scope, SetMap, ValueMap, Write},
};
use crate::ir::{End, Prefer};

/// The base is what the field now holds.
pub(super) const SAME: u8 = 0;
/// The base does not know the field, or there is none.
pub(super) const UNKNOWN: u8 = 1;
/// The base had another value: this plus the number of the first value of its kind, or just this where only that matters.
pub(super) const OTHER: u8 = 2;

/// The values of all cells, and what is remembered of them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct State {
    pub(super) now: Vec<Number>,
    pub(super) base: Vec<u8>,
}

/// What stays the same while a pair goes through a cycle, or is decided outside of the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outside {
    /// Whether contacts flow away from each end, where that is free.
    pub(super) scope: [bool; 2],
    /// Which side was edited later, where that is known.
    pub(super) later: Option<End>,
}

/// What moved in a step, for people.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Moved {
    /// Rules by index, each with the part of it.
    pub(super) rules: Vec<(usize, Part)>,
    /// Mappings by index.
    pub(super) maps: Vec<usize>,
    /// Whether a rule asks to delete a record: then this phase is over, unless another rule keeps it.
    pub(super) deletes: bool,
}

/// The parts of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Then,
    Undo,
    OtherWay,
}

/// One thing asked for.
struct Ask {
    write: Write,
    rule: usize,
    part: Part,
}

impl Model {
    /// The states that a whole cycle of one file may end in. `None` when it takes too long to tell.
    pub(super) fn cycle(&self, link: &ModelLink, state: &State, outsides: &[Outside]) -> Option<Vec<State>> {
        const MOST: usize = 4_096;
        let mut seen: HashSet<State> = HashSet::from([state.clone()]);
        let mut open = vec![state.clone()];
        let mut ends = Vec::new();
        while let Some(state) = open.pop() {
            for outside in outsides {
                for after in self.step(link, &state, *outside, &mut Moved::default()) {
                    if after == state {
                        ends.push(after);
                    } else if seen.insert(after.clone()) {
                        open.push(after);
                    }
                }
            }
            if seen.len() > MOST {
                return None;
            }
        }
        ends.sort_unstable_by(|one, other| (&one.now, &one.base).cmp(&(&other.now, &other.base)));
        ends.dedup();
        Some(ends)
    }

    /// The states that a step of one file may end in; just one unless something is not known.
    pub(super) fn step(&self, link: &ModelLink, state: &State, outside: Outside, moved: &mut Moved) -> Vec<State> {
        let view = View::of(self, link, state);
        let mut now = state.now.clone();
        let mut kept: Vec<(usize, Kept)> = Vec::new();
        if self.phase == Phase::Both {
            let scope = End::BOTH.map(|end| match link.scope[end.index()] {
                Scope::Always => true,
                Scope::Never => false,
                Scope::Free => outside.scope[end.index()],
                Scope::Read => view.flows_from(end),
            });
            for map in &link.values {
                self.merge_values(map, link, &view, scope, outside.later, &mut now, &mut kept, moved);
            }
            for map in &link.sets {
                self.merge_sets(map, &view, scope, &mut now, &mut kept, moved);
            }
        }
        let merged = View { now: &now, ..view.clone() };
        let asks = self.asks(link, &merged, outside.later, moved);
        for ask in asks {
            let Some(cell) = self.cells.get(ask.write.cell) else { continue };
            let before = now[ask.write.cell];
            if cell.live
                && !cell.domain.is_frozen(before)
                && before != ask.write.value
                && !cell.domain.climbs(before, ask.write.value)
            {
                now[ask.write.cell] = ask.write.value;
                let by = (ask.rule, ask.part);
                if state.now[ask.write.cell] != ask.write.value && !moved.rules.contains(&by) {
                    moved.rules.push(by);
                }
            }
        }
        self.remember(link, state, now, &kept)
    }

    #[expect(clippy::too_many_arguments, reason = "one merge of one step: all of it is read or written")]
    pub(super) fn merge_values(
        &self,
        map: &ValueMap,
        link: &ModelLink,
        view: &View<'_>,
        scope: [bool; 2],
        later: Option<End>,
        now: &mut [Number],
        kept: &mut Vec<(usize, Kept)>,
        moved: &mut Moved,
    ) {
        let domains = map.cells.map(|cell| &self.cells[cell].domain);
        let values = map.cells.map(|cell| view.now[cell]);
        if domains[0].is_frozen(values[0]) || domains[1].is_frozen(values[1]) {
            kept.extend(map.slots.map(|slot| (slot, Kept::AsItWas)));
            return;
        }
        let image = |from: End| map.image[from.index()].get(usize::from(values[from.index()])).copied().flatten();
        let codes = map.slots.map(|slot| view.base[slot]);
        let based = !codes.contains(&UNKNOWN);
        let changed = [0, 1].map(|side: usize| if based { codes[side] != SAME } else { values[side] != ABSENT });
        let corresponds = image(End::Left) == Some(values[1]) || image(End::Right) == Some(values[0]);
        if corresponds || (!map.consent && changed == [false, false]) {
            return;
        }
        let winner = if map.consent {
            let step = |end: End| {
                let value = values[end.index()];
                if value == ABSENT {
                    return Some(None);
                }
                let own = domains[end.index()].step(value);
                own.or_else(|| domains[end.other().index()].step(image(end)?)).map(Some)
            };
            match (step(End::Left), step(End::Right)) {
                (Some(left), Some(right)) if left < right => Some(End::Right),
                (Some(left), Some(right)) if left > right => Some(End::Left),
                _ => None,
            }
        } else {
            winner(changed, link.prefer, later)
        };
        let Some(winner) = winner.filter(|winner| map.flows[winner.index()]) else { return };
        let to = winner.other().index();
        let Some(value) = image(winner) else { return };
        let can = map.can[to];
        let can = if value == ABSENT { can.clear } else { can.set };
        if !can || domains[to].climbs(values[to], value) {
            return;
        }
        if scope[winner.index()] {
            if self.cells[map.cells[to]].live {
                now[map.cells[to]] = value;
                moved.maps.push(map.origin.0);
            }
        } else if !map.consent {
            kept.extend(map.slots.map(|slot| (slot, Kept::AsItWas)));
        }
    }

    pub(super) fn merge_sets(
        &self,
        map: &SetMap,
        view: &View<'_>,
        scope: [bool; 2],
        now: &mut [Number],
        kept: &mut Vec<(usize, Kept)>,
        moved: &mut Moved,
    ) {
        let frozen = |cell: &usize| self.cells[*cell].domain.is_frozen(view.now[*cell]);
        if map.cells.iter().flatten().any(frozen) {
            kept.extend(map.slots.iter().flatten().map(|slot| (*slot, Kept::AsItWas)));
            return;
        }
        let based = !map.slots.iter().flatten().any(|slot| view.base[*slot] == UNKNOWN);
        let is = |side: usize, position: usize| view.now[map.cells[side][position]] == PRESENT;
        let was = |side: usize, position: usize| based && view.was[map.slots[side][position]] == Some(PRESENT);
        let means = |position: usize, near: usize| map.image[1][position] == Some(near);
        let fars = 0..map.cells[1].len();
        for near in 0..map.cells[0].len() {
            let (here, was_here) = (is(0, near), was(0, near));
            let there = fars.clone().any(|far| means(far, near) && is(1, far));
            let was_there = fars.clone().any(|far| means(far, near) && was(1, far));
            if here == there || (here == was_here && there == was_there) {
                continue;
            }
            // Changed on both sides to different truths: what was added stays.
            let winner = match (here != was_here, there != was_there) {
                (true, false) => 0,
                (false, true) => 1,
                _ => usize::from(!here),
            };
            let present = if winner == 0 { here } else { there };
            let value = if present { PRESENT } else { ABSENT };
            let far_elements = |present: bool| -> Vec<usize> {
                if present {
                    map.image[0][near].into_iter().collect()
                } else {
                    fars.clone().filter(|far| means(*far, near) && is(1, *far)).collect()
                }
            };
            let targets: Vec<usize> = if winner == 1 {
                vec![map.cells[0][near]]
            } else {
                far_elements(present).into_iter().map(|far| map.cells[1][far]).collect()
            };
            let to = 1 - winner;
            if !map.flows[winner] || targets.is_empty() || !map.can[to][usize::from(!present)] {
                continue;
            }
            let winner_end = if winner == 0 { map.near } else { map.near.other() };
            if scope[winner_end.index()] {
                for cell in targets {
                    if self.cells[cell].live && now[cell] != value {
                        now[cell] = value;
                        moved.maps.push(map.origin.0);
                    }
                }
            } else {
                kept.push((map.slots[0][near], Kept::Element(was_here)));
                for far in far_elements(was_there) {
                    kept.push((map.slots[1][far], Kept::Element(was_there)));
                }
            }
        }
    }

    /// What the rules ask for, without what an earlier ask has settled; what is taken back comes last.
    fn asks(&self, link: &ModelLink, view: &View<'_>, later: Option<End>, moved: &mut Moved) -> Vec<Ask> {
        let mut asks: Vec<Ask> = Vec::new();
        let mut taken: Vec<Ask> = Vec::new();
        for rule in &link.rules {
            for (part, writes, undo) in rule.decide(self.phase, link.prefer, view, later).into_iter().flatten() {
                moved.deletes |= part == Part::Then && !rule.effects_can_hold;
                let list = if undo { &mut taken } else { &mut asks };
                list.extend(writes.iter().map(|write| Ask { write: *write, rule: rule.origin.0, part }));
            }
        }
        asks.append(&mut taken);
        let mut settled: Vec<Ask> = Vec::new();
        for ask in asks {
            if !settled.iter().any(|earlier| earlier.write.cell == ask.write.cell) {
                settled.push(ask);
            }
        }
        settled
    }

    /// The states with these values and everything that the base may then be.
    fn remember(&self, link: &ModelLink, before: &State, now: Vec<Number>, kept: &[(usize, Kept)]) -> Vec<State> {
        let mut states = vec![State { now, base: before.base.clone() }];
        if self.phase != Phase::Both {
            return states;
        }
        for (index, slot) in self.slots.iter().enumerate() {
            let moved = Moving { start: before.now[slot.cell], end: states[0].now[slot.cell], old: before.base[index] };
            let kept = kept.iter().find(|(kept, _)| *kept == index).map(|(_, kept)| *kept);
            let choices = self.base_after(index, moved, kept, link.slots.contains(&index));
            states = choices
                .iter()
                .flat_map(|code| {
                    states.iter().map(|state| {
                        let mut state = state.clone();
                        state.base[index] = *code;
                        state
                    })
                })
                .collect();
        }
        states
    }

    /// Everything that the base of a slot may be after a step. `own`: whether it is of the file that stepped.
    pub(super) fn base_after(&self, index: usize, moving: Moving, kept: Option<Kept>, own: bool) -> Vec<u8> {
        let Some(slot) = self.slots.get(index) else { return Vec::new() };
        let domain = &self.cells[slot.cell].domain;
        let Moving { start, end, old } = moving;
        // What another file remembers stays, but now may differ from it.
        if domain.is_frozen(start) || (!own && start == end) {
            return vec![old];
        }
        let moved_on = match_base(domain, slot.exact, Some(start), end);
        let held: Vec<u8> = match kept {
            Some(Kept::Element(present)) => match_base(domain, true, Some(if present { PRESENT } else { ABSENT }), end),
            _ => match old {
                UNKNOWN => vec![UNKNOWN],
                SAME => match_base(domain, slot.exact, Some(start), end),
                other if start == end => vec![other],
                other if slot.exact => {
                    let first = other - OTHER;
                    if domain.first(end) == first {
                        if domain.is_open(end) { vec![SAME, other] } else { vec![SAME] }
                    } else {
                        vec![other]
                    }
                }
                other => vec![SAME, other],
            },
        };
        let mut choices = match kept {
            Some(_) => held,
            None if !own => held,
            None if !slot.moves => vec![old],
            None if slot.foreign => [moved_on, held].concat(),
            None => moved_on,
        };
        choices.sort_unstable();
        choices.dedup();
        choices
    }
}

/// What a step does to a cell, and what the base said before.
#[derive(Clone, Copy)]
pub(super) struct Moving {
    pub(super) start: Number,
    pub(super) end: Number,
    pub(super) old: u8,
}

/// How the base compares with the value now, if it has this value.
fn match_base(domain: &super::domain::Domain, exact: bool, base: Option<Number>, now: Number) -> Vec<u8> {
    match base {
        None => vec![UNKNOWN],
        Some(base) if base == now => vec![SAME],
        Some(base) if exact => vec![OTHER + domain.first(base)],
        Some(_) => vec![OTHER],
    }
}

/// What a mapping does to the base where it cannot flow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kept {
    AsItWas,
    Element(bool),
}

/// Which side wins a field that changed on these sides.
fn winner(changed: [bool; 2], prefer: Prefer, later: Option<End>) -> Option<End> {
    match changed {
        [false, false] => None,
        [true, false] => Some(End::Left),
        [false, true] => Some(End::Right),
        [true, true] => Some(match prefer {
            Prefer::Default => End::Left,
            Prefer::End(end) => end,
            Prefer::Latest => later.unwrap_or(End::Left),
        }),
    }
}

/// A state as conditions read it.
#[derive(Clone)]
pub(super) struct View<'s> {
    model: &'s Model,
    link: &'s ModelLink,
    now: &'s [Number],
    base: &'s [u8],
    /// What the base had, by slot; `None` where it does not know.
    pub(super) was: Vec<Option<Number>>,
}

impl<'s> View<'s> {
    pub(super) fn of(model: &'s Model, link: &'s ModelLink, state: &'s State) -> Self {
        let was = model.slots.iter().zip(&state.base).map(|(slot, code)| {
            let domain = &model.cells.get(slot.cell)?.domain;
            let now = *state.now.get(slot.cell)?;
            match *code {
                _ if domain.is_frozen(now) => domain.reads(now),
                SAME => Some(now),
                UNKNOWN => None,
                other => Some(other - OTHER),
            }
        });
        Self { model, link, now: &state.now, base: &state.base, was: was.collect() }
    }

    fn flows_from(&self, end: End) -> bool {
        self.link.rules.iter().any(|rule| {
            (rule.from == end && self.condition(&rule.condition, false) == Some(true))
                || (rule.from == end.other() && rule.back.is_some() && self.effects(rule, false) == Some(true))
        })
    }

    /// What a cell reads as, now or at the base.
    fn reads(&self, cell: usize, at_base: bool) -> Option<Number> {
        if at_base {
            let slot = self.link.slots.iter().find(|slot| self.model.slots[**slot].cell == cell)?;
            return self.was.get(*slot).copied().flatten();
        }
        self.model.cells.get(cell)?.domain.reads(*self.now.get(cell)?)
    }

    fn condition(&self, condition: &Cond, at_base: bool) -> Option<bool> {
        let all = |parts: &[Cond], neutral: bool| {
            let mut truth = Some(neutral);
            for part in parts {
                match self.condition(part, at_base) {
                    Some(part) if part == neutral => {}
                    Some(part) => return Some(part),
                    None => truth = None,
                }
            }
            truth
        };
        match condition {
            Cond::Const(truth) => Some(*truth),
            Cond::Test(cell, says) => says.get(usize::from(self.reads(*cell, at_base)?)).copied(),
            Cond::Not(inner) => self.condition(inner, at_base).map(|truth| !truth),
            Cond::All(parts) => all(parts, true),
            Cond::Any(parts) => all(parts, false),
        }
    }

    /// Whether the effects of a rule hold.
    fn effects(&self, rule: &ModelRule, at_base: bool) -> Option<bool> {
        let mut truth = Some(true);
        if !rule.effects_can_hold {
            return Some(false);
        }
        for write in &rule.effects {
            match self.reads(write.cell, at_base).map(|value| value == write.value) {
                Some(true) => {}
                Some(false) => return Some(false),
                None => truth = None,
            }
        }
        truth
    }
}

/// What a part of a rule asks for, and whether that takes something back.
type Decision<'r> = Option<(Part, &'r [Write], bool)>;

impl ModelRule {
    fn decide(&self, phase: Phase, prefer: Prefer, view: &View<'_>, later: Option<End>) -> [Decision<'_>; 2] {
        let nothing = [None, None];
        let Some(condition) = view.condition(&self.condition, false) else { return nothing };
        let then = Some((Part::Then, self.effects.as_slice(), false));
        let both = phase == Phase::Both;
        let undo = self.undo.as_deref().filter(|_| both).map(|undo| (Part::Undo, undo, true));
        let Some((make_true, make_false)) = &self.back else {
            return [if condition { then } else { undo }, None];
        };
        let Some(effects) = view.effects(self, false) else { return nothing };
        if both && condition != effects && self.pushes_back(condition, effects, prefer, view, later) {
            return match (make_false, effects) {
                (_, true) => [Some((Part::OtherWay, make_true, false)), None],
                (Some(make_false), false) => [Some((Part::OtherWay, make_false, true)), None],
                (None, false) => nothing,
            };
        }
        if !condition {
            return [undo, None];
        }
        [then, (both && effects).then_some((Part::OtherWay, make_true.as_slice(), false))]
    }

    /// Whether the side that an `other-way` rule writes to decides, where condition and effects disagree.
    fn pushes_back(&self, condition: bool, effects: bool, prefer: Prefer, view: &View<'_>, later: Option<End>) -> bool {
        let changed = |before: Option<bool>, now: bool| before.is_some_and(|before| before != now);
        let condition_changed = changed(view.condition(&self.condition, true), condition);
        let effects_changed = changed(view.effects(self, true), effects);
        match (condition_changed, effects_changed) {
            (_, false) => false,
            (false, true) => true,
            (true, true) => {
                let preferred = match prefer {
                    Prefer::Default => None,
                    Prefer::End(end) => Some(end),
                    Prefer::Latest => later,
                };
                preferred.is_some_and(|end| end != self.from)
            }
        }
    }
}
