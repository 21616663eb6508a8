//! The main job: practice Google Contacts and practice Real Geeks by the rules of the example.

use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use syncc_sandbox::Faults;

use crate::{command::Workspace, practice::Stage};

/// How long a message may take to arrive, which each run is open to for moments only.
const PATIENCE: Duration = Duration::from_secs(60);

fn count(report: &Json, side: &str, what: &str) -> u64 {
    report[side][what].as_u64().unwrap_or_else(|| panic!("no {side}.{what} in {report}"))
}

fn adds_up(report: &Json, side: &str) {
    let parts = ["created", "updated", "excluded", "duplicates", "failed", "in_sync"];
    let sum: u64 = parts.iter().map(|part| count(report, side, part)).sum();
    assert_eq!(sum, count(report, side, "all"), "{report}");
}

#[test]
fn a_first_run_brings_both_in_step_and_a_second_has_nothing_to_do() {
    let workspace = Workspace::example("google-realgeeks");

    let first = &workspace.json("run", &["--sandbox", "--once", "--yes"])[0];
    for side in ["left", "right"] {
        adds_up(first, side);
        assert_eq!(count(first, side, "failed"), 0, "{first}");
    }
    assert!(count(first, "right", "created") > 20, "people who are only in Google come into the CRM: {first}");
    assert!(count(first, "left", "excluded") > 10, "personal contacts stay out: {first}");
    assert!(count(first, "left", "duplicates") > 0, "two contacts with one email are reported: {first}");

    let second = &workspace.json("run", &["--sandbox", "--once", "--yes"])[0];
    for side in ["left", "right"] {
        adds_up(second, side);
        for what in ["created", "updated", "deleted", "failed"] {
            assert_eq!(count(second, side, what), 0, "{side} {what}: {second}");
        }
    }
    assert_eq!(
        count(second, "right", "all"),
        count(first, "right", "all"),
        "what was made is there, and nothing else: {second}"
    );
}

#[test]
fn the_plan_shows_exactly_what_the_run_then_does() {
    let workspace = Workspace::example("google-realgeeks");

    let planned = workspace.syncc("plan", &["--sandbox", "--format", "json"]);
    assert_eq!(planned.code, 2, "there are changes: {planned:?}");
    let plan: Json = serde_json::from_str(planned.out.trim()).expect("a document");
    let done = &workspace.json("run", &["--sandbox", "--once", "--yes"])[0];
    for side in ["left", "right"] {
        for what in ["created", "updated", "excluded", "duplicates", "in_sync", "all"] {
            assert_eq!(count(&plan, side, what), count(done, side, what), "{side} {what}");
        }
    }

    let again = workspace.syncc("plan", &["--sandbox"]);
    assert_eq!(again.code, 0, "nothing is left to do: {again:?}");
    assert!(again.out.contains("nothing to do"), "{again:?}");
}

#[test]
fn a_first_sync_is_not_carried_out_without_a_yes() {
    let workspace = Workspace::example("google-realgeeks");
    let ran = workspace.syncc("run", &["--sandbox", "--once"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.error.contains("--yes"), "{ran:?}");
    let status = &workspace.json("status", &["--sandbox"])[0];
    assert_eq!(status["linked"], 0, "{status}");
}

#[test]
fn rules_that_were_edited_run_only_after_a_look_at_the_plan() {
    let workspace = Workspace::example("google-realgeeks");
    assert_eq!(workspace.syncc("run", &["--sandbox", "--once", "--yes"]).code, 0);
    let rules = workspace.read("google-realgeeks.sync");
    workspace.write("google-realgeeks.sync", &rules.replace("No_CRM", "Coworkers"));

    // An undo and a look at one contact say nothing about what the new rules do to all others.
    workspace.syncc("undo", &["1", "--sandbox", "--dry-run"]);
    workspace.syncc("plan", &["--sandbox", "--contact", "nobody@home.example"]);
    let refused = workspace.syncc("run", &["--sandbox", "--once"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.error.contains("rules-changed") && refused.error.contains("plan"), "{refused:?}");

    workspace.syncc("plan", &["--sandbox"]);
    let ran = workspace.syncc("run", &["--sandbox", "--once", "--allow", "removals"]);
    assert_eq!(ran.code, 0, "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_request_and_answer_is_as_the_apps_describe_them() {
    let stage = Stage::new(60, Faults::default()).await;
    stage.run_until_well(1).await;
    let person = &stage.sandbox.google().people()[0]["resourceName"];
    let person = person.as_str().expect("a name").to_owned();
    stage.sandbox.google().edit(&person, &json!({ "biographies": [{ "value": "called back" }] })).expect("an edit");
    stage.run_until_well(1).await;
    assert!(stage.sandbox.google().exchanges().len() > 4 && stage.sandbox.realgeeks().exchanges().len() > 20);
    stage.keeps_to_the_descriptions();
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_on_both_sides_arrive_on_the_other() {
    let stage = Stage::new(30, Faults::default()).await;
    stage.run_until_well(1).await;
    let (google, realgeeks) = (stage.sandbox.google(), stage.sandbox.realgeeks());
    // Somebody who is in both now, tagged, and with one email only.
    let tagged = |lead: &&Json| lead["tags"].as_array().is_some_and(|tags| tags.contains(&json!("GoogleContacts")));
    let leads = realgeeks.people();
    let mut linked = leads.iter().filter(tagged).filter_map(|lead| lead["email"].as_str());
    let (one, other) = (linked.next().expect("a lead"), linked.next().expect("another lead"));

    google.label(one, "No_CRM").expect("a label");
    realgeeks.edit(other, &json!({ "last_name": "Married-Name" })).expect("an edit");
    // What Real Geeks tells on its own arrives while a run listens; one that finds nothing else to do ends before, and Real Geeks
    // tries again later each time.
    let told = Instant::now();
    while told.elapsed() < PATIENCE {
        stage.run_until_well(1).await;
        let person = google.person(other).expect("the person");
        if person["names"][0]["familyName"] == "Married-Name" {
            break;
        }
    }

    let lead = realgeeks.person(one).expect("the lead stays");
    assert!(!lead["tags"].as_array().is_some_and(|tags| tags.contains(&json!("GoogleContacts"))), "undone: {lead}");
    let person = google.person(other).expect("the person");
    assert_eq!(person["names"][0]["familyName"], "Married-Name", "{person}");
}
