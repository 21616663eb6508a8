//! SYNC0457: a mapping whose value a rule replaces for every contact.

use std::collections::BTreeMap;

use syncc_grammar::tree::Span;

use super::{Linted, ask::Ask, included::single, plain::Plain};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Condition, End, FieldId, Lens, Mapping, Origin, Rule, Test},
    logic::{Answer, Presence},
};

/// Rules of one direction beyond these are not asked whether they let others flow.
const MOST: usize = 64;

/// `writing` gives the rules that write a field of an end, in the order of the file.
pub(super) fn check(
    file: &Linted<'_>,
    ask: &Ask<'_>,
    writing: impl Fn((End, FieldId)) -> Vec<usize>,
) -> Vec<Diagnostic> {
    let mut mapped: BTreeMap<(End, FieldId), &Mapping> = BTreeMap::new();
    for mapping in &file.program.mappings {
        for target in targets(mapping) {
            mapped.entry(target).or_insert(mapping);
        }
    }
    let report = |(target, mapping): ((End, FieldId), &Mapping)| {
        // The first rule that writes the field for everybody decides.
        writing(target).into_iter().find_map(|index| {
            let rule = file.program.rules.get(index)?;
            let position = rule.effects.iter().position(|effect| single(effect) == Some(target.1))?;
            covers(file, ask, index, rule).then(|| report(file, mapping, target.1, (index, position)))
        })?
    };
    mapped.into_iter().filter_map(report).collect()
}

/// The single-valued fields that a mapping writes.
fn targets(mapping: &Mapping) -> Vec<(End, FieldId)> {
    let flows = |to: End| mapping.direction.from(to.other());
    let all: Vec<(End, FieldId)> = match &mapping.lens {
        Lens::Copy { left, right } | Lens::Table { left, right, .. } => {
            vec![(End::Left, *left), (End::Right, *right)]
        }
        Lens::Name { whole_end, whole, parts } => {
            let parts = parts.iter().map(|(_, field)| (whole_end.other(), *field));
            std::iter::once((*whole_end, *whole)).chain(parts).collect()
        }
        Lens::Compose { from, target, .. } => vec![(from.other(), *target)],
    };
    all.into_iter().filter(|(to, _)| flows(*to)).collect()
}

/// Whether the rule holds for every contact that flows its way.
fn covers(file: &Linted<'_>, ask: &Ask<'_>, index: usize, rule: &Rule) -> bool {
    let program = file.program;
    let exists = |condition: &Condition| {
        matches!(condition, Condition::Atom(id) if program.atoms.get(id.index())
            .is_some_and(|atom| atom.end == rule.from && atom.test == Test::Exists))
    };
    if exists(&rule.condition) {
        return true;
    }
    let others: Vec<&Rule> = file.rules().filter(|other| other.from == rule.from).take(MOST + 1).collect();
    let back = || file.rules().any(|other| other.from != rule.from && other.other_way.is_some());
    if others.len() > MOST || back() {
        // Who flows because of the other side is told by what is there, not by a condition.
        let here = [Presence::Here, Presence::Never].map(|other| match rule.from {
            End::Left => [Presence::Here, other],
            End::Right => [other, Presence::Here],
        });
        let Some(known) = file.known.get(index) else { return false };
        return known.everybody(|| {
            matches!(known.plain(program, rule), Plain::Holds | Plain::Unsure)
                && Ask::new(program).contact(&[(&rule.condition, false)], &here) == Answer::Never
        });
    }
    others.into_iter().all(|other| {
        std::ptr::eq(other, rule) || ask.never(other, &[(&other.condition, true), (&rule.condition, false)])
    })
}

fn report(file: &Linted<'_>, mapping: &Mapping, field: FieldId, place: (usize, usize)) -> Option<Diagnostic> {
    let rule = file.program.rules.get(place.0)?;
    let (from, to) = (rule.from, rule.from.other());
    let written = file.program.show_field(to, field);
    let action = file.action(place)?;
    let mut found = Diagnostic::new(
        Code::MapOverwritten,
        format!("this always overwrites what is mapped to `{written}`"),
        action,
        "for every contact that flows this way",
    )
    .why(format!(
        "What stands in `{}` never reaches `{}`.",
        file.program.side(from).name,
        file.program.side(to).name
    ));
    if let Origin::Line(line) = mapping.origin {
        if let Some(map) = file.maps.iter().find(|map| map.line == line) {
            found = found.also(map.span, "flows for nothing");
        }
        return Some(found.help("Remove the mapping, or let the rule hold for some contacts only."));
    }
    let Lens::Copy { left, right } = &mapping.lens else {
        return Some(found.help("Switch the mapping off, or let the rule hold for some contacts only."));
    };
    let arrow = if to == End::Right { "->" } else { "<-" };
    let off = format!(
        "map {} {arrow} {} off",
        file.program.show_field(End::Left, *left),
        file.program.show_field(End::Right, *right)
    );
    let end = file.at(place.0)?.span.end;
    let rest = file.text.get(end as usize..)?.lines().next().unwrap_or_default();
    found = found
        .help(format!("If that is meant, say so with `{off}`. Otherwise let the rule hold for some contacts only."));
    Some(if rest.trim().is_empty() {
        found.fix(format!("write `{off}`"), Span::new(end, end), format!("\n{off}"))
    } else {
        found
    })
}
