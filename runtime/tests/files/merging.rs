//! An app that takes a new contact for one that it has, and answers with that one.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use syncc_compiler::{
    ir::{End, Program},
    schema,
    value::Record,
};
use syncc_runtime::{
    apps::{App, AppError, Limits, Observed, Page, Pulled, Write, Written},
    cycle::{Allowed, Undoes},
    store::{Asked, Sqlite, Store as _},
    world::World,
};
use uuid::Uuid;

use crate::connection::{Yes, connect, open, program};

/// A list in which every new contact becomes one with the row of this id.
struct Merging {
    inner: Box<dyn App>,
    into: &'static str,
    /// Whether the row takes over what the new contact holds.
    takes_over: bool,
    /// How many were to be made.
    asked: Arc<AtomicUsize>,
}

#[async_trait]
impl App for Merging {
    async fn identity(&self) -> Result<String, AppError> {
        self.inner.identity().await
    }

    async fn pull(&self, cursor: Option<&str>, page: &mut Page<'_>) -> Result<Pulled, AppError> {
        self.inner.pull(cursor, page).await
    }

    async fn get(&self, ids: &[String]) -> Result<Vec<Option<Observed>>, AppError> {
        self.inner.get(ids).await
    }

    async fn find_created(&self, op: Uuid, record: &Record) -> Result<Option<Observed>, AppError> {
        self.inner.find_created(op, record).await
    }

    fn decode(&self, raw: &[u8]) -> Result<Record, AppError> {
        self.inner.decode(raw)
    }

    async fn push(&self, writes: &[Write]) -> Vec<Result<Written, AppError>> {
        let mut into = Vec::new();
        for write in writes {
            into.push(match write {
                Write::Create { record, .. } => {
                    self.asked.fetch_add(1, Ordering::Relaxed);
                    let found = self.get(&[self.into.to_owned()]).await.expect("the list").remove(0).expect("the row");
                    let before = self.decode(&found.raw).expect("a contact");
                    let after = if self.takes_over { record.clone() } else { before.clone() };
                    Write::Update { id: found.id, version: found.version, raw: found.raw, before, after }
                }
                other => other.clone(),
            });
        }
        self.inner.push(&into).await
    }

    fn limits(&self) -> Limits {
        self.inner.limits()
    }

    async fn discover(&self) -> Result<schema::Pulled, AppError> {
        self.inner.discover().await
    }
}

/// Such a list, and how many were to be made in it.
fn merging(inner: Box<dyn App>, takes_over: bool) -> (Merging, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    (Merging { inner, into: "11", takes_over, asked: asked.clone() }, asked)
}

#[tokio::test]
async fn a_contact_that_was_there_before_is_not_deleted_by_an_undo_because_the_app_took_ours_for_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, rows: &str| {
        fs::write(folder.path().join(name), format!("id,email,company\n{rows}")).expect("a list");
    };
    // The same person, which nothing tells here.
    write("shop.csv", "1,ann@home.example,Acme\n");
    write("desk.csv", "11,,Acme\n");
    let (world, rules): (World, Program) = (World::real(), program());
    let mut store = Sqlite::open(folder.path().join("memory.sqlite"), "all").expect("a store");
    let [shop, desk] = open(&rules, folder.path(), &world);
    let apps: [Box<dyn App>; 2] = [shop, Box::new(merging(desk, true).0)];
    let report = connect(&rules, &apps, &mut store, &world).run(&Allowed::default(), &mut Yes).await.expect("a run");
    assert_eq!((report.tallies[1].created, report.tallies[1].updated), (0, 1), "the row was there");
    let desk = || fs::read_to_string(folder.path().join("desk.csv")).expect("the list");
    assert!(desk().contains("11,ann@home.example,Acme"), "{}", desk());

    let told = store.history(&Asked { records: vec![(End::Right, "11".to_owned())], ..Asked::default() });
    let told: Vec<String> = told.expect("a history").into_iter().map(|line| line.line.what).collect();
    assert!(!told.is_empty() && told.iter().all(|what| what == "updated"), "we made nobody: {told:?}");

    let run = store.runs(1).expect("runs").remove(0).id;
    let asked = Asked { run: Some(run), ..Asked::default() };
    let mut connection = connect(&rules, &apps, &mut store, &world);
    let (allowed, mut why) = (Allowed::default(), Vec::new());
    let mut show = |page: &Undoes<'_>| why.extend(page.skipped.iter().map(|skipped| skipped.why.clone()));
    let undo = connection.plan_undo(&asked, "undo", &allowed, &mut Yes, &mut show).await.expect("an undo");
    assert!(why.iter().any(|why| why == "what it held is not known"), "{why:?}");
    connection.undo(&undo, &allowed, &mut Yes).await.expect("an undo");
    assert!(desk().contains("11,"), "the row is still there: {}", desk());
}

#[tokio::test]
async fn a_contact_that_the_app_takes_for_somebody_elses_partner_is_not_sent_in_every_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let write = |name: &str, rows: &str| {
        fs::write(folder.path().join(name), format!("id,email,company\n{rows}")).expect("a list");
    };
    write("shop.csv", "1,ann@home.example,Acme\n2,bob@home.example,Acme\n");
    write("desk.csv", "11,ann@home.example,Acme\n");
    let (world, rules) = (World::real(), program());
    let mut store = Sqlite::open(folder.path().join("memory.sqlite"), "all").expect("a store");
    let [shop, desk] = open(&rules, folder.path(), &world);
    let (desk, asked) = merging(desk, false);
    let apps: [Box<dyn App>; 2] = [shop, Box::new(desk)];
    for _ in 0..3 {
        let report =
            connect(&rules, &apps, &mut store, &world).run(&Allowed::default(), &mut Yes).await.expect("a run");
        assert_eq!((report.tallies[0].failed, report.tallies[0].in_sync), (1, 1), "Bob waits, Ann does not");
    }
    assert_eq!(asked.load(Ordering::Relaxed), 1, "he is sent once, not in every run");
}
