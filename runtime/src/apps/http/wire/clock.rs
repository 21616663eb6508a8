//! The clock of an app, as its answers tell it.
//!
//! What an app tells on its own it dates by its own clock. What it answers is held against that, so it has to be dated by
//! the same clock, however wrong ours is.

use std::sync::atomic::{AtomicI64, Ordering};

use jiff::{SignedDuration, Timestamp, fmt::rfc2822};

use crate::world::Response;

/// Nothing was heard yet.
const SILENT: i64 = i64::MIN;

/// No clock is off by more than this: a date farther away is none.
const MOST: SignedDuration = SignedDuration::from_hours(24);

/// How far the clock of an app is ahead of ours, in milliseconds.
#[derive(Debug)]
pub(super) struct AppClock(AtomicI64);

impl Default for AppClock {
    fn default() -> Self {
        Self(AtomicI64::new(SILENT))
    }
}

impl AppClock {
    /// An answer came just now. An answer that took long makes the app's clock look behind by as much, never ahead.
    pub(super) fn hear(&self, answer: &Response, now: Timestamp) {
        let date = answer.header("date").and_then(|text| rfc2822::parse(text.trim()).ok());
        let ahead = date.map(|date| date.timestamp().duration_since(now)).filter(|ahead| ahead.abs() <= MOST);
        if let Some(ahead) = ahead.and_then(|ahead| i64::try_from(ahead.as_millis()).ok()) {
            self.0.store(ahead, Ordering::Relaxed);
        }
    }

    /// How far it is ahead, if an answer told.
    pub(super) fn ahead(&self) -> Option<SignedDuration> {
        let ahead = self.0.load(Ordering::Relaxed);
        (ahead != SILENT).then(|| SignedDuration::from_millis(ahead))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test stops where it cannot go on")]

    use super::*;

    fn ahead_after(dates: &[&str]) -> Option<i64> {
        let clock = AppClock::default();
        let now: Timestamp = "2026-11-22T12:00:00.5Z".parse().unwrap();
        for date in dates {
            let headers = vec![("date".to_owned(), (*date).to_owned())];
            clock.hear(&Response { status: 200, headers, body: Vec::new() }, now);
        }
        clock.ahead().map(|ahead| i64::try_from(ahead.as_millis()).unwrap())
    }

    #[test]
    fn an_answer_tells_the_time_and_what_is_no_time_tells_nothing() {
        assert_eq!(ahead_after(&[]), None);
        assert_eq!(ahead_after(&["Sun, 22 Nov 2026 12:00:30 GMT"]), Some(29_500));
        assert_eq!(ahead_after(&["Sun, 22 Nov 2026 11:59:30 GMT"]), Some(-30_500));
        assert_eq!(ahead_after(&["noon", ""]), None);
        // A clock that nobody set.
        assert_eq!(ahead_after(&["Sun, 22 Nov 2026 12:00:30 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"]), Some(29_500));
    }
}
