//! Many homes, and what they add up to.

use std::collections::BTreeMap;

use super::{
    draw::draw,
    plan::{Does, Plan},
    run::{DiskError, Ran, run},
};
use crate::{pool, seeds::Failure};

/// What many homes add up to.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// How many there were.
    pub seeds: u64,
    /// What happened in them, and how often.
    pub happened: BTreeMap<String, u64>,
    /// Seeds that broke each promise.
    pub broken: BTreeMap<&'static str, Vec<u64>>,
}

/// Runs these seeds on so many threads. What went wrong comes back by seed.
///
/// # Errors
/// The first seed that cannot be run.
pub fn many(seeds: std::ops::Range<u64>, threads: usize) -> Result<(Tally, Vec<Failure>), DiskError> {
    let (mut tally, mut failures) = (Tally::default(), Vec::new());
    let one = |seed: u64| {
        let plan = draw(seed);
        run(&plan).map(|ran| (plan, ran))
    };
    pool::each(seeds, threads, one, |seed, (plan, ran): (Plan, Ran)| {
        tally.add(&plan, &ran);
        if !ran.violations.is_empty() {
            failures.push(Failure { seed, violations: ran.violations });
        }
    })?;
    failures.sort_by_key(|failure| failure.seed);
    Ok((tally, failures))
}

impl Tally {
    fn add(&mut self, plan: &Plan, ran: &Ran) {
        self.seeds += 1;
        let mut count = |what: &str| *self.happened.entry(what.to_owned()).or_default() += 1;
        for round in plan.epochs.iter().flatten() {
            let during = round.during.iter().map(|(_, deed)| deed);
            for deed in round.before.iter().chain(during) {
                count(match deed.does {
                    Does::Make { .. } => "somebody is made",
                    Does::Set { .. } => "a field is written",
                    Does::Delete => "somebody is deleted",
                    Does::Rename => "a file gets another name",
                    Does::Swap => "two files exchange their names",
                    Does::Shuffle => "another order",
                    Does::Save(_) => "saved in another way",
                    Does::Vanish => "a file or folder is elsewhere",
                });
            }
        }
        for line in &ran.story {
            match line {
                line if line.starts_with("> a run made") => count("runs that went through"),
                line if line.starts_with("> a run stopped") => count("runs that a guard stopped"),
                line if line.starts_with("> a run gave up") => count("runs that gave up"),
                line if line.starts_with("> a run is gone") => count("runs that were killed"),
                _ => {}
            }
        }
        for violation in &ran.violations {
            let seeds = self.broken.entry(violation.promise.words()).or_default();
            if seeds.last() != Some(&plan.seed) {
                seeds.push(plan.seed);
            }
        }
    }

    /// As a table for people.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = format!("| What | How many |\n| --- | ---: |\n| seeds | {} |\n", self.seeds);
        self.happened.iter().for_each(|(what, count)| text.push_str(&format!("| {what} | {count} |\n")));
        for (promise, seeds) in &self.broken {
            let some: Vec<_> = seeds.iter().take(8).map(ToString::to_string).collect();
            text.push_str(&format!("| {promise} | {} broken (seeds {}) |\n", seeds.len(), some.join(", ")));
        }
        text
    }
}
