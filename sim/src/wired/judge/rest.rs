//! P2, P8, P9 and P12 at rest: held against the apps as they truly are, and against the engine alone.

use std::collections::{BTreeMap, BTreeSet};

use syncc_compiler::{
    ir::{End, Side},
    value::{Canon, Record, Value},
};
use syncc_runtime::{
    engine::{Base, Engine, Facts, Kind, Known, Linked, plan},
    store::{NamedRecord, Store as _},
};

use super::{Rest, broken};
use crate::{
    oracle::{Promise, Violation},
    wired::{
        log::{Event, What, name},
        run::{Cycle, Player, WiredError},
    },
};

/// The field that only events tell of.
const OPTED_OUT: &str = "unsubscribed";

pub(super) fn judge(
    player: &Player,
    rest: &Rest,
    cycles: &[Cycle],
    events: &[Event],
    found: &mut Vec<Violation>,
) -> Result<(), WiredError> {
    for (nth, cycle) in cycles.iter().enumerate() {
        if let Some(how) = &cycle.miscounted {
            found.push(broken(Promise::Categories, format!("after run {}: {how}", nth + 1)));
        }
    }
    if let Some(why) = &rest.gave_up {
        let how = format!("nothing is wrong any more, but the run ends with: {why}");
        found.push(broken(Promise::Quiescence, how));
        return Ok(());
    }
    if !rest.reached {
        found.push(broken(Promise::Quiescence, "there is always one more write"));
        return Ok(());
    }
    let store = player.store()?;
    for entry in store.open_entries()? {
        found.push(broken(Promise::Quiescence, format!("a write to {:?} is still in flight", entry.write.end)));
    }
    let apps = player.apps()?.both;
    let mut known: [Vec<Known>; 2] = Default::default();
    let problems = cycles.last().map(|cycle| cycle.problems.clone()).unwrap_or_default();
    let fails =
        |end: End, id: &str| problems.iter().any(|problem| problem.0 == end && problem.1.as_deref() == Some(id));
    for (end, app) in End::BOTH.into_iter().zip(&apps) {
        let truth = player.truth(&**app, end)?;
        let seen: BTreeMap<String, _> =
            store.seen(end)?.into_iter().map(|seen| (seen.observed.id.clone(), seen.observed)).collect();
        for (id, record) in &truth {
            let Some(record) = record else { continue };
            let place = format!("{id} of {}", name(end));
            match seen.get(id).filter(|seen| !seen.deleted) {
                None if fails(end, id) => {}
                None => {
                    found.push(broken(Promise::Completeness, format!("{place} was never seen, or counts as deleted")))
                }
                Some(seen) => {
                    let remembered = app.decode(&seen.raw)?;
                    if !agree(end, &remembered, record) && !untold(events, end, id) {
                        let how = format!("{place} is {:?}, and counts as {:?}", shown(record), shown(&remembered));
                        found.push(broken(Promise::Completeness, how));
                    }
                }
            }
        }
        let there: BTreeSet<&str> = truth.iter().map(|(id, _)| id.as_str()).collect();
        for (id, seen) in seen.iter().filter(|(id, seen)| !seen.deleted && !there.contains(id.as_str())) {
            if untold(events, end, id) {
                // It counts as there, and whoever shares a key with it counts as its duplicate.
                known[end.index()].push(Known { id: id.clone(), record: Some(app.decode(&seen.raw)?), edited: None });
            } else {
                found.push(broken(Promise::Completeness, format!("{id} of {} counts as there, and is not", name(end))));
            }
        }
        for (id, record) in truth {
            let remembered = seen.get(&id).map(|seen| app.decode(&seen.raw)).transpose()?;
            let told = !untold(events, end, &id) && !never_shown(events, end, &id);
            let record = match (record, remembered) {
                (Some(record), Some(remembered)) if !told => {
                    Some(as_told(player.program.side(end), &record, &remembered))
                }
                (record, _) => record,
            };
            known[end.index()].push(Known { id, record, edited: None });
        }
        known[end.index()].sort_by(|one, other| one.id.cmp(&other.id));
    }
    let links = store.links()?;
    for end in End::BOTH {
        for link in &links {
            let id = &link.records[end.index()];
            if !known[end.index()].iter().any(|known| known.id == *id) {
                known[end.index()].push(Known { id: id.clone(), record: None, edited: None });
            }
        }
    }
    let linked: Vec<Linked> = links
        .iter()
        .map(|link| {
            let base = link.base.as_ref().map(|base| Base {
                sides: End::BOTH
                    .map(|end| base[end.index()].as_ref().map(|named| indexed(player.program.side(end), named))),
            });
            Linked { ids: link.records.clone(), base }
        })
        .collect();
    let canon = Canon::for_region("US").unwrap_or_default();
    // Who has no partner, by the rules.
    let mut alone: BTreeSet<String> = BTreeSet::new();
    let engine = Engine::with_canon(&player.program, [canon.clone(), canon]);
    for item in plan(&engine, [&known[0], &known[1]], &linked, &Facts::default()).items {
        let Kind::Pair(outcome) = &item.kind else { continue };
        if let [Some(one), None] = &item.ids {
            alone.insert(one.clone());
        }
        let failing =
            End::BOTH.into_iter().any(|end| item.ids[end.index()].as_deref().is_some_and(|id| fails(end, id)));
        if !outcome.changes.is_empty() && !failing {
            let how = format!("{:?} is at rest, but {:?} is still to be done", item.ids, outcome.changes);
            found.push(broken(Promise::Convergence, how));
        }
    }
    for (end, id, why) in &problems {
        let one = known[End::Left.index()].iter().find(|known| *end == End::Left && Some(&known.id) == id.as_ref());
        if one.is_some_and(|one| alone.contains(&one.id) && would_be_taken(player, one, &known[End::Right.index()])) {
            continue;
        }
        found.push(broken(
            Promise::Categories,
            format!("{id:?} of {} fails, and nothing is wrong with it: {why}", name(*end)),
        ));
    }
    Ok(())
}

/// Whether a record counts as what it is. Of a lead that was exported not everything is told: the rest is known not to be
/// known.
fn agree(end: End, remembered: &Record, truth: &Record) -> bool {
    let mut values = remembered.values().iter().zip(truth.values());
    remembered.values().len() == truth.values().len()
        && values.all(|(known, true_one)| known == true_one || end == End::Right && *known == Value::Unknown)
}

/// Whether the message that told that a lead was deleted, brought back, or opted out, is lost. Nothing else tells that: an export
/// has no column for it, and does not name whom it lacks.
fn untold(events: &[Event], end: End, id: &str) -> bool {
    let plain = id.replace('-', "");
    let about = |body: &str| (body.contains(id) || body.contains(&plain)) && body.contains("\"activity_added\"");
    end == End::Right && events.iter().any(|event| matches!(&event.what, What::Lost { body } if about(body)))
}

/// Whether Real Geeks has a lead with an address of this person, and would write it over, although the rules tell the two apart:
/// it makes no second one. Then it is right that nothing is sent, and that somebody is told.
fn would_be_taken(player: &Player, one: &Known, leads: &[Known]) -> bool {
    let emails = |end: End, known: &Known, names: &[&str]| -> Vec<String> {
        let fields = player.program.side(end).fields.iter().zip(known.record.iter().flat_map(Record::values));
        let named = fields.filter(|(field, _)| names.contains(&field.name.as_str()));
        let text = |value: &Value| if let Value::Text(text) = value { Some(text.key().to_owned()) } else { None };
        named.filter_map(|(_, value)| text(value)).collect()
    };
    let own = emails(End::Left, one, &["email"]);
    let mut taken = leads.iter().flat_map(|lead| emails(End::Right, lead, &["email", "second_email"]));
    taken.any(|email| own.contains(&email))
}

/// Whether nothing ever told what had happened to a lead: it was there before the first message, and was not read since. An
/// export has no column for that.
fn never_shown(events: &[Event], end: End, id: &str) -> bool {
    let plain = id.replace('-', "");
    let names = |text: &str| text.contains(id) || text.contains(&plain);
    let tells = |what: &What| match what {
        What::Asked { end: End::Right, method, target, outcome, .. } => {
            method == "GET" && outcome == "200" && names(target)
        }
        What::Came { body, .. } => {
            names(body) && ["opted_out", "\"action\":\"created\""].iter().any(|word| body.contains(word))
        }
        _ => false,
    };
    end == End::Right && !events.iter().any(|event| tells(&event.what))
}

/// A lead with what is remembered of what happened to it: whether it opted out.
fn as_told(side: &Side, record: &Record, remembered: &Record) -> Record {
    let fields = side.fields.iter().zip(record.values().iter().zip(remembered.values()));
    let values = fields.map(|(field, (now, told))| if field.name == OPTED_OUT { told } else { now });
    Record::new(values.cloned().collect())
}

fn shown(record: &Record) -> Vec<String> {
    record.values().iter().filter(|value| !value.is_empty()).map(|value| format!("{value:?}")).collect()
}

fn indexed(side: &Side, named: &NamedRecord) -> Record {
    Record::new(side.fields.iter().map(|field| named.get(&field.name).cloned().unwrap_or_default()).collect())
}
