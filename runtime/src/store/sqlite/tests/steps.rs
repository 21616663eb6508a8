//! Random lives of a connection: the store and the model go through the same steps, and agree on
//! everything after each of them. The program ends and starts again in between.

use std::{collections::BTreeMap, fmt};

use proptest::{collection::vec, option, prelude::*};
use syncc_compiler::{
    ir::End,
    value::{Address, Consent, Number, Text, Value},
};
use tempfile::TempDir;
use uuid::Uuid;

use super::model::{Model, Refusal};
use crate::{
    apps::{Handed, Observed},
    store::{EntryId, EntryState, LinkId, NamedRecord, NewEntry, RunId, Settled, Sqlite, Store},
};

#[derive(Clone, Debug)]
enum Step {
    Identity(End, String),
    Emptied(End),
    BeginListing(End),
    Observe(End, Vec<Observed>),
    EndListing(End, bool, Option<String>, Vec<Handed>),
    SetCursor(End, Option<String>),
    Settle(Vec<Settled>),
    Unlink(i64),
    Plan(NewEntry),
    Sent(prop::sample::Index),
    Confirm(prop::sample::Index, Observed),
    Fail(prop::sample::Index),
    Unknown(prop::sample::Index),
    Reopen,
}

fn end() -> impl Strategy<Value = End> {
    prop_oneof![Just(End::Left), Just(End::Right)]
}

/// Few ids, so that they meet.
fn id() -> impl Strategy<Value = String> {
    "[a-e]"
}

fn observed() -> impl Strategy<Value = Observed> {
    let time = option::of((1_i64..4).prop_map(|second| jiff::Timestamp::new(second, 500).unwrap()));
    let parts = (id(), option::of("v[0-9]"), vec(any::<u8>(), 0..4), any::<bool>(), time, vec(id(), 0..2));
    parts.prop_map(|(id, version, raw, deleted, edited, aliases)| Observed {
        id,
        version,
        raw,
        deleted,
        edited,
        aliases,
    })
}

fn value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Unknown),
        Just(Value::Empty),
        ".{1,8}".prop_map(|text| Value::Text(Text::keyed(text.as_str(), &text.to_lowercase()))),
        any::<f64>().prop_map(|number| Number::new(number).map_or(Value::Empty, Value::Number)),
        any::<bool>().prop_map(Value::Bool),
        vec("[a-zA-Z ]{1,4}", 1..4).prop_map(|set| Value::set(set.into_iter().map(Text::plain))),
        vec("[a-zA-Z ]{1,4}", 1..4).prop_map(|set| {
            Value::set(set.into_iter().map(|text| Text::keyed(text.as_str(), &text.to_lowercase())))
        }),
        "Empty|Unknown|null|false".prop_map(|text| Value::Text(Text::plain(text))),
        any::<u16>().prop_map(|days| Value::Date(
            jiff::civil::date(1900, 1, 1).saturating_add(jiff::Span::new().days(i64::from(days)))
        )),
        ".{1,8}".prop_map(|city| Value::Address(Box::new(Address { city, ..Address::default() }))),
        Just(Value::Consent(Consent::Unsubscribed)),
    ]
}

fn record() -> impl Strategy<Value = NamedRecord> {
    prop::collection::btree_map(".{1,4}", value(), 0..4)
}

fn settled() -> impl Strategy<Value = Settled> {
    ([id(), id()], [option::of(record()), option::of(record())]).prop_map(|(ids, base)| Settled {
        ids,
        base,
        how: None,
    })
}

fn write() -> impl Strategy<Value = NewEntry> {
    let parts = (any::<u128>(), end(), option::of(id()), option::of(id()), any::<bool>(), record());
    parts.prop_map(|(op, end, target, partner, deletes, payload)| {
        let op = Uuid::from_u128(op);
        NewEntry { op, end, deletes: deletes && target.is_some(), target, partner, payload, lines: Vec::new() }
    })
}

/// Each id is given up once and taken once; who is left without one gets one of nobody.
fn handed() -> impl Strategy<Value = Vec<Handed>> {
    let orders =
        (Just(vec!["a", "b", "c", "d", "e"]).prop_shuffle(), Just(vec!["a", "b", "c", "d", "e"]).prop_shuffle());
    (orders, 0_usize..4, any::<bool>()).prop_map(|((former, now), many, left)| {
        let now = &now[..many];
        let former = &former[..many];
        let moved = former.iter().zip(now).filter(|(former, now)| former != now);
        let moved: Vec<(String, String)> =
            moved.map(|(former, now)| ((*former).to_owned(), (*now).to_owned())).collect();
        let is_left = |id: &String| left && !moved.iter().any(|(_, now)| now == id);
        let gone = moved.iter().filter(|(_, now)| !moved.iter().any(|(former, _)| former == now));
        let gone = gone.map(|(_, now)| Handed { former: now.clone(), now: format!("{now}/gone"), left: false });
        let gone: Vec<_> = gone.collect();
        let handed = moved.iter().map(|(former, now)| Handed {
            former: former.clone(),
            now: now.clone(),
            left: is_left(former),
        });
        handed.chain(gone).collect()
    })
}

fn step() -> impl Strategy<Value = Step> {
    let one = any::<prop::sample::Index>;
    prop_oneof![
        1 => (end(), "[a-z]{3}").prop_map(|(end, who)| Step::Identity(end, who)),
        1 => end().prop_map(Step::Emptied),
        2 => end().prop_map(Step::BeginListing),
        6 => (end(), vec(observed(), 0..4)).prop_map(|(end, page)| Step::Observe(end, page)),
        2 => (end(), any::<bool>(), option::of("c[0-9]"), handed())
            .prop_map(|(end, all, cursor, handed)| Step::EndListing(end, all, cursor, handed)),
        1 => (end(), proptest::option::of("[ab]")).prop_map(|(end, cursor)| Step::SetCursor(end, cursor)),
        5 => vec(settled(), 1..3).prop_map(Step::Settle),
        1 => (1_i64..8).prop_map(Step::Unlink),
        3 => write().prop_map(Step::Plan),
        4 => one().prop_map(Step::Sent),
        4 => (one(), observed()).prop_map(|(entry, now)| Step::Confirm(entry, now)),
        1 => one().prop_map(Step::Fail),
        1 => one().prop_map(Step::Unknown),
        1 => Just(Step::Reopen),
    ]
}

/// A store on disk and the model of it.
struct Both {
    folder: TempDir,
    store: Option<Sqlite>,
    run: RunId,
    model: Model,
}

impl Both {
    fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let mut store = Sqlite::open(folder.path().join("contacts.db"), "contacts").unwrap();
        let run = store.begin_run("2026-11-21T21:00:00Z".parse().unwrap(), "rules").unwrap();
        Self { folder, store: Some(store), run, model: Model::default() }
    }

    /// Takes the step on both. A refused step changes neither.
    fn take(&mut self, step: &Step) {
        let Self { folder, store: slot, run, model } = self;
        if let Step::Reopen = step {
            *slot = None;
            *slot = Some(Sqlite::open(folder.path().join("contacts.db"), "contacts").unwrap());
            model.sides.iter_mut().for_each(|side| side.listing = false);
            return;
        }
        let store = slot.as_mut().unwrap();
        let before = model.clone();
        let entry = |index: &prop::sample::Index| (!before.writes.is_empty()).then(|| index.index(before.writes.len()));
        let name = |entry: usize| EntryId(i64::try_from(entry).unwrap() + 1);
        let (expected, found) = match step {
            Step::Identity(end, who) => {
                model.side(*end).identity = Some(who.clone());
                (Ok(None), store.set_identity(*end, who).map(|()| None))
            }
            Step::Emptied(end) => {
                model.side(*end).emptied = true;
                (Ok(None), store.set_emptied(*end).map(|()| None))
            }
            Step::BeginListing(end) => {
                model.begin_listing(*end);
                (Ok(None), store.begin_listing(*end).map(|()| None))
            }
            Step::Observe(end, page) => {
                model.observe(*end, page, false);
                (Ok(None), store.observe(*end, page).map(|()| None))
            }
            Step::EndListing(end, complete, cursor, handed) => {
                let cursor = cursor.as_deref();
                let found = store.end_listing(*end, *complete, cursor, handed);
                (model.end_listing(*end, *complete, cursor, handed).map(|()| None), found.map(|()| None))
            }
            Step::SetCursor(end, cursor) => {
                model.side(*end).cursor.clone_from(cursor);
                (Ok(None), store.set_cursor(*end, cursor.as_deref()).map(|()| None))
            }
            Step::Settle(settled) => {
                let last = |links: Vec<LinkId>| links.last().copied();
                (model.settle(settled).map(last), store.settle(settled).map(last))
            }
            Step::Unlink(link) => {
                model.unlink(LinkId(*link));
                (Ok(None), store.unlink(LinkId(*link)).map(|()| None))
            }
            Step::Plan(write) => {
                model.plan(write.clone());
                (Ok(None), store.journal(*run, std::slice::from_ref(write)).map(|_| None))
            }
            Step::Sent(index) => {
                let Some(entry) = entry(index) else { return };
                let found = store.sent(&[name(entry)]).map(|()| None);
                (model.advance(entry, EntryState::Sent).map(|()| None), found)
            }
            Step::Confirm(index, now) => {
                let Some(entry) = entry(index) else { return };
                (
                    model.confirm(entry, now),
                    store.confirm(name(entry), now, &NamedRecord::new(), jiff::Timestamp::UNIX_EPOCH),
                )
            }
            Step::Fail(index) => {
                let Some(entry) = entry(index) else { return };
                let found = store.fail(name(entry), "refused").map(|()| None);
                (model.advance(entry, EntryState::Failed).map(|()| None), found)
            }
            Step::Unknown(index) => {
                let Some(entry) = entry(index) else { return };
                let found = store.unknown(name(entry), "no answer").map(|()| None);
                (model.advance(entry, EntryState::Unknown).map(|()| None), found)
            }
            Step::Reopen => return,
        };
        if expected.is_err() {
            *model = before;
        }
        assert_eq!(found.map_err(|error| Refusal::of(&error)), expected);
    }

    fn agree(&self) {
        let store = self.store.as_ref().unwrap();
        for (end, side) in End::BOTH.into_iter().zip(&self.model.sides) {
            assert_eq!(store.identity(end).unwrap(), side.identity);
            assert_eq!(store.cursor(end).unwrap(), side.cursor);
            assert_eq!(store.emptied(end).unwrap(), side.emptied);
            let seen: Vec<_> = store.seen(end).unwrap().into_iter().map(|seen| seen.observed).collect();
            assert_eq!(seen, side.seen.values().cloned().collect::<Vec<_>>());
            let ids = ('a'..='e').flat_map(|id| [id.to_string(), format!("{id}/gone")]).collect::<Vec<_>>();
            assert_eq!(store.former(end, &ids).unwrap(), side.former());
        }
        assert_eq!(spelt(&store.links().unwrap()), spelt(&self.model.links));
        assert_eq!(spelt(&store.open_entries().unwrap()), spelt(&self.model.open_entries()));
    }
}

/// Values are equal when they count as the same: here the spelling counts too.
fn spelt(things: &impl fmt::Debug) -> String {
    format!("{things:#?}")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn the_store_agrees_with_the_model(steps in vec(step(), 1..60)) {
        let mut both = Both::new();
        for step in &steps {
            both.take(step);
            both.agree();
        }
    }

    #[test]
    fn a_record_comes_back_as_it_was(record in record()) {
        let text = super::super::code::record(&record).ok().unwrap();
        let back = super::super::code::read_record(&text, "a record").ok().unwrap();
        prop_assert_eq!(spelt(&back), spelt(&record));
        prop_assert_eq!(back, record);
    }
}

/// The numbers that a careless reader of JSON gets wrong in the last bit.
#[test]
fn a_number_comes_back_to_the_last_bit() {
    for number in [0.1 + 0.2, 1.0 / 3.0, 5e-324, f64::MAX, 123_456_789.123_456_79, 2.220_446_049_250_313e-16] {
        let record = BTreeMap::from([("score".to_owned(), Value::Number(Number::new(number).unwrap()))]);
        let text = super::super::code::record(&record).ok().unwrap();
        assert_eq!(super::super::code::read_record(&text, "a record").ok().unwrap(), record, "{text}");
    }
}
