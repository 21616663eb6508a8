//! Merging three ways: what each mapped field becomes, and what of the base stays as it was.
//!
//! All mappings are read on the state at the start of the step and applied together. A base that does not
//! know a field counts as one in which it was empty on both sides: so a first sync fills what is empty and
//! asks `prefer` only where both sides say something different.

use syncc_compiler::{
    ir::{Direction, End, FieldId, Lens, Prefer},
    value::{Record, Text, Value},
};

use super::{Cause, Engine, lens::OneToOne, settle::Edit, settle::climbs};

/// Both records and what they are compared to: the merge needs both sides.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sides<'a> {
    pub now: [&'a Record; 2],
    /// `None` unless both sides have a base.
    pub base: Option<[&'a Record; 2]>,
    pub later: Option<End>,
    pub scope: [bool; 2],
}

/// What a merge comes to.
#[derive(Debug, Default)]
pub(super) struct Merged {
    pub writes: Vec<Write>,
    pub kept: Vec<Kept>,
}

/// A value that flows.
#[derive(Debug)]
pub(super) struct Write {
    pub end: End,
    pub field: FieldId,
    pub value: Value,
    pub mapping: usize,
}

/// What the base keeps, because a change could not flow for now.
#[derive(Debug)]
pub(super) enum Kept {
    /// The whole field.
    Field(End, FieldId),
    /// Whether this element is in the set.
    Element(End, FieldId, Text, bool),
}

impl Sides<'_> {
    pub(super) fn now(&self, end: End, field: FieldId) -> &Value {
        self.now[end.index()].get(field)
    }

    /// The fields at the base, left first; empty unless the base knows both.
    pub(super) fn base(&self, left: FieldId, right: FieldId) -> [&Value; 2] {
        match self.base {
            Some([l, r]) if l.get(left).is_known() && r.get(right).is_known() => [l.get(left), r.get(right)],
            _ => [&Value::Empty; 2],
        }
    }
}

impl Engine<'_> {
    /// What flows between two records. Nothing is copied where nothing flows.
    pub(super) fn merge(&self, sides: &Sides<'_>) -> Merged {
        let mut merged = Merged::default();
        for (index, mapping) in self.program.mappings.iter().enumerate() {
            let direction = mapping.direction;
            let Some(lens) = self.lens(index, mapping) else { continue };
            match lens {
                Lens::Copy { left, right } => {
                    self.merge_fields(
                        index,
                        direction,
                        &OneToOne { fields: [*left, *right], rows: None },
                        sides,
                        &mut merged,
                    );
                }
                Lens::Table { left, right, rows } => {
                    let lens = OneToOne { fields: [*left, *right], rows: Some(rows) };
                    self.merge_fields(index, direction, &lens, sides, &mut merged);
                }
                Lens::Name { whole_end, whole, parts } => {
                    self.merge_name(index, direction, (*whole_end, *whole, parts), sides, &mut merged);
                }
                Lens::Compose { from, pieces, target } => {
                    self.merge_composed(index, direction, (*from, pieces, *target), sides, &mut merged);
                }
            }
        }
        merged
    }

    fn merge_fields(
        &self,
        index: usize,
        direction: Direction,
        lens: &OneToOne<'_>,
        sides: &Sides<'_>,
        merged: &mut Merged,
    ) {
        let types =
            End::BOTH.map(|end| self.program.side(end).fields.get(lens.field(end).index()).map(|field| field.ty));
        let [Some(left), Some(right)] = types else { return };
        match (left.is_set(), right.is_set()) {
            (true, true) => self.merge_sets(index, direction, lens, sides, merged),
            (false, false) => self.merge_values(index, direction, lens, sides, merged),
            // A set and a single value correspond to nothing of each other.
            _ => {}
        }
    }

    fn merge_values(
        &self,
        index: usize,
        direction: Direction,
        lens: &OneToOne<'_>,
        sides: &Sides<'_>,
        merged: &mut Merged,
    ) {
        let values = End::BOTH.map(|end| sides.now(end, lens.field(end)));
        let [left, right] = values;
        if !left.is_known() || !right.is_known() {
            merged.keep(End::BOTH.map(|end| (end, lens.field(end))));
            return;
        }
        let base = sides.base(lens.fields[0], lens.fields[1]);
        let changed = [left != base[0], right != base[1]];
        let consent = matches!(left, Value::Consent(_)) || matches!(right, Value::Consent(_));
        if !consent && changed == [false, false] || self.correspond(lens, left, right) {
            return;
        }
        let winner = if consent { self.further_down(lens, left, right) } else { self.winner(changed, sides.later) };
        let Some(winner) = winner.filter(|winner| direction.from(*winner)) else { return };
        let to = winner.other();
        let Some(value) = self.image_onto(lens, winner, values[winner.index()], values[to.index()]) else { return };
        if !self.can_write(to, lens.field(to), values[to.index()], &value) {
            return;
        }
        if sides.scope[winner.index()] {
            merged.writes.push(Write { end: to, field: lens.field(to), value, mapping: index });
        } else if !consent {
            merged.keep(End::BOTH.map(|end| (end, lens.field(end))));
        }
    }

    /// Which side wins a field that changed on these sides; `None` if on neither.
    pub(super) fn winner(&self, changed: [bool; 2], later: Option<End>) -> Option<End> {
        match changed {
            [false, false] => None,
            [true, false] => Some(End::Left),
            [false, true] => Some(End::Right),
            [true, true] => Some(match self.program.prefer {
                Prefer::Default => End::Left,
                Prefer::End(end) => end,
                Prefer::Latest => later.unwrap_or(End::Left),
            }),
        }
    }

    /// Which side is further down the ladder of consent. A side that says nothing is above all steps; one that
    /// says something without a step on the ladder cannot be compared, and nothing flows.
    fn further_down(&self, lens: &OneToOne<'_>, left: &Value, right: &Value) -> Option<End> {
        let step = |end: End, value: &Value| match value {
            Value::Empty => Some(None),
            Value::Consent(step) => Some(Some(*step)),
            other => match self.image(lens, end, other) {
                Some(Value::Consent(step)) => Some(Some(step)),
                _ => None,
            },
        };
        let (left, right) = (step(End::Left, left)?, step(End::Right, right)?);
        match left.cmp(&right) {
            std::cmp::Ordering::Less => Some(End::Right),
            std::cmp::Ordering::Greater => Some(End::Left),
            std::cmp::Ordering::Equal => None,
        }
    }

    /// Whether the app lets this single value be written over that one, and consent does not climb.
    pub(super) fn can_write(&self, end: End, field: FieldId, before: &Value, after: &Value) -> bool {
        let can = self.program.side(end).fields.get(field.index()).map(|field| field.can);
        can.is_some_and(|can| if after.is_empty() { can.clear } else { can.set }) && !climbs(before, after)
    }
}

impl Merged {
    /// The base of these fields stays as it was.
    pub(super) fn keep(&mut self, fields: impl IntoIterator<Item = (End, FieldId)>) {
        self.kept.extend(fields.into_iter().map(|(end, field)| Kept::Field(end, field)));
    }

    /// The records with what flows written into them. Of two mappings that write one field the first wins.
    pub(super) fn write_into(&self, records: [&Record; 2], edits: &mut Vec<Edit>) -> [Record; 2] {
        let mut records = records.map(Record::clone);
        for (index, write) in self.writes.iter().enumerate() {
            let before = &self.writes[..index];
            if before.iter().any(|earlier| earlier.end == write.end && earlier.field == write.field) {
                continue;
            }
            records[write.end.index()].put(write.field, write.value.clone());
            edits.push(Edit { end: write.end, field: Some(write.field), cause: Cause::Mapping(write.mapping) });
        }
        records
    }

    /// The base after a step that began with these records.
    pub(super) fn new_base(&self, sides: &Sides<'_>) -> [Record; 2] {
        let mut base = sides.now.map(Record::clone);
        let before = |end: End, field: FieldId| match sides.base {
            Some(base) => base[end.index()].get(field).clone(),
            None => Value::Unknown,
        };
        for end in End::BOTH {
            for (field, value) in (0..).map(FieldId).zip(sides.now[end.index()].values()) {
                if !value.is_known() && before(end, field).is_known() {
                    base[end.index()].put(field, before(end, field));
                }
            }
        }
        for kept in &self.kept {
            match kept {
                Kept::Field(end, field) => base[end.index()].put(*field, before(*end, *field)),
                Kept::Element(end, field, element, present) => {
                    let value = base[end.index()].get(*field);
                    if value.has(element) != *present {
                        let others = value.elements().iter().filter(|known| *known != element);
                        let value = Value::set(others.chain(present.then_some(element)).cloned());
                        base[end.index()].put(*field, value);
                    }
                }
            }
        }
        base
    }
}
