//! What is not written because a side has no place for it: said once for all contacts, where somebody holds such a thing.

use std::collections::HashSet;

use syncc_compiler::ir::{End, FieldId, Lens};

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
            let known = report.lacking[end.index()].len();
            for outcome in picture.plan.items.iter().filter_map(|item| item.outcome()) {
                let left_out = left_out(engine, picture, end, outcome, &fields);
                report.lacking[end.index()].extend(left_out);
            }
            if report.lacking[end.index()].len() > known {
                self.tell_lacking(&lacks, report);
            }
        }
    }

    fn tell_lacking(&self, lacks: &[Lacks; 2], report: &mut Report) {
        report.notes.clear();
        for end in End::BOTH {
            let Lacks { fields, todo } = &lacks[end.index()];
            let asked = fields.iter().filter(|(field, _)| report.lacking[end.index()].contains(field));
            let names: Vec<String> = asked.map(|(_, name)| format!("`{name}`")).collect();
            if let Some((last, others)) = names.split_last() {
                let names = if others.is_empty() { last.clone() } else { format!("{} and {last}", others.join(", ")) };
                let [here, there] = [end, end.other()].map(|end| &self.program.side(end).name);
                report.notes.push(format!(
                    "{here} has no place for {names}, so what {there} holds there is not written to it: {todo}"
                ));
            }
        }
    }
}

/// The fields at this end that would hold something of the other side, if there were a place for it.
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
    let fields: Vec<FieldId> = copied.collect();
    let pair = || Pair { now: outcome.end.clone(), base: outcome.base.clone(), later: None };
    if fields.is_empty() || !engine.in_scope(from, &pair()) { Vec::new() } else { fields }
}
