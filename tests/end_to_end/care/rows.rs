//! Rows of a list without ids: who they are, run after run.

use super::lists::Lists;

fn count(text: &str, of: &str) -> usize {
    text.matches(of).count()
}

#[test]
fn a_row_without_id_and_email_is_one_contact_however_often_it_is_edited() {
    let lists = Lists::new("");
    lists.workspace.write(
        "team.sync",
        "sync people <-> cards\n\nmatch phone\n\nwhen people exists then cards exists\n\
        when people deleted then cards deleted\n",
    );
    lists.workspace.write("people.csv", "given_name,phone,note\nAnn,+1 202 555 0101,first\nBen,+1 202 555 0102,his\n");
    lists.run();
    let ann = lists.card_file("0101");
    // What nobody writes into the list is what somebody knows of her.
    lists.edit_card("0101", "END:VCARD", "X-MINE:kept\r\nEND:VCARD");
    for (from, to) in [("first", "second"), ("Ann,", "Anna,"), ("+1 202 555 0101,second", "+1 202 555 0109,third")] {
        lists.edit_list(from, to);
        let plan = lists.syncc("plan", &[], &[]);
        assert!(plan.out.contains("~ cards ") && !plan.out.contains("+ ") && !plan.out.contains("- cards"), "{plan:?}");
        lists.run();
        assert_eq!(count(&lists.cards(), "BEGIN:VCARD"), 2, "{}", lists.cards());
    }
    assert_eq!(lists.card_file("0109"), ann);
    let card = std::fs::read_to_string(ann).expect("her card");
    assert!(card.contains("NOTE:third") && card.contains("X-MINE:kept") && card.contains("Anna"), "{card}");
    // Who is really gone is deleted, as the rule says.
    lists.edit_list("Ben,+1 202 555 0102,his\n", "");
    lists.run();
    assert_eq!(count(&lists.cards(), "BEGIN:VCARD"), 1);
    assert_eq!(lists.json("status", &[], &[])["linked"], 1);
}

#[test]
fn who_is_given_an_id_by_somebody_else_is_who_they_were() {
    let lists = Lists::new("");
    lists.workspace.write(
        "team.sync",
        "sync people <-> cards\n\nmatch email\n\nwhen people exists then cards exists\n\
        when people deleted then cards deleted\n",
    );
    lists
        .workspace
        .write("people.csv", "email,given_name,note\nann@home.example,Ann,a\nben@home.example,Ben,b\n,Cy,c\n");
    lists.run();
    let files = ["ann@", "ben@", "Cy"].map(|who| lists.card_file(who));
    lists
        .workspace
        .write("people.csv", "id,email,given_name,note\n9,,Cy,c\n7,ben@home.example,Ben,b\n8,ann@home.example,Ann,A\n");
    let plan = lists.json("plan", &[], &[]);
    assert_eq!((plan["right"]["updated"].as_u64(), plan["right"]["created"].as_u64()), (Some(1), Some(0)), "{plan}");
    assert_eq!((plan["right"]["deleted"].as_u64(), plan["left"]["created"].as_u64()), (Some(0), Some(0)), "{plan}");
    lists.run();
    assert_eq!(["ann@", "ben@", "Cy"].map(|who| lists.card_file(who)), files);
    assert!(lists.cards().contains("NOTE:A\r\n") && count(&lists.cards(), "BEGIN:VCARD") == 3, "{}", lists.cards());
    // From now on they go by these ids.
    lists.edit_list("8,ann@home.example,Ann,A", "8,ann@office.example,Anna,A");
    lists.run();
    assert!(std::fs::read_to_string(&files[0]).expect("her card").contains("EMAIL:ann@office.example"));
}
