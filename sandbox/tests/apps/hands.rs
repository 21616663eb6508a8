//! Another person at work, over HTTP.

use serde_json::{Value, json};
use syncc_sandbox::Practice;

use crate::client::{CLIENT, LIST, call, sandbox};

/// A request of the hands, which needs no password.
async fn hand(app: &Practice, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
    let mut request = CLIENT.request(method.parse().unwrap(), format!("{}/_practice{path}", app.base));
    if let Some(body) = body {
        request = request.json(&body);
    }
    let response = request.send().await.unwrap();
    (response.status().as_u16(), response.json().await.unwrap())
}

#[tokio::test]
async fn a_person_can_edit_label_and_delete_in_either_app() {
    let sandbox = sandbox(0).await;
    let cases = [
        (
            sandbox.google(),
            json!({"emailAddresses": [{"value": "ann@example.com"}]}),
            json!({"names": [{"givenName": "Ann"}]}),
            "/names/0/givenName",
        ),
        (sandbox.realgeeks(), json!({"email": "ann@example.com"}), json!({"first_name": "Ann"}), "/first_name"),
    ];
    for (app, ann, edit, name) in cases {
        let (_, added) = hand(app, "POST", "/contacts", Some(ann)).await;
        let id = added["id"].as_str().unwrap();
        assert_eq!(hand(app, "PATCH", "/contacts/ann@example.com", Some(edit)).await.0, 200);
        assert_eq!(hand(app, "PUT", "/contacts/ann@example.com/labels/Past%20client", None).await.0, 200);
        let (_, shown) = hand(app, "GET", &format!("/contacts/{id}"), None).await;
        assert_eq!(shown.pointer(name), Some(&json!("Ann")));
        let labels = shown.get("tags").or(shown.get("memberships")).and_then(Value::as_array).unwrap();
        let before = labels.len();
        assert_eq!(hand(app, "DELETE", &format!("/contacts/{id}/labels/Past%20client"), None).await.0, 200);
        let (_, shown) = hand(app, "GET", &format!("/contacts/{id}"), None).await;
        let labels = shown.get("tags").or(shown.get("memberships")).and_then(Value::as_array).map_or(0, Vec::len);
        assert_eq!(labels, before - 1);
        assert_eq!(hand(app, "DELETE", "/contacts/ANN@example.com", None).await.0, 200);
        assert_eq!(hand(app, "GET", "/contacts", None).await, (200, json!([])));
        assert!(app.requests().is_empty(), "hands are no requests of the app's API");
    }
}

#[tokio::test]
async fn a_request_that_is_not_understood_is_answered_with_those_that_are() {
    let sandbox = sandbox(0).await;
    let (status, body) = hand(sandbox.google(), "POST", "/people", None).await;
    assert_eq!(status, 404);
    assert!(body["requests"].as_object().unwrap().contains_key("GET /_practice/contacts"), "{body}");
    let (status, body) = hand(sandbox.google(), "DELETE", "/contacts/nobody@example.com", None).await;
    assert_eq!(status, 400);
    assert!(body["error"].as_str().unwrap().contains("nobody@example.com"), "{body}");
}

#[tokio::test]
async fn faults_and_counts_are_set_and_read_over_http() {
    let sandbox = sandbox(3).await;
    let google = sandbox.google();
    let faults = json!([{"method": "GET", "path": "connections", "what": {"too_many": {}}}]);
    assert_eq!(hand(google, "PUT", "/faults", Some(faults)).await.0, 200);
    assert_eq!(call(google, "GET", LIST, None).await.0, 429);
    assert_eq!(call(google, "GET", LIST, None).await.0, 200);
    let (_, requests) = hand(google, "GET", "/requests", None).await;
    assert_eq!(requests["by_method_and_status"], json!({"GET 200": 1, "GET 429": 1}));
    let (status, body) = hand(google, "PUT", "/faults", Some(json!([{"what": "thunder"}]))).await;
    assert_eq!(status, 400);
    assert!(body["error"].as_str().unwrap().contains("thunder"), "{body}");
}
