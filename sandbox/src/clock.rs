//! The practice apps' clock: the machine's time plus what a test moved it forward.
//!
//! A sync token dies seven days after its full sync. Nobody waits that long in a test, so the clock can be moved.
//! It only moves forward, and never while a request is being answered: a request reads it once.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp};

/// A clock that both practice apps share.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    ahead_seconds: AtomicI64,
}

impl Clock {
    /// The present moment as the practice apps see it.
    pub(crate) fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_secs(self.ahead_seconds.load(Ordering::SeqCst));
        let now = Timestamp::now();
        now.checked_add(ahead).unwrap_or(now)
    }

    /// Moves the clock forward by whole seconds.
    pub(crate) fn advance(&self, seconds: u32) {
        self.ahead_seconds.fetch_add(i64::from(seconds), Ordering::SeqCst);
    }
}
