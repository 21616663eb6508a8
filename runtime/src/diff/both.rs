//! The rules before and after, side by side: what each asks for, as conditions that the logic can compare.

use syncc_compiler::{
    ir::{Atom, AtomId, Condition, Effect, End, Program, Rule, Test},
    logic::{Answer, Presence, Wanted, contact, each_atom},
};

use super::join::join;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Version {
    /// The rules before.
    Old,
    /// The rules after.
    New,
}

impl Version {
    pub(super) const BOTH: [Self; 2] = [Self::Old, Self::New];

    pub(super) fn other(self) -> Self {
        match self {
            Self::Old => Self::New,
            Self::New => Self::Old,
        }
    }
}

/// Which rules of the two programs.
#[derive(Clone, Copy, Debug)]
pub(super) struct Of {
    pub(super) version: Version,
    /// The end that they are written from.
    pub(super) from: End,
    /// Whether those with `other-way` count. What they ask for depends on more than their condition, so that they do
    /// the work of no other rule for certain.
    pub(super) other_way: bool,
}

impl Of {
    fn has(self, rule: &Rule) -> bool {
        rule.from == self.from && (self.other_way || rule.other_way.is_none())
    }
}

/// Both programs over the same tables, in which every effect has its test.
#[derive(Debug)]
pub(super) struct Both {
    programs: [Program; 2],
}

/// Nothing is so.
pub(super) const NEVER: Condition = Condition::Any(Vec::new());

impl Both {
    pub(super) fn of(old: &Program, new: &Program) -> Self {
        let mut programs = join(old, new);
        let rules: Vec<Rule> = programs.iter().flat_map(|program| program.rules.iter().cloned()).collect();
        let mut atoms: Vec<Atom> = End::BOTH
            .iter()
            .flat_map(|end| [Test::Exists, Test::Deleted].map(|test| Atom { end: *end, test }))
            .collect();
        for rule in &rules {
            let there = rule.effects.iter().chain(rule.undo.iter().flatten());
            atoms.extend(
                there.filter_map(test_of).map(|(test, _)| Atom { end: rule.from.other(), test }).collect::<Vec<_>>(),
            );
        }
        let [first, second] = &mut programs;
        for atom in atoms {
            if !first.atoms.contains(&atom) {
                first.atoms.push(atom);
            }
        }
        second.atoms.clone_from(&first.atoms);
        Self { programs }
    }

    pub(super) fn program(&self, version: Version) -> &Program {
        let [old, new] = &self.programs;
        match version {
            Version::Old => old,
            Version::New => new,
        }
    }

    pub(super) fn rules(&self, version: Version) -> &[Rule] {
        &self.program(version).rules
    }

    /// Looks for a contact. Both programs have the same tables, so it does not matter whose are read.
    pub(super) fn find(&self, wanted: &[(&Condition, bool)], presences: &[[Presence; 2]]) -> Answer {
        let wanted: Vec<_> = wanted.iter().map(|(condition, is)| Wanted { condition, is: *is }).collect();
        contact(self.program(Version::New), &wanted, presences)
    }

    fn atom(&self, end: End, test: &Test) -> Condition {
        let atoms = &self.program(Version::New).atoms;
        let place = atoms.iter().position(|atom| atom.end == end && atom.test == *test);
        place.and_then(|place| u32::try_from(place).ok()).map_or(NEVER, |place| Condition::Atom(AtomId(place)))
    }

    fn exists(&self, end: End) -> Condition {
        self.atom(end, &Test::Exists)
    }

    /// Whether a rule holds: its condition is true, and not by the absence of the record that it is written from.
    pub(super) fn holds(&self, rule: &Rule) -> Condition {
        if self.asks_deleted(rule) {
            return rule.condition.clone();
        }
        Condition::All(vec![self.exists(rule.from), rule.condition.clone()])
    }

    /// Whether a rule asks if the record that it is written from is deleted.
    pub(super) fn asks_deleted(&self, rule: &Rule) -> bool {
        let atoms = &self.program(Version::New).atoms;
        let mut asks = false;
        each_atom(&rule.condition, &mut |id| {
            asks |= atoms.get(id.index()).is_some_and(|atom| atom.end == rule.from && atom.test == Test::Deleted);
        });
        asks
    }

    /// Whether an effect is so on the record at this end.
    pub(super) fn is_so(&self, end: End, effect: &Effect) -> Condition {
        match (effect, test_of(effect)) {
            (Effect::Exists, _) => self.exists(end),
            (_, Some((test, is))) => {
                let test = self.atom(end, &test);
                let test = if is { test } else { Condition::Not(Box::new(test)) };
                Condition::All(vec![self.exists(end), test])
            }
            (_, None) => NEVER,
        }
    }

    /// Whether all effects of a rule are so.
    pub(super) fn all_so(&self, rule: &Rule) -> Condition {
        Condition::All(rule.effects.iter().map(|effect| self.is_so(rule.from.other(), effect)).collect())
    }

    /// When these rules ask for an effect.
    pub(super) fn asked(&self, of: Of, effect: &Effect) -> Condition {
        self.any_holds(of, |rule| asks_for(rule, effect))
    }

    /// When these rules ask for something about the same thing as the effect.
    pub(super) fn asked_about(&self, of: Of, effect: &Effect) -> Condition {
        self.any_holds(of, |rule| rule.effects.iter().any(|other| about_the_same(other, effect)))
    }

    /// When these rules take something back by this effect, and none asks for something about the same thing.
    pub(super) fn taken_back(&self, of: Of, effect: &Effect) -> Condition {
        let undoes = |rule: &&Rule| of.has(rule) && rule.undo.as_ref().is_some_and(|undo| undo.contains(effect));
        let rules = self.rules(of.version).iter().filter(undoes);
        let fail = rules.map(|rule| Condition::Not(Box::new(self.holds(rule)))).collect();
        let about = self.asked_about(of, effect);
        Condition::All(vec![Condition::Any(fail), Condition::Not(Box::new(about))])
    }

    fn any_holds(&self, of: Of, wanted: impl Fn(&Rule) -> bool) -> Condition {
        let rules = self.rules(of.version).iter().filter(|rule| of.has(rule) && wanted(rule));
        Condition::Any(rules.map(|rule| self.holds(rule)).collect())
    }

    /// When a contact that is there flows away from this end.
    pub(super) fn scope(&self, version: Version, from: End) -> Condition {
        self.scope_by(version, from, |_| true)
    }

    /// When it does because of one of these rules.
    pub(super) fn scope_by(&self, version: Version, from: End, fits: impl Fn(usize) -> bool) -> Condition {
        if !self.program(version).arrow.from(from) {
            return NEVER;
        }
        let rules = self.rules(version).iter().enumerate().filter(|(index, _)| fits(*index));
        let ways = rules.filter_map(|(_, rule)| {
            if rule.from == from { Some(self.holds(rule)) } else { rule.other_way.is_some().then(|| self.all_so(rule)) }
        });
        Condition::Any(ways.collect())
    }
}

/// The test of a field that an effect makes true, or false.
fn test_of(effect: &Effect) -> Option<(Test, bool)> {
    match effect {
        Effect::Exists | Effect::Deleted => None,
        Effect::Add(field, constant) => Some((Test::Has(*field, *constant), true)),
        Effect::Remove(field, constant) => Some((Test::Has(*field, *constant), false)),
        Effect::Set(field, constant) => Some((Test::Equals(*field, *constant), true)),
        Effect::Clear(field) => Some((Test::Empty(*field), true)),
    }
}

/// Whether a rule asks for an effect. Whatever is asked of a record implies that it is there, but that it is gone.
fn asks_for(rule: &Rule, effect: &Effect) -> bool {
    rule.effects.contains(effect) || (*effect == Effect::Exists && !rule.effects.contains(&Effect::Deleted))
}

/// Whether two effects on one record are about the same thing, so that only the first of them is done.
pub(super) fn about_the_same(one: &Effect, other: &Effect) -> bool {
    match (one, other) {
        (Effect::Deleted, _) | (_, Effect::Deleted) => true,
        (Effect::Exists, _) | (_, Effect::Exists) => false,
        (
            Effect::Add(field, value) | Effect::Remove(field, value),
            Effect::Add(at, also) | Effect::Remove(at, also),
        ) => field == at && value == also,
        (one, other) => one.field() == other.field(),
    }
}

/// What a rule does with a contact that is there, apart from what follows from it: that the contact exists.
pub(super) fn said(effects: &[Effect]) -> Vec<Effect> {
    let more = effects.iter().any(|effect| !matches!(effect, Effect::Exists | Effect::Deleted));
    let mut said: Vec<Effect> = Vec::new();
    for effect in effects {
        let goes_without_saying = more && *effect == Effect::Exists;
        if !goes_without_saying && !said.contains(effect) {
            said.push(effect.clone());
        }
    }
    said
}

/// The states of existence in which a rule from this end can hold, the plainest first.
pub(super) fn presences(from: End) -> Vec<[Presence; 2]> {
    let states = [
        [Presence::Here, Presence::Here],
        [Presence::Here, Presence::Never],
        [Presence::Here, Presence::Deleted],
        [Presence::Deleted, Presence::Here],
    ];
    states.map(|state| turned(state, from)).to_vec()
}

/// What is said of the end that a rule is written from first, left first.
pub(super) fn turned([from, to]: [Presence; 2], end: End) -> [Presence; 2] {
    match end {
        End::Left => [from, to],
        End::Right => [to, from],
    }
}
