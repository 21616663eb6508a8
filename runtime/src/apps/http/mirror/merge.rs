//! Putting together what is told about one record.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value as Json};

use crate::apps::http::{lens::PARTIAL, manifest::Collects, path::text};

/// The place in [`Times`] of the last time that the whole record was told.
const WHOLE: &str = "";

/// When each member of a record was last told.
pub(in crate::apps::http) type Times = BTreeMap<String, Timestamp>;

/// Something that was told about one record.
#[derive(Clone, Debug)]
pub(in crate::apps::http) struct Told {
    /// Which record.
    pub(in crate::apps::http) id: String,
    /// When it was so.
    pub(in crate::apps::http) at: Timestamp,
    /// Whether this is the whole record, so that what it does not have is empty.
    pub(in crate::apps::http) whole: bool,
    /// Members that stay as they are where a whole record lacks them: whoever told it never shows them.
    pub(in crate::apps::http) spared: Vec<String>,
    /// The record, or what changed.
    pub(in crate::apps::http) members: Map<String, Json>,
    /// What was known, and since when, before this was asked for. It is older than the answer whatever the clocks of
    /// the two machines say. Nothing for what the app told on its own.
    pub(in crate::apps::http) asked_at: Times,
}

/// What is known of a record, and since when. A record of which not every member was told is marked so.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Known {
    pub(super) record: Map<String, Json>,
    pub(super) times: Times,
}

impl Known {
    /// A record of which nothing is known.
    pub(super) fn nothing() -> Self {
        let record = Map::from_iter([(PARTIAL.to_owned(), Json::Bool(true))]);
        Self { record, times: Times::new() }
    }

    /// Takes in what was told. Each member is as it was told last, whatever the order in which it arrives; the
    /// elements of the collected list add up, those that count.
    pub(super) fn take(&mut self, told: &Told, collects: &Collects) {
        for (member, value) in &told.members {
            if *member == collects.member {
                self.collect(value, collects);
            } else if self.is_news(member, told) {
                self.record.insert(member.clone(), value.clone());
                self.date(member, told.at);
            }
        }
        if told.whole {
            // What the whole record does not have is gone, unless it was told later.
            let mut members: Vec<String> = self.record.keys().chain(self.times.keys()).cloned().collect();
            members.retain(|member| {
                let lacks = !told.members.contains_key(member) && !told.spared.contains(member);
                lacks && *member != collects.member && member != PARTIAL && member != WHOLE
            });
            for member in members {
                if self.is_news(&member, told) {
                    self.record.shift_remove(&member);
                    self.date(&member, told.at);
                }
            }
            for member in &told.spared {
                self.times.entry(member.clone()).or_insert(Timestamp::UNIX_EPOCH);
            }
            let whole = self.times.entry(WHOLE.to_owned()).or_insert(told.at);
            *whole = told.at.max(*whole);
            self.record.shift_remove(PARTIAL);
        }
    }

    /// Whether what is told of a member is newer than what is known: what was told of the member itself, or of the
    /// whole record, which told of each member that it has none or which one.
    fn is_news(&self, member: &str, told: &Told) -> bool {
        let since = |times: &Times| times.get(member).or_else(|| times.get(WHOLE)).copied();
        let known = since(&self.times);
        known.is_none_or(|known| told.at >= known) || known == since(&told.asked_at)
    }

    /// A member is as old as what was told of it last; never older than what it took the place of.
    fn date(&mut self, member: &str, at: Timestamp) {
        let known = self.times.get(member).or_else(|| self.times.get(WHOLE)).copied();
        self.times.insert(member.to_owned(), known.map_or(at, |known| known.max(at)));
    }

    fn collect(&mut self, told: &Json, collects: &Collects) {
        let counts =
            |event: &&Json| event.get(&collects.kind).and_then(text).is_some_and(|kind| collects.keep.contains(&kind));
        let events = told.as_array().map(Vec::as_slice).unwrap_or_default().iter().filter(counts);
        let known = self.record.entry(collects.member.clone()).or_insert_with(|| Json::Array(Vec::new()));
        if let Json::Array(known) = known {
            for event in events {
                if !known.contains(event) {
                    known.push(event.clone());
                }
            }
        }
    }
}

#[cfg(test)]
mod test {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn an_answer_is_newer_than_what_was_known_when_it_was_asked_for_whatever_the_clocks_say() {
        let mut known = Known::nothing();
        known.take(&told(100, true, json!({ "tags": ["vip"], "city": "Rome" })), &collects());
        let asked_at = known.times.clone();
        // While the answer was on its way the app told of the city on its own.
        known.take(&told(101, false, json!({ "city": "Oslo" })), &collects());
        let answer = Told { asked_at, ..told(97, true, json!({ "tags": [], "city": "Rome" })) };
        known.take(&answer, &collects());
        assert_eq!((&known.record["tags"], &known.record["city"]), (&json!([]), &json!("Oslo")));
        // What the app tells later of the member still counts, and what it told before does not.
        known.take(&told(99, false, json!({ "tags": ["old"] })), &collects());
        assert_eq!(known.record["tags"], json!([]));
        known.take(&told(102, false, json!({ "tags": ["new"] })), &collects());
        assert_eq!(known.record["tags"], json!(["new"]));
    }

    fn collects() -> Collects {
        Collects { member: "activities".into(), kind: "type".into(), keep: vec!["deleted".into(), "opted_out".into()] }
    }

    fn told(second: i64, whole: bool, members: Json) -> Told {
        let Json::Object(members) = members else { panic!("an object") };
        Told {
            id: "1".into(),
            at: Timestamp::from_second(second).expect("a time"),
            whole,
            spared: vec!["agent".into()],
            members,
            asked_at: Times::new(),
        }
    }

    fn known(all: &[Told]) -> Json {
        let mut known = Known::nothing();
        for told in all {
            known.take(told, &collects());
        }
        Json::Object(known.record)
    }

    #[test]
    fn a_part_changes_what_it_names_and_nothing_else() {
        let whole = told(1, true, json!({"id": "1", "email": "a@x.example", "city": "Kona"}));
        let part = told(2, false, json!({"id": "1", "city": "Hilo"}));
        assert_eq!(known(&[whole, part]), json!({"id": "1", "email": "a@x.example", "city": "Hilo"}));
    }

    #[test]
    fn what_a_whole_record_lacks_is_gone_unless_it_never_shows_it() {
        let first = told(1, true, json!({"id": "1", "city": "Kona", "agent": "Ben"}));
        assert_eq!(known(&[first, told(2, true, json!({"id": "1"}))]), json!({"id": "1", "agent": "Ben"}));
    }

    #[test]
    fn a_record_of_which_only_a_part_was_told_says_so() {
        assert_eq!(known(&[told(2, false, json!({"id": "1"}))]), json!({PARTIAL: true, "id": "1"}));
    }

    #[test]
    fn of_the_events_those_stay_that_count_each_once() {
        let first = told(1, false, json!({"activities": [{"type": "visited"}, {"type": "opted_out", "created": "x"}]}));
        let again = told(2, false, json!({"activities": [{"type": "opted_out", "created": "x"}, {"type": "deleted"}]}));
        let known = known(&[first, again]);
        assert_eq!(known["activities"], json!([{"type": "opted_out", "created": "x"}, {"type": "deleted"}]));
    }

    proptest! {
        #[test]
        fn the_order_in_which_things_arrive_does_not_matter(
            order in Just(vec![0_usize, 1, 2, 3]).prop_shuffle(), whole in 0..4_usize,
        ) {
            let all: Vec<Told> = (0..4_usize).map(|at| {
                let name = if at % 2 == 0 { "email" } else { "city" };
                told(i64::try_from(at).expect("small"), at == whole, json!({"id": "1", name: at.to_string()}))
            }).collect();
            let shuffled: Vec<Told> = order.into_iter().map(|at| all[at].clone()).collect();
            prop_assert_eq!(known(&shuffled), known(&all));
        }
    }
}
