//! Which rule before is which rule after: by what they mean, then by what they do, when, and are called.

use syncc_compiler::{
    ir::{Condition, Effect, Program, Rule},
    logic::Answer,
};

use super::{
    asked::deltas,
    both::{Both, Version, presences, said},
    order::depends,
    report::{Rewritten, RuleChange, RuleText},
};

/// Rules before and after that belong together: indices into their programs.
#[derive(Debug, Default)]
pub(super) struct Pairing {
    /// They mean the same.
    pub(super) same: Vec<(usize, usize)>,
    /// They do not, or nobody can tell.
    pub(super) changed: Vec<(Option<usize>, Option<usize>)>,
}

/// Whether two conditions are true of the same contacts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Equal {
    Yes,
    No,
    Unclear,
}

pub(super) fn pair(both: &Both) -> Pairing {
    let (old, new) = (both.rules(Version::Old), both.rules(Version::New));
    let mut pairing = Pairing::default();
    let mut gone: Vec<usize> = (0..old.len()).collect();
    let mut came: Vec<usize> = (0..new.len()).collect();
    let mut take = |fits: &dyn Fn(&Rule, &Rule) -> bool| {
        let mut taken = Vec::new();
        gone.retain(|one| {
            let place = came.iter().position(|other| match (old.get(*one), new.get(*other)) {
                (Some(one), Some(other)) => fits(one, other),
                _ => false,
            });
            place.map(|place| taken.push((*one, came.remove(place)))).is_none()
        });
        taken
    };
    // What is written alike is found without a search.
    pairing.same.extend(take(&|one, other| does_the_same(one, other) && one.condition == other.condition));
    pairing.same.extend(take(&|one, other| does_the_same(one, other) && equal(both, one, other) == Equal::Yes));
    let pairs = [
        take(&|one, other| !one.implicit && !other.implicit && does_the_same(one, other)),
        take(&|one, other| one.from == other.from && !one.implicit && equal(both, one, other) == Equal::Yes),
        take(&|one, other| one.from == other.from && one.title == other.title),
    ];
    pairing.changed = pairs.concat().into_iter().map(|(one, other)| (Some(one), Some(other))).collect();
    pairing.changed.extend(gone.into_iter().map(|one| (Some(one), None)));
    pairing.changed.extend(came.into_iter().map(|other| (None, Some(other))));
    pairing.changed.sort_by_key(|(one, other)| (other.or(*one), *one));
    pairing.same.sort_unstable_by_key(|(_, other)| *other);
    pairing
}

/// Whether two rules do the same where they hold and where they fail.
fn does_the_same(one: &Rule, other: &Rule) -> bool {
    let undo = |rule: &Rule| rule.undo.as_deref().map(in_order);
    let back = |rule: &Rule| {
        let way = rule.other_way.as_ref();
        way.map(|way| (in_order(&way.make_true), way.make_false.as_deref().map(in_order)))
    };
    one.from == other.from
        && in_order(&one.effects) == in_order(&other.effects)
        && undo(one) == undo(other)
        && back(one) == back(other)
}

/// Effects in an order of their own, unless the order that they are written in matters.
fn in_order(effects: &[Effect]) -> Vec<Effect> {
    let mut sorted = said(effects);
    let alone = |effect: &Effect| sorted.iter().filter(|other| super::both::about_the_same(effect, other)).count() <= 1;
    if sorted.iter().all(alone) {
        sorted.sort();
    }
    sorted
}

fn equal(both: &Both, one: &Rule, other: &Rule) -> Equal {
    if one.from != other.from {
        return Equal::No;
    }
    let (first, second) = (both.holds(one), both.holds(other));
    let presences = presences(one.from);
    let beyond = |wide: &Condition, narrow: &Condition| both.find(&[(wide, true), (narrow, false)], &presences);
    match (beyond(&first, &second), beyond(&second, &first)) {
        (Answer::Never, Answer::Never) => Equal::Yes,
        (Answer::Contact(_), _) | (_, Answer::Contact(_)) => Equal::No,
        _ => Equal::Unclear,
    }
}

/// What the rules that differ change for whom, and those that are only written differently.
pub(super) fn changes(both: &Both, pairing: &Pairing) -> (Vec<RuleChange>, Vec<Rewritten>) {
    let [old, new] = Version::BOTH.map(|version| both.program(version));
    let rule = |program: &Program, index: usize| Some(text(program, program.rules.get(index)?));
    let mut changes = Vec::new();
    let mut rewritten = Vec::new();
    for (one, other) in &pairing.same {
        if let (Some(before), Some(after)) = (rule(old, *one), rule(new, *other))
            && before.rule != after.rule
        {
            rewritten.push(Rewritten { before, after });
        }
    }
    for (one, other) in &pairing.changed {
        let (deltas, mut unclear) = deltas(both, *one, *other);
        // Other rules ask for the same, but perhaps not from the same place among those that contradict it.
        let placed = [(Version::Old, *one), (Version::New, *other)];
        unclear |= deltas.is_empty()
            && placed.into_iter().any(|(version, index)| index.is_some_and(|index| depends(both, version, index)));
        let before = one.and_then(|one| rule(old, one));
        let after = other.and_then(|other| rule(new, other));
        changes.push(RuleChange { before, after, deltas, unclear });
    }
    (changes, rewritten)
}

/// A rule as people read it.
pub(super) fn text(program: &Program, rule: &Rule) -> RuleText {
    let shown = program.show_rule(rule);
    let shown = shown.rsplit_once("  # ").map_or(shown.as_str(), |(rule, _)| rule);
    RuleText { line: rule.line, title: rule.title.clone(), rule: shown.to_owned(), implicit: rule.implicit }
}
