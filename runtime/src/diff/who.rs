//! Which contacts a question is about, in a few conditions of the language, with contacts that show them.

use syncc_compiler::{
    ir::{AtomId, Condition},
    logic::{Answer, Contact, Presence, each_atom},
};

use super::{
    both::{Both, Version},
    example::pair_of,
    report::Who,
};
use crate::engine::Engine;

/// More conditions than this say less than that there are others.
const MOST: usize = 3;

/// Of more tests than this, no shorter condition is looked for.
const MOST_TESTS: usize = 20;

/// The contacts for which conditions are as wanted. `None` when there are none.
pub(super) fn who(
    both: &Both,
    wanted: &[(&Condition, bool)],
    presences: &[[Presence; 2]],
) -> Option<(Who, Vec<Contact>)> {
    let mut cubes: Vec<Condition> = Vec::new();
    let (mut who, mut contacts) = (Who::default(), Vec::new());
    loop {
        let mut open = wanted.to_vec();
        open.extend(cubes.iter().map(|cube| (cube, false)));
        match both.find(&open, presences) {
            Answer::Never if cubes.is_empty() => return None,
            Answer::Never => break,
            Answer::Unclear if cubes.is_empty() => return Some((Who { unclear: true, ..who }, contacts)),
            Answer::Contact(contact) if cubes.len() < MOST => {
                let mut cube = around(both, wanted, presences, &contact);
                if cube.is_none() {
                    // The first condition is that of the rule in question; the others are those of all others.
                    cube = around(both, wanted.get(..1).unwrap_or_default(), presences, &contact);
                    who.except = true;
                }
                contacts.push(contact);
                let Some(cube) = cube else {
                    who.more = true;
                    break;
                };
                who.any.push(shown(both, &cube));
                cubes.push(Condition::All(cube));
            }
            Answer::Contact(_) | Answer::Unclear => {
                who.more = true;
                break;
            }
        }
    }
    Some((who, contacts))
}

fn shown(both: &Both, cube: &[Condition]) -> String {
    let program = both.program(Version::New);
    let tests: Vec<_> = cube.iter().map(|test| program.show_condition(test, true)).collect();
    tests.join(" and ")
}

/// The fewest tests that hold of this contact and leave no other than wanted ones. `None` if there are too many to try.
fn around(
    both: &Both,
    wanted: &[(&Condition, bool)],
    presences: &[[Presence; 2]],
    contact: &Contact,
) -> Option<Vec<Condition>> {
    let program = both.program(Version::New);
    let engine = Engine::new(program);
    let pair = pair_of(program, contact);
    let mut tests: Vec<AtomId> = Vec::new();
    for (condition, _) in wanted {
        each_atom(condition, &mut |id| {
            if !tests.contains(&id) {
                tests.push(id);
            }
        });
    }
    let literal = |id: &AtomId| {
        let atom = Condition::Atom(*id);
        if engine.is_true(&atom, &pair) == Some(true) { atom } else { Condition::Not(Box::new(atom)) }
    };
    let mut kept: Vec<Condition> = tests.iter().map(literal).collect();
    let implies = |kept: &[Condition]| {
        let all = Condition::All(kept.to_vec());
        wanted.iter().all(|(condition, is)| both.find(&[(&all, true), (condition, !is)], presences) == Answer::Never)
    };
    if kept.len() > MOST_TESTS {
        return None;
    }
    // What something is says more than what it is not, so that is kept if there is a choice.
    for negative in [true, false] {
        for place in (0..kept.len()).rev() {
            if kept.get(place).is_some_and(|test| matches!(test, Condition::Not(_)) == negative) {
                let mut fewer = kept.clone();
                fewer.remove(place);
                if implies(&fewer) {
                    kept = fewer;
                }
            }
        }
    }
    Some(kept)
}
