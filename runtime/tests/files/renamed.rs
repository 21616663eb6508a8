//! A card file that gets another name stays with its row.

use std::fs;

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
                 when cards exists then list exists\nwhen cards deleted then list deleted\n";
    database.set_file("all.sync", rules.to_owned());
    let checked = database.check("all.sync").expect("the file is there");
    Program::clone(&checked.program.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics)))
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
    let apps: [Box<dyn App>; 2] = End::BOTH.map(|end| {
        let side = rules.side(end);
        let path = if end == End::Left { "list.csv" } else { "cards" };
        let account = side::account(&side.app, folder.path(), &format!("path = \"{path}\""), None);
        apps::open(side, &account, &world).expect("the settings are right")
    });
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
