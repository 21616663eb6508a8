//! The store at the size of a large account: 10,000 contacts on each side, 2 kB each.

#![allow(clippy::expect_used, reason = "a benchmark stops where a test would")]

use std::{collections::BTreeMap, hint::black_box};

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use syncc_compiler::{
    ir::End,
    value::{Text, Value},
};
use syncc_runtime::{
    apps::Observed,
    store::{NamedRecord, NewEntry, Settled, Sqlite, Store},
};
use tempfile::TempDir;
use uuid::Uuid;

const CONTACTS: usize = 10_000;

fn seen(number: usize) -> Observed {
    Observed {
        // Ids of apps come in no order.
        id: Uuid::new_v5(&Uuid::NAMESPACE_OID, &number.to_le_bytes()).to_string(),
        version: Some(format!("\"{number}\"")),
        raw: vec![b'x'; 2_000],
        deleted: false,
        edited: None,
        aliases: Vec::new(),
    }
}

fn named(number: usize) -> NamedRecord {
    let fields = ["email", "phone", "given_name", "family_name", "company", "title", "note", "website"];
    let value = |field: &str| Value::Text(Text::plain(format!("the {field} of contact {number}")));
    fields.iter().map(|field| ((*field).to_owned(), value(field))).collect::<BTreeMap<_, _>>()
}

fn store(folder: &TempDir) -> Sqlite {
    Sqlite::open(folder.path().join(format!("{}.db", Uuid::new_v4())), "contacts").expect("a store")
}

fn benchmarks(c: &mut Criterion) {
    let folder = TempDir::new().expect("a folder");
    let contacts: Vec<_> = (0..CONTACTS).map(seen).collect();
    let page = &contacts[..1_000];
    let settled = |from: &[Observed]| -> Vec<Settled> {
        let pair = |(number, record): (usize, &Observed)| {
            let base = [Some(named(number)), Some(named(number))];
            Settled { ids: [record.id.clone(), record.id.clone()], base, how: None }
        };
        from.iter().enumerate().map(pair).collect()
    };

    c.bench_function("observe a page of 1,000 new records", |b| {
        b.iter_batched_ref(|| store(&folder), |store| store.observe(End::Left, page), BatchSize::PerIteration);
    });

    let mut full = store(&folder);
    let run = full.begin_run(jiff::Timestamp::UNIX_EPOCH, "rules").expect("a run");
    for end in End::BOTH {
        full.observe(end, &contacts).expect("observed");
    }
    let pairs = settled(&contacts);
    full.settle(&pairs).expect("settled");
    c.bench_function("observe a page of 1,000 known records", |b| b.iter(|| full.observe(End::Left, page)));
    c.bench_function("settle 10,000 pairs that are as they were", |b| b.iter(|| full.settle(&pairs)));
    c.bench_function("read 10,000 records", |b| b.iter(|| black_box(full.seen(End::Left))));
    c.bench_function("read 10,000 links with their bases", |b| b.iter(|| black_box(full.links())));
    for (what, target) in [("an update", Some(contacts[0].id.clone())), ("a create, durably", None)] {
        c.bench_function(&format!("journal, send and confirm {what}"), |b| {
            b.iter(|| {
                let entry = NewEntry {
                    op: Uuid::new_v4(),
                    end: End::Right,
                    target: target.clone(),
                    partner: Some(contacts[0].id.clone()),
                    deletes: false,
                    payload: named(0),
                    lines: Vec::new(),
                };
                let entry = full.journal(run, &[entry]).expect("journalled");
                full.sent(&entry).expect("sent");
                full.confirm(entry[0], &contacts[0], &named(0), jiff::Timestamp::UNIX_EPOCH).expect("confirmed");
            });
        });
    }
}

criterion_group! {
    name = store_benches;
    config = Criterion::default().sample_size(20).warm_up_time(std::time::Duration::from_millis(500))
        .measurement_time(std::time::Duration::from_secs(2));
    targets = benchmarks
}
criterion_main!(store_benches);
