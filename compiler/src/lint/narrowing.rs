//! SYNC0462: rules that add tags, and by being there keep everybody else out.
//!
//! As soon as a direction has a rule, only contacts for which one holds flow. One rule with a label is how people say
//! whom they want. Several, each of which turns a label into a tag, most often mean to translate
//! labels, and keep out by accident.

use syncc_grammar::tree::Span;

use super::Linted;
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Condition, Effect, End, FieldId, Rule, Test},
};

/// So few rules are a choice of contacts, not a translation of labels.
const FEWEST: usize = 3;

pub(super) fn check(file: &Linted<'_>) -> Vec<Diagnostic> {
    End::BOTH.into_iter().filter_map(|from| direction(file, from)).collect()
}

fn direction(file: &Linted<'_>, from: End) -> Option<Diagnostic> {
    let program = file.program;
    let mut rules = file.order.iter().zip(file.rules()).filter(|(_, rule)| rule.from == from);
    let (first, rule) = rules.next()?;
    let label = translates(file, rule)?;
    let (mut last, mut count) = (first, 1);
    for (index, rule) in rules {
        if translates(file, rule) != Some(label) {
            return None;
        }
        (last, count) = (index, count + 1);
    }
    if count < FEWEST || file.rules().any(|rule| rule.from != from && rule.other_way.is_some()) {
        return None;
    }
    let (first, last) = (file.at(*first)?, file.at(*last)?);
    let name = |end: End| crate::check::typed(&program.side(end).name);
    let (here, there) = (name(from), name(from.other()));
    let everybody = format!("when {here} exists then {there} exists");
    let end = last.span.end;
    let rest = file.text.get(end as usize..)?.lines().next().unwrap_or_default();
    let found = Diagnostic::new(
        Code::Narrows,
        format!(
            "contacts without one of these values of `{}` do not flow to `{there}`",
            program.show_field(from, label)
        ),
        file.condition_span(&first),
        "lets these flow, and with the other rules nobody else",
    )
    .why("As soon as a direction has a rule, only contacts for which one of its rules holds flow.")
    .help(format!("If the others should flow too, add `{everybody}`."));
    Some(if rest.trim().is_empty() {
        found.fix(format!("add `{everybody}`"), Span::new(end, end), format!("\n{everybody}"))
    } else {
        found
    })
}

/// The set of which a rule turns one element into a tag.
fn translates(file: &Linted<'_>, rule: &Rule) -> Option<FieldId> {
    let Condition::Atom(id) = &rule.condition else { return None };
    let atom = file.program.atoms.get(id.index())?;
    let adds = rule.effects.iter().all(|effect| matches!(effect, Effect::Add(..)));
    match atom.test {
        Test::Has(field, _) if adds && atom.end == rule.from && rule.other_way.is_none() => Some(field),
        _ => None,
    }
}
