//! `syncc forget`: a person is erased, and stays so.

use std::{fs, path::Path};

use super::lists::{ANN_AND_BEN, Lists};

/// The files under a folder that have this in them.
fn holding(folder: &Path, text: &str, only: &str) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).expect("the folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            found.extend(holding(&entry, text, only));
            continue;
        }
        let bytes = fs::read(&entry).expect("a file");
        let name = entry.file_name().expect("a name").to_string_lossy().into_owned();
        if name.starts_with(only) && bytes.windows(text.len()).any(|window| window == text.as_bytes()) {
            found.push(name);
        }
    }
    found
}

/// Ann with a history, a pause and a conflict; what is known of her that is in nobody else's data.
fn known() -> (Lists, Vec<String>) {
    let lists = Lists::new(ANN_AND_BEN);
    lists.run();
    lists.edit_list("Acme", "Acme Ltd");
    lists.edit_card("ann@home.example", "Acme", "Acme Inc");
    lists.run();
    lists.syncc("pause", &["ann@home.example"], &["--because", "private"]);
    let path = lists.card_file("ann@home.example");
    let id = path.file_stem().expect("a name").to_string_lossy().into_owned();
    let values = ["ann@home.example", "Acme Ltd", "Acme Inc", "\"Ann\"", "Ann Bee"].map(str::to_owned);
    (lists, values.into_iter().chain([id]).collect())
}

#[test]
fn nothing_of_a_forgotten_person_is_left_in_any_file_of_the_store() {
    let (lists, values) = known();
    let state = lists.workspace.path(".syncc");
    for value in &values[..2] {
        assert!(!holding(&state, value, "").is_empty(), "{value} is remembered");
    }
    let asked = lists.syncc("forget", &["ann@home.example"], &[]);
    assert!(asked.code == 2 && asked.error.contains("--yes"), "{asked:?}");
    let forgot = lists.syncc("forget", &["ann@home.example"], &["--yes"]);
    assert!(forgot.code == 0 && forgot.out.contains("Nothing is deleted in people or cards"), "{forgot:?}");
    for value in &values {
        assert_eq!(holding(&state, value, ""), [""; 0], "{value}");
    }
    assert!(!holding(&state, "ben@home.example", "").is_empty(), "Ben is still remembered");
    assert!(lists.cards().contains("ann@home.example"), "nothing is deleted in the apps");
    let nobody = lists.syncc("why", &["ann@home.example"], &[]);
    assert_eq!(nobody.code, 1, "{nobody:?}");
}

#[test]
fn a_forgotten_person_is_left_alone_until_that_is_taken_back() {
    let (lists, _) = known();
    assert_eq!(lists.syncc("forget", &["ann@home.example"], &["--yes"]).code, 0);
    lists.edit_list("Acme Ltd", "Acme Holding");
    // The same person under a new id is the same person.
    lists.delete_card("ann@home.example");
    lists.add_card("Ann", "Bee", "ann@home.example");
    lists.run();
    assert!(!lists.cards().contains("Acme Holding"), "nothing flows");
    let state = lists.workspace.path(".syncc");
    assert_eq!(holding(&state, "Acme Holding", ""), [""; 0], "and nothing is taken in");
    let status = lists.json("status", &[], &[]);
    assert_eq!((&status["linked"], &status["forgotten"]), (&1.into(), &1.into()), "{status}");
    assert_eq!(lists.json("audit", &[], &[])["equal"], true);

    let nobody = lists.syncc("forget", &["zoe@home.example"], &["--take-back"]);
    assert!(nobody.code == 1 && nobody.error.contains("nobody like"), "{nobody:?}");
    assert_eq!(lists.syncc("forget", &["Ann@Home.example"], &["--take-back"]).code, 0);
    lists.run();
    assert!(lists.cards().contains("Acme Holding"), "she is synced like somebody new");
}

#[test]
fn an_older_copy_does_not_bring_a_forgotten_person_back() {
    let (lists, values) = known();
    let copy = lists.workspace.path("copy").display().to_string();
    lists.syncc("backup", &[], &["--to", &copy]);
    assert_eq!(lists.syncc("forget", &["ann@home.example"], &["--yes"]).code, 0);
    assert_eq!(lists.syncc("restore", &[&copy], &[]).code, 0);
    assert_eq!(lists.json("status", &[], &[])["linked"], 1);
    for value in &values {
        assert_eq!(holding(&lists.workspace.path(".syncc"), value, ""), [""; 0], "{value}");
    }
    lists.edit_list("Acme Ltd", "Acme Holding");
    lists.syncc("plan", &[], &[]);
    lists.run();
    assert!(!lists.cards().contains("Acme Holding"), "and she is still left alone");
}

#[test]
fn somebody_of_whom_only_the_history_tells_can_be_forgotten() {
    let (lists, _) = known();
    let state = lists.workspace.path(".syncc");
    // The card goes by an undo, and the line by hand: nobody is known as Ann any more.
    let undone = lists.syncc("undo", &["ben@home.example"], &["--yes"]);
    assert_eq!(undone.code, 0, "{undone:?}");
    let list = lists.workspace.read("people.csv");
    let without: String = list.lines().filter(|line| !line.contains("ben@")).map(|line| format!("{line}\n")).collect();
    lists.workspace.write("people.csv", &without);
    lists.run();
    assert!(!holding(&state, "ben@home.example", "").is_empty(), "the history tells of him");
    let forgot = lists.syncc("forget", &["ben@home.example"], &["--yes"]);
    assert!(forgot.code == 0 && forgot.out.contains("is erased"), "{forgot:?}");
    assert_eq!(holding(&state, "ben@home.example", ""), [""; 0]);
    assert!(!holding(&state, "ann@home.example", "").is_empty(), "Ann is still remembered");
    let nobody = lists.syncc("forget", &["ben@home.example"], &["--yes"]);
    assert!(nobody.code == 1 && nobody.error.contains("nobody is known"), "{nobody:?}");
}

#[test]
fn a_partner_that_is_gone_is_forgotten_with_the_person() {
    let (lists, _) = known();
    let undone = lists.syncc("undo", &["ben@home.example"], &["--yes"]);
    assert_eq!(undone.code, 0, "{undone:?}");
    let forgot = lists.syncc("forget", &["ben@home.example"], &["--yes"]);
    assert_eq!(forgot.code, 0, "{forgot:?}");
    assert_eq!(holding(&lists.workspace.path(".syncc"), "ben@home.example", ""), [""; 0]);
}

#[test]
fn nobody_is_erased_of_whom_only_a_part_was_typed() {
    let (lists, _) = known();
    let part = lists.syncc("forget", &["Col"], &["--yes"]);
    assert!(part.code == 2 && part.error.contains("only a part of Ben Cole"), "{part:?}");
    let part = lists.syncc("undo", &["Col"], &["--yes"]);
    assert!(part.code == 2 && part.error.contains("only a part of Ben Cole"), "{part:?}");
    let number = lists.syncc("undo", &["7"], &["--yes"]);
    assert!(number.code == 2 && number.error.contains("there is no run 7"), "{number:?}");
}

#[test]
fn to_forget_somebody_makes_no_others_of_the_rest() {
    let lists = Lists::new(ANN_AND_BEN);
    lists.workspace.write(
        "team.sync",
        "sync people <-> cards\n\nmatch email\n\nwhen people exists then cards exists\n\
        when cards exists then people exists\nwhen cards deleted then people deleted\n",
    );
    lists.run();
    lists.run();
    let list = lists.workspace.read("people.csv");
    assert_eq!(lists.syncc("forget", &["ben@home.example"], &["--yes"]).code, 0);
    assert_eq!(lists.syncc("forget", &["ben@home.example"], &["--take-back"]).code, 0);
    let card = lists.card_file("ann@home.example");
    fs::rename(&card, card.with_file_name("ann.vcf")).expect("it gets another name");
    lists.run();
    assert_eq!(lists.workspace.read("people.csv"), list);
}
