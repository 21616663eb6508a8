//! SYNC0454: rules that give one field different values for the same contacts, so that their order decides.

use std::collections::{HashMap, HashSet};

use super::{Linted, alike::Alike, included::single, shape::Pairs};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Effect, End, FieldId},
    logic::Contact,
};

/// The first such pair of each field: who minds the order minds it for all.
pub(super) fn check(file: &Linted<'_>, pairs: &Pairs<'_>, contradicting: &HashSet<usize>) -> Vec<Diagnostic> {
    let effect = |(rule, position): (usize, usize)| pairs.rules.get(rule)?.effects.get(position);
    let mut seen: HashMap<(End, FieldId), Option<Alike>> = HashMap::new();
    let mut found = Vec::new();
    for (index, rule) in pairs.rules.iter().enumerate() {
        for (position, wanted) in rule.effects.iter().enumerate() {
            let Some(field) = single(wanted) else { continue };
            let entry = seen.entry((rule.from, field)).or_insert_with(|| Some(Alike::default()));
            let Some(alike) = entry else { continue };
            // What contradicts has its own message.
            let candidates = if contradicting.contains(&index) { Vec::new() } else { alike.with(pairs, index) };
            let first = candidates
                .into_iter()
                .filter(|first| effect(*first) != Some(wanted))
                .find_map(|first| Some((first, pairs.together(first.0, index)?)));
            match first {
                Some((first, contact)) => {
                    found.extend(report(file, first, (index, position), &contact));
                    *entry = None;
                }
                None => alike.note(pairs, (index, position)),
            }
        }
    }
    found.extend(deleted(file, pairs));
    found
}

/// A rule that deletes, and one that writes what would be deleted.
fn deleted(file: &Linted<'_>, pairs: &Pairs<'_>) -> Vec<Diagnostic> {
    const MOST: usize = 64;
    let mut found = Vec::new();
    for (index, rule) in pairs.rules.iter().enumerate().filter(|(_, rule)| rule.effects == [Effect::Deleted]).take(MOST)
    {
        let writes = |other: usize| {
            pairs.rules.get(other).is_some_and(|other| {
                other.from == rule.from && other.effects.iter().any(|effect| effect.field().is_some())
            })
        };
        let other = (0..pairs.rules.len()).filter(|other| writes(*other)).take(MOST).find_map(|other| {
            let effects = &pairs.rules.get(other)?.effects;
            let position = effects.iter().position(|effect| effect.field().is_some())?;
            Some(((other, position), pairs.together(other, index)?))
        });
        if let Some((other, contact)) = other {
            let (first, second) = if other.0 < index { (other, (index, 0)) } else { ((index, 0), other) };
            found.extend(report(file, first, second, &contact));
        }
    }
    found
}

fn report(file: &Linted<'_>, first: (usize, usize), second: (usize, usize), contact: &Contact) -> Option<Diagnostic> {
    let line = file.program.rules.get(first.0)?.line;
    Some(
        Diagnostic::new(
            Code::FirstDecides,
            format!("where the rule on line {line} holds too, that one decides"),
            file.action(second)?,
            "not done then",
        )
        .also(file.action(first)?, "done first")
        .why(format!("Both rules hold for {}, and the one that stands first in the file decides.", file.shown(contact)))
        .help("Put the rule that should decide first, or change a condition so that the two cannot hold together."),
    )
}
