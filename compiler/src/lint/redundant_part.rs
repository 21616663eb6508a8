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

/// All such parts. The last of several that say the same.
pub(super) fn check(file: &Linted<'_>, ask: &Ask<'_>, at: &RuleAt, rule: &Rule, plain: Plain) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    if plain == Plain::Fails {
        return found;
    }
    let Some(when) = file.when(at) else { return found };
    let parts = conjuncts(&when.condition, &rule.condition, at.span.start);
    let spans: Vec<Span> = parts.iter().map(|part| part.span).collect();
    let mut kept: Vec<Condition> = parts.iter().map(|part| part.condition.clone()).collect();
    for (index, part) in parts.iter().enumerate().rev() {
        // That a contact exists is said for people, and to say which way a rule goes.
        if kept.len() > 1 && !matches!(part.tree, tree::Condition::Exists(..)) {
            let mut without = kept.clone();
            let this = without.remove(index);
            if reads(file, rule, &without)
                && ask.never(rule, &[(&Condition::All(without.clone()), true), (&this, false)])
            {
                let cut = plain_end(part).then(|| removal::of_one(file.text, &spans, index, "and")).flatten();
                found.push(report(part.span, "holds anyway where the rest does", cut));
                kept = without;
                continue;
            }
        }
        choice(file, ask, at, rule, part, (&mut kept, index), &mut found);
    }
    found
}

/// Whether the app that the rule starts from is still read: without it the rule would go no way.
fn reads(file: &Linted<'_>, rule: &Rule, parts: &[Condition]) -> bool {
    let mut reads = false;
    for part in parts {
        each_atom(part, &mut |id| {
            reads |= file.program.atoms.get(id.index()).is_some_and(|atom| atom.end == rule.from)
        });
    }
    reads
}

/// The parts joined by `or` that add nobody.
fn choice(
    file: &Linted<'_>,
    ask: &Ask<'_>,
    at: &RuleAt,
    rule: &Rule,
    part: &Part<'_>,
    (kept, place): (&mut [Condition], usize),
    found: &mut Vec<Diagnostic>,
) {
    let choices = choices(part, at.span.start);
    let spans: Vec<Span> = choices.iter().map(|(span, _)| *span).collect();
    let mut left: Vec<Condition> = choices.iter().map(|(_, choice)| (*choice).clone()).collect();
    let (separator, plain_ends) = match part.tree {
        tree::Condition::Or(trees) => ("or", trees.iter().all(ends_where_it_says)),
        _ => (",", true),
    };
    for (index, (span, _)) in choices.iter().enumerate().rev() {
        if left.len() < 2 {
            break;
        }
        let mut without = left.clone();
        without.remove(index);
        let (now, then) = (Condition::All(kept.to_vec()), Condition::Any(without.clone()));
        if ask.never(rule, &[(&now, true), (&then, false)]) {
            let cut = plain_ends.then(|| removal::of_one(file.text, &spans, index, separator)).flatten();
            found.push(report(*span, "adds nobody", cut));
            if let Some(part) = kept.get_mut(place) {
                *part = then;
            }
            left = without;
        }
    }
}

fn report(span: Span, label: &str, cut: Option<Span>) -> Diagnostic {
    let found = Diagnostic::new(Code::RedundantPart, "this part of the condition changes nothing", span, label)
        .why("Without it the rule holds for the same contacts.");
    match cut {
        Some(cut) => found.help("Remove it, or correct it if something else was meant.").fix("remove it", cut, ""),
        None => found.help("Remove it, or correct it if something else was meant."),
    }
}

fn plain_end(part: &Part<'_>) -> bool {
    ends_where_it_says(part.tree)
}

/// Whether the place of the part holds all of it, closing signs included.
fn ends_where_it_says(written: &tree::Condition) -> bool {
    use tree::Condition as C;
    matches!(written, C::Compare { .. } | C::Empty { .. } | C::Flag(_) | C::Exists(..) | C::Deleted(..))
}
