//! Text to tree: the `.sync` grammar, its syntax tree and its parser.
//!
//! What this crate promises:
//! - Parsing never fails and never panics, whatever the bytes. It returns a tree and a list of errors.
//! - A broken statement never hides the errors of the next one: [`fn@split`] cuts the file into statements
//!   first, [`fn@statement`] then reads each piece alone.
//! - Spans inside a statement are relative to that statement, so that an edit above it changes nothing
//!   in it. Only [`Piece::span`] is absolute.
//! - [`fn@format`] lays a file out in the one way, and never changes what it says.
//! - It knows nothing of apps, fields or types, and does no I/O.

mod allowance;
mod build;
mod characters;
mod decode;
mod error;
mod explain;
mod format;
mod keyword;
mod limits;
mod parser;
mod plain;
mod resync;
mod scan;
mod split;
mod strict;
pub mod tree;

pub use allowance::{Allowance, allowance};
pub use decode::{Decoded, decode};
pub use error::{Fix, SyntaxError, SyntaxErrorKind};
pub use format::format;
pub use split::{Comment, MAX_FILE, Piece, Skeleton, cut_behind, file_errors, split};
pub use strict::{by_grammar, statement};
pub use tree::Statement;
