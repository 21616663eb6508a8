//! The apps of files in a made-up home: a list that a spreadsheet saves, and a folder of cards or a second list, edited by
//! people as they edit files.
//!
//! The worlds of [`crate::scenario`] and [`crate::wired`] have apps that answer requests. Files have no such app: whole lists are
//! saved anew, rows change places, cards get other names or exchange them, a folder is elsewhere for a while. Here the apps of the
//! runtime work on real files. A [`plan`] is drawn from a seed, [`run`] plays it with the real cycle, engine and store, kills runs
//! and fills the disk between two writes of the store, and after each epoch, when nothing moves any more, [`judge`] holds what
//! the files say against what people did.
//!
//! Promises:
//! - What counts is what the files hold, read by nothing of the runtime.
//! - Who is who is told by a field that people never edit: its value is another one for every person.
//! - What people did is decided by the seed alone. The times of files are those of this machine.

mod book;
mod cards;
pub mod draw;
mod home;
mod judge;
mod list;
pub mod many;
pub mod plan;
pub mod run;
pub mod story;
