//! Rules that give one field different values under the same or a narrower condition, as far as it shows from the text.

use std::collections::{BTreeSet, HashMap};

use crate::ir::{AtomId, Condition, Effect, End, FieldId, Rule};

/// Two rules, by index, that cannot both be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clash {
    /// The earlier rule and which of its effects.
    pub(super) first: (usize, usize),
    /// The later rule and which of its effects.
    pub(super) second: (usize, usize),
}

/// A test, and whether it is asked to hold.
type Literal = (AtomId, bool);

/// The literals of a condition that is nothing but `and` over tests.
fn literals(condition: &Condition) -> Option<BTreeSet<Literal>> {
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

/// The conditions of all rules, so that those that hold together are found without comparing every two.
///
/// Two hold together, seen from the text alone, if they are equal or one asks for all that the other asks for.
/// Whatever is a part of a condition has its rarest literal in common with it: candidates are looked up by that.
struct Conditions<'r> {
    rules: &'r [Rule],
    literals: Vec<Option<BTreeSet<Literal>>>,
    rarest: Vec<Option<Literal>>,
}

impl<'r> Conditions<'r> {
    fn of(rules: &'r [Rule]) -> Self {
        let gives = |rule: &Rule| rule.effects.iter().any(|effect| single(effect).is_some());
        let literals: Vec<_> =
            rules.iter().map(|rule| gives(rule).then(|| literals(&rule.condition)).flatten()).collect();
        let mut uses: HashMap<Literal, usize> = HashMap::new();
        for literal in literals.iter().flatten().flatten() {
            *uses.entry(*literal).or_default() += 1;
        }
        let rarest = literals
            .iter()
            .map(|literals| literals.as_ref()?.iter().copied().min_by_key(|literal| uses.get(literal)))
            .collect();
        Self { rules, literals, rarest }
    }

    fn literals(&self, rule: usize) -> Option<&BTreeSet<Literal>> {
        self.literals.get(rule)?.as_ref()
    }

    fn rarest(&self, rule: usize) -> Option<Literal> {
        *self.rarest.get(rule)?
    }

    fn hold_together(&self, one: usize, other: usize) -> bool {
        let condition = |rule: usize| self.rules.get(rule).map(|rule| &rule.condition);
        if condition(one) == condition(other) {
            return true;
        }
        match (self.literals(one), self.literals(other)) {
            (Some(one), Some(other)) => one.is_subset(other) || other.is_subset(one),
            _ => false,
        }
    }
}

/// One effect of one rule: their indices.
type Place = (usize, usize);

/// The effects on one thing so far.
#[derive(Default)]
struct Seen<'r> {
    by_condition: HashMap<&'r Condition, Vec<Place>>,
    /// By each literal of the rule.
    containing: HashMap<Literal, Vec<Place>>,
    /// By the rarest literal of the rule.
    keyed: HashMap<Literal, Vec<Place>>,
}

impl<'r> Seen<'r> {
    /// The earlier effects whose rules may hold together with this one.
    fn candidates(&self, conditions: &Conditions<'r>, rule: usize) -> impl Iterator<Item = Place> {
        let equal = conditions.rules.get(rule).and_then(|rule| self.by_condition.get(&rule.condition));
        let wider = conditions.literals(rule).into_iter().flatten().filter_map(|literal| self.keyed.get(literal));
        let narrower = conditions.rarest(rule).and_then(|literal| self.containing.get(&literal));
        equal.into_iter().chain(wider).chain(narrower).flatten().copied()
    }

    fn note(&mut self, conditions: &Conditions<'r>, place: Place) {
        let Some(rule) = conditions.rules.get(place.0) else { return };
        self.by_condition.entry(&rule.condition).or_default().push(place);
        for literal in conditions.literals(place.0).into_iter().flatten() {
            self.containing.entry(*literal).or_default().push(place);
        }
        if let Some(literal) = conditions.rarest(place.0) {
            self.keyed.entry(literal).or_default().push(place);
        }
    }
}

/// Pairs of rules that give one field different values, of which one holds wherever the other does. The earliest
/// partner of each rule.
pub(super) fn clashes(rules: &[Rule]) -> Vec<Clash> {
    let conditions = Conditions::of(rules);
    let effect = |(rule, position): Place| rules.get(rule)?.effects.get(position);
    let mut seen: HashMap<(End, FieldId), Seen<'_>> = HashMap::new();
    let mut clashes: Vec<Clash> = Vec::new();
    for (index, rule) in rules.iter().enumerate() {
        for (position, wanted) in rule.effects.iter().enumerate() {
            let Some(field) = single(wanted) else { continue };
            let seen = seen.entry((rule.from, field)).or_default();
            // Equal constants of one field have one index (see `link`), so effects compare as they are.
            let first = seen
                .candidates(&conditions, index)
                .filter(|place| effect(*place) != Some(wanted) && conditions.hold_together(place.0, index))
                .min();
            clashes.extend(first.map(|first| Clash { first, second: (index, position) }));
            seen.note(&conditions, (index, position));
        }
    }
    clashes.dedup_by_key(|clash| clash.second.0);
    clashes
}

/// The field of an effect that gives it its one value.
pub(super) fn single(effect: &Effect) -> Option<FieldId> {
    match effect {
        Effect::Set(field, _) | Effect::Clear(field) => Some(*field),
        Effect::Exists | Effect::Deleted | Effect::Add(..) | Effect::Remove(..) => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::ir::ConstId;

    fn rule(condition: Condition, effects: Vec<Effect>) -> Rule {
        Rule {
            line: 1,
            title: String::new(),
            from: End::Left,
            condition,
            effects,
            undo: None,
            other_way: None,
            implicit: false,
        }
    }

    fn any_rule() -> impl Strategy<Value = Rule> {
        let literal = (0..5_u32, any::<bool>()).prop_map(|(atom, holds)| {
            let atom = Condition::Atom(AtomId(atom));
            if holds { atom } else { Condition::Not(Box::new(atom)) }
        });
        let parts = prop::collection::vec(literal, 1..4);
        let condition = (parts, any::<bool>()).prop_map(|(parts, all)| match all {
            true => Condition::All(parts),
            false => Condition::Any(parts),
        });
        let effect = (0..3_u32, 0..2_u32, any::<bool>()).prop_map(|(field, value, sets)| match sets {
            true => Effect::Set(FieldId(field), ConstId(value)),
            false => Effect::Clear(FieldId(field)),
        });
        (condition, effect).prop_map(|(condition, effect)| rule(condition, vec![effect]))
    }

    proptest! {
        /// Looking candidates up finds what comparing every two rules finds.
        #[test]
        fn nothing_is_missed(rules in prop::collection::vec(any_rule(), 0..24)) {
            let conditions = Conditions::of(&rules);
            let mut every_two = Vec::new();
            for (second, rule) in rules.iter().enumerate() {
                let first = rules.iter().take(second).enumerate().find(|(first, earlier)| {
                    let (one, other) = (&earlier.effects[0], &rule.effects[0]);
                    single(one) == single(other) && one != other && conditions.hold_together(*first, second)
                });
                every_two.extend(first.map(|(first, _)| Clash { first: (first, 0), second: (second, 0) }));
            }
            prop_assert_eq!(clashes(&rules), every_two);
        }
    }
}
