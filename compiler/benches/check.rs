//! How long a whole file takes from text to program, against only reading it with the grammar, and how long
//! one more keystroke takes.

#![allow(missing_docs, reason = "the macros of criterion make functions without")]

mod files;

use std::{hint::black_box, time::Duration};

use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use files::{alike, file, realistic};
use syncc_compiler::{check::check_text, db::Database};

/// What `syncc check` asks of a file: everything that is wrong with it. The program ends without taking apart what it knows.
fn opened(text: &str) -> Database {
    let mut db = Database::default();
    db.set_file("bench.sync", text.to_owned());
    assert!(db.judge("bench.sync").is_some());
    db
}

fn check(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("file");
    group.sample_size(10).warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(4));
    for rules in [1_000, 10_000] {
        let text = file(rules);
        assert!(check_text("bench.sync", &text, &[]).program.is_some());
        group.bench_with_input(BenchmarkId::new("read", rules), &text, |bencher, text| {
            bencher.iter(|| {
                for piece in syncc_grammar::split(text).pieces {
                    let range = piece.span.start as usize..piece.span.end as usize;
                    black_box(syncc_grammar::by_grammar(text.get(range).unwrap_or_default()));
                }
            });
        });
        group.bench_with_input(BenchmarkId::new("check", rules), &text, |bencher, text| {
            bencher.iter_with_large_drop(|| opened(text));
        });
        group.bench_with_input(BenchmarkId::new("check and link", rules), &text, |bencher, text| {
            bencher.iter_with_large_drop(|| {
                let db = opened(text);
                (db.meaning("bench.sync"), db)
            });
        });
        group.bench_with_input(BenchmarkId::new("keystroke", rules), &text, |bencher, text| {
            let mut db = Database::default();
            db.set_file("bench.sync", text.clone());
            black_box(db.judge("bench.sync"));
            let mut key = 0;
            bencher.iter_batched(
                || {
                    key += 1;
                    text.replacen("region = \"Group 0\"", &format!("region = \"Group 0 {key}\""), 1)
                },
                |edited| {
                    db.set_file("bench.sync", edited);
                    black_box(db.judge("bench.sync"))
                },
                BatchSize::LargeInput,
            );
        });
    }
    let text = realistic(1_000);
    assert!(check_text("bench.sync", &text, &[]).program.is_some());
    group.bench_with_input(BenchmarkId::new("check realistic", 1_000), &text, |bencher, text| {
        bencher.iter(|| black_box(check_text("bench.sync", text, &[])));
    });
    let text = alike(10_000);
    assert!(check_text("bench.sync", &text, &[]).program.is_some());
    group.bench_with_input(BenchmarkId::new("check alike", 10_000), &text, |bencher, text| {
        bencher.iter(|| black_box(check_text("bench.sync", text, &[])));
    });
    group.finish();
}

criterion_group!(benches, check);
criterion_main!(benches);
