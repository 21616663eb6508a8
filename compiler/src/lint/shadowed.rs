//! SYNC0416 and SYNC0453: rules without which the file does the same.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    Linted, removal,
    shape::{Pairs, Topic},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Effect, Rule},
};

/// Of the rules that may do all that a rule does, this many are asked, in the order of the file.
const MOST: usize = 32;

/// So many times fewer rules than others are each compared with all of them.
const FEW: usize = 8;

/// A rule without which the file does the same, and the one that does all that it does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Covered {
    wide: usize,
    narrow: usize,
    code: Code,
}

/// The effect of a rule by which those that do all that it does are found. Every rule makes the contact exist, which is
/// all that some do.
pub(super) fn telling(rule: &Rule) -> &Effect {
    rule.effects.iter().find(|effect| **effect != Effect::Exists).unwrap_or(&Effect::Exists)
}

/// Of the rules that have this effect, those that say the same as an earlier one or that another one covers; `dead` ones
/// have a message of their own. `deletes` says whether a rule from their app deletes.
///
/// For the effect `exists` the rules are all from one app, as each of them has it.
pub(super) fn check(pairs: &Pairs<'_>, effect: &Effect, deletes: bool, dead: impl Fn(usize) -> bool) -> Vec<Covered> {
    let narrow: Vec<usize> =
        (0..pairs.rules.len()).filter(|at| pairs.rule(*at).is_some_and(|rule| telling(rule) == effect)).collect();
    if pairs.rules.len() < 2 || narrow.is_empty() {
        return Vec::new();
    }
    let mut found = Vec::new();
    let mut gone: FxHashSet<usize> = narrow.iter().copied().filter(|at| dead(pairs.rules[*at])).collect();
    let mut add = |wide: usize, at: usize, code: Code| {
        found.extend(pairs.rules.get(wide).zip(pairs.rules.get(at)).map(|(wide, narrow)| Covered {
            wide: *wide,
            narrow: *narrow,
            code,
        }));
    };
    twins(pairs, &narrow, &mut |first, second| {
        gone.insert(second);
        add(first, second, Code::RuleTwice);
    });
    let orderless = |narrow: &Rule, wide: &Rule| {
        let plain = |effects: &[Effect]| {
            effects.iter().all(|effect| matches!(effect, Effect::Add(..) | Effect::Remove(..) | Effect::Exists))
        };
        !deletes && plain(&narrow.effects) && plain(&wide.effects)
    };
    if narrow.len() * FEW < pairs.rules.len() {
        few(pairs, &narrow, gone, orderless, &mut add);
        return found;
    }
    let is_narrow: FxHashSet<usize> = narrow.iter().copied().collect();
    let mut rarest = Rarest::of(pairs);
    for at in 0..pairs.rules.len() {
        if gone.contains(&at) {
            continue;
        }
        match is_narrow.contains(&at).then(|| rarest.covering(pairs, at, |_, _| true)).flatten() {
            Some(wide) => {
                gone.insert(at);
                add(wide, at, Code::Shadowed);
            }
            None => rarest.note(pairs, at),
        }
    }
    // An earlier rule does nothing beside a later one only where the order of the two does not matter.
    rarest.forget();
    for at in (0..pairs.rules.len()).rev().filter(|at| !gone.contains(at)) {
        match is_narrow.contains(&at).then(|| rarest.covering(pairs, at, orderless)).flatten() {
            Some(wide) => add(wide, at, Code::Shadowed),
            None => rarest.note(pairs, at),
        }
    }
    found
}

/// Each of a few rules against all others.
fn few(
    pairs: &Pairs<'_>,
    narrow: &[usize],
    mut gone: FxHashSet<usize>,
    orderless: impl Fn(&Rule, &Rule) -> bool,
    add: &mut impl FnMut(usize, usize, Code),
) {
    let covers = |wide: usize, at: usize, fits: &dyn Fn(&Rule, &Rule) -> bool| {
        let (Some(own), Some(rule)) = (pairs.rule(at), pairs.rule(wide)) else { return false };
        does_all(rule, own) && fits(own, rule) && pairs.implies(at, wide)
    };
    for at in narrow.iter().copied() {
        if gone.contains(&at) {
            continue;
        }
        if let Some(wide) = (0..at).find(|wide| !gone.contains(wide) && covers(*wide, at, &|_, _| true)) {
            gone.insert(at);
            add(wide, at, Code::Shadowed);
        }
    }
    for at in narrow.iter().rev().copied() {
        if gone.contains(&at) {
            continue;
        }
        let mut later = at + 1..pairs.rules.len();
        if let Some(wide) = later.find(|wide| !gone.contains(wide) && covers(*wide, at, &orderless)) {
            gone.insert(at);
            add(wide, at, Code::Shadowed);
        }
    }
}

/// Rules that say the same, with the first of each.
fn twins(pairs: &Pairs<'_>, narrow: &[usize], report: &mut impl FnMut(usize, usize)) {
    let mut known = FxHashMap::default();
    for at in narrow {
        let Some(rule) = pairs.rule(*at) else { continue };
        let says = (rule.from, &rule.condition, &rule.effects, &rule.undo, &rule.other_way);
        let first = *known.entry(says).or_insert(*at);
        if first != *at {
            report(first, *at);
        }
    }
}

/// Whether `wide` does all that `narrow` does where both hold, and undoes all that `narrow` undoes where neither does.
fn does_all(wide: &Rule, narrow: &Rule) -> bool {
    // Whatever is written to a record implies that it exists.
    let exists = !wide.effects.contains(&Effect::Deleted);
    let done = |effect: &Effect| wide.effects.contains(effect) || (*effect == Effect::Exists && exists);
    let undone = |effect: &Effect| wide.undo.as_ref().is_some_and(|undo| undo.contains(effect));
    wide.from == narrow.from
        && wide.other_way.is_none()
        && narrow.other_way.is_none()
        && narrow.effects.iter().all(done)
        && narrow.undo.iter().flatten().all(undone)
}

/// Rules by the part of their condition that fewest rules are about: whatever implies such a condition is about something
/// in that part too.
struct Rarest {
    uses: FxHashMap<Topic, usize>,
    known: FxHashMap<Option<Topic>, Vec<usize>>,
}

impl Rarest {
    fn of(pairs: &Pairs<'_>) -> Self {
        let mut uses: FxHashMap<Topic, usize> = FxHashMap::default();
        for shape in (0..pairs.rules.len()).filter_map(|at| pairs.shape(at)) {
            shape.tells.iter().for_each(|topic| *uses.entry(*topic).or_default() += 1);
        }
        Self { uses, known: FxHashMap::default() }
    }

    fn forget(&mut self) {
        self.known.clear();
    }

    fn note(&mut self, pairs: &Pairs<'_>, at: usize) {
        let Some(shape) = pairs.shape(at) else { return };
        let uses = |part: &&BTreeSet<Topic>| {
            part.iter().map(|topic| self.uses.get(topic).copied().unwrap_or_default()).sum::<usize>()
        };
        match shape.needs.iter().filter(|part| !part.is_empty()).min_by_key(uses) {
            Some(part) => part.iter().for_each(|topic| self.known.entry(Some(*topic)).or_default().push(at)),
            None => self.known.entry(None).or_default().push(at),
        }
    }

    /// A noted rule that does all that this one does, and holds wherever it does: the first of the file.
    fn covering(&self, pairs: &Pairs<'_>, at: usize, fits: impl Fn(&Rule, &Rule) -> bool) -> Option<usize> {
        let (rule, shape) = (pairs.rule(at)?, pairs.shape(at)?);
        if pairs.is_spent() {
            return None;
        }
        let keys = shape.tells.iter().copied().map(Some).chain([None]);
        let mut candidates: Vec<usize> =
            keys.filter_map(|key| self.known.get(&key)).flat_map(|of| of.iter().take(MOST)).copied().collect();
        candidates.sort_unstable();
        candidates.dedup();
        candidates.into_iter().take(MOST).find(|wide| {
            let covers = pairs.rule(*wide).is_some_and(|wide| does_all(wide, rule) && fits(rule, wide));
            covers && pairs.implies(at, *wide)
        })
    }
}

pub(super) fn report(file: &Linted<'_>, Covered { wide, narrow, code }: &Covered) -> Option<Diagnostic> {
    let (wide_at, at) = (file.at(*wide)?, file.at(*narrow)?);
    let line = file.line(*wide)?;
    let (title, label, first, why) = match code {
        Code::RuleTwice => (
            format!("this says the same as the rule on line {line}"),
            "has no effect of its own",
            "says it already",
            "Whoever changes one of the two would wonder why the other still acts.",
        ),
        _ => (
            format!("the rule on line {line} does all that this one does"),
            "has no effect of its own",
            "holds whenever the other does, and does the same",
            "Without this rule the file does the same, so its condition looks as if it mattered.",
        ),
    };
    let remove = removal::of_statement(file.text, at.span);
    Some(
        Diagnostic::new(*code, title, at.span, label)
            .also(wide_at.span, first)
            .why(why)
            .help("Remove this rule, or change its condition if something else was meant.")
            .fix("remove the rule", remove, ""),
    )
}
