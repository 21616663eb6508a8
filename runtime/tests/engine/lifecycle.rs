//! Points 1, 5 and 6 of `docs/semantics.md`: making, deleting, and what is remembered.

use syncc_compiler::value::Value;
use syncc_runtime::engine::{Cause, Part, Status};

use crate::sync::Sync;

const BOTH: &str = "sync books <-> shop map none map books.email <-> shop.email map books.company <-> shop.note";

#[test]
fn a_contact_of_one_side_is_made_on_the_other_and_filled() {
    let after = Sync::new(BOTH).first("email: ann@x.example; company: Acme", "none");
    assert_eq!(after.right, "email: ann@x.example; note: Acme");
    assert_eq!(after.status(), Status::Created);
    let made = &after.outcome.changes[0];
    assert_eq!((made.field, made.cause), (None, Cause::Rule(0, Part::Then)));
    assert!(after.outcome.changes[1..].iter().all(|change| change.before == Value::Unknown));
}

#[test]
fn an_arrow_that_points_one_way_makes_contacts_one_way() {
    let file = Sync::new("sync books -> shop");
    assert_eq!(file.first("none", "email: ann@x.example").left, "none");
    assert_eq!(file.first("email: ann@x.example", "none").right, "email: ann@x.example");
}

#[test]
fn what_was_deleted_on_one_side_is_never_made_again_and_nothing_else_is_deleted() {
    let file = Sync::new(BOTH);
    let deleted = file.next(["company: Acme", "note: Acme"], ["none", "note: Acme"]);
    assert_eq!([deleted.left.as_str(), &deleted.right], ["none", "note: Acme"]);
    assert_eq!(deleted.status(), Status::Excluded);
    let edited = file.after(&deleted, ["none", "note: Zenith"]);
    assert_eq!([edited.left.as_str(), &edited.right], ["none", "note: Zenith"]);
    let restored = file.after(&edited, ["company: Acme", "note: Zenith"]);
    assert_eq!(restored.left, "company: Zenith", "if it comes back, the pair resumes from its base");
}

#[test]
fn a_rule_can_mark_what_was_deleted() {
    let file = Sync::new("sync books <-> shop when books deleted then shop.tag += \"Trash\"");
    let after = file.next(["", ""], ["none", ""]);
    assert_eq!(after.right, "tag: Trash");
    assert_eq!(file.first("none", "").right, "", "what never was is not deleted");
}

#[test]
fn a_rule_can_delete_but_a_contact_that_a_person_edited_survives() {
    let file = Sync::new(&format!("{BOTH} when books deleted then shop deleted when shop exists then books exists"));
    let was = ["company: Acme", "note: Acme"];
    let after = file.next(was, ["none", "note: Acme"]);
    assert_eq!(after.right, "none");
    assert_eq!(after.status(), Status::Deleted);
    let edited = file.next(was, ["none", "note: Zenith"]);
    assert_eq!(edited.right, "note: Zenith");
    let later = file.after(&edited, ["none", "note: Zenith"]);
    assert_eq!(later.right, "note: Zenith", "the edit is still one in the next cycle");
    let silent = file.next(was, ["none", "note: ?"]);
    assert_eq!(silent.right, "none", "what an answer did not carry is no edit");
}

#[test]
fn what_a_cycle_itself_writes_to_the_survivor_is_no_edit() {
    let file = Sync::new(
        "sync books <-> shop map none when books deleted then shop.tag += \"Trash\" when books deleted and shop.tag == \"Gone\" then shop.stage = \"won\"",
    );
    let marked = file.next(["", ""], ["none", ""]);
    assert_eq!(marked.right, "tag: Trash");
    let base = marked.outcome.base.as_ref().and_then(|base| base.sides[1].clone());
    assert_eq!(base, marked.outcome.end[1]);
    assert!(file.after(&marked, ["none", "tag: Trash"]).outcome.changes.is_empty());
}

#[test]
fn an_end_that_is_in_step_is_the_new_base() {
    let after = Sync::new(BOTH).next(["company: Acme", "note: Acme"], ["company: Zenith", "note: Acme"]);
    let base = after.outcome.base.expect("both exist");
    assert_eq!(base.sides, after.outcome.end);
}

#[test]
fn contacts_of_one_side_alone_are_not_remembered() {
    let file = Sync::new("sync books <-> shop when books.label == \"Clients\" then shop exists");
    assert_eq!(file.first("label: Friends", "none").outcome.base, None);
}

#[test]
fn leaving_scope_is_never_a_deletion() {
    let file = Sync::new(&format!("{BOTH} when books.label != \"Private\" then shop.tag += \"Book\" undo"));
    let after = file
        .next(["company: Acme", "note: Acme; tag: Book"], ["label: Private; company: Zenith", "note: Acme; tag: Book"]);
    assert_eq!(after.right, "note: Acme", "the undo runs, the contact stays, no field flows");
}
