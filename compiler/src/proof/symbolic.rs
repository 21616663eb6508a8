//! All states of a larger model at once, with decision diagrams.
//!
//! A state is a row of bits. One diagram holds all pairs of a state and the one after it. From the set of all states,
//! those are taken away, again and again, from which no step leads to a state that is left. Nothing left: every path ends,
//! after as many changes as there were rounds. Something left for good: from there one can go on for ever.
//!
//! What a mapping does is asked of the same code that steps through single states, for every value of the few cells
//! that it connects; only what rules make of that is written down once more, because a condition can read many cells.

use std::collections::HashMap;

use biodivine_lib_bdd::{Bdd, BddNode, BddValuation, BddVariable, BddVariableSet, op_function};

use super::{
    domain::Number,
    explore::{Circle, Digits, Explored, ScopeIs, outsides},
    graph::Phase,
    model::{Cond, Model, ModelLink, ModelRule, Scope, SetMap},
    step::{Kept, Moved, Moving, OTHER, Outside, SAME, State, UNKNOWN, View},
};
use crate::ir::{End, Prefer};

/// Diagrams that grow above this many nodes are given up.
const MOST_NODES: usize = 50_000;
/// More bits than this are not tried.
const MOST_BITS: usize = 140;
/// What one mapping connects has no more combinations of values than this.
const MOST_LOCAL: usize = 4_000;

/// Decides what [`super::explore::explore`] decides.
pub(super) fn decide(model: &Model, scope: ScopeIs, stop: &dyn Fn()) -> Explored {
    // Files that take turns do whole cycles, which are no single step.
    let [link] = model.links.as_slice() else { return Explored::TooMany };
    let digits = Digits::of(model);
    let Some(code) = Code::of(&digits) else { return Explored::TooMany };
    let mut longest = 0;
    for outsides in outsides(model, scope) {
        stop();
        let relation = Relation { model, link, digits: &digits, code: &code };
        let Some(steps) = relation.steps(&outsides, stop) else { return Explored::TooMany };
        let mut left = code.possible(model, &digits);
        let mut rounds = 0_u32;
        while !left.is_false() {
            stop();
            let Some(next) = code.before(&steps, &left) else { return Explored::TooMany };
            if next == left {
                let later = outsides.first().and_then(|outside| outside.later);
                return match circle(model, link, &digits, &code, &left, &outsides) {
                    Some(states) => Explored::Circle(Box::new(Circle { states, later })),
                    None => Explored::TooMany,
                };
            }
            left = next;
            rounds += 1;
        }
        longest = longest.max(rounds.saturating_sub(1));
    }
    Explored::Ends { longest, states: digits.count }
}

/// A circle among the states from which one can go on for ever.
fn circle(
    model: &Model,
    link: &ModelLink,
    digits: &Digits,
    code: &Code,
    left: &Bdd,
    outsides: &[Outside],
) -> Option<Vec<State>> {
    const MOST: usize = 10_000;
    let mut state = code.state(digits, &left.sat_witness()?);
    let mut path: Vec<State> = Vec::new();
    for _ in 0..MOST {
        if let Some(first) = path.iter().position(|known| *known == state) {
            return Some(path.split_off(first));
        }
        path.push(state.clone());
        let step = |outside: &Outside| model.step(link, &state, *outside, &mut Moved::default());
        let next = outsides.iter().flat_map(step).find(|next| *next != state && code.holds(digits, left, next))?;
        state = next;
    }
    None
}

/// Where each part of a state stands in the row of bits. Each bit has a twin behind it, for the state after a step.
struct Code {
    variables: BddVariableSet,
    names: Vec<BddVariable>,
    /// For each cell, then each slot: its first bit and how many it has.
    places: Vec<(usize, usize)>,
    cells: usize,
}

impl Code {
    fn of(digits: &Digits) -> Option<Self> {
        let sizes = digits.cells.iter().copied().chain(digits.slots.iter().map(Vec::len));
        let mut places = Vec::new();
        let mut first = 0;
        for size in sizes {
            let bits = usize::try_from(size.max(1).next_power_of_two().trailing_zeros()).ok()?;
            places.push((first, bits));
            first += bits;
        }
        if first > MOST_BITS {
            return None;
        }
        let variables = BddVariableSet::new_anonymous(u16::try_from(first * 2).ok()?);
        let names = variables.variables();
        Some(Self { variables, names, places, cells: digits.cells.len() })
    }

    /// That a place has this digit, now or after the step.
    fn is(&self, place: usize, digit: usize, after: bool) -> Bdd {
        let (first, bits) = self.places.get(place).copied().unwrap_or_default();
        (0..bits).fold(self.variables.mk_true(), |all, bit| {
            let name = self.names[2 * (first + bit) + usize::from(after)];
            all.and(&self.variables.mk_literal(name, digit >> bit & 1 == 1))
        })
    }

    fn cell(&self, cell: usize, number: usize, after: bool) -> Bdd {
        self.is(cell, number, after)
    }

    fn slot(&self, digits: &Digits, slot: usize, code: u8, after: bool) -> Bdd {
        match digits.slots.get(slot).and_then(|codes| codes.iter().position(|known| *known == code)) {
            Some(digit) => self.is(self.cells + slot, digit, after),
            None => self.variables.mk_false(),
        }
    }

    /// The states that there can be: as [`super::explore::is_possible`] has it.
    fn possible(&self, model: &Model, digits: &Digits) -> Bdd {
        let mut all = self.variables.mk_true();
        for (cell, size) in digits.cells.iter().enumerate() {
            let any = (0..*size).fold(self.variables.mk_false(), |any, number| any.or(&self.cell(cell, number, false)));
            all = all.and(&any);
        }
        for (index, slot) in model.slots.iter().enumerate() {
            let domain = &model.cells[slot.cell].domain;
            let mut any = self.variables.mk_false();
            for number in 0..digits.cells[slot.cell] {
                let Ok(now) = Number::try_from(number) else { continue };
                for code in &digits.slots[index] {
                    let fits = if domain.is_frozen(now) {
                        *code == SAME
                    } else {
                        *code < OTHER || !slot.exact || domain.first(now) != code - OTHER || domain.is_open(now)
                    };
                    if fits {
                        any = any.or(&self.cell(slot.cell, number, false).and(&self.slot(digits, index, *code, false)));
                    }
                }
            }
            all = all.and(&any);
        }
        let frozen = |cell: usize| {
            (0..digits.cells[cell])
                .filter(|number| {
                    Number::try_from(*number).is_ok_and(|number| model.cells[cell].domain.is_frozen(number))
                })
                .fold(self.variables.mk_false(), |any, number| any.or(&self.cell(cell, number, false)))
        };
        for (index, cell) in model.cells.iter().enumerate() {
            if let Some(other) = model.cells.iter().take(index).position(|other| other.field == cell.field) {
                all = all.and(&frozen(index).iff(&frozen(other)));
            }
        }
        all
    }

    /// The states of a set from which a step leads to another one of it.
    fn before(&self, steps: &Bdd, left: &Bdd) -> Option<Bdd> {
        let after = self.twin(left)?;
        let twins: Vec<BddVariable> = self.names.iter().copied().skip(1).step_by(2).collect();
        let before = Bdd::binary_op_with_exists(steps, &after, op_function::and, &twins);
        let next = before.and(left);
        (next.size() <= MOST_NODES).then_some(next)
    }

    /// The same set of states, as what comes after a step. Each twin stands right behind its bit, so the order stays.
    fn twin(&self, states: &Bdd) -> Option<Bdd> {
        if let Some(known) = states.as_bool() {
            return Some(if known { self.variables.mk_true() } else { self.variables.mk_false() });
        }
        let mut nodes: Vec<BddNode> = states.clone().to_nodes();
        for node in nodes.iter_mut().skip(2) {
            let twin = node.var.to_index() + 1;
            node.var = *self.names.get(twin)?;
        }
        Bdd::from_nodes(&nodes).ok()
    }

    /// That nothing is different after the step.
    fn unmoved(&self) -> Bdd {
        let pairs = self.names.chunks(2).rev();
        pairs.fold(self.variables.mk_true(), |all, pair| match pair {
            [now, after] => all.and(&self.variables.mk_var(*now).iff(&self.variables.mk_var(*after))),
            _ => all,
        })
    }

    fn state(&self, digits: &Digits, row: &BddValuation) -> State {
        let digit = |place: usize| {
            let (first, bits) = self.places[place];
            (0..bits).fold(0, |digit, bit| digit | usize::from(row[self.names[2 * (first + bit)]]) << bit)
        };
        let now = (0..self.cells).map(|cell| Number::try_from(digit(cell)).unwrap_or_default()).collect();
        let base = digits
            .slots
            .iter()
            .enumerate()
            .map(|(slot, codes)| codes.get(digit(self.cells + slot)).copied().unwrap_or(SAME))
            .collect();
        State { now, base }
    }

    fn holds(&self, digits: &Digits, states: &Bdd, state: &State) -> bool {
        let mut row = vec![false; self.names.len()];
        let mut put = |place: usize, digit: usize| {
            let (first, bits) = self.places[place];
            (0..bits).for_each(|bit| row[2 * (first + bit)] = digit >> bit & 1 == 1);
        };
        for (cell, number) in state.now.iter().enumerate() {
            put(cell, usize::from(*number));
        }
        for (slot, (code, codes)) in state.base.iter().zip(&digits.slots).enumerate() {
            let Some(digit) = codes.iter().position(|known| known == code) else { return false };
            put(self.cells + slot, digit);
        }
        states.eval_in(&BddValuation::new(row))
    }
}

/// Builds the diagram of all steps.
struct Relation<'r> {
    model: &'r Model,
    link: &'r ModelLink,
    digits: &'r Digits,
    code: &'r Code,
}

/// When a condition is true and when it is false; when neither, it cannot be told.
struct Truth {
    yes: Bdd,
    no: Bdd,
}

/// What one mapping does to values, and what of the base it keeps.
type Merge<'m> = dyn Fn(&View<'_>, &mut [Number], &mut Vec<(usize, Kept)>) + 'm;

/// For each cell, for each of its values, when it has it.
type Values = Vec<Vec<Bdd>>;

impl Relation<'_> {
    fn truth(&self, known: bool) -> Bdd {
        if known { self.code.variables.mk_true() } else { self.code.variables.mk_false() }
    }

    /// All pairs of a state and another one that a step makes of it, whatever is decided outside.
    fn steps(&self, outsides: &[Outside], stop: &dyn Fn()) -> Option<Bdd> {
        let mut all = self.truth(false);
        for outside in outsides {
            stop();
            all = all.or(&self.step(*outside)?);
            if all.size() > MOST_NODES {
                return None;
            }
        }
        Some(all.and_not(&self.code.unmoved()))
    }

    fn step(&self, outside: Outside) -> Option<Bdd> {
        let now: Values = self
            .digits
            .cells
            .iter()
            .enumerate()
            .map(|(cell, size)| (0..*size).map(|number| self.code.cell(cell, number, false)).collect())
            .collect();
        let mut merged = now.clone();
        let mut kept: Vec<Vec<(Kept, Bdd)>> = vec![Vec::new(); self.model.slots.len()];
        if self.model.phase == Phase::Both {
            self.merge(outside, &mut merged, &mut kept)?;
        }
        let next = self.rules(&merged, outside)?;
        let mut step = self.truth(true);
        for (cell, values) in next.iter().enumerate() {
            let any = values
                .iter()
                .enumerate()
                .fold(self.truth(false), |any, (number, when)| any.or(&when.and(&self.code.cell(cell, number, true))));
            step = step.and(&any);
            if step.size() > MOST_NODES {
                return None;
            }
        }
        for (slot, kept) in kept.iter().enumerate() {
            step = step.and(&self.remembered(slot, &now, &next, kept)?);
            if step.size() > MOST_NODES {
                return None;
            }
        }
        Some(step)
    }

    /// What the mappings write and keep, asked of the code that steps through single states.
    fn merge(&self, outside: Outside, merged: &mut Values, kept: &mut [Vec<(Kept, Bdd)>]) -> Option<()> {
        let scope = End::BOTH.map(|end| match self.link.scope[end.index()] {
            Scope::Always => true,
            Scope::Never => false,
            Scope::Free | Scope::Read => outside.scope[end.index()],
        });
        for map in &self.link.values {
            let run = |view: &View<'_>, now: &mut [Number], kept: &mut Vec<(usize, Kept)>| {
                let moved = &mut Moved::default();
                self.model.merge_values(map, self.link, view, scope, outside.later, now, kept, moved);
            };
            self.local(&map.cells, &map.slots, &run, merged, kept)?;
        }
        for map in self.link.sets.iter().flat_map(SetMap::clusters) {
            let run = |view: &View<'_>, now: &mut [Number], kept: &mut Vec<(usize, Kept)>| {
                self.model.merge_sets(&map, view, scope, now, kept, &mut Moved::default());
            };
            self.local(&map.cells.concat(), &map.slots.concat(), &run, merged, kept)?;
        }
        Some(())
    }

    /// Asks what a mapping does for every value of what it connects.
    fn local(
        &self,
        cells: &[usize],
        slots: &[usize],
        run: &Merge<'_>,
        merged: &mut Values,
        kept: &mut [Vec<(Kept, Bdd)>],
    ) -> Option<()> {
        let sizes: Vec<usize> = cells
            .iter()
            .map(|cell| self.digits.cells[*cell])
            .chain(slots.iter().map(|slot| self.digits.slots[*slot].len()))
            .collect();
        let count = sizes.iter().try_fold(1_usize, |count, size| count.checked_mul(*size))?;
        if count > MOST_LOCAL {
            return None;
        }
        let mut writes: HashMap<(usize, Number), Bdd> = HashMap::new();
        let mut keeps: Vec<(usize, Kept, Bdd)> = Vec::new();
        for index in 0..count {
            let mut state = State { now: vec![0; self.model.cells.len()], base: vec![SAME; self.model.slots.len()] };
            let mut rest = index;
            let mut when = self.truth(true);
            for (position, size) in sizes.iter().enumerate() {
                let digit = rest % size;
                rest /= size;
                if let Some(cell) = cells.get(position) {
                    state.now[*cell] = Number::try_from(digit).ok()?;
                    when = when.and(&self.code.cell(*cell, digit, false));
                } else if let Some(slot) = slots.get(position - cells.len()) {
                    let code = self.digits.slots[*slot][digit];
                    state.base[*slot] = code;
                    when = when.and(&self.code.slot(self.digits, *slot, code, false));
                }
            }
            let view = View::of(self.model, self.link, &state);
            let mut now = state.now.clone();
            let mut held = Vec::new();
            run(&view, &mut now, &mut held);
            for cell in cells {
                if now[*cell] != state.now[*cell] {
                    let slot = writes.entry((*cell, now[*cell])).or_insert_with(|| self.truth(false));
                    *slot = slot.or(&when);
                }
            }
            let mut seen = Vec::new();
            for (slot, how) in held {
                if seen.contains(&slot) {
                    continue;
                }
                seen.push(slot);
                match keeps.iter_mut().find(|(known, kind, _)| *known == slot && *kind == how) {
                    Some((_, _, cube)) => *cube = cube.or(&when),
                    None => keeps.push((slot, how, when.clone())),
                }
            }
        }
        for ((cell, value), when) in writes {
            for (number, is) in merged[cell].iter_mut().enumerate() {
                *is = if number == usize::from(value) { is.or(&when) } else { is.and_not(&when) };
            }
        }
        for (slot, how, when) in keeps {
            // Of several mappings that keep a slot the first decides.
            let earlier = kept[slot].iter().fold(self.truth(false), |any, (_, when)| any.or(when));
            kept[slot].push((how, when.and_not(&earlier)));
        }
        Some(())
    }

    /// The values after the rules.
    fn rules(&self, merged: &Values, outside: Outside) -> Option<Values> {
        let mut asks: Vec<(usize, Number, Bdd)> = Vec::new();
        let mut taken: Vec<(usize, Number, Bdd)> = Vec::new();
        for rule in &self.link.rules {
            self.decide(rule, merged, outside, &mut asks, &mut taken);
        }
        asks.append(&mut taken);
        let mut next = merged.clone();
        let mut asked: HashMap<usize, Bdd> = HashMap::new();
        for (cell, value, when) in asks {
            let before = asked.entry(cell).or_insert_with(|| self.truth(false));
            let first = when.and_not(before);
            *before = before.or(&when);
            let known = &self.model.cells[cell];
            if !known.live || first.is_false() {
                continue;
            }
            for number in 0..next[cell].len() {
                let from = Number::try_from(number).ok()?;
                if from == value || known.domain.is_frozen(from) || known.domain.climbs(from, value) {
                    continue;
                }
                let moved = next[cell][number].and(&first);
                next[cell][number] = next[cell][number].and_not(&first);
                next[cell][usize::from(value)] = next[cell][usize::from(value)].or(&moved);
                if next[cell][usize::from(value)].size() > MOST_NODES {
                    return None;
                }
            }
        }
        Some(next)
    }

    /// What a rule asks for and when, as [`ModelRule`] decides it for one state.
    fn decide(
        &self,
        rule: &ModelRule,
        merged: &Values,
        outside: Outside,
        asks: &mut Vec<(usize, Number, Bdd)>,
        taken: &mut Vec<(usize, Number, Bdd)>,
    ) {
        let both = self.model.phase == Phase::Both;
        let condition = self.condition(&rule.condition, merged, false);
        let ask = |list: &mut Vec<(usize, Number, Bdd)>, writes: &[super::model::Write], when: &Bdd| {
            list.extend(writes.iter().map(|write| (write.cell, write.value, when.clone())));
        };
        let Some((make_true, make_false)) = &rule.back else {
            ask(asks, &rule.effects, &condition.yes);
            if let Some(undo) = rule.undo.as_deref().filter(|_| both) {
                ask(taken, undo, &condition.no);
            }
            return;
        };
        let effects = self.effects(rule, merged, false);
        let decided = effects.yes.or(&effects.no);
        let then = condition.yes.and(&decided);
        if !both {
            ask(asks, &rule.effects, &then);
            return;
        }
        let changed = |before: &Truth, now: &Truth| before.yes.and(&now.no).or(&before.no.and(&now.yes));
        let condition_changed = changed(&self.condition(&rule.condition, merged, true), &condition);
        let effects_changed = changed(&self.effects(rule, merged, true), &effects);
        let preferred = match self.link.prefer {
            Prefer::Default => None,
            Prefer::End(end) => Some(end),
            Prefer::Latest => outside.later,
        };
        let pushes = match preferred {
            Some(end) if end != rule.from => effects_changed,
            _ => effects_changed.and_not(&condition_changed),
        };
        let disagree = condition.yes.and(&effects.no).or(&condition.no.and(&effects.yes));
        let pushed = disagree.and(&pushes);
        ask(asks, &rule.effects, &then.and_not(&pushed));
        let make = pushed.and(&effects.yes).or(&condition.yes.and(&effects.yes));
        ask(asks, make_true, &make);
        if let Some(undo) = &rule.undo {
            ask(taken, undo, &condition.no.and(&decided).and_not(&pushed));
        }
        if let Some(make_false) = make_false {
            ask(taken, make_false, &pushed.and(&effects.no));
        }
    }

    /// When a cell reads as each of its ordinary values, now or at the base.
    fn reads(&self, cell: usize, merged: &Values, at_base: bool) -> Vec<(Number, Bdd)> {
        let domain = &self.model.cells[cell].domain;
        let mut reads: HashMap<Number, Bdd> = HashMap::new();
        let mut add = |value: Option<Number>, when: Bdd| {
            if let Some(value) = value {
                let known = reads.entry(value).or_insert_with(|| self.truth(false));
                *known = known.or(&when);
            }
        };
        if at_base {
            let slot = self.link.slots.iter().find(|slot| self.model.slots[**slot].cell == cell);
            let Some(slot) = slot else { return Vec::new() };
            for number in 0..self.digits.cells[cell] {
                let Ok(now) = Number::try_from(number) else { continue };
                for code in &self.digits.slots[*slot] {
                    let was = match *code {
                        _ if domain.is_frozen(now) => domain.reads(now),
                        SAME => Some(now),
                        UNKNOWN => None,
                        other => Some(other - OTHER),
                    };
                    let when =
                        self.code.cell(cell, number, false).and(&self.code.slot(self.digits, *slot, *code, false));
                    add(was, when);
                }
            }
        } else {
            for (number, when) in merged[cell].iter().enumerate() {
                let value = Number::try_from(number).ok().and_then(|number| domain.reads(number));
                add(value, when.clone());
            }
        }
        reads.into_iter().collect()
    }

    fn condition(&self, condition: &Cond, merged: &Values, at_base: bool) -> Truth {
        match condition {
            Cond::Const(known) => Truth { yes: self.truth(*known), no: self.truth(!known) },
            Cond::Not(inner) => {
                let Truth { yes, no } = self.condition(inner, merged, at_base);
                Truth { yes: no, no: yes }
            }
            Cond::All(parts) => {
                parts.iter().fold(Truth { yes: self.truth(true), no: self.truth(false) }, |all, part| {
                    let part = self.condition(part, merged, at_base);
                    Truth { yes: all.yes.and(&part.yes), no: all.no.or(&part.no) }
                })
            }
            Cond::Any(parts) => {
                parts.iter().fold(Truth { yes: self.truth(false), no: self.truth(true) }, |any, part| {
                    let part = self.condition(part, merged, at_base);
                    Truth { yes: any.yes.or(&part.yes), no: any.no.and(&part.no) }
                })
            }
            Cond::Test(cell, says) => {
                let mut truth = Truth { yes: self.truth(false), no: self.truth(false) };
                for (value, when) in self.reads(*cell, merged, at_base) {
                    match says.get(usize::from(value)) {
                        Some(true) => truth.yes = truth.yes.or(&when),
                        Some(false) => truth.no = truth.no.or(&when),
                        None => {}
                    }
                }
                truth
            }
        }
    }

    fn effects(&self, rule: &ModelRule, merged: &Values, at_base: bool) -> Truth {
        if !rule.effects_can_hold {
            return Truth { yes: self.truth(false), no: self.truth(true) };
        }
        let mut truth = Truth { yes: self.truth(true), no: self.truth(false) };
        for write in &rule.effects {
            let (mut is, mut is_not) = (self.truth(false), self.truth(false));
            for (value, when) in self.reads(write.cell, merged, at_base) {
                if value == write.value { is = is.or(&when) } else { is_not = is_not.or(&when) }
            }
            truth = Truth { yes: truth.yes.and(&is), no: truth.no.or(&is_not) };
        }
        truth
    }

    /// Everything that a slot may remember after the step.
    fn remembered(&self, slot: usize, now: &Values, next: &Values, kept: &[(Kept, Bdd)]) -> Option<Bdd> {
        let cell = self.model.slots[slot].cell;
        let any_kept = kept.iter().fold(self.truth(false), |any, (_, when)| any.or(when));
        let not_kept = any_kept.not();
        let ways = kept.iter().map(|(how, when)| (Some(*how), when)).chain([(None, &not_kept)]);
        let ways: Vec<(Option<Kept>, &Bdd)> = ways.collect();
        let mut all = self.truth(false);
        for (start, was) in now[cell].iter().enumerate() {
            for (end, is) in next[cell].iter().enumerate() {
                let moved = was.and(is);
                if moved.is_false() {
                    continue;
                }
                for code in &self.digits.slots[slot] {
                    let from = moved.and(&self.code.slot(self.digits, slot, *code, false));
                    let moving =
                        Moving { start: Number::try_from(start).ok()?, end: Number::try_from(end).ok()?, old: *code };
                    for (how, when) in &ways {
                        let from = from.and(when);
                        if from.is_false() {
                            continue;
                        }
                        let choices = if self.model.phase == Phase::Both {
                            self.model.base_after(slot, moving, *how, true)
                        } else {
                            vec![*code]
                        };
                        let to = choices.iter().fold(self.truth(false), |any, code| {
                            any.or(&self.code.slot(self.digits, slot, *code, true))
                        });
                        all = all.or(&from.and(&to));
                    }
                }
                if all.size() > MOST_NODES {
                    return None;
                }
            }
        }
        Some(all)
    }
}
