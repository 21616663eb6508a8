//! Answers that say less than the app promises, or something else: what is not said is not known, and never taken for
//! "nothing", "gone" or "not done".

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use serde_json::{Value as Json, json};
use syncc_compiler::ir::Side;
use syncc_runtime::{
    apps::{App, Class, Observed, Write, open_http},
    world::Response,
};
use syncc_sandbox::{Practice, Sandbox};
use uuid::Uuid;

use crate::{
    listening::{Fate, Line, answer},
    world::{google_account, pull, record, sandbox, side, with},
};

/// A practice account of Google behind a line that can be made to change what is said.
struct Google {
    sandbox: Sandbox,
    line: Line,
    app: Box<dyn App>,
    side: Side,
}

impl Google {
    async fn with(contacts: usize) -> Self {
        let (sandbox, line, side) = (sandbox(contacts).await, Line::new(), side("google", "contact"));
        let app = open_http(&side, &google_account(sandbox.google()), &line.world()).unwrap();
        Self { sandbox, line, app, side }
    }

    fn practice(&self) -> &Practice {
        self.sandbox.google()
    }

    fn create(&self, fields: &[(&str, &str)]) -> (Uuid, Write) {
        let op = Uuid::new_v4();
        (op, Write::Create { op, record: record(&self.side, fields) })
    }

    fn change(&self, seen: &Observed, fields: &[(&str, &str)]) -> Write {
        let before = self.app.decode(&seen.raw).unwrap();
        let after = with(&self.side, &before, fields);
        Write::Update { id: seen.id.clone(), version: seen.version.clone(), raw: seen.raw.clone(), before, after }
    }

    /// From now on the answers to requests with this in their path are changed.
    fn twist(&self, path: &'static str, change: fn(&mut Response)) {
        self.line.rule(move |request| request.url.path().contains(path).then_some(Fate::Change(change)));
    }
}

/// Changes what an answer says.
fn say(answer: &mut Response, change: impl FnOnce(&mut Json)) {
    let mut said = serde_json::from_slice(&answer.body).unwrap();
    change(&mut said);
    answer.body = said.to_string().into_bytes();
}

#[tokio::test]
async fn a_write_that_is_answered_without_its_record_is_unknown_and_never_counts_as_not_done() {
    let google = Google::with(0).await;
    google.twist("batchCreateContacts", |answer| {
        say(answer, |said| {
            said["createdPeople"][0].as_object_mut().unwrap().shift_remove("person");
        });
    });
    let (op, create) = google.create(&[("given_name", "Ann")]);
    let error = google.app.push(&[create]).await.remove(0).unwrap_err();
    assert_eq!((error.class, google.practice().people().len()), (Class::Unknown, 1), "{error}");
    let found = google.app.find_created(op, &record(&google.side, &[])).await.unwrap().expect("it is there");

    google.twist("batchUpdateContacts", |answer| {
        say(answer, |said| {
            for own in said["updateResult"].as_object_mut().unwrap().values_mut() {
                *own = json!({});
            }
        });
    });
    let change = google.change(&found, &[("nickname", "Annie")]);
    let error = google.app.push(&[change]).await.remove(0).unwrap_err();
    assert_eq!(error.class, Class::Unknown, "{error}");
    assert_eq!(google.practice().person(&found.id).unwrap()["nicknames"][0]["value"], "Annie");
}

#[tokio::test]
async fn a_record_that_an_answer_leaves_out_is_not_taken_for_gone() {
    let google = Google::with(0).await;
    let names = ["Ann", "Bob"];
    let ids = names.map(|name| google.practice().add(&json!({"names": [{"givenName": name}]})).unwrap());
    google.practice().delete(&ids[0]).unwrap();
    let twice = [ids[0].clone(), ids[1].clone(), ids[1].clone()];
    let there: Vec<bool> = google.app.get(&twice).await.unwrap().iter().map(Option::is_some).collect();
    assert_eq!(there, [false, true, true], "what the app says is gone is gone");

    let less: [fn(&mut Response); 3] = [
        |answer| say(answer, |said| *said = json!({})),
        |answer| say(answer, |said| said["responses"] = json!({})),
        |answer| say(answer, |said| said["responses"] = json!([said["responses"][0]])),
    ];
    for less in less {
        google.twist("batchGet", less);
        let error = google.app.get(&ids).await.unwrap_err();
        assert_eq!(error.class, Class::Retry, "{error}");
    }
}

#[tokio::test]
async fn a_page_whose_records_are_no_list_is_an_error_and_one_without_any_is_empty() {
    let google = Google::with(0).await;
    assert_eq!(pull(&*google.app, None).await.unwrap().0.len(), 0, "the app leaves the member out of an empty page");
    let (_, pulled) = pull(&*google.app, None).await.unwrap();
    google.practice().add(&json!({"names": [{"givenName": "Ann"}]})).unwrap();
    google
        .twist("connections", |answer| say(answer, |said| said["connections"] = json!({"0": said["connections"][0]})));
    for cursor in [None, pulled.cursor.as_deref()] {
        let error = pull(&*google.app, cursor).await.unwrap_err();
        assert_eq!(error.class, Class::Retry, "{error}");
    }
}

#[tokio::test]
async fn a_label_that_is_renamed_between_two_pages_of_everything_ends_the_reading() {
    let google = Google::with(0).await;
    let labels = AtomicU32::new(0);
    google.line.rule(move |request| {
        let label = |id: &str, name: &str| json!({"resourceName": format!("contactGroups/{id}"), "name": name});
        let person = |id: &str, label: &str| {
            let group = json!({"contactGroupResourceName": format!("contactGroups/{label}")});
            json!({"resourceName": format!("people/{id}"), "memberships": [{"contactGroupMembership": group}]})
        };
        let said = match (request.url.path(), request.url.query().unwrap_or_default()) {
            ("/v1/contactGroups", _) if labels.fetch_add(1, Ordering::Relaxed) == 0 => {
                json!({"contactGroups": [label("1", "Old")]})
            }
            ("/v1/contactGroups", _) => json!({"contactGroups": [label("1", "New"), label("2", "Fresh")]}),
            (_, query) if query.contains("pageToken=more") => {
                json!({"connections": [person("c2", "2")], "nextSyncToken": "now"})
            }
            _ => json!({"connections": [person("c1", "1")], "nextPageToken": "more"}),
        };
        Some(answer(200, &[], &said.to_string()))
    });
    let error = pull(&*google.app, None).await.unwrap_err();
    assert_eq!(error.class, Class::Retry, "{error}");
    assert!(error.what.contains("renamed or deleted while it was read"), "{error}");
    // As soon as the names are the same from the first page to the last it ends well.
    assert_eq!(pull(&*google.app, None).await.unwrap().0.len(), 2);
}

#[tokio::test]
async fn what_was_made_of_a_refused_batch_is_found_by_a_list_that_is_behind_and_not_made_again() {
    let google = Google::with(0).await;
    let (op, ann) = google.create(&[("given_name", "Ann")]);
    // The batch is refused for Bob after Ann was made, and the first lists do not show her yet.
    let mark = json!([{"key": "syncc", "value": op.to_string()}]);
    google.practice().add(&json!({"names": [{"givenName": "Ann"}], "clientData": mark})).unwrap();
    let (batches, lists) = (AtomicU32::new(0), AtomicU32::new(0));
    google.line.rule(move |request| match request.url.path() {
        "/v1/people:batchCreateContacts" if batches.fetch_add(1, Ordering::Relaxed) == 0 => {
            Some(answer(400, &[], r#"{"error": {"message": "Invalid person"}}"#))
        }
        "/v1/people/me/connections" if lists.fetch_add(1, Ordering::Relaxed) < 2 => Some(answer(200, &[], "{}")),
        _ => None,
    });
    let bob = google.create(&[("given_name", "Bob")]).1;
    let answers = google.app.push(&[ann, bob]).await;
    assert!(answers.iter().all(Result::is_ok), "{answers:?}");
    assert_eq!(google.practice().people().len(), 2, "Ann once, and Bob");
    assert_eq!(google.line.waits(), [0, 5, 15, 40].map(Duration::from_secs));
}
