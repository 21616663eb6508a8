//! Why a contact stands as it does, what was written, a plan that is carried out as it was shown, and undo.

use serde_json::{Value as Json, json};
use syncc_sandbox::Faults;

use crate::practice::Stage;

const CONTACTS: usize = 24;

async fn ran() -> Stage {
    let stage = Stage::new(CONTACTS, Faults::default()).await;
    stage.run_until_well(1).await;
    stage
}

async fn json(stage: &Stage, verb: &str, before: &[&str], after: &[&str]) -> Json {
    let after: Vec<&str> = after.iter().copied().chain(["--format", "json"]).collect();
    let ran = stage.syncc(verb, before, &after).await;
    serde_json::from_str(ran.out.lines().next().unwrap_or_default()).unwrap_or_else(|_| panic!("no document: {ran:?}"))
}

fn email(contact: &Json) -> String {
    contact["email"].as_str().expect("an email").to_owned()
}

/// A lead that got the tag of the rule, which it did not have.
fn tagged(stage: &Stage, history: &Json) -> String {
    let leads = stage.sandbox.realgeeks().people();
    let got = |lead: &&Json| {
        history["history"]
            .as_array()
            .expect("a history")
            .iter()
            .any(|line| line["record"] == lead["id"] && line["field"] == "tag" && line["what"] == "updated")
    };
    email(leads.iter().find(got).expect("a lead that was tagged"))
}

fn tags(stage: &Stage, email: &str) -> Vec<String> {
    let lead = stage.sandbox.realgeeks().person(email).expect("the lead");
    lead["tags"].as_array().into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn why_tells_the_reason_the_rules_and_what_was_written() {
    let stage = ran().await;
    let history = json(&stage, "log", &[], &["--limit", "1000"]).await;
    let who = tagged(&stage, &history);
    let why = json(&stage, "why", &[&who], &[]).await;
    assert_eq!(
        (&why["sides"][0]["category"], &why["sides"][1]["category"]),
        (&json!("in_sync"), &json!("in_sync")),
        "{why}"
    );
    assert!(why["linked"].as_str().is_some_and(|linked| linked.contains("email")), "{why}");
    assert!(why["history"].as_array().is_some_and(|lines| lines.iter().any(|line| line["field"] == "tag")), "{why}");

    stage.sandbox.google().label(&who, "No_CRM").expect("a label");
    stage.syncc("plan", &[], &[]).await;
    let why = stage.syncc("why", &[&who], &[]).await;
    for said in ["does not hold", "this is not so: google.label != \"No_CRM\"", "a run would now", "GoogleContacts"] {
        assert!(why.out.contains(said), "no {said} in {}", why.out);
    }
    let nobody = stage.syncc("why", &["nobody@home.example"], &[]).await;
    assert!(nobody.code == 1 && nobody.error.contains("nobody is known as `nobody@home.example`"), "{nobody:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_tells_of_a_contact_of_a_field_and_of_a_run() {
    let stage = ran().await;
    let all = json(&stage, "log", &[], &["--limit", "1000"]).await;
    let who = tagged(&stage, &all);
    let lines = |log: &Json| log["history"].as_array().expect("a history").len();
    let of = json(&stage, "log", &[], &["--contact", &who]).await;
    assert!(lines(&of) >= 1 && lines(&of) < lines(&all), "{of}");
    let tag = json(&stage, "log", &[], &["--contact", &who, "--field", "tag"]).await;
    assert_eq!(tag["history"][0]["side"], "realgeeks", "{tag}");
    assert!(tag["history"][0]["after"].as_str().is_some_and(|after| after.contains("GoogleContacts")), "{tag}");

    let runs = json(&stage, "log", &[], &["--runs"]).await;
    assert_eq!(runs["runs"][0]["lines"], lines(&all), "{runs}");
    assert_eq!(lines(&json(&stage, "log", &[], &["--run", "1", "--limit", "1000"]).await), lines(&all));
    assert_eq!(lines(&json(&stage, "log", &[], &["--since", "2099-01-01"]).await), 0);
    let wrong = stage.syncc("log", &[], &["--since", "yesterday"]).await;
    assert!(wrong.code == 2 && wrong.error.contains("2h"), "{wrong:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_is_carried_out_as_it_was_shown_and_what_moved_is_left_alone() {
    let stage = Stage::new(CONTACTS, Faults::default()).await;
    let file = stage.workspace.path("plan.json");
    let file = file.to_str().expect("a path");
    assert_eq!(stage.syncc("plan", &[], &["--out", file]).await.code, 2);
    let saved: Json = serde_json::from_str(&stage.workspace.read("plan.json")).expect("a plan");
    let contacts = saved[0]["contacts"].as_array().expect("contacts");
    let update = contacts.iter().find(|one| one["ids"].as_array().is_some_and(|ids| !ids.contains(&Json::Null)));
    let linked = update.expect("a contact on both sides");
    let lead = linked["ids"][1].as_str().expect("an id");
    let all = stage.sandbox.realgeeks().people();
    let who = email(all.iter().find(|one| one["id"] == lead).expect("the lead"));

    // Somebody takes the contact out of the sync after the plan was saved.
    let google = stage.sandbox.google();
    google.label(&who.to_lowercase(), "No_CRM").expect("a label");
    let before = tags(&stage, &who);
    let ran = stage.syncc("run", &[], &["--plan", file]).await;
    assert!(
        ran.code == 1 && ran.out.contains(&format!("left alone: {}", linked["who"].as_str().expect("a name"))),
        "{ran:?}"
    );
    assert_eq!(tags(&stage, &who), before, "it is as it was");
    let report = json(&stage, "log", &[], &["--limit", "10000"]).await;
    let written: std::collections::BTreeSet<_> =
        report["history"].as_array().expect("a history").iter().map(|line| line["who"].to_string()).collect();
    let planned: std::collections::BTreeSet<_> = contacts.iter().map(|one| one["who"].to_string()).collect();
    assert!(written.is_subset(&planned) && written.len() > CONTACTS / 2, "only what was planned: {written:?}");

    let rules = stage.workspace.read("google-realgeeks.sync");
    stage.workspace.write("google-realgeeks.sync", &rules.replace("No_CRM", "Coworkers"));
    let refused = stage.syncc("run", &[], &["--plan", file]).await;
    assert!(refused.code == 1 && refused.error.contains("other"), "{refused:?}");
    stage.workspace.write("plan.json", "[]]");
    let broken = stage.syncc("run", &[], &["--plan", file]).await;
    assert!(broken.code == 2 && broken.error.contains("syncc plan --out"), "{broken:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_for_one_contact_changes_that_one_only() {
    let stage = Stage::new(CONTACTS, Faults::default()).await;
    let plan = json(&stage, "plan", &[], &[]).await;
    let first = plan["contacts"].as_array().and_then(|all| all.first()).expect("a contact").clone();
    let id = first["ids"].as_array().and_then(|ids| ids.iter().find_map(Json::as_str)).expect("an id").to_owned();
    let file = stage.workspace.path("one.json");
    let one = json(&stage, "plan", &[], &["--contact", &id, "--out", file.to_str().expect("a path")]).await;
    assert_eq!(one["contacts"].as_array().map(Vec::len), Some(1), "{one}");
    assert_eq!(stage.syncc("run", &[], &["--plan", file.to_str().expect("a path")]).await.code, 0);
    let rest = json(&stage, "plan", &[], &[]).await;
    let left = rest["contacts"].as_array().map(Vec::len).expect("contacts");
    assert_eq!(left + 1, plan["contacts"].as_array().map(Vec::len).expect("contacts"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_undone_what_was_edited_since_is_left_alone_and_an_undo_can_be_undone() {
    let stage = Stage::new(CONTACTS, Faults::default()).await;
    let before = stage.world();
    stage.run_until_well(1).await;
    let after = stage.world();
    let history = json(&stage, "log", &[], &["--limit", "1000"]).await;
    let who = tagged(&stage, &history);
    let made = after.google.keys().find(|email| !before.google.contains_key(*email)).expect("one was made").clone();
    stage
        .sandbox
        .google()
        .edit(&made, &json!({ "names": [{ "givenName": "Somebody", "familyName": "Else" }] }))
        .expect("an edit");

    let shown = stage.syncc("undo", &["1"], &["--dry-run"]).await;
    assert!(
        shown.code == 2 && shown.out.contains("left alone: google Somebody Else") || shown.out.contains("edited since"),
        "{shown:?}"
    );
    assert_eq!(stage.world().realgeeks, after.realgeeks, "nothing is written by looking");
    let asked = stage.syncc("undo", &["1"], &[]).await;
    assert!(asked.code == 2 && asked.error.contains("not approved"), "{asked:?}");

    let undone = stage.syncc("undo", &["1"], &["--yes"]).await;
    assert_eq!(undone.code, 0, "{undone:?}");
    let now = stage.world();
    assert!(!tags(&stage, &who).contains(&"GoogleContacts".to_owned()), "the tag is gone again");
    for (email, held) in &before.realgeeks {
        assert_eq!(now.realgeeks.get(email), Some(held), "every lead that was there is as it was");
    }
    for email in after.google.keys().filter(|email| !before.google.contains_key(*email) && **email != made) {
        assert!(!now.google.contains_key(email), "{email} was made and is gone again");
    }
    assert!(now.google.contains_key(&made), "somebody works with it: it stays");

    let ran = stage.run_until_well(1).await;
    let report: Json = serde_json::from_str(ran.out.trim()).expect("a report");
    let written: u64 = ["created", "updated", "deleted"]
        .iter()
        .flat_map(|what| [&report["left"][what], &report["right"][what]])
        .filter_map(Json::as_u64)
        .sum();
    assert_eq!(written, 0, "the next run does not do again what was undone: {report}");

    // The run above is number 3: the undo of the undo brings the tag back.
    let again = stage.syncc("undo", &["2"], &["--yes"]).await;
    assert_eq!(again.code, 0, "{again:?}");
    assert!(tags(&stage, &who).contains(&"GoogleContacts".to_owned()), "{again:?}");
}
