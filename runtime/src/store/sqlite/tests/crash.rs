//! A program that is killed in the middle of its writes, again and again.
//!
//! The victim is this test binary, started anew with [`VICTIM`] set: it does what a run does, and says so
//! line by line after the store has said `Ok`. It is killed without warning at a random point. Then
//! everything it said must be there, and everything that is there must fit together.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use syncc_compiler::ir::End::{Left, Right};
use tempfile::TempDir;
use uuid::Uuid;

use super::{named, seen};
use crate::store::{NewEntry, Settled, Sqlite, Store};

/// Names the store that the victim writes to.
const VICTIM: &str = "SYNCC_TEST_CRASH_STORE";

/// What the victim's lines begin with: the test runner prints others.
const SAID: &str = "said ";

/// How many times it is killed.
const KILLS: u64 = 12;

/// Does nothing, unless it is started as the victim.
#[test]
fn victim() {
    let Ok(path) = env::var(VICTIM) else { return };
    let mut store = Sqlite::open(path, "contacts").unwrap();
    let at = "2026-11-21T21:00:00Z".parse().unwrap();
    let run = store.begin_run(at, "rules").unwrap();
    for entry in store.open_entries().unwrap() {
        store.fail(entry.id, "killed").unwrap();
    }
    loop {
        let id = Uuid::new_v4().to_string();
        store.observe(Left, &[seen(&id)]).unwrap();
        println!("{SAID}observed {id}");
        let entry = NewEntry {
            op: Uuid::new_v4(),
            end: Right,
            target: None,
            partner: Some(id.clone()),
            deletes: false,
            payload: named(&id),
            lines: Vec::new(),
        };
        let entry = store.journal(run, &[entry]).unwrap()[0];
        store.sent(&[entry]).unwrap();
        println!("{SAID}sent {id}");
        store.confirm(entry, &seen(&id), &named(&id), at).unwrap().unwrap();
        println!("{SAID}confirmed {id}");
        let base = [Some(named(&id)), Some(named(&id))];
        store.settle(&[Settled { ids: [id.clone(), id.clone()], base, how: None }]).unwrap();
        println!("{SAID}settled {id}");
    }
}

#[test]
fn what_was_said_survives_a_kill_and_the_rest_fits_together() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("contacts.db");
    let mut said = BTreeMap::new();
    for kill in 0..KILLS {
        // Not a round number, so that it hits another point of the loop each time.
        said.extend(run_and_kill(&path, Duration::from_micros(20_000 + kill * 7_919)));
        check(&path, &said);
    }
    assert!(said.len() > 50, "the victim was killed before it did anything: {said:?}");
}

/// The last thing that was said of each record.
fn run_and_kill(path: &Path, after: Duration) -> BTreeMap<String, String> {
    let name = format!("{}::victim", module_path!().split_once("::").unwrap().1);
    let mut victim = Command::new(env::current_exe().unwrap())
        .args([&name, "--exact", "--nocapture", "--test-threads=1"])
        .env(VICTIM, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(victim.stdout.take().unwrap()).lines();
    let mut said = BTreeMap::new();
    let mut hear = |line: &str| {
        // The runner may have begun the line.
        let Some((_, words)) = line.split_once(SAID) else { return false };
        let (what, id) = words.split_once(' ').unwrap();
        // A line that was cut off by the kill names no record.
        if Uuid::parse_str(id).is_ok() {
            said.insert(id.to_owned(), what.to_owned());
        }
        true
    };
    // The clock starts once it works.
    while !hear(&lines.next().expect("the victim ended on its own").unwrap()) {}
    let killer = thread::spawn(move || {
        thread::sleep(after);
        victim.kill().unwrap();
        victim.wait().unwrap();
    });
    for line in lines {
        hear(&line.unwrap());
    }
    killer.join().unwrap();
    said
}

fn check(path: &Path, said: &BTreeMap<String, String>) {
    let store = Sqlite::open(path, "contacts").unwrap();
    let sound: String = store.db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(sound, "ok");
    assert!(!store.db.prepare("PRAGMA foreign_key_check").unwrap().exists([]).unwrap());

    let left: BTreeSet<_> = store.seen(Left).unwrap().into_iter().map(|seen| seen.observed.id).collect();
    let right: BTreeSet<_> = store.seen(Right).unwrap().into_iter().map(|seen| seen.observed.id).collect();
    let links: BTreeMap<_, _> =
        store.links().unwrap().into_iter().map(|link| (link.records[0].clone(), link)).collect();
    let open: BTreeMap<_, _> =
        store.open_entries().unwrap().into_iter().map(|entry| (entry.write.partner.clone().unwrap(), entry)).collect();
    for (id, what) in said {
        assert!(left.contains(id), "{id} was {what}");
        match what.as_str() {
            "observed" => {}
            // By now it may be confirmed without a word, or failed by the next victim.
            "sent" => assert_ne!(state(&store, id), "planned"),
            "confirmed" => assert!(links.contains_key(id) && !open.contains_key(id), "{id}"),
            "settled" => assert_eq!(links[id].base, Some([Some(named(id)), Some(named(id))])),
            other => panic!("the victim said {other}"),
        }
    }
    // A confirmed create is there, linked and closed, or none of it: never a half.
    let linked: BTreeSet<_> = links.values().map(|link| link.records[1].clone()).collect();
    assert_eq!(right, linked);
    assert!(open.keys().all(|id| !links.contains_key(id)));
}

/// The state of the write whose partner this is.
fn state(store: &Sqlite, partner: &str) -> String {
    store.db.query_row("SELECT state FROM journal WHERE partner = ?1", [partner], |row| row.get(0)).unwrap()
}
