//! `syncc retry`.

use serde_json::{Value as Json, json};
use syncc_sandbox::{Fault, Faults, What};

use crate::practice::Stage;

#[tokio::test(flavor = "multi_thread")]
async fn what_an_app_refused_waits_until_somebody_says_retry() {
    let stage = Stage::new(12, Faults::default()).await;
    stage.run_until_well(1).await;
    let tagged = |lead: &&Json| lead["tags"].as_array().is_some_and(|tags| tags.contains(&json!("GoogleContacts")));
    let leads = stage.sandbox.realgeeks().people();
    let email = leads.iter().filter(tagged).find_map(|lead| lead["email"].as_str()).expect("a lead").to_owned();
    let noted = || stage.sandbox.realgeeks().person(&email).expect("the lead").to_string().contains("called back");
    let nothing = stage.syncc("retry", &[], &[]).await;
    assert!(nothing.out.contains("nothing waits"), "{nothing:?}");

    stage.sandbox.realgeeks().set_faults(vec![Fault::new(What::Refused).on("PATCH", "/leads")]);
    let edit = json!({ "biographies": [{ "value": "called back" }] });
    stage.sandbox.google().edit(&email, &edit).expect("an edit");
    let refused = stage.run().await;
    assert!(refused.code == 1 && refused.out.contains("a value of this lead cannot be taken"), "{refused:?}");
    stage.sandbox.realgeeks().set_faults(Vec::new());
    let waits = stage.run().await;
    assert!(waits.out.contains("tried again after") && !noted(), "it is not tried at once: {waits:?}");

    let retry = stage.syncc("retry", &[&email], &["--format", "json"]).await;
    let document: Json = serde_json::from_str(retry.out.trim()).expect("a document");
    assert_eq!(document["retried"][0]["attempts"], 1, "{document}");
    stage.run_until_well(1).await;
    assert!(noted(), "it is tried now");
    let done = stage.syncc("retry", &[], &["--format", "json"]).await;
    assert!(done.out.contains("\"retried\":[]"), "{done:?}");
}
