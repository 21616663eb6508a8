//! P1, P4 and P7: what we make, we make once, and not again once a person deleted it; and we delete only by a rule.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use syncc_compiler::ir::End;
use uuid::Uuid;

use super::{Change, broken, changes};
use crate::{
    event::By,
    oracle::{Promise, Violation, writes::deletes},
    wired::{
        log::Event,
        run::{Cycle, Player},
    },
};

pub(super) fn judge(player: &Player, cycles: &[Cycle], events: &[Event], found: &mut Vec<Violation>) {
    let ops = player.net.state().ops.clone();
    let mut there: BTreeSet<(End, &str)> = BTreeSet::new();
    let mut gone: BTreeSet<(End, &str)> = BTreeSet::new();
    let mut by_op: BTreeMap<Uuid, &str> = BTreeMap::new();
    let mut made: BTreeMap<(End, String), Vec<&str>> = BTreeMap::new();
    for change in changes(events) {
        let key = (change.end, change.id);
        match (change.before, change.after) {
            (None, Some(now)) => {
                let again = gone.remove(&key);
                there.insert(key);
                if change.by == By::Person || again {
                    continue;
                }
                let op = op(&change, now);
                let Some(partner) = op.and_then(|op| ops.get(&op)).and_then(|op| op.partner.clone()) else {
                    let how = format!("{} was made by a write that is not in the journal", change.id);
                    found.push(broken(Promise::OneCreate, how));
                    continue;
                };
                if let Some(first) = op.and_then(|op| by_op.insert(op, change.id)) {
                    found.push(broken(
                        Promise::OneCreate,
                        format!("{first} and then {} were made by one write", change.id),
                    ));
                }
                let before = made.entry((change.end, partner.clone())).or_default();
                if let Some(first) = before.iter().find(|id| there.contains(&(change.end, **id))) {
                    let how = format!("{first} and then {} were made for {partner}", change.id);
                    found.push(broken(Promise::OneCreate, how));
                }
                before.push(change.id);
                // Whom it was linked with before this run, if a person deleted that one.
                let earlier = cycles.iter().take_while(|cycle| cycle.until <= change.at);
                let mut linked = earlier.flat_map(|cycle| &cycle.links);
                let lost = linked.find(|link| {
                    link[change.end.other().index()] == partner
                        && gone.contains(&(change.end, link[change.end.index()].as_str()))
                });
                if let Some(lost) = lost {
                    let how = format!(
                        "{} was deleted, and then {} was made for {partner}",
                        lost[change.end.index()],
                        change.id
                    );
                    found.push(broken(Promise::NoResurrection, how));
                }
            }
            (Some(_), None) => {
                there.remove(&key);
                gone.insert(key);
                if change.by == By::Syncc && !deletes(&player.program, change.end) {
                    let how = format!("{} was deleted in run {}, and no rule says so", change.id, change.event.cycle);
                    found.push(broken(Promise::Deletions, how));
                }
            }
            _ => {}
        }
    }
}

/// The write that made a contact: the mark that it carries, or its own id.
fn op(change: &Change<'_>, now: &Value) -> Option<Uuid> {
    if change.end == End::Right {
        return change.id.parse().ok();
    }
    let mut marks = now.get("clientData")?.as_array()?.iter();
    let mark = marks.rfind(|mark| mark.get("key").is_some_and(|key| key == "syncc"))?;
    mark.get("value")?.as_str()?.parse().ok()
}
