//! What is kept between runs.

use serde_json::json;
use syncc_sandbox::{Options, Sandbox, SandboxError};

use crate::client::{LIST, full_list, ok};

#[tokio::test]
async fn a_sandbox_goes_on_where_it_was_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { state: Some(folder.path().join("practice")), contacts: 20, ..Options::default() };
    let sandbox = Sandbox::start(options.clone()).await.unwrap();
    let (people, token) = full_list(sandbox.google(), 100).await;
    let name = people[0]["resourceName"].as_str().unwrap();
    sandbox.google().delete(name).unwrap();
    sandbox.google().label(people[1]["resourceName"].as_str().unwrap(), "New label").unwrap();
    let lead = sandbox.realgeeks().add(&json!({"email": "new@example.com"})).unwrap();
    let before = (sandbox.google().people(), sandbox.realgeeks().people());
    assert!(matches!(Sandbox::start(options.clone()).await, Err(SandboxError::InUse { .. })));
    sandbox.stop().await;

    let sandbox = Sandbox::start(options).await.unwrap();
    assert_eq!((sandbox.google().people(), sandbox.realgeeks().people()), before);
    assert!(sandbox.realgeeks().person(&lead).is_some());
    let increment = ok(sandbox.google(), "GET", &format!("{LIST}&pageSize=100&syncToken={token}"), None).await;
    assert_eq!(increment["connections"].as_array().unwrap().len(), 2, "a sync token outlives the restart");
}

#[tokio::test]
async fn a_port_that_is_taken_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let options = Options { ports: Some([port, 0]), contacts: 0, ..Options::default() };
    let error = Sandbox::start(options).await.unwrap_err();
    assert!(error.to_string().contains(&port.to_string()), "{error}");
}
