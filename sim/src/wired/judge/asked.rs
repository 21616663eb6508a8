//! P10 and P8 of requests: no more than an app documents in any window of time, and no more than it takes when nothing is
//! to be done.

use jiff::{SignedDuration, Timestamp};
use syncc_compiler::ir::End;

use super::{Rest, broken};
use crate::{
    oracle::{Promise, Violation},
    wired::log::{Event, What, name},
};

/// What the manifests promise to keep to: app, method, requests, seconds.
const BUDGETS: [(End, Option<&str>, usize, i64); 3] =
    [(End::Left, Some("GET"), 90, 60), (End::Left, Some("POST"), 60, 60), (End::Right, None, 600, 60)];

pub(super) fn judge(rest: &Rest, events: &[Event], found: &mut Vec<Violation>) {
    for (end, method, most, seconds) in BUDGETS {
        let sent: Vec<(u32, Timestamp)> = events
            .iter()
            .filter(|event| {
                matches!(&event.what, What::Asked { end: of, method: how, .. }
                    if *of == end && method.is_none_or(|method| method == how))
            })
            .map(|event| (event.cycle, event.at))
            .collect();
        // Each run is a program of its own, and counts for itself.
        let windows = sent.windows(most + 1).filter_map(|window| Some((window.first()?, window.last()?)));
        let mut fast = windows.filter(|(first, last)| {
            first.0 == last.0 && last.1.duration_since(first.1) < SignedDuration::from_secs(seconds)
        });
        if let Some((first, _)) = fast.next() {
            let how = format!("{} got more than {most} requests in {seconds} s, in run {}", name(end), first.0);
            found.push(broken(Promise::Budget, how));
        }
    }
    let idle: Vec<String> = events
        .get(rest.idle..rest.end)
        .unwrap_or_default()
        .iter()
        .filter_map(|event| match &event.what {
            What::Asked { method, target, .. } => {
                Some(format!("{method} {}", target.split('?').next().unwrap_or_default()))
            }
            _ => None,
        })
        .collect();
    let least = |asked: &String| {
        asked == "GET /v1/people/me" || asked == "GET /v1/people/me/connections" || asked.ends_with("/users")
    };
    if rest.reached && rest.gave_up.is_none() && (idle.len() > 3 || !idle.iter().all(least)) {
        found.push(broken(Promise::Quiescence, format!("a run with nothing to do asked for {idle:?}")));
    }
}
