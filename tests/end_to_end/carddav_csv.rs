//! Real input: a CSV file and an address book on a real Radicale server, by the rules of the example.

use crate::{command::Workspace, radicale::Radicale};

fn workspace(radicale: &Radicale) -> Workspace {
    let workspace = Workspace::example("carddav-csv");
    let settings = workspace.read("syncc.toml").replace("http://127.0.0.1:5232/ann/contacts/", &radicale.url);
    workspace.write("syncc.toml", &settings);
    workspace
}

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_of_the_file_and_an_edit_of_a_card_both_arrive() {
    let radicale = Radicale::start().await;
    let workspace = workspace(&radicale);

    let first = workspace.syncc("run", &["--once", "--yes"]);
    assert_eq!(first.code, 0, "{first:?}");
    let cards = radicale.cards().await;
    for person in ["ann@bee.example.com", "Álvarez", "van den Berg", "小明"] {
        assert!(cards.contains(person), "{person} is in the address book: {cards}");
    }
    assert!(!cards.contains("grandma@example.net"), "who is private stays out: {cards}");
    assert_eq!(cards.matches("Team").count(), 4, "everybody who came is under Team: {cards}");

    let list = workspace.read("people.csv");
    workspace.write("people.csv", &list.replace("+34 600 555 012", "+34 600 555 999"));
    radicale.edit("mia@example.org", "Berg BV", "Berg & Zonen BV").await;
    radicale
        .add("zoe", "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:zoe\r\nFN:Zoë Quist\r\nN:Quist;Zoë;;;\r\nEMAIL:zoe@example.com\r\nCATEGORIES:Team\r\nX-SHOE-SIZE:39\r\nEND:VCARD\r\n")
        .await;

    let second = workspace.syncc("run", &["--once"]);
    assert_eq!(second.code, 0, "{second:?}");
    let cards = radicale.cards().await;
    assert!(cards.contains("+34 600 555 999"), "the edit of the file arrived: {cards}");
    assert!(cards.contains("X-SHOE-SIZE:39"), "what is not mapped stays: {cards}");
    let list = workspace.read("people.csv");
    assert!(list.contains("Berg & Zonen BV"), "the edit of the card arrived: {list}");
    assert!(list.contains("zoe@example.com"), "the new card arrived: {list}");
    assert!(list.contains("favourite colour") && list.contains("violet"), "unknown columns stay: {list}");

    let third = workspace.syncc("run", &["--once"]);
    assert!(third.out.contains("nothing to do"), "{third:?}");
    assert_eq!(workspace.read("people.csv"), list, "nothing is written when nothing is to do");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_taken_out_of_team_in_the_address_book_becomes_private_in_the_list() {
    let radicale = Radicale::start().await;
    let workspace = workspace(&radicale);
    assert_eq!(workspace.syncc("run", &["--once", "--yes"]).code, 0);

    radicale.edit("ann@bee.example.com", "CATEGORIES:Team", "CATEGORIES:Golf").await;
    let ran = workspace.syncc("run", &["--once"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let list = workspace.read("people.csv");
    let ann = list.lines().find(|line| line.contains("ann@bee")).expect("Ann is still in the list");
    assert!(ann.contains("Private"), "{ann}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_is_made_anew_under_another_address_keeps_its_row() {
    let radicale = Radicale::start().await;
    let workspace = workspace(&radicale);
    let rules = "sync people <-> book\nmatch email\nwhen people exists then book exists\nwhen book exists then people exists\n\
                 when book deleted then people deleted\n";
    workspace.write("people.sync", rules);
    workspace.write("people.csv", "id,email,given_name,shoes\n1,ann@x.example,Ann,39\n2,ben@x.example,Ben,44\n");
    assert_eq!(workspace.syncc("run", &["--once", "--yes"]).code, 0);

    radicale.readdress("ann@x.example", "elsewhere").await;
    let again = workspace.syncc("run", &["--once", "--yes"]);
    assert!(again.code == 0 && again.out.contains("nothing to do"), "{again:?}");
    radicale.edit("ann@x.example", "Ann", "Anna").await;
    assert_eq!(workspace.syncc("run", &["--once", "--yes"]).code, 0);
    let list = workspace.read("people.csv");
    assert_eq!(list, "id,email,given_name,shoes\n1,ann@x.example,Anna,39\n2,ben@x.example,Ben,44\n");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_line_is_named_and_kept_and_the_rest_syncs() {
    let radicale = Radicale::start().await;
    let workspace = workspace(&radicale);
    let broken = "9,this line, has too many, cells, for the, header, of this, file, by far, really\n";
    let list = workspace.read("people.csv") + broken;
    workspace.write("people.csv", &list);

    let ran = workspace.syncc("run", &["--once", "--yes"]);
    assert_eq!(ran.code, 1, "a problem is told by the exit code: {ran:?}");
    assert!(ran.out.contains("line 7"), "the line is named by its number: {ran:?}");
    assert!(radicale.cards().await.contains("ann@bee.example.com"), "the rest syncs");

    radicale.edit("mia@example.org", "Berg BV", "Berg & Zonen BV").await;
    workspace.syncc("run", &["--once"]);
    let list = workspace.read("people.csv");
    assert!(list.contains("Berg & Zonen BV") && list.contains(broken), "nothing of it is lost on write: {list}");
}
