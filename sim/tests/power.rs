//! The power goes: what was in the air is lost, and what is left is an earlier moment of the same store, whole.
//!
//! SQLite writes every transaction into a log of frames first. A store is copied while it is open, its log is cut at
//! every frame and in the middle of every frame, as a disk leaves it that lost its power, and opened again.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test says what it found, and stops where it cannot go on"
)]

use std::{fs, path::Path};

use syncc_compiler::ir::End;
use syncc_runtime::{
    apps::Observed,
    store::{NewEntry, Sqlite, Store},
};
use tempfile::TempDir;
use uuid::Uuid;

/// The header of the log, and that of each frame before its page: see "WAL-mode File Format" of SQLite.
const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

fn seen(id: u32) -> Observed {
    Observed {
        id: format!("{id:04}"),
        version: Some("1".to_owned()),
        raw: format!("contact {id}").repeat(40).into_bytes(),
        deleted: false,
        edited: None,
        aliases: Vec::new(),
    }
}

/// What a store remembers, each thing with a number that only grows while it is filled.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Filled {
    observed: usize,
    open: usize,
}

/// Opens what the disk has left, reads everything in it, and writes to it as the next run would.
fn read(folder: &Path) -> Filled {
    let mut store = Sqlite::open(folder.join("contacts.db"), "contacts").expect("a store that lost its power opens");
    let observed = store.seen(End::Left).expect("what was observed reads").len();
    let open = store.open_entries().expect("the journal reads").len();
    assert_eq!(store.links().expect("links read"), []);
    store.begin_listing(End::Left).expect("the next run can write");
    store.observe(End::Left, &[seen(9_999)]).expect("the next run can write");
    Filled { observed, open }
}

#[test]
fn a_log_that_is_cut_at_any_frame_leaves_an_earlier_moment() {
    let folder = TempDir::new().expect("a folder");
    let mut store = Sqlite::open(folder.path().join("contacts.db"), "contacts").expect("a new store");
    let run = store.begin_run(jiff::Timestamp::UNIX_EPOCH, "rules").expect("a run");
    // How long the log was after a create was noted as sent, which must not be lost once it is on its way.
    let mut durable = Vec::new();
    let log = folder.path().join("contacts.db-wal");
    for nth in 0..12 {
        store.observe(End::Left, &[seen(nth)]).expect("it is observed");
        let entry = NewEntry {
            op: Uuid::from_u128(nth.into()),
            end: End::Right,
            target: None,
            partner: Some(format!("{nth:04}")),
            deletes: false,
            payload: [].into(),
            lines: Vec::new(),
        };
        let ids = store.journal(run, &[entry]).expect("it is journalled");
        store.sent(&ids).expect("it is noted as sent");
        let length = fs::metadata(&log).expect("the log").len() as usize;
        durable.push((length, nth as usize + 1));
    }
    let whole = fs::read(&log).expect("the log");
    let page = u32::from_be_bytes([whole[8], whole[9], whole[10], whole[11]]) as usize;
    let frame = FRAME_HEADER + page;
    let frames = (whole.len() - LOG_HEADER) / frame;
    assert!(frames > 24, "every transaction has a frame: {frames}");

    let mut before = Filled { observed: 0, open: 0 };
    for half in 0..=frames * 2 {
        let cut = LOG_HEADER + half * frame / 2;
        let left = TempDir::new().expect("a folder");
        fs::copy(folder.path().join("contacts.db"), left.path().join("contacts.db")).expect("a copy");
        fs::write(left.path().join("contacts.db-wal"), &whole[..cut.min(whole.len())])
            .expect("what is left of the log");
        let found = match fs::metadata(left.path().join("contacts.db")) {
            // Before the first page was written back there is nothing but the log.
            Ok(file) if file.len() == 0 && half < 2 => continue,
            _ => read(left.path()),
        };
        assert!(found >= before, "cut at {cut}: {found:?} after {before:?}");
        let certain = durable.iter().filter(|(length, _)| *length <= cut).map(|(_, sent)| *sent).max().unwrap_or(0);
        assert!(found.open >= certain, "cut at {cut}: {certain} creates were on their way, {found:?}");
        before = found;
    }
    assert_eq!(before, Filled { observed: 12, open: 12 });
    drop(store);
}
