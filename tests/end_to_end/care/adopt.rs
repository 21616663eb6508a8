//! `syncc adopt`: linking without a write.

use syncc_sandbox::Faults;

use super::lists::{ANN_AND_BEN, Lists};
use crate::practice::Stage;

#[test]
fn what_matches_is_linked_as_it_is_and_nothing_is_written() {
    let lists = Lists::new(&format!("{ANN_AND_BEN}3,Cyd,Dunn,cyd@home.example,\n4,Benny,Cole,ben@home.example,\n"));
    lists.add_card("Anna", "Bee", "ann@home.example");
    lists.add_card("Ben", "Cole", "ben@home.example");
    lists.add_card("Zoe", "Quist", "zoe@home.example");
    let before = (lists.workspace.read("people.csv"), lists.cards());
    let asked = lists.syncc("adopt", &[], &[]);
    assert!(asked.code == 1 && asked.error.contains("--yes"), "{asked:?}");
    assert!(asked.out.contains("2 pairs to link, 2 of them differ"), "{asked:?}");
    assert!(asked.out.contains("cards.given_name: “Anna” stays, where a first sync would write “Ann”"), "{asked:?}");
    assert!(asked.out.contains("Benny Cole: not linked"), "{asked:?}");
    assert_eq!(lists.json("status", &[], &[])["linked"], 0);

    let adopted = lists.syncc("adopt", &[], &["--yes"]);
    assert_eq!(adopted.code, 0, "{adopted:?}");
    assert_eq!((lists.workspace.read("people.csv"), lists.cards()), before, "nothing is written");
    assert_eq!(lists.json("status", &[], &[])["linked"], 2);

    // Cyd and Zoe are alone, and the rules want them on the other side: nobody decides that unseen.
    let refused = lists.syncc("run", &[], &["--once", "--yes"]);
    assert!(refused.code == 1 && refused.error.contains("--allow unplanned"), "{refused:?}");
    lists.syncc("plan", &[], &[]);
    lists.run();
    assert!(
        lists.cards().contains("Anna") && lists.workspace.read("people.csv").contains("1,Ann,"),
        "what differed stays"
    );
    assert!(lists.cards().contains("cyd@home.example"), "who was alone is made now");
    lists.edit_list("1,Ann,", "1,Annie,");
    lists.run();
    assert!(lists.cards().contains("Annie"), "until somebody edits it");
}

#[tokio::test(flavor = "multi_thread")]
async fn real_apps_are_adopted_without_a_request_that_writes() {
    let stage = Stage::new(40, Faults::default()).await;
    let before = stage.world();
    let adopted = stage.syncc("adopt", &[], &["--yes", "--format", "json"]).await;
    assert_eq!(adopted.code, 0, "{adopted:?}");
    let document: serde_json::Value = serde_json::from_str(adopted.out.trim()).expect("a document");
    let pairs = document["pairs"].as_array().expect("pairs").len();
    assert!(pairs > 3, "{document}");
    assert_eq!(stage.world(), before);
    let writes = stage.sandbox.google().requests().into_iter().chain(stage.sandbox.realgeeks().requests());
    assert_eq!(
        writes.filter(|request| request.method != "GET").map(|request| request.path).collect::<Vec<_>>(),
        [""; 0]
    );
    let again = stage.syncc("adopt", &[], &["--yes", "--format", "json"]).await;
    let document: serde_json::Value = serde_json::from_str(again.out.trim()).expect("a document");
    assert_eq!(
        (document["pairs"].as_array().map(Vec::len), document["linked_before"].as_u64()),
        (Some(0), Some(pairs as u64))
    );
}
