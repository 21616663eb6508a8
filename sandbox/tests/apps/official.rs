//! The vendors' own clients at work on the practice apps. They were written for the real services, so what they can
//! work with is close to those.

use std::path::PathBuf;

use serde_json::json;
use tokio::process::Command;

use crate::client::sandbox;
use crate::spec;

/// Runs a script in the environment that `tests/install` makes.
async fn run(script: &str, arguments: &[&str]) {
    let sandbox = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let venv = sandbox.join("../target/venv");
    assert!(
        venv.join("installed-clients").is_file(),
        "the vendors' clients are not installed. Run: tests/install clients"
    );
    let output = Command::new(venv.join("bin/python"))
        .arg(sandbox.join("tests/official").join(script))
        .args(arguments)
        .output()
        .await
        .unwrap();
    assert!(output.status.success(), "{script}: {}", String::from_utf8_lossy(&output.stderr));
}

#[tokio::test]
async fn googles_own_client_can_work_with_practice_google_contacts() {
    let sandbox = sandbox(20).await;
    let google = sandbox.google();
    run("people_api.py", &[&google.base, &google.token]).await;
    let ann = google.person("ann@example.com").unwrap();
    assert_eq!(ann["names"][0]["givenName"], "Anna");
    assert_eq!(google.people().len(), 20, "one came and one went");
    if let Some(discovery) = spec::google() {
        let violations = discovery.violations(&google.exchanges());
        assert!(violations.is_empty(), "{}", violations.join("\n"));
    }
}

#[tokio::test]
async fn real_geeks_own_client_can_work_with_practice_real_geeks() {
    let sandbox = sandbox(0).await;
    let app = sandbox.realgeeks();
    run("incoming_leads_api.py", &[&app.base, &app.user, &app.password, &app.site]).await;
    let ann = app.person("ann@example.com").unwrap();
    assert_eq!((&ann["first_name"], &ann["phone"]), (&json!("Ann"), &json!("808-555-1234")));
    assert_eq!(ann["activities"][0]["description"], "From Python");
    assert_eq!(app.people().len(), 2);
    if let Some(facts) = spec::realgeeks() {
        let violations = facts.violations(&app.exchanges());
        assert!(violations.is_empty(), "{}", violations.join("\n"));
    }
}
