//! The texts that the rules of a file compare with and write, field by field.

use syncc_grammar::tree::{self, Action, Path, Span, ValueKind};

use super::{Linted, RuleAt};
use crate::{
    ir::{ConstId, Effect, End, FieldId, Program, Rule, Test},
    logic::each_atom,
    value::Value,
};

/// Calls back for every text that a rule compares a whole value or element with, or writes.
pub(super) fn each(program: &Program, rule: &Rule, found: &mut impl FnMut(End, FieldId, ConstId)) {
    let mut found = |end: End, field: FieldId, constant: ConstId| {
        if matches!(program.constant(constant), Value::Text(_)) {
            found(end, field, constant);
        }
    };
    each_atom(&rule.condition, &mut |id| {
        let Some(atom) = program.atoms.get(id.index()) else { return };
        if let Test::Equals(field, constant) | Test::Has(field, constant) = atom.test {
            found(atom.end, field, constant);
        }
    });
    for effect in &rule.effects {
        if let Effect::Add(field, constant) | Effect::Remove(field, constant) | Effect::Set(field, constant) = effect {
            found(rule.from.other(), *field, *constant);
        }
    }
}

/// A text constant, as it is written.
pub(super) fn text(program: &Program, constant: ConstId) -> &str {
    match program.constant(constant) {
        Value::Text(text) => text.shown(),
        _ => "",
    }
}

/// All places where these rules write this text for this field. Absolute.
pub(super) fn all_places(
    file: &Linted<'_>,
    (end, field): (End, FieldId),
    constant: ConstId,
    rules: &[usize],
) -> Vec<Span> {
    rules.iter().filter_map(|rule| file.at(*rule)).flat_map(|at| places(file, &at, end, field, constant)).collect()
}

/// Where a rule writes this text for this field. Absolute.
pub(super) fn places(file: &Linted<'_>, at: &RuleAt<'_>, end: End, field: FieldId, constant: ConstId) -> Vec<Span> {
    let Some(when) = file.when(at) else { return Vec::new() };
    let side = file.program.side(end);
    let name = side.fields.get(field.index()).map_or("", |field| field.name.as_str());
    let wanted = text(file.program, constant).trim();
    let mut found = Vec::new();
    let mut note = |path: &Path, value: &tree::Value| {
        let same = matches!(&value.kind, ValueKind::Text(text) if text.trim() == wanted);
        if same && path.end.text == side.name && path.field_name() == name {
            found.push(value.span.shift(at.span.start));
        }
    };
    compared(&when.condition, &mut note);
    let undone = when.undo.iter().flat_map(|undo| &undo.actions);
    for action in when.actions.iter().chain(undone) {
        if let Action::Add(path, value) | Action::Remove(path, value) | Action::Assign(path, value) = action {
            note(path, value);
        }
    }
    found
}

fn compared(condition: &tree::Condition, found: &mut impl FnMut(&Path, &tree::Value)) {
    match condition {
        tree::Condition::Or(parts) | tree::Condition::And(parts) => {
            parts.iter().for_each(|part| compared(part, found));
        }
        tree::Condition::Not(inner, _) => compared(inner, found),
        tree::Condition::Compare { field, value, .. } => found(field, value),
        tree::Condition::In { field, values, .. } => values.iter().for_each(|value| found(field, value)),
        tree::Condition::Empty { .. }
        | tree::Condition::Flag(_)
        | tree::Condition::Exists(..)
        | tree::Condition::Deleted(..) => {}
    }
}
