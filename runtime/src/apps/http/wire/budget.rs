//! How fast requests may be sent: token buckets on the clock of the [`World`].

use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;

use crate::{apps::http::manifest::Budget, world::World};

/// One bucket: holds `requests` tokens, refilled evenly over `seconds`.
#[derive(Debug)]
pub(super) struct Bucket {
    rule: Budget,
    /// The tokens left, and when that was so.
    level: Mutex<(f64, Timestamp)>,
}

impl Bucket {
    pub(super) fn new(rule: Budget, now: Timestamp) -> Self {
        let level = Mutex::new((f64::from(rule.requests), now));
        Self { rule, level }
    }

    /// Waits until a request of this method may be sent.
    pub(super) async fn enter(&self, method: &str, world: &World) {
        if self.rule.method.as_deref().is_some_and(|counted| counted != method) {
            return;
        }
        while let Some(wait) = self.take(world.clock.now()) {
            world.clock.sleep(wait).await;
        }
    }

    /// Takes a token; otherwise says when the next one is there.
    fn take(&self, now: Timestamp) -> Option<Duration> {
        let (most, seconds) = (f64::from(self.rule.requests).max(1.0), f64::from(self.rule.seconds).max(0.001));
        let rate = most / seconds;
        // A panic elsewhere cannot leave the two numbers half changed.
        let mut level = self.level.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = now.duration_since(level.1).as_secs_f64().max(0.0);
        let tokens = (level.0 + passed * rate).min(most);
        if tokens >= 1.0 {
            *level = (tokens - 1.0, now);
            return None;
        }
        *level = (tokens, now);
        // One millisecond more, so that rounding never makes it wake too early over and over.
        Some(Duration::from_secs_f64((1.0 - tokens) / rate) + Duration::from_millis(1))
    }
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn a_bucket_gives_its_tokens_at_once_and_then_at_its_pace() {
        let start = Timestamp::UNIX_EPOCH;
        let bucket = Bucket::new(Budget { method: None, requests: 60, seconds: 60 }, start);
        assert!((0..60).all(|_| bucket.take(start).is_none()));
        let wait = bucket.take(start).expect("it is empty");
        assert!(wait > Duration::from_millis(999) && wait < Duration::from_millis(1100), "{wait:?}");
        assert_eq!(bucket.take(start + wait), None);
        assert!(bucket.take(start + wait).is_some());
        // However long nothing is sent, no more gather than fit.
        let later = start + Duration::from_secs(86_400);
        assert_eq!((0..200).filter(|_| bucket.take(later).is_none()).count(), 60);
    }
}
