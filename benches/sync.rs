//! Whole syncs of the built command: wall time, peak memory, requests against the least possible number.
//!
//! `cargo bench --bench sync` syncs 10,000 contacts between two vCard folders, and address books on two real
//! Radicale servers (`tests/install carddav` first). `CONTACTS=1000` changes the number. Prints medians of the runs
//! that can be repeated. Radicale itself takes up to 375 ms for each new card in a full book, so creation there is
//! measured with a tenth of the contacts, and the first sync of full books with books that hold the same people.

#![allow(clippy::print_stdout, clippy::expect_used, clippy::panic, reason = "a measurement")]

mod stage;

use std::{fmt::Write as _, fs, path::Path};

use serde_json::Value as Json;
use stage::{Book, Cost, card, median, run, syncc, workspace};

fn tell(what: &str, least: Option<usize>, runs: &[Cost]) {
    let median = median(runs.iter().map(|cost| cost.wall.as_secs_f64()).collect());
    let memory = runs.iter().map(|cost| cost.memory).fold(0.0, f64::max);
    let mut line = format!("{what:<58} {median:>8.2} s {memory:>7.0} MiB");
    if let (Some(least), Some(last)) = (least, runs.last()) {
        let _ = write!(line, " {:>6} requests, least {least}", last.requests());
    }
    println!("{line}");
    for side in ["left", "right"] {
        assert_eq!(runs.last().map(|cost| cost.report()[side]["failed"].clone()), Some(Json::from(0)), "{what}");
    }
}

fn folders(contacts: usize) {
    let people = tempfile::tempdir().expect("a folder");
    let (a, b) = (people.path().join("a"), people.path().join("b"));
    fs::create_dir_all(&a).and_then(|()| fs::create_dir_all(&b)).expect("folders");
    for number in 0..contacts {
        fs::write(a.join(format!("{number}.vcf")), card(number)).expect("a card");
    }
    let settings = |path: &Path| format!("app = \"vcard\"\npath = \"{}\"", path.display());
    let workspace = workspace(&settings(&a), &settings(&b));
    tell(&format!("two vCard folders, first sync of {contacts}"), None, &[run(syncc(workspace.path()))]);
    let idle: Vec<_> = (0..5).map(|_| run(syncc(workspace.path()))).collect();
    tell(&format!("two vCard folders, nothing changed of {contacts}"), None, &idle);
    for number in (0..contacts).step_by(100) {
        let path = a.join(format!("{number}.vcf"));
        fs::write(path, card(number).replace("met at the fair", "called back")).expect("a card");
    }
    tell(&format!("two vCard folders, 1 % changed of {contacts}"), None, &[run(syncc(workspace.path()))]);
}

fn books(contacts: usize) {
    let few = contacts / 10;
    {
        let (a, b) = (Book::start(few), Book::start(0));
        let workspace = workspace(&a.settings(), &b.settings());
        tell(&format!("two Radicale books, {few} created"), Some(few + 3), &[run(syncc(workspace.path()))]);
    }
    let (a, b) = (Book::start(contacts), Book::start(contacts));
    let workspace = workspace(&a.settings(), &b.settings());
    tell(&format!("two Radicale books, first sync of the same {contacts}"), Some(2), &[run(syncc(workspace.path()))]);
    let idle: Vec<_> = (0..5).map(|_| run(syncc(workspace.path()))).collect();
    tell(&format!("two Radicale books, nothing changed of {contacts}"), Some(2), &idle);
}

fn main() {
    let contacts = std::env::var("CONTACTS").ok().and_then(|text| text.parse().ok()).unwrap_or(10_000);
    println!("{:<58} {:>10} {:>11}", "whole command, release build", "wall", "peak");
    folders(contacts);
    books(contacts);
}
