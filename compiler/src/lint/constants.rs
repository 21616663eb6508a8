//! The texts that the rules of a file compare with and write, field by field.

use std::collections::BTreeMap;

use syncc_grammar::tree::{self, Action, Path, Span, ValueKind};

use super::{Linted, RuleAt};
use crate::{
    ir::{ConstId, Effect, End, FieldId, Rule, Test},
    logic::each_atom,
    value::Value,
};

/// Where a constant is used.
#[derive(Debug)]
pub(super) struct Uses {
    pub(super) count: usize,
    /// The first rule that uses it.
    pub(super) first: usize,
}

/// The texts of a field that a whole value or element is compared with or made.
pub(super) type Texts = BTreeMap<ConstId, Uses>;

/// All texts that rules write out, by field.
pub(super) fn texts(file: &Linted<'_>) -> BTreeMap<(End, FieldId), Texts> {
    let mut all: BTreeMap<(End, FieldId), Texts> = BTreeMap::new();
    for (index, (_, rule)) in file.rules().enumerate() {
        each(file, rule, &mut |end, field, constant| {
            if matches!(file.program.constant(constant), Value::Text(_)) {
                let texts = all.entry((end, field)).or_default();
                texts.entry(constant).or_insert(Uses { count: 0, first: index }).count += 1;
            }
        });
    }
    all
}

fn each(file: &Linted<'_>, rule: &Rule, found: &mut impl FnMut(End, FieldId, ConstId)) {
    each_atom(&rule.condition, &mut |id| {
        let Some(atom) = file.program.atoms.get(id.index()) else { return };
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

/// A text constant, as it was written first.
pub(super) fn text<'p>(file: &Linted<'p>, constant: ConstId) -> &'p str {
    match file.program.constant(constant) {
        Value::Text(text) => text.shown(),
        _ => "",
    }
}

/// All places where rules from the first that uses it on write this text for this field. Absolute.
pub(super) fn all_places(file: &Linted<'_>, (end, field): (End, FieldId), constant: ConstId, uses: &Uses) -> Vec<Span> {
    let mut left = uses.count;
    let mut found = Vec::new();
    for at in file.written.iter().skip(uses.first) {
        if left == 0 {
            break;
        }
        let here = places(file, at, end, field, constant);
        left = left.saturating_sub(here.len());
        found.extend(here);
    }
    found
}

/// Where a rule writes this text for this field. Absolute.
pub(super) fn places(file: &Linted<'_>, at: &RuleAt, end: End, field: FieldId, constant: ConstId) -> Vec<Span> {
    let Some(when) = file.when(at) else { return Vec::new() };
    let side = file.program.side(end);
    let name = side.fields.get(field.index()).map_or("", |field| field.name.as_str());
    let wanted = text(file, constant).trim();
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
