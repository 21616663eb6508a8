//! SYNC0455 and SYNC0456: rules that read what they write.
//!
//! Only a rule whose condition reads the other app too can: `when google exists and realgeeks.stage is empty then
//! realgeeks.stage = "Lead"`. That one fills what is empty, once ([`super::bare`] asks that everything else flows by another rule). With
//! an `undo` it would empty it again.

use super::{
    Linted, RuleAt,
    ask::{Ask, BOTH_HERE},
    parts::conjuncts,
    shape::Pairs,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::{Atom, Condition, ConstId, Effect, Program, Rule, Test},
    logic::each_atom,
    value::Value,
};

pub(super) fn check(
    file: &Linted<'_>,
    ask: &Ask<'_>,
    pairs: &Pairs<'_>,
    at: &RuleAt<'_>,
    rule: &Rule,
) -> Vec<Diagnostic> {
    if !reads_what_it_writes(file.program, rule) {
        return Vec::new();
    }
    match undoes_itself(file, ask, at, rule) {
        Some(found) => vec![found],
        None => changes_nothing(file, ask, pairs, at, rule),
    }
}

/// Whether the condition of a rule asks for something that the rule writes.
pub(super) fn reads_what_it_writes(program: &Program, rule: &Rule) -> bool {
    let mut reads = false;
    each_atom(&rule.condition, &mut |id| {
        let atom = program.atoms.get(id.index()).filter(|atom| atom.end != rule.from);
        reads |= atom.and_then(|atom| atom.test.field()).is_some_and(|field| {
            rule.effects.iter().chain(rule.undo.iter().flatten()).any(|effect| effect.field() == Some(field))
        });
    });
    reads
}

/// What the rule does makes its condition fail, and what it then undoes makes it hold again.
fn undoes_itself(file: &Linted<'_>, ask: &Ask<'_>, at: &RuleAt<'_>, rule: &Rule) -> Option<Diagnostic> {
    let undo = rule.undo.as_ref()?;
    let done = after(file.program, rule, &rule.effects, &rule.condition)?;
    let undone: Vec<Effect> = undo
        .iter()
        .chain(rule.effects.iter().filter(|effect| !undo.iter().any(|undo| about_the_same(undo, effect))))
        .cloned()
        .collect();
    let again = after(file.program, rule, &undone, &rule.condition)?;
    let contact = ask.contact(&[(&rule.condition, true), (&done, false), (&again, true)], &[BOTH_HERE]).contact()?;
    let when = file.when(at)?;
    let word = when.undo.as_ref()?.span.shift(at.span.start);
    // The part of the condition that the rule itself makes fail.
    let parts = conjuncts(&when.condition, &rule.condition, at.span.start);
    let part = parts.iter().find(|part| {
        after(file.program, rule, &rule.effects, part.condition)
            .is_some_and(|done| ask.never(rule, &[(part.condition, true), (&done, true)]))
    });
    let span = part.map_or_else(|| file.condition_span(at), |part| part.span);
    Some(
        Diagnostic::new(
            Code::UndoesItself,
            "this rule undoes itself, again and again",
            span,
            "fails as soon as the rule has acted",
        )
        .also(word, "then this makes it hold again")
        .why(format!("So it goes for {}, and such contacts are not synced at all.", file.shown(&contact)))
        .help("Remove `undo`, or ask for something that the rule does not write."),
    )
}

/// Whether two effects are about one thing, so that of the two the later one counts.
fn about_the_same(one: &Effect, other: &Effect) -> bool {
    match (one, other) {
        (Effect::Add(a, x) | Effect::Remove(a, x), Effect::Add(b, y) | Effect::Remove(b, y)) => (a, x) == (b, y),
        _ => one.field().is_some() && one.field() == other.field(),
    }
}

/// Actions of things that the condition asks for already.
fn changes_nothing(
    file: &Linted<'_>,
    ask: &Ask<'_>,
    pairs: &Pairs<'_>,
    at: &RuleAt<'_>,
    rule: &Rule,
) -> Vec<Diagnostic> {
    if rule.undo.is_some() || rule.other_way.is_some() {
        return Vec::new();
    }
    let to = rule.from.other();
    let atom = |test: Test| {
        // What the condition does not ask for does not follow from it.
        let wanted = Atom { end: to, test };
        let mut asked = None;
        each_atom(&rule.condition, &mut |id| {
            asked = asked.or_else(|| (file.program.atoms.get(id.index()) == Some(&wanted)).then_some(id));
        });
        asked.map(Condition::Atom)
    };
    let name = &file.program.side(to).name;
    let exists = format!("{} exists", crate::check::typed(name));
    let mut found = Vec::new();
    for (position, effect) in rule.effects.iter().enumerate() {
        let is_true = |constant: ConstId| *file.program.constant(constant) == Value::Bool(true);
        let already = match effect {
            Effect::Add(field, element) => atom(Test::Has(*field, *element)),
            Effect::Set(field, constant) if is_true(*constant) => atom(Test::True(*field)),
            Effect::Set(field, constant) => atom(Test::Equals(*field, *constant)),
            _ => None,
        };
        let Some(already) = already else { continue };
        let said = if let Condition::Atom(test) = already { pairs.says(0, test) } else { None };
        if !said.unwrap_or_else(|| ask.never(rule, &[(&rule.condition, true), (&already, false)])) {
            continue;
        }
        let Some(span) = file.action((at.rule, position)) else { continue };
        found.push(
            Diagnostic::new(Code::ChangesNothing, "this action changes nothing", span, "is so already")
                .also(file.condition_span(at), "asks for it")
                .why("The rule only holds for contacts of which this is true anyway.")
                .help(format!("If the rule says which contacts flow, write `then {exists}`.")),
        );
    }
    found
}

/// The condition as it is once these effects are done. `None` where that depends on more than the condition reads.
pub(super) fn after(program: &Program, rule: &Rule, effects: &[Effect], condition: &Condition) -> Option<Condition> {
    let each =
        |parts: &[Condition]| parts.iter().map(|part| after(program, rule, effects, part)).collect::<Option<_>>();
    Some(match condition {
        Condition::Atom(id) => {
            let atom = program.atoms.get(id.index())?;
            match truth(program, rule, effects, atom)? {
                Some(true) => Condition::All(Vec::new()),
                Some(false) => Condition::Any(Vec::new()),
                None => condition.clone(),
            }
        }
        Condition::Not(inner) => Condition::Not(Box::new(after(program, rule, effects, inner)?)),
        Condition::All(parts) => Condition::All(each(parts)?),
        Condition::Any(parts) => Condition::Any(each(parts)?),
    })
}

/// Whether a test holds once the effects are done: `Some(None)` where they do not touch it.
fn truth(program: &Program, rule: &Rule, effects: &[Effect], atom: &Atom) -> Option<Option<bool>> {
    if atom.end == rule.from {
        return Some(None);
    }
    let Some(field) = atom.test.field() else { return Some(Some(atom.test == Test::Exists)) };
    for effect in effects.iter().filter(|effect| effect.field() == Some(field)) {
        let truth = match (effect, &atom.test) {
            (Effect::Set(_, value), test) => program.holds_of(test, program.constant(*value)),
            (Effect::Clear(_), test) => program.holds_of(test, &Value::Empty),
            (Effect::Add(_, element), Test::Has(_, asked)) if element == asked => Some(true),
            (Effect::Remove(_, element), Test::Has(_, asked)) if element == asked => Some(false),
            (Effect::Add(..), Test::Empty(_)) => Some(false),
            // Whether the set is empty then depends on the elements that no test names.
            (Effect::Remove(..), Test::Empty(_)) => return None,
            _ => None,
        };
        if truth.is_some() {
            return Some(truth);
        }
    }
    Some(None)
}
