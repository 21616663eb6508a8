//! `syncc audit`: an independent comparison of both sides.

use std::fs;

use serde_json::{Value as Json, json};
use syncc_sandbox::Faults;

use super::lists::{ANN_AND_BEN, Lists};
use crate::practice::Stage;

fn whats(audit: &Json, of: &str) -> Vec<(String, String)> {
    let list = audit[of].as_array().expect("a list");
    let text = |json: &Json| json.as_str().unwrap_or_default().to_owned();
    list.iter().map(|one| (text(&one["who"]), text(if of == "alone" { &one["what"] } else { &one["why"] }))).collect()
}

#[test]
fn what_is_in_step_is_equal_and_every_difference_is_named() {
    let lists = Lists::new(ANN_AND_BEN);
    let never = lists.syncc("audit", &[], &[]);
    assert!(never.code == 2 && never.error.contains("never ran"), "{never:?}");
    lists.run();
    lists.run();
    let ran = lists.syncc("audit", &[], &[]);
    assert!(ran.code == 0 && ran.out.contains("100.00 % equal: 2 pairs"), "{ran:?}");

    lists.edit_list("Acme", "Acme Ltd");
    lists.edit_list("Zenith\n", "Zenith\n3,Cyd,Dunn,cyd@home.example,\n");
    lists.delete_card("ben@home.example");
    let before = (lists.workspace.read("people.csv"), lists.cards(), lists.json("status", &[], &[]));
    let audit = lists.json("audit", &[], &[]);
    let differences = whats(&audit, "differences");
    assert!(differences.len() == 1 && differences[0].0 == "Ann Bee", "{audit}");
    assert!(differences[0].1.contains("changed in people since the last run"), "{audit}");
    assert_eq!(audit["differences"][0]["fields"][0]["value"], "Acme Ltd", "{audit}");
    let alone = whats(&audit, "alone");
    let who = |name: &str, what: &str| alone.contains(&(name.to_owned(), what.to_owned()));
    assert!(who("Cyd Dunn", "not_known") && alone.iter().any(|(_, what)| what == "not_there"), "{audit}");
    assert_ne!(audit["equal_percent"], "100.00", "{audit}");
    assert_eq!(lists.syncc("audit", &[], &[]).code, 1);
    assert_eq!((lists.workspace.read("people.csv"), lists.cards(), lists.json("status", &[], &[])), before);

    lists.run();
    let mended = lists.json("audit", &[], &[]);
    assert_eq!(mended["equal"], true, "a run mends it: {mended}");
}

#[test]
fn a_memory_that_is_wrong_does_not_hide_a_difference() {
    let lists = Lists::new(ANN_AND_BEN);
    lists.run();
    let copy = lists.workspace.path("copy").display().to_string();
    lists.syncc("backup", &[], &["--to", &copy]);
    // An older memory that says of Ann what is not so any more on either side: both were changed alike in between, but for a slip.
    lists.edit_list("Acme", "Acme Ltd");
    lists.edit_card("ann@home.example", "Acme", "Acme Lt");
    lists.syncc("restore", &[&copy], &[]);
    let audit = lists.json("audit", &[], &[]);
    let differences = whats(&audit, "differences");
    assert!(differences.len() == 1 && differences[0].1.contains("both were changed"), "{audit}");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_run_of_real_apps_all_that_the_rules_say_is_so() {
    let stage = Stage::new(40, Faults::default()).await;
    stage.run_until_well(1).await;
    let audit = stage.syncc("audit", &[], &["--format", "json"]).await;
    let document: Json = serde_json::from_str(audit.out.trim()).unwrap_or_else(|error| panic!("{error}: {audit:?}"));
    assert!(document["pairs"].as_u64() > Some(10) && document["compared"].as_u64() > Some(50), "{document}");
    assert_eq!(document["differences"], json!([]), "{document}");
    assert_eq!(document["alone"], json!([]), "{document}");
    assert_eq!(audit.code, 0, "{document}");

    let leads = stage.sandbox.realgeeks().people();
    let tagged = |lead: &&Json| lead["tags"].as_array().is_some_and(|tags| tags.contains(&json!("GoogleContacts")));
    let email = leads.iter().filter(tagged).find_map(|lead| lead["email"].as_str()).expect("a lead").to_owned();
    stage.sandbox.google().label(&email, "No_CRM").expect("a label");
    let audit = stage.syncc("audit", &[], &["--format", "json"]).await;
    let document: Json = serde_json::from_str(audit.out.trim()).expect("a document");
    let by = document["differences"].as_array().expect("a list").iter();
    assert!(
        by.clone().any(|one| one["by"].as_str().is_some_and(|by| by.contains("Personal contacts stay out"))),
        "{document}"
    );
}

#[test]
fn what_no_rule_lets_flow_any_more_is_said_to_stay() {
    let lists = Lists::new(ANN_AND_BEN);
    let rule = "when people.company == \"Acme\" then cards.category += \"Client\" undo\n";
    lists.workspace.write("team.sync", &format!("sync people <-> cards\n\nmatch email\n\n{rule}"));
    lists.run();
    // Whoever leaves the firm flows no more, so the new company does not either.
    lists.edit_list("Acme", "Globex");
    lists.run();
    assert!(lists.cards().contains("ORG:Acme"), "{}", lists.cards());
    let audit = lists.json("audit", &[], &[]);
    let differences = whats(&audit, "differences");
    assert!(differences.len() == 1 && differences[0].1.contains("no rule lets it flow from people now"), "{audit}");
    let why = lists.syncc("why", &["ann@home.example"], &[]);
    assert!(why.out.contains("What was changed in people (`company`) stays there"), "{why:?}");
}

#[test]
fn a_difference_of_somebody_who_is_paused_is_laid_to_the_pause() {
    let lists = Lists::new(ANN_AND_BEN);
    lists.run();
    lists.edit_list("Acme", "Acme Ltd");
    lists.syncc("pause", &["ann@home.example"], &["--because", "she moves"]);
    lists.run();
    let audit = lists.json("audit", &[], &[]);
    let differences = whats(&audit, "differences");
    assert!(differences.len() == 1 && differences[0].1.contains("paused since"), "{audit}");
    assert!(differences[0].1.ends_with("she moves"), "{audit}");
    let why = lists.syncc("why", &["ann@home.example"], &[]);
    assert!(why.out.contains("when that is over, a run would") && !why.out.contains("a run would now"), "{why:?}");
}

#[test]
fn who_is_only_to_be_deleted_on_the_other_side_is_not_missed_there() {
    let lists = Lists::new(ANN_AND_BEN);
    let rules = "sync people -> cards\n\nmatch email\n\nwhen people.company == \"Acme\" then cards deleted\n";
    lists.workspace.write("team.sync", rules);
    lists.run();
    let audit = lists.json("audit", &[], &[]);
    assert_eq!(audit["equal"], true, "{audit}");
    let why = lists.syncc("why", &["ann@home.example"], &[]);
    assert!(why.out.contains("no rule that holds for it makes it in cards"), "{why:?}");
    lists.workspace.write("team.sync", &rules.replace("cards deleted", "cards exists"));
    let audit = lists.json("audit", &[], &[]);
    assert_eq!(whats(&audit, "alone"), [("Ann Bee".to_owned(), "no_partner".to_owned())], "{audit}");
}

#[test]
fn nobody_is_compared_with_the_contacts_of_another_account() {
    let lists = Lists::new(ANN_AND_BEN);
    lists.run();
    fs::create_dir(lists.workspace.path("others")).expect("a folder");
    let settings = lists.workspace.read("syncc.toml");
    lists.workspace.write("syncc.toml", &settings.replace("path = \"cards\"", "path = \"others\""));
    let audit = lists.syncc("audit", &[], &[]);
    assert!(audit.code == 2 && audit.error.contains("`cards` is another account than at the last run"), "{audit:?}");
    lists.workspace.write("syncc.toml", &settings);
    assert_eq!(lists.syncc("audit", &[], &[]).code, 0);
}

#[test]
fn where_both_were_changed_and_one_may_not_flow_that_is_said() {
    let lists = Lists::new(ANN_AND_BEN);
    let rules = "sync people <-> cards\n\nprefer people\nmatch email\n\nwhen people.company == \"Acme\" then cards exists\n\
                 when cards exists then people exists\n";
    lists.workspace.write("team.sync", rules);
    lists.run();
    lists.run();
    // Out of the firm, nothing flows from the list any more; and the list wins.
    lists.edit_list("Acme", "Globex");
    lists.edit_card("ann@home.example", "ORG:Acme", "ORG:Hooli");
    lists.run();
    let audit = lists.json("audit", &[], &[]);
    let differences = whats(&audit, "differences");
    assert!(differences.len() == 1 && differences[0].1.contains("no rule lets it flow from people now"), "{audit}");
}
