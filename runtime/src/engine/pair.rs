//! A pair of records, and what one cycle makes of it.

use serde::{Deserialize, Serialize};
use syncc_compiler::{
    ir::{End, FieldId},
    value::{Record, Value},
};

/// The two records of one person, and what both looked like when they were last in step.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pair {
    /// The record on each side, left first; `None` where there is none.
    pub now: [Option<Record>; 2],
    /// What both looked like when they were last in step; `None` before the first time.
    pub base: Option<Base>,
    /// Which side was edited later, where both apps say so and beyond clock doubt.
    pub later: Option<End>,
}

/// What both records looked like when they were last in step, each as its own side showed it.
///
/// A side that is `Some` here and `None` in [`Pair::now`] was deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Base {
    /// Left first.
    pub sides: [Option<Record>; 2],
}

/// What one cycle makes of a pair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The records after the cycle, left first.
    pub end: [Option<Record>; 2],
    /// What to remember, once the end is written.
    pub base: Option<Base>,
    /// What happened, in one word.
    pub status: Status,
    /// Each difference between start and end, with what made it last.
    pub changes: Vec<Change>,
    /// The rules that changed something, in the order of the file, each part once.
    pub fired: Vec<Fired>,
    /// How many steps it took.
    pub steps: u32,
}

/// What a cycle did to a pair. The first that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Status {
    /// The cycle did not end within the bound: nothing is written.
    #[serde(rename = "refused")]
    Refused,
    /// A record was made.
    #[serde(rename = "created")]
    Created,
    /// A record was deleted.
    #[serde(rename = "deleted")]
    Deleted,
    /// A field was changed.
    #[serde(rename = "updated")]
    Updated,
    /// In scope, both records are there, and nothing is to be done.
    #[serde(rename = "in sync")]
    InSync,
    /// Out of scope in both directions, or nothing there to go to: no field flows.
    #[serde(rename = "excluded")]
    Excluded,
}

/// One difference between the start and the end of a cycle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// On which side.
    pub end: End,
    /// Which field; `None` when the whole record was made or deleted.
    pub field: Option<FieldId>,
    /// The value before; unknown where there was no record.
    pub before: Value,
    /// The value after; unknown where there is no record.
    pub after: Value,
    /// What made it.
    pub cause: Cause,
}

/// What made a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cause {
    /// The mapping at this index of [`syncc_compiler::ir::Program::mappings`].
    Mapping(usize),
    /// The rule at this index of [`syncc_compiler::ir::Program::rules`], by this part.
    Rule(usize, Part),
    /// A person, who asked for just this: never the engine.
    Person,
}

/// A rule that changed something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Fired {
    /// The index of the rule in the program.
    pub rule: usize,
    /// By which of its parts.
    pub part: Part,
}

/// The parts of a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// The condition holds, so the effects were made true.
    Then,
    /// The condition fails, so the effects were made false.
    Undo,
    /// Kept from the other side: the condition was made true or false.
    OtherWay,
}
