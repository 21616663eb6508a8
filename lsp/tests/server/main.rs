//! The language server as an editor meets it: through messages, in process and as a process.

#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test stops at the first thing that is not as it should be"
)]

mod capabilities;
mod editor;
mod encodings;
mod endurance;
mod fixtures;
mod folder;
mod order;
