//! Sample people as contacts of practice Google Contacts.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::intake;
use super::store::{MY_CONTACTS, Store};
use crate::samples::Person;

/// Puts the people of Google's side into a new account, each changed two hours after the one before.
pub(super) fn fill(store: &mut Store, people: &[Person]) {
    let begin: Timestamp = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 365 * 55);
    for (place, person) in (0..).zip(people.iter().filter(|person| person.google)) {
        let then = begin + SignedDuration::from_hours(2 * place);
        let mut groups = vec![MY_CONTACTS.to_owned()];
        for label in &person.labels {
            let known = store.groups.values().find(|group| !group.system && group.name == *label);
            groups.push(known.map(|group| group.id.clone()).unwrap_or_else(|| store.add_group(label, begin)));
        }
        // A person that the app itself would refuse would come out empty; a test counts them.
        let own = intake::person(&contact(person), "person").unwrap_or_default().own;
        store.add(own, profile(person), groups, then);
    }
}

/// The person as a client would create it.
fn contact(person: &Person) -> Value {
    let types = ["home", "work", "other"];
    let typed = |list: Vec<String>, types: &[&str]| -> Vec<Value> {
        list.into_iter().zip(types.iter().cycle()).map(|(value, kind)| json!({"value": value, "type": kind})).collect()
    };
    let phones = person.phones.iter().enumerate().map(|(n, digits)| written(digits, person.number + n)).collect();
    let birthday =
        person.birthday.map(|(year, month, day)| json!({"date": {"year": year, "month": month, "day": day}}));
    let mut address = json!({
        "type": "home",
        "streetAddress": person.street,
        "city": person.town.city,
        "region": person.town.state,
        "postalCode": person.town.zip,
    });
    if !person.street.is_empty() && person.number.is_multiple_of(3) {
        address["country"] = "United States".into();
        address["countryCode"] = "US".into();
    }
    let mut contact = json!({
        "names": [{
            "honorificPrefix": person.prefix,
            "givenName": person.given,
            "middleName": person.middle,
            "familyName": person.family,
            "honorificSuffix": person.suffix,
        }],
        "nicknames": [{"value": person.nickname}],
        "emailAddresses": typed(person.emails.clone(), &types),
        "phoneNumbers": typed(phones, &["mobile", "work"]),
        "organizations": [{"name": person.company, "title": person.title, "department": person.department}],
        "addresses": [address],
        "biographies": [{"value": person.note, "contentType": "TEXT_PLAIN"}],
        "urls": [{"value": person.website, "type": "homePage"}],
    });
    if let Some(birthday) = birthday {
        contact["birthdays"] = json!([birthday]);
    }
    if person.number.is_multiple_of(17) {
        contact["userDefined"] = json!([{"key": "Customer no", "value": format!("{}", 4000 + person.number)}]);
    }
    contact
}

/// Some people have a public profile: its photo and addresses show up in reads, and stay whatever is written.
fn profile(person: &Person) -> Map<String, Value> {
    let mut profile = Map::new();
    if person.number % 23 == 7 {
        if let (Some(email), false) = (person.emails.first(), person.family.is_empty()) {
            let name = json!([{"givenName": person.given, "familyName": person.family}]);
            profile.insert("names".to_owned(), name);
            profile.insert("emailAddresses".to_owned(), json!([{"value": format!("profile.{email}")}]));
        }
        if !person.website.is_empty() {
            profile.insert("urls".to_owned(), json!([{"value": person.website, "type": "profile"}]));
        }
    }
    profile
}

/// A phone number as somebody typed it.
fn written(digits: &str, taste: usize) -> String {
    let part = |range| digits.get(range).unwrap_or_default();
    let (area, exchange, line) = (part(0..3), part(3..6), part(6..10));
    match taste % 4 {
        0 => format!("({area}) {exchange}-{line}"),
        1 => format!("+1 {area} {exchange} {line}"),
        2 => digits.to_owned(),
        _ => format!("{area}.{exchange}.{line}"),
    }
}
