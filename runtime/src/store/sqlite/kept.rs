//! Values and lines of the history as columns have them: JSON in few words, because there are several of each field of each
//! contact.
//!
//! A text that counts as it is spelt is a string, a set an array of its texts, a field that holds nothing `null`, one that was
//! not looked at `false`. All others are objects, as [`Value`] spells them. A line of the history is an array of its field
//! (`null` for the whole record), the value before, the value after, and why.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
    ser::SerializeTuple as _,
};
use syncc_compiler::value::{Set, Text, Value};

use super::super::Line;

/// A value to be written.
pub(super) struct Kept<'v>(pub(super) &'v Value);

impl Serialize for Kept<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {
            Value::Unknown => serializer.serialize_bool(false),
            Value::Empty => serializer.serialize_unit(),
            Value::Text(text) if is_plain(text) => serializer.serialize_str(text.shown()),
            Value::Set(set) => serializer.collect_seq(set.elements().iter().map(KeptText)),
            other => other.serialize(serializer),
        }
    }
}

/// A text of a set to be written.
struct KeptText<'t>(&'t Text);

impl Serialize for KeptText<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if is_plain(self.0) { serializer.serialize_str(self.0.shown()) } else { self.0.serialize(serializer) }
    }
}

fn is_plain(text: &Text) -> bool {
    text.key() == text.shown()
}

/// A value that was read.
pub(super) struct Found(pub(super) Value);

impl<'de> Deserialize<'de> for Found {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Value;

            fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
                to.write_str("a value")
            }

            fn visit_bool<E: de::Error>(self, known: bool) -> Result<Value, E> {
                if known { Err(E::invalid_value(de::Unexpected::Bool(known), &self)) } else { Ok(Value::Unknown) }
            }

            fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
                Ok(Value::Empty)
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Value, E> {
                Ok(Value::Text(Text::plain(text)))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
                let mut set = Vec::new();
                while let Some(FoundText(text)) = seq.next_element()? {
                    set.push(text);
                }
                Ok(Value::Set(Set::from(set)))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
                Value::deserialize(MapAccessDeserializer::new(map))
            }
        }
        deserializer.deserialize_any(Any).map(Found)
    }
}

/// A text of a set that was read.
#[derive(Deserialize)]
#[serde(from = "AText")]
struct FoundText(Text);

#[derive(Deserialize)]
#[serde(untagged)]
enum AText {
    Plain(String),
    Keyed(Text),
}

impl From<AText> for FoundText {
    fn from(text: AText) -> Self {
        Self(match text {
            AText::Plain(text) => Text::plain(text),
            AText::Keyed(text) => text,
        })
    }
}

/// A line of a row of the history to be written: who it is about and what was done, its row says once.
pub(super) struct KeptLine<'l> {
    pub(super) field: Option<&'l str>,
    pub(super) before: &'l Value,
    pub(super) after: &'l Value,
    pub(super) why: &'l str,
}

impl<'l> KeptLine<'l> {
    pub(super) fn of(line: &'l Line) -> Self {
        Self { field: line.field.as_deref(), before: &line.before, after: &line.after, why: &line.why }
    }
}

impl Serialize for KeptLine<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut line = serializer.serialize_tuple(4)?;
        line.serialize_element(&self.field)?;
        line.serialize_element(&Kept(self.before))?;
        line.serialize_element(&Kept(self.after))?;
        line.serialize_element(self.why)?;
        line.end()
    }
}

/// A line that was read: its field, the value before, the value after, and why.
pub(super) type FoundLine = (Option<String>, Found, Found, String);
