//! P10 and P11: what the world outside sets limits to. Requests in a time, and runs at a time.

use jiff::{SignedDuration, Timestamp};
use syncc_compiler::ir::End;

use super::{Promise, Violation};
use crate::{
    event::{Event, What},
    profile::Quota,
    run::Ran,
};

pub(super) fn judge(ran: &Ran, events: &[Event], found: &mut Vec<Violation>) {
    for end in End::BOTH {
        let quota = ran.hub.state().servers[end.index()].profile.quota;
        if let Some(how) = quota.and_then(|quota| too_fast(quota, events, end)) {
            found.push(Violation { promise: Promise::Budget, how });
        }
    }
    for event in events {
        if matches!(event.what, What::Rival { let_in: true }) {
            let how = format!("a second run was let in while cycle {} was under way", event.cycle);
            found.push(Violation { promise: Promise::OneWriter, how });
        }
    }
}

/// The first window with more requests than the app takes. Each cycle is a program of its own, and counts for itself.
fn too_fast(quota: Quota, events: &[Event], end: End) -> Option<String> {
    let asked: Vec<(u32, Timestamp)> = events
        .iter()
        .filter(|event| matches!(event.what, What::Asked { end: of, .. } if of == end))
        .map(|event| (event.cycle, event.at))
        .collect();
    let span = SignedDuration::from_secs(quota.seconds.into());
    let windows =
        asked.windows(quota.requests as usize + 1).filter_map(|window| Some((window.first()?, window.last()?)));
    windows.into_iter().find(|(first, last)| first.0 == last.0 && last.1.duration_since(first.1) < span).map(
        |((cycle, from), _)| {
            let (most, seconds) = (quota.requests, quota.seconds);
            format!("{end:?} takes {most} requests in {seconds} s, and got more from {from} on, in cycle {cycle}")
        },
    )
}
