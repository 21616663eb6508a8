//! Mappings: which fields hold the same thing on both sides, and how one is read as the other.

use serde::{Deserialize, Serialize};

use super::{ConstId, End, FieldId};

/// A mapping, resolved.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Mapping {
    /// Where it comes from.
    pub origin: Origin,
    /// Which ways values may flow: what the file, the arrow of `sync` and the types allow.
    pub direction: Direction,
    /// How one side is read as the other.
    pub lens: Lens,
}

/// Where a mapping comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Origin {
    /// Both fields have this canonical meaning.
    Meaning(String),
    /// A `map` statement on this line.
    Line(u32),
}

/// Which ways values may flow. Never neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Direction {
    /// From the left end to the right one.
    pub to_right: bool,
    /// From the right end to the left one.
    pub to_left: bool,
}

impl Direction {
    /// Whether values may flow away from this end.
    #[must_use]
    pub fn from(self, end: End) -> bool {
        match end {
            End::Left => self.to_right,
            End::Right => self.to_left,
        }
    }
}

/// How the two sides of a mapping correspond.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lens {
    /// The same value; the spelling is read again as the type of the other field.
    Copy {
        /// The field on the left.
        left: FieldId,
        /// The field on the right.
        right: FieldId,
    },
    /// Values translated one by one, `(left, right)`. A value in no row does not flow.
    Table {
        /// The field on the left.
        left: FieldId,
        /// The field on the right.
        right: FieldId,
        /// The rows, in the order written. The first row that has a value decides.
        rows: Vec<(ConstId, ConstId)>,
    },
    /// A whole name on one side, its parts on the other.
    Name {
        /// The side that has the whole name.
        whole_end: End,
        /// The field with the whole name.
        whole: FieldId,
        /// The fields with the parts, on the other side, in the order of [`NamePart`].
        parts: Vec<(NamePart, FieldId)>,
    },
    /// Text composed of fields of `from`; flows to the other side only.
    Compose {
        /// The side whose fields are read.
        from: End,
        /// The pieces in order.
        pieces: Vec<Piece>,
        /// The field on the other side.
        target: FieldId,
    },
}

/// A part of a human name, in the order in which they are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NamePart {
    /// Dr., Ms.
    Prefix,
    /// The first name.
    Given,
    /// Further first names.
    Middle,
    /// The last name, particles included.
    Family,
    /// Jr., PhD.
    Suffix,
}

impl NamePart {
    /// All parts, in the order in which they are joined.
    pub const ALL: [Self; 5] = [Self::Prefix, Self::Given, Self::Middle, Self::Family, Self::Suffix];
}

/// A piece of a composed text.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Piece {
    /// Text as it stands.
    Text(String),
    /// The spelling of a field; nothing for an empty one.
    Field(FieldId),
}
