//! SYNC0415: two rules of which one does what the other takes away.
//!
//! Adding and removing one thing, or making and deleting a contact, contradict each other when there is a contact for
//! which both are asked for; so do two undos. Two values for one field do when one rule holds wherever the
//! other does; [`super::first_decides`] is about the others.

use syncc_grammar::tree::Span;

use super::{Linted, Place, alike::Alike, ask::BOTH_HERE, included::clashes, shape::Pairs};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Effect, FieldId, Rule},
    logic::Contact,
};

/// Two rules of which one does what the other takes away, and a contact for which both are asked for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Contradiction {
    kind: Kind,
    /// The earlier one.
    first: Place,
    pub(super) second: Place,
    contact: Contact,
}

/// Of several contradictions of one rule the first kind is reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// Two values for one field.
    Values,
    /// One thing made and taken away.
    Opposite,
    /// One thing brought back and taken back.
    Undone,
}

/// Rules that give one field different values, of which one holds wherever the other does.
pub(super) fn values(pairs: &Pairs<'_>, field: FieldId) -> Vec<Contradiction> {
    let place = |at: usize| pairs.place(at, |effect| super::included::single(effect) == Some(field));
    clashes(pairs, field)
        .into_iter()
        .filter_map(|(first, second)| {
            let contact = pairs.together(first, second)?;
            Some(Contradiction { kind: Kind::Values, first: place(first)?, second: place(second)?, contact })
        })
        .collect()
}

/// What takes away what an effect does, where there is such an effect.
pub(super) fn opposite_of(effect: &Effect) -> Option<Effect> {
    Some(match effect {
        Effect::Add(field, element) => Effect::Remove(*field, *element),
        Effect::Remove(field, element) => Effect::Add(*field, *element),
        Effect::Exists => Effect::Deleted,
        Effect::Deleted => Effect::Exists,
        Effect::Set(..) | Effect::Clear(_) => return None,
    })
}

/// Of rules that have this effect or its opposite, those that have the one where an earlier one has the other.
pub(super) fn opposite(pairs: &Pairs<'_>, effect: &Effect) -> Vec<Contradiction> {
    let Some(opposite) = opposite_of(effect) else { return Vec::new() };
    let mut found = Vec::new();
    let mut seen = [Alike::default(), Alike::default()];
    for at in 0..pairs.rules.len() {
        for (side, own) in [effect, &opposite].into_iter().enumerate() {
            let Some(position) = pairs.place(at, |effect| effect == own).map(|place| place.1) else { continue };
            let first = seen[1 - side]
                .with(pairs, at)
                .into_iter()
                .find_map(|first| Some((pairs.of(first)?, pairs.together(first.0, at)?)));
            if let (Some((first, contact)), Some(second)) = (first, pairs.of((at, position))) {
                found.push(Contradiction { kind: Kind::Opposite, first, second, contact });
            }
            seen[side].note(pairs, (at, position));
        }
    }
    found
}

/// Of rules whose undo has this effect or its opposite, those of which one takes back what the other brings back, for
/// contacts for which neither holds.
pub(super) fn undone(pairs: &Pairs<'_>, effect: &Effect) -> Vec<Contradiction> {
    /// Two undos nearly always happen together, so that few need be looked at.
    const MOST: usize = 8;
    let Some(opposite) = opposite_of(effect) else { return Vec::new() };
    let has = |rule: &Rule, effect: &Effect| rule.undo.iter().flatten().any(|one| one == effect);
    let mut found = Vec::new();
    let mut seen: [Vec<usize>; 2] = [Vec::new(), Vec::new()];
    for at in 0..pairs.rules.len() {
        let Some(rule) = pairs.rule(at) else { continue };
        for side in [effect, &opposite].into_iter().enumerate().filter(|(_, own)| has(rule, own)).map(|(side, _)| side)
        {
            let first = seen[1 - side].iter().take(MOST).find_map(|first| {
                let neither = [(&pairs.rule(*first)?.condition, false), (&rule.condition, false)];
                Some((pairs.of((*first, 0))?, pairs.ask.contact(&neither, &[BOTH_HERE]).contact()?))
            });
            if let (Some((first, contact)), Some(second)) = (first, pairs.of((at, 0))) {
                found.push(Contradiction { kind: Kind::Undone, first, second, contact });
            }
            seen[side].push(at);
        }
    }
    found
}

/// What is reported of all that was found: of each rule one contradiction at most.
pub(super) fn report_all(file: &Linted<'_>, mut found: Vec<&Contradiction>) -> Vec<Diagnostic> {
    found.sort_by_key(|one| (file.index(one.second.0), one.kind, one.second.1, file.index(one.first.0)));
    found.dedup_by_key(|one| one.second.0);
    let reports = found.into_iter().map(|one| match one.kind {
        Kind::Values | Kind::Opposite => report(file, one.first, one.second, &one.contact),
        Kind::Undone => report_undo(file, one.first.0, one.second.0, &one.contact),
    });
    reports.flatten().collect()
}

fn report(file: &Linted<'_>, first: Place, second: Place, contact: &Contact) -> Option<Diagnostic> {
    let line = file.line(first.0)?;
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
        let at = file.at(rule)?;
        Some(file.when(&at)?.undo?.span.shift(at.span.start))
    };
    let line = file.line(first)?;
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
