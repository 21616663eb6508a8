//! Sample people as leads of practice Real Geeks.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::activities;
use super::create;
use super::lead::{self, Lead};
use super::patch;
use super::store::Store;
use super::users::USERS;
use crate::samples::Person;

/// Puts the people of Real Geeks' side into a new site, each made an hour after the one before. Nobody is told.
pub(super) fn fill(store: &mut Store, people: &[Person]) {
    let begin: Timestamp = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 365 * 55);
    for (place, person) in (0..).zip(people.iter().filter(|person| person.realgeeks)) {
        let then = begin + SignedDuration::from_hours(place) + SignedDuration::from_micros(597_026);
        // A person that the app itself would refuse would come out empty; a test counts them.
        let sent = lead::read(&contact(person)).unwrap_or_default();
        let mut lead = Lead {
            id: create::fresh_id(store),
            texts: serde_json::Map::new(),
            tags: Vec::new(),
            activities: Vec::new(),
            created: then,
            number: store.next_number(),
            agent: None,
            deleted: false,
        };
        patch::merge(&mut lead, sent.texts, sent.tags);
        for activity in activities::read(store, &history(person), then).unwrap_or_default() {
            activities::take_effect(&mut lead, &activity);
            lead.activities.push(activity);
        }
        store.put(lead);
    }
}

/// The person as a client would send it.
fn contact(person: &Person) -> Value {
    let pick = |words: &[&'static str]| words.get(person.number % words.len().max(1)).copied().unwrap_or_default();
    let email = |n: usize| person.emails.get(n).map(|email| cased(email, person.number)).unwrap_or_default();
    // One in ten gives another number to a realtor than to a friend.
    let phone =
        |n: usize| match (person.phones.get(n), person.phones.get(n).and_then(|digits| digits.split_at_checked(6))) {
            (Some(_), Some((begin, line))) if person.number % 10 == 4 => {
                format!("{begin}{}", line.chars().rev().collect::<String>())
            }
            (Some(digits), _) => digits.clone(),
            (None, _) => String::new(),
        };
    json!({
        "source": person.source,
        "email": email(0),
        "second_email": email(1),
        "first_name": person.given,
        "last_name": person.family,
        "phone": phone(0),
        "phone2": phone(1),
        "street_address": person.street,
        "city": person.town.city,
        "state": person.town.state,
        "zip": person.town.zip,
        "role": pick(&["Buyer", "Seller", "Buyer", "Buyer and Seller", "Renter"]),
        "urgency": pick(&["Warm", "Cold", "Hot", "", "Contacted", "Not Contacted", ""]),
        "status": pick(&["Active", "Active", "", "In Escrow", "Active", "Closed Escrow", "Dead", "Cancelled", "Active"]),
        "timeframe": person.timeframe,
        "notes": if person.number.is_multiple_of(2) { person.note.as_str() } else { "" },
        "tags": person.tags,
    })
}

/// An address as it was typed into a web form: sometimes with capitals.
fn cased(email: &str, taste: usize) -> String {
    match taste % 5 {
        1 => email.to_uppercase(),
        3 => email
            .split('.')
            .map(|part| {
                let mut letters = part.chars();
                letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect::<String>()
            })
            .collect::<Vec<_>>()
            .join("."),
        _ => email.to_owned(),
    }
}

/// How the lead came, and what else happened to it.
fn history(person: &Person) -> Vec<Value> {
    let mut history = vec![json!({
        "type": "visited",
        "source": person.source,
        "description": "First visit (initial sign-up)",
    })];
    if let Some(user) = USERS.get(person.number % 6).filter(|_| person.number % 6 < 3) {
        history.push(json!({
            "type": "was_assigned",
            "source": "Lead Manager",
            "description": format!("Assigned to {}", user.name),
            "role": "agent",
            "user": {"id": user.id},
        }));
    }
    if person.number % 29 == 5 {
        history.push(json!({"type": "opted_out", "source": "Email", "description": "Opted out of emails"}));
    }
    history
}
