//! Real Geeks, by its manifest: no listing, so messages, an export, and what was written.

use std::path::Path;

use serde_json::json;
use syncc_compiler::{
    ir::Side,
    value::{Record, Value},
};
use syncc_runtime::apps::{App, AppError, Class, Observed, Webhooks, Write, Written, listen_webhooks, open_http};
use syncc_sandbox::{Fault, Practice, Sandbox, WebhookFaults, What};
use tempfile::TempDir;
use uuid::Uuid;

use crate::world::{field, pull, realgeeks_account, record, sandbox, side, value, with, world};

/// An opened practice account that listens for messages.
struct Geeks {
    sandbox: Sandbox,
    folder: TempDir,
    app: Box<dyn App>,
    side: Side,
    _webhooks: Webhooks,
}

impl Geeks {
    async fn with(contacts: usize, export: bool) -> Self {
        let sandbox = sandbox(contacts).await;
        let folder = TempDir::new().unwrap();
        let side = side("realgeeks", "lead");
        let (world, _) = world();
        let mut account = realgeeks_account(sandbox.realgeeks(), folder.path());
        account.settings.insert("webhook".into(), "127.0.0.1:0".into());
        if export {
            std::fs::copy(sandbox.realgeeks().export.as_ref().unwrap(), folder.path().join("leads.csv")).unwrap();
            account.settings.insert("export".into(), "leads.csv".into());
        }
        let webhooks = listen_webhooks(&side, &account, &world).await.unwrap().expect("it listens");
        sandbox.realgeeks().set_webhook(Some(&format!("http://{}/leads", webhooks.address()))).unwrap();
        let app = open_http(&side, &account, &world).unwrap();
        Self { sandbox, folder, app, side, _webhooks: webhooks }
    }

    fn practice(&self) -> &Practice {
        self.sandbox.realgeeks()
    }

    async fn changes(&self, cursor: Option<&str>) -> (Vec<Observed>, String) {
        self.practice().webhooks_delivered().await;
        let (all, pulled) = pull(&*self.app, cursor).await.unwrap();
        assert_eq!(pulled.problems, Vec::<String>::new());
        (all, pulled.cursor.unwrap())
    }

    fn create(&self, fields: &[(&str, &str)]) -> (Uuid, Record) {
        (Uuid::new_v4(), record(&self.side, fields))
    }

    async fn push_one(&self, write: Write) -> Result<Written, AppError> {
        self.app.push(&[write]).await.remove(0)
    }

    /// A lead made through the app.
    async fn made(&self, fields: &[(&str, &str)]) -> Observed {
        let (op, record) = self.create(fields);
        self.push_one(Write::Create { op, record }).await.unwrap().now
    }

    fn change(&self, seen: &Observed, fields: &[(&str, &str)]) -> Write {
        let before = self.app.decode(&seen.raw).unwrap();
        let after = with(&self.side, &before, fields);
        Write::Update { id: seen.id.clone(), version: None, raw: seen.raw.clone(), before, after }
    }

    fn get(&self, seen: &Observed, name: &str) -> Value {
        self.app.decode(&seen.raw).unwrap().get(field(&self.side, name)).clone()
    }

    fn value(&self, name: &str, shown: &str) -> Value {
        value(&self.side, name, shown)
    }
}

#[tokio::test]
async fn an_export_tells_what_was_there_before_and_is_read_once() {
    let geeks = Geeks::with(60, true).await;
    let (all, cursor) = geeks.changes(None).await;
    assert_eq!(all.len(), geeks.practice().people().len());
    for seen in &all {
        let lead = geeks.practice().person(&seen.id).unwrap();
        let email = lead["email"].as_str().unwrap_or_default();
        assert_eq!(geeks.get(seen, "email"), geeks.value("email", email));
        let tags: Vec<&str> = lead["tags"].as_array().into_iter().flatten().filter_map(|tag| tag.as_str()).collect();
        assert_eq!(geeks.get(seen, "tag"), geeks.value("tag", &tags.join(";")));
    }
    assert_eq!(geeks.practice().requests().len(), 0);
    let (none, cursor) = geeks.changes(Some(&cursor)).await;
    assert_eq!(none, []);

    // Another export counts again, but only what differs is a change.
    let path = geeks.folder.path().join("leads.csv");
    let text = std::fs::read_to_string(&path).unwrap();
    let added = format!(
        "{text}{}\n",
        text.lines().last().unwrap().replacen(&text.lines().last().unwrap()[..36], &Uuid::new_v4().to_string(), 1)
    );
    std::fs::write(&path, added).unwrap();
    assert_eq!(geeks.changes(Some(&cursor)).await.0.len(), 1);
}

#[tokio::test]
async fn a_broken_line_of_an_export_is_named_and_the_rest_is_read() {
    let geeks = Geeks::with(10, true).await;
    let path = geeks.folder.path().join("leads.csv");
    let text = std::fs::read_to_string(&path).unwrap();
    let leads = text.lines().count() - 1;
    std::fs::write(&path, format!("{text}only,three,cells\n")).unwrap();
    let (all, pulled) = pull(&*geeks.app, None).await.unwrap();
    assert_eq!(all.len(), leads);
    assert!(
        pulled.problems[0].contains("leads.csv, line") && pulled.problems[0].contains("3 cells"),
        "{:?}",
        pulled.problems
    );
    // A file that is missing before it was ever read is said so.
    std::fs::remove_file(&path).unwrap();
    let error = pull(&*geeks.app, None).await.unwrap_err();
    assert!(error.class == Class::Fatal && error.to_string().contains("leads.csv"), "{error}");
    pull(&*geeks.app, pulled.cursor.as_deref()).await.unwrap();
}

#[tokio::test]
async fn messages_tell_what_people_do() {
    let geeks = Geeks::with(0, false).await;
    let id = geeks
        .practice()
        .add(&json!({"source": "Website", "email": "Ann@x.example", "first_name": "Ann", "tags": ["vip"]}))
        .unwrap();
    let (all, cursor) = geeks.changes(None).await;
    assert_eq!((all.len(), &*all[0].id), (1, &*id));
    assert_eq!(geeks.get(&all[0], "email"), geeks.value("email", "ann@x.example"));
    assert_eq!(geeks.get(&all[0], "unsubscribed"), Value::Bool(false));

    // A part: what it does not name stays.
    geeks.practice().edit(&id, &json!({"city": "Kona", "street_address": "1 St"})).unwrap();
    geeks.practice().happen(&id, "opted_out").unwrap();
    let (all, cursor) = geeks.changes(Some(&cursor)).await;
    let seen = &all[0];
    assert_eq!(geeks.get(seen, "first_name"), geeks.value("first_name", "Ann"));
    assert!(geeks.get(seen, "address").is_filled());
    assert_eq!(geeks.get(seen, "unsubscribed"), Value::Bool(true));

    geeks.practice().delete(&id).unwrap();
    let (all, cursor) = geeks.changes(Some(&cursor)).await;
    assert!(all[0].deleted && all[0].raw.is_empty());
    geeks.practice().happen(&id, "restored").unwrap();
    let (all, _) = geeks.changes(Some(&cursor)).await;
    assert!(!all[0].deleted);
    assert_eq!(geeks.get(&all[0], "first_name"), geeks.value("first_name", "Ann"));
}

#[tokio::test]
async fn messages_that_come_twice_or_out_of_order_make_no_difference() {
    let geeks = Geeks::with(0, false).await;
    geeks.practice().set_webhook_faults(WebhookFaults { duplicate_every: 2, swap_every: 3 });
    let id = geeks.practice().add(&json!({"source": "Website", "email": "ann@x.example"})).unwrap();
    for city in ["Kona", "Hilo", "Kihei", "Lahaina", "Honolulu"] {
        geeks.practice().edit(&id, &json!({"city": city})).unwrap();
        geeks.practice().edit(&id, &json!({"notes": city})).unwrap();
    }
    let (all, _) = geeks.changes(None).await;
    assert_eq!(all.len(), 1);
    assert_eq!(geeks.get(&all[0], "notes"), geeks.value("notes", "Honolulu"));
    assert_eq!(geeks.get(&all[0], "email"), geeks.value("email", "ann@x.example"));
}

#[tokio::test]
async fn a_new_lead_has_the_id_that_it_was_given_and_shows_what_is_stored() {
    let geeks = Geeks::with(0, false).await;
    let (op, record) =
        geeks.create(&[("email", "ann@x.example"), ("phone", "+1 808 555 1234"), ("tag", "vip"), ("role", "Buyer")]);
    let now = geeks.push_one(Write::Create { op, record: record.clone() }).await.unwrap().now;
    assert_eq!(now.id, op.to_string());
    let Value::Text(phone) = geeks.get(&now, "phone") else { panic!("no phone") };
    assert_eq!(phone.shown(), "808-555-1234", "the app spells phones its own way");
    assert_eq!(geeks.app.find_created(op, &record).await.unwrap().map(|seen| seen.id), Some(op.to_string()));
    // What comes back as a message is what is known already.
    let (all, cursor) = geeks.changes(None).await;
    assert_eq!(all.len(), 1);
    assert_eq!(geeks.changes(Some(&cursor)).await.0, []);
}

#[tokio::test]
async fn a_create_without_an_answer_is_found_by_its_id() {
    let geeks = Geeks::with(0, false).await;
    geeks.practice().set_faults(vec![Fault::new(What::ErrorAfter).on("POST", "/leads")]);
    let (op, record) = geeks.create(&[("email", "ann@x.example")]);
    let error = geeks.push_one(Write::Create { op, record: record.clone() }).await.unwrap_err();
    assert_eq!(error.class, Class::Unknown);
    assert_eq!(geeks.app.find_created(op, &record).await.unwrap().map(|seen| seen.id), Some(op.to_string()));
    let (other, nobody) = geeks.create(&[("email", "bob@x.example")]);
    assert_eq!(geeks.app.find_created(other, &nobody).await.unwrap(), None);
}

#[tokio::test]
async fn a_new_lead_that_the_app_takes_for_an_old_one_is_unknown_until_a_message_tells_its_id() {
    let geeks = Geeks::with(0, false).await;
    geeks.practice().set_webhook(None).unwrap();
    let old = geeks.practice().add(&json!({"source": "Website", "email": "ann@x.example"})).unwrap();
    let (op, record) = geeks.create(&[("email", "Ann@x.example"), ("notes", "hello")]);
    let error = geeks.push_one(Write::Create { op, record: record.clone() }).await.unwrap_err();
    assert_eq!(error.class, Class::Unknown, "{error}");
    assert_eq!(geeks.app.find_created(op, &record).await.unwrap_err().class, Class::Unknown);
    assert_eq!(geeks.practice().people().len(), 1);

    geeks.practice().set_webhook(Some(&format!("http://{}/leads", geeks._webhooks.address()))).unwrap();
    geeks.practice().edit(&old, &json!({"email": "ann@x.example", "city": "Kona"})).unwrap();
    geeks.practice().webhooks_delivered().await;
    let found = geeks.app.find_created(op, &record).await.unwrap().expect("it was told");
    assert_eq!(found.id, old);
}

#[tokio::test]
async fn a_new_lead_that_the_app_would_take_for_one_that_is_known_is_not_sent() {
    let geeks = Geeks::with(0, false).await;
    let old = geeks.made(&[("email", "ann@x.example"), ("second_email", "ann@home.example")]).await;
    geeks.practice().clear_requests();
    let creates: Vec<Write> =
        ["Ann@x.example", "ann@home.example", "both@x.example", "both@x.example", "bob@x.example"]
            .map(|email| geeks.create(&[("email", email), ("notes", "another one")]))
            .map(|(op, record)| Write::Create { op, record })
            .to_vec();
    let answers = geeks.app.push(&creates).await;
    let taken: Vec<bool> = answers.iter().map(Result::is_ok).collect();
    assert_eq!(taken, [false, false, true, false, true]);
    for error in answers.iter().filter_map(|answer| answer.as_ref().err()) {
        assert_eq!(error.class, Class::Invalid, "{error}");
    }
    assert!(answers[0].as_ref().unwrap_err().to_string().contains(&old.id));
    assert_eq!(geeks.practice().requests().iter().filter(|seen| seen.method == "POST").count(), 2);
    assert_eq!(geeks.practice().person(&old.id).unwrap().get("notes"), None);

    // An address that somebody gave up is free.
    let now = geeks.push_one(geeks.change(&old, &[("second_email", "ann@work.example")])).await.unwrap().now;
    geeks.made(&[("email", "ann@home.example")]).await;
    let (op, record) = geeks.create(&[("email", "ANN@work.example")]);
    assert_eq!(geeks.push_one(Write::Create { op, record }).await.unwrap_err().class, Class::Invalid);
    // Whoever was deleted is in nobody's way.
    geeks.practice().delete(&now.id).unwrap();
    geeks.practice().webhooks_delivered().await;
    geeks.made(&[("email", "ann@x.example")]).await;
}

#[tokio::test]
async fn an_inbox_of_an_older_version_tells_who_is_known_all_the_same() {
    let geeks = Geeks::with(0, false).await;
    let old = geeks.made(&[("email", "ann@x.example")]).await;
    let file = rusqlite::Connection::open(geeks.folder.path().join(".syncc/realgeeks.inbox")).unwrap();
    file.execute_batch("drop table same; drop table same_by").unwrap();
    let (world, _) = world();
    let app = open_http(&geeks.side, &realgeeks_account(geeks.practice(), geeks.folder.path()), &world).unwrap();
    let (op, record) = geeks.create(&[("email", "ann@x.example"), ("notes", "another one")]);
    let error = app.push(&[Write::Create { op, record }]).await.remove(0).unwrap_err();
    assert!(error.class == Class::Invalid && error.to_string().contains(&old.id), "{error}");
}

#[tokio::test]
async fn a_change_adds_by_the_first_version_and_takes_away_by_the_second() {
    let geeks = Geeks::with(0, false).await;
    let now = geeks.made(&[("email", "ann@x.example"), ("notes", "old"), ("tag", "a;b"), ("first_name", "Ann")]).await;
    geeks.practice().clear_requests();
    let now = geeks.push_one(geeks.change(&now, &[("notes", "new"), ("tag", "a;b;c")])).await.unwrap().now;
    assert_eq!(geeks.get(&now, "tag"), geeks.value("tag", "a;b;c"));
    let now = geeks.push_one(geeks.change(&now, &[("notes", ""), ("tag", "a")])).await.unwrap().now;
    assert_eq!((geeks.get(&now, "notes"), geeks.get(&now, "tag")), (Value::Empty, geeks.value("tag", "a")));
    let lead = geeks.practice().person(&now.id).unwrap();
    assert_eq!((&lead["tags"], lead.get("notes"), &lead["first_name"]), (&json!(["a"]), None, &json!("Ann")));
    let patched: Vec<bool> = geeks
        .practice()
        .requests()
        .into_iter()
        .filter(|seen| seen.method == "PATCH")
        .map(|seen| seen.path.starts_with("/v2/"))
        .collect();
    assert_eq!(patched, [false, true]);
}

#[tokio::test]
async fn an_answer_to_a_change_that_gets_lost_is_unknown_and_is_not_sent_again() {
    let geeks = Geeks::with(0, false).await;
    let now = geeks.made(&[("email", "ann@x.example")]).await;
    geeks.practice().set_faults(vec![Fault::new(What::Cut).on("PATCH", "/leads")]);
    geeks.practice().clear_requests();
    assert_eq!(geeks.push_one(geeks.change(&now, &[("notes", "new")])).await.unwrap_err().class, Class::Unknown);
    assert_eq!(geeks.practice().requests().iter().filter(|seen| seen.method == "PATCH").count(), 1);
    let read = geeks.app.get(&[now.id]).await.unwrap().remove(0).unwrap();
    assert_eq!(geeks.get(&read, "notes"), geeks.value("notes", "new"));
}

#[tokio::test]
async fn an_app_that_does_not_show_its_records_is_believed_what_it_was_sent() {
    let geeks = Geeks::with(0, false).await;
    let now = geeks.made(&[("email", "ann@x.example"), ("tag", "a")]).await;
    // Nothing is shown from here on.
    geeks.practice().set_faults(vec![Fault::new(What::Hidden).on("GET", "/leads").always()]);
    let now = geeks.push_one(geeks.change(&now, &[("notes", "new")])).await.unwrap().now;
    assert_eq!(
        (geeks.get(&now, "notes"), geeks.get(&now, "tag")),
        (geeks.value("notes", "new"), geeks.value("tag", "a"))
    );
}

/// An app drops what it does not take, such as a phone that it does not know. Whoever believed that it took all would hold the
/// truth, when it comes, for somebody's edit.
#[tokio::test]
async fn an_app_that_only_fails_to_answer_now_is_not_believed_what_it_was_sent() {
    for what in [What::ErrorBefore, What::DropBefore, What::TooMany { retry_after: None }, What::WrongPassword] {
        let geeks = Geeks::with(0, false).await;
        let now = geeks.made(&[("email", "ann@x.example")]).await;
        geeks.practice().set_faults(vec![Fault::new(what.clone()).on("GET", "/leads").always()]);
        let change = geeks.change(&now, &[("phone", "12")]);
        let error = geeks.push_one(change).await.unwrap_err();
        assert_eq!(error.class, Class::Unknown, "{what:?}: {error}");
        // Read later, it is as the app has it.
        geeks.practice().set_faults(Vec::new());
        let held = geeks.app.get(std::slice::from_ref(&now.id)).await.unwrap().remove(0).unwrap();
        assert_eq!(geeks.get(&held, "phone"), Value::Empty, "{what:?}");
    }
}

#[tokio::test]
async fn a_wrong_login_is_tried_once_and_a_wrong_site_is_named() {
    let geeks = Geeks::with(0, false).await;
    let (world, _) = world();
    let open = |change: &dyn Fn(&mut syncc_runtime::apps::Account)| {
        let mut account = realgeeks_account(geeks.practice(), geeks.folder.path());
        change(&mut account);
        open_http(&geeks.side, &account, &world)
    };
    assert_eq!(open(&|_| {}).unwrap().identity().await.unwrap(), geeks.practice().site);

    geeks.practice().clear_requests();
    let wrong = open(&|account| account.secret = Some(syncc_runtime::apps::Secret::new("wrong"))).unwrap();
    assert_eq!(wrong.identity().await.unwrap_err().class, Class::Auth);
    assert_eq!(geeks.practice().requests().len(), 1);

    let elsewhere = open(&|account| {
        account.settings.insert("site".into(), Uuid::new_v4().to_string().into());
    });
    let error = elsewhere.unwrap().identity().await.unwrap_err();
    assert!(error.to_string().contains("site"), "{error}");

    let error = open(&|account| {
        account.settings.remove("site");
    });
    let error = error.err().expect("a setting is missing").to_string();
    assert!(error.contains("`site`") && error.contains("syncc.toml"), "{error}");
}

#[tokio::test]
async fn another_inbox_makes_everything_be_read_again() {
    let geeks = Geeks::with(5, true).await;
    let (_, cursor) = geeks.changes(None).await;
    let other = TempDir::new().unwrap();
    let (world, _) = world();
    let app = open_http(&geeks.side, &realgeeks_account(geeks.practice(), Path::new(other.path())), &world).unwrap();
    assert_eq!(pull(&*app, Some(&cursor)).await.unwrap_err().class, Class::CursorLost);
}

#[tokio::test]
async fn another_site_begins_with_an_empty_inbox_and_the_first_one_keeps_its_own() {
    let geeks = Geeks::with(0, false).await;
    let lead = geeks.made(&[("email", "ann@x.example")]).await;
    let (_, cursor) = geeks.changes(None).await;
    let (world, _) = world();
    let mut account = realgeeks_account(geeks.practice(), geeks.folder.path());
    account.settings.insert("site".into(), "00000000-0000-4000-8000-000000000000".into());
    let other = open_http(&geeks.side, &account, &world).unwrap();
    assert_eq!(pull(&*other, Some(&cursor)).await.unwrap_err().class, Class::CursorLost);
    let (none, pulled) = pull(&*other, None).await.unwrap();
    assert_eq!(none, []);
    let other = open_http(&geeks.side, &account, &world).unwrap();
    assert_eq!(pull(&*other, pulled.cursor.as_deref()).await.unwrap().0, [], "it is the same inbox from then on");

    // A wrong site that is corrected again costs nothing: what only messages told is still there.
    let first = open_http(&geeks.side, &realgeeks_account(geeks.practice(), geeks.folder.path()), &world).unwrap();
    assert_eq!(pull(&*first, Some(&cursor)).await.unwrap().0, []);
    assert_eq!(pull(&*first, None).await.unwrap().0[0].id, lead.id);
}

#[tokio::test]
async fn an_inbox_that_does_not_say_whose_it_is_keeps_what_it_has() {
    let geeks = Geeks::with(0, false).await;
    let old = geeks.made(&[("email", "ann@x.example")]).await;
    let (_, cursor) = geeks.changes(None).await;
    let file = rusqlite::Connection::open(geeks.folder.path().join(".syncc/realgeeks.inbox")).unwrap();
    file.execute_batch("drop table whose").unwrap();
    let (world, _) = world();
    let mut account = realgeeks_account(geeks.practice(), geeks.folder.path());
    let app = open_http(&geeks.side, &account, &world).unwrap();
    assert_eq!(pull(&*app, Some(&cursor)).await.unwrap().0, []);
    assert_eq!(pull(&*app, None).await.unwrap().0[0].id, old.id);
    // From now on it says so.
    account.settings.insert("site".into(), "00000000-0000-4000-8000-000000000000".into());
    let other = open_http(&geeks.side, &account, &world).unwrap();
    assert_eq!(pull(&*other, None).await.unwrap().0, []);
}
