//! SYNC0452: a part of a condition without which it asks for the same contacts.

use syncc_grammar::tree::{self, Span};

use super::{
    Linted, RuleAt,
    ask::Ask,
    parts::{Part, choices, conjuncts},
    plain::Plain,
    removal,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Condition, Rule},
    logic::each_atom,
};

/// The last such part. One at a time: of two parts that say the same, each is redundant and not both.
pub(super) fn check(
    file: &Linted<'_>,
    ask: &Ask<'_>,
    at: &RuleAt<'_>,
    rule: &Rule,
    plain: Plain,
) -> Option<Diagnostic> {
    if plain == Plain::Fails {
        return None;
    }
    let when = file.when(at)?;
    let parts = conjuncts(&when.condition, &rule.condition, at.span.start);
    let spans: Vec<Span> = parts.iter().map(|part| part.span).collect();
    parts.iter().enumerate().rev().find_map(|(index, part)| {
        let others = || parts.iter().enumerate().filter(|(other, _)| *other != index);
        let without: Vec<Condition> = others().map(|(_, other)| other.condition.clone()).collect();
        // That a contact exists is said for people, and to say which way a rule goes.
        let may_go = !matches!(part.tree, tree::Condition::Exists(..)) && reads(file, rule, &without);
        if may_go && ask.never(rule, &[(&Condition::All(without), true), (part.condition, false)]) {
            let cut = ends_where_it_says(part.tree).then(|| removal::of_one(file.text, &spans, index, "and")).flatten();
            return Some(report(part.span, "holds anyway where the rest does", cut));
        }
        choice(file, ask, at, rule, part)
    })
}

/// Whether the app that the rule starts from is still read: without it the rule would go no way.
fn reads(file: &Linted<'_>, rule: &Rule, parts: &[Condition]) -> bool {
    let mut reads = false;
    for part in parts {
        each_atom(part, &mut |id| {
            reads |= file.program.atoms.get(id.index()).is_some_and(|atom| atom.end == rule.from);
        });
    }
    reads
}

/// The last of several parts joined by `or`, or of the values of a list, that adds nobody.
fn choice(file: &Linted<'_>, ask: &Ask<'_>, at: &RuleAt<'_>, rule: &Rule, part: &Part<'_>) -> Option<Diagnostic> {
    let choices = choices(part, at.span.start);
    let spans: Vec<Span> = choices.iter().map(|(span, _)| *span).collect();
    let (separator, plain_ends) = match part.tree {
        tree::Condition::Or(trees) => ("or", trees.iter().all(ends_where_it_says)),
        _ => (",", true),
    };
    choices.iter().enumerate().rev().find_map(|(index, (span, _))| {
        let others = choices.iter().enumerate().filter(|(other, _)| *other != index);
        let without: Vec<Condition> = others.map(|(_, (_, other))| (*other).clone()).collect();
        let may_go = !without.is_empty() && reads(file, rule, &without);
        if !may_go || !ask.never(rule, &[(&rule.condition, true), (&Condition::Any(without), false)]) {
            return None;
        }
        let cut = plain_ends.then(|| removal::of_one(file.text, &spans, index, separator)).flatten();
        Some(report(*span, "adds nobody", cut))
    })
}

fn report(span: Span, label: &str, cut: Option<Span>) -> Diagnostic {
    let found = Diagnostic::new(Code::RedundantPart, "this part of the condition changes nothing", span, label)
        .why("Without it the rule holds for the same contacts.");
    match cut {
        Some(cut) => found.help("Remove it, or correct it if something else was meant.").fix("remove it", cut, ""),
        None => found.help("Remove it, or correct it if something else was meant."),
    }
}

/// Whether the place of the part holds all of it, closing signs included.
fn ends_where_it_says(written: &tree::Condition) -> bool {
    use tree::Condition as C;
    matches!(written, C::Compare { .. } | C::Empty { .. } | C::Flag(_) | C::Exists(..) | C::Deleted(..))
}
