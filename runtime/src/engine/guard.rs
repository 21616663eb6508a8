//! Guards: what a plan must not do without being told that it is meant.

use serde::{Deserialize, Serialize};
use syncc_compiler::{
    ir::{End, Program},
    value::Value,
};

use super::{Change, Facts, Outcome, sum::Sum};

/// Below this many contacts no number of changes is suspicious.
const FEW: usize = 20;

/// Why a plan is not carried out unless somebody says that it is meant.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "guard")]
pub enum Guard {
    /// A side with linked records has none left, and the other side has some.
    EmptySide {
        /// Which side.
        end: End,
        /// How many of its records were linked.
        linked: usize,
    },
    /// Too much of one kind at once.
    TooMany {
        /// On which side.
        end: End,
        /// Of what.
        what: What,
        /// How many contacts.
        count: usize,
        /// How many are allowed: the greater of 20 and a tenth of the linked contacts.
        limit: usize,
        /// How many contacts are linked.
        linked: usize,
    },
    /// Every linked record of a side changed since the last run.
    AllChanged {
        /// Which side.
        end: End,
        /// How many records.
        linked: usize,
    },
    /// The account behind a side is another one than at the last run.
    OtherAccount {
        /// Which side.
        end: End,
    },
    /// The rules changed since they were last planned, and change contacts.
    RulesChanged,
    /// Nobody has looked at a plan since what is remembered was restored from a backup or adopted.
    Unplanned,
}

/// What there can be too much of. Each counts contacts, not fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// Something is taken away: an element of a set, or all that a field holds.
    Removal,
    /// The record is deleted.
    Deletion,
    /// A value is replaced by another.
    Overwrite,
}

impl Guard {
    /// The name on the command line: `--allow empty-side`.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::EmptySide { .. } => "empty-side",
            Self::TooMany { what: What::Removal, .. } => "removals",
            Self::TooMany { what: What::Deletion, .. } => "deletions",
            Self::TooMany { what: What::Overwrite, .. } => "overwrites",
            Self::AllChanged { .. } => "all-changed",
            Self::OtherAccount { .. } => "other-account",
            Self::RulesChanged => "rules-changed",
            Self::Unplanned => "unplanned",
        }
    }

    /// All names.
    pub const NAMES: [&'static str; 8] = [
        "empty-side",
        "removals",
        "deletions",
        "overwrites",
        "all-changed",
        "other-account",
        "rules-changed",
        "unplanned",
    ];

    /// The sentence for people, with the names that the file uses for its ends.
    #[must_use]
    pub fn message(&self, program: &Program) -> String {
        let name = |end: &End| &program.side(*end).name;
        match self {
            Self::EmptySide { end, linked } => format!(
                "`{}` has no contacts any more, and {linked} of them were linked. Is it the right account, and may it still be read?",
                name(end)
            ),
            Self::TooMany { end, what, count, limit, linked } => format!(
                "{} in `{}`. With {linked} linked contacts, up to {limit} at once go without asking.",
                match what {
                    What::Removal => format!("{count} contacts would lose a value or a tag"),
                    What::Deletion => format!("{count} contacts would be deleted"),
                    What::Overwrite => format!("{count} contacts would have a value replaced by another"),
                },
                name(end)
            ),
            Self::AllChanged { end, linked } => format!(
                "all {linked} linked contacts in `{}` changed since the last run. Did an import or a clean-up touch all of them?",
                name(end)
            ),
            Self::OtherAccount { end } => format!(
                "`{}` is another account than at the last run. What is linked belongs to the old one.",
                name(end)
            ),
            Self::RulesChanged => {
                "the rules changed since they were last planned, and this run would change contacts.".to_owned()
            }
            Self::Unplanned => {
                "what is remembered was restored from a backup or adopted, and nobody has looked at a plan since."
                    .to_owned()
            }
        }
    }
}

/// What there can be too much of, in the order in which it is told.
pub(super) const KINDS: [What; 3] = [What::Deletion, What::Removal, What::Overwrite];

/// The guards that a plan trips, in a fixed order. `sum` is all of it: what is planned, and what is at rest.
#[must_use]
pub fn guards(sum: &Sum, facts: &Facts) -> Vec<Guard> {
    let mut guards = Vec::new();
    for end in End::BOTH {
        let linked = sum.linked_ever[end.index()];
        let meant = facts.emptied[end.index()];
        if linked > 0 && !meant && sum.present[end.index()] == 0 && sum.present[end.other().index()] > 0 {
            guards.push(Guard::EmptySide { end, linked });
        }
    }
    let writes = sum.writes > 0;
    for end in End::BOTH {
        let linked = sum.relevant;
        if writes && linked > FEW && sum.changed[end.index()] == linked {
            guards.push(Guard::AllChanged { end, linked });
        }
    }
    for (nth, what) in KINDS.into_iter().enumerate() {
        let count = |end: End| sum.too_much[end.index()].get(nth).copied().unwrap_or_default();
        guards.extend(End::BOTH.into_iter().filter_map(|end| above(end, what, count(end), sum.pairs)));
    }
    if facts.rules_changed && !facts.first && writes {
        guards.push(Guard::RulesChanged);
    }
    if facts.unplanned && writes {
        guards.push(Guard::Unplanned);
    }
    guards
}

/// The guards that too much of one kind trips. `counts`: how much there is of it on each side, left first; `pairs`: how many
/// are linked.
pub(crate) fn too_many(counts: [usize; 2], what: What, pairs: usize) -> Vec<Guard> {
    End::BOTH.into_iter().filter_map(|end| above(end, what, counts[end.index()], pairs)).collect()
}

fn above(end: End, what: What, count: usize, pairs: usize) -> Option<Guard> {
    let limit = FEW.max(pairs / 10);
    (count > limit).then_some(Guard::TooMany { end, what, count, limit, linked: pairs })
}

pub(super) fn does(outcome: &Outcome, end: End, what: What) -> bool {
    let gone = outcome.end[end.index()].is_none();
    outcome.changes.iter().filter(|change| change.end == end).any(|change| match change.field {
        None => what == What::Deletion && gone,
        Some(_) => kind_of(change) == Some(what),
    })
}

/// What a changed field counts as; nothing when it only gained.
fn kind_of(change: &Change) -> Option<What> {
    match (&change.before, &change.after) {
        (Value::Unknown | Value::Empty, _) => None,
        (_, Value::Unknown | Value::Empty) => Some(What::Removal),
        (Value::Set(before), Value::Set(after)) => {
            before.elements().iter().any(|element| !after.has(element)).then_some(What::Removal)
        }
        _ => Some(What::Overwrite),
    }
}
