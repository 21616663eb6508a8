//! Tree to meaning: app schemas, names, types, checks and the rule IR.
//!
//! What this crate promises:
//! - No I/O, no clock, no randomness, no protocol: everything it needs is handed in.
//! - [`ir::Program`] is all a run needs: every field an index, every constant interned, every condition
//!   tests on atoms. Whoever has it never looks a name up and never parses.
//! - Every problem of a file is found in one run, each with a stable code.

pub mod check;
pub mod db;
pub mod diagnostic;
mod ends;
pub mod ir;
mod lint;
pub mod logic;
pub mod proof;
pub mod schema;
mod threads;
pub mod value;

pub use ends::ends;
