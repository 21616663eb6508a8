//! Rules against each other, as far as it shows without exploring states: the same or a narrower condition
//! with the opposite effect, and rules written twice.

use std::collections::{BTreeSet, HashMap};

use crate::ir::{AtomId, Condition, ConstId, Effect, End, FieldId, Rule};

/// Two rules, by index, that cannot both be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Clash {
    /// The earlier rule and which of its effects.
    pub(crate) first: (usize, usize),
    /// The later rule and which of its effects.
    pub(crate) second: (usize, usize),
}

/// The literals of a condition that is nothing but `and` over tests. Sorted.
fn literals(condition: &Condition) -> Option<BTreeSet<(AtomId, bool)>> {
    let mut found = BTreeSet::new();
    let mut open = vec![condition];
    while let Some(part) = open.pop() {
        match part {
            Condition::Atom(atom) => {
                found.insert((*atom, true));
            }
            Condition::Not(inner) => match &**inner {
                Condition::Atom(atom) => {
                    found.insert((*atom, false));
                }
                _ => return None,
            },
            Condition::All(parts) => open.extend(parts),
            Condition::Any(_) => return None,
        }
    }
    Some(found)
}

/// Whether there is a contact for which both hold, seen from the text alone: one asks for all that the other asks for.
fn hold_together(one: &Rule, other: &Rule) -> bool {
    if one.condition == other.condition {
        return true;
    }
    match (literals(&one.condition), literals(&other.condition)) {
        (Some(one), Some(other)) => one.is_subset(&other) || other.is_subset(&one),
        _ => false,
    }
}

/// What an effect writes: equal for effects that can contradict each other.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Written {
    Element(End, FieldId, ConstId),
    Field(End, FieldId),
    Record(End),
}

fn written(rule: &Rule, effect: &Effect) -> Written {
    let to = rule.from.other();
    match effect {
        Effect::Add(field, value) | Effect::Remove(field, value) => Written::Element(to, *field, *value),
        Effect::Set(field, _) | Effect::Clear(field) => Written::Field(to, *field),
        Effect::Exists | Effect::Deleted => Written::Record(to),
    }
}

/// Pairs of rules of which one does what the other undoes, under conditions that hold together. At most one a rule.
pub(crate) fn clashes(rules: &[Rule]) -> Vec<Clash> {
    let mut by_target: HashMap<Written, Vec<(usize, usize, &Effect)>> = HashMap::new();
    let mut clashes = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        for (position, effect) in rule.effects.iter().enumerate() {
            let earlier = by_target.entry(written(rule, effect)).or_default();
            let clash = earlier.iter().find(|(other, _, known)| {
                // Equal constants of one field have one index (see `link`), so effects compare as they are.
                *known != effect && rules.get(*other).is_some_and(|other| hold_together(other, rule))
            });
            if let Some((other, at, _)) = clash {
                clashes.push(Clash { first: (*other, *at), second: (index, position) });
            }
            // Of equal rules the first stands for all.
            earlier.push((index, position, effect));
        }
    }
    clashes.dedup_by_key(|clash| clash.second.0);
    clashes
}

/// Pairs of rules `(earlier, later)` that say the same.
pub(crate) fn twins(rules: &[Rule]) -> Vec<(usize, usize)> {
    let mut known = HashMap::new();
    let mut twins = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        let first = *known.entry((rule.from, &rule.condition, &rule.effects)).or_insert(index);
        if first != index {
            twins.push((first, index));
        }
    }
    twins
}
