//! `syncc backup` and `syncc restore`: an older memory doubles nobody and brings nobody back.

use serde_json::json;
use syncc_sandbox::Faults;

use super::lists::{ANN_AND_BEN, Lists};
use crate::practice::Stage;

#[test]
fn an_older_memory_neither_doubles_nor_brings_back_anybody() {
    let lists = Lists::new(ANN_AND_BEN);
    lists.run();
    let copy = lists.workspace.path("team.backup").display().to_string();
    let backup = lists.syncc("backup", &[], &["--to", &copy]);
    assert!(backup.code == 0 && backup.out.contains("copied"), "{backup:?}");

    // Since then: somebody without an email, somebody who was deleted again, and an edit on each side.
    lists.edit_list("Zenith\n", "Zenith\n3,Cyd,Dunn,,Acme\n4,Dee,East,dee@home.example,Acme\n");
    lists.run();
    lists.delete_card("dee@home.example");
    lists.run();
    lists.edit_list("ann@home.example,Acme", "ann@home.example,Acme Ltd");
    lists.edit_card("ben@home.example", "Zenith", "Zenith & Sons");
    lists.run();
    let (list, cards) = (lists.workspace.read("people.csv"), lists.cards());
    assert!(list.contains("Dee") && !cards.contains("Dee") && cards.contains("Cyd"), "{list}\n{cards}");

    let restored = lists.syncc("restore", &[&copy], &[]);
    assert!(restored.code == 0 && restored.out.contains("2 pairs that were linked since"), "{restored:?}");
    let plan = lists.syncc("plan", &[], &[]);
    assert!(plan.code == 0 && plan.out.contains("nothing to do"), "both sides say the same: {plan:?}");
    lists.run();
    assert_eq!((lists.workspace.read("people.csv"), lists.cards()), (list, cards));
    lists.edit_card("Cyd", "Acme", "Acme Ltd");
    lists.run();
    assert!(lists.workspace.read("people.csv").contains("3,Cyd,Dunn,,Acme Ltd"), "and goes on from there");
}

#[test]
fn nothing_is_written_by_a_restored_memory_before_somebody_looked() {
    let lists = Lists::new(ANN_AND_BEN);
    lists.run();
    let copy = lists.workspace.path("team.backup").display().to_string();
    lists.syncc("backup", &[], &["--to", &copy]);
    lists.syncc("restore", &[&copy], &[]);
    lists.edit_list("Acme", "Acme Ltd");
    let refused = lists.syncc("run", &[], &["--once", "--yes"]);
    assert!(refused.code == 1 && refused.error.contains("--allow unplanned"), "{refused:?}");
    assert!(!lists.cards().contains("Acme Ltd"));
    assert_eq!(lists.syncc("plan", &[], &[]).code, 2);
    lists.run();
    assert!(lists.cards().contains("Acme Ltd"));
    let wrong = lists.syncc("restore", &[&lists.workspace.path("people.csv").display().to_string()], &[]);
    assert!(wrong.code == 2 && wrong.error.contains("is no backup"), "{wrong:?}");
}

#[test]
fn whom_an_undo_took_back_stays_paused_in_an_older_memory() {
    let lists = Lists::new(ANN_AND_BEN);
    let both = "sync people <-> cards\nwhen people exists then cards exists\nwhen cards exists then people exists\n";
    lists.workspace.write("team.sync", &format!("{both}when people deleted then cards deleted\n"));
    lists.add_card("Cyd", "Dunn", "cyd@home.example");
    lists.run();
    let copy = lists.workspace.path("team.backup").display().to_string();
    lists.syncc("backup", &[], &["--to", &copy]);
    lists.syncc("undo", &["cyd@home.example"], &["--yes"]);
    assert!(!lists.workspace.read("people.csv").contains("Cyd") && lists.cards().contains("Cyd"));

    let restored = lists.syncc("restore", &[&copy], &[]);
    assert!(restored.code == 0 && restored.out.contains("taken over from it: whoever was paused"), "{restored:?}");
    let plan = lists.syncc("plan", &[], &[]);
    assert!(!plan.out.contains("- cards"), "her row was taken back by us, and by nobody else: {plan:?}");
    lists.run();
    assert!(lists.cards().contains("Cyd"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_memory_of_real_apps_leaves_both_as_they_are() {
    let stage = Stage::new(12, Faults::default()).await;
    stage.run_until_well(1).await;
    let copy = stage.workspace.path("copy").display().to_string();
    assert_eq!(stage.syncc("backup", &[], &["--to", &copy]).await.code, 0);

    let (google, realgeeks) = (stage.sandbox.google(), stage.sandbox.realgeeks());
    for (given, email) in [("Nia", "nia@new.example"), ("Odo", "odo@new.example")] {
        let person =
            json!({ "names": [{ "givenName": given, "familyName": "New" }], "emailAddresses": [{ "value": email }] });
        google.add(&person).expect("a new person");
    }
    stage.run_until_well(1).await;
    assert!(realgeeks.person("nia@new.example").is_some(), "she came to Real Geeks");
    google.delete("odo@new.example").expect("deleted");
    stage.run_until_well(1).await;
    let before = stage.world();
    assert!(before.realgeeks.contains_key("odo@new.example") && !before.google.contains_key("odo@new.example"));

    let restored = stage.syncc("restore", &[&copy], &[]).await;
    assert_eq!(restored.code, 0, "{restored:?}");
    stage.syncc("plan", &[], &[]).await;
    for _ in 0..2 {
        stage.run_until_well(1).await;
        assert_eq!(stage.world(), before);
    }
}
