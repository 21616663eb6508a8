//! Whoever was written is at rest when the run ends, and whoever has to be looked at again is not.

use std::fs;

use syncc_compiler::ir::{End, Program};
use syncc_runtime::{
    cycle::Allowed,
    store::{Sqlite, Store as _},
    world::World,
};

use crate::connection::{Yes, connect, open, program};

#[tokio::test]
async fn a_run_after_a_first_sync_plans_nobody_but_those_in_doubt() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, rows: &str| {
        fs::write(folder.path().join(name), format!("id,email,company\n{rows}")).expect("a list");
    };
    // Ann is new in the desk, Bob has a company in one list only, Cleo is there twice, Emma is the same in both.
    let emma = "emma@home.example,Acme\n";
    let cleo = "3,cleo@home.example,\n4,cleo@home.example,\n";
    write("shop.csv", &format!("1,ann@home.example,Acme\n2,bob@home.example,Acme\n{cleo}5,{emma}"));
    write("desk.csv", &format!("11,bob@home.example,\n12,dora@home.example,\n13,{emma}"));
    let (world, rules) = (World::real(), program());
    let mut store = Sqlite::open(folder.path().join("memory.sqlite"), "all").expect("a store");
    let apps = open(&rules, folder.path(), &world);
    let report = connect(&rules, &apps, &mut store, &world).run(&Allowed::default(), &mut Yes).await.expect("a run");
    assert_eq!(report.written(), 4, "Ann, Bob and Cleo in the desk, Dora in the shop");
    assert_eq!(report.tallies[0].in_sync, 4, "they count as what was done to them");

    let awake = store.moved(None, 10).expect("those that moved");
    let emails: Vec<String> = awake.iter().map(|(end, id)| email(&store, &rules, &apps, *end, id)).collect();
    assert_eq!(emails, ["cleo@home.example"; 3], "the two and the one that was made for them: {awake:?}");

    let report = connect(&rules, &apps, &mut store, &world).run(&Allowed::default(), &mut Yes).await.expect("a run");
    assert_eq!((report.written(), report.tallies[0].duplicates), (0, 1));
    assert_eq!((report.tallies[0].in_sync, report.tallies[1].in_sync), (5, 5));
}

fn email(store: &Sqlite, rules: &Program, apps: &[Box<dyn syncc_runtime::apps::App>; 2], end: End, id: &str) -> String {
    let seen = store.records(end, &[id.to_owned()]).expect("a record").remove(0);
    let record = apps[end.index()].decode(&seen.observed.raw).expect("it can be read");
    let email = rules.side(end).field("email").expect("a field");
    syncc_runtime::cycle::display(record.get(email))
}
