//! From what an app or a writer spells to a [`Value`] of a type, and back to its spelling.
//!
//! Promise: reading is idempotent. The spelling of a value, read again as the same type, is an equal value.

use std::borrow::Cow;

use jiff::{Timestamp, civil::Date};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

use super::{Consent, Number, Text, Value, phone::phone};
use crate::schema::{Scalar, Type};

/// Reads spellings. Holds what spellings depend on: the country of phone numbers without a country code.
#[derive(Clone, Debug, Default)]
pub struct Canon {
    region: Option<phonenumber::country::Id>,
}

impl Canon {
    /// Phone numbers without a country code belong to this country (`"US"`, ISO 3166 alpha-2).
    /// `None` for a code that is none.
    #[must_use]
    pub fn for_region(region: &str) -> Option<Self> {
        Some(Self { region: Some(region.to_ascii_uppercase().parse().ok()?) })
    }

    /// Text as this type of scalar. Blank text is [`Value::Empty`].
    /// `None` when the text is not of the type (`"abc"` as a number).
    #[must_use]
    pub fn scalar(&self, scalar: Scalar, shown: &str) -> Option<Value> {
        if shown.trim().is_empty() {
            return Some(Value::Empty);
        }
        Some(match scalar {
            Scalar::Text | Scalar::Email | Scalar::Phone | Scalar::Url | Scalar::Choice | Scalar::Ref => {
                Value::Text(self.text(scalar, shown))
            }
            Scalar::Number => Value::Number(Number::new(shown.trim().parse().ok()?)?),
            Scalar::Bool => Value::Bool(shown.trim().parse().ok()?),
            Scalar::Date => Value::Date(shown.trim().parse::<Date>().ok()?),
            Scalar::DateTime => Value::DateTime(shown.trim().parse::<Timestamp>().ok()?),
            Scalar::Consent => Value::Consent(Consent::named(shown.trim())?),
            Scalar::Address => return None,
        })
    }

    /// Text with the key that its type gives it.
    #[must_use]
    pub fn text(&self, scalar: Scalar, shown: &str) -> Text {
        match scalar {
            Scalar::Email => Text::keyed(shown, &lower(plain_key(shown))),
            Scalar::Phone => phone(self.region, shown),
            _ => Text::keyed(shown, &plain_key(shown)),
        }
    }

    /// Several spellings as a set of this type. Blank ones are left out.
    #[must_use]
    pub fn set<'a>(&self, scalar: Scalar, shown: impl IntoIterator<Item = &'a str>) -> Value {
        Value::set(shown.into_iter().filter(|text| !text.trim().is_empty()).map(|text| self.text(scalar, text)))
    }

    /// A value as another type reads it: the spelling is read again. Sets stay sets.
    #[must_use]
    pub fn retype(&self, value: &Value, ty: Type) -> Option<Value> {
        Some(match (value, ty) {
            (Value::Unknown | Value::Empty | Value::Address(_), _) => value.clone(),
            (Value::Set(set), Type::Set(scalar)) => self.set(scalar, set.elements().iter().map(Text::shown)),
            (_, Type::One(scalar)) => self.scalar(scalar, &shown(value)?)?,
            _ => return None,
        })
    }
}

/// The spelling of a single value; `None` for a set, an address or an unknown value. Empty is "".
#[must_use]
pub fn shown(value: &Value) -> Option<String> {
    Some(match value {
        Value::Empty => String::new(),
        Value::Text(text) => text.shown().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(bool) => bool.to_string(),
        Value::Date(date) => date.to_string(),
        Value::DateTime(time) => time.to_string(),
        Value::Consent(consent) => consent.name().to_owned(),
        Value::Unknown | Value::Address(_) | Value::Set(_) => return None,
    })
}

/// What plain text counts as: composed Unicode, plain line breaks, no blanks around it.
pub(super) fn plain_key(shown: &str) -> Cow<'_, str> {
    let trimmed = shown.trim();
    let composed = trimmed.is_ascii() || is_nfc_quick(trimmed.chars()) == IsNormalized::Yes;
    if composed && !trimmed.as_bytes().contains(&b'\r') {
        return Cow::Borrowed(trimmed);
    }
    Cow::Owned(trimmed.nfc().collect::<String>().replace("\r\n", "\n").replace('\r', "\n"))
}

fn lower(key: Cow<'_, str>) -> Cow<'_, str> {
    if key.bytes().any(|byte| !byte.is_ascii() || byte.is_ascii_uppercase()) {
        Cow::Owned(key.to_lowercase())
    } else {
        key
    }
}
