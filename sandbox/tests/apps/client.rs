//! A plain HTTP client of the practice apps, and a receiver of webhooks.

use std::sync::LazyLock;

use reqwest::{Client, Method};
use serde_json::Value;
use syncc_sandbox::{Options, Practice, Sandbox};

/// Both apps with so many contacts each, in memory.
pub(crate) async fn sandbox(contacts: usize) -> Sandbox {
    Sandbox::start(Options { contacts, ..Options::default() }).await.unwrap()
}

/// One client for all tests, because making one reads the machine's certificates. It keeps no connections: a connection
/// lives in the runtime of the test that opened it.
pub(crate) static CLIENT: LazyLock<Client> =
    LazyLock::new(|| Client::builder().pool_max_idle_per_host(0).build().unwrap());

/// A status and a JSON body.
pub(crate) type Answer = (u16, Value);

/// Calls an app with the right credentials.
pub(crate) async fn call(app: &Practice, method: &str, path: &str, body: Option<Value>) -> Answer {
    try_call(app, method, path, body).await.unwrap()
}

/// The same where the connection may break.
pub(crate) async fn try_call(
    app: &Practice,
    method: &str,
    path: &str,
    body: Option<Value>,
) -> Result<Answer, reqwest::Error> {
    let method: Method = method.parse().unwrap();
    let mut request = CLIENT.request(method, format!("{}{path}", app.base));
    request = if app.token.is_empty() {
        request.basic_auth(&app.user, Some(&app.password))
    } else {
        request.bearer_auth(&app.token)
    };
    if let Some(body) = body {
        request = request.json(&body);
    }
    let response = request.send().await?;
    let status = response.status().as_u16();
    Ok((status, response.json().await?))
}

/// The body of an answer that must be 200 or 201.
pub(crate) async fn ok(app: &Practice, method: &str, path: &str, body: Option<Value>) -> Value {
    let (status, body) = call(app, method, path, body).await;
    assert!(matches!(status, 200 | 201), "{method} {path}: {status} {body}");
    body
}

/// Every contact of a full list of Google, with the list's sync token.
pub(crate) async fn full_list(app: &Practice, size: usize) -> (Vec<Value>, String) {
    let path = format!("{LIST}&pageSize={size}");
    let mut people = Vec::new();
    let mut page = ok(app, "GET", &path, None).await;
    loop {
        people.extend(page.get("connections").and_then(Value::as_array).into_iter().flatten().cloned());
        match page.get("nextPageToken").and_then(Value::as_str) {
            Some(token) => page = ok(app, "GET", &format!("{path}&pageToken={token}"), None).await,
            None => return (people, page["nextSyncToken"].as_str().unwrap().to_owned()),
        }
    }
}

/// A list request with everything a sync needs.
pub(crate) const LIST: &str = "/v1/people/me/connections?requestSyncToken=true\
     &personFields=names,emailAddresses,phoneNumbers,memberships,metadata";
