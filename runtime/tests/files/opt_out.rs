//! What no side may win back by hand: mail to somebody who wants none.

use std::fs;

use syncc_compiler::{
    db::Database,
    ir::{End, Program},
    schema::{self, AccountSchema, Scalar, Type},
};
use syncc_runtime::{
    cycle::{Allowed, Report},
    store::{Sqlite, Store as _},
    world::World,
};

use crate::connection::{Yes, connect, open};

/// Two lists with a yes or no in `no_mail`. The app of `desk` has said since the conflict that a yes there means that
/// a person wants no more mail: nothing that the rules are held to today lets such a mapping through.
fn program(opt_out: bool) -> Program {
    let schemas = ["shop", "desk"].map(|name| {
        let mut app = schema::App::clone(schema::builtin("csv").expect("CSV is built in"));
        let row = app.objects.get_mut("row").expect("a CSV file has rows");
        let mut no_mail = row.fields["company"].clone();
        (no_mail.ty, no_mail.means) = (Type::One(Scalar::Bool), None);
        row.fields.insert("no_mail".to_owned(), no_mail);
        AccountSchema { name: name.to_owned(), app }
    });
    let mut database = Database::default();
    database.set_accounts(schemas.into());
    let rules = "sync shop <-> desk\n\nmatch email\n\nmap shop.no_mail <-> desk.no_mail\n";
    database.set_file("mail.sync", rules.to_owned());
    let checked = database.check("mail.sync").expect("the file is there");
    let program = checked.program.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics));
    let mut program = Program::clone(&program);
    let fields = &mut program.sides[End::Right.index()].fields;
    fields.iter_mut().filter(|field| field.name == "no_mail").for_each(|field| field.opt_out = opt_out);
    program
}

#[tokio::test]
async fn a_conflict_is_not_resolved_to_more_mail() {
    let folder = tempfile::tempdir().expect("a folder");
    let list = |no_mail: &str| format!("id,email,no_mail\n1,ann@home.example,{no_mail}\n");
    let file = |name: &str| folder.path().join(name);
    let world = World::real();
    let mut store = Sqlite::open(file("memory.sqlite"), "mail").expect("a store");
    for (shop, desk) in [("", ""), ("true", "false")] {
        fs::write(file("shop.csv"), list(shop)).expect("a list");
        fs::write(file("desk.csv"), list(desk)).expect("a list");
        let rules = program(false);
        let apps = open(&rules, folder.path(), &world);
        let mut connection = connect(&rules, &apps, &mut store, &world);
        connection.run(&Allowed::default(), &mut Yes).await.expect("a run");
    }
    assert!(fs::read_to_string(file("desk.csv")).expect("a list").contains("true"), "the shop has won");
    let conflicts = store.conflicts().expect("conflicts");
    assert_eq!(conflicts.len(), 1, "{conflicts:?}");

    for (opt_out, left_alone) in [(true, 1), (false, 0)] {
        let rules = program(opt_out);
        let apps = open(&rules, folder.path(), &world);
        let mut connection = connect(&rules, &apps, &mut store, &world);
        let taking = connection.plan_taking(&conflicts, End::Right, &mut Yes, &mut Report::default()).await;
        let taking = taking.expect("a plan");
        assert_eq!(taking.left_alone.len(), left_alone, "{:?}", taking.left_alone);
        assert!(taking.left_alone.iter().all(|(_, why)| why.contains("move a person to more mail")));
        assert_eq!(taking.picture.writes() == 0, opt_out);
    }
}
