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

#[tokio::test(flavor = "multi_thread")]
async fn what_was_never_answered_is_made_again_once_somebody_has_looked() {
    let stage = Stage::new(12, Faults::default()).await;
    stage.run_until_well(1).await;
    let (google, realgeeks) = (stage.sandbox.google(), stage.sandbox.realgeeks());
    // A lead of which syncc is not told takes the new contact in, because it has the same address.
    realgeeks.set_webhook(None).expect("nobody listens");
    let lead = realgeeks.add(&json!({ "source": "Website", "email": "new@x.example" })).expect("a lead");
    let person = json!({ "emailAddresses": [{ "value": "new@x.example" }], "names": [{ "givenName": "Nell" }] });
    google.add(&person).expect("a contact");
    let sent = stage.run().await;
    assert!(sent.code == 1 && sent.out.contains("under an id that it has not told yet"), "{sent:?}");
    realgeeks.edit(&lead, &json!({ "email": "other@x.example" })).expect("an edit");
    let waits = stage.run().await;
    assert!(waits.out.contains("unknown outcome") && waits.out.contains("--not-made"), "{waits:?}");
    assert!(realgeeks.person("new@x.example").is_none(), "it is not sent a second time: {waits:?}");

    let whom = stage.syncc("retry", &[], &["--not-made"]).await;
    assert!(whom.code != 0 && whom.error.contains("say of whom"), "{whom:?}");
    let looked = stage.syncc("retry", &["new@x.example"], &["--not-made"]).await;
    assert!(looked.code == 0 && looked.out.contains("the next run makes it again"), "{looked:?}");
    stage.run_until_well(1).await;
    assert_eq!(realgeeks.person("new@x.example").expect("a lead of her own")["first_name"], "Nell");
    let again = stage.syncc("retry", &["new@x.example"], &["--not-made"]).await;
    assert!(again.out.contains("no answer is missing"), "{again:?}");
}
