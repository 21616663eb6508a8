//! One field: its type, its place, its spelling.

use serde_json::Value as Json;
use syncc_compiler::{
    schema::Type,
    value::{Value, shown},
};

use crate::apps::http::{
    manifest::{Elements, FieldRule, ListRule, Shape},
    path::{self, Pick, Split},
};

/// The member that holds the name behind an id, beside it. Put in when a record is read, never sent.
pub(crate) const NAME: &str = "syncc:name";

/// One field of a record.
#[derive(Clone, Debug)]
pub(crate) struct Lens {
    /// Its type.
    pub(crate) ty: Type,
    /// The members down to the value, or to the list.
    pub(crate) outer: Vec<String>,
    /// Which elements of the list, and the members within each.
    pub(crate) list: Option<(Pick, Vec<String>)>,
    /// Its spelling.
    pub(crate) shape: Shape,
    /// The lookup that turns the ids there into names.
    pub(crate) lookup: Option<String>,
    /// Whether another field holds the rest of the list that this one holds the main element of.
    pub(crate) shared: bool,
}

impl Lens {
    /// The lens of a field; what is wrong with its path otherwise.
    pub(crate) fn new(name: &str, ty: Type, rule: &FieldRule) -> Result<Self, String> {
        let split = match &rule.path {
            Some(path) => path.split().ok_or_else(|| format!("the path of `{name}` goes through two lists"))?,
            None => Split { outer: vec![name.to_owned()], list: None },
        };
        let several = matches!(&split.list, Some((Pick::All | Pick::Rest, _)));
        if several && !ty.is_set() {
            return Err(format!("the path of `{name}` leads to several elements, but its type is {ty}"));
        }
        Ok(Self {
            ty,
            outer: split.outer,
            list: split.list,
            shape: rule.shape.clone(),
            lookup: rule.lookup.clone(),
            shared: false,
        })
    }

    /// What is special about the list that the field is in.
    pub(crate) fn rule<'e>(&self, elements: &'e Elements) -> Option<&'e ListRule> {
        elements.lists.get(self.outer.last()?)
    }
}

impl Elements {
    /// Whether an element belongs to the record.
    pub(crate) fn is_own(&self, element: &Json) -> bool {
        let Some(own) = &self.own else { return true };
        path::walk(element, &own.at).and_then(path::text).is_none_or(|text| text == own.is)
    }

    /// The index of the main element: the own one with the flag, else the first own one.
    pub(crate) fn primary(&self, list: &[Json]) -> Option<usize> {
        let own = || list.iter().enumerate().filter(|(_, element)| self.is_own(element));
        let flagged = own().find(|(_, element)| {
            !self.primary.is_empty() && path::walk(element, &self.primary) == Some(&Json::Bool(true))
        });
        flagged.or_else(|| own().next()).map(|(index, _)| index)
    }

    /// The index of the element that is picked, if it is a single one.
    pub(crate) fn pick(&self, list: &[Json], pick: &Pick) -> Option<usize> {
        match pick {
            Pick::Where { member, is } => {
                list.iter().position(|element| self.is_own(element) && path::says(element, member, is))
            }
            Pick::Primary | Pick::All | Pick::Rest => self.primary(list),
        }
    }
}

/// A value as JSON, for a place that holds it alone.
pub(crate) fn json(value: &Value) -> Option<Json> {
    Some(match value {
        Value::Number(number) => {
            let number = number.get();
            let whole = (number.fract() == 0.0 && number.abs() < 9e15).then_some(number);
            #[expect(clippy::cast_possible_truncation, reason = "whole and small enough, tested just above")]
            match whole {
                Some(whole) => Json::from(whole as i64),
                None => Json::from(number),
            }
        }
        Value::Bool(bool) => Json::Bool(*bool),
        Value::Unknown | Value::Empty | Value::Address(_) | Value::Set(_) => return None,
        Value::Text(_) | Value::Date(_) | Value::DateTime(_) | Value::Consent(_) => Json::String(shown(value)?),
    })
}
