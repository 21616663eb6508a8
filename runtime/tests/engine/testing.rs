//! Tests of the language: what they say of rules that are right and of rules that are not.

use syncc_runtime::{
    cycle::fingerprint,
    engine::Part,
    testing::{Report, Tested, Unsettled, run},
};

use crate::sync::Sync;

const RULES: &str = r#"sync books <-> shop
# Clients are known in the shop.
when books.label == "Clients" then shop.tag += "Client" undo
when shop.stage == "won" then books.label += "Clients"
"#;

fn report(tests: &str) -> Report {
    run(&Sync::new(&format!("{RULES}{tests}")).program)
}

fn only(report: &Report) -> &Tested {
    let [test] = report.tests.as_slice() else { panic!("{report:#?}") };
    test
}

#[test]
fn a_test_passes_where_all_that_it_expects_is_so_in_the_end() {
    let report = report(
        r#"test "a won customer is a client on both sides"
             given  shop { email: "Ann@x.example", stage: "won", tag: ["Vip"] }
             expect books exists
                    books.email == "ann@x.example"
                    books.label == ["Clients"]
                    shop.tag == ["Client", "Vip"]"#,
    );
    let test = only(&report);
    assert!(test.passed, "{test:#?}");
    let acted: Vec<_> = test.acted.iter().map(|acted| (acted.rule.line, acted.part)).collect();
    assert_eq!(acted, [(3, Part::Then), (4, Part::Then)], "the second rule made the first one hold");
    assert_eq!(report.uncovered, []);
}

#[test]
fn a_failure_says_what_was_expected_what_is_and_why_rules_did_nothing() {
    let report = report(
        r#"test "friends are clients"
             given  books { email: "ann@x.example", label: ["Friends"] }
             expect shop.tag == ["Client"]
                    shop none
                    books.label == "Clients" or books.label == ["Friends"]
                    books.name == "Ann""#,
    );
    let test = only(&report);
    assert!(!test.passed);
    let failures: Vec<_> =
        test.failures.iter().map(|failure| (failure.line, failure.expected.as_str(), failure.got.join(" "))).collect();
    assert_eq!(
        failures,
        [
            (7, r#"shop.tag == ["Client"]"#, "shop none".to_owned()),
            (10, r#"books.name == "Ann""#, "books.name is empty".to_owned())
        ]
    );
    let idle: Vec<_> = test.idle.iter().map(|idle| (idle.rule.line, idle.not_so.join("; "))).collect();
    assert_eq!(idle, [(3, r#"books.label == "Clients""#.to_owned()), (4, r#"shop.stage == "won""#.to_owned())]);
    let uncovered: Vec<_> = report.uncovered.iter().map(|rule| (rule.line, rule.title.as_str())).collect();
    assert_eq!(
        uncovered,
        [(3, "Clients are known in the shop."), (4, r#"when shop.stage == "won" then books.label += "Clients""#)]
    );
}

#[test]
fn a_contact_that_is_there_and_should_not_be_is_shown_whole() {
    let report = report(
        r#"test "clients stay out of the shop"
             given  books { email: "ann@x.example", label: ["Clients"], status: "Open" }
             expect shop none"#,
    );
    let [failure] = only(&report).failures.as_slice() else { panic!("{report:#?}") };
    assert_eq!(failure.expected, "shop none");
    assert_eq!(failure.got, [r#"shop { email: "ann@x.example", tag: ["Client"] }"#]);
}

#[test]
fn a_rule_that_finds_its_work_done_says_so() {
    let report = report(
        r#"test "done"
             given  books { email: "ann@x.example", label: ["Clients"] }
                    shop  { email: "ann@x.example", tag: ["Client"] }
             expect shop.stage == "won""#,
    );
    let idle = &only(&report).idle[0];
    assert_eq!((idle.rule.line, idle.already, idle.not_so.len()), (3, true, 0), "{idle:?}");
}

#[test]
fn a_contact_that_never_comes_to_rest_fails_whatever_is_expected() {
    let file = Sync::unsettled(
        r#"sync books <-> shop map none
           when books.label == "A" then shop.tag += "A" undo
           when shop.tag == "A" then books.label -= "A"
           when shop.tag != "A" then books.label += "A"
           test "ping-pong"
             given  books { email: "ann@x.example", label: ["A"] }
                    shop  { email: "ann@x.example" }
             expect books exists"#,
    );
    let report = run(&file.program);
    let test = only(&report);
    assert_eq!((test.passed, test.unsettled), (false, Some(Unsettled::Refused)), "{test:#?}");
}

#[test]
fn a_rule_is_the_same_rule_with_tests_and_without() {
    let with = format!("{RULES}test \"t\" given books {{ name: \"Ann\", points: 3 }} expect books.points == 3");
    assert_eq!(fingerprint(&Sync::new(&with).program), fingerprint(&Sync::new(RULES).program));
    assert!(only(&run(&Sync::new(&with).program)).passed, "a field that no rule names keeps its value");
}

#[test]
fn what_was_deleted_was_in_step_before_and_is_not_made_again() {
    let file = Sync::new(
        r#"sync books <-> shop
           when books deleted then shop.tag += "Trash"
           test "marked"
             given  books deleted
                    shop  { email: "ann@x.example", tag: ["Vip"] }
             expect books none
                    shop.tag == ["Trash", "Vip"]
           test "never there is not deleted"
             given  shop { email: "ann@x.example" }
             expect books exists
                    shop.tag is empty"#,
    );
    let report = run(&file.program);
    assert!(report.tests.iter().all(|test| test.passed), "{report:#?}");
    assert_eq!(report.uncovered, []);
}
