//! The practice apps' clock: the machine's time plus what a test moved it forward; or a time that somebody sets by hand.
//!
//! A sync token dies seven days after its full sync. Nobody waits that long in a test, so the clock can be moved.
//! It only moves forward, and never while a request is being answered: a request reads it once. A clock that is set by
//! hand stands still between two settings, so that the same story is told the same way each time.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};

/// A clock that both practice apps share.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    ahead_seconds: AtomicI64,
    /// What time it is, if that is said by hand.
    by_hand: Mutex<Option<Timestamp>>,
}

impl Clock {
    /// A clock that is set by hand.
    pub(crate) fn by_hand(now: Timestamp) -> Self {
        Self { ahead_seconds: AtomicI64::new(0), by_hand: Mutex::new(Some(now)) }
    }

    /// The present moment as the practice apps see it.
    pub(crate) fn now(&self) -> Timestamp {
        let ahead = SignedDuration::from_secs(self.ahead_seconds.load(Ordering::SeqCst));
        let now = self.by_hand.lock().unwrap_or_else(PoisonError::into_inner).unwrap_or_else(Timestamp::now);
        now.checked_add(ahead).unwrap_or(now)
    }

    /// Moves the clock forward by whole seconds.
    pub(crate) fn advance(&self, seconds: u32) {
        self.ahead_seconds.fetch_add(i64::from(seconds), Ordering::SeqCst);
    }

    /// Says what time it is. From now on the clock stands until this is said again.
    pub(crate) fn set(&self, now: Timestamp) {
        *self.by_hand.lock().unwrap_or_else(PoisonError::into_inner) = Some(now);
    }
}
