//! From a long scenario that breaks a promise to a short one that breaks the same.

use crate::{
    oracle::Promise,
    planted::Planted,
    profile::Profile,
    run,
    scenario::{Round, Scenario},
};

/// How many shorter scenarios are tried at most.
const TRIES: usize = 1_500;

/// A scenario that still breaks the promise, and of which nothing can be left out.
#[must_use]
pub fn shrink(scenario: &Scenario, promise: Promise, planted: Option<Planted>) -> Scenario {
    let mut best = scenario.clone();
    let mut left = TRIES;
    loop {
        let mut smaller = false;
        // The candidates are made anew after each success, because they are made of what is left.
        let mut at = 0;
        while let Some(candidate) = candidates(&best).into_iter().nth(at) {
            if left == 0 {
                return best;
            }
            left -= 1;
            if candidate != best && breaks(&candidate, promise, planted) {
                best = candidate;
                smaller = true;
            } else {
                at += 1;
            }
        }
        if !smaller {
            return best;
        }
    }
}

fn breaks(scenario: &Scenario, promise: Promise, planted: Option<Planted>) -> bool {
    run::run(scenario, planted).is_ok_and(|ran| ran.violations.iter().any(|broken| broken.promise == promise))
}

/// Everything that could be left out, the largest first.
fn candidates(scenario: &Scenario) -> Vec<Scenario> {
    let mut all = Vec::new();
    let mut with = |change: &dyn Fn(&mut Scenario)| {
        let mut candidate = scenario.clone();
        change(&mut candidate);
        all.push(candidate);
    };
    for at in (0..scenario.rounds.len()).rev() {
        with(&|smaller| drop(smaller.rounds.remove(at)));
    }
    for side in [0, 1] {
        with(&|smaller| smaller.profiles[side] = Profile::default());
        for at in (0..scenario.people[side].len()).rev() {
            with(&|smaller| drop(smaller.people[side].remove(at)));
        }
    }
    for (at, round) in scenario.rounds.iter().enumerate() {
        let mut change = |change: &dyn Fn(&mut Round)| {
            with(&|smaller| {
                if let Some(round) = smaller.rounds.get_mut(at) {
                    change(round);
                }
            });
        };
        change(&|round| {
            *round = Round { wait: round.wait, before: std::mem::take(&mut round.before), ..Round::default() };
        });
        change(&|round| round.before.clear());
        (0..round.before.len()).for_each(|nth| change(&|round| drop(round.before.remove(nth))));
        (0..round.during.len()).for_each(|nth| change(&|round| drop(round.during.remove(nth))));
        (0..round.faults.len()).for_each(|nth| {
            change(&|round| {
                round.faults.remove(nth);
            })
        });
        change(&|round| round.crash = None);
        change(&|round| round.full_disk = None);
        change(&|round| round.allow = false);
        change(&|round| round.look = false);
        change(&|round| round.trouble = None);
        change(&|round| round.rival = None);
    }
    with(&|smaller| smaller.disk = false);
    with(&|smaller| smaller.undo = None);
    for side in [0, 1] {
        let plain = Profile::default();
        let mut quirk = |change: &dyn Fn(&mut Profile)| with(&|smaller| change(&mut smaller.profiles[side]));
        quirk(&|profile| profile.incremental = plain.incremental);
        quirk(&|profile| profile.cursor_life = None);
        quirk(&|profile| profile.page = plain.page);
        quirk(&|profile| profile.list_lag = 0);
        quirk(&|profile| profile.search_lag = 0);
        quirk(&|profile| profile.client_ids = false);
        quirk(&|profile| profile.versions = true);
        quirk(&|profile| profile.dated = true);
        quirk(&|profile| profile.skew = 0);
        quirk(&|profile| profile.batch = 1);
        quirk(&|profile| profile.trims = false);
        quirk(&|profile| profile.respells_phones = false);
        quirk(&|profile| profile.cuts_at = None);
        quirk(&|profile| profile.refuses = None);
        quirk(&|profile| profile.tells_merges = false);
        quirk(&|profile| profile.says_when = true);
        quirk(&|profile| profile.quota = None);
        for (at, cells) in scenario.people[side].iter().enumerate() {
            for field in cells.keys() {
                with(&|smaller| {
                    if let Some(cells) = smaller.people[side].get_mut(at) {
                        cells.remove(field);
                    }
                });
            }
        }
    }
    all
}
