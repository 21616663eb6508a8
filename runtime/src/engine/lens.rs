//! How one side of a mapping is read as the other.
//!
//! Promise: a value without an image is `None` and does not flow; it is never guessed.

use syncc_compiler::{
    ir::{ConstId, End, FieldId, Piece},
    value::{Address, Record, Set, Text, Value, shown},
};

use super::Engine;

/// A mapping of one field to one field: copied, or translated row by row.
#[derive(Clone, Copy, Debug)]
pub(super) struct OneToOne<'p> {
    /// Left first.
    pub fields: [FieldId; 2],
    /// The rows of a translation, `(left, right)`; `None` for a copy.
    pub rows: Option<&'p [(ConstId, ConstId)]>,
}

impl OneToOne<'_> {
    pub(super) fn field(&self, end: End) -> FieldId {
        self.fields[end.index()]
    }
}

impl Engine<'_> {
    /// The single value of `from` as the other side spells it.
    pub(super) fn image(&self, lens: &OneToOne<'_>, from: End, value: &Value) -> Option<Value> {
        if value.is_empty() {
            return Some(Value::Empty);
        }
        match lens.rows {
            Some(rows) => self.translate(rows, from, value).cloned(),
            None => self.retype(value, from.other(), lens.field(from.other())),
        }
    }

    /// The single value of `from` as it is written over the other side's: parts of an address that `from` has
    /// no place for stay as they are there.
    pub(super) fn image_onto(&self, lens: &OneToOne<'_>, from: End, value: &Value, onto: &Value) -> Option<Value> {
        let mut image = self.image(lens, from, value)?;
        let field = self.program.side(from).fields.get(lens.field(from).index())?;
        if let (Value::Address(image), Value::Address(onto)) = (&mut image, onto) {
            let kept = Address::PARTS.into_iter().zip(onto.parts());
            for (name, part) in kept.filter(|(name, _)| field.lacks.iter().any(|lacks| lacks == name)) {
                if let Some(slot) = image.part_mut(name) {
                    part.clone_into(slot);
                }
            }
        }
        Some(image)
    }

    /// The elements of `from` as the other side spells them; those without an image are left out.
    pub(super) fn image_of_set(&self, lens: &OneToOne<'_>, from: End, value: &Value) -> Set {
        value.elements().iter().filter_map(|element| self.image_of_element(lens, from, element)).collect()
    }

    /// One element of `from` as the other side spells it.
    pub(super) fn image_of_element(&self, lens: &OneToOne<'_>, from: End, element: &Text) -> Option<Text> {
        match lens.rows {
            Some(rows) => match self.translate(rows, from, &Value::Text(element.clone()))? {
                Value::Text(text) => Some(text.clone()),
                _ => None,
            },
            None => {
                let to = from.other();
                let field = self.program.side(to).fields.get(lens.field(to).index())?;
                Some(self.canon[to.index()].text(field.ty.scalar(), element.shown()))
            }
        }
    }

    /// Whether the two single values already say the same thing, read in either direction.
    pub(super) fn correspond(&self, lens: &OneToOne<'_>, left: &Value, right: &Value) -> bool {
        self.image(lens, End::Left, left).as_ref() == Some(right)
            || self.image(lens, End::Right, right).as_ref() == Some(left)
    }

    /// The value as this field spells it.
    pub(super) fn retype(&self, value: &Value, end: End, field: FieldId) -> Option<Value> {
        let field = self.program.side(end).fields.get(field.index())?;
        let mut value = self.canon[end.index()].retype(value, field.ty)?;
        if let Value::Address(address) = &mut value {
            field.lacks.iter().filter_map(|lacks| address.part_mut(lacks).map(String::clear)).for_each(drop);
            if address.is_blank() {
                return Some(Value::Empty);
            }
        }
        Some(value)
    }

    /// The text composed of the fields of a record: empty when all its fields are, `None` when one is unknown.
    pub(super) fn compose(&self, pieces: &[Piece], record: &Record) -> Option<Value> {
        let mut text = String::new();
        let mut says = !pieces.iter().any(|piece| matches!(piece, Piece::Field(_)));
        for piece in pieces {
            match piece {
                Piece::Text(fixed) => text.push_str(fixed),
                Piece::Field(field) => {
                    let value = record.get(*field);
                    says |= value.is_filled();
                    text.push_str(&shown(value)?);
                }
            }
        }
        Some(if says && !text.trim().is_empty() { Value::Text(Text::plain(text.trim())) } else { Value::Empty })
    }

    fn translate(&self, rows: &[(ConstId, ConstId)], from: End, value: &Value) -> Option<&Value> {
        rows.iter().find_map(|&(left, right)| {
            let (left, right) = (self.program.constant(left), self.program.constant(right));
            match from {
                End::Left => (left == value).then_some(right),
                End::Right => (right == value).then_some(left),
            }
        })
    }
}
