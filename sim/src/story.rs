//! A run as a story that a person can read.

use std::fmt::Write as _;

use crate::{
    event::{Change, What},
    oracle::Violation,
    run::Ran,
    scenario::Scenario,
};

/// The story of a run: what the apps are like, what happened, numbered, and what was wrong with it.
#[must_use]
pub fn tell(scenario: &Scenario, ran: &Ran, violations: &[Violation]) -> String {
    let mut text = String::new();
    // Writing into a string cannot fail.
    let _ = writeln!(text, "seed {}\n\n{}", scenario.seed, scenario.file.trim_end());
    for (name, profile) in ["left", "right"].iter().zip(&scenario.profiles) {
        let _ = writeln!(text, "\n{name}: {}", quirks(profile));
    }
    text.push('\n');
    let state = ran.hub.state();
    let began = state.events.first().map(|event| event.at);
    for (nth, event) in state.events.iter().filter(|event| !matches!(event.what, What::Asked { .. })).enumerate() {
        let since = began.map(|began| event.at.duration_since(began).as_secs()).unwrap_or_default();
        let indent = if event.cycle > 0 && !matches!(event.what, What::Began { .. }) { "  " } else { "" };
        let unseen = match &event.what {
            What::Changed { change: Change::Set { before, believed: Some(believed), .. }, .. }
                if before != believed =>
            {
                " (it did not know that)"
            }
            _ => "",
        };
        let _ = writeln!(text, "{:>4}. {since:>6} s  {indent}{}{unseen}", nth + 1, event.what);
    }
    for violation in violations {
        let _ = writeln!(text, "\nBROKEN: {violation}");
    }
    text
}

/// What is unlike the plainest app.
fn quirks(profile: &crate::profile::Profile) -> String {
    let (own, plain) = (serde_json::to_value(profile), serde_json::to_value(crate::profile::Profile::default()));
    let (Ok(serde_json::Value::Object(own)), Ok(serde_json::Value::Object(plain))) = (own, plain) else {
        return String::new();
    };
    let odd: Vec<_> = own
        .iter()
        .filter(|(name, value)| plain.get(*name) != Some(value))
        .map(|(name, value)| format!("{name} = {value}"))
        .collect();
    if odd.is_empty() { "an app without quirks".to_owned() } else { odd.join(", ") }
}
