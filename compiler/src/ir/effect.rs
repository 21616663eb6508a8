//! Rules: a condition on one side, effects on the other, and how they are taken back.

use serde::{Deserialize, Serialize};

use super::{Condition, ConstId, End, FieldId};

/// A `when` statement, resolved.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Rule {
    /// The line of its `when`, from 1. The implicit rule of a direction has the line of the `sync` statement.
    pub line: u32,
    /// The comment directly above it, or the rule as written, for people.
    pub title: String,
    /// The side that it is written from. Its effects are on the other one.
    pub from: End,
    /// When it holds. Read on both sides; never true by the absence of the record on `from`, unless it
    /// asks whether that record is `deleted`.
    pub condition: Condition,
    /// What is made true on the other side, in the order written. At least one.
    pub effects: Vec<Effect>,
    /// What is done on the other side when the condition fails and both records are there: the `undo`.
    /// `None` when the rule has none.
    pub undo: Option<Vec<Effect>>,
    /// The same rule kept from the other side.
    pub other_way: Option<OtherWay>,
    /// Whether this is the rule that stands in for a direction without rules: `when A exists then B exists`.
    pub implicit: bool,
}

/// How a condition is made true and false: the `other-way` of a rule. Effects are on [`Rule::from`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OtherWay {
    /// Makes the condition true.
    pub make_true: Vec<Effect>,
    /// Makes the condition false. `None` when it cannot be made false; then a failing effect changes nothing.
    pub make_false: Option<Vec<Effect>>,
}

/// One thing made true of a record. Each implies that the record exists, but `Deleted`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// The record is there.
    Exists,
    /// The record is gone.
    Deleted,
    /// The set has the element.
    Add(FieldId, ConstId),
    /// The set does not have the element.
    Remove(FieldId, ConstId),
    /// The field has the value.
    Set(FieldId, ConstId),
    /// The field is empty.
    Clear(FieldId),
}

impl Effect {
    /// The field that it writes, if it writes one.
    #[must_use]
    pub fn field(&self) -> Option<FieldId> {
        match self {
            Self::Exists | Self::Deleted => None,
            Self::Add(field, _) | Self::Remove(field, _) | Self::Set(field, _) | Self::Clear(field) => Some(*field),
        }
    }
}
