//! Pairs of which one record was written and the other was not.
//!
//! Whoever edits the other one next is the only one who did: what we wrote is no edit. So where a mapping has carried its
//! values over, its base moves, though the pair as a whole is not in step. What is still to be written keeps its base, and is
//! planned again as it was.

use std::collections::HashSet;

use syncc_compiler::{
    ir::{End, FieldId},
    value::{Record, Value},
};

use super::{Picture, push::Pushed};
use crate::engine::{Base, Cause, Item, Outcome, fields_of};

/// A record of which nothing is known.
fn unknown(fields: usize) -> Record {
    Record::filled_with(&Value::Unknown, fields)
}

/// The base of a pair that was written on one side only; nothing where it stays as it was. `actual` is what it would be, had
/// all been written.
pub(super) fn base(
    picture: &Picture<'_>,
    index: usize,
    item: &Item,
    outcome: &Outcome,
    actual: &Base,
    pushed: &Pushed,
) -> Option<Base> {
    let never = Base { sides: picture.program.sides.each_ref().map(|side| Some(unknown(side.fields.len()))) };
    // Two that were never in step: of what is not carried over, nothing is known.
    let before = item.link.and_then(|link| picture.links.get(link)?.base.as_ref()).unwrap_or(&never);
    let there = |base: &Base| base.sides.iter().all(Option::is_some);
    if !there(before) || !there(actual) || outcome.end.iter().any(Option::is_none) {
        return None;
    }
    let written = |end: End| {
        let now = pushed.now[end.index()].get(&index);
        now.is_some_and(|now| now.record.is_some() && Some(&now.id) == item.ids[end.index()].as_ref())
    };
    let end = match End::BOTH.map(written) {
        [true, false] => End::Left,
        [false, true] => End::Right,
        _ => return None,
    };
    let fields = |mapping: usize| picture.lens(mapping).map(fields_of).unwrap_or_default();
    let mut open: HashSet<(End, FieldId)> = HashSet::new();
    for change in outcome.changes.iter().filter(|change| change.end != end) {
        // What rules ask for hangs on the base of whatever their conditions read.
        let Cause::Mapping(mapping) = change.cause else { return None };
        open.extend(fields(mapping));
    }
    let mut base = before.clone();
    for change in outcome.changes.iter().filter(|change| change.end == end) {
        let Cause::Mapping(mapping) = change.cause else { continue };
        let carried = fields(mapping);
        if carried.iter().any(|field| open.contains(field)) {
            continue;
        }
        for (end, field) in carried {
            if let (Some(base), Some(actual)) = (&mut base.sides[end.index()], &actual.sides[end.index()]) {
                base.put(field, actual.get(field).clone());
            }
        }
    }
    (base != *before).then_some(base)
}
