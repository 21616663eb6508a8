//! Points 2, 4 and 5 of `docs/semantics.md`: what rules do.

use syncc_runtime::engine::{Cause, Part, Status};

use crate::sync::Sync;

#[test]
fn a_rule_makes_its_effects_true_and_the_contact_with_them() {
    let file = Sync::new("sync books <-> shop\nwhen books.label == \"Clients\" then shop.tag += \"Client\"");
    let after = file.first("email: ann@x.example; label: Clients", "none");
    assert_eq!(after.right, "email: ann@x.example; tag: Client");
    assert_eq!(after.status(), Status::Created);
    assert_eq!(after.fired, [(2, Part::Then)]);
    let after = file.first("email: ann@x.example; label: Friends", "none");
    assert_eq!([after.right.as_str(), "none"], ["none", "none"]);
    assert_eq!(after.status(), Status::Excluded);
}

#[test]
fn without_undo_a_failing_condition_changes_nothing() {
    let file = Sync::new("sync books <-> shop when books.label == \"Clients\" then shop.tag += \"Client\"");
    let after = file.next(["label: Clients", "tag: Client"], ["", "tag: Client"]);
    assert_eq!(after.right, "tag: Client");
}

#[test]
fn undo_takes_back_whoever_put_it_there() {
    let file = Sync::new("sync books <-> shop\nwhen books.label == \"Clients\" then shop.tag += \"Client\" undo");
    let after = file.next(["label: Clients", "tag: Client"], ["", "tag: Client"]);
    assert_eq!(after.right, "");
    assert_eq!(after.fired, [(2, Part::Undo)]);
    let after = file.first("label: Friends", "tag: Client, Vip");
    assert_eq!(after.right, "tag: Vip");
}

#[test]
fn undo_of_a_value_is_what_the_rule_says() {
    let file = Sync::new(
        r#"sync books <-> shop map none
           when books.label == "Clients" then shop.stage = "won", shop.vip = true undo shop.stage = "open", shop.vip = false"#,
    );
    assert_eq!(file.first("label: Clients", "stage: open").right, "stage: won; vip: true");
    assert_eq!(file.first("", "stage: won; vip: true").right, "stage: open; vip: false");
}

#[test]
fn a_rule_moves_nobody_to_more_mail() {
    let file = Sync::new("sync books <-> shop map none\nwhen books.label == \"Off\" then shop.mail = \"unsubscribed\"");
    assert_eq!(file.first("label: Off", "mail: subscribed").right, "mail: unsubscribed");
    assert_eq!(file.first("label: Off", "mail: cleaned").right, "mail: cleaned", "a bounced address is further down");
}

#[test]
fn a_tag_goes_when_its_last_reason_goes() {
    let file = Sync::new(
        r#"sync books <-> shop
           when books.label == "Clients" then shop.tag += "Known" undo
           when books.label == "Friends" then shop.tag += "Known" undo"#,
    );
    let was = ["label: Clients, Friends", "tag: Known"];
    assert_eq!(file.next(was, ["label: Friends", "tag: Known"]).right, "tag: Known");
    assert_eq!(file.next(was, ["", "tag: Known"]).right, "");
}

#[test]
fn other_way_keeps_the_rule_from_both_sides() {
    let file =
        Sync::new("sync books <-> shop\nwhen books.label == \"Clients\" then shop.tag += \"Client\" undo other-way");
    let was = ["label: Clients", "tag: Client"];
    let removed = file.next(was, ["label: Clients", ""]);
    assert_eq!(removed.left, "", "the tag was taken away, so the label goes");
    assert_eq!(removed.fired, [(2, Part::OtherWay)]);
    assert_eq!(file.next(was, ["", "tag: Client"]).right, "", "the label was taken away, so the tag goes");
    assert_eq!(file.next(["", ""], ["", "tag: Client"]).left, "label: Clients");
    assert_eq!(file.next(["", ""], ["label: Clients", ""]).right, "tag: Client");
    let made = file.first("none", "email: ann@x.example; tag: Client");
    assert_eq!(made.left, "email: ann@x.example; label: Clients");
}

#[test]
fn on_a_first_sync_the_side_that_the_rule_is_written_from_pushes() {
    let file =
        Sync::new("sync books <-> shop when books.label != \"Private\" then shop.tag += \"Book\" undo other-way");
    let after = file.first("label: Friends", "");
    assert_eq!(
        [after.left, after.right],
        ["label: Friends", "tag: Book"],
        "nobody is labelled Private by a first sync"
    );
    let after = file.first("label: Private", "tag: Book");
    assert_eq!([after.left, after.right], ["label: Private", ""]);
}

#[test]
fn when_both_sides_of_an_other_way_changed_a_written_prefer_decides() {
    // They disagreed when they were last in step, and both turned round since.
    let rule = "map none when books.label == \"Clients\" then shop.tag += \"Client\" undo other-way";
    let (was, now) = (["label: Clients", ""], ["", "tag: Client"]);
    let default = Sync::new(&format!("sync books <-> shop {rule}")).next(was, now);
    assert_eq!([default.left, default.right], ["", ""], "the side that the rule is written from");
    let shop = Sync::new(&format!("sync books <-> shop prefer shop {rule}")).next(was, now);
    assert_eq!([shop.left, shop.right], ["label: Clients", "tag: Client"]);
}

#[test]
fn what_a_rule_does_flows_on_in_the_same_cycle() {
    let file = Sync::new(
        r#"sync books <-> shop map none map books.group <-> shop.list
           when books.label == "Clients" then shop.list += "Known"
           when shop.list == "Known" then books.status = "Won""#,
    );
    let after = file.next(["", ""], ["label: Clients", ""]);
    assert_eq!(after.left, "group: Known; label: Clients; status: Won");
    assert!(after.outcome.steps > 2);
}

#[test]
fn each_change_says_what_made_it() {
    let file = Sync::new(
        "sync books <-> shop map none map books.company <-> shop.note\nwhen books.label == \"Clients\" then shop.tag += \"Client\"",
    );
    let after = file.next(["label: Clients", ""], ["label: Clients; company: Acme", ""]);
    let causes: Vec<Cause> = after.outcome.changes.iter().map(|change| change.cause).collect();
    assert_eq!(causes, [Cause::Mapping(0), Cause::Rule(0, Part::Then)]);
}

#[test]
fn an_undecided_condition_neither_fires_nor_undoes() {
    let file =
        Sync::new("sync books <-> shop map none when books.label == \"Clients\" then shop.tag += \"Client\" undo");
    assert_eq!(file.first("label: ?", "tag: Client").right, "tag: Client");
    assert_eq!(file.first("label: ?", "").right, "");
    let known_before = file.next(["label: Clients", ""], ["label: ?", ""]);
    assert_eq!(known_before.right, "tag: Client", "the base knows it");
}

#[test]
fn only_update_never_create() {
    let file =
        Sync::new("sync books <-> shop when books.label == \"Clients\" and shop exists then shop.tag += \"Client\"");
    assert_eq!(file.first("label: Clients", "none").right, "none");
    assert_eq!(file.first("label: Clients", "").right, "tag: Client");
}

#[test]
fn a_rule_that_holds_and_has_nothing_to_do_has_not_fired() {
    let file = Sync::new("sync books <-> shop when books.label == \"Clients\" then shop.tag += \"Client\"");
    let after = file.next(["label: Clients", "tag: Client"], ["label: Clients", "tag: Client"]);
    assert_eq!(after.status(), Status::InSync);
    assert_eq!(after.fired, []);
    assert_eq!(after.outcome.steps, 1);
}

#[test]
fn a_rule_that_writes_over_what_flowed_and_leaves_it_as_it_was_has_not_fired() {
    let file = Sync::new(
        "sync books <-> shop map none map books.company -> shop.note when books.vip then shop.note = \"Acme\"",
    );
    let after = file.next(["company: Acme; vip: true", "note: Acme"], ["company: Zenith; vip: true", "note: Acme"]);
    assert_eq!((after.right.as_str(), after.status()), ("note: Acme", Status::InSync));
    assert_eq!((after.fired, after.outcome.changes), (vec![], vec![]));
}
