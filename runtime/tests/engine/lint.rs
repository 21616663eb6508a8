//! What the checks say of rules, held against the engine on random files and pairs: a rule that never holds never acts,
//! a fix that is said to change nothing changes nothing, and where no order of rules is said to matter, none does.

use std::collections::BTreeSet;

use proptest::{collection::vec, option, prelude::*, sample::select, strategy::ValueTree, test_runner::TestRunner};
use syncc_compiler::{
    diagnostic::{Code, Fix},
    ir::{End, Program},
    value::{Canon, Record, Text, Value, shown},
};
use syncc_runtime::engine::{Base, Engine, Pair, Status};

use crate::sync::Sync;

/// Fixes that mend how a file reads and leave what it does.
const CHANGES_NOTHING: [Code; 5] =
    [Code::AlwaysHolds, Code::RedundantPart, Code::Shadowed, Code::RuleTwice, Code::UndoNever];

/// Files that are tried. Each is run on [`PAIRS`] pairs.
const FILES: usize = 600;
const PAIRS: usize = 24;

fn condition() -> impl Strategy<Value = String> {
    let test = select(vec![
        r#"books.label == "A""#,
        r#"books.label != "A""#,
        r#"books.label == "B""#,
        "books.label is empty",
        "books.label is not empty",
        r#"books.status == "Open""#,
        r#"books.status in ["Open", "Won"]"#,
        r#"books.status != "Won""#,
        "books.points > 3",
        "books.points < 2",
        "books.points is not empty",
        "books.vip",
        "not books.vip",
        r#"shop.tag == "X""#,
        "shop exists",
        r#"shop.stage == "won""#,
    ])
    .prop_map(str::to_owned);
    let several = prop_oneof![
        3 => test.clone(),
        2 => vec(test.clone(), 2..4).prop_map(|all| all.join(" and ")),
        1 => vec(test.clone(), 2..4).prop_map(|any| format!("({})", any.join(" or "))),
        1 => (vec(test.clone(), 2..3), test).prop_map(|(any, one)| format!("({}) and {one}", any.join(" or "))),
    ];
    // A rule reads the app that it starts from.
    several.prop_map(
        |condition| if condition.contains("books") { condition } else { format!("books exists and {condition}") },
    )
}

fn rule() -> impl Strategy<Value = String> {
    let effect = select(vec![
        (r#"shop.tag += "X""#, true),
        (r#"shop.tag += "Y""#, true),
        (r#"shop.tag -= "Y""#, true),
        (r#"shop.tag += "X", shop.vip = true"#, false),
        (r#"shop.note = "n""#, false),
        (r#"shop.note = "m""#, false),
        (r#"shop.stage = "won""#, false),
        ("shop exists", false),
    ]);
    (condition(), effect, any::<bool>()).prop_map(|(condition, (effect, undoable), undo)| {
        format!("when {condition} then {effect}{}", if undo && undoable { " undo" } else { "" })
    })
}

/// The fields of a record by name; none for no record.
type Fields = Option<Vec<(&'static str, &'static str)>>;

fn books() -> impl Strategy<Value = Fields> {
    let fields = (
        select(vec!["", "A", "B", "A,B", "C"]),
        select(vec!["", "Open", "Won", "Lead"]),
        select(vec!["", "1", "3", "4"]),
        select(vec!["", "true", "false"]),
    );
    fields.prop_map(|(label, status, points, vip)| {
        Some(vec![("email", "ann@x.example"), ("label", label), ("status", status), ("points", points), ("vip", vip)])
    })
}

fn shop() -> impl Strategy<Value = Fields> {
    let fields = (
        select(vec!["", "X", "Y", "X,Y", "Z"]),
        select(vec!["", "open", "won"]),
        select(vec!["", "n", "m", "k"]),
        select(vec!["", "true"]),
    );
    option::weighted(
        0.8,
        fields.prop_map(|(tag, stage, note, vip)| {
            vec![("email", "ann@x.example"), ("tag", tag), ("stage", stage), ("note", note), ("vip", vip)]
        }),
    )
}

/// A pair now, and as it was in step.
type Told = ((Fields, Fields), Option<(Fields, Fields)>);

fn told() -> impl Strategy<Value = Told> {
    ((books(), shop()), option::of((books(), shop())))
}

/// The record, as far as the program knows its fields.
fn record(program: &Program, end: End, fields: &Fields) -> Option<Record> {
    let side = program.side(end);
    let mut record = Record::filled_with(&Value::Empty, side.fields.len());
    for (name, spelt) in fields.as_ref()? {
        let Some(field) = side.field(name) else { continue };
        let ty = side.fields[field.index()].ty;
        let elements = spelt.split(',').filter(|element| !element.is_empty());
        let canon = Canon::default();
        let value =
            if ty.is_set() { canon.set(ty.scalar(), elements) } else { canon.scalar(ty.scalar(), spelt).unwrap() };
        record.put(field, value);
    }
    Some(record)
}

fn pair(program: &Program, (now, base): &Told) -> Pair {
    let sides =
        |(left, right): &(Fields, Fields)| [record(program, End::Left, left), record(program, End::Right, right)];
    let base = base.as_ref().filter(|(left, right)| left.is_some() && right.is_some());
    Pair { now: sides(now), base: base.map(|base| Base { sides: sides(base) }), later: None }
}

/// What a cycle makes of the pair, field by field where something is there; what the program does not know stays.
fn end(program: &Program, told: &Told) -> Result<BTreeSet<String>, Status> {
    let outcome = Engine::new(program).cycle(&pair(program, told));
    if outcome.status == Status::Refused {
        return Err(outcome.status);
    }
    let spelt = |value: &Value| match value {
        Value::Set(set) => set.elements().iter().map(Text::shown).collect::<Vec<_>>().join(","),
        single => shown(single).unwrap_or_default(),
    };
    let mut end = BTreeSet::new();
    for (at, fields) in End::BOTH.into_iter().zip([&told.0.0, &told.0.1]) {
        let side = program.side(at);
        let Some(record) = &outcome.end[at.index()] else { continue };
        let _ = end.insert(format!("{} exists", side.name));
        let unknown = fields.iter().flatten().filter(|(name, _)| side.field(name).is_none());
        let known = side.fields.iter().zip(record.values()).map(|(field, value)| (field.name.clone(), spelt(value)));
        let all = known.chain(unknown.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        end.extend(
            all.filter(|(_, value)| !value.is_empty()).map(|(name, value)| format!("{}.{name} {value}", side.name)),
        );
    }
    Ok(end)
}

fn mended(text: &str, fix: &Fix) -> String {
    let mut edits = fix.edits.clone();
    edits.sort_by_key(|(span, _)| std::cmp::Reverse(span.start));
    let mut mended = text.to_owned();
    for (span, new) in edits {
        mended.replace_range(span.start as usize..span.end as usize, &new);
    }
    mended
}

#[test]
fn what_is_said_of_rules_is_so_in_the_engine() {
    let mut runner = TestRunner::deterministic();
    let mut seen: BTreeSet<Code> = BTreeSet::new();
    let mut orders = 0;
    let draw = |runner: &mut TestRunner| -> (Vec<String>, Vec<Told>) {
        let case = (vec(rule(), 1..5), vec(told(), PAIRS)).new_tree(runner).unwrap();
        case.current()
    };
    for _ in 0..FILES {
        let (rules, pairs) = draw(&mut runner);
        let file = |rules: Vec<&String>| {
            let rules: Vec<&str> = rules.into_iter().map(String::as_str).collect();
            format!("sync books -> shop\nmap none\n{}\n", rules.join("\n"))
        };
        let text = file(rules.iter().collect());
        let checked = Sync::checked(&text);
        let Some(program) = checked.program else { continue };
        for diagnostic in &checked.diagnostics {
            if diagnostic.code == Code::NeverHolds {
                seen.insert(diagnostic.code);
                let line = text[..diagnostic.primary.span.start as usize].matches('\n').count() + 1;
                for told in &pairs {
                    let outcome = Engine::new(&program).cycle(&pair(&program, told));
                    let acted = outcome.fired.iter().any(|fired| {
                        program.rules[fired.rule].line as usize == line
                            && fired.part == syncc_runtime::engine::Part::Then
                    });
                    assert!(!acted, "line {line} acted on {told:?} in\n{text}");
                }
            }
            for fix in diagnostic.fixes.iter().filter(|_| CHANGES_NOTHING.contains(&diagnostic.code)) {
                seen.insert(diagnostic.code);
                let mended = mended(&text, fix);
                let after = Sync::new(&mended).program;
                for told in &pairs {
                    let (before, after) = (end(&program, told), end(&after, told));
                    assert_eq!(before, after, "{}: {told:?} in\n{text}\nmended:\n{mended}", diagnostic.code);
                }
            }
        }
        // The undo of a rule is no reason; only what rules ask for can be in each other's way.
        if checked.diagnostics.iter().all(|found| found.code != Code::FirstDecides) {
            let turned = Sync::checked(&file(rules.iter().rev().collect()));
            let Some(turned) = turned.program else { panic!("the order of rules makes an error of\n{text}") };
            for told in &pairs {
                assert_eq!(end(&program, told), end(&turned, told), "{told:?} in\n{text}");
            }
            orders += 1;
        }
    }
    let all: BTreeSet<Code> = CHANGES_NOTHING.into_iter().chain([Code::NeverHolds]).collect();
    assert_eq!(seen, all, "each kind was met");
    assert!(orders > FILES / 10, "{orders} files where no order matters");
}
