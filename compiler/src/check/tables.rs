//! The fields, constants and atoms of one statement, each once.
//!
//! A statement is checked before the fields of the whole file are known, so its IR uses indices into these
//! tables of its own. [`super::link()`] turns them into indices of the program.

use crate::{
    ir::{Atom, AtomId, Condition, ConstId, End, FieldId, Test},
    value::{Value, shown},
};

/// Something in IR with the tables that its indices point into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fragment<T> {
    pub(crate) tables: Tables,
    pub(crate) item: T,
}

/// The tables. Small: searched from front to back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Tables {
    /// Field names, left end first.
    pub(crate) fields: [Vec<String>; 2],
    pub(crate) constants: Vec<Value>,
    pub(crate) atoms: Vec<Atom>,
}

/// The index of the first item that fits, or of a new one.
fn index_of<T>(items: &mut Vec<T>, fits: impl FnMut(&T) -> bool, new: impl FnOnce() -> T) -> u32 {
    let index = items.iter().position(fits).unwrap_or_else(|| {
        items.push(new());
        items.len() - 1
    });
    // A file is at most 16 MiB long (grammar), so it never names as many things as do not fit.
    u32::try_from(index).unwrap_or(u32::MAX)
}

impl Tables {
    /// Gives back the room that nothing is in.
    pub(crate) fn shrink(&mut self) {
        self.fields.iter_mut().for_each(Vec::shrink_to_fit);
        self.constants.shrink_to_fit();
        self.atoms.shrink_to_fit();
    }

    pub(crate) fn field(&mut self, end: End, name: &str) -> FieldId {
        FieldId(index_of(&mut self.fields[end.index()], |known| known == name, || name.to_owned()))
    }

    /// Spelling counts: `contains "x"` asks for the spelling.
    pub(crate) fn constant(&mut self, value: Value) -> ConstId {
        let same = |known: &Value| *known == value && shown(known) == shown(&value);
        ConstId(index_of(&mut self.constants, same, || value.clone()))
    }

    pub(crate) fn atom(&mut self, end: End, test: Test) -> Condition {
        let atom = Atom { end, test };
        Condition::Atom(AtomId(index_of(&mut self.atoms, |known| *known == atom, || atom.clone())))
    }

    /// The name of a field; nothing for an index from elsewhere.
    pub(crate) fn name(&self, end: End, field: FieldId) -> &str {
        self.fields[end.index()].get(field.index()).map_or("", String::as_str)
    }

    /// The value of a constant; empty for an index from elsewhere.
    pub(crate) fn value(&self, constant: ConstId) -> &Value {
        self.constants.get(constant.index()).unwrap_or(&Value::Empty)
    }
}
