//! P3 over time: an edit gives way only to another one that it was in conflict with.
//!
//! Held against the log alone, without the engine: once a cycle has gone through without a hitch, what both sides held
//! before it is in step. Whoever edits one side then is the only one who did, and must win.

use syncc_compiler::{
    ir::{End, FieldId, Lens},
    schema::Scalar,
};

use super::{Log, Promise, Violation, changes};
use crate::{
    event::{By, Change, Ending, Event, What},
    run::Ran,
};

pub(super) fn judge(ran: &Ran, events: &[Event], found: &mut Vec<Violation>) {
    // Where rules decide what flows and write fields themselves, the log alone cannot tell who should win.
    if !ran.program.rules.iter().all(|rule| rule.implicit) {
        return;
    }
    for log in changes(events).filter(|log| log.by == By::Syncc) {
        if let Change::Set { field, .. } = log.change
            && let Some(how) = lost(ran, events, &log, field)
        {
            found.push(Violation { promise: Promise::NoLostEdit, how });
        }
    }
}

/// What a write of ours took away from a person who was the only one to edit, if it did.
fn lost(ran: &Ran, events: &[Event], log: &Log<'_>, field: &str) -> Option<String> {
    let side = ran.program.side(log.end);
    let ours = side.field(field)?;
    let theirs = ran.program.mappings.iter().find_map(|mapping| match mapping.lens {
        Lens::Copy { left, right } => match log.end {
            End::Left => (left == ours).then_some(right),
            End::Right => (right == ours).then_some(left),
        },
        _ => None,
    })?;
    let ty = side.fields.get(ours.index())?.ty;
    if ty.is_set() || ty.scalar() == Scalar::Consent {
        return None;
    }
    let other = log.end.other();
    let partner = ran.partner(log.end, log.id, log.event.cycle)?;
    let name = name(ran, other, theirs)?;
    let edit = last_edit(events, log.at, log.end, log.id, field)?;
    let counter = last_edit(events, log.at, other, partner, name);
    let synced = cycles(events).rev().find(|cycle| cycle.ended < edit.at)?;
    let nth = ran.cycles.get(synced.number.checked_sub(1)?)?;
    let linked = nth.links.iter().any(|link| link[log.end.index()] == log.id && link[other.index()] == partner);
    let lag = |end: End| ran.hub.state().servers[end.index()].profile.list_lag;
    let old = |edit: &Log<'_>, end: End| {
        edit.event.at + jiff::SignedDuration::from_secs(lag(end).into()) < events[synced.began].at
    };
    let settled = nth.clean && synced.well && linked && counter.as_ref().is_none_or(|counter| old(counter, other));
    // What was deleted, brought back or merged in between may have been linked anew, and what a list did not show yet, too.
    let moved = changes(&events[..log.at]).any(|change| {
        let one_of_them = change.end == log.end && change.id == log.id || change.end == other && change.id == partner;
        let moves = matches!(change.change, Change::Deleted | Change::Restored | Change::Merged { .. });
        one_of_them && moves && !old(&change, change.end)
    });
    // In between nobody else may have touched the field here, or the cycle did not know the edit.
    let known = old_enough(ran, events, &edit, log);
    (settled && !moved && known).then(|| {
        format!(
            "{field} of {} was edited when it was in step with {partner}, nobody edited {name} there, and the edit was overwritten",
            log.id
        )
    })
}

/// Whether the cycle that wrote could see the edit: it was listed, or the app refuses writes to what has changed.
fn old_enough(ran: &Ran, events: &[Event], edit: &Log<'_>, write: &Log<'_>) -> bool {
    let profile = ran.hub.state().servers[edit.end.index()].profile.clone();
    if profile.versions {
        return true;
    }
    let began = events[..write.at].iter().rev().find(|event| matches!(event.what, What::Began { .. }));
    began.is_some_and(|began| edit.event.at + jiff::SignedDuration::from_secs(profile.list_lag.into()) < began.at)
}

fn name(ran: &Ran, end: End, field: FieldId) -> Option<&str> {
    ran.program.side(end).fields.get(field.index()).map(|field| field.name.as_str())
}

/// The last time before `until` that a person gave a field of a record a value.
fn last_edit<'a>(events: &'a [Event], until: usize, end: End, id: &str, field: &str) -> Option<Log<'a>> {
    changes(&events[..until]).rev().find(|log| {
        let touches = match log.change {
            Change::Set { field: changed, .. } => changed == field,
            Change::Created { .. } => true,
            _ => false,
        };
        log.end == end && log.id == id && log.by == By::Person && touches
    })
}

/// A cycle's place in the log.
struct Span {
    number: usize,
    began: usize,
    ended: usize,
    well: bool,
}

fn cycles(events: &[Event]) -> impl DoubleEndedIterator<Item = Span> {
    let mut spans = Vec::new();
    let mut began = 0;
    for (at, event) in events.iter().enumerate() {
        match &event.what {
            What::Began { .. } => began = at,
            What::Ended(ending) => {
                let well = matches!(ending, Ending::Well { .. });
                spans.push(Span { number: event.cycle as usize, began, ended: at, well });
            }
            _ => {}
        }
    }
    spans.into_iter()
}
