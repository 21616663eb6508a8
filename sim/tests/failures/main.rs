//! The fifteen ways in which contact syncs fail most often, one test each: an app is made to behave just so.
//! In each of them the whole oracle holds as well.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test says what it found, and stops where it cannot go on"
)]

mod world;

use syncc_compiler::ir::End;
use syncc_sim::{
    event::{Change, Fault},
    profile::{Profile, REFUSED},
    scenario::{Does, Round, Trouble},
};

use world::{
    BOTH, DELETES, contact, created, deleted, edit, guards, holds, later, ours, people, play, set, struck, there,
    times, world,
};

fn plain() -> [Profile; 2] {
    [Profile::default(), Profile::default()]
}

#[test]
fn failure_01_duplicates_on_every_run() {
    let lists_all = Profile { incremental: false, versions: false, dated: false, ..Profile::default() };
    let ran = play(&world(BOTH, [lists_all.clone(), lists_all], [people(5), vec![]], vec![later(), later(), later()]));
    assert_eq!((created(&ran), there(&ran, End::Right)), (5, 5));
}

#[test]
fn failure_02_created_but_the_answer_was_lost() {
    // Every single create is done, and its answer lost.
    let ran =
        play(&world(BOTH, plain(), [people(4), vec![]], vec![struck(End::Right, 3..20, Fault::LostAnswer), later()]));
    assert!(times(&ran, Fault::LostAnswer) > 0);
    assert_eq!((created(&ran), there(&ran, End::Right)), (4, 4));
}

#[test]
fn failure_03_the_search_lags_behind_the_writes() {
    let lags = Profile { search_lag: 300, list_lag: 300, ..Profile::default() };
    let ran = play(&world(
        BOTH,
        [Profile::default(), lags],
        [people(3), vec![]],
        vec![struck(End::Right, [3], Fault::LostAnswer), Round { wait: 1, ..Round::default() }, later()],
    ));
    assert_eq!(times(&ran, Fault::LostAnswer), 1);
    assert_eq!((created(&ran), there(&ran, End::Right)), (3, 3));
}

#[test]
fn failure_04_a_listing_that_ends_early_is_no_deletion() {
    let paged = || Profile { incremental: false, page: 2, ..Profile::default() };
    let rounds = (1..5).map(|request| struck(End::Right, [request], Fault::CutShort)).collect::<Vec<_>>();
    let all = [vec![later()], rounds].concat();
    let ran = play(&world(DELETES, [paged(), paged()], [people(6), vec![]], all));
    assert!(times(&ran, Fault::CutShort) >= 3);
    assert_eq!((deleted(&ran), there(&ran, End::Left)), (0, 6));
}

#[test]
fn failure_05_one_side_looks_empty() {
    let blind = |end| Round { trouble: Some(Trouble::SeesNobody(end)), ..later() };
    let ran = play(&world(DELETES, plain(), [people(3), vec![]], vec![later(), blind(End::Right), later()]));
    assert_eq!(guards(&ran), ["empty-side"]);
    assert_eq!((deleted(&ran), there(&ran, End::Left), there(&ran, End::Right)), (0, 3, 3));
    let gone: Vec<_> = (0..3).map(|nth| edit(End::Right, nth, Does::Delete)).collect();
    let meant = Round { before: gone, allow: true, ..later() };
    let ran = play(&world(BOTH, plain(), [people(3), vec![]], vec![later(), meant, later(), later()]));
    assert_eq!(guards(&ran), ["empty-side"], "what is meant is said once, not in every run");
    let other = Round { trouble: Some(Trouble::OtherAccount(End::Left)), ..later() };
    let ran = play(&world(DELETES, plain(), [people(3), vec![]], vec![later(), other, later()]));
    assert_eq!((guards(&ran), deleted(&ran)), (vec!["other-account".to_owned()], 0));
}

#[test]
fn failure_06_a_guard_that_cries_wolf() {
    let first = play(&world(BOTH, plain(), [people(40), vec![]], vec![later()]));
    assert_eq!((guards(&first), created(&first)), (vec![], 40), "a first sync with an empty side");
    let gone = |end| (0..2).map(move |nth| edit(end, nth, Does::Delete));
    let emptied = Round { before: gone(End::Left).chain(gone(End::Right)).collect(), ..later() };
    let both = play(&world(BOTH, plain(), [people(2), vec![]], vec![later(), emptied, later()]));
    assert_eq!(guards(&both), [""; 0], "both sides were emptied");
}

#[test]
fn failure_07_the_cursor_expires() {
    let forgets = || Profile { cursor_life: Some(60), ..Profile::default() };
    let edited = Round { before: vec![set(End::Left, 0, "company", "Acme")], wait: 4_000, ..Round::default() };
    let told = struck(End::Right, [1], Fault::Expired);
    let ran = play(&world(BOTH, [forgets(), forgets()], [people(3), vec![]], vec![later(), edited, told, later()]));
    assert_eq!((created(&ran), there(&ran, End::Right)), (3, 3));
    assert_eq!(holds(&ran, End::Right, "r001", "note").as_deref(), Some("Acme"));
}

#[test]
fn failure_08_what_changes_while_it_is_listed() {
    let slow = || Profile { page: 1, list_lag: 120, ..Profile::default() };
    let edits = |from: u32| {
        let edit = |step| (step, set(End::Left, step % 4, "company", &format!("Acme {}", from + step)));
        (1..30).map(edit).collect::<Vec<_>>()
    };
    let new = |step| contact(&[("email", &format!("new{step}@x.example"))]);
    let made = (5..9).map(|step| (step, edit(End::Left, 0, Does::Make(new(step))))).collect();
    let busy = Round { during: [edits(0), made].concat(), ..later() };
    let again = Round { during: edits(100), ..later() };
    let ran = play(&world(BOTH, [slow(), slow()], [people(4), vec![]], vec![busy, again, later()]));
    assert_eq!(there(&ran, End::Left), there(&ran, End::Right), "in quiet time everybody was seen");
    assert_eq!(holds(&ran, End::Right, "r001", "note"), holds(&ran, End::Left, "l001", "company"));
}

#[test]
fn failure_09_a_login_that_fails_for_a_moment() {
    let refused = struck(End::Right, 1..9, Fault::Refused);
    let down = struck(End::Left, 1..9, Fault::Down);
    let ran = play(&world(BOTH, plain(), [people(3), vec![]], vec![later(), refused, down, later()]));
    assert!(times(&ran, Fault::Refused) == 1, "a refused login is not tried again within a run");
    assert_eq!((created(&ran), there(&ran, End::Right)), (3, 3));
}

#[test]
fn failure_10_fields_that_nobody_mapped_are_wiped() {
    let file = "sync books <-> shop\nmap none\nmap books.company <-> shop.note\nwhen shop.stage == \"won\" then books.label += \"Won\"\n\
        when books.title != \"Robot\" then shop exists\nwhen books exists then shop exists\nwhen shop exists then books exists\n";
    let person = |key: &str, text: &str| contact(&[("email", "ann@x.example"), (key, text), ("title", "Buyer")]);
    let edited = Round { before: vec![set(End::Left, 0, "company", "Acme")], ..later() };
    let people = [vec![person("phone", "+12125550101")], vec![person("stage", "open")]];
    let ran = play(&world(file, plain(), people, vec![later(), edited, later()]));
    assert_eq!(holds(&ran, End::Right, "r001", "note").as_deref(), Some("Acme"));
    assert_eq!(holds(&ran, End::Right, "r001", "stage").as_deref(), Some("open"));
    assert_eq!(holds(&ran, End::Left, "l001", "title").as_deref(), Some("Buyer"));
}

#[test]
fn failure_11_an_app_that_spells_things_its_own_way() {
    let respells = Profile { trims: true, respells_phones: true, cuts_at: Some(6), ..Profile::default() };
    let person = contact(&[("email", " Ann@X.example "), ("phone", "+12125550101"), ("company", "a rather long line")]);
    let ran =
        play(&world(BOTH, [Profile::default(), respells], [vec![person], vec![]], vec![later(), later(), later()]));
    assert_eq!(ours(&ran).len(), 1, "it is made once, and what comes back in another spelling is no change");
    assert_eq!(holds(&ran, End::Left, "l001", "company").as_deref(), Some("a rather long line"));
    assert_eq!(holds(&ran, End::Right, "r001", "note").as_deref(), Some("a rath"));
}

#[test]
fn failure_12_too_many_requests() {
    let silent = Profile { says_when: false, ..Profile::default() };
    let storm = |from| struck(End::Right, from..40, Fault::TooMany);
    let ran = play(&world(
        BOTH,
        [Profile::default(), silent],
        [people(8), vec![]],
        vec![storm(4), storm(5), storm(6), later()],
    ));
    assert!(times(&ran, Fault::TooMany) <= 9, "after three tries a run leaves the app alone");
    assert_eq!((created(&ran), there(&ran, End::Right)), (8, 8), "what was done before the storm stays done");
}

#[test]
fn failure_13_nobody_is_subscribed_again() {
    let file = "sync books <-> shop\nprefer books\nmap books.mail <-> shop.mail\n";
    let person = contact(&[("email", "ann@x.example"), ("mail", "subscribed")]);
    let leaves = Round {
        before: vec![set(End::Right, 0, "mail", "unsubscribed"), set(End::Left, 0, "mail", "pending")],
        ..later()
    };
    let again = Round { before: vec![set(End::Left, 0, "mail", "subscribed")], ..later() };
    let ran = play(&world(file, plain(), [vec![person], vec![]], vec![later(), leaves, again, later()]));
    for (end, id) in [(End::Left, "l001"), (End::Right, "r001")] {
        assert_eq!(holds(&ran, end, id, "mail").as_deref(), Some("unsubscribed"));
    }
}

#[test]
fn failure_14_deleted_here_and_edited_there_or_merged() {
    let at_once =
        Round { before: vec![edit(End::Left, 0, Does::Delete), set(End::Right, 0, "title", "Chief")], ..later() };
    let ran = play(&world(DELETES, plain(), [people(2), vec![]], vec![later(), at_once, later()]));
    assert_eq!((there(&ran, End::Right), deleted(&ran)), (2, 0), "the edit survives");
    assert_eq!(holds(&ran, End::Right, "r001", "title").as_deref(), Some("Chief"));

    let tells = Profile { tells_merges: true, ..Profile::default() };
    let merged = Round { before: vec![edit(End::Left, 1, Does::Merge(0))], ..later() };
    let ran = play(&world(DELETES, [tells, Profile::default()], [people(2), vec![]], vec![later(), merged, later()]));
    assert_eq!(deleted(&ran), 0, "who was merged was not deleted");
}

#[test]
fn failure_15_a_field_that_vanishes_and_a_record_that_sinks_its_batch() {
    let lacks = Round {
        trouble: Some(Trouble::Lacks(End::Left, "company".to_owned())),
        before: vec![set(End::Left, 0, "title", "Chief")],
        ..later()
    };
    let person = contact(&[("email", "ann@x.example"), ("company", "Acme")]);
    let ran = play(&world(BOTH, plain(), [vec![person], vec![]], vec![later(), lacks, later()]));
    assert_eq!(
        holds(&ran, End::Right, "r001", "note").as_deref(),
        Some("Acme"),
        "a field that is not told is not empty"
    );
    let wiped = ours(&ran).iter().any(|(_, change)| matches!(change, Change::Set { after: None, .. }));
    assert!(!wiped);

    let refuses = Profile { batch: 50, refuses: Some(REFUSED.to_owned()), ..Profile::default() };
    let mut all = people(9);
    all.push(contact(&[("email", "bad@x.example"), ("title", REFUSED)]));
    let ran = play(&world(BOTH, [Profile::default(), refuses], [all, vec![]], vec![later(), later()]));
    assert_eq!(there(&ran, End::Right), 9, "only the one that is refused is missing");
}
