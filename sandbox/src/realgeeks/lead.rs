//! A lead, and what its fields may hold.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::error::Failure;
use super::phone;

/// The fields that hold one text each, in the order they are shown.
pub(super) const TEXTS: &[&str] = &[
    "source",
    "source_details",
    "email",
    "second_email",
    "first_name",
    "last_name",
    "phone",
    "phone2",
    "address",
    "street_address",
    "city",
    "state",
    "zip",
    "region",
    "role",
    "urgency",
    "status",
    "timeframe",
    "notes",
];

/// At least one of these must be known of a lead.
const IDENTIFYING: &[&str] =
    &["email", "second_email", "first_name", "last_name", "phone", "phone2", "address", "street_address"];

/// The words that a field of fixed choices takes from a client.
fn choices(field: &str) -> Option<&'static [&'static str]> {
    match field {
        "role" => Some(&["Buyer", "Seller", "Buyer and Seller", "Renter", "Potential Seller"]),
        "urgency" => Some(&["Cold", "Warm", "Hot", "Contacted", "Not Contacted"]),
        "status" => Some(&["Active", "Cancelled", "In Escrow", "Closed Escrow", "Dead"]),
        _ => None,
    }
}

/// One lead.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Lead {
    /// Its UUID, with dashes.
    pub(super) id: String,
    /// The text fields that are set. No value is empty.
    pub(super) texts: Map<String, Value>,
    pub(super) tags: Vec<String>,
    /// What happened to it, oldest first.
    pub(super) activities: Vec<Value>,
    pub(super) created: Timestamp,
    /// The order in which leads were made.
    pub(super) number: u64,
    /// Its agent, by the id of a user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) agent: Option<String>,
    /// In the bin: the last of its `deleted` and `restored` activities was `deleted`.
    #[serde(default)]
    pub(super) deleted: bool,
}

impl Lead {
    /// The text of a field, empty when it is not set.
    pub(super) fn text(&self, field: &str) -> &str {
        self.texts.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    /// The lead as GET shows it. Fields that are not set are left out.
    pub(super) fn show(&self) -> Map<String, Value> {
        let mut shown = Map::new();
        shown.insert("id".to_owned(), self.id.clone().into());
        for field in TEXTS.iter().filter(|field| !self.text(field).is_empty()) {
            shown.insert((*field).to_owned(), self.text(field).into());
        }
        if !self.tags.is_empty() {
            shown.insert("tags".to_owned(), self.tags.clone().into());
        }
        shown.insert("created".to_owned(), micros(self.created).into());
        if !self.activities.is_empty() {
            shown.insert("activities".to_owned(), self.activities.clone().into());
        }
        shown
    }
}

/// A moment with microseconds and `Z`, as Real Geeks writes it.
pub(super) fn micros(moment: Timestamp) -> String {
    format!("{moment:.6}")
}

/// What a client sent about a lead, checked.
#[derive(Debug, Default)]
pub(super) struct Sent {
    /// The id, brought into the form with dashes.
    pub(super) id: Option<String>,
    /// The text fields that were sent, empty ones too. Phones are reformatted; bad ones are not among them.
    pub(super) texts: Map<String, Value>,
    /// The tags, if any list was sent.
    pub(super) tags: Option<Vec<String>>,
    /// The activities as they were sent.
    pub(super) activities: Vec<Value>,
}

/// Reads a lead. Fields that leads do not have are ignored.
pub(super) fn read(body: &Value) -> Result<Sent, Failure> {
    let Some(object) = body.as_object() else { return Err(Failure::malformed("lead must be a JSON object")) };
    let mut sent = Sent::default();
    for (field, value) in object {
        match (field.as_str(), value) {
            ("id", Value::String(id)) => sent.id = Some(uuid(id)?),
            ("tags", Value::Array(tags)) => {
                let tags: Option<Vec<String>> = tags.iter().map(|tag| tag.as_str().map(str::to_owned)).collect();
                sent.tags = Some(tags.ok_or_else(|| Failure::malformed("tags must be an array of strings"))?);
            }
            ("activities", Value::Array(activities)) => sent.activities.clone_from(activities),
            ("tags" | "activities", _) => return Err(Failure::malformed(format!("{field} must be an array"))),
            (field, Value::String(text)) if TEXTS.contains(&field) => {
                if let Some(words) = choices(field).filter(|words| !text.is_empty() && !words.contains(&text.as_str()))
                {
                    return Err(Failure::unusable(format!("{field} must be one of {}", words.join(", "))));
                }
                let kept = if matches!(field, "phone" | "phone2") && !text.is_empty() {
                    phone::reformat(text)
                } else {
                    Some(text.trim().to_owned())
                };
                if let Some(kept) = kept {
                    sent.texts.insert(field.to_owned(), kept.into());
                }
            }
            (field, _) if field == "id" || TEXTS.contains(&field) => {
                return Err(Failure::malformed(format!("{field} must be a string")));
            }
            _ => {}
        }
    }
    Ok(sent)
}

/// A lead's id with dashes, whichever way it was written.
pub(super) fn uuid(id: &str) -> Result<String, Failure> {
    Uuid::parse_str(id).map(|id| id.hyphenated().to_string()).map_err(|_| Failure::unusable("id must be a UUID"))
}

/// Whether a lead with these texts could be told from others.
pub(super) fn identified(texts: &Map<String, Value>) -> bool {
    IDENTIFYING.iter().any(|field| texts.get(*field).and_then(Value::as_str).is_some_and(|text| !text.is_empty()))
}
