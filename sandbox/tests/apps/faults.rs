//! Everything that can be made to go wrong.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use syncc_sandbox::{Fault, Practice, Sandbox, What};

use crate::client::{CLIENT, LIST, call, full_list, ok, sandbox, try_call};

const CREATE: &str = "/v1/people:createContact";

/// An empty practice Google Contacts in which this goes wrong.
async fn google_with(fault: Fault) -> Sandbox {
    let sandbox = sandbox(0).await;
    sandbox.google().set_faults(vec![fault]);
    sandbox
}

fn ann() -> Option<Value> {
    Some(json!({"names": [{"givenName": "Ann"}]}))
}

#[tokio::test]
async fn too_many_requests_strike_the_planned_ones_and_do_nothing() {
    let sandbox =
        google_with(Fault::new(What::TooMany { retry_after: Some(7) }).on("POST", "createContact").from(2)).await;
    let google = sandbox.google();
    let mut statuses = Vec::new();
    for _ in 0..3 {
        statuses.push(call(google, "POST", CREATE, ann()).await.0);
    }
    assert_eq!(statuses, [200, 429, 200]);
    assert_eq!(google.people().len(), 2);

    for retry_after in [Some(7), None] {
        google.set_faults(vec![Fault::new(What::TooMany { retry_after })]);
        let answer = CLIENT.get(format!("{}{LIST}", google.base)).send().await.unwrap();
        let header = answer.headers().get("retry-after").map(|value| value.to_str().unwrap().to_owned());
        assert_eq!(header, retry_after.map(|seconds| seconds.to_string()));
        let body: Value = answer.json().await.unwrap();
        assert_eq!(body["error"]["status"], "RESOURCE_EXHAUSTED");
    }
}

#[tokio::test]
async fn an_error_may_come_before_the_work_or_after_it() {
    for (what, done) in [(What::ErrorBefore, 0), (What::ErrorAfter, 1)] {
        let sandbox = google_with(Fault::new(what)).await;
        assert_eq!(call(sandbox.google(), "POST", CREATE, ann()).await.0, 500);
        assert_eq!(sandbox.google().people().len(), done);
    }
}

#[tokio::test]
async fn a_connection_may_break_before_the_work_after_it_or_in_the_answer() {
    for (what, done) in [(What::DropBefore, 0), (What::DropAfter, 1), (What::Cut, 1)] {
        let sandbox = google_with(Fault::new(what.clone())).await;
        let google = sandbox.google();
        assert!(try_call(google, "POST", CREATE, ann()).await.is_err(), "{what:?}");
        assert_eq!(google.people().len(), done, "{what:?}");
        assert_eq!(google.requests()[0].status, None, "{what:?}");
        assert_eq!(call(google, "POST", CREATE, ann()).await.0, 200, "the next one gets through after {what:?}");
    }
}

#[tokio::test]
async fn a_cut_answer_has_its_head_and_half_of_its_body() {
    let sandbox = google_with(Fault::new(What::Cut)).await;
    let google = sandbox.google();
    let mut answer =
        CLIENT.get(format!("{}/v1/contactGroups", google.base)).bearer_auth(&google.token).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let promised = usize::try_from(answer.content_length().unwrap()).unwrap();
    let mut got = 0;
    let broken = loop {
        match answer.chunk().await {
            Ok(Some(chunk)) => got += chunk.len(),
            Ok(None) => break false,
            Err(_) => break true,
        }
    };
    assert!(broken && got == promised / 2, "{got} of {promised}");
}

#[tokio::test]
async fn an_answer_may_be_slow() {
    let sandbox = google_with(Fault::new(What::Slow { milliseconds: 300 })).await;
    let begin = Instant::now();
    assert_eq!(call(sandbox.google(), "POST", CREATE, ann()).await.0, 200);
    assert!(begin.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn a_sync_token_may_expire_early() {
    let sandbox = sandbox(3).await;
    let google = sandbox.google();
    let (_, token) = full_list(google, 100).await;
    google.set_faults(vec![Fault::new(What::ExpiredToken).on("GET", "syncToken=")]);
    let path = format!("{LIST}&pageSize=100&syncToken={token}");
    let (status, body) = call(google, "GET", &path, None).await;
    assert_eq!((status, &body["error"]["details"][0]["reason"]), (400, &json!("EXPIRED_SYNC_TOKEN")));
}

#[tokio::test]
async fn somebody_may_save_the_contact_just_before_an_update() {
    let sandbox = google_with(Fault::new(What::StaleEtag).on("PATCH", "updateContact")).await;
    let google = sandbox.google();
    let id = google.add(&json!({"names": [{"givenName": "Ann"}]})).unwrap();
    let path = format!("/v1/{id}:updateContact?updatePersonFields=names");
    let update = async || {
        let etag = google.person(&id).unwrap()["etag"].clone();
        call(google, "PATCH", &path, Some(json!({"etag": etag, "names": [{"givenName": "Anna"}]}))).await
    };
    let (status, body) = update().await;
    assert_eq!((status, &body["error"]["status"]), (400, &json!("FAILED_PRECONDITION")));
    assert_eq!(update().await.0, 200);
}

#[tokio::test]
async fn a_list_may_end_early_or_never() {
    let sandbox = sandbox(30).await;
    let google = sandbox.google();
    let path = format!("{LIST}&pageSize=10");
    let first = ok(google, "GET", &path, None).await;
    let second = format!("{path}&pageToken={}", first["nextPageToken"].as_str().unwrap());

    google.set_faults(vec![Fault::new(What::ShortList).on("GET", "pageToken=")]);
    let short = ok(google, "GET", &second, None).await;
    assert_eq!((short.get("nextPageToken"), &short["totalItems"]), (None, &json!(30)));
    assert!(short["connections"].as_array().unwrap().len() < 10);

    google.set_faults(vec![Fault::new(What::RepeatedPage).on("GET", "pageToken=")]);
    let page = ok(google, "GET", &second, None).await;
    let again = ok(google, "GET", &format!("{path}&pageToken={}", page["nextPageToken"].as_str().unwrap()), None).await;
    assert_eq!(again["connections"], page["connections"]);
}

#[tokio::test]
async fn a_write_may_show_up_in_increments_some_reads_later() {
    let sandbox = sandbox(3).await;
    let google = sandbox.google();
    let path = format!("{LIST}&pageSize=100");
    let (_, token) = full_list(google, 100).await;
    google.set_faults(vec![Fault::new(What::Lag { reads: 2 })]);
    let made = ok(google, "POST", CREATE, ann()).await;
    let increment = async |google: &Practice, token: &str| {
        let page = ok(google, "GET", &format!("{path}&syncToken={token}"), None).await;
        let count = page.get("connections").and_then(Value::as_array).map_or(0, Vec::len);
        (count, page["nextSyncToken"].as_str().unwrap().to_owned())
    };
    let (first, token) = increment(google, &token).await;
    let (second, token) = increment(google, &token).await;
    let (third, token) = increment(google, &token).await;
    let (fourth, _) = increment(google, &token).await;
    assert_eq!([first, second, third, fourth], [0, 0, 1, 0], "no token skips the write");
    let name = made["resourceName"].as_str().unwrap();
    ok(google, "GET", &format!("/v1/{name}?personFields=names"), None).await;
}

#[tokio::test]
async fn a_password_may_turn_wrong() {
    let sandbox = sandbox(1).await;
    let app = sandbox.realgeeks();
    let path = format!("/rest/sites/{}/users", app.site);
    app.set_faults(vec![Fault::new(What::WrongPassword).always()]);
    assert_eq!(call(app, "GET", &path, None).await.0, 401);
    app.set_faults(Vec::new());
    assert_eq!(call(app, "GET", &path, None).await.0, 200);
}
