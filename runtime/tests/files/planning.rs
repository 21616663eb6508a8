//! A plan is shown a page at a time: what it says does not depend on how many are looked at at a time.

use std::{collections::BTreeSet, fs};

use syncc_compiler::ir::End;
use syncc_runtime::{
    cycle::{Allowed, Picture, SavedPlan},
    store::Sqlite,
    world::World,
};

use crate::connection::{Yes, connect, open, program};

/// What a plan of a first sync says with pages of so many contacts, of which so many are kept: what is saved, in the order of who it
/// is, what it comes to, and how many pages there were.
async fn planned(page: usize, kept: usize, typed: Option<&str>) -> (Vec<String>, String, usize) {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, rows: &str| {
        fs::write(folder.path().join(name), format!("id,email,company\n{rows}")).expect("a list");
    };
    let many: String = (0..30).map(|nth| format!("{nth},c{nth}@home.example,Acme\n")).collect();
    write("shop.csv", &format!("{many}40,ann@home.example,Acme\n41,ann@home.example,\n"));
    write("desk.csv", "1,ann@home.example,\n2,c7@home.example,Beta\n3,dora@home.example,\n");
    let (world, rules) = (World::real(), program());
    let mut store = Sqlite::open(folder.path().join("memory.sqlite"), "all").expect("a store");
    let apps = open(&rules, folder.path(), &world);
    let mut connection = connect(&rules, &apps, &mut store, &world);
    (connection.page, connection.kept) = (page, kept);
    let (mut plan, mut pages) = (SavedPlan::new(&rules, world.clock.now()), 0);
    let mut show = |picture: &Picture<'_>| {
        let only = typed.map(|typed| picture.find(typed));
        plan.add(picture, only.as_deref());
        pages += 1;
    };
    let planned = connection.look(&Allowed::default(), typed, &mut Yes, &mut show).await.expect("a plan");
    let mut contacts: Vec<_> = plan.contacts.iter().map(|contact| format!("{contact:?}")).collect();
    contacts.sort();
    let comes_to = format!("{} {:?} {:?} {:?}", planned.first, planned.counts, planned.guards, planned.report.tallies);
    let calls = End::BOTH.map(|end| planned.costs[end.index()].calls());
    assert_eq!(calls, [0, 0], "nobody is asked over a network");
    (contacts, comes_to, pages)
}

#[tokio::test]
async fn a_plan_by_pages_is_the_plan() {
    let (whole, comes_to, pages) = planned(1000, 12, None).await;
    assert_eq!(pages, 1);
    assert_eq!(whole.len(), 32, "29 are made in the desk and Dora in the shop, Ann and c7 are changed");
    for (page, kept) in [(1, 1), (5, 1), (5, 100), (7, 2)] {
        let (contacts, all, pages) = planned(page, kept, None).await;
        assert!(pages > 1);
        assert_eq!(contacts.iter().collect::<BTreeSet<_>>().len(), contacts.len(), "nobody is told twice");
        assert_eq!((contacts, all), (whole.clone(), comes_to.clone()), "pages of {page}, {kept} kept");
    }
    let (dora, all, pages) = planned(5, 1, Some("dora@home.example")).await;
    assert_eq!((dora.len(), pages), (1, 1));
    assert!(dora[0].contains("dora@home.example"), "{dora:?}");
    assert_eq!(all, comes_to, "the counts are those of everybody");
}
