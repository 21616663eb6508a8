//! Which rule before is which rule after: by what they mean, then by what they do, when, and are called.

use syncc_compiler::{
    ir::{Condition, Effect, End, Program, Rule},
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
    /// They mean the same as one further up in their file, and do nothing.
    idle: Vec<(Option<usize>, Option<usize>)>,
}

impl Pairing {
    /// Whether this rule means the same as one of the other version.
    pub(super) fn has_in_both(&self, version: Version, rule: usize) -> bool {
        self.same.iter().any(|(one, other)| match version {
            Version::Old => *one == rule,
            Version::New => *other == rule,
        })
    }
}

/// Whether two conditions are true of the same contacts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Equal {
    Yes,
    No,
    Unclear,
}

pub(super) fn pair(both: &Both) -> Pairing {
    let mut pairing = Pairing::default();
    let rules = Version::BOTH.map(|version| both.rules(version).iter().map(Known::of).collect::<Vec<_>>());
    let [(mut gone, old_twins), (mut came, new_twins)] = rules.each_ref().map(|rules| apart(both, rules));
    pairing.idle.extend(old_twins.into_iter().map(|one| (Some(one), None)));
    pairing.idle.extend(new_twins.into_iter().map(|other| (None, Some(other))));
    let [old, new] = &rules;
    let mut take = |fits: &dyn Fn(&Known<'_>, &Known<'_>) -> bool| {
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
    pairing.same.extend(take(&|one, other| one.does == other.does && one.rule.condition == other.rule.condition));
    pairing.same.extend(take(&|one, other| one.does == other.does && equal(both, one.rule, other.rule) == Equal::Yes));
    let written = |one: &Known<'_>, other: &Known<'_>| {
        one.rule.from == other.rule.from && !one.rule.implicit && !other.rule.implicit
    };
    let pairs = [
        take(&|one, other| written(one, other) && one.does == other.does),
        take(&|one, other| written(one, other) && equal(both, one.rule, other.rule) == Equal::Yes),
        take(&|one, other| written(one, other) && one.rule.title == other.rule.title),
    ];
    pairing.changed = pairs.concat().into_iter().map(|(one, other)| (Some(one), Some(other))).collect();
    pairing.changed.extend(gone.into_iter().map(|one| (Some(one), None)));
    pairing.changed.extend(came.into_iter().map(|other| (None, Some(other))));
    pairing.changed.sort_by_key(|(one, other)| (other.or(*one), *one));
    pairing.same.sort_unstable_by_key(|(_, other)| *other);
    pairing
}

/// A rule, with what it does in a form that can be compared.
struct Known<'r> {
    rule: &'r Rule,
    does: Does,
}

/// What a rule does where it holds and where it fails.
#[derive(PartialEq)]
struct Does {
    from: End,
    effects: Vec<Effect>,
    undo: Option<Vec<Effect>>,
    /// How its condition is made true and false.
    back: Option<(Vec<Effect>, Option<Vec<Effect>>)>,
}

impl<'r> Known<'r> {
    fn of(rule: &'r Rule) -> Self {
        let way = rule.other_way.as_ref();
        let does = Does {
            from: rule.from,
            effects: in_order(&rule.effects),
            undo: rule.undo.as_deref().map(in_order),
            back: way.map(|way| (in_order(&way.make_true), way.make_false.as_deref().map(in_order))),
        };
        Self { rule, does }
    }
}

/// The rules of a file that do something, and those that mean the same as one further up.
fn apart(both: &Both, rules: &[Known<'_>]) -> (Vec<usize>, Vec<usize>) {
    (0..rules.len()).partition(|index| {
        let Some(Known { rule, does }) = rules.get(*index) else { return false };
        let twin = |first: &Known<'_>| {
            first.does == *does
                && (first.rule.condition == rule.condition || equal(both, first.rule, rule) == Equal::Yes)
        };
        !rules.iter().take(*index).any(twin)
    })
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
    // A file that says something twice before and after has nothing new.
    let (gone, came): (Vec<_>, Vec<_>) = pairing.idle.iter().partition(|(one, _)| one.is_some());
    let gone: Vec<_> = gone.iter().filter_map(|(one, _)| rule(old, (*one)?)).collect();
    let came: Vec<_> = came.iter().filter_map(|(_, other)| rule(new, (*other)?)).collect();
    let beyond = |rules: &[RuleText], others: &[RuleText]| {
        let fresh = rules.iter().filter(|rule| others.iter().all(|other| other.rule != rule.rule));
        fresh.cloned().collect::<Vec<_>>()
    };
    let idle = |before, after| RuleChange { before, after, deltas: Vec::new(), unclear: false };
    changes.extend(beyond(&gone, &came).into_iter().map(|before| idle(Some(before), None)));
    changes.extend(beyond(&came, &gone).into_iter().map(|after| idle(None, Some(after))));
    (changes, rewritten)
}

/// A rule as people read it.
pub(super) fn text(program: &Program, rule: &Rule) -> RuleText {
    let shown = program.show_rule(rule);
    let shown = shown.rsplit_once("  # ").map_or(shown.as_str(), |(rule, _)| rule);
    RuleText { line: rule.line, title: rule.title.clone(), rule: shown.to_owned(), implicit: rule.implicit }
}
