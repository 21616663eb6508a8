//! Rules that give one field different values under the same or a narrower condition, as far as it shows from the text.

use rustc_hash::{FxHashMap, FxHashSet};

use super::shape::Pairs;
use crate::ir::{AtomId, Condition, Effect, FieldId};

/// A test, and whether it is asked to hold.
pub(super) type Literal = (AtomId, bool);

/// The literals of a condition that is nothing but `and` over tests, each once, in order.
pub(super) fn literals(condition: &Condition) -> Option<Vec<Literal>> {
    let mut found = Vec::new();
    let mut open = vec![condition];
    while let Some(part) = open.pop() {
        match part {
            Condition::Atom(atom) => found.push((*atom, true)),
            Condition::Not(inner) => match &**inner {
                Condition::Atom(atom) => found.push((*atom, false)),
                _ => return None,
            },
            Condition::All(parts) => open.extend(parts),
            Condition::Any(_) => return None,
        }
    }
    found.sort_unstable();
    found.dedup();
    Some(found)
}

/// Whether two rules hold together, seen from the text alone: if their conditions are equal, or one asks for all that
/// the other asks for.
fn hold_together(pairs: &Pairs<'_>, one: usize, other: usize) -> bool {
    match (pairs.literals(one), pairs.literals(other)) {
        (Some(one), Some(other)) => is_part(one, other) || is_part(other, one),
        _ => pairs.rule(one).map(|rule| &rule.condition) == pairs.rule(other).map(|rule| &rule.condition),
    }
}

fn is_part(one: &[Literal], other: &[Literal]) -> bool {
    one.len() <= other.len() && one.iter().all(|literal| other.binary_search(literal).is_ok())
}

/// The rules so far, so that those that hold together are found without comparing every two.
///
/// Whatever is a part of a condition has its rarest literal in common with it: candidates are looked up by that.
///
/// Most rules ask for something that no other one asks for. Nothing is a part of what such a rule asks for by that, and it
/// is looked up by nothing else, so that it costs next to nothing.
struct Seen<'r> {
    uses: FxHashMap<Literal, usize>,
    /// Literals that are the rarest of some rule and stand in others too.
    asked: FxHashSet<Literal>,
    by_condition: FxHashMap<&'r Condition, Vec<usize>>,
    /// By each literal of the rule.
    containing: FxHashMap<Literal, Vec<usize>>,
    /// By the rarest literal of the rule.
    keyed: FxHashMap<Literal, Vec<usize>>,
}

impl<'r> Seen<'r> {
    fn of(pairs: &Pairs<'r>) -> Self {
        let mut uses: FxHashMap<Literal, usize> = FxHashMap::default();
        for literal in (0..pairs.rules.len()).filter_map(|at| pairs.literals(at)).flatten() {
            *uses.entry(*literal).or_default() += 1;
        }
        let mut seen = Self {
            uses,
            asked: FxHashSet::default(),
            by_condition: FxHashMap::default(),
            containing: FxHashMap::default(),
            keyed: FxHashMap::default(),
        };
        seen.asked = (0..pairs.rules.len()).filter_map(|at| seen.rarest(pairs.literals(at)?)).collect();
        seen
    }

    /// The literal of a rule that fewest others have, if any other has it.
    fn rarest(&self, literals: &[Literal]) -> Option<Literal> {
        let (uses, rarest) = literals.iter().map(|one| (self.uses.get(one).copied().unwrap_or(0), *one)).min()?;
        (uses > 1).then_some(rarest)
    }

    /// The first of the earlier rules that holds together with this one and fits.
    fn first(&self, pairs: &Pairs<'r>, at: usize, fits: impl Fn(usize) -> bool) -> Option<usize> {
        let literals = pairs.literals(at);
        let equal = match literals {
            None => pairs.rule(at).and_then(|rule| self.by_condition.get(&rule.condition)),
            Some(_) => None,
        };
        let wider = literals.into_iter().flatten().filter_map(|literal| self.keyed.get(literal));
        let narrower = literals.and_then(|all| self.rarest(all)).and_then(|literal| self.containing.get(&literal));
        let lists = equal.into_iter().chain(wider).chain(narrower);
        // Each list is in the order of the file.
        lists
            .filter_map(|list| list.iter().copied().find(|first| fits(*first) && hold_together(pairs, *first, at)))
            .min()
    }

    fn note(&mut self, pairs: &Pairs<'r>, at: usize) {
        let Some(rule) = pairs.rule(at) else { return };
        match pairs.literals(at) {
            None => self.by_condition.entry(&rule.condition).or_default().push(at),
            Some(literals) => {
                for literal in literals.iter().filter(|literal| self.asked.contains(literal)) {
                    self.containing.entry(*literal).or_default().push(at);
                }
                if let Some(literal) = self.rarest(literals) {
                    self.keyed.entry(literal).or_default().push(at);
                }
            }
        }
    }
}

/// Pairs of rules that give this field different values, of which one holds wherever the other does. The earliest partner
/// of each rule. Places among the rules, earlier one first.
pub(super) fn clashes(pairs: &Pairs<'_>, field: FieldId) -> Vec<(usize, usize)> {
    // Equal constants of one field have one index (see `link`), so effects compare as they are.
    let wanted: Vec<Option<&Effect>> = (0..pairs.rules.len())
        .map(|at| pairs.rule(at)?.effects.iter().find(|effect| single(effect) == Some(field)))
        .collect();
    if wanted.iter().all(|one| wanted.first() == Some(one)) {
        return Vec::new();
    }
    let mut seen = Seen::of(pairs);
    let mut clashes = Vec::new();
    for (at, own) in wanted.iter().enumerate() {
        clashes.extend(seen.first(pairs, at, |first| wanted.get(first) != Some(own)).map(|first| (first, at)));
        seen.note(pairs, at);
    }
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

    use super::{
        super::{ask::Ask, shape::Known},
        *,
    };
    use crate::ir::{ConstId, End, Program, Rule};

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
            let mut program = (*crate::check::check_text("a.sync", "sync google <-> realgeeks", &[]).program.unwrap()).clone();
            program.rules = rules;
            every_two(&program)?;
        }
    }

    fn every_two(program: &Program) -> Result<(), TestCaseError> {
        let known: Vec<Known> = program.rules.iter().map(|_| Known::default()).collect();
        let ask = Ask::new(program);
        for field in (0..3).map(FieldId) {
            let writes = |rule: &Rule| rule.effects.iter().any(|effect| single(effect) == Some(field));
            let all: Vec<usize> = (0..program.rules.len()).filter(|rule| writes(&program.rules[*rule])).collect();
            let pairs = Pairs::new(program, &known, &all, &ask);
            let effect = |at: usize| &program.rules[all[at]].effects[0];
            let mut every_two = Vec::new();
            for second in 0..all.len() {
                let first =
                    (0..second).find(|first| effect(*first) != effect(second) && hold_together(&pairs, *first, second));
                every_two.extend(first.map(|first| (first, second)));
            }
            prop_assert_eq!(clashes(&pairs, field), every_two);
        }
        Ok(())
    }
}
