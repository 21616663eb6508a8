//! Rules that contradict each other: the first one wins, so their order is part of what they mean.

use std::collections::BTreeMap;

use syncc_compiler::{
    ir::{Effect, End, Rule},
    logic::{Answer, Presence},
};

use super::{
    both::{Both, Version, about_the_same, presences},
    example::example,
    report::Order,
    rules::{Pairing, text},
};

/// Where the order of two rules is another one than before, and may decide something.
pub(super) fn orders(both: &Both, pairing: &Pairing) -> Vec<Order> {
    let rules = both.rules(Version::New);
    let places: BTreeMap<usize, usize> = pairing.same.iter().map(|(one, other)| (*other, *one)).collect();
    let before = |new: usize| places.get(&new).copied();
    let mut orders = Vec::new();
    for (second, later) in rules.iter().enumerate() {
        for (first, earlier) in rules.iter().enumerate().take(second) {
            let turned = matches!((before(first), before(second)), (Some(one), Some(other)) if one > other);
            if turned && let Some(order) = order(both, earlier, later) {
                orders.push(order);
            }
        }
    }
    orders
}

/// Whether what a rule does may depend on where it stands.
pub(super) fn depends(both: &Both, version: Version, index: usize) -> bool {
    let rules = both.rules(version);
    let Some(rule) = rules.get(index) else { return false };
    rules.iter().enumerate().any(|(other, second)| other != index && order(both, rule, second).is_some())
}

/// Whether there may be a contact for which it matters which of two rules is first.
fn order(both: &Both, first: &Rule, second: &Rule) -> Option<Order> {
    let asked = clash(&asks(first), &asks(second));
    let taken = clash(&takes_back(first), &takes_back(second));
    if !asked && !taken {
        return None;
    }
    let (one, other) = (both.holds(first), both.holds(second));
    let mut contacts = Vec::new();
    // What is asked for or taken back because of the other side depends on more than the two conditions.
    let mut possible = first.other_way.is_some() || second.other_way.is_some();
    let mut ask = |is: bool, presences: &[[Presence; 2]]| match both.find(&[(&one, is), (&other, is)], presences) {
        Answer::Contact(contact) => contacts.push(contact),
        Answer::Unclear => possible = true,
        Answer::Never => {}
    };
    if asked {
        presences(first.from).iter().for_each(|state| ask(true, &[*state]));
    }
    if taken {
        ask(false, &[[Presence::Here; 2]]);
    }
    if contacts.is_empty() && !possible {
        return None;
    }
    let program = both.program(Version::New);
    let example = example(both, &contacts);
    Some(Order { first: text(program, first), second: text(program, second), example })
}

type Asked<'r> = Vec<(End, &'r Effect)>;

fn asks(rule: &Rule) -> Asked<'_> {
    let there = rule.effects.iter().map(|effect| (rule.from.other(), effect));
    let back = rule.other_way.iter().flat_map(|way| &way.make_true).map(|effect| (rule.from, effect));
    there.chain(back).collect()
}

fn takes_back(rule: &Rule) -> Asked<'_> {
    let there = rule.undo.iter().flatten().map(|effect| (rule.from.other(), effect));
    let back = rule.other_way.iter().filter_map(|way| way.make_false.as_ref()).flatten();
    there.chain(back.map(|effect| (rule.from, effect))).collect()
}

fn clash(one: &Asked<'_>, other: &Asked<'_>) -> bool {
    one.iter()
        .any(|(end, effect)| other.iter().any(|(at, also)| end == at && effect != also && about_the_same(effect, also)))
}
