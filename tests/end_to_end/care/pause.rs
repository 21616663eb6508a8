//! `syncc pause` and `syncc resume`.

use serde_json::json;
use syncc_sandbox::Faults;

use super::lists::{ANN_AND_BEN, Lists};
use crate::practice::Stage;

#[test]
fn a_paused_connection_is_left_alone_until_it_is_resumed() {
    let lists = Lists::new(ANN_AND_BEN);
    lists.run();
    let paused = lists.syncc("pause", &[], &["--because", "the list is being cleaned up"]);
    assert!(paused.code == 0 && paused.out.contains("team: paused"), "{paused:?}");

    lists.edit_list("Acme", "Acme Ltd");
    let ran = lists.run();
    assert!(ran.out.contains("the list is being cleaned up") && ran.out.contains("syncc resume"), "{ran:?}");
    assert!(!lists.cards().contains("Acme Ltd"), "nothing is written");
    let status = lists.json("status", &[], &[]);
    assert_eq!(status["paused"]["because"], "the list is being cleaned up", "{status}");
    let undo = lists.syncc("undo", &["1"], &["--yes"]);
    assert!(undo.code != 0 && undo.error.contains("syncc resume"), "an undo is a run as well: {undo:?}");
    let plan = lists.syncc("plan", &[], &[]);
    assert!(plan.code == 2 && plan.out.contains("Acme Ltd"), "a plan still shows what would be done: {plan:?}");

    let again = lists.syncc("pause", &[], &[]);
    assert!(again.out.contains("already"), "{again:?}");
    assert_eq!(lists.json("resume", &[], &[])["was_paused"], true);
    lists.run();
    assert!(lists.cards().contains("Acme Ltd"), "what changed meanwhile is synced");
    assert_eq!(lists.json("resume", &[], &[])["was_paused"], false);
}

#[test]
fn who_is_meant_must_be_clear() {
    let lists = Lists::new(ANN_AND_BEN);
    lists.run();
    let nobody = lists.syncc("pause", &["zoe@home.example"], &[]);
    assert!(nobody.code == 1 && nobody.error.contains("nobody is known as `zoe@home.example`"), "{nobody:?}");
    let both = lists.syncc("pause", &["home.example"], &[]);
    assert!(both.code == 1 && both.error.contains("Ann Bee") && both.error.contains("Ben Cole"), "{both:?}");
    assert_eq!(lists.json("status", &[], &[])["paused_contacts"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_of_a_paused_contact_is_written_on_either_side() {
    let stage = Stage::new(12, Faults::default()).await;
    stage.run_until_well(1).await;
    let leads = stage.sandbox.realgeeks().people();
    let tagged = |tags: &serde_json::Value| tags.as_array().is_some_and(|tags| tags.contains(&json!("GoogleContacts")));
    let mut linked = leads.iter().filter(|lead| tagged(&lead["tags"])).filter_map(|lead| lead["email"].as_str());
    let (one, other) = (linked.next().expect("a lead").to_owned(), linked.next().expect("another lead").to_owned());

    let paused = stage.syncc("pause", &[&one], &["--because", "on holiday", "--format", "json"]).await;
    assert!(paused.code == 0 && paused.out.contains("\"new\":true"), "{paused:?}");
    let note = |text: &str| json!({ "biographies": [{ "value": text }] });
    for email in [&one, &other] {
        stage.sandbox.google().edit(email, &note("called back")).expect("an edit");
    }
    let ran = stage.run_until_well(1).await;
    let report: serde_json::Value = serde_json::from_str(ran.out.trim()).expect("a report");
    assert_eq!((&report["left"]["paused"], &report["right"]["paused"]), (&json!(1), &json!(1)), "{report}");
    let noted =
        |email: &str| stage.sandbox.realgeeks().person(email).expect("the lead").to_string().contains("called back");
    assert!(noted(&other) && !noted(&one), "only the other one is written");

    let why = stage.syncc("why", &[&one], &[]).await;
    assert!(why.out.contains("on holiday"), "{why:?}");
    assert_eq!(stage.syncc("resume", &[&one], &[]).await.code, 0);
    stage.run_until_well(1).await;
    assert!(noted(&one), "what changed meanwhile is synced");
}
