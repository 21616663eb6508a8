//! Conditions: trees over tests of one field of one side.

use serde::{Deserialize, Serialize};

use super::{AtomId, ConstId, End, FieldId};

/// A condition over atoms.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// The atom holds.
    Atom(AtomId),
    /// The condition does not hold.
    Not(Box<Condition>),
    /// All hold.
    All(Vec<Condition>),
    /// One holds at least.
    Any(Vec<Condition>),
}

/// One test of one side. Equal tests are one atom.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Atom {
    /// Whose record is tested.
    pub end: End,
    /// What is tested.
    pub test: Test,
}

/// What an atom tests. On a record that is not there each field counts as empty; on a field that the
/// answer did not carry the test is undecided, and so is what depends on it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Test {
    /// The record is there.
    Exists,
    /// The record was there when the two were last in step, and is gone.
    Deleted,
    /// The field is empty.
    Empty(FieldId),
    /// The `bool` field is true. An empty one is not.
    True(FieldId),
    /// The field equals the constant.
    Equals(FieldId, ConstId),
    /// The set has the element.
    Has(FieldId, ConstId),
    /// The field is less than the constant. An empty one is not.
    Less(FieldId, ConstId),
    /// The field is less than the constant, or equal. An empty one is not.
    AtMost(FieldId, ConstId),
    /// The spelling of the field contains that of the constant, case counts.
    Contains(FieldId, ConstId),
    /// The spelling of the field starts with that of the constant, case counts.
    StartsWith(FieldId, ConstId),
    /// The spelling of the field ends with that of the constant, case counts.
    EndsWith(FieldId, ConstId),
}

impl Test {
    /// The constant that it compares with, if it compares.
    #[must_use]
    pub fn constant(&self) -> Option<ConstId> {
        match self {
            Self::Exists | Self::Deleted | Self::Empty(_) | Self::True(_) => None,
            Self::Equals(_, constant)
            | Self::Has(_, constant)
            | Self::Less(_, constant)
            | Self::AtMost(_, constant)
            | Self::Contains(_, constant)
            | Self::StartsWith(_, constant)
            | Self::EndsWith(_, constant) => Some(*constant),
        }
    }

    /// The field that it reads, if it reads one.
    #[must_use]
    pub fn field(&self) -> Option<FieldId> {
        match self {
            Self::Exists | Self::Deleted => None,
            Self::Empty(field) | Self::True(field) => Some(*field),
            Self::Equals(field, _)
            | Self::Has(field, _)
            | Self::Less(field, _)
            | Self::AtMost(field, _)
            | Self::Contains(field, _)
            | Self::StartsWith(field, _)
            | Self::EndsWith(field, _) => Some(*field),
        }
    }
}
