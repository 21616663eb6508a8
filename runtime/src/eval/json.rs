//! Values as JSON: text, numbers and truth as they are, sets as lists, an address as an object of its parts.

use serde_json::{Map, Value as Json};
use syncc_compiler::{
    schema::{Scalar, Type},
    value::{Address, Canon, Number, Value, shown},
};

/// The value that this JSON spells, as a value of the type; `None` if it is not of the type.
#[must_use]
pub fn from_json(canon: &Canon, ty: Type, json: &Json) -> Option<Value> {
    match (ty, json) {
        (_, Json::Null) => Some(Value::Empty),
        (Type::Set(scalar), Json::Array(list)) => {
            let texts: Option<Vec<&str>> = list.iter().map(Json::as_str).collect();
            Some(canon.set(scalar, texts?))
        }
        (Type::One(Scalar::Number), Json::Number(number)) => Some(Value::Number(Number::new(number.as_f64()?)?)),
        (Type::One(Scalar::Bool), Json::Bool(bool)) => Some(Value::Bool(*bool)),
        (Type::One(Scalar::Address), Json::Object(parts)) => address(parts),
        (Type::One(Scalar::Number | Scalar::Bool | Scalar::Address) | Type::Set(_), _) => None,
        (Type::One(scalar), Json::String(text)) => canon.scalar(scalar, text),
        (Type::One(_), _) => None,
    }
}

fn address(parts: &Map<String, Json>) -> Option<Value> {
    let mut address = Address::default();
    for (name, part) in parts {
        part.as_str()?.clone_into(address.part_mut(name)?);
    }
    Some(if address.is_blank() { Value::Empty } else { Value::Address(Box::new(address)) })
}

/// A value as JSON; an empty set is an empty list, another empty value null. What a list `before` had and
/// the set still has keeps its place.
#[must_use]
pub fn to_json(ty: Type, value: &Value, before: Option<&Json>) -> Json {
    match value {
        Value::Set(_) | Value::Empty if ty.is_set() => {
            let canon = Canon::default();
            let mut kept = Vec::new();
            for old in before.and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str) {
                let text = canon.text(ty.scalar(), old);
                if value.has(&text) && !kept.contains(&text) {
                    kept.push(text);
                }
            }
            let new = value.elements().iter().filter(|element| !kept.contains(element)).cloned();
            let new: Vec<_> = new.collect();
            Json::Array(kept.into_iter().chain(new).map(|text| Json::String(text.shown().to_owned())).collect())
        }
        Value::Unknown | Value::Empty => Json::Null,
        Value::Number(number) => serde_json::Number::from_f64(number.get()).map_or(Json::Null, |float| {
            // A whole number is written as one.
            let whole = number.get() as i64;
            if whole as f64 == number.get() { Json::from(whole) } else { Json::Number(float) }
        }),
        Value::Bool(bool) => Json::Bool(*bool),
        Value::Address(address) => {
            let parts = Address::PARTS.into_iter().zip(address.parts()).filter(|(_, part)| !part.is_empty());
            Json::Object(parts.map(|(name, part)| (name.to_owned(), Json::String(part.to_owned()))).collect())
        }
        Value::Set(set) => {
            Json::Array(set.elements().iter().map(|element| Json::String(element.shown().to_owned())).collect())
        }
        Value::Text(_) | Value::Date(_) | Value::DateTime(_) | Value::Consent(_) => {
            Json::String(shown(value).unwrap_or_default())
        }
    }
}
