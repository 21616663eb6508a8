//! Answers that do not look as they did yesterday: new fields, and values of other types.
//!
//! What is new is really there in the app: it is told in every answer, and sent back to it without harm.

use serde_json::{Map, Value, json};
use syncc_compiler::ir::End;

use super::plan::Drift;

/// The name of a field that nobody knows.
pub(super) const NEWS: &str = "xNews";

/// The answer of an app as it looks now.
pub(super) fn done(drift: Option<&Drift>, end: End, body: Vec<u8>) -> Vec<u8> {
    let of = match drift {
        Some(Drift::News(of) | Drift::Type(of, _)) => *of,
        None => return body,
    };
    let Ok(mut answer) = serde_json::from_slice::<Value>(&body) else { return body };
    if of != end {
        return body;
    }
    each_contact(&mut answer, end, &mut |contact| match drift {
        Some(Drift::News(_)) => {
            contact.insert(NEWS.to_owned(), json!({"since": 2027}));
            for list in contact.values_mut().filter_map(Value::as_array_mut) {
                for element in list.iter_mut().filter_map(Value::as_object_mut) {
                    element.insert(NEWS.to_owned(), json!(true));
                }
            }
        }
        Some(Drift::Type(_, field)) => {
            if let Some(value) = contact.get_mut(field) {
                *value = match &*value {
                    Value::String(text) => json!({ "value": text }),
                    Value::Array(list) => list.first().cloned().unwrap_or_default(),
                    other => json!([other]),
                };
            }
        }
        None => {}
    });
    answer.to_string().into_bytes()
}

/// What is sent to an app, in the words that it understands: it knows its own new fields.
pub(super) fn undone(drift: Option<&Drift>, end: End, body: &[u8]) -> Vec<u8> {
    let (Some(Drift::News(of)), Ok(mut sent)) = (drift, serde_json::from_slice::<Value>(body)) else {
        return body.to_vec();
    };
    if *of == end {
        strip(&mut sent);
        return sent.to_string().into_bytes();
    }
    body.to_vec()
}

fn strip(json: &mut Value) {
    match json {
        Value::Object(members) => {
            members.shift_remove(NEWS);
            members.values_mut().for_each(strip);
        }
        Value::Array(list) => list.iter_mut().for_each(strip),
        _ => {}
    }
}

/// Every contact in an answer: an object with the name of a contact.
fn each_contact(json: &mut Value, end: End, change: &mut impl FnMut(&mut Map<String, Value>)) {
    match json {
        Value::Object(members) => {
            let name = if end == End::Left { "resourceName" } else { "id" };
            let is_one = members.get(name).and_then(Value::as_str).is_some_and(|id| match end {
                End::Left => id.starts_with("people/c"),
                End::Right => members.contains_key("created"),
            });
            if is_one {
                change(members);
            } else {
                members.values_mut().for_each(|member| each_contact(member, end, change));
            }
        }
        Value::Array(list) => list.iter_mut().for_each(|element| each_contact(element, end, change)),
        _ => {}
    }
}
