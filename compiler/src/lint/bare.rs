//! SYNC0466: rules that make contacts of which nothing else is ever copied.
//!
//! `when google exists and realgeeks.tag != "Google" then realgeeks.tag += "Google"` makes a contact in Real Geeks that has a
//! tag and nothing else: it is made in one step, and what is mapped follows in the next one, in which the rule does not hold
//! any more. That is only fine where another rule holds then.

use super::{
    Linted,
    ask::Ask,
    itself::{after, reads_what_it_writes},
    parts::conjuncts,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Condition, Effect, End, Program, Rule, Test},
    logic::{Contact, Presence},
};
use syncc_grammar::tree::Span;

/// Of more rules from one app it takes too long to tell whether one of them holds.
const MOST: usize = 256;

/// Whether a rule may be one.
pub(super) fn may_be(program: &Program, rule: &Rule) -> bool {
    !rule.effects.contains(&Effect::Deleted) && reads_what_it_writes(program, rule)
}

/// `index`: a rule that may be one.
pub(super) fn check(file: &Linted<'_>, ask: &Ask<'_>, index: usize) -> Option<Diagnostic> {
    let (at, rule) = file.rule(index)?;
    let contact = made_and_left(file, ask, rule)?;
    let when = file.when(&at)?;
    let parts = conjuncts(&when.condition, &rule.condition, at.span.start);
    // The part of the condition that the rule itself makes fail.
    let part = parts.iter().find(|part| {
        after(file.program, rule, &rule.effects, part.condition)
            .is_some_and(|done| ask.never(rule, &[(part.condition, true), (&done, true)]))
    });
    let span = part.map_or_else(|| file.condition_span(&at), |part| part.span);
    let name = |end: End| crate::check::typed(&file.program.side(end).name);
    let (here, there) = (name(rule.from), name(rule.from.other()));
    let everybody = format!("when {here} exists then {there} exists");
    let found = Diagnostic::new(
        Code::LeftBare,
        format!("this rule makes contacts in `{there}` that have nothing but what it writes"),
        span,
        "fails as soon as the rule has acted",
    )
    .why(format!(
        "What is mapped is copied once the contact is there, and only while a rule holds. Then none does, as for {}: such contacts stay without a name or an email.",
        file.shown(&contact)
    ))
    .help(format!(
        "Add `{everybody}` if they should flow. If the rule is only for contacts that are in `{there}` already, add `and {there} exists` to its condition."
    ));
    let end = at.span.end;
    let rest = file.text.get(end as usize..)?.lines().next().unwrap_or_default();
    Some(if rest.trim().is_empty() {
        found.fix(format!("add `{everybody}`"), Span::new(end, end), format!("\n{everybody}"))
    } else {
        found
    })
}

/// A contact for which the rule makes one in the other app, and no rule lets anything flow there after that.
fn made_and_left(file: &Linted<'_>, ask: &Ask<'_>, rule: &Rule) -> Option<Contact> {
    let from = rule.from;
    if file.rules().any(|other| other.from != from && other.other_way.is_some()) {
        return None;
    }
    let mut then = Vec::new();
    for other in file.rules().filter(|other| other.from == from) {
        let done = after(file.program, rule, &rule.effects, &other.condition)?;
        // Most often one holds for everybody.
        if is_for_all(file.program, from, &done) || then.len() == MOST {
            return None;
        }
        then.push(done);
    }
    let mut wanted = vec![(&rule.condition, true)];
    wanted.extend(then.iter().map(|then| (then, false)));
    let mut presence = [Presence::Never; 2];
    presence[from.index()] = Presence::Here;
    ask.contact(&wanted, &[presence]).contact()
}

/// Whether a condition is seen at once to hold for everybody in an app.
fn is_for_all(program: &Program, from: End, condition: &Condition) -> bool {
    match condition {
        Condition::Atom(id) => {
            program.atoms.get(id.index()).is_some_and(|atom| atom.end == from && atom.test == Test::Exists)
        }
        Condition::All(parts) => parts.iter().all(|part| is_for_all(program, from, part)),
        Condition::Any(parts) => parts.iter().any(|part| is_for_all(program, from, part)),
        Condition::Not(_) => false,
    }
}
