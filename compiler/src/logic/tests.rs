//! What the search says, against every contact of a small world.

use proptest::prelude::*;

use super::*;
use crate::{
    check::check_text,
    ir::{Condition, End, Program, Test},
    value::{Canon, Record, Value},
};

/// The program of one rule with this condition.
fn program(condition: &str) -> Program {
    let text = format!("sync google -> realgeeks\nwhen {condition} then realgeeks exists\n");
    let checked = check_text("a.sync", &text, &[]);
    let program = checked.program.unwrap_or_else(|| panic!("{text}{:#?}", checked.diagnostics));
    Program::clone(&program)
}

fn answer(condition: &str, is: bool) -> (Program, Answer) {
    let program = program(condition);
    let rule = &program.rules[0];
    let answer = contact(&program, &[Wanted { condition: &rule.condition, is }], &holds(&program, rule));
    (program, answer)
}

fn shown(condition: &str) -> Option<String> {
    let (program, answer) = answer(condition, true);
    answer.contact().map(|contact| contact.show(&program))
}

#[test]
fn a_condition_that_cannot_hold_has_no_contact() {
    for condition in [
        r#"google.label == "A" and google.label != "A""#,
        r#"google.label == "A" and google.label is empty"#,
        r#"google.company == "A" and google.company == "B""#,
        r#"google.company == "Acme" and google.company contains "z""#,
        r#"google.company starts-with "Ac" and not (google.company contains "c")"#,
        r#"google.company is empty and google.company is not empty"#,
        r#"google.birthday < 2020-01-02 and google.birthday > 2020-01-01"#,
        r#"realgeeks.tag == "A" and not (realgeeks exists)"#,
        r#"google deleted and google.label == "A""#,
    ] {
        let full = if condition.starts_with("realgeeks") {
            format!("google exists and {condition}")
        } else {
            condition.to_owned()
        };
        assert_eq!(answer(&full, true).1, Answer::Never, "{condition}");
    }
}

#[test]
fn a_contact_shows_what_a_condition_asks_for() {
    assert_eq!(shown(r#"google.label == "A" and google.label != "B""#).as_deref(), Some(r#"google { label: ["A"] }"#));
    assert_eq!(shown("google.label is not empty").as_deref(), Some(r#"google { label: ["something else"] }"#));
    assert_eq!(shown("google.company is empty").as_deref(), Some("a contact whose fields are all empty"));
    assert_eq!(shown("google deleted").as_deref(), Some("google deleted"));
}

fn condition() -> impl Strategy<Value = String> {
    let test = prop::sample::select(vec![
        r#"google.label == "A""#,
        r#"google.label == "B""#,
        "google.label is empty",
        r#"google.company == "Ab""#,
        r#"google.company starts-with "A""#,
        r#"google.company ends-with "b""#,
        r#"google.company contains "bA""#,
        r#"google.company contains "b""#,
        "google.company is empty",
        "google.birthday < 2020-01-02",
        "google.birthday <= 2020-01-02",
        "google.birthday == 2020-01-01",
        "google.birthday > 2019-12-30",
        "google deleted",
    ])
    .prop_map(str::to_owned);
    test.prop_recursive(3, 8, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|one| format!("not ({one})")),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|all| format!("({})", all.join(" and "))),
            prop::collection::vec(inner, 2..4).prop_map(|any| format!("({})", any.join(" or "))),
        ]
    })
}

/// Whether the condition holds of a record that is there, read in the plainest way.
fn reads(program: &Program, condition: &Condition, record: &Record) -> bool {
    match condition {
        Condition::Atom(id) => match &program.atoms[id.index()].test {
            Test::Exists => true,
            Test::Deleted => false,
            test => program.holds_of(test, record.get(test.field().unwrap())).unwrap(),
        },
        Condition::Not(inner) => !reads(program, inner, record),
        Condition::All(parts) => parts.iter().all(|part| reads(program, part, record)),
        Condition::Any(parts) => parts.iter().any(|part| reads(program, part, record)),
    }
}

/// Contacts of every kind that the tests above tell apart, and more.
fn world(program: &Program) -> Vec<Record> {
    let canon = Canon::default();
    let mut world = Vec::new();
    for labels in [&[][..], &["A"], &["B"], &["A", "B"], &["C"], &["A", "C"], &["B", "C"]] {
        for company in
            ["", "A", "b", "Ab", "AbA", "bA", "AbAb", "x", "xb", "Ax", "xbx", "xbAx", "Axb", "xbAxb", "AxbAx"]
        {
            for birthday in ["", "2019-12-29", "2019-12-30", "2019-12-31", "2020-01-01", "2020-01-02", "2020-01-03"] {
                let side = program.side(End::Left);
                let mut record = Record::filled_with(&Value::Empty, side.fields.len());
                for (name, value) in [
                    ("company", canon.scalar(crate::schema::Scalar::Text, company)),
                    ("birthday", canon.scalar(crate::schema::Scalar::Date, birthday)),
                    ("label", Some(canon.set(crate::schema::Scalar::Text, labels.iter().copied()))),
                ] {
                    if let (Some(field), Some(value)) = (side.field(name), value) {
                        record.put(field, value);
                    }
                }
                world.push(record);
            }
        }
    }
    world
}

proptest! {
    #[test]
    fn never_means_never_and_a_contact_is_one(condition in condition(), is in any::<bool>()) {
        let program = program(&condition);
        let rule = &program.rules[0];
        let wanted = [Wanted { condition: &rule.condition, is }];
        let here = [[Presence::Here, Presence::Never]];
        match contact(&program, &wanted, &here) {
            Answer::Never => {
                for record in world(&program) {
                    prop_assert_ne!(reads(&program, &rule.condition, &record), is, "{:?}", record);
                }
            }
            Answer::Contact(found) => {
                let record = found.record(&program, End::Left).unwrap();
                prop_assert_eq!(reads(&program, &rule.condition, &record), is, "{}", found.show(&program));
            }
            Answer::Unclear => prop_assert!(false, "so few tests are clear"),
        }
    }
}
