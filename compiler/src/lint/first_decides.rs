//! SYNC0454: rules that give one field different values for the same contacts, so that their order decides.

use super::{Linted, Place, alike::Alike, included::single, shape::Pairs};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Effect, FieldId},
    logic::Contact,
};

/// Two rules of which the earlier one decides, and a contact for which both hold.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct FirstDecides {
    first: Place,
    second: Place,
    contact: Contact,
}

/// The first such pair of rules that write this field: who minds the order minds it for all. What `contradicts` has its own
/// message.
pub(super) fn check(pairs: &Pairs<'_>, field: FieldId, contradicts: impl Fn(usize) -> bool) -> Option<FirstDecides> {
    let effect = |(at, position): (usize, usize)| pairs.rule(at)?.effects.get(position);
    let mut alike = Alike::default();
    for at in 0..pairs.rules.len() {
        let Some((rule, position)) = pairs.place(at, |effect| single(effect) == Some(field)) else { continue };
        let wanted = effect((at, position));
        if !contradicts(rule) {
            let mut others = alike.with(pairs, at).into_iter().filter(|first| effect(*first) != wanted);
            let first = others.find_map(|first| Some((pairs.of(first)?, pairs.together(first.0, at)?)));
            if let Some((first, contact)) = first {
                return Some(FirstDecides { first, second: (rule, position), contact });
            }
        }
        alike.note(pairs, (at, position));
    }
    None
}

/// Rules that delete, each with one that writes what would be deleted.
pub(super) fn deleted(pairs: &Pairs<'_>) -> Vec<FirstDecides> {
    const MOST: usize = 64;
    let rules = || 0..pairs.rules.len();
    let deletes = |at: &usize| pairs.rule(*at).is_some_and(|rule| rule.effects == [Effect::Deleted]);
    let written = |at: usize| pairs.place(at, |effect| effect.field().is_some());
    let mut found = Vec::new();
    for at in rules().filter(deletes).take(MOST) {
        let mut others = rules().filter_map(|other| Some((other, written(other)?))).take(MOST);
        let other = others.find_map(|(other, place)| Some((other, place, pairs.together(other, at)?)));
        if let (Some((other, place, contact)), Some(own)) = (other, pairs.of((at, 0))) {
            let (first, second) = if other < at { (place, own) } else { (own, place) };
            found.push(FirstDecides { first, second, contact });
        }
    }
    found
}

pub(super) fn report(file: &Linted<'_>, FirstDecides { first, second, contact }: &FirstDecides) -> Option<Diagnostic> {
    let line = file.line(first.0)?;
    Some(
        Diagnostic::new(
            Code::FirstDecides,
            format!("where the rule on line {line} holds too, that one decides"),
            file.action(*second)?,
            "not done then",
        )
        .also(file.action(*first)?, "done first")
        .why(format!("Both rules hold for {}, and the one that stands first in the file decides.", file.shown(contact)))
        .help("Put the rule that should decide first, or change a condition so that the two cannot hold together."),
    )
}
