//! P14: apps that say back which login they were sent. It is in no error, whoever prints it and however.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;
use syncc_runtime::{
    apps::{AppError, Write, open},
    world::{Chance, Clock, Http, HttpError, Request, Response, World},
};

use crate::side::{account, record, side};

/// The login. Nothing that anybody reads has it.
const CANARY: &str = "canary-7f3a-sings";

/// A server that puts what it was sent into everything that it answers.
struct Parrot {
    status: u16,
    heard: Mutex<Vec<String>>,
}

#[async_trait]
impl Http for Parrot {
    async fn send(&self, request: Request) -> Result<Response, HttpError> {
        let login = request.headers.into_iter().find(|(name, _)| name == "authorization").map(|(_, value)| value);
        let login = login.unwrap_or_default();
        self.heard.lock().unwrap().push(login.clone());
        let said = format!("not with {login}, which is {CANARY}");
        let body = serde_json::json!({ "error": { "message": said, "status": said }, "message": said });
        Ok(Response {
            status: self.status,
            headers: vec![("www-authenticate".into(), login)],
            body: body.to_string().into(),
        })
    }
}

#[async_trait]
impl Clock for Parrot {
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    async fn sleep(&self, _: Duration) {}
}

impl Chance for Parrot {
    fn bits(&self) -> u128 {
        1
    }
}

#[tokio::test]
async fn a_login_is_in_no_error_even_where_the_app_says_it() {
    let apps = [
        ("google", "", "email"),
        ("realgeeks", "site = \"s\"\nuser = \"ann\"", "email"),
        ("carddav", "url = \"https://dav.example/book/\"\nuser = \"ann\"", "email"),
    ];
    for (app, settings, field) in apps {
        for status in [200, 400, 401, 403, 404, 409, 410, 422, 429, 500, 503] {
            let side = side(app);
            let folder = tempfile::tempdir().unwrap();
            let account = account(app, folder.path(), settings, Some(CANARY));
            let parrot = Arc::new(Parrot { status, heard: Mutex::default() });
            let world = World::new(parrot.clone(), parrot.clone(), parrot.clone());
            let app = open(&side, &account, &world).unwrap();
            let create = Write::Create { op: uuid::Uuid::nil(), record: record(&side, &[(field, "bob@x.example")]) };
            let errors = [
                app.identity().await.err(),
                app.pull(None, &mut |_| Ok(())).await.err(),
                app.get(&["people/c1".to_owned()]).await.err(),
                app.push(&[create]).await.remove(0).err(),
            ];
            assert!(!parrot.heard.lock().unwrap().is_empty(), "{}: it was never asked", side.app);
            for error in errors.into_iter().flatten() {
                hush(&error, &account, &side.app, status);
            }
        }
    }
}

fn hush(error: &AppError, account: &syncc_runtime::apps::Account, app: &str, status: u16) {
    for printed in [format!("{error}"), format!("{error:?}"), format!("{account:?}")] {
        let basic = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, format!("ann:{CANARY}"));
        assert!(!printed.contains(CANARY) && !printed.contains(&basic), "{app} {status}: {printed}");
    }
}
