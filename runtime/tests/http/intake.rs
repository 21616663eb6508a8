//! The intake of messages: what it takes, what it refuses, and that what it took stays.

use axum::http::StatusCode;
use hmac::{Hmac, Mac as _};
use serde_json::{Value as Json, json};
use sha2::Sha256;
use syncc_runtime::apps::{Account, Secret, Webhooks, listen_webhooks, open_http};
use tempfile::TempDir;

use crate::world::{account, field, pull, side, value, world};

const SITE: &str = "5ead6dd1-2cb9-4f80-80fc-5716b05c90ba";
const LEAD: &str = "a27c20af-4497-415d-9e4e-7334dd1d40d2";

struct Intake {
    folder: TempDir,
    webhooks: Webhooks,
}

fn geeks(folder: &TempDir) -> Account {
    let settings = [
        ("site", SITE.to_owned()),
        ("user", "u".to_owned()),
        ("base", "http://127.0.0.1:9".to_owned()),
        ("webhook", "127.0.0.1:0".to_owned()),
    ];
    let mut account = account("realgeeks", folder.path(), "p", settings);
    account.webhook_secret = Some(Secret::new("signing key"));
    account
}

impl Intake {
    async fn open() -> Self {
        let folder = TempDir::new().unwrap();
        let webhooks = listen_webhooks(&side("realgeeks", "lead"), &geeks(&folder), &world().0).await.unwrap().unwrap();
        Self { folder, webhooks }
    }

    async fn post(&self, action: Option<&str>, id: &str, body: &[u8], key: &str) -> StatusCode {
        let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes()).unwrap();
        mac.update(body);
        let signature: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let mut post = reqwest::Client::new().post(format!("http://{}/", self.webhooks.address()));
        post = post.header("X-Lead-Router-Signature", signature).header("X-Lead-Router-Message-Id", id);
        if let Some(action) = action {
            post = post.header("X-Lead-Router-Action", action);
        }
        let answer = post.body(body.to_vec()).send().await.unwrap();
        StatusCode::from_u16(answer.status().as_u16()).unwrap()
    }

    async fn tell(&self, action: &str, id: &str, body: Json) -> StatusCode {
        self.post(Some(action), id, body.to_string().as_bytes(), "signing key").await
    }

    /// The emails of what is known, as another process reads it.
    async fn notes(&self) -> Vec<syncc_compiler::value::Value> {
        let side = side("realgeeks", "lead");
        let app = open_http(&side, &geeks(&self.folder), &world().0).unwrap();
        let (all, _) = pull(&*app, None).await.unwrap();
        all.iter().map(|seen| app.decode(&seen.raw).unwrap().get(field(&side, "notes")).clone()).collect()
    }
}

fn ann(notes: &str) -> Json {
    json!({"id": LEAD.replace('-', ""), "site_uuid": SITE.to_uppercase(), "email": "ann@x.example", "notes": notes})
}

#[tokio::test]
async fn what_was_taken_is_there_for_the_next_process() {
    let mut intake = Intake::open().await;
    assert_eq!(intake.tell("created", "1", ann("hello")).await, StatusCode::OK);
    intake.webhooks.news().await;
    let notes = value(&side("realgeeks", "lead"), "notes", "hello");
    assert_eq!(intake.notes().await, [notes]);
}

#[tokio::test]
async fn a_message_counts_once_whatever_it_says_the_second_time() {
    let intake = Intake::open().await;
    assert_eq!(intake.tell("created", "1", ann("first")).await, StatusCode::OK);
    assert_eq!(intake.tell("created", "1", ann("again")).await, StatusCode::OK);
    assert_eq!(intake.notes().await, [value(&side("realgeeks", "lead"), "notes", "first")]);
}

#[tokio::test]
async fn what_a_lead_was_when_it_was_made_takes_the_place_of_nothing_however_late_it_comes() {
    let intake = Intake::open().await;
    let changed = json!({"id": LEAD, "site_uuid": SITE, "source_details": "Zenith", "notes": "called"});
    assert_eq!(intake.tell("updated", "1", changed).await, StatusCode::OK);
    // No time is told, so both came just now by our clock: this one later.
    assert_eq!(intake.tell("created", "2", ann("hello")).await, StatusCode::OK);
    let side = side("realgeeks", "lead");
    assert_eq!(intake.notes().await, [value(&side, "notes", "called")]);
    let app = open_http(&side, &geeks(&intake.folder), &world().0).unwrap();
    let (all, _) = pull(&*app, None).await.unwrap();
    let lead = app.decode(&all[0].raw).unwrap();
    assert_eq!(lead.get(field(&side, "source_details")), &value(&side, "source_details", "Zenith"));
    assert_eq!(lead.get(field(&side, "email")), &value(&side, "email", "ann@x.example"), "the rest is news");
}

#[tokio::test]
async fn a_wrong_signature_is_not_taken_and_may_come_again() {
    let intake = Intake::open().await;
    let body = ann("forged").to_string();
    assert_eq!(intake.post(Some("created"), "1", body.as_bytes(), "guess").await, StatusCode::UNAUTHORIZED);
    let plain = reqwest::Client::new().post(format!("http://{}/", intake.webhooks.address())).body(body);
    assert_eq!(plain.send().await.unwrap().status().as_u16(), 401);
    assert_eq!(intake.notes().await, []);
}

#[tokio::test]
async fn what_can_never_be_used_is_refused_for_good() {
    let intake = Intake::open().await;
    let refused = StatusCode::NOT_ACCEPTABLE;
    assert_eq!(intake.post(Some("created"), "1", b"not json", "signing key").await, refused);
    assert_eq!(intake.tell("created", "2", json!({"email": "x@x.example"})).await, refused);
    assert_eq!(intake.tell("exploded", "3", ann("x")).await, refused);
    assert_eq!(intake.tell("created", "4", json!({"id": LEAD, "site_uuid": "another"})).await, refused);
    assert_eq!(intake.notes().await, []);
}

#[tokio::test]
async fn what_is_not_about_leads_is_accepted_and_dropped() {
    let intake = Intake::open().await;
    assert_eq!(intake.tell("integration_enabled", "1", json!({"action": "integration_enabled"})).await, StatusCode::OK);
    assert_eq!(intake.notes().await, []);
}

#[tokio::test]
async fn the_header_says_what_happened_and_without_one_the_body() {
    let intake = Intake::open().await;
    let mut body = ann("by header");
    body["action"] = json!("exploded");
    assert_eq!(intake.tell("created", "1", body.clone()).await, StatusCode::OK);
    body["action"] = json!("updated");
    body["notes"] = json!("by body");
    assert_eq!(intake.post(None, "2", body.to_string().as_bytes(), "signing key").await, StatusCode::OK);
    assert_eq!(intake.notes().await, [value(&side("realgeeks", "lead"), "notes", "by body")]);
}

#[tokio::test]
async fn without_the_secret_or_with_a_taken_address_it_says_so() {
    let folder = TempDir::new().unwrap();
    let mut account = geeks(&folder);
    account.webhook_secret = None;
    let error = listen_webhooks(&side("realgeeks", "lead"), &account, &world().0).await.unwrap_err();
    assert!(error.to_string().contains("secret"), "{error}");

    let intake = Intake::open().await;
    let mut account = geeks(&folder);
    account.settings.insert("webhook".into(), intake.webhooks.address().to_string().into());
    let error = listen_webhooks(&side("realgeeks", "lead"), &account, &world().0).await.unwrap_err();
    assert!(error.to_string().contains("cannot be listened on"), "{error}");

    account.settings.remove("webhook");
    assert!(listen_webhooks(&side("realgeeks", "lead"), &account, &world().0).await.unwrap().is_none());
}
