//! What an app holds in one field: text as it spells it, never what syncc makes of it.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};
use syncc_compiler::{
    ir::Side,
    schema::{Scalar, Type},
    value::{Address, Canon, Record, Value, shown},
};

/// A field that holds something.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Cell {
    /// A single value, as text.
    One(String),
    /// The elements of a set, in the app's order. Never none.
    Many(Vec<String>),
    /// The parts of an address by name. Never none.
    Parts(BTreeMap<String, String>),
}

/// The filled fields of a record by name. A field that is not here is empty.
pub type Cells = BTreeMap<String, Cell>;

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(text) => write!(f, "{text:?}"),
            Self::Many(elements) => write!(f, "{elements:?}"),
            Self::Parts(parts) => write!(f, "{parts:?}"),
        }
    }
}

/// What an app holds once it was given this value; `None` for an empty one.
#[must_use]
pub fn cell(value: &Value) -> Option<Cell> {
    match value {
        Value::Unknown | Value::Empty => None,
        Value::Set(set) => Some(Cell::Many(set.elements().iter().map(|text| text.shown().to_owned()).collect())),
        Value::Address(address) => {
            let parts = Address::PARTS.iter().zip(address.parts()).filter(|(_, text)| !text.is_empty());
            Some(Cell::Parts(parts.map(|(name, text)| ((*name).to_owned(), text.to_owned())).collect()))
        }
        other => shown(other).map(Cell::One),
    }
}

/// What a cell is as a value of this type. Text that does not read as its type is unknown.
#[must_use]
pub fn value(ty: Type, canon: &Canon, cell: Option<&Cell>) -> Value {
    match (ty, cell) {
        (_, None) => Value::Empty,
        (Type::Set(scalar), Some(Cell::Many(elements))) => canon.set(scalar, elements.iter().map(String::as_str)),
        (Type::One(Scalar::Address), Some(Cell::Parts(parts))) => {
            let mut address = Address::default();
            for (name, text) in parts {
                if let Some(part) = address.part_mut(name) {
                    part.clone_from(text);
                }
            }
            if address.is_blank() { Value::Empty } else { Value::Address(Box::new(address)) }
        }
        (Type::One(scalar), Some(Cell::One(text))) => canon.scalar(scalar, text).unwrap_or_default(),
        _ => Value::Unknown,
    }
}

/// A whole record as a side reads it.
#[must_use]
pub fn record(side: &Side, canon: &Canon, cells: &Cells) -> Record {
    Record::new(side.fields.iter().map(|field| value(field.ty, canon, cells.get(&field.name))).collect())
}

/// Whether two cells of one field count as the same.
#[must_use]
pub fn same(ty: Type, canon: &Canon, one: Option<&Cell>, other: Option<&Cell>) -> bool {
    value(ty, canon, one) == value(ty, canon, other)
}
