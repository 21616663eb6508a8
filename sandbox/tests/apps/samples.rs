//! The people a new sandbox starts with, as the two apps show them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::client::sandbox;

/// The e-mail addresses of a contact of either app.
fn emails(contact: &Value) -> Vec<String> {
    let own = |element: &&Value| element["metadata"]["source"]["type"] == "CONTACT";
    let of_google = contact["emailAddresses"].as_array().into_iter().flatten().filter(own).map(|e| &e["value"]);
    let of_realgeeks = ["email", "second_email"].into_iter().map(|field| &contact[field]);
    of_google.chain(of_realgeeks).filter_map(Value::as_str).map(str::to_owned).collect()
}

#[tokio::test]
async fn they_overlap_and_are_as_untidy_as_real_address_books() {
    let sandbox = sandbox(200).await;
    let (google, realgeeks) = (sandbox.google().people(), sandbox.realgeeks().people());
    for person in &google {
        let known = ["names", "emailAddresses", "phoneNumbers"].iter().any(|field| person.get(field).is_some());
        assert!(known, "a sample came out empty: {person}");
    }
    assert!(realgeeks.iter().all(|lead| lead.get("source").is_some()), "a sample came out empty");

    let theirs: BTreeSet<String> = google.iter().flat_map(emails).collect();
    let lower: BTreeSet<String> = theirs.iter().map(|email| email.to_lowercase()).collect();
    let both = realgeeks.iter().filter(|lead| emails(lead).iter().any(|email| lower.contains(&email.to_lowercase())));
    let both: Vec<&Value> = both.collect();
    assert!((88..=95).contains(&both.len()), "{} leads are in Google too", both.len());
    let cased = both.iter().filter(|lead| !emails(lead).iter().any(|email| theirs.contains(email))).count();
    assert!(cased >= 10, "{cased} of them differ in upper and lower case only");

    for people in [&google, &realgeeks] {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for email in people.iter().flat_map(|person| emails(person).into_iter().collect::<BTreeSet<_>>()) {
            *counts.entry(email.to_lowercase()).or_default() += 1;
        }
        let twice = counts.values().filter(|count| **count == 2).count();
        assert!((2..=3).contains(&twice), "{twice} addresses stand on two contacts");
        assert!(people.iter().any(|person| emails(person).is_empty()), "somebody has no e-mail address");
    }
    let names: String = google.iter().filter_map(|person| person["names"][0]["displayName"].as_str()).collect();
    assert!(["é", "ü", "ł", "田"].iter().filter(|part| names.contains(**part)).count() >= 3, "names of many countries");
    let labels: BTreeSet<&str> = google
        .iter()
        .flat_map(|person| person["memberships"].as_array().into_iter().flatten())
        .filter_map(|membership| membership["contactGroupMembership"]["contactGroupId"].as_str())
        .collect();
    assert_eq!(labels.len(), 7, "six labels and My Contacts");
}
