//! Reading cards: how long one takes, beside the least that reading it could be, a walk over its lines.
//!
//! `cargo bench -p syncc-runtime --bench decode`. Both are the best of several rounds, so that other work on the machine
//! does not count, and the ratio says the same on a fast machine and on a slow one.

#![allow(clippy::print_stdout, clippy::expect_used, reason = "a measurement")]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use syncc_runtime::{apps, world::World};

#[path = "../tests/side/mod.rs"]
mod side;

/// So many that the numbers in them are remembered from one round to the next, as they are from one step of a cycle to the
/// next.
const CARDS: usize = 2_000;
const ROUNDS: usize = 40;

fn card(number: usize) -> Vec<u8> {
    format!(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:person-{number}\r\nFN:Given{number} Family{number}\r\n\
         N:Family{number};Given{number};;;\r\nEMAIL;TYPE=INTERNET:person{number}@example.com\r\n\
         TEL;TYPE=CELL:+1 808 555 {number:04}\r\nORG:Company {company};Sales\r\n\
         ADR;TYPE=WORK:;;{number} Main Street;Honolulu;HI;96813;USA\r\nNOTE:met at the fair\r\n\
         CATEGORIES:Team\r\nEND:VCARD\r\n",
        company = number % 97
    )
    .into_bytes()
}

/// How long one card takes in the best round.
fn best(cards: &[Vec<u8>], mut read: impl FnMut(&[u8])) -> Duration {
    let round = |_| {
        let begun = Instant::now();
        cards.iter().for_each(|card| read(card));
        begun.elapsed()
    };
    let best = (0..ROUNDS).map(round).min().unwrap_or_default();
    best / u32::try_from(cards.len()).unwrap_or(1).max(1)
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let side = side::side("vcard");
    let account = side::account("vcard", folder.path(), "path = \"cards\"", None);
    let app = apps::open(&side, &account, &World::real()).expect("a folder of cards");
    let cards: Vec<Vec<u8>> = (0..CARDS).map(card).collect();

    let decoded = best(&cards, |card| {
        black_box(app.decode(card).expect("a card"));
    });
    let walked = best(&cards, |card| {
        let text = std::str::from_utf8(card).expect("text");
        let lines = text.split_inclusive('\n').filter_map(|line| line.split_once(':'));
        black_box(lines.map(|(name, value)| name.len() ^ value.trim_end().len()).sum::<usize>());
    });
    let cards_a_second = 1.0 / decoded.as_secs_f64();
    let times = decoded.as_secs_f64() / walked.as_secs_f64();
    println!("reading a card takes {decoded:?}: {cards_a_second:.0} a second, {times:.1} times a walk over its lines");
}
