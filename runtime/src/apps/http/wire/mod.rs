//! Requests and their answers: logins, waiting, trying again, and what errors mean.

mod accounts;
mod budget;
mod clock;
mod retry;
mod sender;
mod verdict;

pub use accounts::Accounts;
pub use budget::Pace;
pub(crate) use sender::{Call, Effect, Sender, method};
