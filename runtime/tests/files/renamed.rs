//! A card file that gets another name stays with its row.

use std::{fs, path::Path};

use syncc_compiler::{
    db::Database,
    ir::{End, Program},
    schema::{self, AccountSchema},
};
use syncc_runtime::{
    apps::{self, App},
    cycle::Allowed,
    store::{Sqlite, Store as _},
    world::World,
};

use crate::{
    connection::{Yes, connect},
    meddled::Meddled,
    side,
};

/// A list and a folder of cards, in which a deleted card takes its row along.
fn program() -> Program {
    let schemas = [("list", "csv"), ("cards", "vcard")].map(|(name, app)| {
        let app = schema::App::clone(schema::builtin(app).expect("it is built in"));
        AccountSchema { name: name.to_owned(), app }
    });
    let mut database = Database::default();
    database.set_accounts(schemas.into());
    let rules = "sync list <-> cards\n\nmatch email\n\nwhen list exists then cards exists\n\
                 when cards exists then list exists\nwhen cards deleted then list deleted\nwhen list deleted then cards deleted\n";
    database.set_file("all.sync", rules.to_owned());
    let checked = database.check("all.sync").expect("the file is there");
    Program::clone(&checked.program.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics)))
}

/// The list and the cards of a folder.
fn open(rules: &Program, folder: &Path, world: &World) -> [Box<dyn App>; 2] {
    End::BOTH.map(|end| {
        let side = rules.side(end);
        let path = if end == End::Left { "list.csv" } else { "cards" };
        let account = side::account(&side.app, folder, &format!("path = \"{path}\""), None);
        apps::open(side, &account, world).expect("the settings are right")
    })
}

#[tokio::test]
async fn a_row_outlives_another_name_of_its_card() {
    let folder = tempfile::tempdir().expect("a folder");
    let cards = folder.path().join("cards");
    fs::create_dir(&cards).expect("a folder");
    fs::write(folder.path().join("list.csv"), "id,email,given_name,mine\n1,ann@x.example,Ann,my own note\n")
        .expect("a list");
    fs::write(
        cards.join("bob.vcf"),
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:b\r\nFN:Bob\r\nEMAIL:bob@x.example\r\nEND:VCARD\r\n",
    )
    .expect("a card");
    let (rules, world) = (program(), World::real());
    let apps = open(&rules, folder.path(), &world);
    let mut store = Sqlite::open(folder.path().join("memory.sqlite"), "all").expect("a store");
    let mut written = Vec::new();
    // Made by us and renamed at once, renamed and renamed back, and to a name that another card had for a while.
    let steps = [&[][..], &[("", "ann.vcf"), ("bob.vcf", "b.vcf")], &[("b.vcf", "bob.vcf")], &[("ann.vcf", "b.vcf")]];
    for renames in steps {
        for (from, to) in renames {
            let made = || fs::read_dir(&cards).expect("a folder").map(|entry| entry.expect("a file").file_name());
            let from = if from.is_empty() {
                made().find(|name| name.len() > 20).expect("the card that was made")
            } else {
                (*from).into()
            };
            fs::rename(cards.join(from), cards.join(to)).expect("renamed");
        }
        let mut connection = connect(&rules, &apps, &mut store, &world);
        written.push(connection.run(&Allowed::default(), &mut Yes).await.expect("a run").written());
    }
    assert_eq!(written, [2, 0, 0, 0]);
    let links: Vec<_> = store.links().expect("links").into_iter().map(|link| link.records).collect();
    assert!(links.contains(&["1".to_owned(), "b.vcf".to_owned()]), "{links:?}");
    assert!(links.iter().any(|[_, card]| card == "bob.vcf"), "{links:?}");
    let list = fs::read_to_string(folder.path().join("list.csv")).expect("a list");
    assert!(list.contains("1,ann@x.example,Ann,my own note\n") && list.lines().count() == 3, "{list}");
}

fn card(uid: &str, given: &str) -> String {
    format!(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{uid}\r\nFN:{given}\r\nN:;{given};;;\r\nEMAIL:{uid}@x.example\r\nEND:VCARD\r\n"
    )
}

#[tokio::test]
async fn cards_that_are_numbered_anew_stay_with_their_rows_and_who_is_gone_takes_theirs_along() {
    let folder = tempfile::tempdir().expect("a folder");
    let cards = folder.path().join("cards");
    fs::create_dir(&cards).expect("a folder");
    fs::write(folder.path().join("list.csv"), "id,email,given_name,mine\n").expect("a list");
    let people = [("ann", "Ann"), ("bob", "Bob"), ("cyd", "Cyd"), ("dot", "Dot")];
    for (nth, (uid, given)) in people.iter().enumerate() {
        fs::write(cards.join(format!("{nth}.vcf")), card(uid, given)).expect("a card");
    }
    let (rules, world) = (program(), World::real());
    let apps = open(&rules, folder.path(), &world);
    let mut store = Sqlite::open(folder.path().join("memory.sqlite"), "all").expect("a store");
    let list = || fs::read_to_string(folder.path().join("list.csv")).expect("a list");
    let before = async |store: &mut Sqlite| {
        let mut connection = connect(&rules, &apps, store, &world);
        connection.run(&Allowed::default(), &mut Yes).await.expect("a run").written()
    };
    assert_eq!(before(&mut store).await, 4);
    let ids: Vec<String> =
        list().lines().skip(1).map(|line| line.split(',').next().unwrap_or_default().into()).collect();

    // Somebody exports the folder anew, without Ann and Cyd: Bob is the first now, and was edited, and Dot is the second.
    for name in ["0.vcf", "1.vcf", "2.vcf", "3.vcf"] {
        fs::remove_file(cards.join(name)).expect("removed");
    }
    fs::write(cards.join("0.vcf"), card("bob", "Bobby")).expect("a card");
    fs::write(cards.join("1.vcf"), card("dot", "Dot")).expect("a card");
    assert_eq!(before(&mut store).await, 3, "two rows go, and one gets another name");
    let (bob, dot) = (&ids[1], &ids[3]);
    let kept = format!("id,email,given_name,mine\n{bob},bob@x.example,Bobby,\n{dot},dot@x.example,Dot,\n");
    assert_eq!(list(), kept);
    assert_eq!(before(&mut store).await, 0);

    // Two exchange their names.
    fs::rename(cards.join("0.vcf"), cards.join("aside")).expect("renamed");
    fs::rename(cards.join("1.vcf"), cards.join("0.vcf")).expect("renamed");
    fs::rename(cards.join("aside"), cards.join("1.vcf")).expect("renamed");
    assert_eq!((before(&mut store).await, list()), (0, kept));
    let links: Vec<_> = store.links().expect("links").into_iter().map(|link| link.records).collect();
    assert!(links.contains(&[bob.clone(), "1.vcf".to_owned()]) && links.len() == 2, "{links:?}");
}

#[tokio::test]
async fn a_card_that_gets_another_name_just_when_it_is_written_or_deleted_is_found_under_that_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let cards = folder.path().join("cards");
    fs::create_dir(&cards).expect("a folder");
    fs::write(folder.path().join("list.csv"), "id,email,given_name,mine\n").expect("a list");
    for (name, (uid, given)) in [("1.vcf", ("ann", "Ann")), ("2.vcf", ("bob", "Bob"))] {
        fs::write(cards.join(name), card(uid, given)).expect("a card");
    }
    let (rules, world) = (program(), World::real());
    let mut store = Sqlite::open(folder.path().join("memory.sqlite"), "all").expect("a store");
    let list = || fs::read_to_string(folder.path().join("list.csv")).expect("a list");
    let apps = open(&rules, folder.path(), &world);
    connect(&rules, &apps, &mut store, &world).run(&Allowed::default(), &mut Yes).await.expect("a run");

    // Ann's row is edited and Bob's goes. Before that gets to their cards, both are called otherwise.
    let rows = list();
    let rows = rows.lines().filter(|line| !line.contains("Bob")).map(|line| line.replace("Ann", "Anna") + "\n");
    fs::write(folder.path().join("list.csv"), rows.collect::<String>()).expect("a list");
    let edited = list();
    let there = cards.clone();
    let renamed = move || {
        ["1.vcf", "2.vcf"].iter().for_each(|name| {
            fs::rename(there.join(name), there.join(format!("new-{name}"))).expect("renamed");
        });
    };
    let [rows, folder_of_cards] = apps;
    let apps = [rows, Meddled::before_push(folder_of_cards, renamed)];
    let mut reports = Vec::new();
    for _ in 0..3 {
        let run = connect(&rules, &apps, &mut store, &world).run(&Allowed::default(), &mut Yes).await;
        let report = run.expect("a run");
        reports.push((report.written(), report.problems.len()));
    }
    assert_eq!(reports, [(0, 2), (2, 0), (0, 0)]);
    assert_eq!(list(), edited, "nobody is deleted or made for it");
    let names: Vec<_> =
        fs::read_dir(&cards).expect("a folder").map(|entry| entry.expect("a file").file_name()).collect();
    assert_eq!(names, ["new-1.vcf"]);
    assert!(fs::read_to_string(cards.join("new-1.vcf")).expect("a card").contains("Anna"));
}
