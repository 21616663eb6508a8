//! What a record gets back: the values that its past says it held, where nobody changed them since.

use std::collections::BTreeMap;

use syncc_compiler::{
    ir::{End, FieldId, Side},
    value::{Record, Value},
};

use super::{
    super::{Picture, display},
    Back, Knows, Skipped,
    past::Past,
};
use crate::{
    engine::{Base, Cause, Change, Item, Kind, Outcome, Status, more_mail},
    store::{Activity, Line},
};

impl Picture<'_> {
    /// Puts into the items what undoing the past of one record writes. `place` is that of its item in the plan.
    pub(super) fn undo_record(&self, past: &Past, place: Option<usize>, knows: &Knows<'_>, back: &mut Back) {
        let Back { items, anew, skipped } = back;
        let (side, later) = (self.program.side(past.end), &past.later);
        let who = past.lines.last().map(|line| line.line.who.clone()).unwrap_or_default();
        let mut skip = |field: Option<&str>, why: String| {
            skipped.push(Skipped { who: who.clone(), side: side.name.clone(), field: field.map(str::to_owned), why });
        };
        let Some((place, item)) = place.and_then(|place| Some((place, self.plan.items.get(place)?))) else {
            // Gone on both sides: it is made anew where we deleted it. Its partner is whoever deleted that one's business.
            match made_anew(past, side) {
                _ if past.is("created") || !past.is("deleted") => skip(None, "it is not known any more".to_owned()),
                _ if knows.again.contains_key(&past.record()) => {
                    skip(None, knows.again.get(&past.record()).cloned().unwrap_or_default());
                }
                _ if !side.creates => skip(None, format!("{} does not let contacts be made", side.name)),
                Some(record) => {
                    let mut item = of_nobody();
                    put_back(&mut item, past.end, record);
                    let place = self.plan.items.len() + items.len();
                    anew.insert((place, past.end), past.id.clone());
                    items.insert(place, item);
                }
                None => skip(None, "what it held was not noted".to_owned()),
            }
            return;
        };
        let waits =
            |end: End| item.ids[end.index()].as_ref().is_some_and(|id| knows.unanswered.contains(&(end, id.clone())));
        if End::BOTH.into_iter().any(waits) {
            skip(None, "a write to it was not answered yet: `syncc run` finds out what became of it".to_owned());
            return;
        }
        let item = items.entry(place).or_insert_with(|| unchanged(self, item));
        let now = self.now(item, past.end).and_then(|known| known.record.clone());
        match (past.is("created"), past.is("deleted"), now) {
            (true, true, None) => {}
            (true, _, None) => skip(None, "it was deleted since".to_owned()),
            (true, _, Some(now)) => match self.edited_since(past, side, &now, knows) {
                Some(why) => skip(None, why),
                None if !side.deletes => skip(None, format!("{} does not let contacts be deleted", side.name)),
                None => put_away(item, past.end),
            },
            (false, true, None) => match made_anew(past, side) {
                _ if !side.creates => skip(None, format!("{} does not let contacts be made", side.name)),
                Some(record) => {
                    anew.insert((place, past.end), past.id.clone());
                    put_back(item, past.end, record);
                }
                None => skip(None, "what it held was not noted".to_owned()),
            },
            (false, true, Some(_)) => skip(None, "it is there again".to_owned()),
            (false, false, None) => skip(None, "it was deleted since".to_owned()),
            (false, false, Some(now)) => {
                for (field, before, after) in spans(past) {
                    match undone_field(side, &field, &before, &after, &now, later) {
                        Ok((id, value)) => put_value(item, past.end, id, &now, value),
                        Err(why) => skip(Some(&field), why),
                    }
                }
            }
        }
    }

    /// Why a record that was made is not taken away again; nothing where it is as it was made.
    fn edited_since(&self, past: &Past, side: &Side, now: &Record, knows: &Knows<'_>) -> Option<String> {
        if let Some(line) = past.later.values().next() {
            return Some(format!("it was written again since ({})", line.why));
        }
        for (field, _, after) in spans(past) {
            let Some(id) = side.field(&field) else { continue };
            if now.get(id).is_known() && *now.get(id) != after {
                return Some(format!("`{field}` was edited since, so it is somebody's work now"));
            }
        }
        let made_with = |name: &str| past.lines.iter().any(|line| line.line.field.as_deref() == Some(name));
        let mut fields = side.fields.iter().zip(now.values());
        let filled = fields.find(|(field, value)| value.is_filled() && !made_with(&field.name));
        let filled = filled.map(|(field, _)| &field.name).or(knows.beside.as_ref().filter(|name| !made_with(name)));
        filled.map(|name| format!("`{name}` was filled since, so it is somebody's work now"))
    }
}

/// The item with nothing to do.
fn unchanged(picture: &Picture<'_>, item: &Item) -> Item {
    let now = End::BOTH.map(|end| picture.now(item, end).and_then(|known| known.record.clone()));
    let base = item.link.and_then(|link| picture.links.get(link)?.base.clone());
    let outcome = Outcome { end: now, base, status: Status::InSync, changes: Vec::new(), fired: Vec::new(), steps: 0 };
    let (ids, link) = (item.ids.clone(), item.link);
    Item { ids, link, matched: None, held: None, kind: Kind::Pair(outcome), rest: [None, None] }
}

/// An item that has no record on either side.
fn of_nobody() -> Item {
    let outcome = Outcome {
        end: [None, None],
        base: None,
        status: Status::InSync,
        changes: Vec::new(),
        fired: Vec::new(),
        steps: 0,
    };
    Item { ids: [None, None], link: None, matched: None, held: None, kind: Kind::Pair(outcome), rest: [None, None] }
}

/// Each field that was written: what it held before the first of the lines, and after the last one.
fn spans(past: &Past) -> Vec<(String, Value, Value)> {
    let mut spans: Vec<(String, Value, Value)> = Vec::new();
    for Activity { line, .. } in &past.lines {
        let Some(field) = &line.field else { continue };
        match spans.iter_mut().find(|(known, _, _)| known == field) {
            Some((_, _, after)) => *after = line.after.clone(),
            None => spans.push((field.clone(), line.before.clone(), line.after.clone())),
        }
    }
    spans
}

/// The value that a field gets back.
fn undone_field(
    side: &Side,
    field: &str,
    before: &Value,
    after: &Value,
    now: &Record,
    later: &BTreeMap<Option<String>, Line>,
) -> Result<(FieldId, Value), String> {
    let id = side.field(field).ok_or("the rules do not name this field any more")?;
    let known = side.fields.get(id.index()).ok_or("the rules do not name this field any more")?;
    let current = now.get(id);
    if !before.is_known() || !current.is_known() {
        return Err("what it held is not known".to_owned());
    }
    let value = if known.ty.is_set() {
        let added = |element| after.has(element) && !before.has(element);
        let kept = current.elements().iter().filter(|element| !added(element)).cloned();
        let back = before.elements().iter().filter(|element| !after.has(element)).cloned();
        Value::set(kept.chain(back))
    } else {
        if let Some(line) = later.get(&Some(field.to_owned())) {
            return Err(format!("it was written again since ({})", line.why));
        }
        if current != after {
            return Err(format!("it was edited since: it holds {}", quoted(current)));
        }
        before.clone()
    };
    if value == *current {
        return Err("it holds what it held before already".to_owned());
    }
    if more_mail(known, current, &value) {
        return Err("that would move a person to more mail, which syncc never does".to_owned());
    }
    let can = match known.ty.is_set() {
        true => {
            let adds = value.elements().iter().any(|element| !current.has(element));
            let removes = current.elements().iter().any(|element| !value.has(element));
            (!adds || known.can.add) && (!removes || known.can.remove)
        }
        false if value.is_empty() => known.can.clear,
        false => known.can.set,
    };
    if can { Ok((id, value)) } else { Err(format!("{} does not let it be changed back", side.name)) }
}

/// Undoes a change of one field.
fn put_value(item: &mut Item, end: End, field: FieldId, now: &Record, value: Value) {
    let Kind::Pair(outcome) = &mut item.kind else { return };
    let base = outcome.base.as_mut().and_then(|base| base.sides[end.index()].as_mut());
    for record in outcome.end[end.index()].as_mut().into_iter().chain(base) {
        record.put(field, value.clone());
    }
    if outcome.status == Status::InSync {
        outcome.status = Status::Updated;
    }
    let before = now.get(field).clone();
    outcome.changes.push(Change { end, field: Some(field), before, after: value, cause: Cause::Person });
}

/// Undoes a creation.
fn put_away(item: &mut Item, end: End) {
    let Kind::Pair(outcome) = &mut item.kind else { return };
    outcome.end[end.index()] = None;
    outcome.base = None;
    outcome.status = Status::Deleted;
    outcome.changes.retain(|change| change.end != end);
    outcome.changes.push(whole(end));
}

/// Undoes a deletion.
fn put_back(item: &mut Item, end: End, record: Record) {
    let Kind::Pair(outcome) = &mut item.kind else { return };
    outcome.changes.retain(|change| change.end != end);
    outcome.changes.push(whole(end));
    let values = (0..).map(FieldId).zip(record.values());
    for (field, value) in values.filter(|(_, value)| value.is_filled()) {
        let (before, after) = (Value::Unknown, value.clone());
        outcome.changes.push(Change { end, field: Some(field), before, after, cause: Cause::Person });
    }
    outcome.end[end.index()] = Some(record);
    outcome.base = Some(Base { sides: outcome.end.clone() });
    outcome.status = Status::Created;
}

fn whole(end: End) -> Change {
    Change { end, field: None, before: Value::Unknown, after: Value::Unknown, cause: Cause::Person }
}

/// A deleted record as it was; `None` where that was not noted.
pub(super) fn made_anew(past: &Past, side: &Side) -> Option<Record> {
    let mut record = Record::filled_with(&Value::Empty, side.fields.len());
    let mut any = false;
    for Activity { line, .. } in past.lines.iter().filter(|line| line.line.what == "deleted") {
        let Some(field) = line.field.as_deref().and_then(|field| side.field(field)) else { continue };
        record.put(field, line.before.clone());
        any = true;
    }
    any.then_some(record)
}

fn quoted(value: &Value) -> String {
    if value.is_filled() { format!("“{}”", display(value)) } else { "nothing".to_owned() }
}
