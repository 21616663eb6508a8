//! P3, P5, P6 and P7 of each single write: what it may touch, and what it must know of before.

use std::collections::{BTreeMap, BTreeSet};

use syncc_compiler::{
    ir::{Effect, End, FieldId, Lens, Program},
    value::Value,
};

use super::{Log, Promise, Violation, changes};
use crate::{
    event::{By, Change, Event, What},
    run::Ran,
};

/// How many contacts may change at once without being asked. See the guards.
const FEW: usize = 20;

pub(super) fn judge(ran: &Ran, events: &[Event], found: &mut Vec<Violation>) {
    let writable = End::BOTH.map(|end| writable(&ran.program, end));
    let mut deleted: BTreeMap<(u32, End), BTreeSet<&str>> = BTreeMap::new();
    for log in changes(events).filter(|log| log.by == By::Syncc) {
        match log.change {
            Change::Set { field, before, after, believed } => {
                let place = || format!("{field} of {}", log.id);
                if !writable[log.end.index()].contains(field.as_str()) {
                    let how = format!("{} was changed, and the file never writes it", place());
                    found.push(Violation { promise: Promise::Frame, how });
                }
                let value = |cell: &Option<crate::cell::Cell>| ran.value(log.end, field, cell.as_ref());
                let (before, after) = (value(before), value(after));
                let believed = believed.as_ref().map(value);
                let unseen = believed.as_ref().is_some_and(|believed| *believed != before);
                let excused = unseen && raced(ran, events, &log, field);
                if unseen && !excused && !matches!((&before, &believed), (Value::Set(_), _) | (_, Some(Value::Set(_))))
                {
                    let how = format!("{} held {before:?} and not {believed:?}, and was overwritten unseen", place());
                    found.push(Violation { promise: Promise::NoLostEdit, how });
                }
                if let Value::Consent(before) = &before
                    && !excused
                    && !matches!(&after, Value::Consent(after) if after >= before)
                {
                    let how = format!("{} went from {before:?} to {after:?}", place());
                    found.push(Violation { promise: Promise::Consent, how });
                }
            }
            Change::Deleted => {
                if !deletes(&ran.program, log.end) {
                    let how = format!("{} was deleted, and no rule says so", log.id);
                    found.push(Violation { promise: Promise::Deletions, how });
                }
                deleted.entry((log.event.cycle, log.end)).or_default().insert(log.id);
            }
            Change::Created { .. } | Change::Restored | Change::Merged { .. } => {}
        }
    }
    for ((cycle, _), records) in deleted {
        let Some(known) = (cycle as usize).checked_sub(1).and_then(|at| ran.cycles.get(at)) else { continue };
        let told = known.allowed.iter().any(|name| name == "deletions");
        let linked = known.linked_before.max(known.links.len());
        if records.len() > FEW.max(linked / 10) && !told {
            let how = format!("cycle {cycle} deleted {} of {linked} linked contacts without being told", records.len());
            found.push(Violation { promise: Promise::Deletions, how });
        }
    }
}

/// Whether a person changed the field when no writer could have known: the app checks no versions, and its listing
/// did not show the edit when the cycle read it.
fn raced(ran: &Ran, events: &[Event], log: &Log<'_>, field: &str) -> bool {
    let profile = ran.hub.state().servers[log.end.index()].profile.clone();
    if profile.versions {
        return false;
    }
    let began = events[..log.at].iter().rev().find(|event| matches!(event.what, What::Began { .. }));
    let Some(began) = began else { return false };
    let last = changes(&events[..log.at]).rev().find(|edit| {
        let touches = matches!(edit.change, Change::Set { field: changed, .. } if changed == field)
            || matches!(edit.change, Change::Created { .. });
        edit.end == log.end && edit.id == log.id && edit.by == By::Person && touches
    });
    last.is_some_and(|edit| edit.event.at + jiff::SignedDuration::from_secs(profile.list_lag.into()) >= began.at)
}

/// The fields of an end that mappings and rules write.
pub(crate) fn writable(program: &Program, end: End) -> BTreeSet<&str> {
    let mut fields: BTreeSet<FieldId> = BTreeSet::new();
    for mapping in &program.mappings {
        if !mapping.direction.from(end.other()) {
            continue;
        }
        match &mapping.lens {
            Lens::Copy { left, right } | Lens::Table { left, right, .. } => {
                fields.insert(if end == End::Left { *left } else { *right });
            }
            Lens::Name { whole_end, whole, parts } => {
                if *whole_end == end {
                    fields.insert(*whole);
                } else {
                    fields.extend(parts.iter().map(|(_, field)| *field));
                }
            }
            Lens::Compose { target, .. } => {
                fields.insert(*target);
            }
        }
    }
    fields.extend(effects(program, end).filter_map(Effect::field));
    let names = &program.side(end).fields;
    fields.iter().filter_map(|field| names.get(field.index())).map(|field| field.name.as_str()).collect()
}

/// Everything that the rules may do to an end.
pub(crate) fn effects(program: &Program, end: End) -> impl Iterator<Item = &Effect> {
    program.rules.iter().flat_map(move |rule| {
        let forth = rule.effects.iter().chain(rule.undo.iter().flatten()).filter(move |_| rule.from != end);
        let back = rule.other_way.iter().flat_map(|back| back.make_true.iter().chain(back.make_false.iter().flatten()));
        forth.chain(back.filter(move |_| rule.from == end))
    })
}

pub(crate) fn deletes(program: &Program, end: End) -> bool {
    effects(program, end).any(|effect| *effect == Effect::Deleted)
}
