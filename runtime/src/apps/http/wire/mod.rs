//! Requests and their answers: logins, waiting, trying again, and what errors mean.

mod budget;
mod clock;
mod retry;
mod sender;
mod verdict;

pub use budget::Pace;
pub(crate) use sender::{Call, Effect, Sender, method};
