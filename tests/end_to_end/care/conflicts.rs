//! `syncc conflicts` and `syncc resolve`.

use serde_json::Value as Json;

use super::lists::{ANN_AND_BEN, Lists};

/// Ann's company was changed to Acme Ltd in the list and to Acme Inc on the card, and a run decided it.
fn decided() -> Lists {
    let lists = Lists::new(ANN_AND_BEN);
    lists.run();
    assert!(lists.syncc("conflicts", &[], &[]).out.contains("no conflicts"), "making a contact is no conflict");
    lists.edit_list("Acme", "Acme Ltd");
    lists.edit_card("ann@home.example", "Acme", "Acme Inc");
    lists.run();
    assert!(lists.cards().contains("Acme Ltd") && !lists.cards().contains("Acme Inc"), "the left side wins");
    lists
}

fn open(lists: &Lists) -> Vec<Json> {
    lists.json("conflicts", &[], &[])["conflicts"].as_array().expect("a list").clone()
}

#[test]
fn what_both_sides_changed_is_shown_with_the_value_that_lost() {
    let lists = decided();
    let conflicts = open(&lists);
    assert_eq!(conflicts.len(), 1, "{conflicts:?}");
    assert_eq!((&conflicts[0]["who"], &conflicts[0]["winner"]), (&"Ann Bee".into(), &"people".into()));
    assert_eq!(conflicts[0]["values"], serde_json::json!(["Acme Ltd", "Acme Inc"]));
    let shown = lists.syncc("conflicts", &[], &[]);
    assert!(shown.out.contains("people.company “Acme Ltd” won over cards.company “Acme Inc”"), "{shown:?}");
    assert!(shown.out.contains("without `prefer`, the left side wins"), "{shown:?}");
}

#[test]
fn on_a_first_sync_two_different_filled_values_are_a_conflict_and_an_empty_one_is_none() {
    let lists = Lists::new(ANN_AND_BEN);
    lists.add_card("Anna", "Bee", "ann@home.example");
    lists.run();
    let conflicts = open(&lists);
    let fields: Vec<_> = conflicts.iter().map(|conflict| conflict["fields"][0].as_str()).collect();
    assert_eq!(fields, [Some("given_name")], "the company was empty on the card: {conflicts:?}");
}

#[test]
fn agreeing_closes_a_conflict_and_writes_nothing() {
    let lists = decided();
    let before = (lists.workspace.read("people.csv"), lists.cards());
    let kept = lists.syncc("resolve", &["ann@home.example"], &["--keep"]);
    assert!(kept.code == 0 && kept.out.contains("1 conflict closed"), "{kept:?}");
    assert_eq!((open(&lists).len(), lists.workspace.read("people.csv"), lists.cards()), (0, before.0, before.1));
    let again = lists.syncc("resolve", &["ann@home.example"], &["--keep"]);
    assert!(again.code == 1 && again.error.contains("no open conflict"), "{again:?}");
}

#[test]
fn the_other_side_can_win_after_all_on_both_sides_and_in_the_history() {
    let lists = decided();
    let asked = lists.syncc("resolve", &["ann@home.example"], &["--take", "cards"]);
    assert!(asked.out.contains("Acme Inc") && asked.error.contains("--yes"), "it is shown and asked first: {asked:?}");
    assert!(!lists.cards().contains("Acme Inc"));

    let taken = lists.syncc("resolve", &["ann@home.example"], &["--take", "cards", "--field", "company", "--yes"]);
    assert_eq!(taken.code, 0, "{taken:?}");
    assert!(lists.cards().contains("Acme Inc") && lists.workspace.read("people.csv").contains("Acme Inc"));
    assert!(open(&lists).is_empty());
    let log = lists.syncc("log", &[], &[]);
    assert!(log.out.contains("resolved by hand: cards wins"), "{log:?}");
    let quiet = lists.run();
    assert!(quiet.out.contains("nothing to do"), "{quiet:?}");
}

#[test]
fn what_was_edited_since_is_left_alone() {
    let lists = decided();
    lists.edit_list("Acme Ltd", "Acme Holding");
    let refused = lists.syncc("resolve", &["ann@home.example"], &["--take", "right", "--yes"]);
    assert!(refused.code == 1 && refused.error.contains("it was edited in people since"), "{refused:?}");
    assert!(lists.workspace.read("people.csv").contains("Acme Holding"));
    let wrong = lists.syncc("resolve", &["ann@home.example"], &["--take", "google", "--yes"]);
    assert!(wrong.code == 2 && wrong.error.contains("write people or cards"), "{wrong:?}");
}

#[test]
fn what_was_edited_and_carried_over_since_is_not_written_over() {
    let lists = decided();
    lists.edit_card("ann@home.example", "Acme Ltd", "Acme Group");
    lists.run();
    assert!(lists.workspace.read("people.csv").contains("Acme Group"));
    let refused = lists.syncc("resolve", &["ann@home.example"], &["--take", "cards", "--yes"]);
    assert!(
        refused.code == 1 && refused.error.contains("edited since") && refused.error.contains("--keep"),
        "{refused:?}"
    );
    assert!(lists.cards().contains("Acme Group") && lists.workspace.read("people.csv").contains("Acme Group"));
}

#[test]
fn what_an_undo_gave_back_can_be_taken_and_why_tells_that_the_two_differ() {
    let lists = decided();
    assert_eq!(lists.syncc("undo", &["2"], &["--yes"]).code, 0);
    assert!(lists.cards().contains("Acme Inc"));
    lists.syncc("resume", &["ann@home.example"], &[]);
    lists.run();
    let why = lists.syncc("why", &["ann@home.example"], &[]);
    assert!(why.out.contains("They differ in `people.company`, `cards.company`"), "{why:?}");
    let taken = lists.syncc("resolve", &["ann@home.example"], &["--take", "cards", "--yes"]);
    assert_eq!(taken.code, 0, "{taken:?}");
    assert!(lists.workspace.read("people.csv").contains("Acme Inc") && lists.cards().contains("Acme Inc"));
}
