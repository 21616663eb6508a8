//! What a write does and why, for people: the lines that it leaves in the history.

use syncc_compiler::{
    ir::{End, FieldId, Program, Side},
    value::{Value, shown},
};

use super::{Picture, naming};
use crate::{
    engine::{Cause, Item, Outcome, Part},
    store::Line,
};

/// The lines that carrying out an item on one end leaves in the history. A deletion has a line for each value that goes,
/// so that it can be undone.
pub(super) fn lines(picture: &Picture<'_>, item: &Item, outcome: &Outcome, end: End) -> Vec<Line> {
    let side = picture.program.side(end);
    let before = picture.now(item, end).and_then(|known| known.record.as_ref());
    let record = outcome.end[end.index()].as_ref().or(before);
    let who = record.map(|record| naming::who(side, record)).unwrap_or_default();
    let what = match (before.is_some(), outcome.end[end.index()].is_some()) {
        (false, _) => "created",
        (true, true) => "updated",
        (true, false) => "deleted",
    };
    let line = |field: Option<String>, before: &Value, after: &Value, cause: Cause| Line {
        who: who.clone(),
        what: what.to_owned(),
        field,
        before: before.clone(),
        after: after.clone(),
        why: picture.why(cause),
    };
    let mut lines = Vec::new();
    for change in outcome.changes.iter().filter(|change| change.end == end) {
        let field = change.field.map(|field| field_name(side, field));
        lines.push(line(field, &change.before, &change.after, change.cause));
        if let (None, "deleted", Some(before)) = (change.field, what, before) {
            let held = side.fields.iter().zip(before.values()).filter(|(_, value)| value.is_filled());
            lines.extend(
                held.map(|(field, value)| line(Some(field.name.clone()), value, &Value::Unknown, change.cause)),
            );
        }
    }
    lines
}

impl Picture<'_> {
    /// Why a change is made, for people.
    #[must_use]
    pub fn why(&self, cause: Cause) -> String {
        self.by_hand.clone().unwrap_or_else(|| why(self.program, cause))
    }
}

fn field_name(side: &Side, field: FieldId) -> String {
    side.fields.get(field.index()).map(|field| field.name.clone()).unwrap_or_default()
}

/// A value for people; nothing for an empty or unknown one.
#[must_use]
pub fn display(value: &Value) -> String {
    match value {
        Value::Unknown => String::new(),
        Value::Address(address) => {
            let parts = address.parts().map(|part| part.replace('\n', " "));
            parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ")
        }
        Value::Set(set) => set.elements().iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
        _ => shown(value).unwrap_or_default(),
    }
}

/// The first sentence of a title, and not too much of that.
fn brief(title: &str) -> String {
    const LONGEST: usize = 72;
    let sentence = title.split_once(". ").map_or(title, |(first, _)| first);
    if sentence.chars().count() <= LONGEST {
        return sentence.to_owned();
    }
    let mut cut: String = sentence.chars().take(LONGEST - 1).collect();
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

/// Why a change was made, for people: the rule or the mapping, with its line.
#[must_use]
pub fn why(program: &Program, cause: Cause) -> String {
    use syncc_compiler::ir::Origin;
    match cause {
        Cause::Mapping(index) => match program.mappings.get(index).map(|mapping| &mapping.origin) {
            Some(Origin::Meaning(meaning)) => format!("mapped by default ({meaning})"),
            Some(Origin::Line(line)) => format!("map on line {line}"),
            None => "mapped".to_owned(),
        },
        Cause::Person => "asked for by hand".to_owned(),
        Cause::Rule(index, part) => {
            let Some(rule) = program.rules.get(index) else { return "a rule".to_owned() };
            let part = match part {
                Part::Then => "",
                Part::Undo => ", undone",
                Part::OtherWay => ", the other way",
            };
            if rule.implicit {
                format!("every contact flows this way (line {}{part})", rule.line)
            } else {
                format!("rule on line {}{part}: {}", rule.line, brief(&rule.title))
            }
        }
    }
}

/// The lines of a creation that the app answered with a record that it had already. We did not make that one: an undo must not
/// delete it, and what it held before is not known.
pub(super) fn of_one_that_was_there(lines: Vec<Line>) -> Vec<Line> {
    let fields = lines.into_iter().filter(|line| line.field.is_some());
    fields.map(|line| Line { what: "updated".to_owned(), before: Value::Unknown, ..line }).collect()
}
