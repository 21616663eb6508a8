//! SYNC0459: an `undo` of a condition that never stops to hold.

use syncc_grammar::tree::Action;

use super::{
    Linted, RuleAt,
    ask::{Ask, BOTH_HERE},
    plain::Plain,
    removal,
};
use crate::{
    diagnostic::{Code, Diagnostic},
    ir::Rule,
    logic::Answer,
};

pub(super) fn check(
    file: &Linted<'_>,
    ask: &Ask<'_>,
    at: &RuleAt<'_>,
    rule: &Rule,
    plain: Plain,
) -> Option<Diagnostic> {
    if rule.undo.is_none() || plain == Plain::Fails {
        return None;
    }
    if plain != Plain::Holds && ask.contact(&[(&rule.condition, false)], &[BOTH_HERE]) != Answer::Never {
        return None;
    }
    let undo = file.when(at)?.undo?;
    let all = undo.actions.iter().map(Action::span).fold(undo.span, |all, action| all.to(action));
    let condition = file.condition_span(at);
    Some(
        Diagnostic::new(
            Code::UndoNever,
            "this `undo` never happens",
            undo.span.shift(at.span.start),
            "waits for something that cannot be",
        )
        .also(condition, "holds for everybody who is in both apps")
        .why("`undo` acts when the condition fails for a contact that both apps have.")
        .help("Remove `undo`, or ask for something that can fail.")
        .fix("remove `undo`", removal::with_blanks_before(file.text, all.shift(at.span.start)), ""),
    )
}
