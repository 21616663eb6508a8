//! How fast requests may be sent: no more than an app documents, in any window of time.
//!
//! Promise: of the requests that entered, no more than the budget's lie within any span of its seconds, wherever it
//! begins. A bucket that refills evenly would let twice as many through around the moment at which it was full.

use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use jiff::Timestamp;

use crate::{
    apps::{Calls, http::manifest::Budget},
    world::World,
};

/// Keeps one account to one budget, for as long as it lives.
#[derive(Debug)]
pub struct Pace {
    rule: Budget,
    /// When the last requests entered, oldest first: no more than the budget has.
    entered: Mutex<VecDeque<Timestamp>>,
}

impl Pace {
    /// Nothing was sent yet.
    #[must_use]
    pub fn new(rule: Budget) -> Self {
        Self { rule, entered: Mutex::default() }
    }

    /// Waits until a request of this method may be sent.
    pub async fn enter(&self, method: &str, world: &World) {
        if self.rule.method.as_deref().is_some_and(|counted| counted != method) {
            return;
        }
        while let Some(wait) = self.take(world.clock.now()) {
            world.clock.sleep(wait).await;
        }
    }

    /// When the last of these requests may be sent, if they are sent as fast as may be and none was before.
    pub(crate) fn least(&self, calls: &Calls) -> Duration {
        let before_the_last = calls.count(self.rule.method.as_deref()).saturating_sub(1);
        let spans = before_the_last / u64::from(self.rule.requests.max(1));
        Duration::from_secs(spans.saturating_mul(self.rule.seconds.into()))
    }

    /// Lets a request in; otherwise says when the next one may come.
    fn take(&self, now: Timestamp) -> Option<Duration> {
        let most = usize::try_from(self.rule.requests.max(1)).unwrap_or(usize::MAX);
        let span = Duration::from_secs(self.rule.seconds.into());
        // Each change of the queue is whole, also when somebody else panics.
        let mut entered = self.entered.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that was set back: nobody waits for the old time to come again.
        entered.iter_mut().filter(|then| **then > now).for_each(|then| *then = now);
        if entered.len() >= most
            && let Some(oldest) = entered.front()
        {
            let passed = Duration::try_from(now.duration_since(*oldest)).unwrap_or_default();
            if passed < span {
                // One millisecond more, so that the app's clock does not round the two into one window.
                return Some(span.saturating_sub(passed) + Duration::from_millis(1));
            }
            entered.pop_front();
        }
        entered.push_back(now);
        None
    }
}

#[cfg(test)]
mod test {
    use super::*;

    fn pace() -> Pace {
        Pace::new(Budget { method: None, requests: 60, seconds: 60 })
    }

    #[test]
    fn a_budget_is_there_at_once_and_then_again_when_its_time_is_over() {
        let start = Timestamp::UNIX_EPOCH;
        let pace = pace();
        assert!((0..60).all(|_| pace.take(start).is_none()));
        let wait = pace.take(start).expect("it is used up");
        assert!(wait > Duration::from_secs(60) && wait < Duration::from_millis(60_010), "{wait:?}");
        // However long nothing is sent, no more gather than fit.
        let later = start + Duration::from_secs(86_400);
        assert_eq!((0..200).filter(|_| pace.take(later).is_none()).count(), 60);
    }

    #[test]
    fn no_window_wherever_it_begins_holds_more_than_the_budget() {
        let pace = pace();
        let mut now = Timestamp::UNIX_EPOCH;
        let mut sent = Vec::new();
        // Uneven steps, so that windows begin everywhere.
        for step in 0..2_000_u64 {
            now += Duration::from_millis(step * 7_919 % 1_500);
            if pace.take(now).is_none() {
                sent.push(now);
            }
        }
        assert!(sent.len() > 500, "it lets requests through: {}", sent.len());
        for (at, first) in sent.iter().enumerate() {
            let within = sent.iter().skip(at).take_while(|then| then.duration_since(*first).as_secs() < 60).count();
            assert!(within <= 60, "{within} from {first}");
        }
    }

    #[test]
    fn a_clock_that_is_set_back_costs_one_span_at_most() {
        let pace = pace();
        let late = Timestamp::UNIX_EPOCH + Duration::from_secs(1_000_000);
        assert!((0..60).all(|_| pace.take(late).is_none()));
        let back = Timestamp::UNIX_EPOCH;
        let wait = pace.take(back).expect("it is used up");
        assert!(wait < Duration::from_secs(61), "{wait:?}");
        assert_eq!(pace.take(back + wait), None);
    }

    #[test]
    fn what_fits_into_a_budget_does_not_wait_and_the_rest_comes_a_span_later_each() {
        let pace =
            |method: Option<&str>| Pace::new(Budget { method: method.map(str::to_owned), requests: 60, seconds: 60 });
        let posts = pace(Some("POST"));
        let mut calls = Calls::of("POST", 60);
        calls.add("GET", 500);
        assert_eq!(posts.least(&calls), Duration::ZERO);
        calls.add("POST", 45);
        assert_eq!(posts.least(&calls), Duration::from_secs(60));
        assert_eq!(pace(None).least(&calls), Duration::from_secs(600));
    }
}
