//! P5 and P3: what no mapping and no rule names is never changed, and what a person wrote is not taken away.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use syncc_compiler::{
    ir::{Effect, End, FieldId, Lens, Program},
    value::{Record, Value},
};
use syncc_runtime::apps::App;

use super::{Change, broken, changes};
use crate::{
    event::By,
    oracle::{Promise, Violation, writes::effects},
    wired::{
        fields::members,
        log::{Event, What, name},
        run::{Cycle, Player, WiredError},
    },
};

/// What an app itself changes with every write.
const ENVELOPE: [&str; 2] = ["etag", "metadata"];

pub(super) fn judge(
    player: &Player,
    cycles: &[Cycle],
    events: &[Event],
    found: &mut Vec<Violation>,
) -> Result<(), WiredError> {
    let members = End::BOTH.map(|end| members(&player.program, end));
    for change in changes(events).filter(|change| change.by == By::Syncc) {
        let (Some(before), Some(after)) = (change.before, change.after) else { continue };
        if !taken_for_another(&change, events) {
            frame(&change, (before, after), &members[change.end.index()], found);
        } else if was_known(&change, events) {
            let how = format!(
                "{} of {} was known, and run {} had it written over with somebody else, who was to be made",
                change.id,
                name(change.end),
                change.event.cycle
            );
            found.push(broken(Promise::NoLostEdit, how));
        }
    }
    let [left, right] = player.apps()?.both;
    taken_away(player, cycles, events, [&*left, &*right], found)?;
    kept(player, cycles, events, [&*left, &*right], found)
}

/// Whether Real Geeks took a lead that was made for one that it had, and had not told of: that one takes what was sent, the
/// source included, which it asks for.
fn taken_for_another(change: &Change<'_>, events: &[Event]) -> bool {
    let asked = events.iter().take(change.at).rev().find(|event| matches!(event.what, What::Asked { .. }));
    asked.is_some_and(|event| {
        matches!(&event.what, What::Asked { end: End::Right, method, target, .. }
            if method == "POST" && target.ends_with("/leads"))
    })
}

/// Whether syncc knew for certain that a lead had the address that a new one was sent with: it wrote it there itself, or was
/// told since somebody else did.
fn was_known(change: &Change<'_>, events: &[Event]) -> bool {
    let email =
        |json: Option<&Json>| json.and_then(|json| json.get("email")).and_then(Json::as_str).map(str::to_lowercase);
    let address = email(change.before);
    let earlier = changes(events).take_while(|earlier| earlier.at < change.at);
    let of_lead = earlier.filter(|earlier| earlier.end == change.end && earlier.id == change.id);
    let came = of_lead.filter(|earlier| email(earlier.after) == address && email(earlier.before) != address);
    let Some(came) = came.last() else { return false };
    let plain = change.id.replace('-', "");
    let since = events.get(came.at..change.at).unwrap_or_default();
    // A message that was on its way before names another address.
    let tells = |body: &str, address: &str| {
        (body.contains(change.id) || body.contains(&plain)) && body.to_lowercase().contains(address)
    };
    address.is_some_and(|address| {
        came.by == By::Syncc
            || since.iter().any(|event| matches!(&event.what, What::Came { body, .. } if tells(body, &address)))
    })
}

/// Whether a write left alone what it does not name.
fn frame(
    change: &Change<'_>,
    (before, after): (&Json, &Json),
    members: &BTreeMap<String, BTreeSet<String>>,
    found: &mut Vec<Violation>,
) {
    let (Some(before), Some(after)) = (before.as_object(), after.as_object()) else { return };
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    for member in names {
        let (old, new) = (before.get(member), after.get(member));
        if old == new || ENVELOPE.contains(&member.as_str()) {
            continue;
        }
        let place = format!("{member} of {} of {}", change.id, name(change.end));
        if !members.contains_key(member) {
            let how = format!(
                "{place} was changed in run {}, and the file never writes it: {old:?} → {new:?}",
                change.event.cycle
            );
            found.push(broken(Promise::Frame, how));
            continue;
        }
        // Of a list that the file writes to, the other elements stay, whole.
        let list = |json: Option<&Json>| json.and_then(Json::as_array).cloned().unwrap_or_default();
        let (old, new) =
            (list(old).iter().map(bare).collect::<Vec<_>>(), list(new).iter().map(bare).collect::<Vec<_>>());
        let lost: Vec<&Json> = old.iter().filter(|element| !new.contains(element)).collect();
        let single = members.get(member).map_or(0, BTreeSet::len).max(1);
        let is_set = ["memberships", "tags"].contains(&member.as_str());
        if !is_set && lost.len() > single {
            found.push(broken(Promise::Frame, format!("{place} lost {lost:?}")));
        }
    }
}

/// An element of a list without what the app says about it.
fn bare(element: &Json) -> Json {
    let mut element = element.clone();
    if let Some(members) = element.as_object_mut() {
        for derived in
            ["metadata", "formattedType", "canonicalForm", "displayName", "displayNameLastFirst", "formattedValue"]
        {
            members.shift_remove(derived);
        }
    }
    element
}

/// The single fields that are copied, and that no rule writes: left, right.
fn copies(program: &Program) -> Vec<[FieldId; 2]> {
    let ruled = End::BOTH.map(|end| effects(program, end).filter_map(Effect::field).collect::<BTreeSet<FieldId>>());
    program
        .mappings
        .iter()
        .filter_map(|mapping| match mapping.lens {
            Lens::Copy { left, right } => Some([left, right]),
            _ => None,
        })
        .filter(|pair| {
            End::BOTH.into_iter().all(|end| {
                let field = pair[end.index()];
                let set = program.side(end).fields.get(field.index()).is_none_or(|field| field.ty.is_set());
                !set && !ruled[end.index()].contains(&field)
            })
        })
        .collect()
}

/// Whether a value was taken away that nobody took away on the other side: what cannot be read, or is not told, is not empty.
fn taken_away(
    player: &Player,
    cycles: &[Cycle],
    events: &[Event],
    apps: [&dyn App; 2],
    found: &mut Vec<Violation>,
) -> Result<(), WiredError> {
    let copies = copies(&player.program);
    let links: BTreeSet<&[String; 2]> = cycles.iter().flat_map(|cycle| &cycle.links).collect();
    let mut emptied: BTreeSet<(End, &str, FieldId)> = BTreeSet::new();
    for change in changes(events) {
        let (Some(before), Some(after)) = (change.before, change.after) else { continue };
        let decode = |json: &Json| apps[change.end.index()].decode(json.to_string().as_bytes());
        let (before, after) = (decode(before)?, decode(after)?);
        for fields in &copies {
            let field = fields[change.end.index()];
            if before.get(field).is_empty() || !after.get(field).is_empty() {
                continue;
            }
            if change.by == By::Person {
                emptied.insert((change.end, change.id, field));
                continue;
            }
            let (own, other) = (change.end, change.end.other());
            let mut partners = links.iter().filter(|link| link[own.index()] == change.id);
            let meant =
                partners.any(|link| emptied.contains(&(other, link[other.index()].as_str(), fields[other.index()])));
            if !meant && !emptied.contains(&(own, change.id, field)) {
                let field = player.program.side(own).fields.get(field.index());
                let how = format!(
                    "{} of {} of {} was emptied in run {}, and nobody emptied it",
                    field.map_or("a field", |field| field.name.as_str()),
                    change.id,
                    name(own),
                    change.event.cycle
                );
                found.push(broken(Promise::NoLostEdit, how));
            }
        }
    }
    Ok(())
}

/// What people did to one field of one pair since both sides last held the same.
#[derive(Clone, Default)]
struct Edits {
    agreed: bool,
    /// The last value that a person gave it, left first.
    by_hand: [Option<Value>; 2],
}

/// Whether an edit that was in conflict with no other is still there at the end. Told of single fields that are copied.
fn kept(
    player: &Player,
    cycles: &[Cycle],
    events: &[Event],
    apps: [&dyn App; 2],
    found: &mut Vec<Violation>,
) -> Result<(), WiredError> {
    let Some(last) = cycles.last() else { return Ok(()) };
    let copies = copies(&player.program);
    // Only pairs that were linked once and for all.
    let mut ever: BTreeMap<(End, &str), BTreeSet<&[String; 2]>> = BTreeMap::new();
    for link in cycles.iter().flat_map(|cycle| &cycle.links) {
        for end in End::BOTH {
            ever.entry((end, link[end.index()].as_str())).or_default().insert(link);
        }
    }
    let steady = |link: &&[String; 2]| {
        End::BOTH.into_iter().all(|end| ever.get(&(end, link[end.index()].as_str())).is_some_and(|all| all.len() == 1))
    };
    let decode = |end: End, json: &Json| apps[end.index()].decode(json.to_string().as_bytes());
    let mut now: BTreeMap<(End, String), Record> = BTreeMap::new();
    let mut edits: BTreeMap<(usize, usize), Edits> = BTreeMap::new();
    let links: Vec<&[String; 2]> = last.links.iter().filter(steady).collect();
    let mut ends = cycles.iter().peekable();
    let all: Vec<Change<'_>> = changes(events).collect();
    let mut next = 0;
    while next < all.len() || ends.peek().is_some() {
        let change = all.get(next).filter(|change| ends.peek().is_none_or(|cycle| change.at < cycle.until));
        let Some(change) = change else {
            // A run ended: what is equal in a pair now counts as agreed.
            let Some(cycle) = ends.next() else { break };
            for (pair, link) in links.iter().enumerate() {
                if !cycle.well || !cycle.links.contains(link) {
                    continue;
                }
                for (nth, fields) in copies.iter().enumerate() {
                    let value = |end: End| {
                        now.get(&(end, link[end.index()].clone())).map(|record| record.get(fields[end.index()]))
                    };
                    if let (Some(left), Some(right)) = (value(End::Left), value(End::Right))
                        && left == right
                    {
                        edits.insert((pair, nth), Edits { agreed: true, ..Edits::default() });
                    }
                }
            }
            continue;
        };
        next += 1;
        let key = (change.end, change.id.to_owned());
        let before = now.remove(&key);
        let Some(after) = change.after else { continue };
        let after = decode(change.end, after)?;
        if let (Some(before), By::Person) = (&before, change.by)
            && let Some(pair) = links.iter().position(|link| link[change.end.index()] == change.id)
        {
            for (nth, fields) in copies.iter().enumerate() {
                let field = fields[change.end.index()];
                if before.get(field) != after.get(field) {
                    let edits = edits.entry((pair, nth)).or_default();
                    edits.by_hand[change.end.index()] = Some(after.get(field).clone());
                }
            }
        }
        now.insert(key, after);
    }
    for ((pair, nth), edits) in edits {
        let (Some(link), Some(fields)) = (links.get(pair), copies.get(nth)) else { continue };
        let failing = last.problems.iter().any(|(end, id, _)| id.as_deref() == Some(link[end.index()].as_str()));
        let (end, wanted) = match edits.by_hand {
            [Some(wanted), None] => (End::Left, wanted),
            [None, Some(wanted)] => (End::Right, wanted),
            _ => continue,
        };
        let held = now.get(&(end, link[end.index()].clone())).map(|record| record.get(fields[end.index()]));
        if let Some(held) = held
            && edits.agreed
            && *held != wanted
            && !failing
        {
            let field = player.program.side(end).fields.get(fields[end.index()].index());
            let how = format!(
                "{} of {link:?} of {} was set to {wanted:?}, nobody set it otherwise, and it is {held:?}",
                field.map_or("a field", |field| field.name.as_str()),
                name(end)
            );
            found.push(broken(Promise::NoLostEdit, how));
        }
    }
    Ok(())
}
