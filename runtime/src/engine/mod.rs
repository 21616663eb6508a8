//! Pure: what becomes of pairs. Evaluate, match, merge three ways, plan. No I/O, no clock, no randomness.

mod pair;

pub use pair::{Base, Cause, Change, Fired, Outcome, Pair, Part, Status};
