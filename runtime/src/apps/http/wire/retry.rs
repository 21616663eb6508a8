//! When to try again: as the app says, else after an exponential time with full jitter.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::Duration,
};

use jiff::{Timestamp, fmt::rfc2822};

use crate::world::{Response, World};

/// How often one request is sent at most.
pub(super) const TRIES: u32 = 5;
/// The longest wait; an app that asks for more is asked again in the next cycle.
pub(super) const LONGEST: Duration = Duration::from_secs(120);
/// The first exponential wait, before jitter.
const FIRST: Duration = Duration::from_secs(1);
/// What a repetition costs, and what an account starts with. Each success earns one.
const COST: i64 = 10;
const PURSE: i64 = 300;

/// How many repetitions an account can still afford. So an app that is down is not hammered by each request anew.
#[derive(Debug)]
pub(super) struct Purse(AtomicI64);

impl Default for Purse {
    fn default() -> Self {
        Self(AtomicI64::new(PURSE))
    }
}

impl Purse {
    /// Notes a success.
    pub(super) fn earn(&self) {
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |coins| Some((coins + 1).min(PURSE)));
    }

    /// Pays for a repetition, if there is enough.
    pub(super) fn pay(&self) -> bool {
        let pay = |coins: i64| (coins >= COST).then_some(coins - COST);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, pay).is_ok()
    }
}

/// The wait before try number `tried + 1`: full jitter over 1, 2, 4 … seconds.
pub(super) fn backoff(tried: u32, world: &World) -> Duration {
    let most = FIRST.saturating_mul(2_u32.saturating_pow(tried.saturating_sub(1))).min(LONGEST);
    // 32 random bits are enough to spread waits.
    let share = f64::from(u32::try_from(world.chance.bits() & 0xffff_ffff).unwrap_or(u32::MAX)) / f64::from(u32::MAX);
    most.mul_f64(share)
}

/// What the app asks to wait (RFC 9110 10.2.3): seconds, or a date.
pub(super) fn retry_after(response: &Response, now: Timestamp) -> Option<Duration> {
    let text = response.header("retry-after")?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let at = rfc2822::parse(text).ok()?.timestamp();
    Some(Duration::try_from(at.duration_since(now)).unwrap_or_default())
}

#[cfg(test)]
mod test {
    use super::*;

    fn answer(retry_after: &str) -> Response {
        Response { status: 429, headers: vec![("retry-after".to_owned(), retry_after.to_owned())], body: Vec::new() }
    }

    #[test]
    fn the_app_says_how_long_to_wait_in_seconds_or_as_a_date() {
        let now: Timestamp = "2026-01-05T10:00:00Z".parse().expect("a time");
        assert_eq!(retry_after(&answer("17"), now), Some(Duration::from_secs(17)));
        assert_eq!(retry_after(&answer("Mon, 05 Jan 2026 10:00:30 GMT"), now), Some(Duration::from_secs(30)));
        assert_eq!(retry_after(&answer("Mon, 05 Jan 2026 09:00:00 GMT"), now), Some(Duration::ZERO), "it has passed");
        assert_eq!(retry_after(&answer("soon"), now), None);
    }

    #[test]
    fn repetitions_are_paid_for_and_successes_earn_them_back() {
        let purse = Purse::default();
        assert_eq!((0..100).filter(|_| purse.pay()).count(), 30);
        (0..COST).for_each(|_| purse.earn());
        assert!(purse.pay() && !purse.pay());
    }
}
