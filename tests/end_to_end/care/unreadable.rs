//! What cannot be read any more holds back nobody else.

use std::fs;

use super::lists::{ANN_AND_BEN, Lists};

#[test]
fn a_card_that_was_just_made_and_is_broken_holds_back_itself_only() {
    let lists = Lists::new(ANN_AND_BEN);
    lists.run();
    let path = lists.card_file("ann@home.example");
    let card = fs::read(&path).expect("the card");
    fs::write(&path, &card[..card.len() / 2]).expect("half of it");
    lists.edit_list("Zenith", "Zenith Ltd");
    for _ in 0..2 {
        let told = lists.syncc("run", &[], &["--once", "--yes"]);
        assert!(told.out.contains("breaks off") || told.error.contains("breaks off"), "{told:?}");
        assert!(lists.cards().contains("ORG:Zenith Ltd"), "{told:?}");
    }
    fs::write(&path, &card).expect("it is mended");
    lists.run();
    lists.edit_list("Acme", "Acme Ltd");
    lists.run();
    assert!(lists.cards().contains("ORG:Acme Ltd") && lists.cards().matches("ann@home.example").count() == 1);
}

#[test]
fn a_row_that_was_just_made_and_may_be_in_a_broken_line_holds_back_itself_only() {
    let lists = Lists::new("");
    lists.add_card("Ann", "Bee", "ann@home.example");
    lists.add_card("Ben", "Cole", "ben@home.example");
    lists.run();
    lists.edit_list(",Ann,", ",Ann,Anna,");
    lists.edit_card("ben@home.example", "FN:Ben Cole\r\nN:Cole;Ben", "FN:Benny Cole\r\nN:Cole;Benny");
    lists.syncc("run", &[], &["--once", "--yes"]);
    assert!(lists.workspace.read("people.csv").contains(",Benny,Cole,"), "{}", lists.workspace.read("people.csv"));
    lists.edit_list(",Ann,Anna,", ",Anna,");
    lists.run();
    assert!(lists.cards().contains("N:Bee;Anna;"), "{}", lists.cards());
}

#[test]
fn a_card_that_is_back_and_cannot_be_read_does_not_count_as_deleted() {
    let lists = Lists::new(ANN_AND_BEN);
    let rules = "sync people <-> cards\n\nmatch email\n\nwhen people exists then cards exists\n\
        when cards exists then people exists\nwhen cards deleted then people deleted\n";
    lists.workspace.write("team.sync", rules);
    lists.run();
    lists.run();
    let (list, path) = (lists.workspace.read("people.csv"), lists.card_file("ann@home.example"));
    let card = fs::read(&path).expect("the card");
    // A program replaces the card: a plan sees it gone, and the next run sees half of it.
    fs::remove_file(&path).expect("the card");
    let plan = lists.syncc("plan", &[], &[]);
    assert!(plan.out.contains("- people Ann Bee"), "{plan:?}");
    fs::write(&path, &card[..card.len() / 2]).expect("half of it");
    for _ in 0..2 {
        lists.syncc("run", &[], &["--once", "--yes"]);
        assert_eq!(lists.workspace.read("people.csv"), list);
    }
    fs::write(&path, &card).expect("all of it");
    lists.run();
    assert_eq!(lists.workspace.read("people.csv"), list);
    fs::remove_file(&path).expect("the card");
    lists.run();
    assert!(!lists.workspace.read("people.csv").contains("ann@"), "now she is deleted");
}
