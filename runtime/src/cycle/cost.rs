//! What a cycle costs on one side: how many requests, and how long they take at least.

use std::time::Duration;

use crate::apps::{App, Calls};

/// The requests of one side, as long as nothing changes until then and the app refuses nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Requests that ask what changed.
    pub asking: u64,
    /// Requests that write, and that read back what was written.
    pub writing: u64,
    /// The shortest time in which the limits that the app documents let them through.
    pub pace: Duration,
}

impl Cost {
    /// What it costs to ask an app what changed, and to send these requests.
    pub(super) fn of(app: &dyn App, writing: &Calls) -> Self {
        let asking = app.asking();
        let mut all = asking.clone();
        all.join(writing);
        Self { asking: asking.count(None), writing: writing.count(None), pace: app.pace(&all) }
    }

    /// All requests together.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.asking + self.writing
    }

    /// How long it takes where each answer takes this long: they are sent one after the other.
    #[must_use]
    pub fn time(&self, per_call: Duration) -> Duration {
        let answering = per_call.saturating_mul(u32::try_from(self.calls()).unwrap_or(u32::MAX));
        self.pace.max(answering)
    }
}
