//! What happened in order, and how it is told.

use std::fmt;

use jiff::Timestamp;
use serde_json::Value;
use syncc_compiler::ir::End;

use super::plan::{Act, How};
use crate::event::By;

/// One thing that happened.
#[derive(Clone, Debug)]
pub struct Event {
    /// When, by the clock of the apps.
    pub at: Timestamp,
    /// The run that was under way, counted from 1; 0 between runs.
    pub cycle: u32,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug)]
pub enum What {
    /// A request was sent, or was meant to be.
    Asked {
        /// To which app.
        end: End,
        /// `GET`, `POST` …
        method: String,
        /// The path and the query.
        target: String,
        /// The body, as text.
        body: String,
        /// The status of the answer, or why there is none.
        outcome: String,
        /// What went wrong with it besides what the practice app does wrong by itself.
        struck: Option<How>,
    },
    /// A person did something, or tried to.
    Did {
        /// In which app.
        end: End,
        /// What.
        act: Act,
        /// Why the app did not let them.
        refused: Option<String>,
    },
    /// A contact is not what it was.
    Changed {
        /// In which app.
        end: End,
        /// Who did it.
        by: By,
        /// Which contact.
        id: String,
        /// As the app showed it before; `None` for one that was not there.
        before: Option<Value>,
        /// As it shows it now; `None` for one that is gone.
        after: Option<Value>,
    },
    /// A message of Real Geeks is lost.
    Lost {
        /// What it said.
        body: String,
    },
    /// A message of Real Geeks came.
    Came {
        /// What it said.
        body: String,
        /// What syncc answered.
        status: u16,
    },
    /// An app takes another login from now on.
    Rotated(End),
    /// A run began.
    Began {
        /// Guards that the operator let pass.
        allowed: Vec<String>,
    },
    /// The program was killed at this step.
    Killed(u32),
    /// A run ended, in words, and whether it went through.
    Ended {
        /// Whether it went through.
        well: bool,
        /// In words.
        how: String,
    },
    /// From here on nothing goes wrong any more.
    Quiet,
}

/// The name of an end for people.
#[must_use]
pub fn name(end: End) -> &'static str {
    match end {
        End::Left => "google",
        End::Right => "realgeeks",
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Asked { end, method, target, body, outcome, struck } => {
                let short: String = target.chars().take(90).collect();
                write!(f, "{} ← {method} {short} → {outcome}", name(*end))?;
                if let Some(how) = struck {
                    write!(f, " ({how:?})")?;
                }
                if body.is_empty() { Ok(()) } else { write!(f, "\n        {body}") }
            }
            Self::Did { end, act, refused: None } => write!(f, "{}: a person does {act:?}", name(*end)),
            Self::Did { end, act, refused: Some(why) } => {
                write!(f, "{}: a person tries {act:?}: {why}", name(*end))
            }
            Self::Changed { end, by, id, before, after } => {
                let who = if *by == By::Person { "a person" } else { "syncc" };
                match (before, after) {
                    (None, Some(now)) => write!(f, "{}: {who} made {id}: {now}", name(*end)),
                    (Some(_), None) => write!(f, "{}: {who} deleted {id}", name(*end)),
                    (Some(before), Some(now)) => {
                        write!(f, "{}: {who} changed {id}", name(*end))?;
                        let all = |json: &Value| json.as_object().cloned().unwrap_or_default();
                        let (before, now) = (all(before), all(now));
                        let names: std::collections::BTreeSet<_> = before.keys().chain(now.keys()).collect();
                        for name in names.into_iter().filter(|name| before.get(*name) != now.get(*name)) {
                            let shown = |json: Option<&Value>| json.map_or("nothing".to_owned(), Value::to_string);
                            write!(f, "\n        {name}: {} → {}", shown(before.get(name)), shown(now.get(name)))?;
                        }
                        Ok(())
                    }
                    (None, None) => write!(f, "{}: {id} came and went", name(*end)),
                }
            }
            Self::Lost { body } => write!(f, "a message is lost: {body}"),
            Self::Came { body, status } => write!(f, "a message comes, answered with {status}: {body}"),
            Self::Rotated(end) => write!(f, "{} takes another login from now on", name(*end)),
            Self::Began { allowed } => {
                write!(f, "syncc run{}", allowed.iter().map(|name| format!(" --allow {name}")).collect::<String>())
            }
            Self::Killed(step) => write!(f, "syncc is killed at its step {step}"),
            Self::Ended { well: true, how } => write!(f, "done: {how}"),
            Self::Ended { well: false, how } => write!(f, "not done: {how}"),
            Self::Quiet => write!(f, "from here on nothing goes wrong any more"),
        }
    }
}
