//! Which contacts become pairs, and which are left alone.

use jiff::Timestamp;
use syncc_compiler::ir::End;
use syncc_runtime::engine::{Base, Engine, Facts, Item, Kind, Known, Linked, Plan, Status, plan};

use crate::sync::Sync;

/// Contacts in order: the id, then the contact as one line; `gone` is a deleted one.
pub(crate) fn known(file: &Sync, end: End, contacts: &[(&str, &str)]) -> Vec<Known> {
    let one = |(id, text): &(&str, &str)| Known {
        id: (*id).to_owned(),
        record: if *text == "gone" { None } else { file.contact(end, text) },
        edited: None,
    };
    contacts.iter().map(one).collect()
}

pub(crate) fn link(file: &Sync, ids: [&str; 2], base: [&str; 2]) -> Linked {
    let sides = [file.contact(End::Left, base[0]), file.contact(End::Right, base[1])];
    Linked { ids: ids.map(str::to_owned), base: Some(Base { sides }) }
}

fn planned(file: &Sync, left: &[(&str, &str)], right: &[(&str, &str)], links: &[Linked]) -> Plan {
    let known = [known(file, End::Left, left), known(file, End::Right, right)];
    let plan = plan(&Engine::new(&file.program), [&known[0], &known[1]], links, &Facts::default());
    assert_counts_add_up(&plan, &known);
    plan
}

/// Each record is in exactly one item and one category.
pub(crate) fn assert_counts_add_up(plan: &Plan, known: &[Vec<Known>; 2]) {
    for end in End::BOTH {
        let side = end.index();
        let before = known[side].iter().filter(|known| known.record.is_some()).count();
        let counts = plan.counts[side];
        assert_eq!(counts.records() + counts.deleted, before + counts.created, "{counts:?}");
        let mut ids: Vec<&String> = plan.items.iter().filter_map(|item| item.ids[side].as_ref()).collect();
        ids.sort_unstable();
        assert!(ids.is_sorted_by(|one, next| one < next), "a record is in two items: {ids:?}");
        let mut there = known[side].iter().filter(|known| known.record.is_some());
        assert!(there.all(|known| ids.contains(&&known.id)), "a record is in no item: {ids:?}");
    }
}

/// An item in a few words.
fn words(item: &Item) -> String {
    let ids = item.ids.clone().map(|id| id.unwrap_or_else(|| "-".into())).join("+");
    match &item.kind {
        Kind::Pair(_) => match &item.matched {
            Some(key) => format!("{ids} by {key}"),
            None if item.link.is_some() => format!("{ids} linked"),
            None => format!("{ids} new"),
        },
        Kind::Duplicate { of, key, .. } => format!("{ids} duplicate of {of} by {key}"),
        Kind::Ambiguous { candidates, key, .. } => format!("{ids} ambiguous: {} by {key}", candidates.join(" ")),
    }
}

fn items(plan: &Plan) -> Vec<String> {
    plan.items.iter().map(words).collect()
}

fn by_email() -> Sync {
    Sync::new("sync books <-> shop match email")
}

#[test]
fn one_email_is_one_person_however_it_is_spelt() {
    let plan = planned(
        &by_email(),
        &[("l1", "email: Ann@X.example"), ("l2", "email: bob@x.example")],
        &[("r1", "email: ann@x.example")],
        &[],
    );
    assert_eq!(items(&plan), ["l1+r1 by email ann@x.example", "l2+- new"]);
    assert_eq!(plan.counts[1].created, 1);
    assert_eq!(plan.counts[0].in_sync, 2);
}

#[test]
fn any_email_may_meet_any_other_and_first_ones_meet_first() {
    let file = by_email();
    let plan = planned(
        &file,
        &[("l1", "email: ann@home.example; email2: ann@work.example")],
        &[("r1", "email: ann@work.example")],
        &[],
    );
    assert_eq!(items(&plan), ["l1+r1 by email ann@work.example"]);
    let right = [("r1", "email: bob@x.example; email2: ann@x.example"), ("r2", "email: ann@x.example")];
    let plan = planned(&file, &[("l1", "email: ann@x.example")], &right, &[]);
    assert_eq!(items(&plan), ["l1+r2 by email ann@x.example", "-+r1 duplicate of r2 by email ann@x.example"]);
}

#[test]
fn two_that_share_several_keys_are_one_person_once() {
    let left = [("l1", "email: ann@home.example; email2: ann@work.example")];
    let right = [("r1", "email: ann@work.example; email2: ann@home.example")];
    let plan = planned(&by_email(), &left, &right, &[]);
    assert_eq!(items(&plan), ["l1+r1 by email ann@home.example"]);
}

#[test]
fn a_contact_that_could_be_two_others_is_not_written_and_neither_are_they() {
    let left = [("l1", "email: ann@a.example; email2: ann@b.example")];
    let right = [("r1", "email: ann@a.example"), ("r2", "email: ann@b.example")];
    let plan = planned(&by_email(), &left, &right, &[]);
    assert_eq!(
        items(&plan),
        [
            "l1+- ambiguous: r1 r2 by email ann@a.example",
            "-+r1 ambiguous: l1 by email ann@a.example",
            "-+r2 ambiguous: l1 by email ann@b.example",
        ]
    );
    assert_eq!([plan.counts[0].duplicates, plan.counts[1].duplicates], [1, 2]);
}

#[test]
fn of_two_contacts_with_one_key_the_first_is_linked_and_the_other_never_written() {
    let both = [("1", "email: ann@x.example"), ("2", "email: ann@x.example")];
    let plan = planned(&by_email(), &both, &both[..1], &[]);
    assert_eq!(items(&plan), ["1+1 by email ann@x.example", "2+- duplicate of 1 by email ann@x.example"]);
    let alone = planned(&by_email(), &both, &[], &[]);
    assert_eq!(items(&alone), ["1+- new", "2+- duplicate of 1 by email ann@x.example"], "nor is anything made twice");
    assert_eq!(alone.counts[1].created, 1);
}

#[test]
fn a_link_outlives_a_changed_email() {
    let file = by_email();
    let links = [link(&file, ["l1", "r1"], ["email: ann@x.example", "email: ann@x.example"])];
    let plan = planned(
        &file,
        &[("l1", "email: ann@new.example")],
        &[("r1", "email: ann@x.example"), ("r2", "email: ann@new.example")],
        &links,
    );
    assert_eq!(items(&plan), ["l1+r1 linked", "-+r2 duplicate of r1 by email ann@new.example"]);
}

#[test]
fn a_contact_like_a_linked_one_is_a_duplicate_of_it() {
    let file = by_email();
    let links = [link(&file, ["l2", "r1"], ["email: ann@x.example", "email: ann@x.example"])];
    let left = [("l1", "email: ann@x.example"), ("l2", "email: ann@x.example")];
    let plan = planned(&file, &left, &[("r1", "email: ann@x.example")], &links);
    assert_eq!(items(&plan), ["l2+r1 linked", "l1+- duplicate of l2 by email ann@x.example"]);
}

#[test]
fn who_has_the_new_email_of_a_linked_contact_does_not_take_it_from_its_partner() {
    let file = by_email();
    let links = [link(&file, ["l1", "r1"], ["email: ann@x.example", "email: ann@x.example"])];
    let left = [("l1", "email: ann@x.example"), ("l2", "email: ann@new.example")];
    let plan = planned(&file, &left, &[("r1", "email: ann@new.example")], &links);
    assert_eq!(items(&plan), ["l1+r1 linked", "l2+- duplicate of l1 by email ann@new.example"]);
}

#[test]
fn who_is_linked_with_somebody_told_apart_is_not_one_of_those_that_fit() {
    let file = Sync::new("sync books <-> shop match phone or email");
    let ann = "phone: +15551230001; email: home@x.example";
    let links = [link(&file, ["l1", "r1"], [ann, ann])];
    let bob = "phone: +15551230002; email: home@x.example; email2: bob@x.example";
    let plan = planned(&file, &[("l1", ann), ("l2", bob)], &[("r1", ann), ("r2", "email: bob@x.example")], &links);
    assert_eq!(items(&plan), ["l1+r1 linked", "l2+r2 by email bob@x.example"]);
}

#[test]
fn the_next_tier_is_for_those_that_the_one_before_does_not_know() {
    let file = Sync::new("sync books <-> shop match email or phone");
    let left = [("l1", "email: ann@x.example; phone: +15551230001"), ("l2", "phone: +15551230002")];
    let right = [("r1", "phone: +15551230002"), ("r2", "email: ann@x.example; phone: +15551230009")];
    let plan = planned(&file, &left, &right, &[]);
    assert_eq!(items(&plan), ["l1+r2 by email ann@x.example", "l2+r1 by phone +15551230002"]);
}

#[test]
fn two_people_with_different_emails_may_share_a_phone() {
    let file = Sync::new("sync books <-> shop match email or phone");
    let home = |email: &str| format!("email: {email}@x.example; phone: +15551230001");
    let (ann, bob) = (home("ann"), home("bob"));
    let plan = planned(&file, &[("l1", &ann), ("l2", &bob)], &[("r1", &ann)], &[]);
    assert_eq!(items(&plan), ["l1+r1 by email ann@x.example", "l2+- new"]);
}

#[test]
fn who_has_no_email_is_not_told_apart_by_emails() {
    let file = Sync::new("sync books <-> shop match email or phone");
    let ann = "email: ann@x.example; phone: +18085550101";
    let left = [("1", ann), ("2", "phone: +18085550101")];
    let plan = planned(&file, &left, &[("3", ann)], &[]);
    let both = items(&plan);
    assert!(both.iter().any(|item| item.starts_with("1+3 by")), "{both:?}");
    assert!(both.iter().any(|item| item.starts_with("2+- duplicate of 1")), "{both:?}");
}

#[test]
fn a_contact_that_comes_back_under_another_id_is_a_new_one() {
    let file = by_email();
    let ann = "email: ann@x.example";
    let links = [link(&file, ["l1", "r1"], [ann, ann])];
    let plan = planned(&file, &[("l1", "gone"), ("l2", ann)], &[("r1", "gone")], &links);
    assert_eq!(items(&plan), ["l1+r1 linked", "l2+- new"]);
    let plan = planned(&file, &[("l1", "gone")], &[("r1", "gone")], &[]);
    assert_eq!(items(&plan), [""; 0], "of whoever is gone and was never linked there is nothing to say");
}

#[test]
fn a_linked_contact_that_was_not_read_is_left_alone() {
    let file = Sync::new("sync books <-> shop match email when books deleted then shop deleted");
    let ann = "email: ann@x.example";
    let links = [link(&file, ["l1", "r1"], [ann, ann])];
    let plan = planned(&file, &[], &[("r1", ann)], &links);
    let Kind::Pair(outcome) = &plan.items[0].kind else { panic!("{:?}", plan.items) };
    assert_eq!((outcome.status, outcome.changes.len()), (Status::Excluded, 0));
    assert_eq!(outcome.base, links[0].base);
    assert!(!plan.items[0].is_at_rest(), "it is looked at again");
}

#[test]
fn the_later_edit_is_told_by_both_apps_beyond_the_doubt_of_their_clocks() {
    let file = Sync::new(
        "sync books <-> shop match email prefer latest map none map books.email <-> shop.email map books.company <-> shop.note",
    );
    let links = [link(&file, ["1", "1"], ["company: Acme", "note: Acme"])];
    let edited = |left: Option<i64>, right: Option<i64>| {
        let time = |second: i64| Timestamp::from_second(second).unwrap();
        let mut left_side = known(&file, End::Left, &[("1", "company: Zenith")]);
        let mut right_side = known(&file, End::Right, &[("1", "note: Omega")]);
        left_side[0].edited = left.map(time);
        right_side[0].edited = right.map(time);
        let plan = plan(&Engine::new(&file.program), [&left_side, &right_side], &links, &Facts::default());
        let Kind::Pair(outcome) = &plan.items[0].kind else { panic!("{:?}", plan.items) };
        file.show(End::Left, outcome.end[0].as_ref())
    };
    assert_eq!(edited(Some(100), Some(200)), "company: Omega");
    assert_eq!(edited(Some(200), Some(100)), "company: Zenith");
    assert_eq!(edited(Some(100), Some(101)), "company: Zenith", "one second is in doubt: the left end");
    assert_eq!(edited(Some(100), Some(105)), "company: Zenith", "five seconds still are");
    assert_eq!(edited(Some(100), Some(106)), "company: Omega");
    assert_eq!(edited(None, Some(200)), "company: Zenith");
}

#[test]
fn who_was_deleted_before_the_two_were_ever_in_step_is_not_made_again() {
    let file = Sync::new("sync books <-> shop match email");
    let known = |end, id: &str, text: &str| Known { id: id.into(), record: file.contact(end, text), edited: None };
    // Made and linked; then the program was stopped, and a person deleted the new contact.
    let links = [Linked { ids: ["1".into(), "2".into()], base: None }];
    let left = [known(End::Left, "1", "email: ann@x.example")];
    let right = [known(End::Right, "2", "none")];
    let plan = plan(&Engine::new(&file.program), [&left, &right], &links, &Facts::default());
    let Kind::Pair(outcome) = &plan.items[0].kind else { panic!("{plan:#?}") };
    assert_eq!(outcome.changes, []);
    assert_eq!(plan.counts[1].created, 0);
}
