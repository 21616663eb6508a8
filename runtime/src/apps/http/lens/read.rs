//! From JSON to a value.

use std::collections::BTreeMap;

use jiff::{Timestamp, civil::Date};
use serde_json::Value as Json;
use syncc_compiler::{
    schema::Type,
    value::{Address, Canon, Value},
};

use super::{Lens, NAME};
use crate::apps::http::{
    manifest::{Elements, Happened, Shape},
    path::{self, Pick},
};

impl Lens {
    /// The value of the field. `absent` is what a field counts as that is not there.
    pub(crate) fn get(&self, record: &Json, elements: &Elements, canon: &Canon, absent: &Value) -> Value {
        let Some(at) = path::walk(record, &self.outer) else {
            return match &self.shape {
                Shape::Happened(_) if absent.is_empty() => Value::Bool(false),
                _ => absent.clone(),
            };
        };
        let Some((pick, inner)) = &self.list else {
            return self.spelt(at, canon, absent);
        };
        let list = match at {
            Json::Array(list) => list.as_slice(),
            Json::Null => &[],
            // The app has changed what it shows: what is no list any more is not an empty one.
            _ => return Value::Unknown,
        };
        match pick {
            Pick::All | Pick::Rest => {
                let primary = matches!(pick, Pick::Rest).then(|| elements.primary(list)).flatten();
                let picked =
                    list.iter().enumerate().filter(|(at, element)| elements.is_own(element) && Some(*at) != primary);
                let texts: Vec<String> = picked.filter_map(|(_, element)| self.element_text(element, inner)).collect();
                canon.set(self.ty.scalar(), texts.iter().map(String::as_str))
            }
            Pick::Primary | Pick::Where { .. } => {
                let element = elements.pick(list, pick).and_then(|at| list.get(at));
                match element.and_then(|element| path::walk(element, inner)) {
                    Some(at) => self.spelt(at, canon, &Value::Empty),
                    // A date that is there as free text only is not empty, but not known.
                    None if element.is_some() && self.shape == Shape::DateParts => Value::Unknown,
                    None => Value::Empty,
                }
            }
        }
    }

    /// The text of one element of a set: the name beside an id that is looked up, else what stands there.
    pub(crate) fn element_text(&self, element: &Json, inner: &[String]) -> Option<String> {
        if self.lookup.is_some() {
            return element.get(NAME).and_then(path::text);
        }
        path::walk(element, inner).and_then(path::text)
    }

    /// The value that stands here alone.
    fn spelt(&self, at: &Json, canon: &Canon, absent: &Value) -> Value {
        match (&self.shape, self.ty) {
            (Shape::DateParts, _) => date(at),
            (Shape::Parts(parts), _) => address(at, parts, absent),
            (Shape::Happened(happened), _) => match happened.last(at) {
                Some(on) => Value::Bool(on),
                None if absent.is_known() => Value::Bool(false),
                None => Value::Unknown,
            },
            (Shape::Joined(between), Type::Set(scalar)) => {
                canon.set(scalar, path::text(at).unwrap_or_default().split(between.as_str()).map(str::trim))
            }
            (_, Type::Set(scalar)) => {
                let texts: Vec<String> = match at {
                    Json::Array(list) => list.iter().filter_map(path::text).collect(),
                    Json::Object(_) => return Value::Unknown,
                    _ => path::text(at).into_iter().collect(),
                };
                canon.set(scalar, texts.iter().map(String::as_str))
            }
            (_, Type::One(scalar)) => match path::text(at) {
                Some(text) => canon.scalar(scalar, &text).unwrap_or_default(),
                None if at.is_null() => Value::Empty,
                None => Value::Unknown,
            },
        }
    }
}

/// A date in parts. One without a year is not known.
fn date(at: &Json) -> Value {
    let part = |name: &str| at.get(name).and_then(Json::as_i64);
    let date = || {
        let year = i16::try_from(part("year")?).ok().filter(|year| *year > 0)?;
        let (month, day) = (i8::try_from(part("month")?).ok()?, i8::try_from(part("day")?).ok()?);
        Date::new(year, month, day).ok()
    };
    if at.is_null() { Value::Empty } else { date().map_or(Value::Unknown, Value::Date) }
}

/// An address in parts. `absent` decides about a record of which not every field is known.
fn address(at: &Json, parts: &BTreeMap<String, String>, absent: &Value) -> Value {
    if !absent.is_known() && parts.values().all(|member| at.get(member).is_none()) {
        return Value::Unknown;
    }
    let mut address = Address::default();
    for (part, member) in parts {
        if let (Some(part), Some(text)) = (address.part_mut(part), at.get(member).and_then(path::text)) {
            *part = text;
        }
    }
    if address.is_blank() { Value::Empty } else { Value::Address(Box::new(address)) }
}

impl Happened {
    /// What the last event that counts says; `None` when there is none.
    pub(crate) fn last(&self, events: &Json) -> Option<bool> {
        let mut last: Option<(Option<Timestamp>, bool)> = None;
        for event in events.as_array()? {
            let kind = event.get(&self.kind).and_then(path::text).unwrap_or_default();
            let on = self.on.contains(&kind);
            if !on && !self.off.contains(&kind) {
                continue;
            }
            let time = event.get(&self.time).and_then(path::text).and_then(|time| time.parse().ok());
            // Events without a time count in the order they stand in.
            if last.is_none_or(|(before, _)| time.is_none() || before.is_none() || time >= before) {
                last = Some((time, on));
            }
        }
        last.map(|(_, on)| on)
    }
}
