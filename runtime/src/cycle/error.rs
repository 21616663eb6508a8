//! Why a cycle did not end.

use syncc_compiler::ir::End;
use thiserror::Error;

use crate::{
    apps::AppError,
    engine::Guard,
    store::{Pause, StoreError},
};

/// Why a cycle stopped. What was confirmed until then stays, and the next cycle goes on from there.
#[derive(Debug, Error)]
pub enum CycleError {
    /// A side could not be read.
    #[error("{name} could not be read: {error}")]
    Side {
        /// Which end.
        end: End,
        /// Its name in the file.
        name: String,
        /// Why.
        error: AppError,
    },
    /// Neither side could be read. Why, left first.
    #[error("{}\n{}", .0[0], .0[1])]
    Both(Box<[CycleError; 2]>),
    /// The plan would do more than it may without being asked. Name and reason of each guard.
    #[error("nothing was written.{}\nLook at it with `{}`.", .0.iter().map(|(name, why)| format!("\n  {why} If that is meant, add --allow {name}")).collect::<String>(), look(.0))]
    Guards(Vec<(String, String)>),
    /// Nobody agreed to a first sync.
    #[error(
        "nothing was written: it is the first sync of these two, and nobody agreed to it. Look at `syncc plan`, then type `syncc run --once`, \
         or add --yes"
    )]
    NotApproved,
    /// There is nothing to compare: what is linked belongs to the account that there was before.
    #[error(
        "nothing was compared: `{0}` is another account than at the last run, and what is linked belongs to the old one. \
         Look at what a run would make of that with `syncc plan --allow other-account`"
    )]
    OtherAccount(String),
    /// Somebody paused the connection.
    #[error("paused since {} ({}): nothing is read or written until `syncc resume`", .0.since.strftime("%Y-%m-%d %H:%M UTC"), .0.why)]
    Paused(Pause),
    /// A saved plan was made by other rules.
    #[error(
        "nothing was written: the rules are others than those that this plan was made by. Make a new plan with `syncc plan --out FILE`"
    )]
    OtherRules,
    /// A person cannot be erased while it is not known what became of a write.
    #[error(
        "a write to this contact was not answered yet: run once, so that it is known what became of it, and forget then"
    )]
    Unanswered,
    /// Something could not be remembered.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// How a person looks at what guards stopped. A plan reads both sides, and stops before it reads another account as well.
fn look(guards: &[(String, String)]) -> &'static str {
    let another = guards.iter().any(|(name, _)| *name == Guard::OtherAccount { end: End::Left }.name());
    if another { "syncc plan --allow other-account" } else { "syncc plan" }
}
