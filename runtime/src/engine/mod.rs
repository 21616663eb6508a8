//! Pure: what becomes of pairs. Evaluate, match, merge three ways, plan. No I/O, no clock, no randomness.
//!
//! The exact meaning of a cycle is in `docs/semantics.md`; the numbers of its points are named where they are kept.
//! - [`Engine`] prepares a program once; [`Engine::cycle`] takes one pair to its fixed point.
//! - [`Columnar`] tells of many pairs at once which rules hold, and for which pairs a cycle has nothing to do.
//! - [`Row`] tells which rules hold for one pair, for whoever has just that one.
//! - [`plan()`] matches every contact of both sides, runs a cycle on each pair, counts, and checks the guards.

mod agree;
mod columns;
mod counts;
mod cycle;
mod decide;
mod fitted;
mod guard;
mod lens;
mod matching;
mod merge;
mod merge_names;
mod merge_sets;
mod name;
mod pair;
mod plan;
mod prepared;
mod scope;
mod settle;
mod sum;
mod truth;

pub(crate) use agree::{Agreement, fields_of};
pub use columns::{Columnar, Columns, Matches, Row};
pub use counts::Counts;
pub use cycle::MOST_STEPS;
pub(crate) use fitted::Fitted;
pub(crate) use guard::too_many;
pub use guard::{Guard, What, guards};
pub(crate) use matching::keys;
pub use matching::{Known, Linked};
pub use name::Name;
pub use pair::{Base, Cause, Change, Fired, Outcome, Pair, Part, Status};
pub use plan::{AtRest, Facts, Held, Item, Kind, Plan, plan};
pub use prepared::Engine;
pub(crate) use settle::more_mail;
pub(crate) use sum::count;
pub use sum::{Rest, Sum};
