//! Cards hold their numbers in one list, tables in a column for the first and one for the others: what moves up when the first
//! one is cleared goes over, and nothing is lost.

use super::lists::Lists;

const HEAD: &str = "id,given_name,family_name,email,phone,other_phones,other_emails\n";

fn lists(line: &str) -> Lists {
    let lists = Lists::new("");
    lists.workspace.write("people.csv", &format!("{HEAD}{line}"));
    lists.run();
    lists
}

fn settled(lists: &Lists) {
    lists.run();
    assert!(lists.run().out.contains("nothing to do"));
    let audit = lists.syncc("audit", &[], &[]);
    assert_eq!(audit.code, 0, "{audit:?}");
}

#[test]
fn a_number_that_moves_up_is_the_first_one_on_both_sides() {
    let lists = lists("1,Ann,Bee,ann@home.example,+18085550100,+18085550101,\n");
    lists.edit_list("+18085550100,", ",");
    lists.run();
    assert!(
        lists.workspace.read("people.csv").contains(",,+18085550101,"),
        "what moved up is for the next run, and its plan"
    );
    settled(&lists);
    assert_eq!(lists.cards().matches("+18085550101").count(), 1, "{}", lists.cards());
    assert!(lists.workspace.read("people.csv").contains("ann@home.example,+18085550101,,"));
}

#[test]
fn an_undo_takes_no_number_away_that_moved_up_meanwhile() {
    let lists = lists("1,Ann,Bee,ann@home.example,+18085550100,+18085550101,\n");
    lists.edit_list("+18085550100,", ",");
    lists.run();
    let undone = lists.syncc("undo", &["2"], &["--yes"]);
    assert!(undone.out.contains("edited since") && undone.out.contains("+18085550101"), "{undone:?}");
    assert!(lists.cards().contains("+18085550101"));
}

#[test]
fn of_somebody_with_other_addresses_only_the_first_of_them_is_the_address() {
    let lists = lists("1,Ann,Bee,,+18085550100,,ann@home.example\n");
    settled(&lists);
    let list = lists.workspace.read("people.csv");
    assert!(list.contains("Bee,ann@home.example,+18085550100,,\n"), "{list}");
}
