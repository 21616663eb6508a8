//! Both sides are read at once, and what one of them tells is kept when the other one fails.

use std::fs;

use syncc_compiler::ir::End;
use syncc_runtime::{
    cycle::{Allowed, CycleError},
    store::{Sqlite, Store as _},
    world::World,
};

use crate::connection::{Yes, connect, open, program};

#[tokio::test]
async fn a_side_is_read_to_its_end_when_the_other_one_fails() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, rows: &str| {
        fs::write(folder.path().join(name), format!("id,email,company\n{rows}")).expect("a list");
    };
    write("shop.csv", "1,ann@home.example,Acme\n");
    write("desk.csv", "11,ann@home.example,Acme\n");
    let (world, rules) = (World::real(), program());
    let mut store = Sqlite::open(folder.path().join("memory.sqlite"), "all").expect("a store");
    let apps = open(&rules, folder.path(), &world);
    connect(&rules, &apps, &mut store, &world).run(&Allowed::default(), &mut Yes).await.expect("a run");

    fs::remove_file(folder.path().join("shop.csv")).expect("the list was there");
    write("desk.csv", "11,ann@home.example,Acme\n12,bob@home.example,\n");
    let failed = connect(&rules, &apps, &mut store, &world).run(&Allowed::default(), &mut Yes).await;
    assert!(matches!(failed, Err(CycleError::Side { end: End::Left, .. })), "{failed:?}");
    assert!(store.is_known(End::Right, "12").expect("a store"), "Bob was read");

    write("shop.csv", "1,ann@home.example,Acme\n");
    let report = connect(&rules, &apps, &mut store, &world).run(&Allowed::default(), &mut Yes).await.expect("a run");
    assert_eq!(report.written(), 1, "Bob in the shop: the next run goes on from there");
}

#[tokio::test]
async fn of_two_sides_that_cannot_be_read_both_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let (world, rules) = (World::real(), program());
    let mut store = Sqlite::open(folder.path().join("memory.sqlite"), "all").expect("a store");
    let apps = open(&rules, folder.path(), &world);
    for name in ["shop.csv", "desk.csv"] {
        fs::write(folder.path().join(name), "id,email,company\n").expect("a list");
    }
    connect(&rules, &apps, &mut store, &world).run(&Allowed::default(), &mut Yes).await.expect("a run");
    for name in ["shop.csv", "desk.csv"] {
        fs::remove_file(folder.path().join(name)).expect("the list was there");
    }
    let failed = connect(&rules, &apps, &mut store, &world).run(&Allowed::default(), &mut Yes).await;
    let told = failed.expect_err("neither list is there").to_string();
    let lines: Vec<&str> = told.lines().map(|line| line.split(':').next().unwrap_or_default()).collect();
    assert_eq!(lines, ["shop could not be read", "desk could not be read"], "{told}");
}
