//! A second interpreter of `docs/semantics.md`: slow, obvious, and written without a look at the engine.
//!
//! Contacts are maps from field names to values; every step makes everything anew. It shares the rule IR and the
//! values with the engine, and nothing else. Names in parts are left out: they have tests of their own.

use std::collections::{BTreeMap, BTreeSet};

use syncc_compiler::{
    ir::{Condition, Effect, End, FieldId, Lens, Mapping, Piece, Prefer, Program, Rule, Test},
    value::{Canon, Record, Text, Value, shown},
};
use syncc_runtime::engine::{Base, Pair, Part, Status};

type Contact = BTreeMap<String, Value>;

/// What the reference says of a pair.
#[derive(Debug, PartialEq)]
pub(crate) struct Verdict {
    pub(crate) end: [Option<Record>; 2],
    pub(crate) base: Option<Base>,
    pub(crate) status: Status,
    pub(crate) fired: Vec<(usize, Part)>,
}

#[derive(Clone, Debug, PartialEq)]
struct Moment {
    now: [Option<Contact>; 2],
    base: [Option<Contact>; 2],
}

/// A test, a condition or an effect: `Maybe` when it is undecided.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Truth {
    Yes,
    No,
    Maybe,
}
use Truth::{Maybe, No, Yes};

#[derive(Clone, Debug)]
struct Ask {
    rule: usize,
    part: Part,
    end: End,
    effect: Effect,
    may_create: bool,
}

struct Reference<'p> {
    program: &'p Program,
    edited: [bool; 2],
    later: Option<End>,
}

/// What a cycle makes of a pair, by the book.
pub(crate) fn cycle(program: &Program, pair: &Pair) -> Verdict {
    let contacts = |records: &[Option<Record>; 2]| {
        End::BOTH.map(|end| records[end.index()].as_ref().map(|record| to_contact(program, end, record)))
    };
    let now = contacts(&pair.now);
    let given = pair.base.as_ref().map_or([None, None], |base| contacts(&base.sides));
    let something_deleted = (0..2).any(|side| given[side].is_some() && now[side].is_none());
    let whole = given.iter().all(Option::is_some);
    let base = if whole || something_deleted { given.clone() } else { [None, None] };
    let edited = [0, 1].map(|side: usize| match (&now[side], &given[side]) {
        (Some(now), Some(base)) => now.iter().any(|(field, value)| {
            let before = &base[field];
            *value != Value::Unknown && *before != Value::Unknown && value != before
        }),
        _ => false,
    });
    let reference = Reference { program, edited, later: pair.later };
    let start = Moment { now, base };
    let mut fired = BTreeSet::new();
    let mut made = [false, false];
    let Some(last) = reference.repeat(start.clone(), 1, &mut fired, &mut made) else { return refused(pair) };
    if (0..2).any(|side| made[side] && start.now[side].is_none() && last.now[side].is_none()) {
        return refused(pair);
    }
    let status = reference.status(&start, &last);
    let base = remember(&start, &given, &last);
    Verdict {
        end: End::BOTH.map(|end| to_record(program, end, last.now[end.index()].as_ref())),
        base: (base != [None, None])
            .then(|| Base { sides: End::BOTH.map(|end| to_record(program, end, base[end.index()].as_ref())) }),
        status,
        fired: fired.into_iter().collect(),
    }
}

fn refused(pair: &Pair) -> Verdict {
    Verdict { end: pair.now.clone(), base: pair.base.clone(), status: Status::Refused, fired: Vec::new() }
}

fn to_contact(program: &Program, end: End, record: &Record) -> Contact {
    let fields = program.side(end).fields.iter().enumerate();
    fields.map(|(at, field)| (field.name.clone(), record.values()[at].clone())).collect()
}

fn to_record(program: &Program, end: End, contact: Option<&Contact>) -> Option<Record> {
    let contact = contact?;
    Some(Record::new(program.side(end).fields.iter().map(|field| contact[&field.name].clone()).collect()))
}

/// "What to remember."
fn remember(start: &Moment, given: &[Option<Contact>; 2], last: &Moment) -> [Option<Contact>; 2] {
    if last.now.iter().all(Option::is_some) || last.base == [None, None] {
        return last.base.clone();
    }
    [0, 1].map(|side: usize| {
        let (Some(first), Some(now)) = (&start.now[side], &last.now[side]) else { return last.base[side].clone() };
        let before = given[side].clone().unwrap_or_else(|| first.clone());
        let field = |(name, old): (String, Value)| {
            let written = first[&name] != now[&name];
            let was_edited = first[&name] != Value::Unknown && old != Value::Unknown && first[&name] != old;
            let new = if written && !was_edited { now[&name].clone() } else { old };
            (name, new)
        };
        Some(before.into_iter().map(field).collect())
    })
}

impl Reference<'_> {
    fn repeat(
        &self,
        moment: Moment,
        nth: u32,
        fired: &mut BTreeSet<(usize, Part)>,
        made: &mut [bool; 2],
    ) -> Option<Moment> {
        let next = self.step(&moment, fired, made);
        if next == moment {
            Some(moment)
        } else if nth == 64 {
            None
        } else {
            self.repeat(next, nth + 1, fired, made)
        }
    }

    fn step(&self, moment: &Moment, fired: &mut BTreeSet<(usize, Part)>, made: &mut [bool; 2]) -> Moment {
        let both = moment.now.iter().all(Option::is_some);
        let (merged, base) = if both { self.merge(moment) } else { (moment.clone(), self.base_without_merge(moment)) };
        let asks = self.settle(&merged);
        let mut now = merged.now.clone();
        let mut wrote = vec![];
        for end in End::BOTH {
            self.carry_out(&asks, end, &merged, &mut now, &mut wrote, made);
        }
        for (ask, field) in wrote {
            let value = |contact: &Option<Contact>| contact.as_ref().map(|contact| contact.get(&field).cloned());
            if value(&moment.now[ask.end.index()]) != value(&now[ask.end.index()]) {
                fired.insert((ask.rule, ask.part));
            }
        }
        Moment { now, base }
    }

    fn base_without_merge(&self, moment: &Moment) -> [Option<Contact>; 2] {
        if moment.base == [None, None] {
            return [None, None];
        }
        [0, 1].map(|side: usize| moment.base[side].clone().or_else(|| moment.now[side].clone()))
    }

    fn status(&self, start: &Moment, last: &Moment) -> Status {
        let pairs = || start.now.iter().zip(&last.now);
        if pairs().any(|(before, after)| before.is_none() && after.is_some()) {
            Status::Created
        } else if pairs().any(|(before, after)| before.is_some() && after.is_none()) {
            Status::Deleted
        } else if start.now != last.now {
            Status::Updated
        } else if last.now.iter().all(Option::is_some) && End::BOTH.iter().any(|end| self.in_scope(last, *end)) {
            Status::InSync
        } else {
            Status::Excluded
        }
    }

    // Point 2.

    fn in_scope(&self, moment: &Moment, from: End) -> bool {
        self.program.arrow.from(from)
            && self.program.rules.iter().any(|rule| {
                let by_condition = rule.from == from && self.holds(rule, moment) == Yes;
                let by_effects =
                    rule.other_way.is_some() && rule.from.other() == from && self.effects_hold(rule, moment) == Yes;
                by_condition || by_effects
            })
    }

    // Point 3.

    fn merge(&self, moment: &Moment) -> (Moment, [Option<Contact>; 2]) {
        let [Some(left), Some(right)] = &moment.now else { return (moment.clone(), moment.base.clone()) };
        let old = [left.clone(), right.clone()];
        let mut new = old.clone();
        let mut base = [0, 1].map(|side: usize| {
            let mut base = old[side].clone();
            for (field, value) in &mut base {
                if *value == Value::Unknown
                    && let Some(before) = &moment.base[side]
                {
                    *value = before[field].clone();
                }
            }
            base
        });
        let mut written = BTreeSet::new();
        for mapping in &self.program.mappings {
            let mut flow = Flow { moment, old: &old, new: &mut new, base: &mut base, written: &mut written };
            self.flow(mapping, &mut flow);
        }
        let now = new.map(Some);
        (Moment { now, base: moment.base.clone() }, base.map(Some))
    }

    fn flow(&self, mapping: &Mapping, flow: &mut Flow<'_>) {
        let name = |end: End, field: FieldId| self.program.side(end).fields[field.index()].name.clone();
        match &mapping.lens {
            Lens::Copy { left, right } | Lens::Table { left, right, .. } => {
                let fields = [name(End::Left, *left), name(End::Right, *right)];
                let involved = [(End::Left, fields[0].clone()), (End::Right, fields[1].clone())];
                if flow.unknown(&involved) {
                    flow.keep(&involved);
                } else if self.program.side(End::Left).fields[left.index()].ty.is_set() {
                    self.flow_set(mapping, &fields, flow);
                } else {
                    self.flow_value(mapping, &fields, flow);
                }
            }
            Lens::Compose { from, pieces, target } => {
                let mut involved = vec![(from.other(), name(from.other(), *target))];
                for piece in pieces {
                    if let Piece::Field(field) = piece {
                        involved.push((*from, name(*from, *field)));
                    }
                }
                if flow.unknown(&involved) {
                    flow.keep(&involved);
                    return;
                }
                if self.winner(flow.changed(&involved)) != Some(*from) || !mapping.direction.from(*from) {
                    return;
                }
                let source = &flow.old[from.index()];
                let mut text = String::new();
                let mut all_empty = true;
                for piece in pieces {
                    match piece {
                        Piece::Text(fixed) => text += fixed,
                        Piece::Field(field) => {
                            let value = &source[&name(*from, *field)];
                            all_empty &= *value == Value::Empty;
                            text += &shown(value).expect("the tests compose single values only");
                        }
                    }
                }
                let text = if all_empty { "" } else { text.trim() };
                let scalar = self.program.side(from.other()).fields[target.index()].ty.scalar();
                let value = Canon::default().scalar(scalar, text).expect("any text is a text");
                self.write(*from, value, &name(from.other(), *target), &involved, flow);
            }
            Lens::Name { .. } => panic!("names are not part of the reference"),
        }
    }

    fn flow_value(&self, mapping: &Mapping, fields: &[String; 2], flow: &mut Flow<'_>) {
        let involved = [(End::Left, fields[0].clone()), (End::Right, fields[1].clone())];
        let value = |end: End| flow.old[end.index()][&fields[end.index()]].clone();
        let (left, right) = (value(End::Left), value(End::Right));
        if self.reads_as(mapping, End::Left, &left) == Some(right.clone())
            || self.reads_as(mapping, End::Right, &right) == Some(left.clone())
        {
            return;
        }
        let is_consent = |value: &Value| matches!(value, Value::Consent(_));
        if is_consent(&left) || is_consent(&right) {
            let step = |end, value: &Value| match value {
                Value::Empty => Some(0),
                Value::Consent(step) => Some(1 + *step as u32),
                other => match self.reads_as(mapping, end, other) {
                    Some(Value::Consent(step)) => Some(1 + step as u32),
                    _ => None,
                },
            };
            let (Some(left), Some(right)) = (step(End::Left, &left), step(End::Right, &right)) else { return };
            let winner = if left > right { End::Left } else { End::Right };
            if left != right
                && mapping.direction.from(winner)
                && self.in_scope(flow.moment, winner)
                && let Some(image) = self.reads_as(mapping, winner, &value(winner))
            {
                self.write(winner, image, &fields[winner.other().index()], &[], flow);
            }
            return;
        }
        let Some(winner) = self.winner(flow.changed(&involved)) else { return };
        if !mapping.direction.from(winner) {
            return;
        }
        if let Some(image) = self.reads_as(mapping, winner, &value(winner)) {
            self.write(winner, image, &fields[winner.other().index()], &involved, flow);
        }
    }

    /// Writes what flows from `winner`, unless the app cannot or the ladder forbids it; keeps the base when it is
    /// only the scope that forbids it.
    fn write(&self, winner: End, value: Value, field: &str, involved: &[(End, String)], flow: &mut Flow<'_>) {
        let to = winner.other();
        let old = &flow.old[to.index()][field];
        let can = self.program.side(to).fields.iter().find(|known| known.name == field).expect("known").can;
        let allowed = if value == Value::Empty { can.clear } else { can.set };
        if value == *old || !allowed || climbs(old, &value) {
            return;
        }
        if !self.in_scope(flow.moment, winner) {
            flow.keep(involved);
        } else if flow.written.insert((to, field.to_owned())) {
            flow.new[to.index()].insert(field.to_owned(), value);
        }
    }

    fn winner(&self, changed: [bool; 2]) -> Option<End> {
        match (changed, self.program.prefer) {
            ([false, false], _) => None,
            ([true, false], _) | ([true, true], Prefer::Default | Prefer::End(End::Left)) => Some(End::Left),
            ([false, true], _) | ([true, true], Prefer::End(End::Right)) => Some(End::Right),
            ([true, true], Prefer::Latest) => Some(self.later.unwrap_or(End::Left)),
        }
    }

    fn reads_as(&self, mapping: &Mapping, from: End, value: &Value) -> Option<Value> {
        if *value == Value::Empty {
            return Some(Value::Empty);
        }
        match &mapping.lens {
            Lens::Copy { left, right } => {
                let to = [right, left][from.index()];
                Canon::default().retype(value, self.program.side(from.other()).fields[to.index()].ty)
            }
            Lens::Table { rows, .. } => {
                for (left, right) in rows {
                    let row = [self.program.constant(*left), self.program.constant(*right)];
                    if row[from.index()] == value {
                        return Some(row[from.other().index()].clone());
                    }
                }
                None
            }
            _ => None,
        }
    }

    fn element_reads_as(&self, mapping: &Mapping, from: End, element: &Text) -> Option<Text> {
        let set_type = match &mapping.lens {
            Lens::Copy { left, right } => {
                let to = [right, left][from.index()];
                self.program.side(from.other()).fields[to.index()].ty.scalar()
            }
            _ => {
                return match self.reads_as(mapping, from, &Value::Text(element.clone())) {
                    Some(Value::Text(text)) => Some(text),
                    _ => None,
                };
            }
        };
        Some(Canon::default().text(set_type, element.shown()))
    }

    fn flow_set(&self, mapping: &Mapping, fields: &[String; 2], flow: &mut Flow<'_>) {
        let near = if mapping.direction.to_right { End::Right } else { End::Left };
        let far = near.other();
        let base = flow.base_of([(End::Left, fields[0].clone()), (End::Right, fields[1].clone())].as_slice());
        let texts = |value: &Value| value.elements().to_vec();
        let near_now = texts(&flow.old[near.index()][&fields[near.index()]]);
        let far_now = texts(&flow.old[far.index()][&fields[far.index()]]);
        let near_base = texts(&base[near.index()]);
        let far_base = texts(&base[far.index()]);
        let meaning = |element: &Text| self.element_reads_as(mapping, far, element);
        let on_far = |set: &[Text], element: &Text| set.iter().any(|known| meaning(known).as_ref() == Some(element));
        let mut universe: BTreeSet<Text> = near_now.iter().chain(&near_base).cloned().collect();
        universe.extend(far_now.iter().chain(&far_base).filter_map(meaning));
        let mut asked = Vec::new();
        for element in universe {
            let here = near_now.contains(&element);
            let there = on_far(&far_now, &element);
            let was_here = near_base.contains(&element);
            let was_there = on_far(&far_base, &element);
            if here == there || (here == was_here && there == was_there) {
                continue;
            }
            let near_wins = if here != was_here && there != was_there { here } else { here != was_here };
            let (winner, present) = if near_wins { (near, here) } else { (far, there) };
            let to = winner.other();
            let field = fields[to.index()].clone();
            let known = self.program.side(to).fields.iter().find(|known| known.name == field).expect("known");
            let able = known.can.set || if present { known.can.add } else { known.can.remove };
            let in_far_words = |present: bool| -> Vec<Text> {
                if present {
                    self.element_reads_as(mapping, near, &element).into_iter().collect()
                } else {
                    far_now.iter().filter(|known| meaning(known).as_ref() == Some(&element)).cloned().collect()
                }
            };
            let words = if to == near { vec![element.clone()] } else { in_far_words(present) };
            if !mapping.direction.from(winner) || !able || words.is_empty() {
                continue;
            }
            if self.in_scope(flow.moment, winner) {
                asked.extend(words.into_iter().map(|word| (present, to, field.clone(), word)));
            } else {
                put(&mut flow.base[near.index()], &fields[near.index()], &element, was_here);
                for word in in_far_words(was_there) {
                    put(&mut flow.base[far.index()], &fields[far.index()], &word, was_there);
                }
            }
        }
        // Two elements may be one in the other side's words: what one of them adds stays.
        asked.sort_by_key(|(present, ..)| *present);
        for (present, to, field, word) in asked {
            put(&mut flow.new[to.index()], &field, &word, present);
        }
    }

    // Point 4.

    fn holds(&self, rule: &Rule, moment: &Moment) -> Truth {
        let side = rule.from.index();
        let deleted = moment.base[side].is_some() && moment.now[side].is_none();
        if moment.now[side].is_some() || (deleted && self.mentions_deleted(&rule.condition, rule.from)) {
            self.truth(&rule.condition, moment)
        } else {
            No
        }
    }

    fn mentions_deleted(&self, condition: &Condition, end: End) -> bool {
        match condition {
            Condition::Atom(id) => {
                let atom = &self.program.atoms[id.index()];
                atom.end == end && atom.test == Test::Deleted
            }
            Condition::Not(inner) => self.mentions_deleted(inner, end),
            Condition::All(parts) | Condition::Any(parts) => parts.iter().any(|part| self.mentions_deleted(part, end)),
        }
    }

    fn truth(&self, condition: &Condition, moment: &Moment) -> Truth {
        match condition {
            Condition::Atom(id) => {
                let atom = &self.program.atoms[id.index()];
                self.test(&atom.test, atom.end, moment)
            }
            Condition::Not(inner) => not(self.truth(inner, moment)),
            Condition::All(parts) => {
                let truths: Vec<Truth> = parts.iter().map(|part| self.truth(part, moment)).collect();
                all(&truths)
            }
            Condition::Any(parts) => {
                let truths: Vec<Truth> = parts.iter().map(|part| not(self.truth(part, moment))).collect();
                not(all(&truths))
            }
        }
    }

    fn read(&self, end: End, field: FieldId, moment: &Moment) -> Value {
        let name = &self.program.side(end).fields[field.index()].name;
        let Some(now) = &moment.now[end.index()] else { return Value::Empty };
        match (&now[name], &moment.base[end.index()]) {
            (Value::Unknown, Some(base)) => base[name].clone(),
            (value, _) => value.clone(),
        }
    }

    fn test(&self, test: &Test, end: End, moment: &Moment) -> Truth {
        let there = moment.now[end.index()].is_some();
        let Some(field) = test.field() else {
            let was_there = moment.base[end.index()].is_some();
            return yes(if *test == Test::Exists { there } else { was_there && !there });
        };
        let value = self.read(end, field, moment);
        if value == Value::Unknown {
            return Maybe;
        }
        let spelling = shown(&value).unwrap_or_default();
        yes(match test {
            Test::Exists | Test::Deleted => false,
            Test::Empty(_) => value == Value::Empty,
            Test::True(_) => value == Value::Bool(true),
            Test::Equals(_, constant) => value == *self.program.constant(*constant),
            Test::Has(_, constant) => match self.program.constant(*constant) {
                Value::Text(text) => value.elements().contains(text),
                _ => false,
            },
            Test::Less(_, constant) => number(&value)
                .zip(number(self.program.constant(*constant)))
                .is_some_and(|(value, constant)| value < constant),
            Test::AtMost(_, constant) => number(&value)
                .zip(number(self.program.constant(*constant)))
                .is_some_and(|(value, constant)| value <= constant),
            Test::Contains(_, constant) => spelling.contains(&shown(self.program.constant(*constant)).expect("single")),
            Test::StartsWith(_, constant) => {
                spelling.starts_with(&shown(self.program.constant(*constant)).expect("single"))
            }
            Test::EndsWith(_, constant) => {
                spelling.ends_with(&shown(self.program.constant(*constant)).expect("single"))
            }
        })
    }

    fn effects_hold(&self, rule: &Rule, moment: &Moment) -> Truth {
        let end = rule.from.other();
        if moment.now[end.index()].is_none() {
            return No;
        }
        let truth = |effect: &Effect| match effect {
            Effect::Exists => Yes,
            Effect::Deleted => No,
            Effect::Add(field, element) => self.test(&Test::Has(*field, *element), end, moment),
            Effect::Remove(field, element) => not(self.test(&Test::Has(*field, *element), end, moment)),
            Effect::Set(field, constant) => self.test(&Test::Equals(*field, *constant), end, moment),
            Effect::Clear(field) => self.test(&Test::Empty(*field), end, moment),
        };
        all(&rule.effects.iter().map(truth).collect::<Vec<_>>())
    }

    fn b_pushes(&self, rule: &Rule, moment: &Moment) -> bool {
        let [Some(left), Some(right)] = &moment.base else { return false };
        let then = Moment { now: [Some(left.clone()), Some(right.clone())], base: [None, None] };
        let changed = |before: Truth, now: Truth| before != Maybe && before != now;
        let condition = changed(self.holds(rule, &then), self.holds(rule, moment));
        let effects = changed(self.effects_hold(rule, &then), self.effects_hold(rule, moment));
        if condition && effects {
            match self.program.prefer {
                Prefer::Default => false,
                Prefer::End(end) => end != rule.from,
                Prefer::Latest => self.later == Some(rule.from.other()),
            }
        } else {
            effects
        }
    }

    /// What a rule asks for, and which of that takes something back.
    fn asks_of(&self, rule: &Rule, index: usize, moment: &Moment) -> (Vec<Ask>, Vec<Ask>) {
        let (a, b) = (rule.from, rule.from.other());
        let exists = |end: End| moment.now[end.index()].is_some();
        let deleted = |end: End| moment.base[end.index()].is_some() && !exists(end);
        let both = exists(a) && exists(b);
        let ask = |part: Part, end: End, effects: &[Effect], may_create: bool| -> Vec<Ask> {
            effects.iter().map(|effect| Ask { rule: index, part, end, effect: effect.clone(), may_create }).collect()
        };
        let condition = self.holds(rule, moment);
        if condition == Maybe {
            return (vec![], vec![]);
        }
        let plain = || {
            let deletes = rule.effects.contains(&Effect::Deleted);
            match (condition, &rule.undo) {
                (Yes, _) => (ask(Part::Then, b, &rule.effects, exists(a) && !deletes), vec![]),
                (_, Some(undo)) if both => (vec![], ask(Part::Undo, b, undo, false)),
                _ => (vec![], vec![]),
            }
        };
        let Some(back) = &rule.other_way else { return plain() };
        let effects = self.effects_hold(rule, moment);
        let make_true = |may_create| ask(Part::OtherWay, a, &back.make_true, may_create);
        if effects == Maybe {
            (vec![], vec![])
        } else if !exists(a) && !deleted(a) {
            (if effects == Yes { make_true(true) } else { vec![] }, vec![])
        } else if both && condition != effects && self.b_pushes(rule, moment) {
            if effects == Yes {
                (make_true(false), vec![])
            } else {
                (vec![], back.make_false.as_ref().map_or(vec![], |effects| ask(Part::OtherWay, a, effects, false)))
            }
        } else if both && condition == Yes && effects == Yes {
            let (mut wants, undos) = plain();
            wants.extend(make_true(false));
            (wants, undos)
        } else {
            plain()
        }
    }

    // Point 5.

    fn settle(&self, moment: &Moment) -> Vec<Ask> {
        let mut wants = vec![];
        let mut undos = vec![];
        for (index, rule) in self.program.rules.iter().enumerate() {
            let (want, undo) = self.asks_of(rule, index, moment);
            wants.extend(want);
            undos.extend(undo);
        }
        let mut settled: Vec<Ask> = vec![];
        for ask in wants.into_iter().chain(undos) {
            let partner = ask.end.other().index();
            let partner_deleted = moment.base[partner].is_some() && moment.now[partner].is_none();
            let survives = ask.effect == Effect::Deleted && partner_deleted && self.edited[ask.end.index()];
            let taken =
                settled.iter().any(|earlier| earlier.end == ask.end && about_the_same(&earlier.effect, &ask.effect));
            if !survives && !taken {
                settled.push(ask);
            }
        }
        settled
    }

    fn carry_out(
        &self,
        asks: &[Ask],
        end: End,
        moment: &Moment,
        now: &mut [Option<Contact>; 2],
        wrote: &mut Vec<(Ask, String)>,
        made: &mut [bool; 2],
    ) {
        let side = end.index();
        let mine: Vec<&Ask> = asks.iter().filter(|ask| ask.end == end).collect();
        let never_existed = moment.now[side].is_none() && moment.base[side].is_none();
        if never_existed
            && moment.now[1 - side].is_some()
            && self.program.side(end).creates
            && let Some(first) = mine.iter().find(|ask| ask.may_create)
        {
            let fields = &self.program.side(end).fields;
            now[side] = Some(fields.iter().map(|field| (field.name.clone(), Value::Empty)).collect());
            wrote.push(((*first).clone(), String::new()));
            made[side] = true;
        }
        for ask in mine {
            let Some(contact) = &mut now[side] else { return };
            if ask.effect == Effect::Deleted {
                now[side] = None;
                wrote.push((ask.clone(), String::new()));
                continue;
            }
            let Some(field) = ask.effect.field() else { continue };
            let name = self.program.side(end).fields[field.index()].name.clone();
            let old = contact[&name].clone();
            let constant = |id| self.program.constant(id).clone();
            let new = match ask.effect {
                Effect::Add(_, id) => with(&old, &constant(id), true),
                Effect::Remove(_, id) => with(&old, &constant(id), false),
                Effect::Set(_, id) => constant(id),
                _ => Value::Empty,
            };
            if old != Value::Unknown && new != old && !climbs(&old, &new) {
                contact.insert(name.clone(), new);
                wrote.push((ask.clone(), name));
            }
        }
    }
}

/// What one mapping reads and writes.
struct Flow<'a> {
    moment: &'a Moment,
    old: &'a [Contact; 2],
    new: &'a mut [Contact; 2],
    base: &'a mut [Contact; 2],
    written: &'a mut BTreeSet<(End, String)>,
}

impl Flow<'_> {
    fn unknown(&self, fields: &[(End, String)]) -> bool {
        fields.iter().any(|(end, field)| self.old[end.index()][field] == Value::Unknown)
    }

    /// The base of these fields stays as it was.
    fn keep(&mut self, fields: &[(End, String)]) {
        for (end, field) in fields {
            let before = self.moment.base[end.index()].as_ref().map_or(Value::Unknown, |base| base[field].clone());
            self.base[end.index()].insert(field.clone(), before);
        }
    }

    /// The base of these fields in order; empty ones unless it knows all of them on both sides.
    fn base_of(&self, fields: &[(End, String)]) -> Vec<Value> {
        let whole = self.moment.base.iter().all(Option::is_some);
        let values: Vec<Value> = fields
            .iter()
            .map(|(end, field)| match &self.moment.base[end.index()] {
                Some(base) if whole => base[field].clone(),
                _ => Value::Unknown,
            })
            .collect();
        if values.contains(&Value::Unknown) { vec![Value::Empty; fields.len()] } else { values }
    }

    fn changed(&self, fields: &[(End, String)]) -> [bool; 2] {
        let mut changed = [false, false];
        for ((end, field), before) in fields.iter().zip(self.base_of(fields)) {
            if self.old[end.index()][field] != before {
                changed[end.index()] = true;
            }
        }
        changed
    }
}

fn put(contact: &mut Contact, field: &str, element: &Text, present: bool) {
    let new = with(&contact[field], &Value::Text(element.clone()), present);
    contact.insert(field.to_owned(), new);
}

/// A set with the element, or without it.
fn with(set: &Value, element: &Value, present: bool) -> Value {
    let Value::Text(element) = element else { return set.clone() };
    let mut elements: Vec<Text> = set.elements().iter().filter(|known| *known != element).cloned().collect();
    if present {
        elements.push(element.clone());
    }
    Value::set(elements)
}

fn climbs(before: &Value, after: &Value) -> bool {
    match (before, after) {
        (Value::Consent(before), Value::Consent(after)) => (*after as u32) < (*before as u32),
        (Value::Consent(_), _) => true,
        _ => false,
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => Some(number.get()),
        _ => None,
    }
}

fn about_the_same(one: &Effect, other: &Effect) -> bool {
    let element = |effect: &Effect| match effect {
        Effect::Add(_, element) | Effect::Remove(_, element) => Some(*element),
        _ => None,
    };
    if *one == Effect::Deleted || *other == Effect::Deleted || one == other {
        return true;
    }
    match (one.field(), other.field()) {
        (Some(field), Some(same)) if field == same => {
            element(one).is_none() || element(other).is_none() || element(one) == element(other)
        }
        _ => false,
    }
}

fn yes(truth: bool) -> Truth {
    if truth { Yes } else { No }
}

fn not(truth: Truth) -> Truth {
    match truth {
        Yes => No,
        No => Yes,
        Maybe => Maybe,
    }
}

fn all(truths: &[Truth]) -> Truth {
    if truths.contains(&No) {
        No
    } else if truths.contains(&Maybe) {
        Maybe
    } else {
        Yes
    }
}
