//! Meaning to effect: the engine, the store, the apps, and the cycle that joins them.
//!
//! What this crate promises:
//! - [`engine`] is pure: no I/O, no clock, no randomness. The same input gives the same plan. So are
//!   [`testing`], [`replay`] and [`diff`].
//! - Everything that waits, draws a random number or opens a socket goes through [`world::World`].
//! - [`store`] remembers observations and links, never pending work, but for the journal of writes in flight.
//! - Nothing is written that the plan did not show, and no create is ever sent twice.

pub mod apps;
pub mod cycle;
pub mod diff;
pub mod engine;
pub mod eval;
pub mod replay;
pub mod store;
pub mod testing;
pub mod workspace;
pub mod world;
