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

/// A list whose rows go with their cards, and a folder in which one card is broken.
fn with_a_broken_card() -> Lists {
    let lists = Lists::new("");
    let rules = "sync people <-> cards\n\nmatch email\n\nwhen people exists then cards exists\n\
        when cards exists then people exists\nwhen cards deleted then people deleted\n";
    lists.workspace.write("team.sync", rules);
    lists.workspace.write("cards/zed.vcf", "BEGIN:VCARD\r\nVER");
    lists
}

/// A run in which the broken card is named.
fn run(lists: &Lists) {
    let ran = lists.syncc("run", &[], &["--once", "--yes"]);
    assert!(format!("{ran:?}").contains("zed.vcf"), "{ran:?}");
}

#[test]
fn a_card_that_was_made_and_gets_another_name_beside_a_broken_one_is_still_the_same() {
    let lists = with_a_broken_card();
    lists.workspace.write("people.csv", &format!("id,given_name,family_name,email,company\n{ANN_AND_BEN}"));
    run(&lists);
    let list = lists.workspace.read("people.csv");
    let made = lists.card_file("ann@home.example");
    fs::rename(&made, made.with_file_name("ann.vcf")).expect("it gets another name");
    run(&lists);
    run(&lists);
    assert_eq!(lists.workspace.read("people.csv"), list);
}

#[test]
fn of_two_copies_of_a_card_beside_a_broken_one_the_deleted_one_stays_deleted() {
    let lists = with_a_broken_card();
    let card =
        |email: &str| format!("BEGIN:VCARD\r\nVERSION:3.0\r\nUID:same\r\nFN:{email}\r\nEMAIL:{email}\r\nEND:VCARD\r\n");
    lists.workspace.write("cards/ann.vcf", &card("ann@home.example"));
    lists.workspace.write("cards/copy.vcf", &card("ben@home.example"));
    run(&lists);
    run(&lists);
    fs::remove_file(lists.workspace.path("cards/ann.vcf")).expect("the card");
    run(&lists);
    run(&lists);
    assert!(!lists.cards().contains("ann@home.example"), "{}", lists.cards());
    assert_eq!(lists.cards().matches("ben@home.example").count(), 2, "in EMAIL and FN of one card");
    fs::remove_file(lists.workspace.path("cards/zed.vcf")).expect("the card");
    lists.run();
    assert!(!lists.cards().contains("ann@home.example"));
    assert_eq!(lists.workspace.read("people.csv").lines().count(), 2, "Ben only");
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_nowhere_is_no_deleted_card() {
    use std::os::unix::fs::symlink;
    let lists = with_a_broken_card();
    fs::remove_file(lists.workspace.path("cards/zed.vcf")).expect("the card");
    lists.workspace.write("people.csv", &format!("id,given_name,family_name,email,company\n{ANN_AND_BEN}"));
    lists.run();
    lists.run();
    let (list, path) = (lists.workspace.read("people.csv"), lists.card_file("ann@home.example"));
    // The card is kept on a disk that is gone, and another one leads to itself.
    fs::remove_file(&path).expect("the card");
    symlink(lists.workspace.path("no-disk/ann.vcf"), &path).expect("a link");
    symlink(lists.workspace.path("cards/zed.vcf"), lists.workspace.path("cards/zed.vcf")).expect("a link");
    lists.edit_list("Zenith", "Zenith Ltd");
    run(&lists);
    assert_eq!(lists.workspace.read("people.csv"), list.replace("Zenith", "Zenith Ltd"));
    assert!(
        fs::read_to_string(lists.card_file("ben@home.example")).expect("a card").contains("Zenith Ltd"),
        "Ben is synced"
    );
}
