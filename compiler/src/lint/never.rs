//! SYNC0450: a condition that no contact meets.

use super::{
    Linted, RuleAt,
    ask::Ask,
    parts::{Part, conjuncts},
    plain::Plain,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Rule, Test},
};

pub(super) fn check(
    file: &Linted<'_>,
    ask: &Ask<'_>,
    at: &RuleAt<'_>,
    rule: &Rule,
    plain: Plain,
) -> Option<Diagnostic> {
    if plain == Plain::Holds || !ask.never(rule, &[(&rule.condition, true)]) {
        return None;
    }
    let when = file.when(at)?;
    let parts = conjuncts(&when.condition, &rule.condition, at.span.start);
    let diagnostic = |span, label: &str| {
        Diagnostic::new(Code::NeverHolds, "the condition of this rule never holds", span, label)
            .why("There can be no such contact, so the rule does nothing.")
    };
    let alone = parts.iter().find(|part| ask.never(rule, &[(part.condition, true)]));
    if let Some(alone) = alone {
        return Some(diagnostic(alone.span, "true for no contact").help("Change the condition, or remove the rule."));
    }
    let pair = parts.iter().enumerate().find_map(|(index, second)| {
        let earlier = parts.iter().take(index);
        let mut against = earlier.filter(|first| ask.never(rule, &[(first.condition, true), (second.condition, true)]));
        Some((against.next()?, second))
    });
    let Some((first, second)) = pair else {
        return Some(
            diagnostic(file.condition_span(at), "true for no contact")
                .help("Change the condition, or remove the rule."),
        );
    };
    let found = diagnostic(second.span, "never true").also(first.span, "when this is");
    Some(match either(file, first, second) {
        Some(list) => found.help(format!("If one of the two is enough, write `{list}`.")),
        None => found.help("Remove one of the two, or the rule."),
    })
}

/// `FIELD in [ … ]` for two values of one field that were both asked for.
fn either(file: &Linted<'_>, first: &Part<'_>, second: &Part<'_>) -> Option<String> {
    let equals = |part: &Part<'_>| match part.condition {
        crate::ir::Condition::Atom(id) => {
            let atom = file.program.atoms.get(id.index())?;
            match atom.test {
                Test::Equals(field, constant) => Some((atom.end, field, constant)),
                _ => None,
            }
        }
        _ => None,
    };
    let ((end, field, one), (other_end, other_field, other)) = (equals(first)?, equals(second)?);
    let value = |id| crate::ir::show_value(file.program.constant(id));
    ((end, field) == (other_end, other_field))
        .then(|| format!("{} in [{}, {}]", file.program.show_field(end, field), value(one), value(other)))
}
