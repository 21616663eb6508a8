//! 100 rules on many contacts, one thread: syncc beside code written by hand for just these rules, cedar and CEL. Then
//! how long it takes to check a file of rules, beside cedar (`checking.rs`).
//!
//! `cargo run --release` here. Medians of one run. What matches must be the same for all, or the run ends. The contacts
//! of cedar and CEL are made before the clock starts, and fewer, because they take as long. `CONTACTS=20000` changes
//! how many ours get. One contact after the other starts, for us and by hand, from the same records, and reading them
//! counts; what by hand costs without that stands beside it. `cargo run --release checking` measures checks alone.

mod by_hand;
mod cedar;
mod cel;
mod checking;
mod ours;
mod subject;

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use subject::{RULES, Tally, checksum};
use syncc_runtime::engine::{Columnar, Engine, Row};

/// The contacts that the slow ones get.
const FEW: usize = 2_000;

fn main() {
    if std::env::args().nth(1).as_deref() != Some("checking") {
        running();
    }
    checking::tell();
}

fn running() {
    let count = std::env::var("CONTACTS").ok().and_then(|count| count.parse().ok()).unwrap_or(200_000);
    let rules = subject::rules(RULES as u32);
    let contacts = subject::contacts(count);
    let few = &contacts[..FEW.min(count)];
    let program = ours::program(&rules);
    let pairs = ours::pairs(&program, &rules, &contacts);
    let engine = Engine::new(&program);
    let columnar = Columnar::new(&engine);
    println!("{RULES} rules, {count} contacts, cedar and CEL {}; nanoseconds a rule and contact, medians", few.len());

    let columns = columnar.read(&pairs);
    let ours = columnar.counts(&columns)[..RULES].to_vec();
    let names = by_hand::Names::new(&program);
    let interned = by_hand::interned(&rules);
    let by_hand_columns = by_hand::Columns::read(&names, &pairs);
    let by_hand = by_hand_columns.tally(&interned);
    assert_eq!(ours, by_hand, "columns");
    println!("checksum {}", checksum(&ours));

    let each = |time: Duration| time.as_secs_f64() * 1e9 / (RULES * count) as f64;
    tell("syncc, columns", each(median(21, || checksum(&columnar.counts(&columns)[..RULES].to_vec()))));
    tell("by hand, columns", each(median(21, || checksum(&by_hand_columns.tally(&interned)))));
    tell("syncc, columns, with reading the records", each(median(5, || columnar.counts(&columnar.read(&pairs)))));
    let with_reading = || by_hand::Columns::read(&names, &pairs).tally(&interned);
    tell("by hand, columns, with reading the records", each(median(5, with_reading)));
    tell("syncc, the engine's verdict on each pair, quiet ones skipped", each(median(5, || columnar.quiet(&pairs))));

    let part = &pairs[..few.len()];
    let each = |time: Duration| time.as_secs_f64() * 1e9 / (RULES * part.len()) as f64;
    let mut row = Row::new(&columnar);
    let rows: Vec<_> = part.iter().map(|pair| names.row::<false>(pair)).collect();
    for (pair, by_hand) in part.iter().zip(&rows) {
        let mut ours = [0; 2];
        row.rules(pair).for_each(|rule| ours[rule / 64] |= 1 << (rule % 64));
        assert_eq!(ours, by_hand::one(&interned, by_hand), "rows");
    }
    // All three end with something that depends on each rule that holds.
    let one_by_one = || -> usize { part.iter().map(|pair| row.rules(pair).sum::<usize>()).sum() };
    tell("syncc, one contact after the other, from its records", each(median(101, one_by_one)));
    let from_records =
        || part.iter().map(|pair| sum(by_hand::one(&interned, &names.row::<false>(pair)))).sum::<usize>();
    tell("by hand, one contact after the other, from its records", each(median(101, from_records)));
    let from_rows = || rows.iter().map(|row| sum(by_hand::one(&interned, black_box(row)))).sum::<usize>();
    tell("by hand, one after the other, from rows read before", each(median(101, from_rows)));
    tell(
        "syncc, engine, a whole cycle",
        each(median(5, || part.iter().filter(|pair| engine.cycle(pair).changes.is_empty()).count())),
    );

    let expected: Vec<usize> = (0..RULES).map(|rule| matched(&columnar.counts(&columnar.read(part)), rule)).collect();
    let cel = cel::Cel::new(&rules, few);
    assert_eq!(cel.matches(), expected, "CEL");
    tell("CEL (cel)", each(median(5, || cel.matches())));
    let cedar = cedar::Cedar::new(&rules, few);
    assert_eq!(cedar.matches(RULES), expected, "cedar");
    tell("cedar (cedar-policy)", each(median(5, || cedar.matches(RULES))));
}

/// The sum of the places of the bits that are set.
fn sum(words: [u64; 2]) -> usize {
    let mut sum = 0;
    for (nth, mut word) in words.into_iter().enumerate() {
        while word != 0 {
            sum += nth * 64 + word.trailing_zeros() as usize;
            word &= word - 1;
        }
    }
    sum
}

fn matched(tally: &Tally, rule: usize) -> usize {
    tally[rule][0]
}

fn tell(what: &str, nanoseconds: f64) {
    println!("{what:<64} {nanoseconds:>10.3}");
}

/// The median of so many runs, after one that does not count. What a run makes is taken apart when its time is taken.
fn median<T>(runs: usize, mut run: impl FnMut() -> T) -> Duration {
    black_box(run());
    let mut times: Vec<Duration> = (0..runs)
        .map(|_| {
            let start = Instant::now();
            let made = black_box(run());
            let time = start.elapsed();
            drop(made);
            time
        })
        .collect();
    times.sort();
    times[runs / 2]
}
