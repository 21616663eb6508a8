//! What counts as deleted, with two lists: never what only one reading did not show and the next one could not read.

use super::lists::Lists;

const HEAD: &str = "id,given_name,family_name,email,company\n";
const ANN: &str = "1,Ann,Bee,ann@home.example,Acme\n";
const BEN: &str = "2,Ben,Cole,ben@home.example,Zenith\n";
const RULES: &str =
    "sync people <-> cards\n\nwhen people exists then cards exists\nwhen people deleted then cards deleted\n";

fn linked() -> Lists {
    let lists = Lists::new(&format!("{ANN}{BEN}"));
    lists.workspace.write("team.sync", RULES);
    lists.run();
    lists
}

fn run(lists: &Lists) -> crate::command::Ran {
    lists.syncc("run", &[], &["--once", "--yes"])
}

#[test]
fn a_list_that_a_guard_refused_deletes_nobody_later() {
    for look in ["run", "plan"] {
        let lists = linked();
        lists.workspace.write("people.csv", HEAD);
        match look {
            "run" => assert!(run(&lists).error.contains("empty-side")),
            _ => drop(lists.syncc("plan", &[], &[])),
        }
        // The list comes back, and is still being written: Ben's line is cut off.
        lists.workspace.write("people.csv", &format!("{HEAD}{ANN}2,\n"));
        let ran = run(&lists);
        assert!(lists.cards().contains("ben@home.example"), "{look}: {ran:?}");
        let why = lists.syncc("why", &["ben@home.example"], &[]);
        assert!(why.out.contains("it is not certain that it was deleted"), "{look}: {why:?}");
        // Whole again.
        lists.workspace.write("people.csv", &format!("{HEAD}{ANN}{BEN}"));
        assert_eq!(run(&lists).code, 0);
        assert!(lists.syncc("audit", &[], &[]).code == 0 && lists.cards().contains("ben@home.example"));
        // And without Ben, who was deleted.
        lists.workspace.write("people.csv", &format!("{HEAD}{ANN}"));
        assert_eq!(run(&lists).code, 0);
        assert!(!lists.cards().contains("ben@home.example"), "{look}");
    }
}

#[test]
fn who_was_deleted_while_a_line_cannot_be_read_is_deleted_when_it_can() {
    let lists = linked();
    lists.workspace.write("people.csv", &format!("{HEAD}{ANN}"));
    lists.syncc("plan", &[], &[]);
    lists.workspace.write("people.csv", &format!("{HEAD}{ANN}3,\n"));
    run(&lists);
    assert!(lists.cards().contains("ben@home.example"), "he may be in the line that cannot be read");
    lists.workspace.write("people.csv", &format!("{HEAD}{ANN}"));
    assert_eq!(run(&lists).code, 0);
    assert!(!lists.cards().contains("ben@home.example"));
}

#[test]
fn a_card_that_was_just_made_and_is_deleted_before_anybody_read_it_is_deleted() {
    let lists = Lists::new(&format!("{ANN}{BEN}"));
    lists.workspace.write(
        "team.sync",
        "sync people <-> cards\n\nwhen people exists then cards exists\nwhen cards deleted then people deleted\n",
    );
    lists.run();
    lists.delete_card("ben@home.example");
    lists.run();
    assert!(!lists.workspace.read("people.csv").contains("ben@home.example"), "no run had listed his card");
}

#[test]
fn why_tells_that_an_edit_keeps_somebody() {
    let lists = linked();
    lists.edit_card("ben@home.example", "Zenith", "Zenith Ltd");
    lists.workspace.write("people.csv", &format!("{HEAD}{ANN}"));
    run(&lists);
    assert!(lists.cards().contains("ben@home.example"));
    let why = lists.syncc("why", &["ben@home.example"], &[]);
    assert!(why.out.contains("What was edited in cards since (`company`) keeps it there"), "{why:?}");
}

#[test]
fn a_list_that_comes_back_with_its_ids_in_another_column_is_no_list_of_others() {
    let lists = linked();
    let list = lists.workspace.read("people.csv");
    lists.workspace.write("people.csv", "");
    let stopped = run(&lists);
    assert!(stopped.code == 1 && stopped.error.contains("empty-side"), "{stopped:?}");
    let renamed = list.replacen("id,", "key,", 1);
    lists.workspace.write("people.csv", &renamed);
    for _ in 0..2 {
        let told = run(&lists);
        assert!(told.code == 1 && told.error.contains("there is no column `id` any more"), "{told:?}");
        assert_eq!(lists.workspace.read("people.csv"), renamed);
    }
    lists.workspace.write("people.csv", &list);
    assert!(lists.run().out.contains("in sync"));
    assert_eq!(lists.workspace.read("people.csv"), list);
}

#[test]
fn whose_name_was_written_by_us_was_edited_by_nobody() {
    let lists = linked();
    // The whole name of the card follows the given one: that is no edit that would keep the card.
    lists.edit_list("Ben", "Benjamin");
    lists.run();
    assert!(lists.cards().contains("FN:Benjamin Cole"), "{}", lists.cards());
    lists.workspace.write("people.csv", &format!("{HEAD}{ANN}"));
    assert_eq!(run(&lists).code, 0);
    assert!(!lists.cards().contains("Cole"), "{}", lists.cards());
}
