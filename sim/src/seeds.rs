//! Many seeds on all cores, and what they add up to.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::{
    draw::draw,
    event::{Ending, What},
    oracle::{Promise, Violation},
    planted::Planted,
    pool,
    run::{Ran, RunError, run},
};

/// What many seeds add up to.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Tally {
    /// How many seeds were run, each of them twice.
    pub seeds: u64,
    /// How many cycles, and how many of them went through.
    pub cycles: u64,
    /// Cycles that went through.
    pub went_through: u64,
    /// Cycles that a guard stopped.
    pub guarded: u64,
    /// Cycles that gave up, because an app or the disk failed.
    pub gave_up: u64,
    /// Times the program was killed.
    pub killed: u64,
    /// How much time went by in the made-up worlds, in seconds.
    pub simulated_seconds: u64,
    /// Requests to the apps.
    pub requests: u64,
    /// Changes that people made.
    pub edits: u64,
    /// Changes that we made.
    pub writes: u64,
    /// Times a second run was started on the same store.
    pub rivals: u64,
    /// Cycles whose writes were undone.
    pub undos: u64,
    /// Times each thing went wrong.
    pub faults: BTreeMap<String, u64>,
    /// Seeds that broke each promise.
    pub broken: BTreeMap<String, Vec<u64>>,
}

/// A seed that broke promises.
#[derive(Clone, Debug)]
pub struct Failure {
    /// Which seed.
    pub seed: u64,
    /// How.
    pub violations: Vec<Violation>,
}

/// Runs a seed twice.
///
/// # Errors
/// When it cannot be run at all.
pub fn one(seed: u64, planted: Option<Planted>) -> Result<Ran, RunError> {
    let scenario = draw(seed);
    let mut ran = run(&scenario, planted)?;
    let again = run(&scenario, planted)?;
    if again.trace != ran.trace {
        let how = format!("the two runs are {} and {}", ran.trace, again.trace);
        ran.violations.push(Violation { promise: Promise::Repeatable, how });
    }
    Ok(ran)
}

/// Runs these seeds on as many threads. `progress` is told of each one that is done: how many that makes, and how it
/// broke promises, if it did.
///
/// # Errors
/// The first seed that cannot be run.
pub fn many(
    seeds: std::ops::Range<u64>,
    threads: usize,
    planted: Option<Planted>,
    progress: &(dyn Fn(u64, Option<&Failure>) + Sync),
) -> Result<(Tally, Vec<Failure>), RunError> {
    let (mut tally, mut failures) = (Tally::default(), Vec::new());
    pool::each(
        seeds,
        threads,
        |seed| one(seed, planted),
        |seed, ran| {
            tally.add(seed, &ran);
            let failure = (!ran.violations.is_empty()).then_some(Failure { seed, violations: ran.violations });
            progress(tally.seeds, failure.as_ref());
            failures.extend(failure);
        },
    )?;
    failures.sort_by_key(|failure| failure.seed);
    tally.broken.values_mut().for_each(|seeds| seeds.sort_unstable());
    Ok((tally, failures))
}

impl Tally {
    fn add(&mut self, seed: u64, ran: &Ran) {
        self.seeds += 1;
        let state = ran.hub.state();
        if let (Some(first), Some(last)) = (state.events.first(), state.events.last()) {
            self.simulated_seconds += last.at.duration_since(first.at).as_secs().unsigned_abs();
        }
        for event in &state.events {
            match &event.what {
                What::Changed { by: crate::event::By::Person, .. } => self.edits += 1,
                What::Changed { .. } => self.writes += 1,
                What::Asked { .. } => self.requests += 1,
                What::Struck { fault, .. } => *self.faults.entry(fault.words().to_owned()).or_default() += 1,
                What::DiskFull => *self.faults.entry("the disk is full".to_owned()).or_default() += 1,
                What::Crashed { .. } => self.killed += 1,
                What::Began { .. } => self.cycles += 1,
                What::Ended(Ending::Well { .. }) => self.went_through += 1,
                What::Ended(Ending::Guarded(_)) => self.guarded += 1,
                What::Ended(Ending::Failed(_)) => self.gave_up += 1,
                What::Ended(Ending::Killed) => {}
                What::Rival { .. } => self.rivals += 1,
                What::Undoes { .. } => self.undos += 1,
            }
        }
        for violation in &ran.violations {
            let seeds = self.broken.entry(violation.promise.words().to_owned()).or_default();
            if seeds.last() != Some(&seed) {
                seeds.push(seed);
            }
        }
    }
}
