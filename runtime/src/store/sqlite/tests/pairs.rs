//! Listings, links, writes: a connection's life, step by step.

use std::collections::BTreeMap;

use syncc_compiler::ir::End::{self, Left, Right};
use uuid::Uuid;

use super::{gone, named, seen, store};
use crate::{
    apps::{Handed, Observed},
    store::{EntryId, EntryState, LinkId, NamedRecord, NewEntry, RunId, Settled, Sqlite, Store, StoreError},
};

fn ids(store: &Sqlite, end: End) -> Vec<(String, bool)> {
    store.seen(end).unwrap().into_iter().map(|seen| (seen.observed.id, seen.observed.deleted)).collect()
}

fn run(store: &mut Sqlite) -> RunId {
    store.begin_run("2026-11-21T21:00:00Z".parse().unwrap(), "rules").unwrap()
}

fn plan(store: &mut Sqlite, run: RunId, end: End, target: Option<&str>, partner: Option<&str>) -> EntryId {
    let entry = NewEntry {
        op: Uuid::new_v4(),
        end,
        target: target.map(str::to_owned),
        partner: partner.map(str::to_owned),
        deletes: false,
        payload: named("ann@x.example"),
        lines: Vec::new(),
    };
    store.journal(run, &[entry]).unwrap()[0]
}

fn confirm(store: &mut Sqlite, entry: EntryId, now: &Observed) -> Result<Option<LinkId>, StoreError> {
    store.confirm(entry, now, &NamedRecord::new(), "2026-11-21T21:00:01Z".parse().unwrap())
}

fn pair(left: &str, right: &str) -> Settled {
    Settled {
        ids: [left.to_owned(), right.to_owned()],
        base: [Some(named("ann@x.example")), Some(named("Ann@X.example"))],
        how: None,
    }
}

fn link(store: &mut Sqlite, left: &str, right: &str) -> LinkId {
    store.settle(&[pair(left, right)]).unwrap();
    store.links().unwrap().into_iter().find(|link| link.records == [left, right]).unwrap().id
}

#[test]
fn a_listing_that_is_not_ended_deletes_nothing_and_keeps_the_cursor() {
    let mut store = store();
    store.begin_listing(Left).unwrap();
    store.observe(Left, &[seen("b"), seen("a")]).unwrap();
    store.end_listing(Left, true, Some("cursor 1"), &[]).unwrap();

    store.begin_listing(Left).unwrap();
    store.observe(Left, &[seen("a")]).unwrap();
    assert_eq!(ids(&store, Left), [("a".to_owned(), false), ("b".to_owned(), false)]);
    assert_eq!(store.cursor(Left).unwrap().as_deref(), Some("cursor 1"));
    assert_eq!(store.seen(Left).unwrap()[0].observed, seen("a"));
    assert_eq!(ids(&store, Right), []);
}

#[test]
fn a_complete_listing_deletes_what_it_did_not_see_and_keeps_what_is_linked() {
    let mut store = store();
    store.begin_listing(Left).unwrap();
    store.observe(Left, &[seen("linked"), seen("loose"), seen("there")]).unwrap();
    store.observe(Right, &[seen("partner")]).unwrap();
    link(&mut store, "linked", "partner");
    store.end_listing(Left, true, None, &[]).unwrap();

    store.begin_listing(Left).unwrap();
    store.observe(Left, &[seen("there")]).unwrap();
    store.end_listing(Left, true, None, &[]).unwrap();
    assert_eq!(ids(&store, Left), [("linked".to_owned(), true), ("there".to_owned(), false)]);
    assert!(store.seen(Left).unwrap()[0].observed.raw.is_empty());
}

#[test]
fn an_older_state_of_a_record_is_no_news_but_counts_as_listed() {
    let mut store = store();
    let mut newer = seen("ann");
    newer.edited = Some("2026-11-21T21:00:00Z".parse().unwrap());
    let run = run(&mut store);
    let entry = plan(&mut store, run, Left, None, None);
    store.sent(&[entry]).unwrap();
    confirm(&mut store, entry, &newer).unwrap();

    store.begin_listing(Left).unwrap();
    store.observe(Left, &[seen("ann")]).unwrap();
    store.end_listing(Left, true, None, &[]).unwrap();
    assert_eq!(store.seen(Left).unwrap()[0].observed, newer);

    // The answer to a write is what the app holds, whatever time it says.
    let entry = plan(&mut store, run, Left, Some("ann"), None);
    store.sent(&[entry]).unwrap();
    confirm(&mut store, entry, &seen("ann")).unwrap();
    assert_eq!(store.seen(Left).unwrap()[0].observed, seen("ann"));
}

#[test]
fn a_change_of_the_rules_is_seen() {
    let mut store = store();
    assert_eq!(store.planned().unwrap(), None);
    store.set_planned("rules v1").unwrap();
    assert_eq!(store.planned().unwrap().as_deref(), Some("rules v1"));
    // A run may be an undo, which says nothing about rules.
    run(&mut store);
    assert_eq!(store.planned().unwrap().as_deref(), Some("rules v1"));
}

#[test]
fn a_listing_that_was_not_begun_cannot_be_ended() {
    let mut store = store();
    store.observe(Left, &[seen("a")]).unwrap();
    assert!(matches!(store.end_listing(Left, true, None, &[]), Err(StoreError::OutOfOrder { .. })));
    assert_eq!(ids(&store, Left), [("a".to_owned(), false)]);
}

#[test]
fn a_record_is_in_one_link_at_most() {
    let mut store = store();
    store.observe(Left, &[seen("ann"), seen("bob")]).unwrap();
    store.observe(Right, &[seen("1"), seen("2")]).unwrap();
    let link = link(&mut store, "ann", "1");
    assert_eq!(self::link(&mut store, "ann", "1"), link);
    let refused = store.settle(&[pair("ann", "1"), pair("bob", "1")]).unwrap_err();
    assert_eq!(refused.to_string(), "record 1 is already linked with ann: unlink it first");
    assert!(matches!(store.settle(&[pair("bob", "3")]), Err(StoreError::Unseen { record }) if record == "3"));
    assert_eq!(store.links().unwrap().len(), 1);
}

#[test]
fn a_created_record_is_linked_with_its_partner_and_has_its_base() {
    let mut store = store();
    store.observe(Left, &[seen("ann")]).unwrap();
    let run = run(&mut store);
    let entry = plan(&mut store, run, Right, None, Some("ann"));
    store.sent(&[entry]).unwrap();
    assert_eq!(store.open_entries().unwrap()[0].state, EntryState::Sent);

    let base = [Some(named("ann@x.example")), Some(named("Ann@X.example"))];
    let link = confirm(&mut store, entry, &seen("1")).unwrap().unwrap();
    let links = store.links().unwrap();
    assert_eq!((links[0].id, &links[0].records), (link, &["ann".to_owned(), "1".to_owned()]));
    assert_eq!(links[0].base, None);
    store.settle(&[Settled { ids: ["ann".into(), "1".into()], base: base.clone(), how: None }]).unwrap();
    assert_eq!((store.links().unwrap()[0].id, &store.links().unwrap()[0].base), (link, &Some(base)));
    assert_eq!(store.open_entries().unwrap(), []);
    assert!(matches!(confirm(&mut store, entry, &seen("2")), Err(StoreError::OutOfOrder { .. })));
    assert_eq!(ids(&store, Right), [("1".to_owned(), false)]);
}

#[test]
fn a_write_that_was_not_sent_cannot_be_confirmed_but_can_fail() {
    let mut store = store();
    let run = run(&mut store);
    let entry = plan(&mut store, run, Right, None, None);
    let refused = confirm(&mut store, entry, &seen("1")).unwrap_err().to_string();
    assert!(refused.starts_with(&format!("write {} is planned, and cannot become confirmed", entry.0)), "{refused}");
    store.fail(entry, "the program stopped before it was sent").unwrap();
    assert_eq!(store.open_entries().unwrap(), []);
}

#[test]
fn an_unknown_write_stays_open_until_it_is_known() {
    let mut store = store();
    let run = run(&mut store);
    let entry = plan(&mut store, run, Right, None, None);
    store.sent(&[entry]).unwrap();
    store.unknown(entry, "no answer").unwrap();
    assert_eq!(store.open_entries().unwrap()[0].state, EntryState::Unknown);
    assert_eq!(confirm(&mut store, entry, &seen("1")).unwrap(), None);
    assert_eq!(store.open_entries().unwrap(), []);
}

#[test]
fn a_record_that_is_made_anew_takes_the_place_of_the_deleted_one() {
    let mut store = store();
    store.observe(Left, &[seen("ann")]).unwrap();
    store.observe(Right, &[seen("old")]).unwrap();
    link(&mut store, "ann", "old");
    store.observe(Right, &[gone("old")]).unwrap();
    assert_eq!(ids(&store, Right), [("old".to_owned(), true)]);

    let run = run(&mut store);
    let entry = plan(&mut store, run, Right, None, Some("ann"));
    store.sent(&[entry]).unwrap();
    let link = confirm(&mut store, entry, &seen("new")).unwrap().unwrap();
    let links = store.links().unwrap();
    assert_eq!(links.len(), 1);
    assert_eq!((links[0].id, &links[0].base), (link, &None));
    assert_eq!(ids(&store, Right), [("new".to_owned(), false)]);
}

#[test]
fn a_new_id_takes_the_link_and_the_open_write_of_the_former_one() {
    let mut store = store();
    store.observe(Left, &[seen("ann")]).unwrap();
    store.observe(Right, &[seen("former")]).unwrap();
    let link = link(&mut store, "ann", "former");
    let run = run(&mut store);
    plan(&mut store, run, Right, Some("former"), Some("ann"));

    let mut moved = seen("new");
    moved.aliases.push("former".to_owned());
    store.observe(Right, &[gone("former"), moved]).unwrap();
    assert_eq!(store.links().unwrap()[0].records, ["ann".to_owned(), "new".to_owned()]);
    assert_eq!(store.links().unwrap()[0].id, link);
    assert_eq!(store.open_entries().unwrap()[0].write.target.as_deref(), Some("new"));
    assert_eq!(ids(&store, Right), [("new".to_owned(), false)]);
}

#[test]
fn a_merge_of_two_linked_records_deletes_nothing_on_the_other_side() {
    let mut store = store();
    store.observe(Left, &[seen("ann"), seen("ann again")]).unwrap();
    store.observe(Right, &[seen("1"), seen("2")]).unwrap();
    link(&mut store, "ann", "1");
    link(&mut store, "ann again", "2");

    let mut merged = seen("1");
    merged.aliases.push("2".to_owned());
    store.observe(Right, &[merged]).unwrap();
    assert_eq!(store.links().unwrap().len(), 1);
    assert_eq!(store.links().unwrap()[0].records, ["ann".to_owned(), "1".to_owned()]);
    assert_eq!(ids(&store, Left), [("ann".to_owned(), false), ("ann again".to_owned(), false)]);
}

#[test]
fn what_a_listing_showed_that_was_cut_off_is_asked_for() {
    let mut store = store();
    store.begin_listing(Left).unwrap();
    store.observe(Left, &[seen("ann"), seen("ben")]).unwrap();
    store.end_listing(Left, true, Some("1"), &[]).unwrap();
    assert_eq!(store.unshown(Left).unwrap(), [""; 0]);

    store.begin_listing(Left).unwrap();
    store.observe(Left, &[seen("cyd"), seen("dot")]).unwrap();
    // The run is gone. Cyd goes as well, before any list of changes has told of her.
    store.begin_listing(Left).unwrap();
    assert_eq!(store.unshown(Left).unwrap(), ["cyd", "dot"]);
    store.observe(Left, &[seen("dot")]).unwrap();
    assert_eq!(store.unshown(Left).unwrap(), ["cyd"]);
    store.observe_now(Left, &[gone("cyd")]).unwrap();
    store.end_listing(Left, false, Some("2"), &[]).unwrap();
    assert_eq!(store.unshown(Left).unwrap(), [""; 0]);
}

#[test]
fn two_records_exchange_their_ids_when_the_listing_ends_and_once_only() {
    let mut store = store();
    store.observe(Left, &[seen("ann"), seen("ben")]).unwrap();
    store.observe(Right, &[seen("1"), seen("2")]).unwrap();
    link(&mut store, "ann", "1");
    link(&mut store, "ben", "2");
    let handed = |former: &str, now: &str, left| Handed { former: former.to_owned(), now: now.to_owned(), left };
    let of = |store: &Sqlite, id: &str| store.link_of(Right, id).unwrap().map(|link| link.records[0].clone());
    for _ in 0..2 {
        // The first time the listing is cut off, and the next one shows the same.
        store.begin_listing(Right).unwrap();
        store.observe(Right, &[seen("1"), seen("2")]).unwrap();
        assert_eq!(of(&store, "1").as_deref(), Some("ann"), "nothing is planned before it ends");
    }
    store.end_listing(Right, false, Some("2"), &[handed("1", "2", false), handed("2", "1", false)]).unwrap();
    assert_eq!((of(&store, "1").as_deref(), of(&store, "2").as_deref()), (Some("ben"), Some("ann")));
    assert_eq!(ids(&store, Right).len(), 2);

    // Ben goes, Ann is moved over his file, and nobody is under hers.
    store.begin_listing(Right).unwrap();
    store.observe(Right, &[seen("1")]).unwrap();
    store.end_listing(Right, false, Some("3"), &[handed("2", "1", true), handed("1", "nobody's", false)]).unwrap();
    assert_eq!((of(&store, "1").as_deref(), of(&store, "2").as_deref()), (Some("ann"), None));
    assert_eq!(of(&store, "nobody's").as_deref(), Some("ben"));
    assert_eq!(ids(&store, Right), [("1".to_owned(), false), ("nobody's".to_owned(), true)]);
    assert_eq!(store.former(Right, &["2".to_owned()]).unwrap(), ["2"]);
}

#[test]
fn a_list_that_lags_shows_a_record_that_became_one_with_another_beside_that_and_they_stay_one() {
    let mut store = store();
    store.observe(Left, &[seen("ann"), seen("ben")]).unwrap();
    store.observe(Right, &[seen("1")]).unwrap();
    link(&mut store, "ann", "1");
    store.begin_listing(Left).unwrap();
    store.observe(Left, &[seen("ann"), Observed { aliases: vec!["ann".to_owned()], ..seen("ben") }]).unwrap();
    assert_eq!(ids(&store, Left), [("ben".to_owned(), false)]);
    assert_eq!(store.link_of(Right, "1").unwrap().unwrap().records, ["ben".to_owned(), "1".to_owned()]);
}

#[test]
fn an_id_that_became_another_records_is_known_as_such_until_it_is_a_record_again() {
    let mut store = store();
    let former = |store: &Sqlite| store.former(Left, &["a", "b", "c"].map(str::to_owned)).unwrap();
    store.observe(Left, &[seen("a"), seen("b")]).unwrap();
    store.observe(Left, &[Observed { aliases: vec!["a".to_owned()], ..seen("b") }]).unwrap();
    assert_eq!(former(&store), ["a"]);
    store.observe(Left, &[Observed { aliases: vec!["b".to_owned()], ..seen("c") }]).unwrap();
    assert_eq!(former(&store), ["a", "b"]);

    store.observe(Left, &[seen("a")]).unwrap();
    assert_eq!(former(&store), ["b"], "the app says that it is a record again");
    assert_eq!(store.former(Right, &["a".to_owned(), "b".to_owned()]).unwrap(), [""; 0]);

    store.forget(&[(Left, "c".to_owned())], &[], "salt", "2026-11-22T08:00:00Z".parse().unwrap()).unwrap();
    assert_eq!(former(&store), [""; 0], "an id that somebody had is as personal as the one they have");
}

#[test]
fn links_are_given_a_few_at_a_time_in_the_order_they_were_made() {
    let mut store = store();
    store.observe(Left, &[seen("a"), seen("b"), seen("c")]).unwrap();
    store.observe(Right, &[seen("1"), seen("2"), seen("3")]).unwrap();
    let links = [link(&mut store, "c", "1"), link(&mut store, "a", "2"), link(&mut store, "b", "3")];
    let ids = |after, most| store.links_after(after, most).unwrap().into_iter().map(|link| link.id).collect::<Vec<_>>();
    assert_eq!(ids(None, 2), links[..2]);
    assert_eq!(ids(Some(links[1]), 2), links[2..]);
    assert_eq!(ids(Some(links[2]), 2), []);
}

#[test]
fn a_pair_that_is_gone_on_both_sides_is_kept_until_it_is_unlinked() {
    let mut store = store();
    store.observe(Left, &[seen("ann"), seen("bob")]).unwrap();
    store.observe(Right, &[seen("1")]).unwrap();
    let pair = link(&mut store, "ann", "1");
    store.observe(Left, &[gone("ann"), gone("bob")]).unwrap();
    store.observe(Right, &[gone("1")]).unwrap();
    store.begin_listing(Left).unwrap();
    store.end_listing(Left, false, None, &[]).unwrap();
    assert_eq!(store.links().unwrap().len(), 1, "a listing may be wrong, and no guard has looked at it yet");
    store.unlink(pair).unwrap();
    assert_eq!((ids(&store, Left), ids(&store, Right)), (vec![], vec![]));
}

#[test]
fn an_unlinked_record_that_is_deleted_is_forgotten() {
    let mut store = store();
    store.observe(Left, &[seen("ann")]).unwrap();
    store.observe(Right, &[seen("1")]).unwrap();
    let link = link(&mut store, "ann", "1");
    store.observe(Left, &[gone("ann")]).unwrap();
    store.unlink(link).unwrap();
    assert_eq!(store.links().unwrap(), []);
    assert_eq!((ids(&store, Left), ids(&store, Right)), (vec![], vec![("1".to_owned(), false)]));
}

#[test]
fn a_write_happened_even_if_its_partner_is_gone() {
    let mut store = store();
    store.observe(Left, &[seen("ann"), seen("bob")]).unwrap();
    let run = run(&mut store);
    let first = plan(&mut store, run, Right, None, Some("ann"));
    let second = plan(&mut store, run, Right, None, Some("bob"));
    store.sent(&[first, second]).unwrap();
    store.observe(Left, &[gone("ann")]).unwrap();
    assert_eq!(confirm(&mut store, first, &seen("1")).unwrap(), None);
    assert!(confirm(&mut store, second, &seen("2")).unwrap().is_some());

    // The app answers a create with a record that it had already.
    store.observe(Left, &[seen("ann")]).unwrap();
    let third = plan(&mut store, run, Right, None, Some("ann"));
    store.sent(&[third]).unwrap();
    assert_eq!(confirm(&mut store, third, &seen("2")).unwrap(), None);
    assert_eq!(store.links().unwrap()[0].records, ["bob".to_owned(), "2".to_owned()]);
    assert_eq!(store.open_entries().unwrap(), []);
}

#[test]
fn a_deleted_record_of_a_new_pair_stays_known_as_deleted() {
    let mut store = store();
    store.observe(Left, &[seen("ann")]).unwrap();
    store.observe(Right, &[seen("1")]).unwrap();
    let run = run(&mut store);
    let entry = NewEntry {
        op: Uuid::new_v4(),
        end: Right,
        target: Some("1".into()),
        partner: Some("ann".into()),
        deletes: true,
        payload: BTreeMap::new(),
        lines: Vec::new(),
    };
    let entry = store.journal(run, &[entry]).unwrap()[0];
    store.sent(&[entry]).unwrap();
    assert!(confirm(&mut store, entry, &gone("1")).unwrap().is_some());
    store
        .settle(&[Settled { ids: ["ann".into(), "1".into()], base: [Some(named("ann@x.example")), None], how: None }])
        .unwrap();
    assert_eq!(ids(&store, Right), [("1".to_owned(), true)]);
}

/// Two linked pairs; the record of one of them on the left was not in a whole listing.
fn one_missed() -> Sqlite {
    let mut store = store();
    for id in ["1", "2"] {
        store.observe(Left, &[seen(&format!("l{id}"))]).unwrap();
        store.observe(Right, &[seen(&format!("r{id}"))]).unwrap();
        link(&mut store, &format!("l{id}"), &format!("r{id}"));
    }
    store.begin_listing(Left).unwrap();
    store.observe(Left, &[seen("l1")]).unwrap();
    store.end_listing(Left, true, None, &[]).unwrap();
    store
}

#[test]
fn who_is_missed_by_one_listing_is_in_doubt_after_one_with_gaps_until_one_is_whole() {
    let mut store = one_missed();
    assert!(store.missed(Left).unwrap() && !store.missed(Right).unwrap());
    assert_eq!((store.doubt(Left).unwrap(), store.doubted(Left).unwrap()), (1, vec!["l2".to_owned()]));
    assert_eq!(store.doubt(Left).unwrap(), 0, "they are in doubt already");
    // A whole one that does not show them either.
    store.begin_listing(Left).unwrap();
    store.observe(Left, &[seen("l1")]).unwrap();
    store.end_listing(Left, true, None, &[]).unwrap();
    assert_eq!(store.doubted(Left).unwrap(), [""; 0]);
    assert!(store.missed(Left).unwrap());
    // One that shows them, with an older date than before.
    let older = Observed { edited: Some("2025-01-01T00:00:00Z".parse().unwrap()), ..seen("l2") };
    store.observe(Left, std::slice::from_ref(&older)).unwrap();
    assert_eq!(ids(&store, Left)[1], ("l2".to_owned(), true), "a list may lag behind");
    store.observe_now(Left, std::slice::from_ref(&older)).unwrap();
    assert_eq!((ids(&store, Left)[1].1, store.missed(Left).unwrap()), (false, false));
}

#[test]
fn a_tombstone_that_an_app_tells_is_never_in_doubt() {
    let mut store = one_missed();
    store.observe(Left, &[gone("l2")]).unwrap();
    assert_eq!((store.missed(Left).unwrap(), store.doubt(Left).unwrap()), (false, 0));
}
