//! What servers do to a run, and what it makes of it: nothing twice, nothing lost, and the next run goes on.

use syncc_sandbox::{Fault, Faults, What};

use crate::practice::{Stage, undisturbed};

/// How many contacts each practice app starts with.
const CONTACTS: usize = 12;

fn google(what: What, method: &str, path: &str, first: u64) -> Faults {
    Faults { google: vec![Fault::new(what).on(method, path).from(first)], ..Faults::default() }
}

fn realgeeks(what: What, method: &str, path: &str, first: u64) -> Faults {
    Faults { realgeeks: vec![Fault::new(what).on(method, path).from(first)], ..Faults::default() }
}

/// Whatever happens once, the runs after it end with what an undisturbed run leaves.
async fn ends_as_undisturbed(faults: Faults) {
    let expected = undisturbed(CONTACTS).await;
    let stage = Stage::new(CONTACTS, faults).await;
    stage.run_until_well(4).await;
    assert_eq!(stage.world(), expected);
    let idle = stage.run_until_well(1).await;
    assert_eq!(stage.world(), expected, "{idle:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_with_retry_after() {
    ends_as_undisturbed(realgeeks(What::TooMany { retry_after: Some(1) }, "POST", "/leads", 2)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_requests_without_retry_after() {
    ends_as_undisturbed(google(What::TooMany { retry_after: None }, "GET", "connections", 1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_after_having_made_the_lead() {
    ends_as_undisturbed(realgeeks(What::ErrorAfter, "POST", "/leads", 2)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_after_having_made_the_contacts() {
    ends_as_undisturbed(google(What::ErrorAfter, "POST", "batchCreateContacts", 1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_cut_while_contacts_are_made() {
    ends_as_undisturbed(google(What::Cut, "POST", "batchCreateContacts", 1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_while_a_lead_is_made() {
    ends_as_undisturbed(realgeeks(What::DropAfter, "POST", "/leads", 1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_lost_while_contacts_are_changed() {
    ends_as_undisturbed(google(What::DropAfter, "POST", "batchUpdateContacts", 1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_contact_that_somebody_saves_right_before_our_change() {
    ends_as_undisturbed(google(What::StaleEtag, "POST", "batchUpdateContacts", 1)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sync_token_that_expired() {
    let expected = undisturbed(CONTACTS).await;
    let stage = Stage::new(CONTACTS, Faults::default()).await;
    stage.run_until_well(1).await;
    stage.sandbox.google().set_faults(vec![Fault::new(What::ExpiredToken).on("GET", "connections").from(1)]);
    stage.run_until_well(1).await;
    assert_eq!(stage.world(), expected, "everything is read again, and nothing is made twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listing_that_ends_early_deletes_nothing() {
    for what in [What::ShortList, What::RepeatedPage] {
        let expected = undisturbed(CONTACTS).await;
        let stage = Stage::new(CONTACTS, Faults::default()).await;
        stage.run_until_well(1).await;
        // The token is lost, so everything is listed again, and that listing ends early, twice.
        stage.sandbox.google().set_faults(vec![
            Fault::new(What::ExpiredToken).on("GET", "connections").from(1),
            Fault::new(what.clone()).on("GET", "connections").from(1).times(3),
        ]);
        let ran = stage.run().await;
        assert_eq!(stage.world(), expected, "{what:?}: {ran:?}");
        stage.run_until_well(4).await;
        assert_eq!(stage.world(), expected, "{what:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_says_what_to_do_and_is_not_tried_again() {
    let stage = Stage::new(CONTACTS, google_refuses()).await;
    let ran = stage.run().await;
    assert_ne!(ran.code, 0, "{ran:?}");
    assert!(ran.error.contains("SYNCC_GOOGLE_SECRET"), "it says what to do: {ran:?}");
    assert_eq!(stage.sandbox.google().requests().len(), 1, "one request and no storm");
    assert!(!ran.error.contains(&stage.sandbox.google().token), "the secret is never printed");
}

fn google_refuses() -> Faults {
    Faults { google: vec![Fault::new(What::WrongPassword).always()], ..Faults::default() }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_that_takes_nobody_is_not_sent_everybody() {
    let refuses =
        Faults { realgeeks: vec![Fault::new(What::Refused).on("POST", "/leads").always()], ..Faults::default() };
    let stage = Stage::new(100, refuses).await;
    let ran = stage.run().await;
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("it refused each of the first 20 contacts that were to be made in this run"), "{ran:?}");
    let sent = |stage: &Stage| stage.sandbox.realgeeks().requests().iter().filter(|of| of.status == Some(422)).count();
    assert_eq!(sent(&stage), 20);
    // Those wait; the next run asks with others.
    stage.run().await;
    assert_eq!(sent(&stage), 40);
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_that_lag_behind_our_writes_undo_nothing() {
    let expected = undisturbed(CONTACTS).await;
    let lag = Faults { google: vec![Fault::new(What::Lag { reads: 2 })], ..Faults::default() };
    let stage = Stage::new(CONTACTS, lag).await;
    for _ in 0..4 {
        stage.run_until_well(1).await;
        assert_eq!(stage.world(), expected);
    }
}
