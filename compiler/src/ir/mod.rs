//! The rule IR: one `.sync` file as a run needs it.
//!
//! Every field is an index into its side, every constant is interned, every condition tests atoms. A
//! program is serialisable, so that one machine can run what another has checked; [`VERSION`] changes
//! whenever the meaning of a serialised program does.

mod condition;
mod effect;
mod mapping;
mod program;
mod show;
mod show_value;
mod test_case;
mod truth;
mod whole;

pub use condition::{Atom, Condition, Test};
pub use effect::{Effect, OtherWay, Rule};
pub use mapping::{Direction, Lens, Mapping, NamePart, Origin, Piece};
pub use program::{Arrow, IrField, MatchTier, Prefer, Program, Side, VERSION};
pub use show_value::show_value;
pub use test_case::{Expectation, TestCase, Tests};
pub use truth::has;

use serde::{Deserialize, Serialize};

/// Which end of the `sync` line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum End {
    /// The end on the left of the arrow.
    Left,
    /// The end on the right of the arrow.
    Right,
}

impl End {
    /// Both ends, left first.
    pub const BOTH: [Self; 2] = [Self::Left, Self::Right];

    /// The other end.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Left => Self::Right,
            Self::Right => Self::Left,
        }
    }

    /// 0 for left, 1 for right: an index into pairs.
    #[must_use]
    pub fn index(self) -> usize {
        match self {
            Self::Left => 0,
            Self::Right => 1,
        }
    }
}

macro_rules! index {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u32);

        impl $name {
            /// The index as one.
            #[must_use]
            pub fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

index! {
    /// A field of a side: an index into [`Side::fields`].
    FieldId
}
index! {
    /// A constant: an index into [`Program::constants`].
    ConstId
}
index! {
    /// An atom: an index into [`Program::atoms`].
    AtomId
}
