//! Merging what stands in several fields on one side: names in parts, and composed texts.

use syncc_compiler::{
    ir::{Direction, End, FieldId, NamePart, Piece},
    schema::Scalar,
    value::{Record, Value, shown},
};

use super::{
    Engine,
    merge::{Merged, Sides, Write},
    name::Name,
};

impl Engine<'_> {
    /// A whole name on one side, its parts on the other. All of it flows, or nothing.
    pub(super) fn merge_name(
        &self,
        index: usize,
        direction: Direction,
        (whole_end, whole, parts): (End, FieldId, &[(NamePart, FieldId)]),
        sides: &Sides<'_>,
        merged: &mut Merged,
    ) {
        let parts_end = whole_end.other();
        let fields = || [(whole_end, whole)].into_iter().chain(parts.iter().map(|(_, field)| (parts_end, *field)));
        if fields().any(|(end, field)| !sides.now(end, field).is_known()) {
            merged.keep(fields());
            return;
        }
        let base = sides.base.filter(|base| fields().all(|(end, field)| base[end.index()].get(field).is_known()));
        let before = |end: End, field| base.map_or(&Value::Empty, |base| base[end.index()].get(field));
        let mut changed = [false, false];
        for (end, field) in fields() {
            changed[end.index()] |= sides.now(end, field) != before(end, field);
        }
        let Some(winner) = self.winner(changed, sides.later) else { return };
        let Some(text) = shown(sides.now(whole_end, whole)) else { return };
        let Some(name) = name_of(sides.now[parts_end.index()], parts) else { return };
        let kinds: Vec<NamePart> = parts.iter().map(|(part, _)| *part).collect();
        let split = Name::split(&text, &name, &kinds);
        if split == name || Name::same(&text, &name.join()) || !direction.from(winner) {
            return;
        }
        let flows = if winner == whole_end {
            parts.iter().map(|(part, field)| (*field, split.part(*part).to_owned())).collect()
        } else {
            vec![(whole, name.join())]
        };
        let to = winner.other();
        let writes: Option<Vec<Write>> = flows
            .into_iter()
            .map(|(field, text)| {
                let value = self.canon[to.index()].scalar(Scalar::Text, &text)?;
                Some(Write { end: to, field, value, mapping: index })
            })
            .filter(|write| write.as_ref().is_none_or(|write| write.value != *sides.now(to, write.field)))
            .collect();
        let Some(writes) = writes else { return };
        if !writes.iter().all(|write| self.can_write(to, write.field, sides.now(to, write.field), &write.value)) {
            return;
        }
        if sides.scope[winner.index()] { merged.writes.extend(writes) } else { merged.keep(fields()) }
    }

    /// A text composed of fields of one side, which flows to the other side only.
    pub(super) fn merge_composed(
        &self,
        index: usize,
        direction: Direction,
        (from, pieces, target): (End, &[Piece], FieldId),
        sides: &Sides<'_>,
        merged: &mut Merged,
    ) {
        let to = from.other();
        let read = pieces.iter().filter_map(|piece| match piece {
            Piece::Field(field) => Some((from, *field)),
            Piece::Text(_) => None,
        });
        let fields = || read.clone().chain([(to, target)]);
        if fields().any(|(end, field)| !sides.now(end, field).is_known()) {
            merged.keep(fields());
            return;
        }
        let base = sides.base.filter(|base| fields().all(|(end, field)| base[end.index()].get(field).is_known()));
        let before = |end: End, field| base.map_or(&Value::Empty, |base| base[end.index()].get(field));
        let mut changed = [false, false];
        for (end, field) in fields() {
            changed[end.index()] |= sides.now(end, field) != before(end, field);
        }
        if self.winner(changed, sides.later) != Some(from) || !direction.from(from) {
            return;
        }
        let composed = self.compose(pieces, sides.now[from.index()]);
        let Some(value) = composed.and_then(|value| self.retype(&value, to, target)) else { return };
        let old = sides.now(to, target);
        if value == *old || !self.can_write(to, target, old, &value) {
            return;
        }
        if sides.scope[from.index()] {
            merged.writes.push(Write { end: to, field: target, value, mapping: index });
        } else {
            merged.keep(fields());
        }
    }
}

fn name_of(record: &Record, parts: &[(NamePart, FieldId)]) -> Option<Name> {
    parts
        .iter()
        .try_fold(Name::default(), |name, (part, field)| Some(name.with(*part, shown(record.get(*field))?.trim())))
}
