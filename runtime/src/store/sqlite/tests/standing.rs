//! What wakes a record that is at rest, and who is found by a key.

use syncc_compiler::ir::{
    End,
    End::{Left, Right},
};

use super::{gone, named, seen, store};
use crate::{
    apps::Observed,
    store::{Keyed, LinkId, Pause, RecordId, Settled, Sqlite, Store},
};

/// Ann and Bob on both sides, linked and at rest; Cleo on the left alone, at rest.
fn at_rest() -> Sqlite {
    let mut store = store();
    store.begin_standing("rules", "by email").unwrap();
    store.observe(Left, &[seen("ann"), seen("bob"), seen("cleo")]).unwrap();
    store.observe(Right, &[seen("ann"), seen("bob")]).unwrap();
    let pair =
        |id: &str| Settled { ids: [id.to_owned(), id.to_owned()], base: [Some(named(id)), Some(named(id))], how: None };
    store.settle(&[pair("ann"), pair("bob")]).unwrap();
    let records = moved(&store);
    assert_eq!(records.len(), 5, "what is new was never at rest");
    assert_eq!(store.unkeyed(None, 100).unwrap(), records);
    records.iter().for_each(|(end, id)| keyed(&mut store, *end, id, &[]));
    rest(&mut store, &records, Some(7));
    assert_eq!(moved(&store), []);
    store
}

fn moved(store: &Sqlite) -> Vec<RecordId> {
    store.moved(None, 100).unwrap()
}

fn rest(store: &mut Sqlite, records: &[RecordId], code: Option<u8>) {
    let rests: Vec<_> = records.iter().map(|(end, id)| (*end, id.clone(), code)).collect();
    store.set_rest(&rests).unwrap();
}

fn record(end: End, id: &str) -> RecordId {
    (end, id.to_owned())
}

fn both(id: &str) -> Vec<RecordId> {
    vec![record(Left, id), record(Right, id)]
}

fn edited(id: &str) -> Observed {
    Observed { raw: b"another".to_vec(), ..seen(id) }
}

fn keyed(store: &mut Sqlite, end: End, id: &str, keys: &[i64]) {
    store.set_keys(&[Keyed { end, id: id.to_owned(), keys: keys.to_vec() }]).unwrap();
}

#[test]
fn both_records_of_a_link_go_to_rest_by_its_name() {
    let mut store = at_rest();
    rest(&mut store, &[both("ann"), both("bob")].concat(), None);
    let link = store.link_of(Left, "ann").unwrap().unwrap().id;
    store.rest_links(&[(link, [8, 9]), (LinkId(link.0 + 100), [8, 9])]).unwrap();
    assert_eq!(moved(&store), both("bob"), "of a link that is gone nobody rests");
    let mut codes = store.at_rest().unwrap();
    codes.sort_by_key(|(end, code, _)| (end.index(), *code));
    assert_eq!(codes, [(Left, 7, 1), (Left, 8, 1), (Right, 9, 1)]);
}

#[test]
fn nobody_rests_whose_keys_are_not_known() {
    let mut store = at_rest();
    store.observe(Left, &[edited("ann")]).unwrap();
    assert!(store.keyed("by email").is_ok_and(|keyed| !keyed));
    rest(&mut store, &both("ann"), Some(7));
    let link = store.link_of(Left, "ann").unwrap().unwrap().id;
    store.rest_links(&[(link, [7, 7])]).unwrap();
    assert_eq!(moved(&store), [record(Left, "ann")]);
    assert_eq!(store.unkeyed(None, 100).unwrap(), [record(Left, "ann")]);
    assert_eq!(store.unkeyed(Some(&record(Left, "ann")), 100).unwrap(), []);
    keyed(&mut store, Left, "ann", &[1]);
    assert_eq!((moved(&store), store.unkeyed(None, 100).unwrap()), (vec![record(Left, "ann")], vec![]));
    assert!(store.keyed("by email").unwrap());
    rest(&mut store, &both("ann"), Some(7));
    assert_eq!(moved(&store), []);
}

#[test]
fn seeing_a_record_as_it_was_wakes_nobody() {
    let mut store = at_rest();
    store.observe(Left, &[Observed { version: Some("another version".to_owned()), ..seen("ann") }]).unwrap();
    assert_eq!(moved(&store), []);
}

#[test]
fn an_edit_and_a_deletion_wake_a_record_and_its_partner() {
    for change in [edited("ann"), gone("ann")] {
        let mut store = at_rest();
        store.observe(Right, &[change]).unwrap();
        assert_eq!(moved(&store), both("ann"));
    }
}

#[test]
fn what_a_complete_listing_does_not_show_is_awake() {
    let mut store = at_rest();
    store.begin_listing(Left).unwrap();
    store.observe(Left, &[seen("ann"), seen("cleo")]).unwrap();
    store.end_listing(Left, true, None, &[]).unwrap();
    assert_eq!(moved(&store), both("bob"));
}

#[test]
fn another_base_another_link_and_a_pause_wake_both() {
    let mut store = at_rest();
    let base = [Some(named("ann")), Some(named("another base"))];
    store.settle(&[Settled { ids: ["ann".to_owned(), "ann".to_owned()], base, how: None }]).unwrap();
    assert_eq!(moved(&store), both("ann"));

    let mut store = at_rest();
    let link = store.link_of(Right, "bob").unwrap().unwrap();
    store.unlink(link.id).unwrap();
    assert_eq!(moved(&store), both("bob"));

    let mut store = at_rest();
    let since = "2026-11-22T08:00:00Z".parse().unwrap();
    store.pause(&[Pause { record: Some(record(Right, "ann")), since, why: "a call".to_owned() }]).unwrap();
    assert_eq!(moved(&store), both("ann"));
}

#[test]
fn other_rules_wake_everybody_and_other_keys_are_taken_anew() {
    let mut store = at_rest();
    store.begin_standing("rules", "by email").unwrap();
    assert_eq!(moved(&store), []);
    keyed(&mut store, Left, "cleo", &[1]);
    store.begin_standing("other rules", "by email").unwrap();
    assert_eq!((moved(&store).len(), store.keys_of(Left, "cleo").unwrap()), (5, vec![1]));
    store.begin_standing("other rules", "by phone").unwrap();
    assert_eq!((store.unkeyed(None, 100).unwrap().len(), store.keys_of(Left, "cleo").unwrap()), (5, vec![]));
}

#[test]
fn what_is_at_rest_is_counted_as_it_changes() {
    let mut store = at_rest();
    assert_eq!(store.at_rest().unwrap(), [(Left, 7, 3), (Right, 7, 2)]);
    rest(&mut store, &[record(Left, "cleo")], Some(1));
    store.observe(Left, &[edited("ann")]).unwrap();
    assert_eq!(store.at_rest().unwrap(), [(Left, 1, 1), (Left, 7, 1), (Right, 7, 1)]);
    keyed(&mut store, Left, "ann", &[]);
    rest(&mut store, &both("ann"), Some(7));
    store.observe(Left, &[gone("cleo")]).unwrap();
    assert_eq!(store.at_rest().unwrap(), [(Left, 7, 2), (Right, 7, 2)]);
}

#[test]
fn a_key_finds_everybody_who_has_it_and_losing_it_wakes_those_without_a_partner() {
    let mut store = at_rest();
    keyed(&mut store, Left, "ann", &[1, 2]);
    keyed(&mut store, Right, "bob", &[2]);
    keyed(&mut store, Left, "cleo", &[2, 3]);
    let holders = [(record(Left, "ann"), true), (record(Left, "cleo"), false), (record(Right, "bob"), true)];
    assert_eq!(store.holders(2).unwrap(), holders);
    assert_eq!(moved(&store), []);
    keyed(&mut store, Left, "ann", &[1]);
    assert_eq!(store.holders(2).unwrap(), holders[1..]);
    assert_eq!(moved(&store), [record(Left, "cleo")], "she may be somebody else now");
}

#[test]
fn who_is_gone_keeps_no_key() {
    let mut store = at_rest();
    keyed(&mut store, Left, "cleo", &[1]);
    store.observe(Left, &[gone("cleo")]).unwrap();
    assert!(store.unkeyed(None, 100).unwrap().contains(&record(Left, "cleo")), "her keys are still to be taken out");
    keyed(&mut store, Left, "cleo", &[]);
    assert_eq!((store.holders(1).unwrap(), moved(&store)), (vec![], vec![]));

    let mut store = at_rest();
    keyed(&mut store, Left, "cleo", &[1]);
    store.forget(&[record(Left, "cleo")], &[], "salt", "2026-11-22T08:00:00Z".parse().unwrap()).unwrap();
    assert_eq!((store.holders(1).unwrap(), moved(&store).len()), (vec![], 4), "everybody else is looked at anew");
}
