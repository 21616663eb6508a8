//! P13: an undo gives back every field that nobody edited since, touches no other, and lasts.
//!
//! Held against the apps' own logs: what the undone cycle wrote, and what the records held before and after the undo.

use std::collections::{BTreeMap, BTreeSet};

use jiff::SignedDuration;
use syncc_compiler::{ir::End, value::Value};
use syncc_runtime::cycle::Skipped;

use super::{Promise, Violation, changes};
use crate::{
    cell::Cell,
    event::{By, Change, Event, What},
    run::Ran,
    scenario::Trouble,
    server::Row,
    undo::Undone,
};

/// What a cycle did to one record.
#[derive(Default)]
struct Did<'a> {
    created: bool,
    /// Each field that it wrote: what it held before, and after.
    fields: BTreeMap<&'a str, (Option<&'a Cell>, Option<&'a Cell>)>,
}

pub(super) fn judge(ran: &Ran, undone: &Undone, found: &mut Vec<Violation>) {
    let mut broken = |how: String| found.push(Violation { promise: Promise::Undo, how });
    if let Some(why) = &undone.gave_up {
        return broken(format!("cycle {} cannot be undone: {why}", undone.cycle));
    }
    let events = ran.hub.state().events.clone();
    let begins = events.iter().position(|event| matches!(event.what, What::Undoes { .. })).unwrap_or(events.len());
    let (past, since) = events.split_at(begins);
    let did = did(past, undone.cycle);
    for ((end, id), did) in &did {
        let row = |number: u64| ran.hub.state().servers[end.index()].as_of(id, number).cloned();
        let (held, holds) = (row(undone.before[end.index()]), row(undone.after[end.index()]));
        let (Some(held), Some(holds)) = (held, holds) else { continue };
        if held.deleted || merged(past, undone.cycle, *end, id) {
            continue;
        }
        for how in record(ran, undone, past, (*end, id), did, &held, &holds) {
            broken(how);
        }
    }
    // Whoever was deleted is made anew once, however often it is undone.
    let count = |events: &[Event], wanted: &dyn Fn(&Change) -> bool| {
        changes(events).filter(|log| log.by == By::Syncc && wanted(log.change)).count()
    };
    let of_cycle: Vec<Event> = past.iter().filter(|event| event.cycle == undone.cycle).cloned().collect();
    let deleted = count(&of_cycle, &|change| matches!(change, Change::Deleted));
    // Not what the rules make for one of them afterwards.
    let undoing: BTreeSet<u32> =
        since.iter().filter(|event| matches!(event.what, What::Undoes { .. })).map(|event| event.cycle).collect();
    let by_undo: Vec<Event> = since.iter().filter(|event| undoing.contains(&event.cycle)).cloned().collect();
    let made = count(&by_undo, &|change| matches!(change, Change::Created { .. }));
    if made > deleted {
        broken(format!("cycle {} deleted {deleted} records, and {made} were made when it was undone", undone.cycle));
    }
    // Nobody else is touched by it, and nothing that it did is done again by the next run.
    let mut ours: BTreeSet<(End, &str, Option<&str>)> = BTreeSet::new();
    for log in changes(since).filter(|log| log.by == By::Syncc) {
        let undoes = since.first().is_some_and(|first| first.cycle == log.event.cycle);
        let place = match log.change {
            Change::Set { field, .. } => (log.end, log.id, Some(field.as_str())),
            _ => (log.end, log.id, None),
        };
        if !undoes && ours.contains(&place) {
            broken(format!("what the undo did to {:?} of {} was undone by the next run", place.2, log.id));
        }
        let taken_in = merged(past, undone.cycle, log.end, log.id);
        let ours_once = did.contains_key(&(log.end, log.id))
            || taken_in
            || matches!(log.change, Change::Created { .. })
            || wrote_what_was_there(ran, undone, past, (log.end, log.id), log.change);
        if undoes && !ours_once {
            broken(format!("{} was changed by the undo, and cycle {} had not written it", log.id, undone.cycle));
        }
        ours.insert(place);
    }
}

/// What the undo did wrong to a record that is there.
fn record(
    ran: &Ran,
    undone: &Undone,
    past: &[Event],
    (end, id): (End, &str),
    did: &Did<'_>,
    held: &Row,
    holds: &Row,
) -> Vec<String> {
    let side = ran.program.side(end);
    let mut wrong = Vec::new();
    let value = |field: &str, cell: Option<&Cell>| ran.value(end, field, cell);
    let edited = |field: &str, after: Option<&Cell>| value(field, held.cells.get(field)) != value(field, after);
    let again = |field: &str| written_again(past, undone.cycle, end, id, field);
    if did.created {
        // By a person also while that cycle was under way.
        let touched = changes(past).any(|log| {
            let not_by_it = log.event.cycle != undone.cycle || log.by == By::Person;
            not_by_it && log.end == end && log.id == id
        });
        // Where the cycle was cut off, the next one may have asked for the same once more: then that counts as later.
        let told = undone.skipped.iter().any(|left| left.field.is_none() && left.side == side.name);
        // What the app cut, and did not show in its answer, looks like somebody's edit when it shows.
        let unseen = || lacked(undone, past, end).is_some_and(|field| did.fields.contains_key(field));
        let excused = !side.deletes || !undone.problems.is_empty() || (troubled(undone, past) || unseen()) && told;
        if !touched && !excused && !holds.deleted && noted(undone, past, (end, id), None) {
            wrong.push(format!(
                "{id} was made by cycle {}, nobody touched it since, and it is still there",
                undone.cycle
            ));
        }
        // What somebody changed and changed back again is as it was made: that it was touched shows nowhere.
        let filled = changes(past).any(|log| {
            let person = log.end == end && log.id == id && log.by == By::Person;
            let made = |field: &String| did.fields.get(field.as_str()).and_then(|(_, after)| *after);
            person && matches!(log.change, Change::Set { field, .. } if edited(field, made(field)))
        });
        if holds.deleted && filled {
            wrong.push(format!(
                "{id} was made by cycle {}, a person edited it since, and the undo deleted it",
                undone.cycle
            ));
        }
        if holds.deleted && did.fields.iter().any(|(field, (_, after))| edited(field, *after)) {
            wrong.push(format!("{id} was edited since it was made, and the undo deleted it"));
        }
        return wrong;
    }
    if holds.deleted {
        wrong.push(format!("{id} was only changed by cycle {}, and the undo deleted it", undone.cycle));
        return wrong;
    }
    for (field, (before, after)) in &did.fields {
        let Some(known) = side.fields.iter().find(|known| known.name == *field) else { continue };
        let (was, is) = (value(field, held.cells.get(*field)), value(field, holds.cells.get(*field)));
        let (before, after_value) = (value(field, *before), value(field, *after));
        let place = || format!("{field} of {id}: it held {was:?}, and {before:?} before cycle {}", undone.cycle);
        if known.ty.is_set() {
            let strangers = |element| !before.has(element) && !after_value.has(element);
            let kept = was.elements().iter().filter(|element| strangers(element)).all(|element| is.has(element));
            if !kept {
                wrong.push(format!("{}; now it is {is:?}, and lacks what others put in", place()));
            }
            continue;
        }
        let told = || {
            let named = |left: &Skipped| left.field.as_deref() == Some(*field) && left.side == side.name;
            undone.skipped.iter().any(named)
        };
        if edited(field, *after) || again(field) {
            if is != was {
                wrong.push(format!("{}; it was edited since, and the undo made it {is:?}", place()));
            }
            if was != before && noted(undone, past, (end, id), Some(field)) && !told() {
                wrong.push(format!("{}; it was edited since, and the undo does not tell that it left it", place()));
            }
            continue;
        }
        let can = if before.is_empty() { known.can.clear } else { known.can.set };
        // Whoever wants less mail is never given back to more; nothing noted is less than anything.
        let climbs = matches!(&was, Value::Consent(was) if !matches!(&before, Value::Consent(before) if before >= was));
        let excused =
            !before.is_known() || !was.is_known() || !can || climbs || (known.opt_out && was == Value::Bool(true));
        if is != before
            && !((excused || troubled(undone, past)) && told())
            && undone.problems.is_empty()
            && noted(undone, past, (end, id), Some(field))
            && !(troubled(undone, past) && counts_as_ours(undone, (end, id), field, [&is, &before, &after_value]))
        {
            wrong.push(format!("{}; nobody edited it since, and the undo left it as {is:?}", place()));
        }
    }
    wrong
}

/// Whether what somebody wrote counts as our write, cut by the app: a request was lost, it is the beginning of what was sent, and the
/// history says so. `of` is what the history knew before, `made` what somebody wrote, `sent` what we wrote at last.
fn counts_as_ours(undone: &Undone, (end, id): (End, &str), field: &str, [of, made, sent]: [&Value; 3]) -> bool {
    let (Value::Text(beginning), Value::Text(whole)) = (made, sent) else { return false };
    whole.shown().starts_with(beginning.shown())
        && undone.noted.iter().filter(|line| line.end == end && line.record == id).any(|activity| {
            let line = &activity.line;
            line.field.as_deref() == Some(field) && line.before == *of && line.after == *made
        })
}

/// The field that the answers of an app lacked during the cycle.
fn lacked<'e>(undone: &Undone, past: &'e [Event], of: End) -> Option<&'e str> {
    past.iter().filter(|event| event.cycle == undone.cycle).find_map(|event| match &event.what {
        What::Began { trouble: Some(Trouble::Lacks(end, field)), .. } if *end == of => Some(field.as_str()),
        _ => None,
    })
}

/// Whether the history must know of the write. After a lost answer or a kill it cannot always.
fn noted(undone: &Undone, past: &[Event], (end, id): (End, &str), field: Option<&str>) -> bool {
    let line = |line: &syncc_runtime::store::Activity| {
        line.end == end && line.record == id && (field.is_none() || line.line.field.as_deref() == field)
    };
    !troubled(undone, past) || undone.noted.iter().any(line)
}

/// Whether the cycle wrote to a field what a person had just written there as well, and could not know it: the listing was
/// older, and the app takes a write whatever it is based on, or did not answer it. Then it was us by all that is known.
fn wrote_what_was_there(ran: &Ran, undone: &Undone, past: &[Event], (end, id): (End, &str), change: &Change) -> bool {
    let Change::Set { field, .. } = change else { return false };
    let profile = ran.hub.state().servers[end.index()].profile.clone();
    let noted =
        undone.noted.iter().any(|line| line.end == end && line.record == id && line.line.field.as_ref() == Some(field));
    let began = past.iter().position(|event| event.cycle == undone.cycle).unwrap_or(past.len());
    let listed = past.get(began).map(|event| event.at - SignedDuration::from_secs(profile.list_lag.into()));
    let by_a_person = changes(past).any(|log| {
        let here = log.end == end && log.id == id && log.by == By::Person && log.event.cycle <= undone.cycle;
        let late = listed.is_some_and(|listed| log.event.at >= listed);
        here && late && matches!(log.change, Change::Set { field: set, .. } if set == field)
    });
    (!profile.versions || troubled(undone, past)) && noted && by_a_person
}

/// Whether something went wrong in the cycle.
fn troubled(undone: &Undone, past: &[Event]) -> bool {
    past.iter()
        .filter(|event| event.cycle == undone.cycle)
        .any(|event| matches!(event.what, What::Struck { .. } | What::Crashed { .. } | What::DiskFull))
}

/// What we did in a cycle, record by record.
fn did(events: &[Event], cycle: u32) -> BTreeMap<(End, &str), Did<'_>> {
    let mut all: BTreeMap<(End, &str), Did<'_>> = BTreeMap::new();
    for log in changes(events).filter(|log| log.event.cycle == cycle && log.by == By::Syncc) {
        let did = all.entry((log.end, log.id)).or_default();
        match log.change {
            Change::Created { cells, .. } => {
                did.created = true;
                did.fields.extend(cells.iter().map(|(field, cell)| (field.as_str(), (None, Some(cell)))));
            }
            Change::Set { field, before, after, believed } => {
                // Where an edit was overwritten unseen, what the writer knew is all that can be given back.
                let before = believed.as_ref().unwrap_or(before);
                let span = did.fields.entry(field).or_insert((before.as_ref(), None));
                span.1 = after.as_ref();
            }
            Change::Deleted | Change::Restored | Change::Merged { .. } => {}
        }
    }
    all
}

/// Whether we wrote a field again in a later cycle, or deleted the record: whoever brings that back makes it theirs.
fn written_again(events: &[Event], cycle: u32, end: End, id: &str, field: &str) -> bool {
    changes(events).any(|log| {
        let later = log.event.cycle > cycle && log.by == By::Syncc && log.end == end && log.id == id;
        later
            && match log.change {
                Change::Set { field: written, .. } => written == field,
                change => matches!(change, Change::Deleted),
            }
    })
}

/// Whether the record and another one became one, in that cycle or since.
fn merged(events: &[Event], cycle: u32, end: End, id: &str) -> bool {
    let since = events.iter().position(|event| event.cycle == cycle).unwrap_or_default();
    changes(&events[since..])
        .any(|log| log.end == end && matches!(log.change, Change::Merged { into } if into == id || log.id == id))
}
