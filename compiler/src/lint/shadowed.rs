//! SYNC0416 and SYNC0453: rules without which the file does the same.

use std::collections::{HashMap, HashSet};

use super::{
    Linted, removal,
    shape::{Pairs, Topic},
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Effect, End, Rule},
};

/// Of the rules that may do all that a rule does, this many are asked, in the order of the file.
const MOST: usize = 32;

/// All such rules but the `dead` ones, which have a message of their own.
pub(super) fn check(file: &Linted<'_>, pairs: &Pairs<'_>, dead: HashSet<usize>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut gone = dead;
    twins(pairs.rules, &mut |first, second| {
        gone.insert(second);
        found.extend(report(file, first, second, Code::RuleTwice));
    });
    let alike = alike(pairs.rules);
    let mut rarest = Rarest::of(pairs, &alike);
    for index in alike.iter().copied() {
        if gone.contains(&index) {
            continue;
        }
        if let Some(wide) = rarest.covering(pairs, index, |_, _| true) {
            gone.insert(index);
            found.extend(report(file, wide, index, Code::Shadowed));
        } else {
            rarest.note(pairs, index);
        }
    }
    // An earlier rule does nothing beside a later one only where the order of the two does not matter.
    let deletes =
        |from: End| pairs.rules.iter().any(|rule| rule.from == from && rule.effects.contains(&Effect::Deleted));
    let deletes = [deletes(End::Left), deletes(End::Right)];
    rarest.forget();
    for index in alike.iter().rev().copied().filter(|index| !gone.contains(index)).collect::<Vec<_>>() {
        let orderless = |narrow: &Rule, wide: &Rule| {
            let plain = |effects: &[Effect]| {
                effects.iter().all(|effect| matches!(effect, Effect::Add(..) | Effect::Remove(..) | Effect::Exists))
            };
            !deletes[narrow.from.index()] && plain(&narrow.effects) && plain(&wide.effects)
        };
        if let Some(wide) = rarest.covering(pairs, index, orderless) {
            found.extend(report(file, wide, index, Code::Shadowed));
        } else {
            rarest.note(pairs, index);
        }
    }
    found
}

/// Rules that say the same, with the first of each.
fn twins(rules: &[Rule], report: &mut impl FnMut(usize, usize)) {
    let mut known = HashMap::new();
    for (index, rule) in rules.iter().enumerate() {
        let says = (rule.from, &rule.condition, &rule.effects, &rule.undo, &rule.other_way);
        let first = *known.entry(says).or_insert(index);
        if first != index {
            report(first, index);
        }
    }
}

/// The rules that do something that another rule does too: most do not, and no other needs a closer look.
fn alike(rules: &[Rule]) -> Vec<usize> {
    let mut doing: HashMap<(End, &Effect), usize> = HashMap::new();
    for rule in rules {
        rule.effects.iter().for_each(|effect| *doing.entry((rule.from, effect)).or_default() += 1);
    }
    // Every rule makes the contact exist, which is all that some do.
    let exists = |from: End| doing.contains_key(&(from, &Effect::Exists));
    let exists = [exists(End::Left), exists(End::Right)];
    let shared =
        |rule: &Rule| rule.effects.iter().any(|effect| doing.get(&(rule.from, effect)).is_some_and(|count| *count > 1));
    (0..rules.len())
        .filter(|index| rules.get(*index).is_some_and(|rule| exists[rule.from.index()] || shared(rule)))
        .collect()
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

/// From where, and what; nothing stands for whatever is done.
type Does = (End, Option<Effect>);

/// Rules by something that they do and by the part of their condition that fewest rules are about: whatever implies
/// such a condition is about something in that part too.
struct Rarest {
    uses: HashMap<Topic, usize>,
    known: HashMap<Does, HashMap<Option<Topic>, Vec<usize>>>,
}

impl Rarest {
    fn of(pairs: &Pairs<'_>, rules: &[usize]) -> Self {
        let mut uses: HashMap<Topic, usize> = HashMap::new();
        for shape in rules.iter().filter_map(|rule| pairs.shape(*rule)) {
            shape.tells.iter().for_each(|topic| *uses.entry(*topic).or_default() += 1);
        }
        Self { uses, known: HashMap::new() }
    }

    fn forget(&mut self) {
        self.known.clear();
    }

    fn note(&mut self, pairs: &Pairs<'_>, index: usize) {
        let (Some(rule), Some(shape)) = (pairs.rules.get(index), pairs.shape(index)) else { return };
        let uses = |part: &&std::collections::BTreeSet<Topic>| {
            part.iter().map(|topic| self.uses.get(topic).copied().unwrap_or_default()).sum::<usize>()
        };
        let part = shape.needs.iter().filter(|part| !part.is_empty()).min_by_key(uses);
        let keys: Vec<Option<Topic>> = match part {
            Some(part) => part.iter().copied().map(Some).collect(),
            None => vec![None],
        };
        for effect in rule.effects.iter().cloned().map(Some).chain([None]) {
            let known = self.known.entry((rule.from, effect)).or_default();
            keys.iter().for_each(|key| known.entry(*key).or_default().push(index));
        }
    }

    /// A noted rule that does all that this one does, and holds wherever it does.
    fn covering(&self, pairs: &Pairs<'_>, index: usize, fits: impl Fn(&Rule, &Rule) -> bool) -> Option<usize> {
        let (rule, shape) = (pairs.rules.get(index)?, pairs.shape(index)?);
        let effect = rule.effects.iter().find(|effect| **effect != Effect::Exists).cloned();
        let known = self.known.get(&(rule.from, effect))?;
        if pairs.is_spent() {
            return None;
        }
        let keys = shape.tells.iter().copied().map(Some).chain([None]);
        let mut candidates: Vec<usize> =
            keys.filter_map(|key| known.get(&key)).flat_map(|of| of.iter().take(MOST)).copied().collect();
        candidates.sort_unstable();
        candidates.dedup();
        candidates.into_iter().take(MOST).find(|wide| {
            let covers = pairs.rules.get(*wide).is_some_and(|wide| does_all(wide, rule) && fits(rule, wide));
            covers && pairs.implies(index, *wide)
        })
    }
}

fn report(file: &Linted<'_>, wide: usize, narrow: usize, code: Code) -> Option<Diagnostic> {
    let (wide_at, at) = (file.written.get(wide)?, file.written.get(narrow)?);
    let line = file.program.rules.get(wide)?.line;
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
        Diagnostic::new(code, title, at.span, label)
            .also(wide_at.span, first)
            .why(why)
            .help("Remove this rule, or change its condition if something else was meant.")
            .fix("remove the rule", remove, ""),
    )
}
