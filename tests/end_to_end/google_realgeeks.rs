//! The main job: practice Google Contacts and practice Real Geeks by the rules of the example.

use serde_json::Value as Json;

use crate::command::Workspace;

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

    let refused = workspace.syncc("run", &["--sandbox", "--once"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.error.contains("plan"), "it says what to do: {refused:?}");

    workspace.syncc("plan", &["--sandbox"]);
    let ran = workspace.syncc("run", &["--sandbox", "--once", "--allow", "removals"]);
    assert_eq!(ran.code, 0, "{ran:?}");
}
