//! What is asked for before and not after, and after and not before: for whom, with a contact that shows it.
//!
//! Rules are compared by what all of them together ask for. So a rule that is split in two, or that another one
//! does the work of, changes nothing.

use syncc_compiler::{
    ir::{Condition, Effect, End, Program, Rule},
    logic::{Answer, Contact, Presence},
};

use super::{
    both::{Both, NEVER, Of, Version, presences, said, turned},
    example::{example, shows},
    pushed::pushes,
    report::{Delta, Who},
    rules::Pairing,
    who::who,
};
use crate::engine::Part;

/// What a rule that differs changes, and whether it could not be told whether there is more.
pub(super) fn deltas(both: &Both, old: Option<usize>, new: Option<usize>) -> (Vec<Delta>, bool) {
    let rules = [(Version::Old, old), (Version::New, new)];
    let rules = rules.map(|(version, index)| (version, index.and_then(|index| both.rules(version).get(index))));
    let other_way = rules.iter().any(|(_, rule)| rule.is_some_and(|rule| rule.other_way.is_some()));
    let mut found = Found { both, deltas: Vec::new(), unclear: false, other_way };
    for (version, rule) in rules {
        let Some(rule) = rule else { continue };
        found.then(version, rule);
        found.undo(version, rule);
        found.other_way(version, rule);
    }
    // Such a rule also depends on who changed something last. Without a contact that shows it, nothing is promised.
    let shown = found.deltas.iter().any(|delta| delta.example.is_some());
    let unclear = found.unclear || (other_way && !shown);
    (found.deltas, unclear)
}

/// Conditions as they are wanted, and the states of existence to look in.
type Question<'q> = (&'q [(&'q Condition, bool)], &'q [[Presence; 2]]);

struct Found<'b> {
    both: &'b Both,
    deltas: Vec<Delta>,
    unclear: bool,
    /// Whether one of the two rules has `other-way`.
    other_way: bool,
}

impl Found<'_> {
    fn rules(&self, version: Version, from: End) -> Of {
        Of { version, from, other_way: self.other_way }
    }

    fn then(&mut self, version: Version, rule: &Rule) {
        let both = self.both;
        let (holds, to) = (both.holds(rule), rule.from.other());
        // A rule that does not ask for it never holds of a deleted record: that goes without saying.
        let mut those = presences(rule.from);
        let deleted = both.asks_deleted(rule);
        those.retain(|presence| deleted || presence[rule.from.index()] == Presence::Here);
        for effect in said(&rule.effects) {
            let also = both.asked(self.rules(version.other(), rule.from), &effect);
            let wanted = [(&holds, true), (&also, false)];
            let so = both.is_so(to, &effect);
            let (near, alone) = states(rule.from, &effect);
            let not_so: Vec<_> = wanted.into_iter().chain([(&so, false)]).collect();
            let contacts = self.contacts(&[(not_so.as_slice(), &near), (wanted.as_slice(), &alone)]);
            if let Some(contacts) = contacts {
                let what = phrase(both.program(version), to, &effect);
                self.add(&wanted, &those, contacts, version, Part::Then, what);
            }
        }
    }

    fn undo(&mut self, version: Version, rule: &Rule) {
        let both = self.both;
        let (holds, to) = (both.holds(rule), rule.from.other());
        let here = [[Presence::Here; 2]];
        for effect in rule.undo.as_deref().map(said).unwrap_or_default() {
            let about = both.asked_about(self.rules(version, rule.from), &effect);
            let also = both.taken_back(self.rules(version.other(), rule.from), &effect);
            let wanted = [(&holds, false), (&about, false), (&also, false)];
            let so = both.is_so(to, &effect);
            let not_so: Vec<_> = wanted.into_iter().chain([(&so, false)]).collect();
            if let Some(contacts) = self.contacts(&[(not_so.as_slice(), &here)]) {
                let what = phrase(both.program(version), to, &effect);
                self.add(&wanted, &here, contacts, version, Part::Undo, what);
            }
        }
    }

    /// Where what the rule does became so, its condition is made true, and where it ceased to be so, false. Told only
    /// where a contact shows it.
    fn other_way(&mut self, version: Version, rule: &Rule) {
        let Some(way) = &rule.other_way else { return };
        let both = self.both;
        let (so, holds) = (both.all_so(rule), both.holds(rule));
        let wanted = [(&so, true), (&holds, false)];
        let states = [[Presence::Never, Presence::Here], [Presence::Here; 2]].map(|state| turned(state, rule.from));
        let questions = [
            (wanted, states.as_slice(), Some(&way.make_true), true),
            ([(&so, false), (&holds, true)], &states[1..], way.make_false.as_ref(), false),
        ];
        for (wanted, states, made, became) in questions {
            let (Some(made), Some((who, contacts))) = (made, who(both, &wanted, states)) else { continue };
            let pushed = || pushes(both, rule, became).iter().find_map(|pair| shows(both, pair));
            let Some(example) = example(both, &contacts).filter(|_| became).or_else(pushed) else { continue };
            let what = made.iter().map(|effect| phrase(both.program(version), rule.from, effect)).collect();
            let starts = version == Version::New;
            self.deltas.push(Delta { who, what, starts, part: Part::OtherWay, example: Some(example) });
        }
    }

    /// Contacts for whom one of the questions is answered. `None` when there are certainly none.
    fn contacts(&mut self, questions: &[Question<'_>]) -> Option<Vec<Contact>> {
        let mut contacts = Vec::new();
        let mut unclear = false;
        for (wanted, presences) in questions {
            for presence in *presences {
                match self.both.find(wanted, &[*presence]) {
                    Answer::Contact(contact) => contacts.push(contact),
                    Answer::Unclear => unclear = true,
                    Answer::Never => {}
                }
            }
        }
        self.unclear |= unclear && contacts.is_empty();
        (!contacts.is_empty()).then_some(contacts)
    }

    /// Notes a difference; with one that is there already, if it is for the same contacts.
    fn add(
        &mut self,
        wanted: &[(&Condition, bool)],
        presences: &[[Presence; 2]],
        mut contacts: Vec<Contact>,
        version: Version,
        part: Part,
        what: String,
    ) {
        let (who, more) = who(self.both, wanted, presences).unwrap_or((Who::default(), Vec::new()));
        let starts = version == Version::New;
        let known = self.deltas.iter_mut().find(|delta| (&delta.who, delta.starts, delta.part) == (&who, starts, part));
        contacts.extend(more);
        let found = || example(self.both, &contacts);
        match known {
            Some(delta) => {
                delta.what.push(what);
                if delta.example.is_none() {
                    delta.example = found();
                }
            }
            None => {
                let example = found();
                self.deltas.push(Delta { who, what: vec![what], starts, part, example });
            }
        }
    }
}

/// The states in which an effect does something if it is not so yet, and those in which it makes the record.
fn states(from: End, effect: &Effect) -> (Vec<[Presence; 2]>, Vec<[Presence; 2]>) {
    let near = [[Presence::Here, Presence::Here], [Presence::Deleted, Presence::Here]].map(|state| turned(state, from));
    let alone = turned([Presence::Here, Presence::Never], from);
    (near.to_vec(), if *effect == Effect::Deleted { Vec::new() } else { vec![alone] })
}

/// What happens to a contact.
fn phrase(program: &Program, end: End, effect: &Effect) -> String {
    let name = &program.side(end).name;
    match effect {
        Effect::Exists => format!("made in {name} if not there"),
        Effect::Deleted => format!("deleted from {name}"),
        _ => program.show_effect(effect, end),
    }
}

/// Contacts that flow away from an end under these rules, and not under the others.
pub(super) fn flow(both: &Both, pairing: &Pairing, version: Version, from: End) -> Option<(Who, Vec<Contact>)> {
    let other = both.scope(version.other(), from);
    // By a rule that both have, they flow in both, unless the arrow stands against it.
    let mine = both.scope_by(version, from, |rule| other == NEVER || !pairing.has_in_both(version, rule));
    if mine == NEVER {
        return None;
    }
    let states = [[Presence::Here, Presence::Never], [Presence::Here; 2]].map(|state| turned(state, from));
    let wanted = [(&mine, true), (&other, false)];
    let (who, mut contacts) = who(both, &wanted, &states)?;
    for state in states {
        contacts.extend(both.find(&wanted, &[state]).contact());
    }
    Some((who, contacts))
}
