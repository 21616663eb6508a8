//! Which contacts a condition asks for: decided exactly, with a contact that shows it.
//!
//! A field has endlessly many values, but the tests of a file tell only finitely many kinds of them apart: equal to
//! this constant, between these two numbers, starting with this text. [`regions`] finds the kinds and a value
//! of each; [`solve`] looks for one value a field that makes conditions true and false as wanted.
//!
//! Promise: [`Answer::Never`] is certain, a [`Contact`] is one that can be, and what would take too long to tell is
//! [`Answer::Unclear`], never a guess.

mod contact;
pub(crate) mod regions;
mod solve;
mod spelling;
#[cfg(test)]
mod tests;

pub use contact::{Contact, Presence};
pub use regions::sample;
pub use solve::{Answer, Wanted, contact, each_atom, holds};
