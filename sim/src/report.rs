//! What many seeds add up to, for people.

use std::{fmt::Write as _, time::Duration};

use crate::{oracle::Promise, seeds::Tally};

/// The report as Markdown.
#[must_use]
pub fn markdown(tally: &Tally, first: u64, took: Duration) -> String {
    let mut text = String::new();
    let last = first + tally.seeds.saturating_sub(1);
    // Writing into a string cannot fail.
    let mut row = |name: &str, value: String| {
        let _ = writeln!(text, "| {name} | {value} |");
    };
    row("What", "How many".to_owned());
    row("---", "---:".to_owned());
    row("seeds, each run twice", format!("{} ({first} to {last})", tally.seeds));
    row("simulated hours", (tally.simulated_seconds / 3_600).to_string());
    row("cycles", tally.cycles.to_string());
    row("of which went through", tally.went_through.to_string());
    row("of which a guard stopped", tally.guarded.to_string());
    row("of which gave up", tally.gave_up.to_string());
    row("of which were killed", tally.killed.to_string());
    row("requests", tally.requests.to_string());
    row("changes by people", tally.edits.to_string());
    row("changes by syncc", tally.writes.to_string());
    row("second runs on the same store", tally.rivals.to_string());
    row("undos", tally.undos.to_string());
    for (fault, count) in &tally.faults {
        row(&format!("fault: {fault}"), count.to_string());
    }
    for promise in Promise::ALL {
        let broken = tally.broken.get(promise.words()).map(Vec::as_slice).unwrap_or_default();
        let some: Vec<_> = broken.iter().take(8).map(ToString::to_string).collect();
        let seeds = if broken.is_empty() { String::new() } else { format!(" (seeds {} …)", some.join(", ")) };
        row(promise.words(), format!("{} broken{seeds}", broken.len()));
    }
    let _ = writeln!(text, "\nTook {} s.", took.as_secs());
    text
}
