//! What practice Real Geeks tells its partner.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use hmac::{Hmac, Mac as _};
use serde_json::{Value, json};
use sha2::Sha256;
use syncc_sandbox::WebhookFaults;

use crate::client::{ok, sandbox};

const ANN: &str = "9b2f6c0e-3f0d-4d7e-8f1c-0c7f0d1a2b3c";

/// A received message: its headers and raw body.
#[derive(Clone)]
struct Received {
    headers: HeaderMap,
    body: Bytes,
}

impl Received {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap().to_str().unwrap()
    }

    fn action(&self) -> &str {
        self.header("x-lead-router-action")
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }
}

/// A receiver that answers with planned statuses first, and 200 after them.
#[derive(Clone, Default)]
struct Receiver {
    received: Arc<Mutex<Vec<Received>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
}

impl Receiver {
    async fn start(&self) -> String {
        let take = async |State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes| {
            receiver.received.lock().unwrap().push(Received { headers, body });
            StatusCode::from_u16(receiver.answers.lock().unwrap().pop_front().unwrap_or(200)).unwrap()
        };
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let router = Router::new().route("/hook", post(take)).with_state(self.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        url
    }

    /// The messages after the one that says that the partner was switched on.
    fn received(&self) -> Vec<Received> {
        let all = self.received.lock().unwrap().clone();
        all.into_iter().filter(|message| !message.action().starts_with("integration_")).collect()
    }

    fn actions(&self) -> Vec<String> {
        self.received().iter().map(|message| message.action().to_owned()).collect()
    }
}

#[tokio::test]
async fn everything_that_happens_to_a_lead_is_told_and_signed() {
    let sandbox = sandbox(0).await;
    let app = sandbox.realgeeks();
    let receiver = Receiver::default();
    app.set_webhook(Some(&receiver.start().await)).unwrap();
    let leads = format!("/rest/sites/{}/leads", app.site);
    let lead = json!({"id": ANN, "source": "MySync", "email": "ann@example.com", "first_name": "Ann"});
    ok(app, "POST", &leads, Some(lead)).await;
    ok(app, "PATCH", &format!("{leads}/{ANN}"), Some(json!({"first_name": "Ann", "phone": "8085551234"}))).await;
    app.edit("ann@example.com", &json!({"last_name": "Bee"})).unwrap();
    app.happen(ANN, "opted_out").unwrap();
    app.delete(ANN).unwrap();
    app.webhooks_delivered().await;

    let received = receiver.received();
    assert_eq!(receiver.actions(), ["created", "updated", "updated", "activity_added", "activity_added"]);
    for message in &received {
        let mut mac = Hmac::<Sha256>::new_from_slice(app.secret.as_bytes()).unwrap();
        mac.update(&message.body);
        let expected: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(message.header("x-lead-router-signature"), expected);
        assert_eq!(message.json()["id"].as_str().unwrap().replace('-', ""), ANN.replace('-', ""));
    }
    assert!(received.iter().any(|message| !message.json()["id"].as_str().unwrap().contains('-')), "some lack dashes");
    if let Some(facts) = crate::spec::realgeeks() {
        let violations: Vec<_> =
            received.iter().flat_map(|message| facts.webhook_violations(&message.json())).collect();
        assert!(violations.is_empty(), "{violations:?}");
    }
    let update = received[1].json();
    assert_eq!((&update["phone"], update.get("first_name")), (&json!("808-555-1234"), None), "only what changed");
    assert_eq!(received[4].json()["activities"][0]["type"], "deleted");
}

#[tokio::test]
async fn a_match_tells_the_client_which_lead_was_meant() {
    let sandbox = sandbox(0).await;
    let app = sandbox.realgeeks();
    let receiver = Receiver::default();
    app.set_webhook(Some(&receiver.start().await)).unwrap();
    let own = app.add(&json!({"email": "ann@example.com"})).unwrap();
    let lead = json!({"id": ANN, "source": "Lead Manager", "email": "ann@example.com"});
    ok(app, "POST", &format!("/rest/sites/{}/leads", app.site), Some(lead)).await;
    app.webhooks_delivered().await;
    let last = receiver.received().pop().unwrap();
    assert_eq!(last.action(), "updated");
    assert_eq!(last.json()["id"].as_str().unwrap().replace('-', ""), own.replace('-', ""));
}

#[tokio::test]
async fn a_message_is_sent_again_until_it_is_accepted() {
    let sandbox = sandbox(0).await;
    let app = sandbox.realgeeks();
    let receiver = Receiver::default();
    app.set_webhook(Some(&receiver.start().await)).unwrap();
    app.webhooks_delivered().await;
    receiver.answers.lock().unwrap().extend([500, 404, 200, 406]);
    app.add(&json!({"id": ANN, "email": "ann@example.com"})).unwrap();
    app.edit(ANN, &json!({"first_name": "Ann"})).unwrap();
    app.edit(ANN, &json!({"first_name": "Anna"})).unwrap();
    app.webhooks_delivered().await;
    assert_eq!(receiver.actions(), ["created", "created", "created", "updated", "updated"], "406 is not tried again");
    let ids: Vec<_> = receiver.received().iter().map(|m| m.header("x-lead-router-message-id").to_owned()).collect();
    assert_eq!(ids[0], ids[2]);
    assert_ne!(ids[2], ids[3]);
}

#[tokio::test]
async fn messages_can_come_twice_and_out_of_order() {
    let sandbox = sandbox(0).await;
    let app = sandbox.realgeeks();
    let receiver = Receiver::default();
    app.set_webhook(Some(&receiver.start().await)).unwrap();
    app.webhooks_delivered().await;
    // The message that says "switched on" was the first.
    app.set_webhook_faults(WebhookFaults { duplicate_every: 3, swap_every: 4 });
    app.add(&json!({"id": ANN, "email": "ann@example.com"})).unwrap();
    for name in ["B", "C", "D"] {
        app.edit(ANN, &json!({"first_name": name})).unwrap();
    }
    app.webhooks_delivered().await;
    let names: Vec<Value> = receiver.received().iter().map(|m| m.json()["first_name"].clone()).collect();
    assert_eq!(names, [json!(null), json!("B"), json!("B"), json!("D"), json!("C")]);
}

#[tokio::test]
async fn what_a_receiver_is_owed_outlives_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let options = syncc_sandbox::Options {
        state: Some(folder.path().to_owned()),
        contacts: 0,
        ..syncc_sandbox::Options::default()
    };
    let sandbox = syncc_sandbox::Sandbox::start(options.clone()).await.unwrap();
    let receiver = Receiver::default();
    let url = receiver.start().await;
    // Nobody listens at this address until the sandbox runs again.
    sandbox.realgeeks().set_webhook(Some("http://127.0.0.1:9/hook")).unwrap();
    sandbox.realgeeks().add(&json!({"id": ANN, "email": "ann@example.com"})).unwrap();
    sandbox.stop().await;

    let sandbox = syncc_sandbox::Sandbox::start(options).await.unwrap();
    sandbox.realgeeks().set_webhook(Some(&url)).unwrap();
    sandbox.realgeeks().webhooks_delivered().await;
    assert_eq!(receiver.actions(), ["created"]);
}
