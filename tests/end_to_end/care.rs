//! What is treated with care: what is paused, what waits, what is in conflict, kept, restored and forgotten.

mod adopt;
mod audit;
mod backup;
mod columns;
mod conflicts;
mod deleted;
mod forged;
mod forget;
mod lists;
mod looked_at;
mod moved_up;
mod pause;
mod put_back;
mod retry;
mod rows;
mod status;
mod undone;
mod unreadable;
mod why;
