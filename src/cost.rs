//! What a run would cost: how many requests each side gets, about how long they take, and what that is reckoned by.

use std::{sync::Arc, time::Duration};

use serde_json::{Value as Json, json};
use syncc_compiler::ir::{End, Program};
use syncc_runtime::{cycle::Cost, world::Traffic};

use crate::{
    check::plural,
    output::{Paint, painted},
};

/// How long an app that was not asked anything is taken to need for an answer.
const ANSWER: Duration = Duration::from_millis(500);

/// The cost of a plan on both sides, left first.
pub(crate) struct Bill<'a> {
    pub(crate) program: &'a Program,
    pub(crate) costs: [Cost; 2],
    /// How long the apps took to answer a request while the plan was made, where they were asked.
    pub(crate) answering: [Option<Duration>; 2],
}

impl Bill<'_> {
    /// How long each side took to answer a request, left first.
    pub(crate) fn answering(traffic: &[Arc<Traffic>]) -> [Option<Duration>; 2] {
        [0, 1].map(|end: usize| traffic.get(end)?.per_request())
    }

    /// For people; nothing where there is nothing to write.
    pub(crate) fn text(&self) -> String {
        if self.costs.iter().all(|cost| cost.writing == 0) {
            return String::new();
        }
        let (mut sides, mut reckoned) = (Vec::new(), Vec::new());
        for end in End::BOTH {
            let (name, cost) = (&self.program.side(end).name, self.costs[end.index()]);
            if cost.calls() == 0 {
                sides.push(format!("{name} no calls"));
                continue;
            }
            let per_call = self.per_call(end);
            let calls = usize::try_from(cost.calls()).unwrap_or(usize::MAX);
            sides.push(format!("{name} {}, about {}", plural(calls, "call"), words(cost.time(per_call))));
            let slowed = cost.pace > per_call.saturating_mul(u32::try_from(calls).unwrap_or(u32::MAX));
            reckoned.push(match (slowed, self.answering[end.index()]) {
                (true, _) => format!("{name} at the pace that the app allows"),
                (false, Some(_)) => format!("{name} at {} a call, as it answered just now", fraction(per_call)),
                (false, None) => format!("{name} at {} a call, as it was not asked now", fraction(per_call)),
            });
        }
        let mut text = format!("{} {}\n", painted(Paint::Strong, "cost:"), sides.join("; "));
        if !reckoned.is_empty() {
            let basis = format!("    {}, if nothing changes and nothing is refused", reckoned.join("; "));
            text.push_str(&format!("{}\n", painted(Paint::Faint, &basis)));
        }
        text
    }

    /// For machines.
    pub(crate) fn json(&self) -> Json {
        let sides = End::BOTH.map(|end| {
            let (cost, per_call) = (self.costs[end.index()], self.per_call(end));
            json!({
                "name": self.program.side(end).name,
                "calls": cost.calls(),
                "asking": cost.asking,
                "writing": cost.writing,
                "seconds": cost.time(per_call).as_secs_f64(),
                "seconds_by_limits": cost.pace.as_secs_f64(),
                "seconds_a_call": per_call.as_secs_f64(),
                "measured": self.answering[end.index()].is_some(),
            })
        });
        let [left, right] = sides;
        json!({ "left": left, "right": right })
    }

    fn per_call(&self, end: End) -> Duration {
        self.answering[end.index()].unwrap_or(ANSWER)
    }
}

/// A length of time as people say it, no finer than they need it.
fn words(time: Duration) -> String {
    let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
    match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, 0) => format!("{minutes} min"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, 0, _) => format!("{hours} h"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// A short time with two digits that count.
fn fraction(time: Duration) -> String {
    match time.as_millis() {
        0 => "less than 1 ms".to_owned(),
        milliseconds @ 1..=99 => format!("{milliseconds} ms"),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_is_told_as_people_say_it() {
        let told = |seconds: f64| words(Duration::from_secs_f64(seconds));
        assert_eq!([told(1.2), told(60.0), told(105.0)], ["2 s", "1 min", "1 min 45 s"]);
        assert_eq!([told(3600.0), told(12_340.0)], ["1 h", "3 h 25 min"]);
        let short = |milliseconds: u64| fraction(Duration::from_millis(milliseconds));
        assert_eq!([short(0), short(7), short(250)], ["less than 1 ms", "7 ms", "0.2 s"]);
    }
}
