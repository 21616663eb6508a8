//! Every request and answer of a day's work, held against the apps' public descriptions.

use serde_json::{Value, json};

use crate::client::{LIST, call, full_list, ok, sandbox};
use crate::spec;

const EVERYTHING: &str = "addresses,biographies,birthdays,calendarUrls,clientData,emailAddresses,events,externalIds,\
     genders,imClients,interests,locales,locations,memberships,metadata,miscKeywords,names,nicknames,occupations,\
     organizations,phoneNumbers,photos,relations,sipAddresses,urls,userDefined";

/// A person with something in every field.
fn everything() -> Value {
    json!({
        "addresses": [{"type": "home", "streetAddress": "1 Elm Street", "city": "Honolulu", "countryCode": "US"}],
        "biographies": [{"value": "met at expo"}],
        "birthdays": [{"date": {"year": 1985, "month": 12, "day": 10}}],
        "calendarUrls": [{"url": "https://ann.example.com/cal", "type": "home"}],
        "clientData": [{"key": "k", "value": "v"}],
        "emailAddresses": [{"value": "ann@example.com", "type": "work"}, {"value": "a@example.org", "type": "My own"}],
        "events": [{"date": {"month": 2, "day": 29}, "type": "anniversary"}],
        "externalIds": [{"value": "4711", "type": "customer"}],
        "genders": [{"value": "female"}],
        "imClients": [{"username": "ann", "protocol": "jabber", "type": "home"}],
        "interests": [{"value": "surfing"}],
        "locales": [{"value": "en-US"}],
        "locations": [{"value": "desk 4", "type": "desk", "current": true}],
        "miscKeywords": [{"value": "k", "type": "OUTLOOK_KEYWORD"}],
        "names": [{"unstructuredName": "Ann Bee"}],
        "nicknames": [{"value": "Annie", "type": "DEFAULT"}],
        "occupations": [{"value": "agent"}],
        "organizations": [{"name": "Bee Homes", "title": "Owner", "current": true, "startDate": {"year": 2010, "month": 1, "day": 1}}],
        "phoneNumbers": [{"value": "808 555 0100", "type": "workMobile"}],
        "relations": [{"person": "Bob", "type": "spouse"}],
        "sipAddresses": [{"value": "sip:ann@example.com", "type": "work"}],
        "urls": [{"value": "https://ann.example.com", "type": "homePage"}],
        "userDefined": [{"key": "Customer no", "value": "4711"}],
    })
}

#[tokio::test]
async fn google_speaks_as_its_discovery_document_says() {
    let Some(discovery) = spec::google() else { return };
    let sandbox = sandbox(60).await;
    let google = sandbox.google();
    let (_, token) = full_list(google, 25).await;
    let made =
        ok(google, "POST", &format!("/v1/people:createContact?personFields={EVERYTHING}"), Some(everything())).await;
    for field in EVERYTHING.split(',') {
        assert!(made.get(field).is_some(), "{field} of {made}");
    }
    let name = made["resourceName"].as_str().unwrap();
    let update = format!("/v1/{name}:updateContact?updatePersonFields=names,memberships&personFields={EVERYTHING}");
    ok(google, "PATCH", &update, Some(made.clone())).await;
    call(google, "PATCH", &update, Some(made.clone())).await;
    ok(
        google,
        "GET",
        &format!("/v1/people/me/connections?personFields={EVERYTHING}&pageSize=1000&sortOrder=LAST_NAME_ASCENDING"),
        None,
    )
    .await;
    ok(
        google,
        "GET",
        &format!("/v1/people:batchGet?resourceNames={name}&resourceNames=people/c0&personFields=names"),
        None,
    )
    .await;
    ok(google, "GET", "/v1/people:searchContacts?query=&readMask=names", None).await;
    ok(google, "GET", "/v1/people:searchContacts?query=ann&readMask=names,metadata", None).await;
    let group = ok(google, "POST", "/v1/contactGroups", Some(json!({"contactGroup": {"name": "New"}}))).await;
    let group = group["resourceName"].as_str().unwrap();
    call(google, "POST", "/v1/contactGroups", Some(json!({"contactGroup": {"name": "New"}}))).await;
    let members = json!({"resourceNamesToAdd": [name, "people/c0"]});
    ok(google, "POST", &format!("/v1/{group}/members:modify"), Some(members)).await;
    ok(google, "GET", "/v1/contactGroups?pageSize=3", None).await;
    ok(google, "GET", &format!("/v1/{group}?maxMembers=5"), None).await;
    ok(google, "GET", &format!("/v1/contactGroups:batchGet?resourceNames={group}&resourceNames=contactGroups/0"), None)
        .await;
    ok(google, "DELETE", &format!("/v1/{group}?deleteContacts=false"), None).await;
    let contacts = json!({"contacts": [{"contactPerson": everything()}], "readMask": "names"});
    let batch = ok(google, "POST", "/v1/people:batchCreateContacts", Some(contacts)).await;
    let second = &batch["createdPeople"][0]["person"];
    let contacts = json!({
        "contacts": {second["resourceName"].as_str().unwrap(): {"etag": second["etag"], "names": [{"givenName": "B"}]}},
        "updateMask": "names", "readMask": "names",
    });
    ok(google, "POST", "/v1/people:batchUpdateContacts", Some(contacts)).await;
    let gone = json!({"resourceNames": [second["resourceName"]]});
    ok(google, "POST", "/v1/people:batchDeleteContacts", Some(gone)).await;
    ok(google, "DELETE", &format!("/v1/{name}:deleteContact"), None).await;
    call(google, "GET", &format!("/v1/{name}?personFields=names"), None).await;
    ok(google, "GET", &format!("{LIST}&pageSize=25&syncToken={token}"), None).await;

    let exchanges = google.exchanges();
    assert!(exchanges.len() > 20);
    let violations = discovery.violations(&exchanges);
    assert!(violations.is_empty(), "{}", violations.join("\n"));

    // The check itself can fail: a key that Google does not have, and a number where a text belongs.
    let mut wrong = exchanges.iter().find(|exchange| exchange.seen.path.ends_with("createContact")).unwrap().clone();
    wrong.response = Some(json!({"resourceName": 7, "names": [{"fullName": "Ann"}]}));
    assert_eq!(discovery.violations(&[wrong]).len(), 2);
}

#[tokio::test]
async fn real_geeks_speaks_as_the_facts_say() {
    let Some(facts) = spec::realgeeks() else { return };
    let sandbox = sandbox(60).await;
    let app = sandbox.realgeeks();
    let leads = format!("/rest/sites/{}/leads", app.site);
    let id = "9b2f6c0e-3f0d-4d7e-8f1c-0c7f0d1a2b3c";
    let note =
        json!({"type": "note", "source": "MySync", "description": "Imported", "created": "2026-01-05T10:00:00Z"});
    let lead = json!({
        "id": id, "source": "MySync", "email": "ann.bee@example.com", "first_name": "Ann", "phone": "8085551234",
        "role": "Buyer", "urgency": "Warm", "status": "Active", "tags": ["vip"], "activities": [note],
    });
    ok(app, "POST", &leads, Some(lead.clone())).await;
    ok(app, "PATCH", &format!("{leads}/{id}"), Some(json!({"last_name": "Bee", "role": ""}))).await;
    ok(app, "PATCH", &format!("/v2{leads}/{id}"), Some(json!({"last_name": "", "tags": []}))).await;
    ok(app, "POST", &format!("{leads}/{id}/activities"), Some(json!([note]))).await;
    ok(app, "GET", &format!("/rest/sites/{}/users", app.site), None).await;
    let seller = json!({"source": "MySync", "street_address": "1 Elm Street"});
    ok(app, "POST", &format!("/rest/sites/{}/potential-seller-leads", app.site), Some(seller)).await;
    for lead in app.people() {
        ok(app, "GET", &format!("{leads}/{}", lead["id"].as_str().unwrap()), None).await;
    }
    call(app, "GET", &leads, None).await;
    call(app, "POST", &leads, Some(json!({}))).await;

    let exchanges = app.exchanges();
    let violations = facts.violations(&exchanges);
    assert!(violations.is_empty(), "{}", violations.join("\n"));

    let mut wrong = exchanges[0].clone();
    wrong.request = Some(json!({"email": 7, "nickname": "A", "urgency": "Lukewarm"}));
    assert_eq!(facts.violations(&[wrong]).len(), 4, "a missing source, a number, a strange key, a strange word");
}
