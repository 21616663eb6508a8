//! Rules on pairs that are in sync, which is what nearly all pairs of nearly all runs are: the engine against the same
//! rules and mappings written by hand as a closure over the same records.
//!
//! Both find that there is nothing to do, and both look at everything that could say otherwise. Twenty rules, three
//! mappings, 10,000 pairs; the throughput is in rules.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use syncc_compiler::{
    check::check_text,
    ir::{End, FieldId, Program},
    value::{Canon, Record, Text, Value},
};
use syncc_runtime::engine::{Base, Engine, Pair, Status};

const PAIRS: usize = 10_000;
const RULES: usize = 20;

/// Twenty rules such as operations people write: a label or a value here, a tag there, kept or taken back.
fn file() -> String {
    let mut text = "sync google <-> realgeeks map none map google.email <-> realgeeks.email \
                    map google.phone <-> realgeeks.phone map google.biography <-> realgeeks.notes\n"
        .to_owned();
    for nth in 0..RULES {
        let end = if nth % 2 == 0 { " undo" } else { "" };
        text += &format!(
            "when google.label == \"Label {nth}\" and google.biography != \"Private {nth}\" then realgeeks.tag += \"Tag {nth}\"{end}\n"
        );
    }
    text
}

fn field(program: &Program, end: End, name: &str) -> FieldId {
    program.side(end).field(name).unwrap_or_else(|| panic!("the file uses {name}"))
}

fn pairs(program: &Program) -> Vec<Pair> {
    let canon = Canon::default();
    let one = |nth: usize| {
        let email = format!("person{nth}@home.example");
        let phone = format!("+1555{:07}", nth);
        let note = format!("met at fair {nth}");
        let numbers = [nth % RULES, (nth / 7) % RULES];
        let of = |end: End, set: &str, prefix: &str, note_field: &str| {
            let side = program.side(end);
            let mut record = Record::filled_with(&Value::Empty, side.fields.len());
            let mut put = |name: &str, value: Value| record.put(field(program, end, name), value);
            let ty = |name: &str| side.fields[field(program, end, name).index()].ty.scalar();
            for (name, spelt) in [("email", &email), ("phone", &phone), (note_field, &note)] {
                put(name, canon.scalar(ty(name), spelt).unwrap_or_default());
            }
            put(set, Value::set(numbers.map(|number| Text::plain(format!("{prefix} {number}")))));
            record
        };
        let now = [of(End::Left, "label", "Label", "biography"), of(End::Right, "tag", "Tag", "notes")];
        // The base comes from the store: equal, and not the same memory.
        let base = [of(End::Left, "label", "Label", "biography"), of(End::Right, "tag", "Tag", "notes")];
        Pair { now: now.map(Some), base: Some(Base { sides: base.map(Some) }), later: None }
    };
    (0..PAIRS).map(one).collect()
}

/// One rule as a person would write it in Rust for just this file.
struct ByHand {
    label: Text,
    private: Value,
    tag: Text,
    undo: bool,
}

/// The same file by hand: whether there is nothing to do for a pair.
fn by_hand(program: &Program) -> impl Fn(&Pair) -> bool + use<> {
    let rules: Vec<ByHand> = (0..RULES)
        .map(|nth| ByHand {
            label: Text::plain(format!("Label {nth}")),
            private: Value::Text(Text::plain(format!("Private {nth}"))),
            tag: Text::plain(format!("Tag {nth}")),
            undo: nth % 2 == 0,
        })
        .collect();
    let (label, biography) = (field(program, End::Left, "label"), field(program, End::Left, "biography"));
    let tag = field(program, End::Right, "tag");
    move |pair| {
        let [Some(left), Some(right)] = &pair.now else { return false };
        let Some(Base { sides: [Some(left_base), Some(right_base)] }) = &pair.base else { return false };
        let quiet = |rule: &ByHand| {
            let holds = left.get(label).has(&rule.label) && *left.get(biography) != rule.private;
            let has = right.get(tag).has(&rule.tag);
            if holds { has } else { !rule.undo || !has }
        };
        left == left_base && right == right_base && rules.iter().all(quiet)
    }
}

fn rules(criterion: &mut Criterion) {
    let checked = check_text("bench.sync", &file(), &[]);
    let program = checked.program.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics));
    let pairs = pairs(&program);
    let engine = Engine::new(&program);
    let closure = by_hand(&program);
    for pair in &pairs {
        assert_eq!(engine.cycle(pair).status, Status::InSync);
        assert!(engine.cycle(pair).changes.is_empty() && closure(pair));
    }
    let mut group = criterion.benchmark_group("rules");
    group.throughput(Throughput::Elements((PAIRS * RULES) as u64));
    group.sample_size(20);
    group.bench_function("engine", |bench| {
        bench.iter(|| pairs.iter().filter(|pair| engine.cycle(black_box(pair)).changes.is_empty()).count());
    });
    group.bench_function("by hand", |bench| {
        bench.iter(|| pairs.iter().filter(|pair| closure(black_box(pair))).count());
    });
    group.finish();
}

criterion_group!(benches, rules);
criterion_main!(benches);
