//! Values and records as text in the language.

use super::{End, Program};
use crate::value::{Address, Record, Value, shown};

/// A value in the language: `"text"`, `12`, `["a", "b"]`, `{ city: "Bern" }`. An empty one is `[]`; only a whole
/// set is ever compared with that.
#[must_use]
pub fn show_value(value: &Value) -> String {
    match value {
        Value::Text(text) => quoted(text.shown()),
        Value::Consent(consent) => quoted(consent.name()),
        Value::Empty => "[]".to_owned(),
        Value::Set(set) => {
            let elements: Vec<_> = set.elements().iter().map(|element| quoted(element.shown())).collect();
            format!("[{}]", elements.join(", "))
        }
        Value::Address(address) => {
            let parts = Address::PARTS.into_iter().zip(address.parts()).filter(|(_, part)| !part.is_empty());
            let parts: Vec<_> = parts.map(|(name, part)| format!("{name}: {}", quoted(part))).collect();
            format!("{{ {} }}", parts.join(", "))
        }
        Value::Unknown | Value::Number(_) | Value::Bool(_) | Value::Date(_) | Value::DateTime(_) => {
            shown(value).unwrap_or_default()
        }
    }
}

impl Program {
    /// A record as a test gives it, empty fields left out: `realgeeks { email: "a@b.example" }`, or `realgeeks none`.
    #[must_use]
    pub fn show_record(&self, end: End, record: Option<&Record>) -> String {
        let side = self.side(end);
        let Some(record) = record else { return format!("{} none", side.name) };
        let filled = side.fields.iter().zip(record.values()).filter(|(_, value)| value.is_filled());
        let filled: Vec<_> =
            filled.map(|(field, value)| format!("{}: {}", key(&field.name), show_value(value))).collect();
        if filled.is_empty() {
            return format!("{} {{ }}", side.name);
        }
        format!("{} {{ {} }}", side.name, filled.join(", "))
    }
}

fn key(name: &str) -> String {
    let plain = name.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && name.chars().all(|one| one.is_alphanumeric() || one == '_' || one == '.');
    if plain { name.to_owned() } else { quoted(name) }
}

pub(super) fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}
