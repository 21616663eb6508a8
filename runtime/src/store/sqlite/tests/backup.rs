//! Copies of a store, and what it means to put one back.

use std::{fs, path::Path};

use syncc_compiler::ir::End::{Left, Right};
use tempfile::TempDir;

use super::{
    super::{
        backup::set_aside,
        forgotten::{id_kind, mark},
    },
    gone, named, seen,
};
use crate::store::{Settled, Sqlite, Store, StoreError, TakeOver, TakenOver, UNPLANNED};

fn pair(left: &str, right: &str) -> Settled {
    let base = [Some(named("ann@x.example")), Some(named("ann@x.example"))];
    Settled { ids: [left.to_owned(), right.to_owned()], base, how: Some("both have email ann@x.example".to_owned()) }
}

/// Ann is linked, and both sides were read.
fn remembered(path: &Path) -> Sqlite {
    let mut store = Sqlite::open(path, "contacts").unwrap();
    for (end, id) in [(Left, "ann"), (Right, "1")] {
        store.begin_listing(end).unwrap();
        store.observe(end, &[seen(id)]).unwrap();
        store.end_listing(end, true, Some("cursor"), &[]).unwrap();
    }
    store.settle(&[pair("ann", "1")]).unwrap();
    store
}

fn linked(store: &Sqlite) -> Vec<[String; 2]> {
    store.links().unwrap().into_iter().map(|link| link.records).collect()
}

fn now() -> jiff::Timestamp {
    "2026-11-22T04:30:00Z".parse().unwrap()
}

#[test]
fn a_copy_is_made_while_a_run_writes_and_is_whole() {
    let folder = TempDir::new().unwrap();
    let (path, to) = (folder.path().join("contacts.db"), folder.path().join("copy"));
    assert!(!Sqlite::backup(&path, "contacts", &to).unwrap(), "there is nothing to copy yet");
    let mut store = remembered(&path);
    // In the middle of a listing, with all of it in the write-ahead log.
    store.begin_listing(Left).unwrap();
    store.observe(Left, &[seen("ben")]).unwrap();
    assert!(Sqlite::backup(&path, "contacts", &to).unwrap());
    store.observe(Left, &[seen("cyd")]).unwrap();

    assert_eq!(Sqlite::backup_of(&to).unwrap(), "contacts");
    let copy = Sqlite::look(&to).unwrap().unwrap();
    assert_eq!(copy.seen(Left).unwrap().len(), 2);
    assert_eq!(copy.links().unwrap(), store.links().unwrap());
    let mut files: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|file| file.unwrap().file_name()).collect();
    files.retain(|name| name.to_string_lossy().starts_with("copy"));
    assert_eq!(files, ["copy"], "one file, with nothing beside it");
    // The next night.
    assert!(Sqlite::backup(&path, "contacts", &to).unwrap());
    assert_eq!(Sqlite::look(&to).unwrap().unwrap().seen(Left).unwrap().len(), 3);
}

#[test]
fn a_copy_never_replaces_something_else() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("contacts.db");
    drop(remembered(&path));
    let letter = folder.path().join("letter.txt");
    fs::write(&letter, "Dear Ann").unwrap();
    assert!(matches!(Sqlite::backup(&path, "contacts", &letter), Err(StoreError::InTheWay { .. })));
    assert_eq!(fs::read_to_string(&letter).unwrap(), "Dear Ann");
    let other = folder.path().join("customers.db");
    drop(Sqlite::open(&other, "customers").unwrap());
    assert!(matches!(Sqlite::backup(&path, "contacts", &other), Err(StoreError::InTheWay { .. })));
}

#[test]
fn what_is_put_back_is_read_from_the_beginning_and_planned_before_it_writes() {
    let folder = TempDir::new().unwrap();
    let (path, copy) = (folder.path().join("contacts.db"), folder.path().join("copy"));
    let mut store = remembered(&path);
    Sqlite::backup(&path, "contacts", &copy).unwrap();
    store.observe(Left, &[seen("ben")]).unwrap();
    assert!(matches!(Sqlite::restore(&copy, &path, "contacts", now(), TakeOver::Since), Err(StoreError::Busy)));
    drop(store);

    let restored = Sqlite::restore(&copy, &path, "contacts", now(), TakeOver::Since).unwrap();
    let store = Sqlite::open(&path, "contacts").unwrap();
    assert_eq!((linked(&store), store.seen(Left).unwrap().len()), (vec![["ann".to_owned(), "1".to_owned()]], 1));
    assert_eq!([store.cursor(Left).unwrap(), store.cursor(Right).unwrap()], [None, None]);
    assert_eq!(store.planned().unwrap().as_deref(), Some(UNPLANNED));
    let kept = Sqlite::look(restored.aside.unwrap()).unwrap().unwrap();
    assert_eq!(kept.seen(Left).unwrap().len(), 2, "what was replaced is kept");
}

#[test]
fn who_was_linked_since_stays_linked_and_who_was_deleted_since_stays_deleted() {
    let folder = TempDir::new().unwrap();
    let (path, copy) = (folder.path().join("contacts.db"), folder.path().join("copy"));
    let mut store = remembered(&path);
    store.observe(Left, &[seen("cyd")]).unwrap();
    Sqlite::backup(&path, "contacts", &copy).unwrap();
    store.observe(Left, &[seen("ben")]).unwrap();
    store.observe(Right, &[seen("2"), seen("3")]).unwrap();
    store.settle(&[pair("ben", "2"), pair("cyd", "3")]).unwrap();
    store.observe(Right, &[gone("3")]).unwrap();
    let links = store.links().unwrap();
    drop(store);

    let restored = Sqlite::restore(&copy, &path, "contacts", now(), TakeOver::Since).unwrap();
    assert_eq!(restored.taken_over, Some(TakenOver { pairs: 2, paused: 0 }));
    let store = Sqlite::open(&path, "contacts").unwrap();
    let told =
        |links: Vec<crate::store::Link>| links.into_iter().map(|link| (link.records, link.base)).collect::<Vec<_>>();
    assert_eq!(told(store.links().unwrap()), told(links));
    assert!(store.seen(Right).unwrap().iter().any(|seen| seen.observed.id == "3" && seen.observed.deleted));
    drop(store);

    let restored = Sqlite::restore(&copy, &path, "contacts", now(), TakeOver::Nothing).unwrap();
    assert_eq!(restored.taken_over, None);
    assert_eq!(linked(&Sqlite::open(&path, "contacts").unwrap()), [["ann".to_owned(), "1".to_owned()]]);
}

#[test]
fn a_lost_or_damaged_store_is_replaced_all_the_same() {
    let folder = TempDir::new().unwrap();
    let (path, copy) = (folder.path().join("contacts.db"), folder.path().join("copy"));
    drop(remembered(&path));
    Sqlite::backup(&path, "contacts", &copy).unwrap();
    rusqlite::Connection::open(&path).unwrap().execute_batch("DROP TABLE links").unwrap();
    let restored = Sqlite::restore(&copy, &path, "contacts", now(), TakeOver::Since).unwrap();
    assert_eq!(restored.taken_over, None);
    assert!(restored.aside.unwrap().exists());
    assert_eq!(linked(&Sqlite::open(&path, "contacts").unwrap()).len(), 1);

    fs::remove_file(&path).unwrap();
    let restored = Sqlite::restore(&copy, &path, "contacts", now(), TakeOver::Since).unwrap();
    assert_eq!(restored.aside, None);
    assert_eq!(linked(&Sqlite::open(&path, "contacts").unwrap()).len(), 1);
}

#[test]
fn only_a_sound_copy_of_this_connection_is_put_back() {
    let folder = TempDir::new().unwrap();
    let (path, copy) = (folder.path().join("contacts.db"), folder.path().join("copy"));
    let mut store = remembered(&path);
    store.observe(Left, &(0..300).map(|n| seen(&format!("{n:04}"))).collect::<Vec<_>>()).unwrap();
    drop(store);
    Sqlite::backup(&path, "contacts", &copy).unwrap();
    let before = fs::read(&path).unwrap();
    let other = folder.path().join("customers.db");
    let restore = |from: &Path, to: &Path, name: &str| Sqlite::restore(from, to, name, now(), TakeOver::Since);
    assert!(matches!(restore(&copy, &other, "customers"), Err(StoreError::NotOurs { .. })));

    let letter = folder.path().join("letter.txt");
    fs::write(&letter, "Dear Ann, ".repeat(500)).unwrap();
    assert!(matches!(restore(&letter, &path, "contacts"), Err(StoreError::NoBackup { .. })));
    let mut bytes = fs::read(&copy).unwrap();
    let from = bytes.len() / 2;
    bytes[from..].fill(0xff);
    fs::write(&copy, bytes).unwrap();
    assert!(matches!(restore(&copy, &path, "contacts"), Err(StoreError::NoBackup { .. })));
    assert_eq!(fs::read(&path).unwrap(), before, "the store is as it was");
}

fn names(folder: &TempDir) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Ben was forgotten.
fn forgot_ben(path: &Path) {
    let mut store = Sqlite::open(path, "contacts").unwrap();
    store.observe(Left, &[seen("ben")]).unwrap();
    let ben = mark("salt", id_kind(Left), "ben");
    store.forget(&[(Left, "ben".to_owned())], &[ben], "salt", now()).unwrap();
}

#[test]
fn whoever_is_killed_while_the_old_store_is_kept_still_has_it() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("contacts.db");
    drop(remembered(&path));
    let aside = set_aside(&path, now()).unwrap();
    let again = set_aside(&path, now()).unwrap();
    assert_ne!(aside, again, "one that is kept is never written over");
    for path in [&path, &aside, &again] {
        assert_eq!(linked(&Sqlite::look(path).unwrap().unwrap()).len(), 1, "{}", path.display());
    }
}

#[test]
fn who_was_forgotten_since_stays_so_also_when_the_store_is_of_an_older_format() {
    let folder = TempDir::new().unwrap();
    let (path, copy) = (folder.path().join("contacts.db"), folder.path().join("copy"));
    let mut store = remembered(&path);
    store.observe(Left, &[seen("ben")]).unwrap();
    drop(store);
    Sqlite::backup(&path, "contacts", &copy).unwrap();
    forgot_ben(&path);
    rusqlite::Connection::open(&path).unwrap().pragma_update(None, "user_version", 10).unwrap();
    let restored = Sqlite::restore(&copy, &path, "contacts", now(), TakeOver::Since).unwrap();
    assert_eq!(restored.taken_over, None, "its pairs are not read");
    let store = Sqlite::open(&path, "contacts").unwrap();
    assert_eq!(store.marks().unwrap().people, 1);
    assert_eq!(store.seen(Left).unwrap().len(), 1, "the copy still had Ben");
}

#[test]
fn a_store_that_cannot_say_who_was_forgotten_is_not_replaced() {
    let folder = TempDir::new().unwrap();
    let (path, copy) = (folder.path().join("contacts.db"), folder.path().join("copy"));
    drop(remembered(&path));
    Sqlite::backup(&path, "contacts", &copy).unwrap();
    forgot_ben(&path);
    rusqlite::Connection::open(&path).unwrap().execute_batch("DROP TABLE salt").unwrap();
    let damaged = [fs::read(&path).unwrap(), b"not a database at all ".repeat(500)];
    for (content, take_over) in damaged.into_iter().zip([TakeOver::Since, TakeOver::Nothing]) {
        fs::write(&path, &content).unwrap();
        let before = names(&folder);
        let refused = Sqlite::restore(&copy, &path, "contacts", now(), take_over).unwrap_err().to_string();
        assert!(refused.contains("who was forgotten") && refused.contains("move that file away"), "{refused}");
        assert_eq!((names(&folder), fs::read(&path).unwrap() == content), (before, true), "nothing was changed");
    }
    // What the message says.
    fs::rename(&path, folder.path().join("damaged")).unwrap();
    let restored = Sqlite::restore(&copy, &path, "contacts", now(), TakeOver::Since).unwrap();
    assert_eq!((restored.aside, restored.taken_over), (None, None));
}

#[test]
fn marks_of_another_memory_are_not_lost_in_silence() {
    let folder = TempDir::new().unwrap();
    let (path, copy) = (folder.path().join("contacts.db"), folder.path().join("copy"));
    drop(remembered(&path));
    forgot_ben(&path);
    Sqlite::backup(&path, "contacts", &copy).unwrap();
    // Begun anew since, and Ann was forgotten: what stands for her fits no other salt.
    fs::remove_file(&path).unwrap();
    let ann = mark("pepper", id_kind(Left), "ann");
    remembered(&path).forget(&[(Left, "ann".to_owned())], &[ann], "pepper", now()).unwrap();
    let refused = Sqlite::restore(&copy, &path, "contacts", now(), TakeOver::Since).unwrap_err().to_string();
    assert!(refused.contains("made of another memory"), "{refused}");
}
