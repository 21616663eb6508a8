//! Fields of records: reading them from an app's JSON, and writing them back into it.
//!
//! Laws, held by property tests:
//! - What was put is got again.
//! - Putting what was got changes no byte.
//! - Putting changes the place of the field and nothing else, but for what the app itself derives from it.
//!
//! One reading is not free: the elements of a list come from one list, so that a record without a main email has no
//! other emails either. Clearing the main one makes the next one the main one, as in the app itself.

mod list;
mod object;
mod place;
mod read;

#[cfg(test)]
mod law_test;

pub(crate) use object::{Fields, Ids};
pub(crate) use place::{Lens, NAME};

/// The member that marks a record of which not every field is known. Never sent.
pub(crate) const PARTIAL: &str = "syncc:partial";
