//! What somebody does to a list while a run, an undo or a person works with it.

use std::{fs, path::Path, sync::atomic::Ordering};

use syncc_compiler::ir::End;
use syncc_runtime::{
    apps::App,
    cycle::{Allowed, CycleError, Of},
    store::{Asked, Sqlite, Store as _},
    world::World,
};

use crate::{
    connection::{Yes, connect, open, program, ruled},
    meddled::Meddled,
};

/// A list of so many people.
fn list(people: usize, company: &str) -> String {
    let rows = (0..people).map(|nth| format!("{nth},{nth}@home.example,{company}\n"));
    format!("id,email,company\n{}", rows.collect::<String>())
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).expect("the list")
}

fn write(folder: &Path, name: &str, text: &str) {
    fs::write(folder.join(name), text).expect("a list");
}

#[tokio::test]
async fn what_a_guard_finds_in_a_later_round_waits_for_a_run_that_says_so_first() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_path_buf();
    let both = "when shop deleted then desk deleted\nwhen shop exists then desk exists\n";
    write(&path, "shop.csv", &list(40, "Acme"));
    write(&path, "desk.csv", &list(40, "Acme"));
    let world = World::real();
    let mut store = Sqlite::open(path.join("memory.sqlite"), "all").expect("a store");
    let rules = ruled(both);
    let apps = open(&rules, &path, &world);
    connect(&rules, &apps, &mut store, &world).run(&Allowed::default(), &mut Yes).await.expect("a run");

    // By a new rule everybody in the shop is written to; before that gets there, somebody deletes all but one of them.
    let rules = ruled(&format!("{both}when desk.company == \"Acme\" then shop.title = \"Customer\"\n"));
    let [shop, desk] = open(&rules, &path, &world);
    let there = path.clone();
    let emptied = move || write(&there, "shop.csv", "id,email,company,title\n0,0@home.example,Acme,\n");
    write(&path, "shop.csv", &list(40, "Acme").replace("company\n", "company,title\n").replace("Acme\n", "Acme,\n"));
    let apps = [Meddled::before_push(shop, emptied), desk];
    let allowed = Allowed { guards: ["rules-changed".to_owned()].into(), ..Allowed::default() };
    let report = connect(&rules, &apps, &mut store, &world).run(&allowed, &mut Yes).await;
    let report = report.expect("what was written was written: the run tells of it");
    assert_eq!((report.tallies[0].updated, report.tallies[1].deleted), (1, 0), "{:?}", report.tallies);
    assert_eq!(
        report.tallies.map(|tally| tally.total()),
        [1, 40],
        "whoever is gone is not counted: {:?}",
        report.tallies
    );
    assert_eq!(read(&path, "desk.csv"), list(40, "Acme"), "nobody is deleted whom no plan showed");

    let again = connect(&rules, &apps, &mut store, &world).run(&Allowed::default(), &mut Yes).await;
    let Err(CycleError::Guards(guards)) = again else { panic!("{:?}", again.map(|report| report.tallies)) };
    assert_eq!(guards.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["deletions"], "{guards:?}");
    assert_eq!(read(&path, "desk.csv"), list(40, "Acme"));
}

#[tokio::test]
async fn an_undo_tells_of_whom_it_left_because_they_changed_meanwhile() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_path_buf();
    let (rules, world) = (program(), World::real());
    write(&path, "shop.csv", &list(2, "Acme"));
    write(&path, "desk.csv", &list(2, ""));
    let mut store = Sqlite::open(path.join("memory.sqlite"), "all").expect("a store");
    let apps = open(&rules, &path, &world);
    connect(&rules, &apps, &mut store, &world).run(&Allowed::default(), &mut Yes).await.expect("a run");
    assert_eq!(read(&path, "desk.csv"), list(2, "Acme"));

    let [shop, desk] = apps;
    let there = path.clone();
    let edited =
        move || write(&there, "desk.csv", &list(2, "Acme").replace("1@home.example,Acme", "1@home.example,Bee"));
    let apps: [Box<dyn App>; 2] = [shop, Meddled::before_push(desk, edited)];
    let asked = Asked { run: Some(store.runs(1).expect("runs").remove(0).id), ..Asked::default() };
    let (allowed, mut connection) = (Allowed::default(), connect(&rules, &apps, &mut store, &world));
    let undo = connection.plan_undo(&asked, "undo", &allowed, &mut Yes, &mut |_| ()).await.expect("an undo");
    let undone = connection.undo(&undo, &allowed, &mut Yes).await.expect("an undo");
    assert_eq!(read(&path, "desk.csv"), "id,email,company\n0,0@home.example,\n1,1@home.example,Bee\n");
    let left: Vec<_> = undone.report.problems.iter().map(|problem| (problem.end, problem.id.as_deref())).collect();
    assert_eq!(left, [(End::Right, Some("1"))], "{:?}", undone.report.problems);
    assert!(undone.report.problems[0].why.starts_with("the contact in desk changed"), "{:?}", undone.report.problems);
}

#[tokio::test]
async fn a_list_that_is_put_back_as_it_was_before_a_run_is_not_taken_for_what_the_run_wrote() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_path_buf();
    let (rules, world) = (program(), World::real());
    write(&path, "shop.csv", &list(2, "Acme"));
    write(&path, "desk.csv", &list(2, "Acme"));
    let mut store = Sqlite::open(path.join("memory.sqlite"), "all").expect("a store");
    let apps = open(&rules, &path, &world);
    let written = async |store: &mut Sqlite| {
        let run = connect(&rules, &apps, store, &world).run(&Allowed::default(), &mut Yes).await;
        run.expect("a run").written()
    };
    assert_eq!(written(&mut store).await, 0);
    write(&path, "shop.csv", &list(2, "Bee"));
    assert_eq!(written(&mut store).await, 2);

    // Byte for byte the list that the last listing showed: whoever puts it back wants the old company.
    write(&path, "desk.csv", &list(2, "Acme"));
    assert_eq!(written(&mut store).await, 2);
    assert_eq!((read(&path, "shop.csv"), read(&path, "desk.csv")), (list(2, "Acme"), list(2, "Acme")));
    assert_eq!(written(&mut store).await, 0);
}

#[tokio::test]
async fn a_contact_that_takes_in_somebody_who_was_forgotten_is_synced_as_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_path_buf();
    let (rules, world) = (program(), World::real());
    write(&path, "shop.csv", &list(2, "Acme"));
    write(&path, "desk.csv", &list(2, "Acme"));
    let mut store = Sqlite::open(path.join("memory.sqlite"), "all").expect("a store");
    let apps = open(&rules, &path, &world);
    let mut connection = connect(&rules, &apps, &mut store, &world);
    connection.run(&Allowed::default(), &mut Yes).await.expect("a run");
    let (picture, _) = connection.recall(Of::Typed("0@home.example")).expect("a picture");
    let found = picture.find("0@home.example");
    connection.forget(&picture, found[0]).expect("a store").expect("somebody like this");

    // The shop makes one of the two, and that one is edited.
    let [shop, desk] = apps;
    write(&path, "shop.csv", "id,email,company\n1,1@home.example,Acme Ltd\n");
    let (shop, asked) = Meddled::merged(shop, "0", "1");
    let apps = [shop, desk];
    connect(&rules, &apps, &mut store, &world).run(&Allowed::default(), &mut Yes).await.expect("a run");
    assert_eq!(read(&path, "desk.csv"), "id,email,company\n0,0@home.example,Acme\n1,1@home.example,Acme Ltd\n");
    assert_eq!(asked.load(Ordering::Relaxed), 0, "the list had whom it was expected to have");
    assert!(!store.is_known(End::Left, "0").expect("a store"), "and who was forgotten stays so");
    assert!(!store.is_known(End::Right, "0").expect("a store"));
}

#[tokio::test]
async fn what_is_for_contacts_of_both_waits_until_the_other_app_took_the_contact() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_path_buf();
    let rules =
        ruled("when shop exists then desk exists\nwhen desk.company == \"Acme\" then shop.title = \"Customer\"\n");
    let world = World::real();
    let list = "id,email,company,title\n1,ann@home.example,Acme,\n";
    write(&path, "shop.csv", list);
    write(&path, "desk.csv", "id,email,company\n");
    let mut store = Sqlite::open(path.join("memory.sqlite"), "all").expect("a store");
    let [shop, desk] = open(&rules, &path, &world);
    let apps = [shop, Meddled::full(desk)];
    for _ in 0..2 {
        let report =
            connect(&rules, &apps, &mut store, &world).run(&Allowed::default(), &mut Yes).await.expect("a run");
        assert_eq!((report.written(), report.problems.len()), (0, 1), "{:?}", report.tallies);
        assert_eq!(read(&path, "shop.csv"), list, "she is in the shop only");
    }
    let apps = open(&rules, &path, &world);
    store.end_troubles(&[(End::Left, "1".to_owned())]).expect("a store");
    connect(&rules, &apps, &mut store, &world).run(&Allowed::default(), &mut Yes).await.expect("a run");
    assert_eq!(read(&path, "shop.csv"), list.replace("Acme,", "Acme,Customer"), "both in one run");
    assert_eq!(read(&path, "desk.csv").lines().count(), 2);
}

#[tokio::test]
async fn what_an_undo_put_back_whose_answer_was_lost_stays_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_path_buf();
    let rules = ruled(
        "when shop exists then desk exists\nwhen desk exists then shop exists\nwhen shop deleted then desk deleted\n",
    );
    let world = World::real();
    write(&path, "shop.csv", &list(2, "Acme"));
    write(&path, "desk.csv", "id,email,company\n");
    let mut store = Sqlite::open(path.join("memory.sqlite"), "all").expect("a store");
    let apps = open(&rules, &path, &world);
    for people in [2, 1] {
        write(&path, "shop.csv", &list(people, "Acme"));
        connect(&rules, &apps, &mut store, &world).run(&Allowed::default(), &mut Yes).await.expect("a run");
        assert_eq!(read(&path, "desk.csv").lines().count(), people + 1);
    }
    let [shop, desk] = apps;
    let apps = [shop, Meddled::silent(desk)];
    let asked = Asked { run: Some(store.runs(1).expect("runs").remove(0).id), ..Asked::default() };
    let (allowed, mut connection) = (Allowed::default(), connect(&rules, &apps, &mut store, &world));
    let undo = connection.plan_undo(&asked, "undo", &allowed, &mut Yes, &mut |_| ()).await.expect("an undo");
    connection.undo(&undo, &allowed, &mut Yes).await.expect("an undo");
    assert_eq!(read(&path, "desk.csv").lines().count(), 3, "it was put back, and nobody heard of it");
    let apps = open(&rules, &path, &world);
    for _ in 0..2 {
        connect(&rules, &apps, &mut store, &world).run(&Allowed::default(), &mut Yes).await.expect("a run");
        let [shop, desk] = ["shop.csv", "desk.csv"].map(|name| read(&path, name).lines().count());
        assert_eq!((shop, desk), (2, 3), "whom a person deleted is not made again");
    }
}
