//! P1 and P4: what we make, we make once, and not again once a person deleted it.

use std::collections::BTreeMap;

use syncc_compiler::ir::End;

use super::{Promise, Violation, changes};
use crate::{
    event::{By, Change, Event, What},
    run::Ran,
    scenario::Trouble,
};

pub(super) fn judge(ran: &Ran, events: &[Event], found: &mut Vec<Violation>) {
    let ops = ran.hub.state().ops.clone();
    // The records that are there at this point of the log, with whether they were deleted by a person last.
    let mut there: BTreeMap<(End, &str), bool> = BTreeMap::new();
    // When each record last came back.
    let mut back: BTreeMap<(End, &str), usize> = BTreeMap::new();
    let mut gone: BTreeMap<(End, &str), usize> = BTreeMap::new();
    // What we made for whom.
    let mut made: BTreeMap<(End, String), Vec<&str>> = BTreeMap::new();
    for log in changes(events) {
        let key = (log.end, log.id);
        match log.change {
            Change::Created { op, .. } => {
                there.insert(key, true);
                let Some(op) = op else { continue };
                let Some(partner) = ops.get(op).and_then(|op| op.partner.clone()) else {
                    let how = format!("{} was made by a write that is not in the journal", log.id);
                    found.push(Violation { promise: Promise::OneCreate, how });
                    continue;
                };
                let before = made.entry((log.end, partner.clone())).or_default();
                let first = before.iter().find(|id| there.get(&(log.end, **id)) == Some(&true));
                let both_gone = |id: &&&str| looked_gone(&events[..log.at], (log.end, id), (log.end.other(), &partner));
                if let Some(first) = first.filter(|id| !both_gone(id)) {
                    let how = format!("{first} and then {} were made for {partner}", log.id);
                    found.push(Violation { promise: Promise::OneCreate, how });
                }
                before.push(log.id);
                let Some(earlier) = ran.cycles.get(..(log.event.cycle as usize).saturating_sub(1)) else { continue };
                let linked = earlier.iter().flat_map(|cycle| &cycle.links);
                let lost = linked
                    .filter(|link| link[log.end.other().index()] == partner)
                    .map(|link| link[log.end.index()].as_str())
                    .find(|id| {
                        let when = gone.get(&(log.end, *id));
                        let again = back.get(&(log.end.other(), partner.as_str()));
                        there.get(&(log.end, *id)) == Some(&false)
                            && when.is_some_and(|when| again.is_none_or(|again| again < when))
                    });
                let both_gone = |id: &&str| looked_gone(&events[..log.at], (log.end, id), (log.end.other(), &partner));
                if let Some(lost) = lost.filter(|id| !both_gone(id)) {
                    let how = format!(
                        "{lost}, which was linked with {partner}, was deleted, and then {} was made for it",
                        log.id
                    );
                    found.push(Violation { promise: Promise::NoResurrection, how });
                }
            }
            Change::Deleted => {
                there.insert(key, false);
                if log.by == By::Person {
                    gone.insert(key, log.at);
                }
            }
            // Two became one: whatever is made for its partner now is another question.
            Change::Merged { into } => {
                there.remove(&key);
                there.remove(&(log.end, into.as_str()));
            }
            Change::Restored => {
                there.insert(key, true);
                back.insert(key, log.at);
            }
            Change::Set { .. } => {}
        }
    }
}

/// Whether both records may have looked gone at once while a login saw nobody: that looks like two emptied address books,
/// and the pair is forgotten.
fn looked_gone(events: &[Event], one: (End, &str), other: (End, &str)) -> bool {
    let blind = |at: End| {
        events
            .iter()
            .any(|event| matches!(&event.what, What::Began { trouble: Some(Trouble::SeesNobody(of)), .. } if *of == at))
    };
    let deleted = |(end, id): (End, &str)| {
        changes(events).any(|log| log.end == end && log.id == id && matches!(log.change, Change::Deleted))
    };
    // Or the operator said that it is meant: then what was in flight there counts as not made.
    let misled = events.iter().any(|event| {
        matches!(&event.what, What::Began { trouble: Some(Trouble::SeesNobody(of)), allowed, .. }
            if *of == one.0 && allowed.iter().any(|name| name == "empty-side"))
    });
    misled
        || (blind(one.0) || blind(other.0)) && [one, other].into_iter().all(|record| blind(record.0) || deleted(record))
}
