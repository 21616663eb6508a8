//! What is treated with care: what is paused, what waits, what is in conflict, kept, restored and forgotten.

mod lists;
mod pause;
