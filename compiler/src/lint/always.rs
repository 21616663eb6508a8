//! SYNC0451: a condition that every contact meets.

use super::{Linted, RuleAt, ask::Ask, plain::Plain};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Atom, Condition, Rule, Test},
    logic::{Answer, Presence, holds},
};

pub(super) fn check(
    file: &Linted<'_>,
    ask: &Ask<'_>,
    at: &RuleAt<'_>,
    rule: &Rule,
    plain: Plain,
) -> Option<Diagnostic> {
    let own = Atom { end: rule.from, test: Test::Exists };
    // `APP exists` is how one says it.
    let says_it = |condition: &Condition| matches!(condition, Condition::Atom(id) if file.program.atoms.get(id.index()) == Some(&own));
    if plain == Plain::Fails || says_it(&rule.condition) {
        return None;
    }
    let presences = holds(file.program, rule);
    let here: Vec<_> = presences.iter().copied().filter(|both| both[rule.from.index()] == Presence::Here).collect();
    // A rule that asks for deleted contacts holds for more than those that are there.
    if here.len() < presences.len() || ask.contact(&[(&rule.condition, false)], &here) != Answer::Never {
        return None;
    }
    let name = &file.program.side(rule.from).name;
    let everybody = format!("{} exists", crate::check::typed(name));
    let span = file.condition_span(at);
    let text = file.text.get(span.start as usize..span.end as usize).unwrap_or_default();
    let count = |sign: char| text.matches(sign).count();
    let found =
        Diagnostic::new(Code::AlwaysHolds, "the condition of this rule always holds", span, "true for every contact")
            .why("A condition that keeps nobody out looks as if it did.")
            .help(format!("If everybody is meant, write `{everybody}`."));
    // Where a comment hides which signs belong to it, a person writes it.
    Some(if count('(') == count(')') && count('[') == count(']') {
        found.fix(format!("write `{everybody}`"), span, everybody)
    } else {
        found
    })
}
