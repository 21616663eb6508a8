//! Practice Google Contacts.

use serde_json::{Value, json};

use crate::client::{LIST, call, full_list, ok, sandbox};

#[tokio::test]
async fn a_full_list_comes_in_pages_and_ends_with_a_sync_token() {
    let sandbox = sandbox(200).await;
    let (people, _) = full_list(sandbox.google(), 70).await;
    assert_eq!(people.len(), 200);
    assert_eq!(sandbox.google().requests().len(), 3);
}

#[tokio::test]
async fn an_increment_names_what_changed_and_what_was_deleted() {
    let sandbox = sandbox(20).await;
    let google = sandbox.google();
    let (people, token) = full_list(google, 100).await;
    let (edited, deleted) = (people[3]["resourceName"].as_str().unwrap(), people[4]["resourceName"].as_str().unwrap());
    google.edit(edited, &json!({"nicknames": [{"value": "Ace"}]})).unwrap();
    google.delete(deleted).unwrap();

    let path = format!("{LIST}&pageSize=100");
    let increment = ok(google, "GET", &format!("{path}&syncToken={token}"), None).await;
    let changed = increment["connections"].as_array().unwrap();
    assert_eq!(changed.len(), 2);
    assert_eq!(changed[0]["resourceName"], edited);
    assert_eq!(changed[1]["metadata"]["deleted"], true);
    assert_eq!(changed[1].as_object().unwrap().len(), 3, "a deleted person has hardly any field: {}", changed[1]);

    let next = increment["nextSyncToken"].as_str().unwrap();
    let quiet = ok(google, "GET", &format!("{path}&syncToken={next}"), None).await;
    assert_eq!(quiet.get("connections"), None, "an empty list is left out");
    let (status, _) = call(google, "GET", &format!("/v1/{deleted}?personFields=names"), None).await;
    assert_eq!(status, 404);
}

#[tokio::test]
async fn a_sync_token_dies_seven_days_after_the_full_sync() {
    let sandbox = sandbox(3).await;
    let google = sandbox.google();
    let (_, token) = full_list(google, 100).await;
    google.advance_clock(6 * 24 * 3600);
    let path = format!("{LIST}&pageSize=100");
    let increment = ok(google, "GET", &format!("{path}&syncToken={token}"), None).await;
    google.advance_clock(24 * 3600);
    let next = increment["nextSyncToken"].as_str().unwrap();
    let (status, body) = call(google, "GET", &format!("{path}&syncToken={next}"), None).await;
    assert_eq!((status, &body["error"]["status"]), (400, &json!("FAILED_PRECONDITION")));
    assert_eq!(body["error"]["details"][0]["reason"], "EXPIRED_SYNC_TOKEN");
}

#[tokio::test]
async fn tokens_are_bound_to_the_parameters_of_their_call() {
    let sandbox = sandbox(20).await;
    let google = sandbox.google();
    let first = ok(google, "GET", &format!("{LIST}&pageSize=10"), None).await;
    let page = first["nextPageToken"].as_str().unwrap();
    let (status, _) = call(google, "GET", &format!("{LIST}&pageSize=11&pageToken={page}"), None).await;
    assert_eq!(status, 400);
    let (_, token) = full_list(google, 10).await;
    let other = "/v1/people/me/connections?personFields=names&pageSize=10&requestSyncToken=true";
    let (status, _) = call(google, "GET", &format!("{other}&syncToken={token}"), None).await;
    assert_eq!(status, 400);
    let (status, _) = call(google, "GET", "/v1/people/me/connections", None).await;
    assert_eq!(status, 400, "personFields is required");
}

#[tokio::test]
async fn an_update_replaces_whole_fields_of_the_version_that_was_read() {
    let sandbox = sandbox(0).await;
    let google = sandbox.google();
    let person = json!({
        "names": [{"givenName": "Ada", "familyName": "Lovelace"}],
        "emailAddresses": [{"value": "ada@example.com", "type": "work"}, {"value": "al@example.org"}],
        "phoneNumbers": [{"value": "(808) 555-0142", "type": "mobile"}],
    });
    let made = ok(google, "POST", "/v1/people:createContact", Some(person)).await;
    assert_eq!(made["names"][0]["displayNameLastFirst"], "Lovelace, Ada");
    assert_eq!(made["emailAddresses"][0]["formattedType"], "Work");
    assert_eq!(made["phoneNumbers"][0]["canonicalForm"], "+18085550142");
    assert_eq!(made["memberships"][0]["contactGroupMembership"]["contactGroupId"], "myContacts");

    let name = made["resourceName"].as_str().unwrap();
    let path = format!("/v1/{name}:updateContact?updatePersonFields=emailAddresses,biographies");
    let change = json!({"etag": made["etag"], "emailAddresses": [{"value": "ada@example.com"}], "phoneNumbers": []});
    let changed = ok(google, "PATCH", &path, Some(change.clone())).await;
    assert_eq!(changed["emailAddresses"].as_array().unwrap().len(), 1, "the other address went with the field");
    assert_eq!(changed["phoneNumbers"], made["phoneNumbers"], "a field outside the mask stays");

    let (status, body) = call(google, "PATCH", &path, Some(change)).await;
    assert_eq!(status, 400);
    assert!(body["error"]["message"].as_str().unwrap().starts_with("Request person.etag is different"), "{body}");
    let source = json!({"metadata": {"sources": [changed["metadata"]["sources"][0]]}});
    ok(google, "PATCH", &path, Some(source)).await;
    let (status, _) = call(google, "PATCH", &path, Some(json!({"names": []}))).await;
    assert_eq!(status, 400, "an update without any etag is refused");
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_the_field_at_fault() {
    let sandbox = sandbox(0).await;
    let google = sandbox.google();
    let refused = [
        (json!({"names": [{"givenName": "A"}, {"givenName": "B"}]}), "person.names"),
        (json!({"names": [{"firstName": "A"}]}), "person.names[0]"),
        (json!({"emails": []}), "person"),
        (json!({"emailAddresses": [{"value": 7}]}), "person.emailAddresses[0].value"),
        (json!({"birthdays": [{"date": {"month": 2, "day": 30}}]}), "person.birthdays[0].date"),
        (
            json!({"memberships": [{"contactGroupMembership": {"contactGroupResourceName": "contactGroups/x"}}]}),
            "person.memberships",
        ),
    ];
    for (person, field) in refused {
        let (status, body) = call(google, "POST", "/v1/people:createContact", Some(person.clone())).await;
        assert_eq!(status, 400, "{person}");
        assert_eq!(body["error"]["details"][0]["fieldViolations"][0]["field"], field, "{body}");
    }
    assert!(google.people().is_empty());
    let id = google.add(&json!({"names": [{"givenName": "A"}]})).unwrap();
    let etag = &google.person(&id).unwrap()["etag"];
    for (mask, body) in [("displayName", json!({"etag": etag})), ("memberships", json!({"etag": etag}))] {
        let path = format!("/v1/{id}:updateContact?updatePersonFields={mask}");
        assert_eq!(call(google, "PATCH", &path, Some(body)).await.0, 400, "{mask}");
    }
}

#[tokio::test]
async fn the_profile_of_a_person_is_shown_and_stays() {
    let sandbox = sandbox(200).await;
    let google = sandbox.google();
    let is_profile = |element: &Value| element["metadata"]["source"]["type"] == "PROFILE";
    let has_profile =
        |person: &&Value| person["emailAddresses"].as_array().is_some_and(|list| list.iter().any(is_profile));
    let people = google.people();
    let person = people.iter().find(has_profile).expect("some samples have a profile");
    let name = person["resourceName"].as_str().unwrap();
    let path = format!("/v1/{name}:updateContact?updatePersonFields=emailAddresses");
    let echoed = ok(google, "PATCH", &path, Some(person.clone())).await;
    assert_eq!(echoed["emailAddresses"], person["emailAddresses"], "an echo of profile elements is ignored");
    let cleared = ok(google, "PATCH", &path, Some(json!({"etag": echoed["etag"]}))).await;
    assert!(cleared["emailAddresses"].as_array().unwrap().iter().all(is_profile));
    let own = format!("/v1/{name}?personFields=emailAddresses&sources=READ_SOURCE_TYPE_CONTACT");
    assert_eq!(ok(google, "GET", &own, None).await.get("emailAddresses"), None);
}

#[tokio::test]
async fn labels_are_groups_whose_members_are_changed_apart_from_the_person() {
    let sandbox = sandbox(0).await;
    let google = sandbox.google();
    let ann = google.add(&json!({"names": [{"givenName": "Ann"}]})).unwrap();
    let group = json!({"contactGroup": {"name": "Clients"}});
    let made = ok(google, "POST", "/v1/contactGroups", Some(group.clone())).await;
    assert_eq!(call(google, "POST", "/v1/contactGroups", Some(group)).await.0, 409);

    let name = made["resourceName"].as_str().unwrap();
    let (modify, mine) = (format!("/v1/{name}/members:modify"), "/v1/contactGroups/myContacts/members:modify");
    let answer = ok(google, "POST", &modify, Some(json!({"resourceNamesToAdd": [ann, "people/c0"]}))).await;
    assert_eq!(answer, json!({"notFoundResourceNames": ["people/c0"]}));
    let shown = ok(google, "GET", &format!("/v1/{name}?maxMembers=10"), None).await;
    assert_eq!((&shown["memberCount"], &shown["memberResourceNames"]), (&json!(1), &json!([ann])));

    assert_eq!(ok(google, "POST", mine, Some(json!({"resourceNamesToRemove": [ann]}))).await, json!({}));
    let answer = ok(google, "POST", &modify, Some(json!({"resourceNamesToRemove": [ann]}))).await;
    assert_eq!(answer, json!({"canNotRemoveLastContactGroupResourceNames": [ann]}));
    let blocked = "/v1/contactGroups/blocked/members:modify";
    assert_eq!(call(google, "POST", blocked, Some(json!({"resourceNamesToAdd": [ann]}))).await.0, 400);

    let renamed = json!({"contactGroup": {"name": "VIP", "etag": made["etag"]}, "updateGroupFields": "name"});
    assert_eq!(ok(google, "PUT", &format!("/v1/{name}"), Some(renamed)).await["name"], "VIP");
    ok(google, "DELETE", &format!("/v1/{name}"), None).await;
    let groups = &google.person(&ann).unwrap()["memberships"];
    assert_eq!(groups[0]["contactGroupMembership"]["contactGroupId"], "myContacts");
}

#[tokio::test]
async fn a_batch_has_one_mask_for_all() {
    let sandbox = sandbox(0).await;
    let google = sandbox.google();
    let people: Vec<Value> = ["Ann", "Bob"]
        .iter()
        .map(|name| json!({"contactPerson": {"names": [{"givenName": name}], "nicknames": [{"value": "N"}]}}))
        .collect();
    let body = json!({"contacts": people, "readMask": "names,metadata"});
    let made = ok(google, "POST", "/v1/people:batchCreateContacts", Some(body)).await;
    let person = |n: usize| made["createdPeople"][n]["person"].clone();
    let (ann, bob) = (person(0)["resourceName"].clone(), person(1)["resourceName"].clone());
    let body = json!({
        "contacts": {
            ann.as_str().unwrap(): {"etag": person(0)["etag"], "names": [{"givenName": "Anna"}], "nicknames": [{"value": "N"}]},
            bob.as_str().unwrap(): {"etag": person(1)["etag"], "names": [{"givenName": "Robert"}]},
            "people/c0": {"etag": "%AAAAAAAAAAEA", "names": [{"givenName": "Nobody"}]},
        },
        "updateMask": "names,nicknames",
        "readMask": "names,nicknames",
    });
    let result = ok(google, "POST", "/v1/people:batchUpdateContacts", Some(body)).await["updateResult"].clone();
    assert_eq!(result[ann.as_str().unwrap()]["person"]["nicknames"][0]["value"], "N");
    assert_eq!(result[bob.as_str().unwrap()]["person"].get("nicknames"), None, "masked but missing is cleared");
    assert_eq!(result["people/c0"]["httpStatusCode"], 404);

    let path = format!(
        "/v1/people:batchGet?resourceNames={}&resourceNames=people/c0&personFields=names",
        ann.as_str().unwrap()
    );
    let got = ok(google, "GET", &path, None).await;
    assert_eq!(got["responses"][0]["person"]["names"][0]["givenName"], "Anna");
    assert_eq!(got["responses"][1]["httpStatusCode"], 404);
    ok(google, "POST", "/v1/people:batchDeleteContacts", Some(json!({"resourceNames": [ann, bob]}))).await;
    assert!(google.people().is_empty());
}

#[tokio::test]
async fn a_search_finds_nothing_before_its_cache_is_warm() {
    let sandbox = sandbox(0).await;
    let google = sandbox.google();
    google.add(&json!({"names": [{"givenName": "Łukasz", "familyName": "Wiśniewski"}]})).unwrap();
    let path = "/v1/people:searchContacts?readMask=names&query=";
    assert_eq!(ok(google, "GET", &format!("{path}wi%C5%9B"), None).await, json!({}));
    ok(google, "GET", path, None).await;
    let found = ok(google, "GET", &format!("{path}wi%C5%9B"), None).await;
    assert_eq!(found["results"][0]["person"]["names"][0]["givenName"], "Łukasz");
}

#[tokio::test]
async fn writes_at_the_same_time_fail() {
    let sandbox = sandbox(0).await;
    let google = sandbox.google();
    let person = || Some(json!({"names": [{"givenName": "A"}]}));
    let writes = (0..20).map(|_| call(google, "POST", "/v1/people:createContact", person()));
    let mut tasks = Vec::new();
    for write in writes {
        tasks.push(write);
    }
    let answers = futures(tasks).await;
    let made = answers.iter().filter(|(status, _)| *status == 200).count();
    let failed = answers.iter().filter(|(status, body)| *status == 409 && body["error"]["status"] == "ABORTED").count();
    assert!(made >= 1 && failed >= 1 && made + failed == 20, "{made} made, {failed} failed");
    assert_eq!(google.people().len(), made);
}

/// Waits for all at the same time.
async fn futures<F: Future>(futures: Vec<F>) -> Vec<F::Output> {
    let mut waiting: Vec<_> = futures.into_iter().map(|future| (Box::pin(future), None)).collect();
    std::future::poll_fn(|context| {
        let mut done = true;
        for (future, output) in &mut waiting {
            if output.is_none() {
                match future.as_mut().poll(context) {
                    std::task::Poll::Ready(value) => *output = Some(value),
                    std::task::Poll::Pending => done = false,
                }
            }
        }
        if done { std::task::Poll::Ready(()) } else { std::task::Poll::Pending }
    })
    .await;
    waiting.into_iter().filter_map(|(_, output)| output).collect()
}

#[tokio::test]
async fn a_wrong_token_is_401() {
    let sandbox = sandbox(1).await;
    let mut stranger = sandbox.google().clone();
    stranger.token = "wrong".to_owned();
    let (status, body) = call(&stranger, "GET", LIST, None).await;
    assert_eq!((status, &body["error"]["status"]), (401, &json!("UNAUTHENTICATED")));
}
