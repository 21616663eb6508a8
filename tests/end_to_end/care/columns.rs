//! Lists that have no column for a field that the cards have.

use super::lists::Lists;

/// A list without a column for notes, and a card with a note.
fn without_notes() -> Lists {
    let lists = Lists::new("");
    lists.add_card("Ann", "Bee", "ann@home.example");
    lists.edit_card("ann@home.example", "END:VCARD", "NOTE:two dogs\r\nEND:VCARD");
    lists
}

#[test]
fn what_has_no_column_is_neither_planned_nor_said_to_be_written() {
    let lists = without_notes();
    let plan = lists.syncc("plan", &[], &[]);
    assert!(plan.out.contains("given_name: “Ann”") && !plan.out.contains("two dogs"), "{plan:?}");
    lists.run();
    assert!(lists.workspace.read("people.csv").contains("Ann,Bee,ann@home.example,\n"));
    let log = lists.syncc("log", &[], &[]);
    assert!(log.out.contains("“Ann”") && !log.out.contains("two dogs"), "{log:?}");
    assert_eq!(lists.json("audit", &[], &[])["equal"], true);
}

#[test]
fn a_column_that_is_added_later_is_filled_and_empties_nothing() {
    let lists = without_notes();
    lists.run();
    let list = lists.workspace.read("people.csv");
    let wider =
        list.replacen(",company\n", ",company,note\n", 1).replace("ann@home.example,\n", "ann@home.example,,\n");
    lists.workspace.write("people.csv", &wider);
    let plan = lists.syncc("plan", &[], &[]);
    assert!(plan.out.contains("~ people Ann Bee\n    note: “two dogs”"), "{plan:?}");
    lists.run();
    assert!(lists.workspace.read("people.csv").contains("ann@home.example,,two dogs\n"));
    assert!(lists.cards().contains("NOTE:two dogs"));
}

#[test]
fn a_list_with_whole_names_makes_nobody_nameless() {
    let lists = Lists::new("");
    lists.workspace.write("people.csv", "id,Name,email\n1,Ann Maria van Bee,ann@home.example\n");
    lists.add_card("Ben", "Cole", "ben@home.example");
    let told = lists.syncc("plan", &[], &[]);
    let said = "names stand in the column `Name`, and given_name and family_name have none";
    assert!(told.code == 1 && told.error.contains(said) && told.error.contains("`syncc pull`"), "{told:?}");
    let pulled = lists.syncc("pull", &[], &[]);
    assert_eq!(pulled.code, 0, "{pulled:?}");
    lists.run();
    assert!(lists.cards().contains("N:van Bee;Ann;Maria;;"), "{}", lists.cards());
    assert!(lists.workspace.read("people.csv").contains(",Ben Cole,ben@home.example"));
    lists.edit_card("ben@home.example", "Cole", "Coleman");
    lists.run();
    assert!(lists.workspace.read("people.csv").contains(",Ben Coleman,ben@home.example"));
    assert_eq!(lists.json("audit", &[], &[])["equal"], true);
}
