//! What is not written because a side has no place for it: said once for all contacts, where somebody holds such a thing.

use std::collections::HashSet;

use syncc_compiler::ir::{Effect, End, FieldId, Lens, Rule};

use super::{Connection, Picture, Report};
use crate::{
    apps::Lacks,
    engine::{Engine, Outcome, Pair},
};

impl Connection<'_> {
    /// Notes what the plan leaves out because a side has no place for it.
    pub(super) fn note_lacking(&self, engine: &Engine<'_>, picture: &Picture<'_>, report: &mut Report) {
        let lacks = self.apps.map(|app| app.lacks());
        for end in End::BOTH {
            let fields: HashSet<FieldId> = lacks[end.index()].fields.iter().map(|(field, _)| *field).collect();
            if fields.is_empty() {
                continue;
            }
            for outcome in picture.plan.items.iter().filter_map(|item| item.outcome()) {
                let left_out = left_out(engine, picture, end, outcome, &fields);
                report.lacking[end.index()].extend(left_out);
            }
        }
        report.writes |= picture.writes() > 0;
        self.note_illegible(picture, report);
        let notes = End::BOTH.into_iter().flat_map(|end| {
            let lacking = self.notes(end, &lacks[end.index()], report);
            lacking.into_iter().chain(self.of_illegible(end, report))
        });
        report.notes = notes.collect();
    }

    /// What is told of one side.
    fn notes(&self, end: End, lacks: &Lacks, report: &Report) -> Vec<String> {
        let asked = lacks.fields.iter().filter(|(field, _)| report.lacking[end.index()].contains(field));
        let names: Vec<String> = asked.map(|(_, name)| format!("`{name}`")).collect();
        let [here, there] = [end, end.other()].map(|end| &self.program.side(end).name);
        let names = match names.split_last() {
            Some((last, others)) if !others.is_empty() => format!("{} and {last}", others.join(", ")),
            _ => names.concat(),
        };
        let todo = &lacks.todo;
        let place = (!names.is_empty()).then(|| {
            format!("{here} has no place for {names}, so what should go there from {there} is not written: {todo}")
        });
        place.into_iter().chain(lacks.likely.iter().filter(|_| report.writes).cloned()).collect()
    }
}

/// The fields at this end that would hold something of the other side or of a rule, if there were a place for it.
fn left_out(
    engine: &Engine<'_>,
    picture: &Picture<'_>,
    end: End,
    outcome: &Outcome,
    lacks: &HashSet<FieldId>,
) -> Vec<FieldId> {
    let from = end.other();
    let Some(record) = outcome.end[from.index()].as_ref().filter(|_| outcome.end[end.index()].is_some()) else {
        return Vec::new();
    };
    let copied = picture.program.mappings.iter().enumerate().filter_map(|(index, mapping)| {
        let fields = match picture.lens(index).filter(|_| mapping.direction.from(from))? {
            Lens::Copy { left, right } | Lens::Table { left, right, .. } => [*left, *right],
            Lens::Name { .. } | Lens::Compose { .. } => return None,
        };
        let there = record.get(*fields.get(from.index())?).is_filled();
        fields.get(end.index()).copied().filter(|field| there && lacks.contains(field))
    });
    let mut fields: Vec<FieldId> = copied.collect();
    let asks =
        |rule: &Rule| rule.from == from && rule.effects.iter().filter_map(Effect::field).any(|of| lacks.contains(&of));
    let mut rules = picture.program.rules.iter().enumerate().filter(|(_, rule)| asks(rule)).peekable();
    if fields.is_empty() && rules.peek().is_none() {
        return fields;
    }
    let pair = Pair { now: outcome.end.clone(), base: outcome.base.clone(), later: None };
    if !engine.in_scope(from, &pair) {
        fields.clear();
    }
    let held = rules.filter(|(index, _)| engine.holds(*index, &pair) == Some(true));
    let asked = held.flat_map(|(_, rule)| rule.effects.iter().filter_map(Effect::field));
    fields.extend(asked.filter(|field| lacks.contains(field)));
    fields
}
