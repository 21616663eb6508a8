//! SYNC0415: two rules of which one does what the other takes away.
//!
//! Adding and removing one thing, or making and deleting a contact, contradict each other when there is a contact for
//! which both are asked for; so do two undos. Two values for one field do when one rule holds wherever the
//! other does; [`super::first_decides`] is about the others.

use std::collections::HashMap;

use syncc_grammar::tree::Span;

use super::{
    Linted,
    alike::Alike,
    ask::{Ask, BOTH_HERE},
    included::clashes,
    shape::Pairs,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{ConstId, Effect, End, FieldId, Rule},
    logic::Contact,
};

/// Which of its effects a rule has: the index of the rule, then that of the effect.
type Place = (usize, usize);

/// What can be there or not: an element of a set, or the record itself.
type Thing = (End, Option<(FieldId, ConstId)>);

/// What an effect is about, and whether it makes that be there.
fn thing(rule: &Rule, effect: &Effect) -> Option<(Thing, bool)> {
    let to = rule.from.other();
    match effect {
        Effect::Add(field, element) => Some(((to, Some((*field, *element))), true)),
        Effect::Remove(field, element) => Some(((to, Some((*field, *element))), false)),
        Effect::Exists => Some(((to, None), true)),
        Effect::Deleted => Some(((to, None), false)),
        Effect::Set(..) | Effect::Clear(_) => None,
    }
}

/// What is reported of which rule, one report a rule at most.
pub(super) fn check(file: &Linted<'_>, ask: &Ask<'_>, pairs: &Pairs<'_>) -> Vec<(usize, Diagnostic)> {
    let mut found: Vec<(usize, Diagnostic)> = Vec::new();
    for clash in clashes(pairs.rules) {
        if let Some(contact) = pairs.together(clash.first.0, clash.second.0) {
            found.extend(report(file, clash.first, clash.second, &contact).map(|one| (clash.second.0, one)));
        }
    }
    found.extend(opposite(file, pairs));
    found.extend(undone(file, ask, pairs.rules));
    found.sort_by_key(|(rule, _)| *rule);
    found.dedup_by_key(|(rule, _)| *rule);
    found
}

/// Rules of which one makes be there what the other takes away.
fn opposite(file: &Linted<'_>, pairs: &Pairs<'_>) -> Vec<(usize, Diagnostic)> {
    let mut found = Vec::new();
    // Most things are only ever made or only ever taken away.
    let mut both: HashMap<Thing, [bool; 2]> = HashMap::new();
    for (rule, effect) in pairs.rules.iter().flat_map(|rule| rule.effects.iter().map(move |effect| (rule, effect))) {
        if let Some((thing, there)) = thing(rule, effect) {
            both.entry(thing).or_default()[usize::from(there)] = true;
        }
    }
    let mut seen: HashMap<Thing, [Alike; 2]> = HashMap::new();
    for (index, rule) in pairs.rules.iter().enumerate() {
        for (position, effect) in rule.effects.iter().enumerate() {
            let Some((thing, there)) = thing(rule, effect) else { continue };
            if both.get(&thing) != Some(&[true, true]) {
                continue;
            }
            let [gone, kept] = seen.entry(thing).or_default();
            let (same, other) = if there { (kept, gone) } else { (gone, kept) };
            let mut against = other.with(pairs, index).into_iter();
            let first = against.find_map(|first| Some((first, pairs.together(first.0, index)?)));
            if let Some((first, contact)) = first {
                found.extend(report(file, first, (index, position), &contact).map(|one| (index, one)));
            }
            same.note(pairs, (index, position));
        }
    }
    found
}

/// Rules of which one takes back what the other brings back, for contacts for which neither holds.
fn undone(file: &Linted<'_>, ask: &Ask<'_>, rules: &[Rule]) -> Vec<(usize, Diagnostic)> {
    /// Two undos nearly always happen together, so that few need be looked at.
    const MOST: usize = 8;
    let mut found = Vec::new();
    let mut seen: HashMap<Thing, [Vec<usize>; 2]> = HashMap::new();
    for (index, rule) in rules.iter().enumerate() {
        for effect in rule.undo.iter().flatten() {
            let Some((thing, there)) = thing(rule, effect) else { continue };
            let [gone, kept] = seen.entry(thing).or_default();
            let (same, other) = if there { (kept, gone) } else { (gone, kept) };
            let first = other.iter().take(MOST).find_map(|first| {
                let earlier = rules.get(*first)?;
                let neither = [(&earlier.condition, false), (&rule.condition, false)];
                Some((*first, ask.contact(&neither, &[BOTH_HERE]).contact()?))
            });
            if let Some((first, contact)) = first {
                found.extend(report_undo(file, first, index, &contact).map(|one| (index, one)));
            }
            same.push(index);
        }
    }
    found
}

fn report(file: &Linted<'_>, first: Place, second: Place, contact: &Contact) -> Option<Diagnostic> {
    let line = file.program.rules.get(first.0)?.line;
    Some(
        Diagnostic::new(
            Code::Contradiction,
            format!("this contradicts the rule on line {line}"),
            file.action(second)?,
            "says the opposite",
        )
        .also(file.action(first)?, "says one thing")
        .why(format!("Both rules hold for {}, and both cannot be done.", file.shown(contact)))
        .help("Change one of the conditions so that the two cannot hold together, or remove a rule."),
    )
}

fn report_undo(file: &Linted<'_>, first: usize, second: usize, contact: &Contact) -> Option<Diagnostic> {
    let undo = |rule: usize| -> Option<Span> {
        let at = file.written.get(rule)?;
        Some(file.when(at)?.undo?.span.shift(at.span.start))
    };
    let line = file.program.rules.get(first)?.line;
    Some(
        Diagnostic::new(
            Code::Contradiction,
            format!("this `undo` contradicts that of the rule on line {line}"),
            undo(second)?,
            "does the opposite",
        )
        .also(undo(first)?, "does one thing")
        .why(format!("Neither rule holds for {}, and both cannot be undone.", file.shown(contact)))
        .help("Remove one of the two `undo`, or write both rules as one."),
    )
}
