//! Many worlds with the real apps, and what they add up to.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{
    draw::draw,
    log::What,
    plan::How,
    run::{Ran, WiredError, broken, run},
};
use crate::{event::By, oracle::Promise, planted::Planted, pool, seeds::Failure};

/// What many worlds add up to.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// How many were run, each twice.
    pub seeds: u64,
    /// Each thing that happened, and how often.
    pub happened: BTreeMap<String, u64>,
    /// Seeds that broke each promise.
    pub broken: BTreeMap<&'static str, Vec<u64>>,
}

/// Runs a seed twice.
///
/// # Errors
/// When it cannot be run at all.
pub fn one(seed: u64, planted: Option<Planted>) -> Result<Ran, WiredError> {
    let plan = draw(seed);
    let mut ran = run(&plan, planted)?;
    let again = run(&plan, planted)?;
    if again.trace != ran.trace {
        let how = format!("the two runs are {} and {}", ran.trace, again.trace);
        ran.violations.push(broken(Promise::Repeatable, how));
    }
    Ok(ran)
}

/// Runs these seeds on so many threads. What went wrong comes back by seed.
///
/// # Errors
/// The first seed that cannot be run.
pub fn many(
    seeds: std::ops::Range<u64>,
    threads: usize,
    planted: Option<Planted>,
) -> Result<(Tally, Vec<Failure>), WiredError> {
    let (mut tally, mut failures) = (Tally::default(), Vec::new());
    pool::each(
        seeds,
        threads,
        |seed| one(seed, planted),
        |seed, ran| {
            tally.add(seed, &ran);
            if !ran.violations.is_empty() {
                failures.push(Failure { seed, violations: ran.violations });
            }
        },
    )?;
    failures.sort_by_key(|failure| failure.seed);
    tally.broken.values_mut().for_each(|seeds| seeds.sort_unstable());
    Ok((tally, failures))
}

impl Tally {
    fn add(&mut self, seed: u64, ran: &Ran) {
        self.seeds += 1;
        for event in &ran.net.state().events {
            let what = match &event.what {
                What::Asked { struck, outcome, .. } => {
                    let fault = match struck {
                        Some(How::Unreached) => Some("no connection"),
                        Some(How::Half) => Some("half an answer"),
                        Some(How::Parrot) => Some("a login said back"),
                        _ => None,
                    };
                    if let Some(fault) = fault {
                        *self.happened.entry(format!("fault: {fault}")).or_default() += 1;
                    }
                    *self.happened.entry(format!("answer: {outcome}")).or_default() += 1;
                    "requests"
                }
                What::Did { .. } => "acts of people",
                What::Changed { by: By::Syncc, .. } => "contacts changed by syncc",
                What::Changed { .. } => "contacts changed by people",
                What::Lost { .. } => "messages lost",
                What::Came { .. } => "messages taken",
                What::Rotated(_) => "logins changed",
                What::Began { .. } => "runs",
                What::Killed(_) => "runs killed",
                What::Ended { well: true, .. } => "runs that went through",
                What::Ended { .. } | What::Quiet => continue,
            };
            *self.happened.entry(what.to_owned()).or_default() += 1;
        }
        for violation in &ran.violations {
            let seeds = self.broken.entry(violation.promise.words()).or_default();
            if seeds.last() != Some(&seed) {
                seeds.push(seed);
            }
        }
    }

    /// As a table for people.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = format!("| What | How many |\n| --- | ---: |\n| seeds, each run twice | {} |\n", self.seeds);
        for (what, count) in &self.happened {
            // Writing into a string cannot fail.
            let _ = writeln!(text, "| {what} | {count} |");
        }
        for (promise, seeds) in &self.broken {
            let some: Vec<_> = seeds.iter().take(8).map(ToString::to_string).collect();
            let _ = writeln!(text, "| {promise} | {} broken (seeds {}) |", seeds.len(), some.join(", "));
        }
        text
    }
}
