//! The mappings as they are where a side has no place for some of its fields, such as a file without a column for them.
//!
//! What such a side lacks stays unknown, so nothing of it flows or is written. Names are the exception, because people keep them
//! whole or in parts: a side that has one of the two is mapped by what it has, joined and split as between two apps of which one
//! has no other.
//!
//! Promise: what a file of rules maps by itself stays as it says; only what is mapped by meaning is fitted.

use std::collections::HashSet;

use syncc_compiler::ir::{Direction, End, FieldId, Lens, Mapping, NamePart, Origin, Program};

use super::agree::fields_of;

/// What stands in for mappings, by their index.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fitted {
    /// `Some(None)` where another mapping carries all that this one would.
    instead: Vec<(usize, Option<Lens>)>,
}

impl Fitted {
    /// What stands in where the sides lack these fields, left first.
    pub(super) fn of(program: &Program, lacks: &[HashSet<FieldId>; 2]) -> Self {
        let sides = Sides { program, lacks };
        let mut fitted = Self::default();
        for (index, mapping) in program.mappings.iter().enumerate() {
            if let (Origin::Meaning(_), Lens::Name { whole_end, whole, parts }) = (&mapping.origin, &mapping.lens)
                && let Some(lens) = sides.split(*whole_end, *whole, parts)
            {
                fitted.instead.push((index, Some(lens)));
            }
        }
        fitted.instead.extend(sides.copied_parts());
        fitted
    }

    /// The lens of the mapping at this index; `None` where another one carries what it would.
    pub(crate) fn lens<'l>(&'l self, index: usize, mapping: &'l Mapping) -> Option<&'l Lens> {
        let instead = self.instead.iter().find(|(of, _)| *of == index);
        instead.map_or(Some(&mapping.lens), |(_, lens)| lens.as_ref())
    }
}

/// The two sides, and what they lack.
struct Sides<'p> {
    program: &'p Program,
    lacks: &'p [HashSet<FieldId>; 2],
}

/// A mapping between the same part of a name on both sides.
struct Part {
    index: usize,
    part: NamePart,
    fields: [FieldId; 2],
    direction: Direction,
}

impl Sides<'_> {
    fn has(&self, end: End, field: FieldId) -> bool {
        !self.lacks[end.index()].contains(&field)
    }

    /// The field with the whole name that this side has, if no mapping is about it yet.
    fn whole(&self, end: End) -> Option<FieldId> {
        let whole = self.program.side(end).meaning("name.full").filter(|field| self.has(end, *field))?;
        let mapped = self.program.mappings.iter().any(|mapping| fields_of(&mapping.lens).contains(&(end, whole)));
        (!mapped).then_some(whole)
    }

    /// A whole name on one side: with the parts that the other side has, else with its whole name.
    fn split(&self, whole_end: End, whole: FieldId, parts: &[(NamePart, FieldId)]) -> Option<Lens> {
        let end = whole_end.other();
        let there: Vec<_> = parts.iter().filter(|(_, field)| self.has(end, *field)).copied().collect();
        if there.len() == parts.len() {
            return None;
        }
        if names_somebody(there.iter().map(|(part, _)| *part)) {
            return Some(Lens::Name { whole_end, whole, parts: there });
        }
        let other = self.whole(end)?;
        Some(copy(whole_end, whole, other))
    }

    /// Parts on both sides, of which one or both have the whole name only: the first of them carries it, and the others nothing.
    fn copied_parts(&self) -> Vec<(usize, Option<Lens>)> {
        let all: Vec<Part> =
            self.program.mappings.iter().enumerate().filter_map(|(index, of)| self.part(index, of)).collect();
        let Some(direction) = all.iter().find(|of| names_somebody([of.part])).map(|of| of.direction) else {
            return Vec::new();
        };
        let parts: Vec<&Part> = all.iter().filter(|of| of.direction == direction).collect();
        let whole = End::BOTH.map(|end| {
            let there = parts.iter().filter(|of| self.has(end, of.fields[end.index()]));
            if names_somebody(there.map(|of| of.part)) { None } else { self.whole(end) }
        });
        let lens = match whole {
            [None, None] => return Vec::new(),
            [Some(left), Some(right)] => Lens::Copy { left, right },
            [Some(whole), None] => self.joined(End::Left, whole, &parts),
            [None, Some(whole)] => self.joined(End::Right, whole, &parts),
        };
        let mut lens = Some(lens);
        parts.iter().map(|of| (of.index, lens.take())).collect()
    }

    fn joined(&self, whole_end: End, whole: FieldId, parts: &[&Part]) -> Lens {
        let end = whole_end.other();
        let there = parts.iter().map(|of| (of.part, of.fields[end.index()])).filter(|(_, field)| self.has(end, *field));
        let mut parts: Vec<_> = there.collect();
        parts.sort_unstable();
        Lens::Name { whole_end, whole, parts }
    }

    fn part(&self, index: usize, mapping: &Mapping) -> Option<Part> {
        let (Origin::Meaning(means), Lens::Copy { left, right }) = (&mapping.origin, &mapping.lens) else {
            return None;
        };
        let part = match means.as_str() {
            "name.prefix" => NamePart::Prefix,
            "name.given" => NamePart::Given,
            "name.middle" => NamePart::Middle,
            "name.family" => NamePart::Family,
            "name.suffix" => NamePart::Suffix,
            _ => return None,
        };
        Some(Part { index, part, fields: [*left, *right], direction: mapping.direction })
    }
}

/// Whether one of these parts says who it is: a title alone does not.
fn names_somebody(parts: impl IntoIterator<Item = NamePart>) -> bool {
    parts.into_iter().any(|part| matches!(part, NamePart::Given | NamePart::Family))
}

fn copy(end: End, field: FieldId, other: FieldId) -> Lens {
    match end {
        End::Left => Lens::Copy { left: field, right: other },
        End::Right => Lens::Copy { left: other, right: field },
    }
}
