//! Undoing what was written: of a run, of a contact, since a point in time.
//!
//! Promises:
//! - A field gets back what it held before, unless somebody or something changed it since; then it is left alone and
//!   named. Of a set, what was added is taken away and what was taken away is added; all else in it stays.
//! - Nobody is moved to more mail.
//! - It is a run like any other: planned, journalled, in the history, and can be undone itself.
//! - What the rules would do again at once is paused, so that the undo lasts until somebody resumes it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::Serialize;
use syncc_compiler::{
    ir::{End, FieldId, Side},
    value::{Record, Value},
};

use super::{Allowed, Connection, CycleError, Host, Of, Picture, Report, display, push::Pushed};
use crate::{
    engine::{Base, Cause, Change, Item, Kind, Outcome, Status, Sum, What, more_mail, too_many},
    store::{Activity, Asked, Line, Pause, RecordId},
};

/// What undoing comes to, before it is done.
pub struct Undo<'a> {
    /// What is written, as a plan.
    pub picture: Picture<'a>,
    /// What is not undone, and why.
    pub skipped: Vec<Skipped>,
}

/// Something that is not undone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Skipped {
    /// Who it is.
    pub who: String,
    /// On which side, as the file calls it.
    pub side: String,
    /// Which field; the whole contact without one.
    pub field: Option<String>,
    /// Why it is left as it is.
    pub why: String,
}

/// What came of an undo.
#[derive(Clone, Debug, Default)]
pub struct Undone {
    /// What was written and what failed.
    pub report: Report,
    /// Who was paused, because the rules would do at once what was undone.
    pub paused: Vec<String>,
}

/// What the selected lines say of one record, oldest first.
struct Past {
    end: End,
    id: String,
    lines: Vec<Activity>,
}

impl Past {
    /// Whether the record as a whole was `created` or `deleted`.
    fn is(&self, what: &str) -> bool {
        self.lines.iter().any(|line| line.line.what == what && line.line.field.is_none())
    }
}

impl<'a> Connection<'a> {
    /// What undoing these lines of the history comes to. Reads both sides first.
    ///
    /// # Errors
    /// When a side cannot be read or the memory fails.
    pub async fn plan_undo(
        &mut self,
        asked: &Asked,
        name: &str,
        allowed: &Allowed,
        host: &mut dyn Host,
        report: &mut Report,
    ) -> Result<Undo<'a>, CycleError> {
        self.read(allowed, host, report).await?;
        self.prepare()?;
        let mut pasts: BTreeMap<(usize, String), Past> = BTreeMap::new();
        for line in self.store.history(asked)?.into_iter().rev() {
            let key = (line.end.index(), line.record.clone());
            let past =
                pasts.entry(key).or_insert_with(|| Past { end: line.end, id: line.record.clone(), lines: Vec::new() });
            past.lines.push(line);
        }
        let of: Vec<_> = pasts.values().map(|past| (past.end, past.id.clone())).collect();
        let mut picture = self.picture_of(Of::Records(&of), report)?;
        let mut items: BTreeMap<usize, Item> = BTreeMap::new();
        let mut skipped = Vec::new();
        let places = places(&picture.plan.items);
        for past in pasts.values() {
            let later = self.later(past, asked.field.as_deref())?;
            let place = places[past.end.index()].get(past.id.as_str()).copied();
            picture.undo_record(past, place, &later, &mut items, &mut skipped);
        }
        picture.plan.items =
            items.into_values().filter(|item| item.outcome().is_some_and(|of| !of.changes.is_empty())).collect();
        picture.plan.guards = too_many(&picture.plan.items, What::Deletion, self.store.link_count()?);
        picture.by_hand = Some(name.to_owned());
        skipped.sort();
        skipped.dedup();
        Ok(Undo { picture, skipped })
    }

    /// The fields of a record that were written again after the selected lines; `None` for the whole record.
    fn later(&self, past: &Past, field: Option<&str>) -> Result<BTreeMap<Option<String>, Line>, CycleError> {
        let selected: BTreeSet<i64> = past.lines.iter().map(|line| line.id).collect();
        let asked =
            Asked { records: vec![(past.end, past.id.clone())], field: field.map(str::to_owned), ..Asked::default() };
        let mut last: BTreeMap<Option<String>, i64> = BTreeMap::new();
        for line in &past.lines {
            last.insert(line.line.field.clone(), line.id);
        }
        // Of a record that was made, every later line tells that it is more than what was made.
        let made = past.is("created").then(|| past.lines.last().map(|line| line.id)).flatten();
        let all = self.store.history(&asked)?;
        let later = all.into_iter().filter(|line| {
            let last = last.get(&line.line.field).copied().or(made);
            !selected.contains(&line.id) && last.is_some_and(|last| line.id > last) && changed(&line.line)
        });
        Ok(later.map(|line| (line.line.field.clone(), line.line)).collect())
    }

    /// Carries an undo out.
    ///
    /// # Errors
    /// When a guard trips that was not allowed, or the memory fails. What was confirmed until then stays.
    pub async fn undo(&mut self, undo: Undo<'a>, allowed: &Allowed, host: &mut dyn Host) -> Result<Undone, CycleError> {
        let Undo { picture, .. } = undo;
        let tripped = picture.plan.guards.iter().filter(|guard| !allowed.guard(guard.name()));
        let tripped: Vec<_> = tripped.map(|guard| (guard.name().to_owned(), guard.message(self.program))).collect();
        if !tripped.is_empty() {
            return Err(CycleError::Guards(tripped));
        }
        let mut undone = Undone::default();
        let run = self.store.begin_run(self.world.clock.now(), &self.fingerprint)?;
        let mut pushed = self.carry_out(run, &picture, host, &mut undone.report).await?;
        self.settle(&picture, &mut pushed)?;
        self.unlink_unmade(&picture, &pushed)?;
        undone.report.note(&picture);
        undone.report.settle_done(&Sum::default());
        undone.paused = self.pause_what_comes_again(&picture, &pushed)?;
        self.store.end_run(run, self.world.clock.now(), &undone.report.summary())?;
        Ok(undone)
    }

    /// A contact that was made and is not any more was never linked: its partner is free again.
    fn unlink_unmade(&mut self, picture: &Picture<'_>, pushed: &Pushed) -> Result<(), CycleError> {
        for (index, item) in picture.plan.items.iter().enumerate() {
            let gone = item.outcome().is_some_and(|outcome| outcome.status == Status::Deleted);
            if let Some(link) = item
                .link
                .and_then(|link| picture.link_ids.get(link))
                .filter(|_| gone && !pushed.failed.contains(&index))
            {
                self.store.unlink(*link)?;
            }
        }
        Ok(())
    }

    /// Pauses every contact to which the rules would now do something again.
    fn pause_what_comes_again(&mut self, undone: &Picture<'_>, pushed: &Pushed) -> Result<Vec<String>, CycleError> {
        let mut touched: BTreeSet<RecordId> = BTreeSet::new();
        for (index, item) in undone.plan.items.iter().enumerate() {
            // Of a contact that the app of one side refused, what was taken back on the other side shall last all the same.
            let any = End::BOTH.into_iter().any(|end| pushed.now[end.index()].contains_key(&index));
            if pushed.failed.contains(&index) && !any {
                continue;
            }
            for end in End::BOTH {
                let now = pushed.now[end.index()].get(&index).map(|now| now.id.clone());
                touched.extend(item.ids[end.index()].clone().into_iter().chain(now).map(|id| (end, id)));
            }
        }
        let mut report = Report::default();
        self.prepare()?;
        let now = self.picture_of(Of::Records(&Vec::from_iter(touched.clone())), &mut report)?;
        let name = undone.by_hand.clone().unwrap_or_default();
        let mut pauses = Vec::new();
        let mut paused = Vec::new();
        for item in &now.plan.items {
            let is_touched =
                |end: &End| item.ids[end.index()].as_ref().is_some_and(|id| touched.contains(&(*end, id.clone())));
            let again = item.outcome().is_some_and(|outcome| !outcome.changes.is_empty());
            if !again || !End::BOTH.iter().any(is_touched) {
                continue;
            }
            paused.push(now.who(item));
            let why = format!("{name}; the rules ask for the same again");
            let records = End::BOTH.into_iter().filter_map(|end| Some((end, item.ids[end.index()].clone()?)));
            pauses.extend(records.map(|record| Pause {
                record: Some(record),
                since: self.world.clock.now(),
                why: why.clone(),
            }));
        }
        self.store.pause(&pauses)?;
        Ok(paused)
    }
}

impl Picture<'_> {
    /// Puts into the items what undoing the past of one record writes. `place` is that of its item in the plan.
    fn undo_record(
        &self,
        past: &Past,
        place: Option<usize>,
        later: &BTreeMap<Option<String>, Line>,
        items: &mut BTreeMap<usize, Item>,
        skipped: &mut Vec<Skipped>,
    ) {
        let side = self.program.side(past.end);
        let who = past.lines.last().map(|line| line.line.who.clone()).unwrap_or_default();
        let mut skip = |field: Option<&str>, why: String| {
            skipped.push(Skipped { who: who.clone(), side: side.name.clone(), field: field.map(str::to_owned), why });
        };
        let Some((place, item)) = place.and_then(|place| Some((place, self.plan.items.get(place)?))) else {
            // Made and deleted again, or deleted and linked with nobody: where it was deleted by us, it can be made anew
            // only together with its partner, which is not known any more.
            skip(None, "it is not known any more".to_owned());
            return;
        };
        let item = items.entry(place).or_insert_with(|| unchanged(self, item));
        let now = self.now(item, past.end).and_then(|known| known.record.clone());
        match (past.is("created"), past.is("deleted"), now) {
            (true, true, None) => {}
            (true, _, None) => skip(None, "it was deleted since".to_owned()),
            (true, _, Some(now)) => match self.edited_since(past, later, side, &now) {
                Some(why) => skip(None, why),
                None if !side.deletes => skip(None, format!("{} does not let contacts be deleted", side.name)),
                None => put_away(item, past.end),
            },
            (false, true, None) => match made_anew(past, side) {
                _ if !side.creates => skip(None, format!("{} does not let contacts be made", side.name)),
                Some(record) => put_back(item, past.end, record),
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
    fn edited_since(
        &self,
        past: &Past,
        later: &BTreeMap<Option<String>, Line>,
        side: &Side,
        now: &Record,
    ) -> Option<String> {
        if let Some(line) = later.values().next() {
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
        filled.map(|(field, _)| format!("`{}` was filled since, so it is somebody's work now", field.name))
    }
}

/// Whether a write changed something in the app: one that cuts what it is given may hold just what it held.
fn changed(line: &Line) -> bool {
    line.field.is_none() || !line.after.is_known() || line.before != line.after
}

/// Where the item of each record stands in the plan, by the record's id, left first.
fn places(items: &[Item]) -> [HashMap<&str, usize>; 2] {
    [0, 1].map(|end: usize| {
        let known = items.iter().enumerate().filter_map(|(place, item)| Some((item.ids[end].as_deref()?, place)));
        known.collect()
    })
}

/// The item with nothing to do.
fn unchanged(picture: &Picture<'_>, item: &Item) -> Item {
    let now = End::BOTH.map(|end| picture.now(item, end).and_then(|known| known.record.clone()));
    let base = item.link.and_then(|link| picture.links.get(link)?.base.clone());
    let outcome = Outcome { end: now, base, status: Status::InSync, changes: Vec::new(), fired: Vec::new(), steps: 0 };
    let (ids, link) = (item.ids.clone(), item.link);
    Item { ids, link, matched: None, held: None, kind: Kind::Pair(outcome), rest: [None, None] }
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
fn made_anew(past: &Past, side: &Side) -> Option<Record> {
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
