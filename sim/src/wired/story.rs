//! A run as a story that a person can read.

use std::fmt::Write as _;

use super::{log::What, plan::Plan, run::Ran};
use crate::oracle::Violation;

/// The story of a run: the file, what happened, numbered, and what was wrong with it.
#[must_use]
pub fn tell(plan: &Plan, ran: &Ran, violations: &[Violation]) -> String {
    let mut text = String::new();
    // Writing into a string cannot fail.
    let _ = writeln!(text, "seed {}\n\n{}\n", plan.seed, plan.file.trim_end());
    let _ = writeln!(text, "our clock is {} s ahead; messages: {:?}\n", plan.skew, plan.post);
    let state = ran.net.state();
    let began = state.events.first().map(|event| event.at);
    for (nth, event) in state.events.iter().enumerate() {
        let since = began.map(|began| event.at.duration_since(began).as_millis()).unwrap_or_default();
        let indent = if event.cycle > 0 && !matches!(event.what, What::Began { .. }) { "  " } else { "" };
        let _ = writeln!(text, "{:>4}. {:>8}.{:03} s  {indent}{}", nth + 1, since / 1000, since % 1000, event.what);
    }
    for violation in violations {
        let _ = writeln!(text, "\nBROKEN: {violation}");
    }
    text
}
