//! Point 3 of `docs/semantics.md`: what flows between two records.

use syncc_compiler::{
    ir::End,
    value::{Address, Record, Value},
};
use syncc_runtime::engine::{Base, Pair, Status};

use crate::sync::Sync;

const FIELDS: &str = "map none map books.company <-> shop.note map books.label <-> shop.tag";

fn two_way() -> Sync {
    Sync::new(&format!("sync books <-> shop {FIELDS}"))
}

#[test]
fn what_changed_on_one_side_flows() {
    let after = two_way().next(["company: Acme", "note: Acme"], ["company: Zenith", "note: Acme"]);
    assert_eq!([after.left, after.right], ["company: Zenith", "note: Zenith"]);
    let after = two_way().next(["company: Acme", "note: Acme"], ["company: Acme", "note: Zenith"]);
    assert_eq!([after.left, after.right], ["company: Zenith", "note: Zenith"]);
}

#[test]
fn clearing_a_field_is_a_change() {
    let after = two_way().next(["company: Acme", "note: Acme"], ["", "note: Acme"]);
    assert_eq!([after.left, after.right], ["", ""]);
}

#[test]
fn when_both_sides_changed_prefer_decides_and_without_it_the_left_end() {
    let both = [["company: Acme", "note: Acme"], ["company: Zenith", "note: Omega"]];
    let after = two_way().next(both[0], both[1]);
    assert_eq!(after.right, "note: Zenith");
    let after = Sync::new(&format!("sync books <-> shop prefer shop {FIELDS}")).next(both[0], both[1]);
    assert_eq!(after.left, "company: Omega");
}

#[test]
fn prefer_latest_takes_the_later_edit_and_the_left_end_in_doubt() {
    let file = Sync::new(&format!("sync books <-> shop prefer latest {FIELDS}"));
    let pair = file.pair(["company: Zenith", "note: Omega"], Some(["company: Acme", "note: Acme"]));
    let later = |later| file.run(&Pair { later, ..pair.clone() }).left;
    assert_eq!(later(Some(End::Right)), "company: Omega");
    assert_eq!(later(Some(End::Left)), "company: Zenith");
    assert_eq!(later(None), "company: Zenith");
}

#[test]
fn the_same_change_on_both_sides_is_no_conflict() {
    let after = two_way().next(["company: Acme", "note: Acme"], ["company: Zenith", "note: Zenith"]);
    assert_eq!(after.status(), Status::InSync);
    assert!(after.outcome.changes.is_empty());
}

#[test]
fn on_a_first_sync_filled_beats_empty_whoever_is_preferred() {
    let after = two_way().first("", "note: Acme");
    assert_eq!(after.left, "company: Acme");
    let after = two_way().first("company: Acme", "note: Zenith");
    assert_eq!(after.right, "note: Acme", "two different values ask prefer");
}

#[test]
fn sets_merge_element_by_element() {
    let after = two_way().next(["label: A, B, C", "tag: A, B, C"], ["label: B, C, D", "tag: A, B, E"]);
    assert_eq!(after.left, "label: B, D, E");
    assert_eq!(after.right, "tag: B, D, E");
}

#[test]
fn sets_are_united_on_a_first_sync() {
    let after = two_way().first("label: A, B", "tag: B, C");
    assert_eq!([after.left, after.right], ["label: A, B, C", "tag: A, B, C"]);
}

#[test]
fn a_one_way_mapping_never_writes_back() {
    let file = Sync::new("sync books <-> shop map none map books.company -> shop.note map books.label -> shop.tag");
    let after =
        file.next(["company: Acme; label: A", "note: Acme; tag: A"], ["company: Acme; label: A", "note: x; tag: A, B"]);
    assert_eq!([after.left, after.right], ["company: Acme; label: A", "note: x; tag: A, B"]);
}

#[test]
fn a_field_that_an_answer_did_not_carry_is_neither_a_change_nor_written_over() {
    let file = two_way();
    let base = ["company: Acme", "note: Acme"];
    let after = file.next(base, ["company: ?", "note: Acme"]);
    assert_eq!([after.left.as_str(), &after.right], ["company: ?", "note: Acme"]);
    let waiting = file.next(base, ["company: ?", "note: Zenith"]);
    assert_eq!(waiting.left, "company: ?");
    let carried = file.after(&waiting, ["company: Acme", "note: Zenith"]);
    assert_eq!(carried.left, "company: Zenith", "the change is still one when the field is read again");
}

#[test]
fn spelling_alone_is_no_change() {
    let file = Sync::new("sync books <-> shop");
    let after =
        file.next(["email: ann@x.example", "email: ann@x.example"], ["email: ann@x.example", "email: Ann@X.example"]);
    assert!(after.outcome.changes.is_empty());
}

#[test]
fn choices_are_translated_and_several_words_for_one_do_not_fight() {
    let file = Sync::new(
        r#"sync books <-> shop map none
           map books.status <-> shop.stage using { "Open" = "open", "Lead" = "open", "Won" = "won" }"#,
    );
    let after = file.next(["status: Open", "stage: open"], ["status: Won", "stage: open"]);
    assert_eq!(after.right, "stage: won");
    let after = file.next(["status: Open", "stage: open"], ["status: Lead", "stage: open"]);
    assert_eq!([after.left, after.right], ["status: Lead", "stage: open"], "both are open: nothing flows back");
    let after = file.next(["status: Won", "stage: won"], ["status: Won", "stage: open"]);
    assert_eq!(after.left, "status: Open", "the first row decides");
    let file = Sync::new(
        r#"sync books <-> shop prefer shop map none
           map books.status <-> shop.stage using { "Open" = "open", "Lead" = "open", "Won" = "won" }"#,
    );
    let after = file.first("status: Lead", "stage: open");
    assert_eq!(after.left, "status: Lead", "they say the same, read from left to right");
}

#[test]
fn consent_only_climbs_down_whoever_is_preferred() {
    let file = Sync::new("sync books <-> shop prefer books map none map books.mail <-> shop.mail");
    let was = ["mail: subscribed", "mail: subscribed"];
    let after = file.next(was, ["mail: subscribed", "mail: unsubscribed"]);
    assert_eq!(after.left, "mail: unsubscribed");
    let after = file.next(["mail: unsubscribed", "mail: unsubscribed"], ["mail: subscribed", "mail: unsubscribed"]);
    assert_eq!(after.left, "mail: unsubscribed", "what was taken back is not given again");
    let after = file.next(["mail: cleaned", "mail: cleaned"], ["", "mail: cleaned"]);
    assert_eq!(after.left, "mail: cleaned", "nothing said is no permission");
    let apart = ["mail: subscribed", "mail: unsubscribed"];
    assert_eq!(file.next(apart, apart).left, "mail: unsubscribed", "it needs no edit");
    let file = Sync::new(
        r#"sync books <-> shop prefer books map none
           map books.status <-> shop.mail using { "Open" = "unsubscribed", "Lead" = "unsubscribed", "Won" = "cleaned" }"#,
    );
    assert_eq!(file.first("status: Lead", "mail: cleaned").left, "status: Won", "also as another field spells it");
    assert_eq!(file.first("status: Won", "mail: subscribed").right, "mail: cleaned");
    assert_eq!(file.first("status: Lead", "mail: unsubscribed").left, "status: Lead", "they say the same");
}

#[test]
fn a_composed_text_follows_its_fields() {
    let file = Sync::new(r#"sync books <-> shop map none map "{books.company}, {books.title}" -> shop.note"#);
    let base = ["company: Acme; title: CEO", "note: Acme, CEO"];
    let after = file.next(base, ["company: Acme; title: CTO", "note: Acme, CEO"]);
    assert_eq!(after.right, "note: Acme, CTO");
    let after = file.next(base, ["", "note: Acme, CEO"]);
    assert_eq!(after.right, "", "when all its fields are empty, so is the text");
    let after = file.next(base, ["company: Acme; title: CEO", "note: call back"]);
    assert_eq!(after.right, "note: call back", "what a person writes there stays until a field changes");
    let file = Sync::new(r#"sync books <-> shop map none map "{books.company}, {books.title}" -> shop.memo"#);
    let after = file.next([base[0], "memo: Acme, CEO"], ["", "memo: Acme, CEO"]);
    assert_eq!(after.right, "memo: Acme, CEO", "where the app cannot be told to clear a field, nothing is written");
}

fn home(parts: [&str; 4]) -> Value {
    let [street, city, region, postal] = parts.map(str::to_owned);
    Value::Address(Box::new(Address { street, city, region, postal, country: String::new() }))
}

/// A record that holds nothing but this in `home`.
fn at_home(file: &Sync, end: End, parts: [&str; 4]) -> Option<Record> {
    let mut record = file.contact(end, "")?;
    record.put(file.program.side(end).field("home")?, home(parts));
    Some(record)
}

#[test]
fn a_part_of_an_address_that_the_other_app_has_no_place_for_stays() {
    let file = Sync::new("sync books <-> shop map none map books.home <-> shop.home");
    let (full, less) = (["1 Main St", "Honolulu", "HI", "96813"], ["1 Main St", "Honolulu", "", "96813"]);
    let base = [at_home(&file, End::Left, full), at_home(&file, End::Right, less)];
    let moved = at_home(&file, End::Right, ["2 Pali Hwy", "Kailua", "", "96734"]);
    let pair = Pair { now: [base[0].clone(), moved], base: Some(Base { sides: base }), later: None };
    let after = file.run(&pair);
    let there = at_home(&file, End::Left, ["2 Pali Hwy", "Kailua", "HI", "96734"]);
    assert_eq!(after.outcome.end[0], there);
    let made = file.run(&Pair { now: [there, None], base: None, later: None });
    assert_eq!(made.outcome.end[1], at_home(&file, End::Right, ["2 Pali Hwy", "Kailua", "", "96734"]));
}

#[test]
fn a_whole_name_and_its_parts_follow_each_other() {
    let file = Sync::new("sync books <-> shop");
    let base = ["name: Ann Lee", "given: Ann; family: Lee"];
    let after = file.next(base, ["name: Ann van Lee", "given: Ann; family: Lee"]);
    assert_eq!(after.right, "family: van Lee; given: Ann");
    let after = file.next(base, ["name: Ann Lee", "given: Anna; family: Lee"]);
    assert_eq!(after.left, "name: Anna Lee");
    let one_way = Sync::new("sync books -> shop");
    let after = one_way.next(base, ["name: Ann Lee", "given: Anna; family: Lee"]);
    assert_eq!(after.left, "name: Ann Lee", "what flows one way only does not flow back");
}

#[test]
fn a_whole_name_that_says_what_its_parts_say_is_left_as_it_is_spelt() {
    let file = Sync::new("sync books <-> shop");
    let base = ["name: Lee, Ann", "given: Ann; family: Li"];
    let after = file.next(base, ["name: Lee, Ann", "given: Ann; family: Lee"]);
    assert_eq!(after.left, "name: Lee, Ann", "the family name first");
    let base = ["name: Ann Mary Lee", "given: Ann; family: Lee"];
    let after = file.next(base, ["name: Ann Mary Lee", "given: Ann  Mary; family: Lee"]);
    assert_eq!(
        (after.left.as_str(), after.right.as_str()),
        ("name: Ann Mary Lee", "family: Lee; given: Ann  Mary"),
        "blanks"
    );
}

#[test]
fn coming_back_into_scope_resumes_from_the_base() {
    let file = Sync::new(&format!(r#"sync books <-> shop {FIELDS} when books.label != "Private" then shop exists"#));
    let out = file.next(
        ["label: A, Private; company: Acme", "tag: A, Private; note: Acme"],
        ["label: A, Private, New; company: Zenith", "tag: A, Private; note: Acme"],
    );
    assert_eq!(out.right, "note: Acme; tag: A, Private", "out of scope: nothing flows");
    let back = file.after(&out, ["label: A, New; company: Zenith", "tag: A, Private; note: Acme"]);
    assert_eq!(back.right, "note: Zenith; tag: A, New", "in scope again: what changed meanwhile flows");
}

#[test]
fn a_pair_that_first_met_out_of_scope_merges_once_it_is_in() {
    let file = Sync::new(&format!(r#"sync books -> shop {FIELDS} when books.label != "Private" then shop exists"#));
    let out = file.first("label: Private; company: Acme", "");
    assert_eq!(out.status(), Status::Excluded);
    let back = file.after(&out, ["company: Acme", ""]);
    assert_eq!(back.right, "note: Acme");
}
