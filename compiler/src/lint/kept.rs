//! What the checks across rules found, kept by what the rules do, so that an edit looks again only at what it touches.
//!
//! Law: after any rules came and went, the same is found as when all that are there now had come at once. It holds because
//! each finding is a function of the rules that have one thing in common ([`super::uses`]), in the order of the file, and is
//! found anew when one of them comes, goes or has another place among them.

use std::hash::{Hash, Hasher};

use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use super::{
    Linted,
    ask::Ask,
    bare, constants,
    contradiction::{self, Contradiction},
    first_decides::{self, FirstDecides},
    letter_case, lossy, narrowing, overwritten,
    shadowed::{self, Covered},
    shape::{Known, Pairs},
    slip::{self, OFTEN, Often},
    uses::{self, Key, TextUses, Uses},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{ConstId, Effect, End, FieldId, Program},
};

/// A field of an end.
type Field = (End, FieldId);

/// The findings of a file, with what they are found by.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    uses: Uses,
    /// Whether the rules were looked at before. If not, there is everything to be looked at.
    has_looked: bool,
    /// What is to be looked at again.
    touched: FxHashSet<Key>,
    /// Whether rules from each app came, went or moved.
    moved: [bool; 2],
    /// What is reported of single rules. Spans count from their start.
    alone: FxHashMap<usize, Vec<Diagnostic>>,
    /// Rules that never hold.
    dead: FxHashSet<usize>,
    /// Rules that may make contacts and then let nothing flow.
    may_be_bare: FxHashSet<usize>,
    contradictions: FxHashMap<Key, Vec<Contradiction>>,
    /// How many contradictions are found of a rule.
    contradicting: FxHashMap<usize, usize>,
    first_decides: FxHashMap<Key, FirstDecides>,
    deleted: [Vec<FirstDecides>; 2],
    covered: FxHashMap<Key, Vec<Covered>>,
    /// The texts of a field by a number for their letters in lower case: the first that came.
    lower: FxHashMap<(Field, u64), ConstId>,
    /// All of those that are several.
    several: FxHashMap<(Field, u64), Vec<ConstId>>,
    often: FxHashMap<Field, Often>,
    /// For each text that stands once, what it could be meant to be.
    slips: FxHashMap<(Field, ConstId), Vec<ConstId>>,
}

/// The rules as they stand now.
pub(crate) struct Now<'n> {
    pub(crate) program: &'n Program,
    pub(crate) known: &'n [Known],
    /// The rules that the file writes, in its order.
    pub(crate) order: &'n [usize],
    /// Where in that order a rule stands.
    pub(crate) place: &'n dyn Fn(usize) -> usize,
}

impl Kept {
    /// A rule came, of which this shows in it alone. `dead` says that it never holds.
    pub(crate) fn add(&mut self, program: &Program, index: usize, alone: Vec<Diagnostic>, dead: bool) {
        let Some(rule) = program.rules.get(index) else { return };
        if !alone.is_empty() {
            self.alone.insert(index, alone);
        }
        if dead {
            self.dead.insert(index);
        }
        if bare::may_be(program, rule) {
            self.may_be_bare.insert(index);
        }
        self.moved[rule.from.index()] = true;
        uses::each(program, rule, &mut |key| {
            if self.has_looked {
                self.touched.insert(key.clone());
            }
            self.uses.add(key, index);
        });
    }

    /// A rule goes.
    pub(crate) fn remove(&mut self, program: &Program, index: usize) {
        let Some(rule) = program.rules.get(index) else { return };
        self.alone.remove(&index);
        self.dead.remove(&index);
        self.may_be_bare.remove(&index);
        self.moved[rule.from.index()] = true;
        uses::each(program, rule, &mut |key| {
            self.uses.remove(&key, index);
            self.touched.insert(key);
        });
    }

    /// Looks again at what was touched.
    pub(crate) fn renew(&mut self, now: &Now<'_>) {
        let touched: Vec<Key> = if self.has_looked {
            for from in End::BOTH {
                self.deletes(now, from);
            }
            self.touched.drain().collect()
        } else {
            self.uses.keys().map(|(key, _)| key.clone()).collect()
        };
        self.has_looked = true;
        let mut fields: FxHashSet<Key> = FxHashSet::default();
        for key in &touched {
            match key {
                Key::Field(..) => {
                    self.contradict(now, key, &mut fields);
                    fields.insert(key.clone());
                }
                Key::Does(from, effect) => {
                    self.contradict(now, key, &mut fields);
                    if *effect != Effect::Exists {
                        self.cover(now, *from, effect);
                    }
                }
                Key::Undoes(..) => self.contradict(now, key, &mut fields),
                Key::Text(..) => {}
            }
        }
        for key in fields {
            self.decide(now, key);
        }
        let moved = std::mem::take(&mut self.moved);
        for from in End::BOTH.into_iter().filter(|from| moved[from.index()]) {
            self.cover(now, from, &Effect::Exists);
            self.deleted[from.index()] = match self.uses.of(&Key::Does(from, Effect::Deleted)) {
                [] => Vec::new(),
                _ => with(now, &from_app(now, from), first_decides::deleted),
            };
        }
        self.texts(now.program, touched);
    }

    /// Whether a rule from this app deletes matters to all that others do there.
    fn deletes(&mut self, now: &Now<'_>, from: End) {
        let key = Key::Does(from, Effect::Deleted);
        // Of one or none that was touched, it may have been none or one before.
        if self.touched.contains(&key) && self.uses.of(&key).len() < 2 {
            for rule in from_app(now, from) {
                let effects = now.program.rules.get(rule).map(|rule| rule.effects.as_slice()).unwrap_or_default();
                self.touched.extend(effects.iter().map(|effect| Key::Does(from, effect.clone())));
            }
        }
    }

    /// Finds the contradictions by this key anew, and notes the fields that rules write which contradict now or did before.
    fn contradict(&mut self, now: &Now<'_>, key: &Key, fields: &mut FxHashSet<Key>) {
        let in_order = |keys: &[Key]| self.uses.in_order(keys, now.place);
        let both = |one: &Effect, make: fn(End, Effect) -> Key, from: End| {
            let opposite = contradiction::opposite_of(one)?;
            let keys = [make(from, one.clone()), make(from, opposite)];
            // Most things are only ever made or only ever taken away.
            let one_sided = keys.iter().any(|key| self.uses.of(key).is_empty());
            // One of the two stands for both.
            let [own, other] = keys;
            let stands = if is_first(one) { own.clone() } else { other.clone() };
            Some((stands, if one_sided { Vec::new() } else { in_order(&[own, other]) }))
        };
        let (stands, found) = match key {
            Key::Field(_, field) => {
                let rules = in_order(std::slice::from_ref(key));
                (key.clone(), with(now, &rules, |pairs| contradiction::values(pairs, *field)))
            }
            Key::Does(from, effect) => {
                let Some((stands, rules)) = both(effect, Key::Does, *from) else { return };
                (stands, with(now, &rules, |pairs| contradiction::opposite(pairs, effect)))
            }
            Key::Undoes(from, effect) => {
                let Some((stands, rules)) = both(effect, Key::Undoes, *from) else { return };
                (stands, with(now, &rules, |pairs| contradiction::undone(pairs, effect)))
            }
            Key::Text(..) => return,
        };
        let before = if found.is_empty() {
            self.contradictions.remove(&stands)
        } else {
            self.contradictions.insert(stands.clone(), found)
        };
        let mut note = |rule: usize| {
            let effects = now.program.rules.get(rule).into_iter().flat_map(|rule| {
                let field = |effect| Some(Key::Field(rule.from, super::included::single(effect)?));
                rule.effects.iter().filter_map(field)
            });
            fields.extend(effects);
        };
        for rule in before.iter().flatten().map(|one| one.second.0) {
            if let Some(count) = self.contradicting.get_mut(&rule) {
                *count -= 1;
                if *count == 0 {
                    self.contradicting.remove(&rule);
                }
            }
            note(rule);
        }
        for rule in self.contradictions.get(&stands).into_iter().flatten().map(|one| one.second.0) {
            *self.contradicting.entry(rule).or_default() += 1;
            note(rule);
        }
    }

    fn decide(&mut self, now: &Now<'_>, key: Key) {
        let Key::Field(_, field) = key else { return };
        let rules = self.uses.in_order(std::slice::from_ref(&key), now.place);
        let contradicts = |rule: usize| self.contradicting.contains_key(&rule);
        match with(now, &rules, |pairs| first_decides::check(pairs, field, contradicts)) {
            Some(found) => self.first_decides.insert(key, found),
            None => self.first_decides.remove(&key),
        };
    }

    fn cover(&mut self, now: &Now<'_>, from: End, effect: &Effect) {
        let key = Key::Does(from, effect.clone());
        let own = self.uses.of(&key);
        let rules = match own {
            [] => Vec::new(),
            // Whatever a rule does, the contact exists.
            _ if *effect == Effect::Exists => from_app(now, from),
            [_] => Vec::new(),
            _ => self.uses.in_order(std::slice::from_ref(&key), now.place),
        };
        let deletes = !self.uses.of(&Key::Does(from, Effect::Deleted)).is_empty();
        let dead = |rule: usize| self.dead.contains(&rule);
        let found = with(now, &rules, |pairs| shadowed::check(pairs, effect, deletes, dead));
        if found.is_empty() {
            self.covered.remove(&key);
        } else {
            self.covered.insert(key, found);
        }
    }

    /// Looks again at the texts among the keys.
    fn texts(&mut self, program: &Program, touched: Vec<Key>) {
        let mut again: FxHashSet<Field> = FxHashSet::default();
        let mut changed: Vec<(Field, ConstId, usize)> = Vec::new();
        for key in touched {
            let Key::Text(end, field, constant) = key else { continue };
            let count = self.uses.of(&key).len();
            let field = (end, field);
            changed.push((field, constant, count));
            let lower = (field, in_lower_case(constants::text(program, constant)));
            self.in_lower_case(lower, constant, count > 0);
            let was_often = self.often.get(&field).is_some_and(|often| often.has(constant));
            if was_often != (count >= OFTEN) {
                again.insert(field);
            }
        }
        for (field, constant, count) in changed {
            if again.contains(&field) {
                continue;
            }
            self.slips.remove(&(field, constant));
            if count == 1 {
                self.slip(program, field, constant);
            }
        }
        for field in again {
            self.often_again(program, field);
        }
    }

    /// A text of a field is there, or is not.
    fn in_lower_case(&mut self, lower: (Field, u64), constant: ConstId, is_there: bool) {
        let Some(first) = self.lower.get(&lower).copied() else {
            if is_there {
                self.lower.insert(lower, constant);
            }
            return;
        };
        let mut alike = self.several.remove(&lower).unwrap_or_else(|| vec![first]);
        alike.retain(|one| *one != constant);
        if is_there {
            alike.push(constant);
        }
        match alike.first() {
            Some(first) => self.lower.insert(lower, *first),
            None => self.lower.remove(&lower),
        };
        if alike.len() > 1 {
            self.several.insert(lower, alike);
        }
    }

    fn slip(&mut self, program: &Program, field: Field, constant: ConstId) {
        let Some(often) = self.often.get(&field) else { return };
        let near = often.near(program, constant);
        if !near.is_empty() {
            self.slips.insert((field, constant), near);
        }
    }

    /// Another text of a field stands often, or one no more.
    fn often_again(&mut self, program: &Program, field: Field) {
        let of_field = |(key, count): (&Key, usize)| match key {
            Key::Text(end, of, constant) if (*end, *of) == field => Some((*constant, count)),
            _ => None,
        };
        let texts: Vec<(ConstId, usize)> = self.uses.keys().filter_map(of_field).collect();
        let often = texts.iter().filter(|(_, count)| *count >= OFTEN).map(|(constant, _)| *constant);
        self.often.insert(field, Often::of(program, often));
        self.slips.retain(|(of, _), _| *of != field);
        for (constant, _) in texts.into_iter().filter(|(_, count)| *count == 1) {
            self.slip(program, field, constant);
        }
    }

    /// Everything that is odd about the rules of the file.
    pub(crate) fn report(&self, file: &Linted<'_>) -> Vec<Diagnostic> {
        let mut found: Vec<Diagnostic> = Vec::new();
        for (rule, alone) in &self.alone {
            let Some(at) = file.at(*rule) else { continue };
            found.extend(alone.iter().map(|one| one.clone().shift(at.span.start)));
        }
        found.extend(contradiction::report_all(file, self.contradictions.values().flatten().collect()));
        let decides = self.first_decides.values().chain(self.deleted.iter().flatten());
        found.extend(decides.filter_map(|one| first_decides::report(file, one)));
        found.extend(self.covered.values().flatten().filter_map(|one| shadowed::report(file, one)));
        let place = |rule: usize| file.index(rule);
        let in_order = |field: Field, constants: &[ConstId]| {
            let mut texts: Vec<TextUses> =
                constants.iter().map(|constant| self.uses.text(field, *constant, &place)).collect();
            texts.sort_by_key(|one| one.rules.first().map(|rule| place(*rule)));
            texts
        };
        for ((field, _), alike) in &self.several {
            found.extend(letter_case::report_all(file, *field, &in_order(*field, alike)));
        }
        for ((field, constant), near) in &self.slips {
            let once = self.uses.text(*field, *constant, &place);
            found.extend(slip::report(file, *field, &once, &in_order(*field, near)));
        }
        found.extend(lossy::check(file));
        // What is missing might be what lets the others flow.
        if file.is_whole {
            found.extend(overwritten::check(file, &Ask::new(file.program), |(end, field)| {
                self.uses.in_order(&[Key::Field(end.other(), field)], &place)
            }));
            found.extend(narrowing::check(file));
            // One that undoes itself has its message.
            let is_told = |rule: &usize| {
                let alone = self.alone.get(rule).into_iter().flatten();
                alone.into_iter().any(|one| matches!(one.code, Code::NeverHolds | Code::UndoesItself))
            };
            let mut may_be_bare: Vec<usize> = self.may_be_bare.iter().copied().filter(|rule| !is_told(rule)).collect();
            may_be_bare.sort_unstable_by_key(|rule| place(*rule));
            let ask = Ask::new(file.program);
            found.extend(may_be_bare.into_iter().filter_map(|rule| bare::check(file, &ask, rule)));
        }
        // The tables above have no order.
        found.sort_by(|one, other| {
            (one.primary.span.start, one.code.number(), &one.title, &one.why).cmp(&(
                other.primary.span.start,
                other.code.number(),
                &other.title,
                &other.why,
            ))
        });
        found
    }
}

fn from_app(now: &Now<'_>, from: End) -> Vec<usize> {
    let is_from = |rule: &usize| now.program.rules.get(*rule).is_some_and(|rule| rule.from == from);
    now.order.iter().copied().filter(is_from).collect()
}

/// Asks something of some rules, as many questions as there is time for.
fn with<T>(now: &Now<'_>, rules: &[usize], ask: impl FnOnce(&Pairs<'_>) -> T) -> T {
    let questions = Ask::new(now.program);
    ask(&Pairs::new(now.program, now.known, rules, &questions))
}

/// Of an effect and its opposite, whether this is the one by which both are kept.
fn is_first(effect: &Effect) -> bool {
    matches!(effect, Effect::Add(..) | Effect::Exists)
}

fn in_lower_case(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    if text.is_ascii() {
        // The same letters without looking them up: every text of a file comes here.
        text.bytes().for_each(|byte| char::from(byte.to_ascii_lowercase()).hash(&mut hasher));
    } else {
        text.chars().flat_map(char::to_lowercase).for_each(|letter| letter.hash(&mut hasher));
    }
    hasher.finish()
}
