//! A list that has no column for what the other side holds, or keeps names whole.

use super::lists::Lists;

fn list(content: &str) -> Lists {
    let lists = Lists::new("");
    lists.workspace.write("people.csv", content);
    lists
}

fn tell_of_ann(lists: &Lists) {
    lists.add_card("Ann", "Bee", "ann@home.example");
    lists.edit_card("ann@home.example", "END:VCARD", "NOTE:met in Bern\r\nEND:VCARD");
}

#[test]
fn what_a_list_has_no_column_for_is_neither_planned_nor_logged_as_written_and_flows_once_there_is_one() {
    let lists = list("id,email,given_name,family_name\n2,ben@home.example,Ben,Cole\n");
    tell_of_ann(&lists);
    let note = "note: people has no place for `note`, so what should go there from cards is not written: \
                add such a column to people.csv, and it is taken over";
    let plan = lists.syncc("plan", &[], &[]);
    assert!(plan.out.contains("+ people Ann Bee") && plan.out.contains(note), "{plan:?}");
    assert!(!plan.out.contains("met in Bern"), "{plan:?}");
    let ran = lists.run();
    assert!(ran.out.contains(note), "{ran:?}");
    assert!(!lists.workspace.read("people.csv").contains("Bern"));
    let log = lists.syncc("log", &[], &[]);
    assert!(log.out.contains("people: Ann Bee, created") && !log.out.contains("met in Bern"), "{log:?}");
    let again = lists.run();
    assert!(again.out.contains("nothing to do") && !again.out.contains("note:"), "{again:?}");
    assert_eq!(lists.syncc("audit", &[], &[]).code, 0);
    // What is edited there meanwhile is not written either.
    lists.edit_card("ann@home.example", "Bern", "Basel");
    assert!(lists.run().out.contains("nothing to do"));

    let rows = lists.workspace.read("people.csv");
    let rows: Vec<String> = rows.lines().zip(["note", "", ""]).map(|(row, cell)| format!("{row},{cell}\n")).collect();
    lists.workspace.write("people.csv", &rows.concat());
    let plan = lists.syncc("plan", &[], &[]);
    assert!(plan.out.contains("note: “met in Basel”") && !plan.out.contains("no place"), "{plan:?}");
    lists.run();
    assert!(lists.workspace.read("people.csv").contains("ann@home.example,Ann,Bee,met in Basel\n"));
    assert!(lists.cards().contains("NOTE:met in Basel"), "what was there before the column is not taken away");
    assert!(lists.run().out.contains("nothing to do"));
}

#[test]
fn a_list_with_whole_names_gives_and_takes_them() {
    let lists = list("id,email,name,mine\n2,ben@home.example,Ben van Dyke,my own\n");
    lists.add_card("Ann", "Bee", "ann@home.example");
    lists.run();
    assert!(lists.cards().contains("N:van Dyke;Ben;;;"), "{}", lists.cards());
    assert!(lists.workspace.read("people.csv").contains(",ann@home.example,Ann Bee,\n"));
    assert!(lists.run().out.contains("nothing to do"));
    // Whoever divides a name otherwise is not overruled, and only the part that is edited changes.
    lists.edit_card("ben@home.example", "N:van Dyke;Ben;;;", "N:Dyke;Ben van;;;");
    lists.run();
    lists.edit_list("Ben van Dyke", "Ben van Cole");
    lists.run();
    assert!(lists.cards().contains("N:Cole;Ben van;;;"), "{}", lists.cards());
    lists.edit_card("ann@home.example", "N:Bee;Ann;;;", "N:Bee;Anna;;;");
    lists.run();
    let content = lists.workspace.read("people.csv");
    assert!(
        content.contains(",ann@home.example,Anna Bee,\n") && content.contains("Ben van Cole,my own\n"),
        "{content}"
    );
    assert!(lists.run().out.contains("nothing to do"));
    assert_eq!(lists.syncc("audit", &[], &[]).code, 0);

    // With columns for the parts, the name goes there.
    let divided = content.replace("name,mine\n", "given_name,family_name,mine\n");
    let divided = divided.replace("Ben van Cole", "Ben,van Cole").replace("Anna Bee", "Anna,Bee");
    lists.workspace.write("people.csv", &divided);
    lists.run();
    assert_eq!(lists.syncc("audit", &[], &[]).code, 0, "{}", lists.cards());
}

#[test]
fn a_column_that_is_called_otherwise_is_named_with_what_to_write_and_stays_as_it_is() {
    let content = "id,email,Full Name,Points\n2,ben@home.example,Ben Cole,7\n";
    let lists = list(content);
    let note = "note: people.csv has no column `name`, and its column `Full Name` is left as it is: if it is that, write \
                `columns = { name = \"Full Name\" }` in syncc.toml";
    let plan = lists.syncc("plan", &[], &[]);
    assert!(plan.out.contains(note) && !plan.out.contains("Points"), "{plan:?}");
    assert_eq!(lists.json("plan", &[], &[])["notes"].as_array().map(Vec::len), Some(1));
    lists.run();
    assert!(!lists.run().out.contains("note:"), "it is said while there is something to do");
    assert_eq!(lists.workspace.read("people.csv"), content);
    let settings = lists.workspace.read("syncc.toml");
    let named = settings.replace("path = \"people.csv\"", "path = \"people.csv\"\ncolumns = { name = \"Full Name\" }");
    lists.workspace.write("syncc.toml", &named);
    lists.run();
    assert!(lists.cards().contains("N:Cole;Ben;;;"), "{}", lists.cards());
}

#[test]
fn what_a_rule_wants_in_a_column_that_is_not_there_is_told() {
    let lists = list("id,email,given_name,family_name\n");
    let rule = "when cards.given_name == \"Ann\" then people.company = \"Acme\"\n";
    lists.workspace.write("team.sync", &format!("sync people <-> cards\n\nmatch email\n\n{rule}"));
    lists.add_card("Ann", "Bee", "ann@home.example");
    let plan = lists.syncc("plan", &[], &[]);
    assert!(plan.out.contains("note: people has no place for `company`") && !plan.out.contains("“Acme”"), "{plan:?}");
    lists.run();
    let log = lists.syncc("log", &[], &[]);
    assert!(!log.out.contains("“Acme”") && log.out.contains("Ann Bee, created"), "{log:?}");
}

#[test]
fn what_cannot_be_read_in_a_list_or_a_card_is_told_and_left_as_it_is() {
    let lists = list(
        "id,email,given_name,birthday,address\n1,ann@home.example,Ann,02/29/2024,1 Main St\n2,cy@home.example,Cy,n/a,\n",
    );
    lists.add_card("Ben", "Cole", "ben@home.example");
    lists.edit_card("ben@home.example", "END:VCARD", "BDAY:--0412\r\nEND:VCARD");
    let dates = "write a date as `2024-02-29`, with its year";
    let told = [
        format!(
            "note: people: `birthday` of Ann and of one more contact cannot be read (`02/29/2024`), so it stays as it is and is not synced: {dates}"
        ),
        format!(
            "note: cards: `birthday` of Ben Cole cannot be read (`--0412`), so it stays as it is and is not synced: {dates}"
        ),
        "note: people.csv has no column `street`, and its column `address` is left as it is".to_owned(),
    ];
    for ran in [lists.syncc("plan", &[], &[]), lists.run()] {
        assert!(told.iter().all(|told| ran.out.contains(told)), "{ran:?}");
    }
    assert!(lists.workspace.read("people.csv").contains("1,ann@home.example,Ann,02/29/2024,1 Main St\n"));
    assert!(lists.cards().contains("BDAY:--0412"));
    let again = lists.run();
    assert!(again.out.contains("nothing to do") && !again.out.contains("note:"), "{again:?}");
}
