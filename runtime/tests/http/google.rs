//! Google Contacts, by its manifest.

use std::time::Duration;

use serde_json::{Value as Json, json};
use syncc_compiler::{ir::Side, value::Record};
use syncc_runtime::apps::{App, AppError, Class, Observed, Write, Written, open_http};
use syncc_sandbox::{Fault, Practice, Sandbox, What};
use uuid::Uuid;

use crate::world::{ManualClock, account, field, google_account, pull, record, sandbox, side, value, with, world};

/// An opened practice account.
struct Google {
    sandbox: Sandbox,
    app: Box<dyn App>,
    side: Side,
    clock: std::sync::Arc<ManualClock>,
}

impl Google {
    async fn with(contacts: usize) -> Self {
        let sandbox = sandbox(contacts).await;
        let side = side("google", "contact");
        let (world, clock) = world();
        let app = open_http(&side, &google_account(sandbox.google()), &world).unwrap();
        Self { sandbox, app, side, clock }
    }

    fn practice(&self) -> &Practice {
        self.sandbox.google()
    }

    /// The contacts by id, as they are read.
    async fn all(&self) -> Vec<(Observed, Record)> {
        let (all, _) = pull(&*self.app, None).await.unwrap();
        all.into_iter()
            .map(|seen| {
                let record = self.app.decode(&seen.raw).unwrap();
                (seen, record)
            })
            .collect()
    }

    /// A contact made by hand.
    async fn add(&self, contact: Json) -> (Observed, Record) {
        let id = self.practice().add(&contact).unwrap();
        let seen = self.app.get(&[id]).await.unwrap().remove(0).unwrap();
        let record = self.app.decode(&seen.raw).unwrap();
        (seen, record)
    }

    fn change(&self, (seen, before): &(Observed, Record), fields: &[(&str, &str)]) -> Write {
        Write::Update {
            id: seen.id.clone(),
            version: seen.version.clone(),
            raw: seen.raw.clone(),
            before: before.clone(),
            after: with(&self.side, before, fields),
        }
    }

    fn create(&self, fields: &[(&str, &str)]) -> (Uuid, Write) {
        let op = Uuid::new_v4();
        (op, Write::Create { op, record: record(&self.side, fields) })
    }

    async fn push_one(&self, write: Write) -> Result<Written, AppError> {
        self.app.push(&[write]).await.remove(0)
    }

    fn paths(&self) -> Vec<String> {
        self.practice().requests().into_iter().map(|seen| format!("{} {}", seen.method, seen.path)).collect()
    }

    fn fail(&self, fault: Fault) {
        self.practice().set_faults(vec![fault]);
        self.practice().clear_requests();
    }
}

#[tokio::test]
async fn everybody_is_read_once_and_then_only_what_changed() {
    let google = Google::with(60).await;
    let (all, pulled) = pull(&*google.app, None).await.unwrap();
    assert!(pulled.complete);
    assert_eq!(all.len(), google.practice().people().len());
    assert_eq!(google.practice().requests().len(), 2, "labels and one page: {:?}", google.paths());

    google.practice().clear_requests();
    let (none, pulled) = pull(&*google.app, pulled.cursor.as_deref()).await.unwrap();
    assert_eq!((none.len(), pulled.complete, google.practice().requests().len()), (0, false, 1));

    google.practice().edit(&all[0].id, &json!({"biographies": [{"value": "new"}]})).unwrap();
    google.practice().delete(&all[1].id).unwrap();
    let (changed, _) = pull(&*google.app, pulled.cursor.as_deref()).await.unwrap();
    let mut ids: Vec<(&str, bool)> = changed.iter().map(|seen| (&*seen.id, seen.deleted)).collect();
    ids.sort_unstable();
    let mut wanted = vec![(&*all[0].id, false), (&*all[1].id, true)];
    wanted.sort_unstable();
    assert_eq!(ids, wanted);
}

#[tokio::test]
async fn a_large_account_goes_page_by_page_and_batch_by_batch() {
    let google = Google::with(1500).await;
    let all = google.all().await;
    assert!(all.len() > 1000, "{} contacts fill no two pages", all.len());
    assert_eq!(all.len(), google.practice().people().len());
    assert_eq!(google.practice().requests().len(), 3, "labels and two pages");

    google.practice().clear_requests();
    let ids: Vec<String> = all.iter().take(450).map(|(seen, _)| seen.id.clone()).collect();
    let got = google.app.get(&ids).await.unwrap();
    assert!(got.iter().zip(&ids).all(|(seen, id)| seen.as_ref().is_some_and(|seen| seen.id == *id)));
    let writes: Vec<Write> = all.iter().take(450).map(|contact| google.change(contact, &[("nickname", "N")])).collect();
    assert!(google.app.push(&writes).await.iter().all(Result::is_ok));
    let count = |part: &str| google.paths().iter().filter(|path| path.contains(part)).count();
    assert_eq!((count("batchGet"), count("batchUpdate"), google.practice().requests().len()), (3, 3, 6));
}

#[tokio::test]
async fn a_contact_is_read_field_by_field() {
    let google = Google::with(0).await;
    let (seen, ann) = google
        .add(json!({
            "names": [{"givenName": "Ann", "familyName": "van Bee"}],
            "emailAddresses": [{"value": "Ann@x.example"}, {"value": "ann@home.example", "type": "home"}],
            "phoneNumbers": [{"value": "(808) 555-0101"}],
            "organizations": [{"name": "Bee Ltd", "title": "CTO"}],
            "addresses": [{"streetAddress": "1 St", "city": "Kona", "postalCode": "96740", "country": "USA"}],
            "biographies": [{"value": "met at expo"}],
            "birthdays": [{"date": {"year": 1980, "month": 2, "day": 29}}],
            "urls": [{"value": "https://bee.example"}],
        }))
        .await;
    google.practice().label(&seen.id, "Clients").unwrap();
    let seen = google.app.get(std::slice::from_ref(&seen.id)).await.unwrap().remove(0).unwrap();
    let labelled = google.app.decode(&seen.raw).unwrap();
    let wanted = [
        ("given_name", "Ann"),
        ("family_name", "van Bee"),
        ("email", "ann@x.example"),
        ("other_emails", "ann@home.example"),
        ("phone", "+18085550101"),
        ("company", "Bee Ltd"),
        ("title", "CTO"),
        ("biography", "met at expo"),
        ("birthday", "1980-02-29"),
        ("website", "https://bee.example"),
    ];
    for (name, shown) in wanted {
        assert_eq!(*ann.get(field(&google.side, name)), value(&google.side, name, shown), "{name}");
    }
    assert!(ann.get(field(&google.side, "label")).is_empty(), "everybody is in myContacts, which is no label");
    assert_eq!(*labelled.get(field(&google.side, "label")), value(&google.side, "label", "Clients"));
    assert!(labelled.get(field(&google.side, "address")).is_filled());
    assert!(seen.version.is_some() && seen.edited.is_some());
}

/// Members that the app itself makes anew with each change.
fn without_made(mut person: Json) -> Json {
    for member in ["etag", "metadata"] {
        person.as_object_mut().unwrap().shift_remove(member);
    }
    person
}

#[tokio::test]
async fn a_change_leaves_everything_else_as_it_was() {
    let google = Google::with(40).await;
    let mut all = google.all().await;
    all.truncate(20);
    let before: Vec<Json> = all.iter().map(|(seen, _)| google.practice().person(&seen.id).unwrap()).collect();
    let writes: Vec<Write> =
        all.iter().map(|contact| google.change(contact, &[("nickname", "Nick"), ("biography", "new")])).collect();
    google.practice().clear_requests();
    for (written, (seen, _)) in google.app.push(&writes).await.into_iter().zip(&all) {
        let now = written.unwrap().now;
        assert_eq!(now.id, seen.id);
        assert_ne!(now.version, seen.version);
        assert_eq!(
            *google.app.decode(&now.raw).unwrap().get(field(&google.side, "nickname")),
            value(&google.side, "nickname", "Nick")
        );
    }
    assert_eq!(google.paths(), ["POST /v1/people:batchUpdateContacts"]);
    for ((seen, _), before) in all.iter().zip(before) {
        let mut after = without_made(google.practice().person(&seen.id).unwrap());
        let mut before = without_made(before);
        for member in ["nicknames", "biographies"] {
            after.as_object_mut().unwrap().shift_remove(member);
            before.as_object_mut().unwrap().shift_remove(member);
        }
        assert_eq!(after, before);
    }
}

#[tokio::test]
async fn changes_of_different_fields_do_not_clear_each_other() {
    let google = Google::with(0).await;
    let ann = google
        .add(
            json!({"names": [{"givenName": "Ann"}], "biographies": [{"value": "keep"}], "nicknames": [{"value": "A"}]}),
        )
        .await;
    let bob = google
        .add(
            json!({"names": [{"givenName": "Bob"}], "biographies": [{"value": "keep"}], "nicknames": [{"value": "B"}]}),
        )
        .await;
    let writes = [google.change(&ann, &[("nickname", "Annie")]), google.change(&bob, &[("company", "Bob Ltd")])];
    assert!(google.app.push(&writes).await.iter().all(Result::is_ok));
    for (seen, nick) in [(&ann.0, "Annie"), (&bob.0, "B")] {
        let person = google.practice().person(&seen.id).unwrap();
        assert_eq!(
            (&person["nicknames"][0]["value"], &person["biographies"][0]["value"]),
            (&json!(nick), &json!("keep"))
        );
    }
}

#[tokio::test]
async fn a_label_is_made_when_it_is_first_needed_and_taken_off_again() {
    let google = Google::with(0).await;
    let ann = google.add(json!({"names": [{"givenName": "Ann"}]})).await;
    let bob = google.add(json!({"names": [{"givenName": "Bob"}]})).await;
    google.practice().clear_requests();
    let writes = [google.change(&ann, &[("label", "Fresh")]), google.change(&bob, &[("label", "Fresh")])];
    let written: Vec<Written> = google.app.push(&writes).await.into_iter().map(Result::unwrap).collect();
    assert_eq!(google.paths().iter().filter(|path| *path == "POST /v1/contactGroups").count(), 1);

    let now = &written[0].now;
    let labelled = google.app.decode(&now.raw).unwrap();
    assert_eq!(*labelled.get(field(&google.side, "label")), value(&google.side, "label", "Fresh"));
    let off = google.push_one(google.change(&(now.clone(), labelled), &[("label", "")])).await.unwrap().now;
    assert!(google.app.decode(&off.raw).unwrap().get(field(&google.side, "label")).is_empty());
    let groups = google.practice().person(&off.id).unwrap()["memberships"].to_string();
    assert!(groups.contains("contactGroups/myContacts"), "a contact keeps one group: {groups}");
}

/// Somebody gives a label another name.
async fn rename_label(practice: &Practice, old: &str, new: &str) {
    let reqwest = reqwest::Client::new();
    let base = &practice.base;
    let get = reqwest.get(format!("{base}/v1/contactGroups")).bearer_auth(&practice.token);
    let groups: Json = get.send().await.unwrap().json().await.unwrap();
    let group = groups["contactGroups"].as_array().unwrap().iter().find(|group| group["name"] == old).unwrap();
    let put =
        reqwest.put(format!("{base}/v1/{}", group["resourceName"].as_str().unwrap())).bearer_auth(&practice.token);
    let body = json!({"contactGroup": {"name": new, "etag": group["etag"]}, "updateGroupFields": "name"});
    assert!(put.json(&body).send().await.unwrap().status().is_success());
}

#[tokio::test]
async fn a_label_that_was_renamed_makes_everything_be_read_again() {
    let google = Google::with(0).await;
    let (seen, _) = google.add(json!({"names": [{"givenName": "Ann"}]})).await;
    google.practice().label(&seen.id, "Old").unwrap();
    let (_, pulled) = pull(&*google.app, None).await.unwrap();

    rename_label(google.practice(), "Old", "New").await;
    google.clock.advance(Duration::from_secs(3601));
    let error = pull(&*google.app, pulled.cursor.as_deref()).await.unwrap_err();
    assert_eq!(error.class, Class::CursorLost, "{error}");
    let (all, _) = pull(&*google.app, None).await.unwrap();
    assert_eq!(
        *google.app.decode(&all[0].raw).unwrap().get(field(&google.side, "label")),
        value(&google.side, "label", "New")
    );
}

#[tokio::test]
async fn a_label_that_was_renamed_since_it_was_read_is_not_written_by_its_old_name() {
    let google = Google::with(0).await;
    let ann = google.add(json!({"names": [{"givenName": "Ann"}]})).await;
    let (bob, _) = google.add(json!({"names": [{"givenName": "Bob"}]})).await;
    google.practice().label(&bob.id, "Hot").unwrap();
    let (_, pulled) = pull(&*google.app, None).await.unwrap();
    rename_label(google.practice(), "Hot", "Do not call").await;
    google.clock.advance(Duration::from_secs(301));
    // The list of labels is not old enough to be read again for a listing.
    pull(&*google.app, pulled.cursor.as_deref()).await.unwrap();

    let made = google.push_one(google.create(&[("given_name", "Cid"), ("label", "Hot")]).1).await.unwrap().now;
    let label = google.app.decode(&made.raw).unwrap().get(field(&google.side, "label")).clone();
    assert_eq!(label, value(&google.side, "label", "Hot"), "it is made, as the plan said");
    google.clock.advance(Duration::from_secs(301));
    rename_label(google.practice(), "Hot", "Cold").await;
    let error = google.push_one(google.change(&ann, &[("label", "Hot")])).await.unwrap_err();
    assert_eq!(error.class, Class::Stale, "what is known of the labels is planned with anew: {error}");
    assert!(!google.practice().person(&ann.0.id).unwrap()["memberships"].to_string().contains("Group/"));
    let now = google.push_one(google.change(&ann, &[("label", "Hot")])).await.unwrap().now;
    assert_eq!(google.app.decode(&now.raw).unwrap().get(field(&google.side, "label")), &label);
}

#[tokio::test]
async fn a_label_that_turns_out_to_be_renamed_in_the_middle_of_a_reading_makes_everything_be_read_again() {
    let google = Google::with(0).await;
    let (ann, _) = google.add(json!({"names": [{"givenName": "Ann"}]})).await;
    let (bob, _) = google.add(json!({"names": [{"givenName": "Bob"}]})).await;
    google.practice().label(&ann.id, "Old").unwrap();
    let (_, pulled) = pull(&*google.app, None).await.unwrap();

    // The list of labels is fresh, but Bob gets one that is not in it: it is read again.
    rename_label(google.practice(), "Old", "New").await;
    google.practice().label(&bob.id, "Fresh").unwrap();
    let error = pull(&*google.app, pulled.cursor.as_deref()).await.unwrap_err();
    assert_eq!(error.class, Class::CursorLost, "{error}");
    let (all, pulled) = pull(&*google.app, None).await.unwrap();
    for seen in &all {
        let label = if seen.id == ann.id { "New" } else { "Fresh" };
        let record = google.app.decode(&seen.raw).unwrap();
        assert_eq!(*record.get(field(&google.side, "label")), value(&google.side, "label", label));
    }
    // A label that is only new is no reason to.
    google.practice().label(&bob.id, "Another").unwrap();
    assert_eq!(pull(&*google.app, pulled.cursor.as_deref()).await.unwrap().0.len(), 1);
}

#[tokio::test]
async fn new_contacts_go_out_in_one_request_and_keep_their_order() {
    let google = Google::with(0).await;
    let names = ["Ann", "Bob", "Cid"];
    let writes: Vec<Write> =
        names.iter().map(|name| google.create(&[("given_name", name), ("label", "Clients")]).1).collect();
    let written = google.app.push(&writes).await;
    for (written, name) in written.into_iter().zip(names) {
        let record = google.app.decode(&written.unwrap().now.raw).unwrap();
        assert_eq!(*record.get(field(&google.side, "given_name")), value(&google.side, "given_name", name));
        assert_eq!(*record.get(field(&google.side, "label")), value(&google.side, "label", "Clients"));
    }
    assert_eq!(google.paths().iter().filter(|path| path.contains("batchCreate")).count(), 1);
    assert_eq!(google.practice().people().len(), 3);
}

#[tokio::test]
async fn one_contact_that_is_refused_does_not_hold_up_the_others() {
    let google = Google::with(0).await;
    // Nobody can be added to the group of friends any more.
    let labels = ["Clients", "friends", "Clients", "Clients"];
    let writes: Vec<Write> =
        labels.iter().map(|label| google.create(&[("given_name", "Ann"), ("label", label)]).1).collect();
    let answers = google.app.push(&writes).await;
    let refused: Vec<Option<Class>> =
        answers.iter().map(|answer| answer.as_ref().err().map(|error| error.class)).collect();
    assert_eq!(refused, [None, Some(Class::Invalid), None, None], "{answers:?}");
    assert_eq!(google.practice().people().len(), 3);
}

#[tokio::test]
async fn a_create_without_an_answer_is_unknown_is_sent_once_and_is_found() {
    for what in [What::ErrorAfter, What::Cut, What::DropAfter] {
        let google = Google::with(10).await;
        google.fail(Fault::new(what.clone()).on("POST", "batchCreate"));
        let people = google.practice().people().len();
        let (op, write) = google.create(&[("given_name", "Ann"), ("email", "ann@x.example")]);
        let error = google.push_one(write).await.unwrap_err();
        assert_eq!(error.class, Class::Unknown, "{what:?}: {error}");
        assert_eq!(google.paths().iter().filter(|path| path.contains("batchCreate")).count(), 1, "{what:?}");
        assert_eq!(google.practice().people().len(), people + 1);

        let record = record(&google.side, &[("given_name", "Ann"), ("email", "ann@x.example")]);
        let found = google.app.find_created(op, &record).await.unwrap().expect("it is there");
        assert!(google.practice().person(&found.id).is_some());
        assert_eq!(google.app.find_created(Uuid::new_v4(), &record).await.unwrap(), None, "a like one is not it");
    }
}

#[tokio::test]
async fn a_create_that_was_dropped_before_it_was_read_is_unknown_and_then_certainly_not_there() {
    let google = Google::with(0).await;
    google.fail(Fault::new(What::DropBefore).on("POST", "batchCreate"));
    let (op, write) = google.create(&[("given_name", "Ann")]);
    assert_eq!(google.push_one(write).await.unwrap_err().class, Class::Unknown);
    let record = record(&google.side, &[("given_name", "Ann")]);
    assert_eq!(google.app.find_created(op, &record).await.unwrap(), None);
}

#[tokio::test]
async fn one_contact_that_was_changed_meanwhile_does_not_hold_up_the_others() {
    let google = Google::with(30).await;
    let all = google.all().await;
    google.practice().edit(&all[3].0.id, &json!({"biographies": [{"value": "by hand"}]})).unwrap();
    let writes: Vec<Write> = all.iter().map(|contact| google.change(contact, &[("nickname", "N")])).collect();
    let answers = google.app.push(&writes).await;
    for (at, answer) in answers.iter().enumerate() {
        match answer {
            Ok(_) => assert_ne!(at, 3),
            Err(error) => assert_eq!((at, error.class), (3, Class::Stale), "{error}"),
        }
    }
    assert_eq!(google.practice().person(&all[3].0.id).unwrap()["biographies"][0]["value"], "by hand");
}

#[tokio::test]
async fn too_many_requests_are_waited_for_as_long_as_the_app_says() {
    let google = Google::with(5).await;
    google.fail(Fault::new(What::TooMany { retry_after: Some(17) }).on("GET", "connections"));
    pull(&*google.app, None).await.unwrap();
    assert_eq!(*google.clock.waits.lock().unwrap(), [Duration::from_secs(17)]);

    // Without a word from the app the waits grow, and in the end the cycle is told.
    google.clock.waits.lock().unwrap().clear();
    google.fail(Fault::new(What::TooMany { retry_after: None }).on("GET", "connections").always());
    let error = pull(&*google.app, None).await.unwrap_err();
    assert!(matches!(error.class, Class::Rate(_)), "{error}");
    assert_eq!(google.paths().iter().filter(|path| path.contains("connections")).count(), 5);
    let waits = google.clock.waits.lock().unwrap().clone();
    for (tried, wait) in waits.iter().enumerate() {
        assert!(*wait <= Duration::from_secs(1 << tried), "{waits:?}");
    }
}

#[tokio::test]
async fn two_connections_of_one_account_keep_its_budget_together() {
    let sandbox = sandbox(1).await;
    let (world, clock) = world();
    let (side, mut account) = (side("google", "contact"), google_account(sandbox.google()));
    let first = open_http(&side, &account, &world).unwrap();
    // Named otherwise in another file, and the same login.
    account.name = "work".to_owned();
    let second = open_http(&side, &account, &world).unwrap();
    // The manifest of Google lets 90 requests that read through in a minute. Each listing is two: labels, and people.
    for _ in 0..22 {
        pull(&*first, None).await.unwrap();
        pull(&*second, None).await.unwrap();
    }
    assert_eq!((sandbox.google().requests().len(), clock.waits.lock().unwrap().len()), (88, 0));
    pull(&*first, None).await.unwrap();
    assert_eq!(clock.waits.lock().unwrap().len(), 0);
    pull(&*second, None).await.unwrap();
    let waits = std::mem::take(&mut *clock.waits.lock().unwrap());
    assert!(waits.first().is_some_and(|wait| *wait > Duration::from_secs(50)), "the app counts both: {waits:?}");
    // Another login has a budget of its own.
    account.secret = Some(syncc_runtime::apps::Secret::new("somebody-else"));
    let other = open_http(&side, &account, &world).unwrap();
    assert_eq!(pull(&*other, None).await.unwrap_err().class, Class::Auth);
    assert!(clock.waits.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_write_that_was_refused_for_its_pace_is_sent_again() {
    let google = Google::with(0).await;
    google.fail(Fault::new(What::TooMany { retry_after: Some(1) }).on("POST", "batchCreate").times(2));
    google.push_one(google.create(&[("given_name", "Ann")]).1).await.unwrap();
    assert_eq!(google.practice().people().len(), 1);
}

#[tokio::test]
async fn reading_goes_on_after_a_failure_of_the_server_or_the_line() {
    for what in [What::ErrorBefore, What::Cut, What::DropBefore] {
        let google = Google::with(5).await;
        google.fail(Fault::new(what).on("GET", "connections").times(2));
        let (all, pulled) = pull(&*google.app, None).await.unwrap();
        assert_eq!((all.len(), pulled.complete), (google.practice().people().len(), true));
    }
}

#[tokio::test]
async fn a_listing_that_ends_early_is_an_error_and_never_a_short_listing() {
    for what in [What::RepeatedPage, What::ShortList] {
        let google = Google::with(40).await;
        google.fail(Fault::new(what.clone()).on("GET", "connections").always());
        let error = pull(&*google.app, None).await.unwrap_err();
        assert_eq!(error.class, Class::Retry, "{what:?}: {error}");
        assert!(error.what.contains("ended a listing early"), "{error}");
    }
}

#[tokio::test]
async fn a_forgotten_sync_token_makes_everything_be_read_again() {
    let google = Google::with(5).await;
    let (_, pulled) = pull(&*google.app, None).await.unwrap();
    google.fail(Fault::new(What::ExpiredToken).on("GET", "connections"));
    let error = pull(&*google.app, pulled.cursor.as_deref()).await.unwrap_err();
    assert_eq!((error.class, google.practice().requests().len()), (Class::CursorLost, 1), "{error}");
    // Nor is it waited for until the app forgets.
    google.clock.advance(Duration::from_secs(6 * 86_400));
    google.fail(Fault::new(What::ErrorBefore).always());
    let error = pull(&*google.app, pulled.cursor.as_deref()).await.unwrap_err();
    assert_eq!((error.class, google.practice().requests().len()), (Class::CursorLost, 0), "{error}");
    let error = pull(&*google.app, Some("from another version")).await.unwrap_err();
    assert_eq!(error.class, Class::CursorLost);
}

#[tokio::test]
async fn a_wrong_login_is_tried_once_and_says_what_to_do() {
    let sandbox = sandbox(5).await;
    let mut account = google_account(sandbox.google());
    account.secret = Some(syncc_runtime::apps::Secret::new("not-the-token"));
    let (world, _) = world();
    let side = side("google", "contact");
    let app = open_http(&side, &account, &world).unwrap();
    let error = pull(&*app, None).await.unwrap_err();
    assert_eq!((error.class, sandbox.google().requests().len()), (Class::Auth, 1));
    let shown = error.to_string();
    assert!(shown.contains("sign in") && !shown.contains("not-the-token"), "{shown}");

    sandbox.google().clear_requests();
    let writes = [("Ann"), ("Bob")].map(|name| Write::Create {
        op: Uuid::new_v4(),
        record: record(&side, &[("given_name", name), ("label", "New")]),
    });
    let answers = app.push(&writes).await;
    assert!(answers.iter().all(|answer| answer.as_ref().is_err_and(|error| error.class == Class::Auth)));
    assert_eq!(sandbox.google().requests().len(), 1);
}

#[tokio::test]
async fn what_is_deleted_is_gone_and_deleting_it_again_is_no_error() {
    let google = Google::with(0).await;
    let (ann, _) = google.add(json!({"names": [{"givenName": "Ann"}]})).await;
    let (bob, _) = google.add(json!({"names": [{"givenName": "Bob"}]})).await;
    google.practice().delete(&ann.id).unwrap();
    let writes = [&ann, &bob].map(|seen| Write::Delete { id: seen.id.clone(), version: seen.version.clone() });
    for answer in google.app.push(&writes).await {
        assert!(answer.unwrap().now.deleted);
    }
    assert!(google.practice().people().is_empty());
    assert_eq!(google.app.get(&[ann.id, bob.id]).await.unwrap(), [None, None]);
}

#[tokio::test]
async fn the_account_says_who_it_is() {
    let google = Google::with(0).await;
    assert!(google.app.identity().await.unwrap().starts_with("people/"));
}

#[tokio::test]
async fn the_account_tells_its_labels_and_custom_fields() {
    let google = Google::with(0).await;
    let (ann, _) = google
        .add(json!({"names": [{"givenName": "Ann"}], "userDefined": [{"key": "Customer no", "value": "7"}]}))
        .await;
    google.practice().label(&ann.id, "Clients").unwrap();
    let object = google.app.discover().await.unwrap().objects.remove("contact").unwrap();
    assert!(object.values["label"].contains(&"Clients".to_owned()), "{:?}", object.values);
    assert!(object.fields.contains_key("Customer no"));
}

#[test]
fn a_login_is_never_sent_unencrypted_to_another_machine() {
    let (world, _) = world();
    let open = |base: &str| {
        let account = account("google", std::path::Path::new("."), "token", [("base", base.to_owned())]);
        open_http(&side("google", "contact"), &account, &world).err().map(|error| error.to_string())
    };
    assert!(open("http://people.example").is_some_and(|error| error.contains("unencrypted")));
    assert!(open("ftp://127.0.0.1").is_some_and(|error| error.contains("no web address")));
    assert_eq!(open("http://127.0.0.1:1"), None);
}
