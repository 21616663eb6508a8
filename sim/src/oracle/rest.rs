//! P2, P8, P9 and P12 at rest: held against the apps as they truly are, and against the engine alone.

use std::collections::BTreeSet;

use syncc_compiler::{
    ir::{End, Side},
    value::Record,
};
use syncc_runtime::{
    engine::{Base, Engine, Facts, Item, Kind, Known, Linked, plan},
    store::{NamedRecord, Store as _, StoreError},
};

use super::{Promise, Violation};
use crate::run::Ran;

pub(super) fn judge(ran: &Ran, found: &mut Vec<Violation>) -> Result<(), StoreError> {
    let mut broken = |promise, how: String| found.push(Violation { promise, how });
    for (nth, cycle) in ran.cycles.iter().enumerate() {
        if let Some(how) = &cycle.miscounted {
            broken(Promise::Categories, format!("after cycle {}: {how}", nth + 1));
        }
    }
    if let Some(why) = &ran.rest.gave_up {
        broken(Promise::Quiescence, format!("nothing is wrong any more, but the run ends with: {why}"));
        return Ok(());
    }
    if !ran.rest.reached {
        broken(Promise::Quiescence, "there is always one more write".to_owned());
        return Ok(());
    }
    // What an app refuses is tried in every run.
    if ran.rest.restless > 0 && ran.rest.problems.is_empty() {
        broken(Promise::Quiescence, format!("a run after an idle one sent {} writes", ran.rest.restless));
    }
    for entry in ran.store.open_entries()? {
        broken(Promise::Quiescence, format!("a write to {:?} is still in flight", entry.write.end));
    }
    for end in End::BOTH {
        complete(ran, end, &mut broken)?;
    }
    converged(ran, &mut broken)?;
    for (end, id, why) in &ran.rest.problems {
        if !any_may_be_refused(ran) {
            broken(Promise::Categories, format!("{id:?} of {end:?} fails, and nothing is wrong with it: {why}"));
        }
    }
    Ok(())
}

/// Whether what we know of a side is what is there.
fn complete(ran: &Ran, end: End, broken: &mut impl FnMut(Promise, String)) -> Result<(), StoreError> {
    let state = ran.hub.state();
    let server = &state.servers[end.index()];
    let truth: BTreeSet<String> = server.live().map(|(id, _)| id.clone()).collect();
    let seen = ran.store.seen(end)?;
    let known: BTreeSet<String> =
        seen.iter().filter(|seen| !seen.observed.deleted).map(|seen| seen.observed.id.clone()).collect();
    for id in truth.difference(&known) {
        broken(Promise::Completeness, format!("{id} of {end:?} was never seen, or counts as deleted"));
    }
    for id in known.difference(&truth) {
        broken(Promise::Completeness, format!("{id} of {end:?} counts as there, and is not"));
    }
    for seen in seen.iter().filter(|seen| truth.contains(&seen.observed.id)) {
        let version = server.version(&seen.observed.id, server.last()).to_string();
        if seen.observed.version.as_ref() != Some(&version) {
            broken(Promise::Completeness, format!("the last change of {} of {end:?} was not seen", seen.observed.id));
        }
    }
    Ok(())
}

/// Whether the engine alone, told the truth about both sides, has nothing left to do.
fn converged(ran: &Ran, broken: &mut impl FnMut(Promise, String)) -> Result<(), StoreError> {
    let links = ran.store.links()?;
    let known = End::BOTH.map(|end| {
        let state = ran.hub.state();
        let server = &state.servers[end.index()];
        let linked: BTreeSet<&str> = links.iter().map(|link| link.records[end.index()].as_str()).collect();
        let mut known: Vec<Known> = Vec::new();
        for id in server.ids() {
            let Some(row) = server.now(id) else { continue };
            if row.deleted && !linked.contains(id.as_str()) {
                continue;
            }
            let record = (!row.deleted).then(|| crate::cell::record(ran.program.side(end), &ran.canon, &row.cells));
            known.push(Known { id: id.clone(), record, edited: server.profile.dated.then_some(row.edited) });
        }
        known
    });
    let linked: Vec<Linked> = links
        .iter()
        .map(|link| {
            let base = link.base.as_ref().map(|base| Base {
                sides: End::BOTH
                    .map(|end| base[end.index()].as_ref().map(|named| indexed(ran.program.side(end), named))),
            });
            Linked { ids: link.records.clone(), base }
        })
        .collect();
    let engine = Engine::with_canon(&ran.program, [ran.canon.clone(), ran.canon.clone()]);
    let plan = plan(&engine, [&known[0], &known[1]], &linked, &Facts::default());
    for item in &plan.items {
        let Kind::Pair(outcome) = &item.kind else { continue };
        if outcome.changes.is_empty() || fails(ran, item) {
            continue;
        }
        broken(
            Promise::Convergence,
            format!("{:?} is at rest, but {:?} is still to be done", item.ids, outcome.changes),
        );
    }
    Ok(())
}

/// Whether the report says that one of the two fails.
fn fails(ran: &Ran, item: &Item) -> bool {
    ran.rest.problems.iter().any(|(end, id, _)| id.is_some() && *id == item.ids[end.index()])
}

/// Whether one of the apps refuses a record that is there, or what is made of it. Which one it is made of is not told
/// apart: a pair that was never written is not linked.
fn any_may_be_refused(ran: &Ran) -> bool {
    let state = ran.hub.state();
    let all: Vec<_> = state.servers.iter().flat_map(|server| server.live().map(|(_, row)| &row.cells)).collect();
    state.servers.iter().any(|server| all.iter().any(|cells| server.profile.refuses(cells)))
}

fn indexed(side: &Side, named: &NamedRecord) -> Record {
    Record::new(side.fields.iter().map(|field| named.get(&field.name).cloned().unwrap_or_default()).collect())
}
