//! Practice Real Geeks.

use serde_json::{Value, json};

use crate::client::{call, ok, sandbox};

const ANN: &str = "9b2f6c0e-3f0d-4d7e-8f1c-0c7f0d1a2b3c";

#[tokio::test]
async fn a_created_lead_is_known_by_the_id_the_client_chose() {
    let sandbox = sandbox(0).await;
    let app = sandbox.realgeeks();
    let leads = format!("/rest/sites/{}/leads", app.site);
    let lead = json!({
        "id": ANN, "source": "MySync", "email": "ann@example.com", "first_name": "Ann", "phone": "8085551234",
        "phone2": "+44 20 7946 0000", "tags": ["vip"],
    });
    assert_eq!(call(app, "POST", &leads, Some(lead)).await, (201, json!({})));
    let shown = ok(app, "GET", &format!("{leads}/{}", ANN.replace('-', "")), None).await;
    assert_eq!(shown["phone"], "808-555-1234", "a US number is reformatted");
    assert_eq!(shown.get("phone2"), None, "any other number is dropped");

    let again = json!({"id": "11111111-3f0d-4d7e-8f1c-0c7f0d1a2b3c", "source": "MySync", "email": "ANN@Example.com",
        "last_name": "Bee", "tags": ["new"]});
    assert_eq!(call(app, "POST", &leads, Some(again)).await, (201, json!({})));
    let (status, _) = call(app, "GET", &format!("{leads}/11111111-3f0d-4d7e-8f1c-0c7f0d1a2b3c"), None).await;
    assert_eq!(status, 404, "the lead that was matched keeps its own id");
    let shown = ok(app, "GET", &format!("{leads}/{ANN}"), None).await;
    assert_eq!((&shown["last_name"], &shown["tags"]), (&json!("Bee"), &json!(["vip", "new"])));
}

#[tokio::test]
async fn only_version_2_takes_things_away() {
    let sandbox = sandbox(0).await;
    let app = sandbox.realgeeks();
    app.add(&json!({"id": ANN, "email": "ann@example.com", "notes": "met at fair", "tags": ["a", "b"]})).unwrap();
    let v1 = format!("/rest/sites/{}/leads/{ANN}", app.site);
    let v2 = format!("/v2{v1}");
    ok(app, "PATCH", &v1, Some(json!({"notes": "", "tags": ["c"], "first_name": "Ann"}))).await;
    let shown = ok(app, "GET", &v1, None).await;
    assert_eq!((&shown["notes"], &shown["tags"]), (&json!("met at fair"), &json!(["a", "b", "c"])));
    ok(app, "PATCH", &v2, Some(json!({"notes": "", "tags": ["c"]}))).await;
    let shown = ok(app, "GET", &v1, None).await;
    assert_eq!((shown.get("notes"), &shown["tags"], &shown["first_name"]), (None, &json!(["c"]), &json!("Ann")));
    ok(app, "PATCH", &v2, Some(json!({"tags": []}))).await;
    assert_eq!(ok(app, "GET", &v1, None).await.get("tags"), None);
}

#[tokio::test]
async fn there_is_no_list_and_no_delete() {
    let sandbox = sandbox(3).await;
    let app = sandbox.realgeeks();
    let leads = format!("/rest/sites/{}/leads", app.site);
    assert_eq!(call(app, "GET", &leads, None).await.0, 404);
    let id = app.people()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(call(app, "DELETE", &format!("{leads}/{id}"), None).await.0, 405);
    assert_eq!(call(app, "GET", &format!("/rest/sites/{ANN}/users"), None).await.0, 404, "another site");
    let mut stranger = app.clone();
    stranger.password = "wrong".to_owned();
    assert_eq!(call(&stranger, "GET", &format!("{leads}/{id}"), None).await.0, 401);
}

#[tokio::test]
async fn what_cannot_be_is_refused_in_a_sentence() {
    let sandbox = sandbox(0).await;
    let app = sandbox.realgeeks();
    let leads = format!("/rest/sites/{}/leads", app.site);
    let refused = [
        (400, json!({"email": "a@example.com"}), "source"),
        (400, json!({"source": "MySync"}), "at least one"),
        (400, json!([]), "object"),
        (400, json!({"source": "MySync", "email": 7}), "email"),
        (422, json!({"source": "MySync", "email": "a@example.com", "urgency": "Lukewarm"}), "urgency"),
        (422, json!({"source": "MySync", "email": "a@example.com", "id": "7"}), "UUID"),
    ];
    for (expected, lead, word) in refused {
        let (status, body) = call(app, "POST", &leads, Some(lead.clone())).await;
        assert_eq!(status, expected, "{lead}");
        assert!(body["error"].as_str().unwrap().contains(word), "{body}");
    }
    assert!(app.people().is_empty());
}

#[tokio::test]
async fn activities_delete_restore_and_assign() {
    let sandbox = sandbox(0).await;
    let app = sandbox.realgeeks();
    app.add(&json!({"id": ANN, "email": "ann@example.com"})).unwrap();
    let site = format!("/rest/sites/{}", app.site);
    let users = ok(app, "GET", &format!("{site}/users"), None).await;
    let path = format!("{site}/leads/{ANN}/activities");
    let activity = |kind: &str| json!({"type": kind, "source": "MySync", "description": "By sync"});
    let post = async |activity: Value| call(app, "POST", &path, Some(activity)).await.0;

    assert_eq!(post(activity("note")).await, 400, "an array is expected");
    assert_eq!(post(json!([activity("danced")])).await, 422);
    assert_eq!(post(json!([activity("deleted")])).await, 201);
    assert!(app.people().is_empty());
    assert_eq!(post(json!([activity("restored"), activity("opted_out")])).await, 201);
    assert_eq!(app.people().len(), 1);
    let mut assigned = activity("was_assigned");
    assigned["role"] = json!("agent");
    assert_eq!(post(json!([assigned])).await, 422, "a user is needed");
    assigned["user"] = json!({"id": users[1]["id"]});
    assert_eq!(post(json!([assigned])).await, 201);
    let history = app.person(ANN).unwrap()["activities"].clone();
    let kinds: Vec<&str> = history.as_array().unwrap().iter().filter_map(|a| a["type"].as_str()).collect();
    assert_eq!(kinds, ["deleted", "restored", "opted_out", "was_assigned"]);
}

#[tokio::test]
async fn the_leads_can_be_exported_for_a_first_import() {
    let sandbox = sandbox(200).await;
    let app = sandbox.realgeeks();
    let mut reader = csv::Reader::from_path(app.export.as_ref().unwrap()).unwrap();
    let head: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let at = |name: &str| head.iter().position(|column| column == name).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 200);
    for (row, lead) in rows.iter().zip(app.people()) {
        for field in ["id", "email", "last_name", "phone", "notes"] {
            assert_eq!(&row[at(field)], lead.get(field).and_then(Value::as_str).unwrap_or_default());
        }
        let tags: Vec<&str> = lead["tags"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        assert_eq!(row[at("tags")], tags.join(";"));
    }
}
