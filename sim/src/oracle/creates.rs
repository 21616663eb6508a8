//! P1 and P4: what we make, we make once, and not again once a person deleted it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use syncc_compiler::{
    ir::{End, MatchTier},
    value::{Text, Value},
};

use super::{Promise, Violation, changes};
use crate::{
    cell::Cells,
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
            Change::Created { op, cells } => {
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
                let parted = |id: &&&str| {
                    let past = &events[..log.at];
                    let known = share_a_key(ran, log.end, cells, &held(past, log.end, id));
                    !known && parted(ran, past, (log.end, id), (log.end.other(), &partner))
                };
                // No run has seen that the first one was made, and what it was made with tells it no more.
                let lost = |id: &&&str| {
                    let key =
                        |link: &[String; 2]| link[log.end.index()] == **id && link[log.end.other().index()] == partner;
                    let linked = ran.cycles.iter().flat_map(|cycle| &cycle.links).any(key);
                    !linked && !share_a_key(ran, log.end, cells, &held(&events[..log.at], log.end, id))
                };
                let unknowable = sees_nobody_known(ran, &events[..log.at], log.end);
                if let Some(first) = first.filter(|id| !unknowable && !both_gone(id) && !parted(id) && !lost(id)) {
                    let how = format!("{first} and then {} were made for {partner}", log.id);
                    found.push(Violation { promise: Promise::OneCreate, how });
                }
                before.push(log.id);
                let Some(earlier) = ran.cycles.get(..(log.event.cycle as usize).saturating_sub(1)) else { continue };
                // Whoever came back and got another partner since is that one's.
                let last = |id: &str| {
                    let mut links = earlier.iter().rev().flat_map(|cycle| &cycle.links);
                    links.find(|link| link[log.end.index()] == id).map(|link| &link[log.end.other().index()])
                };
                let linked = earlier.iter().flat_map(|cycle| &cycle.links);
                let lost = linked
                    .filter(|link| link[log.end.other().index()] == partner)
                    .map(|link| link[log.end.index()].as_str())
                    .filter(|id| last(id) == Some(&partner))
                    .find(|id| {
                        let when = gone.get(&(log.end, *id));
                        let again = back.get(&(log.end.other(), partner.as_str()));
                        there.get(&(log.end, *id)) == Some(&false)
                            && when.is_some_and(|when| {
                                again.is_none_or(|again| !shown_after(ran, events, log.end, *again, *when))
                            })
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

/// Whether a record that came back was, by what its app lists, still gone when its partner on `end` was deleted. What
/// came back after that comes back as new.
fn shown_after(ran: &Ran, events: &[Event], end: End, back: usize, gone: usize) -> bool {
    let lag = ran.hub.state().servers[end.other().index()].profile.list_lag;
    let (Some(back), Some(gone)) = (events.get(back), events.get(gone)) else { return false };
    back.at + SignedDuration::from_secs(lag.into()) >= gone.at
}

/// Whether two records of one side hold anything in common by which they could be found to be the same person.
fn share_a_key(ran: &Ran, end: End, one: &Cells, other: &Cells) -> bool {
    let keys = |cells: &Cells, tier: &MatchTier| -> Vec<Text> {
        let fields =
            tier.fields[end.index()].iter().filter_map(|field| ran.program.side(end).fields.get(field.index()));
        let values = fields.map(|field| ran.value(end, &field.name, cells.get(&field.name)));
        let texts = values.flat_map(|value| match value {
            Value::Text(text) => vec![text],
            other => other.elements().to_vec(),
        });
        texts.collect()
    };
    ran.program.matching.iter().any(|tier| {
        let others = keys(other, tier);
        keys(one, tier).iter().any(|key| others.contains(key))
    })
}

/// What a record holds at the end of these events.
fn held(events: &[Event], end: End, id: &str) -> Cells {
    let mut held = Cells::new();
    for log in changes(events).filter(|log| log.end == end && log.id == id) {
        match log.change {
            Change::Created { cells, .. } => held.clone_from(cells),
            Change::Set { field, after: Some(after), .. } => {
                held.insert(field.clone(), after.clone());
            }
            Change::Set { field, after: None, .. } => {
                held.remove(field);
            }
            Change::Deleted | Change::Restored | Change::Merged { .. } => {}
        }
    }
    held
}

/// Whether both records of a pair were gone at once, by what the apps list. Then the pair is forgotten, and whoever comes
/// back is new: the other one is found again by its keys, if it has any.
fn parted(ran: &Ran, events: &[Event], one: (End, &str), other: (End, &str)) -> bool {
    let gone = |(end, id): (End, &str)| {
        let lag = ran.hub.state().servers[end.index()].profile.list_lag;
        let mut spans: Vec<(Timestamp, Timestamp)> = Vec::new();
        for log in changes(events).filter(|log| log.end == end && log.id == id) {
            match (log.change, spans.last_mut()) {
                (Change::Deleted, _) => spans.push((log.event.at, Timestamp::MAX)),
                (Change::Restored, Some(last)) => last.1 = log.event.at + SignedDuration::from_secs(lag.into()),
                _ => {}
            }
        }
        spans
    };
    let others = gone(other);
    gone(one).iter().any(|(from, to)| others.iter().any(|(begin, end)| from <= end && begin <= to))
}

/// Whether a login saw nobody of a side of which nobody was known but what a run had just made when it was cut off. Then nothing tells
/// that from a side to which nothing of that ever came, which says of each that it was not made.
fn sees_nobody_known(ran: &Ran, events: &[Event], end: End) -> bool {
    let blind = events.iter().position(
        |event| matches!(&event.what, What::Began { trouble: Some(Trouble::SeesNobody(of)), .. } if *of == end),
    );
    let Some(blind) = blind else { return false };
    let cycle = events.get(blind).map_or(0, |event| event.cycle as usize);
    let linked =
        ran.cycles.get(..cycle.saturating_sub(1)).unwrap_or_default().iter().any(|cycle| !cycle.links.is_empty());
    // When the run before it read the side, which shows what was made a while ago.
    let read = events.iter().find(|event| event.cycle as usize + 1 == cycle).map_or(Timestamp::MIN, |event| event.at);
    let lag = SignedDuration::from_secs(ran.hub.state().servers[end.index()].profile.list_lag.into());
    let known = changes(&events[..blind]).any(|log| {
        let made = log.by == By::Person && matches!(log.change, Change::Created { .. });
        made && log.end == end && log.event.at + lag <= read
    });
    !linked && !known
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
