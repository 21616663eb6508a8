//! What the files have to say when everything is at rest, by what people did since they were at rest before.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    book::{Fields, MINE, PLAIN},
    home::{Done, PATHS, Side},
    plan::Rules,
};
use crate::oracle::{Promise, Violation};

/// One rest, and the one before.
pub(super) struct Rest<'a> {
    pub(super) rules: Rules,
    pub(super) before: &'a [Side; 2],
    pub(super) now: &'a [Side; 2],
    pub(super) done: &'a Done,
    pub(super) muddled: &'a BTreeSet<String>,
    pub(super) mine: &'a [BTreeMap<String, String>; 2],
}

impl Rest<'_> {
    /// What is not as it has to be.
    pub(super) fn judge(&self) -> Vec<Violation> {
        let mut broken = Vec::new();
        let all: BTreeSet<&String> = self.before.iter().chain(self.now).flat_map(Side::keys).collect();
        let all = all.into_iter().chain(self.done.made.iter().flatten()).collect::<BTreeSet<_>>();
        for who in all.into_iter().filter(|who| !who.is_empty() && !self.muddled.contains(*who)) {
            self.one(who, &mut |promise, how| broken.push(Violation { promise, how: format!("{who}: {how}") }));
        }
        broken
    }

    fn is(&self, at: usize, who: &str) -> Option<&Fields> {
        self.now[at].get(who)?.first()
    }

    fn was(&self, at: usize, who: &str) -> bool {
        self.before[at].contains_key(who)
    }

    fn one(&self, who: &str, broken: &mut dyn FnMut(Promise, String)) {
        let Done { made, deleted, edits } = self.done;
        for at in [0, 1] {
            let count = self.now[at].get(who).map_or(0, Vec::len);
            if count > 1 {
                broken(Promise::OneCreate, format!("is {count} times in {}", PATHS[at]));
            }
            if let (Some(fields), Some(mine)) = (self.is(at, who), self.mine[at].get(who)) {
                let has = fields.get(MINE).map_or("", String::as_str);
                if has != mine {
                    broken(Promise::Frame, format!("“{mine}” of {} is “{has}” now", PATHS[at]));
                }
            }
        }
        let there = [0, 1].map(|at: usize| self.is(at, who).is_some());
        let goes = |at: usize| at == 0 || self.rules != Rules::Right;
        let edited = |at: usize| edits.iter().any(|((of, _), values)| of == who && !values[at].is_empty());
        for (at, other) in [(0, 1), (1, 0)] {
            let (was, gone) = (self.was(at, who) || made[at].contains(who), deleted[at].contains(who));
            let (was_other, gone_other) =
                (self.was(other, who) || made[other].contains(who), deleted[other].contains(who));
            let name = PATHS[at];
            if gone && made.iter().all(|made| made.contains(who)) {
                // Whether the two were known as one by then is anybody's guess.
            } else if gone && there[at] {
                broken(Promise::NoResurrection, format!("was deleted in {name}, and is there"));
            } else if was && !gone && !there[at] {
                let takes_along = self.rules == Rules::Deletes && (gone_other || !was_other);
                if !takes_along {
                    broken(Promise::Deletions, format!("is not in {name} any more, and nobody deleted it there"));
                }
            } else if was && gone_other && !gone && there[at] {
                let takes_along = self.rules == Rules::Deletes && was_other && !edited(at);
                if takes_along {
                    broken(Promise::Convergence, format!("was deleted in {}, and is still in {name}", PATHS[other]));
                }
            } else if !was && !gone && there[at] && (self.was(other, who) || !goes(other)) {
                broken(Promise::NoResurrection, format!("was alone in {}, and was made in {name}", PATHS[other]));
            } else if !was && !there[at] && made[other].contains(who) && !gone_other && goes(other) && !gone {
                broken(Promise::Convergence, format!("is new in {}, and was not made in {name}", PATHS[other]));
            }
        }
        if there == [true, true] && !deleted.iter().any(|deleted| deleted.contains(who)) {
            self.values(who, broken);
        }
    }

    /// The fields of a pair.
    fn values(&self, who: &str, broken: &mut dyn FnMut(Promise, String)) {
        let value = |side: &Side, field: &str| {
            let text = side.get(who).and_then(|rows| rows.first()?.get(field)).map_or("", String::as_str);
            plain(field, text)
        };
        let none = [Vec::new(), Vec::new()];
        let edits = |field: &str| self.done.edits.get(&(who.to_owned(), field.to_owned())).unwrap_or(&none);
        for field in PLAIN.into_iter().chain(["email"]) {
            let given = edits(field);
            let now = [0, 1].map(|at: usize| value(&self.now[at], field));
            let was = [0, 1].map(|at: usize| value(&self.before[at], field));
            let last = [0, 1].map(|at: usize| given[at].last().map(|value| plain(field, value)));
            if self.rules == Rules::Right {
                let left = last[0].clone().unwrap_or_else(|| was[0].clone());
                if now[0] != left {
                    broken(Promise::NoLostEdit, format!("{field} of left is “{}”, and should be “{left}”", now[0]));
                }
                let mut may: Vec<String> = last[1].iter().chain(&last[0]).cloned().collect();
                // What somebody took back before a run saw it is no edit.
                if last[1].is_none() && last[0].as_ref().is_none_or(|last| *last == was[0]) {
                    may.push(was[1].clone());
                }
                if !may.contains(&now[1]) {
                    broken(Promise::NoLostEdit, format!("{field} of right is “{}”, and may be {may:?}", now[1]));
                }
                continue;
            }
            if now[0] != now[1] {
                let both = format!("{field} is “{}” in left and “{}” in right", now[0], now[1]);
                broken(Promise::Convergence, both);
                continue;
            }
            let other_name = match field {
                "given_name" => edits("family_name"),
                "family_name" => edits("given_name"),
                _ => &none,
            };
            // A name is one thing: who wins with one part of it may win with the other.
            let as_it_was = match &last {
                [None, None] => true,
                [Some(_), None] => !other_name[1].is_empty(),
                [None, Some(_)] => !other_name[0].is_empty(),
                [Some(_), Some(_)] => !other_name.iter().all(Vec::is_empty),
            };
            let mut may: Vec<&String> = last.iter().flatten().collect();
            if as_it_was {
                may.extend(&was);
            }
            if !may.contains(&&now[0]) {
                broken(Promise::NoLostEdit, format!("{field} is “{}”, and may be {may:?}", now[0]));
            }
        }
    }
}

/// A value as it counts: of a phone number its digits.
fn plain(field: &str, value: &str) -> String {
    if field != "phone" {
        return value.to_owned();
    }
    let digits: String = value.chars().filter(char::is_ascii_digit).collect();
    if digits.len() == 10 { format!("1{digits}") } else { digits }
}
