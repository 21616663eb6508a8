//! Linking without a write: what is linked does not depend on how many are looked at at a time.

use std::fs;

use syncc_runtime::{
    cycle::{Adoption, Allowed},
    store::{Sqlite, Store as _},
    world::World,
};

use crate::connection::{Yes, connect, open, program};

/// What adopting comes to with pages of so many, and which ids are linked after it, in two lists that were in step before others
/// came in.
async fn adopted(page: usize) -> (Adoption, Vec<[String; 2]>) {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, rows: &str| {
        fs::write(folder.path().join(name), format!("id,email,company\n{rows}")).expect("a list");
    };
    // Emma and Finn were in step before; Ann and Bob are in both, Cleo is twice on the left, Dora and Gus are alone.
    let known = "5,emma@home.example,Acme\n6,finn@home.example,\n";
    write("shop.csv", known);
    write("desk.csv", known);
    let (world, rules) = (World::real(), program());
    let mut store = Sqlite::open(folder.path().join("memory.sqlite"), "all").expect("a store");
    let apps = open(&rules, folder.path(), &world);
    connect(&rules, &apps, &mut store, &world).run(&Allowed::default(), &mut Yes).await.expect("a run");
    let cleo = "3,cleo@home.example,\n4,cleo@home.example,\n";
    write("shop.csv", &format!("1,ann@home.example,Acme\n2,bob@home.example,Acme\n{cleo}{known}7,gus@home.example,\n"));
    write(
        "desk.csv",
        &format!(
            "{known}11,bob@home.example,\n12,dora@home.example,\n13,ann@home.example,Beta\n14,cleo@home.example,\n"
        ),
    );
    let mut connection = connect(&rules, &apps, &mut store, &world);
    connection.page = page;
    let (mut adoption, linked) = connection.adopt(&mut Yes, &mut |_| true).await.expect("they are adopted");
    assert!(linked);
    adoption.pairs.sort_by(|a, b| a.ids.cmp(&b.ids));
    adoption.unclear.sort();
    let mut links: Vec<_> = store.links().expect("the links").into_iter().map(|link| link.records).collect();
    links.sort();
    (adoption, links)
}

#[tokio::test]
async fn adopting_a_contact_at_a_time_is_adopting_all_at_once() {
    let (whole, links) = adopted(1000).await;
    let who: Vec<_> = whole.pairs.iter().map(|pair| (pair.who.as_str(), pair.differs.len())).collect();
    assert_eq!(who, [("ann@home.example", 1), ("bob@home.example", 1), ("cleo@home.example", 0)], "{whole:?}");
    assert_eq!((whole.linked, whole.alone, whole.unclear.len()), (2, [1, 1], 1), "{whole:?}");
    assert_eq!(links.len(), 5);
    assert_eq!(adopted(1).await, (whole, links));
}
