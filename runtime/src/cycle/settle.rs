//! After the writes: links and bases of the pairs that are in step now, and the history.

use syncc_compiler::{
    ir::{End, FieldId, Program, Side},
    value::{Record, Value, shown},
};

use super::{Connection, CycleError, Picture, naming, push::Pushed, push::stored};
use crate::{
    engine::{Base, Cause, Item, Kind, Outcome, Part},
    store::{Activity, RunId, Settled},
};

impl Connection<'_> {
    /// Remembers every pair that is in step now, with what each side really holds.
    pub(super) fn settle(&mut self, run: RunId, picture: &Picture<'_>, pushed: &Pushed) -> Result<(), CycleError> {
        let mut settled = Vec::new();
        let mut history = Vec::new();
        for (index, item) in picture.plan.items.iter().enumerate() {
            let Kind::Pair(outcome) = &item.kind else { continue };
            if picture.held(item) {
                continue;
            }
            for end in End::BOTH {
                if let Some(now) = pushed.now[end.index()].get(&index) {
                    self.history(picture, item, outcome, end, &now.id, &mut history);
                }
            }
            // Gone on both sides: there is nothing left to remember.
            let gone = End::BOTH.iter().all(|end| outcome.end[end.index()].is_none());
            if let Some(link) = item.link.and_then(|link| picture.link_ids.get(link)).filter(|_| gone) {
                self.store.unlink(*link)?;
                continue;
            }
            if !pushed.failed.contains(&index) {
                settled.extend(self.settled(picture, index, item, outcome, pushed)?);
            }
        }
        self.store.settle(&settled)?;
        self.store.record(run, &history)?;
        Ok(())
    }

    fn settled(
        &self,
        picture: &Picture<'_>,
        index: usize,
        item: &Item,
        outcome: &Outcome,
        pushed: &Pushed,
    ) -> Result<Option<Settled>, CycleError> {
        let Some(base) = &outcome.base else { return Ok(None) };
        let id = |end: End| {
            pushed.now[end.index()].get(&index).map(|now| now.id.clone()).or_else(|| item.ids[end.index()].clone())
        };
        let (Some(left), Some(right)) = (id(End::Left), id(End::Right)) else { return Ok(None) };
        let written = End::BOTH.into_iter().any(|end| pushed.now[end.index()].contains_key(&index));
        let before = item.link.and_then(|link| picture.links.get(link)).and_then(|link| link.base.as_ref());
        if !written && before == Some(base) {
            return Ok(None);
        }
        let actual = self.actual(picture, index, item, outcome, base, pushed);
        let sides = &self.program.sides;
        let base = [0, 1].map(|end: usize| actual.sides[end].as_ref().map(|record| naming::named(&sides[end], record)));
        Ok(Some(Settled { ids: [left, right], base }))
    }

    /// The planned base, with what the apps really stored in the fields that were written.
    fn actual(
        &self,
        picture: &Picture<'_>,
        index: usize,
        item: &Item,
        outcome: &Outcome,
        base: &Base,
        pushed: &Pushed,
    ) -> Base {
        let side = |end: End| -> Option<Record> {
            let planned = base.sides[end.index()].as_ref()?;
            let Some(now) = pushed.now[end.index()].get(&index).filter(|now| !now.deleted) else {
                return Some(planned.clone());
            };
            let Ok(now) = self.apps[end.index()].decode(&now.raw) else { return Some(planned.clone()) };
            let before = picture.now(item, end).and_then(|known| known.record.as_ref());
            let after = outcome.end[end.index()].as_ref()?;
            // A field whose base is held back until its contact comes into scope again keeps that base.
            let held_back = |index: usize| planned.values().get(index) != after.values().get(index);
            let stored = stored(after, before, &now);
            let values = stored.values().iter().enumerate();
            let values = values.map(|(index, stored)| {
                if held_back(index) { planned.values().get(index).cloned().unwrap_or_default() } else { stored.clone() }
            });
            Some(Record::new(values.collect()))
        };
        Base { sides: [side(End::Left), side(End::Right)] }
    }

    fn history(
        &self,
        picture: &Picture<'_>,
        item: &Item,
        outcome: &Outcome,
        end: End,
        id: &str,
        history: &mut Vec<Activity>,
    ) {
        let side = self.program.side(end);
        let before = picture.now(item, end).and_then(|known| known.record.as_ref());
        let record = outcome.end[end.index()].as_ref().or(before);
        let who = record.map(|record| naming::who(side, record)).unwrap_or_default();
        let what = match (before.is_some(), outcome.end[end.index()].is_some()) {
            (false, _) => "created",
            (true, true) => "updated",
            (true, false) => "deleted",
        };
        for change in outcome.changes.iter().filter(|change| change.end == end) {
            history.push(Activity {
                at: self.world.clock.now(),
                end,
                record: id.to_owned(),
                who: who.clone(),
                what: what.to_owned(),
                field: change.field.map(|field| field_name(side, field)),
                before: Some(display(&change.before)).filter(|text| !text.is_empty()),
                after: Some(display(&change.after)).filter(|text| !text.is_empty()),
                why: why(self.program, change.cause),
            });
        }
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
