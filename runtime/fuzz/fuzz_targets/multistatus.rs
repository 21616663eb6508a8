//! Any bytes through the door `multistatus` of `runtime/tests/hostile/entries.rs`, which says what must hold.
#![no_main]

#[path = "../../tests/hostile/entries.rs"]
#[allow(dead_code, reason = "each target goes through one door")]
mod entries;
#[path = "../../tests/side/mod.rs"]
mod side;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| entries::multistatus(bytes));
