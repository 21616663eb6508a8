//! What happened in a home, for people.

use super::{plan::Plan, run::Ran};

/// The story of a plan.
#[must_use]
pub fn tell(plan: &Plan, ran: &Ran) -> String {
    let right = if plan.cards { "a folder of cards" } else { "a list" };
    let mut text = format!("seed {}: a list (ids: {:?}) and {right}\n\n{}\n", plan.seed, plan.ids, plan.rules.text());
    ran.story.iter().for_each(|line| text.push_str(&format!("{line}\n")));
    ran.violations.iter().for_each(|broken| text.push_str(&format!("\nBROKEN: {broken}\n")));
    text
}
