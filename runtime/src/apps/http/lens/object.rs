//! All fields of one object: a whole record there and back.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};
use syncc_compiler::{
    ir::{FieldId, Side},
    value::{Canon, Record, Text, Value},
};

use super::{
    Lens, NAME, PARTIAL,
    list::{Edit, Wanted, difference, element, put, take, text_at},
    place,
};
use crate::apps::http::{
    manifest::{Elements, FieldRule, HttpObject, Object, Shape},
    path::{self, Path, Pick},
};

/// The ids behind names, by lookup: for names that are put in.
pub(crate) type Ids = BTreeMap<String, BTreeMap<String, String>>;

/// The fields of a side, in its order.
pub(crate) struct Fields {
    lenses: Vec<Option<Lens>>,
    elements: Elements,
    canon: Canon,
}

impl Fields {
    /// The lenses of a side's fields.
    pub(crate) fn new(side: &Side, object: &Object, http: &HttpObject, canon: Canon) -> Result<Self, String> {
        let mut lenses = Vec::new();
        for field in &side.fields {
            let custom = || {
                let path = http.custom.as_ref()?.named(&field.name);
                Some(FieldRule::at(path))
            };
            let rule = object.fields.get(&field.name).cloned().or_else(custom);
            lenses.push(rule.map(|rule| Lens::new(&field.name, field.ty, &rule)).transpose()?);
        }
        // The main element of a list is told from the others as values are, if any field holds the others.
        let rests: Vec<(Path, Lens)> = object
            .fields
            .iter()
            .filter_map(|(name, rule)| Some((rule.path.clone()?, name, rule)))
            .filter_map(|(path, name, rule)| {
                let set = syncc_compiler::schema::Type::Set(syncc_compiler::schema::Scalar::Text);
                Some((path, Lens::new(name, set, rule).ok()?))
            })
            .filter(|(_, lens)| matches!(lens.list, Some((Pick::Rest, _))))
            .collect();
        for lens in lenses.iter_mut().flatten() {
            let inner = lens.list.as_ref().map(|(_, inner)| inner);
            let shared = rests
                .iter()
                .any(|(_, rest)| rest.outer == lens.outer && rest.list.as_ref().map(|(_, inner)| inner) == inner);
            lens.shared = shared;
        }
        Ok(Self { lenses, elements: http.elements.clone(), canon })
    }

    /// How elements of lists are told apart.
    pub(crate) fn elements(&self) -> &Elements {
        &self.elements
    }

    /// The fields of a record.
    pub(crate) fn get(&self, record: &Json) -> Record {
        let partial = record.get(PARTIAL).is_some();
        let absent = if partial { Value::Unknown } else { Value::Empty };
        let read = |lens: &Option<Lens>| {
            lens.as_ref().map_or(Value::Unknown, |lens| lens.get(record, &self.elements, &self.canon, &absent))
        };
        Record::new(self.lenses.iter().map(read).collect())
    }

    /// The names that a record gains and that have to be known by id, `(lookup, name)`.
    pub(crate) fn names(&self, before: &Record, after: &Record) -> Vec<(String, String)> {
        let mut names = Vec::new();
        for (field, lens) in self.changed(before, after) {
            if let Some(lookup) = &lens.lookup {
                let (_, added) = difference(before.get(field), after.get(field));
                names.extend(added.into_iter().map(|text| (lookup.clone(), text.shown().to_owned())));
            }
        }
        names
    }

    /// Puts what differs between two records into the app's form.
    pub(crate) fn put(&self, record: &mut Json, before: &Record, after: &Record, ids: &Ids) {
        let mut lists: Vec<(&Lens, Wanted)> = Vec::new();
        for (field, lens) in self.changed(before, after) {
            let (old, new) = (before.get(field), after.get(field));
            let several = matches!(lens.list, Some((Pick::All | Pick::Rest, _)));
            let shared = lens.shared && matches!(lens.list, Some((Pick::Primary, _)));
            if !several && !shared {
                self.put_one(lens, record, old, new);
                continue;
            }
            let place = lists.iter().position(|(known, _)| known.outer == lens.outer);
            let wanted = match place.and_then(|place| lists.get_mut(place)) {
                Some((_, wanted)) => wanted,
                None => {
                    let beside = !matches!(lens.list, Some((Pick::All, _)));
                    lists.push((lens, Wanted { beside, ..Wanted::default() }));
                    let Some((_, wanted)) = lists.last_mut() else { continue };
                    wanted
                }
            };
            if several {
                (wanted.remove, wanted.add) = difference(old, new);
            } else {
                wanted.primary = Some(match new {
                    Value::Text(text) => Some(text.clone()),
                    _ => None,
                });
            }
        }
        for (lens, wanted) in lists {
            self.put_texts(lens, record, &wanted, ids);
        }
    }

    /// The fields whose value shall change.
    fn changed<'a>(&'a self, before: &'a Record, after: &'a Record) -> impl Iterator<Item = (FieldId, &'a Lens)> {
        let differs = |field: FieldId| {
            let (old, new) = (before.get(field), after.get(field));
            // What is not known to be filled is not cleared.
            new.is_known() && old != new && (new.is_filled() || old.is_filled())
        };
        let lenses = self.lenses.iter().zip(0_u32..).filter_map(|(lens, at)| Some((FieldId(at), lens.as_ref()?)));
        lenses.filter(move |(field, lens)| differs(*field) && !matches!(lens.shape, Shape::Happened(_)))
    }

    /// Texts of a list.
    fn put_texts(&self, lens: &Lens, record: &mut Json, wanted: &Wanted, ids: &Ids) {
        let Some((_, inner)) = &lens.list else { return };
        let scalar = lens.ty.scalar();
        let key = |element: &Json| -> Option<Text> {
            lens.element_text(element, inner).map(|text| self.canon.text(scalar, &text))
        };
        let make = |text: &Text| -> Json {
            let Some(lookup) = &lens.lookup else {
                return element(inner, Json::String(text.shown().to_owned()));
            };
            let id = ids.get(lookup).and_then(|ids| ids.get(text.shown())).cloned().unwrap_or_default();
            let mut made = element(inner, Json::String(id));
            put(&mut made, &[NAME.to_owned()], Json::String(text.shown().to_owned()));
            made
        };
        self.edit(lens, record, inner, |edit| edit.texts(wanted, &key, &make));
    }

    /// A field that stands alone.
    fn put_one(&self, lens: &Lens, record: &mut Json, old: &Value, new: &Value) {
        let Some((pick, inner)) = &lens.list else {
            self.put_members(lens, record, old, new);
            return;
        };
        self.edit(lens, record, inner, |edit| {
            let at = match (edit.elements.pick(edit.list, pick), new) {
                (Some(at), _) => at,
                (None, Value::Empty) => return,
                (None, _) => {
                    edit.list.push(match pick {
                        Pick::Where { member, is } => element(std::slice::from_ref(member), Json::String(is.clone())),
                        Pick::All | Pick::Primary | Pick::Rest => Json::Object(Map::new()),
                    });
                    edit.list.len() - 1
                }
            };
            match (&lens.shape, new) {
                (Shape::Parts(parts), _) => {
                    edit.change(at, |element| put_parts(element, inner, parts, new));
                    edit.sweep(at);
                }
                (_, Value::Empty) => {
                    edit.clear(at);
                    // What picks the element says nothing without its value.
                    if matches!(pick, Pick::Where { .. })
                        && edit.list.get(at).is_some_and(|element| text_at(element, inner).is_none())
                    {
                        edit.list.remove(at);
                    }
                }
                (shape, _) => {
                    if let Some(value) = spell(shape, new) {
                        edit.set(at, &value);
                    }
                }
            }
        });
    }

    /// A field that is in no list of elements.
    fn put_members(&self, lens: &Lens, record: &mut Json, old: &Value, new: &Value) {
        match (&lens.shape, new) {
            (Shape::Parts(parts), _) => put_parts(record, &lens.outer, parts, new),
            (Shape::Joined(between), _) if lens.ty.is_set() => {
                let text = path::walk(record, &lens.outer).and_then(path::text).unwrap_or_default();
                let (removed, added) = difference(old, new);
                let key = |text: &str| self.canon.text(lens.ty.scalar(), text);
                let mut texts: Vec<&str> =
                    text.split(between.as_str()).filter(|text| !text.trim().is_empty()).collect();
                texts.retain(|text| !removed.contains(&key(text.trim())));
                let fresh = added.iter().filter(|added| !texts.iter().any(|text| key(text.trim()) == **added));
                let fresh: Vec<&str> = fresh.map(Text::shown).collect();
                texts.extend(fresh);
                put(record, &lens.outer, Json::String(texts.join(between)));
            }
            _ if lens.ty.is_set() => {
                let mut list = match path::walk(record, &lens.outer) {
                    Some(Json::Array(list)) => list.clone(),
                    Some(single) => path::text(single).map(Json::String).into_iter().collect(),
                    None => Vec::new(),
                };
                let (removed, added) = difference(old, new);
                let key = |json: &Json| path::text(json).map(|text| self.canon.text(lens.ty.scalar(), &text));
                list.retain(|json| !key(json).is_some_and(|text| removed.contains(&text)));
                for text in added {
                    if !list.iter().any(|json| key(json).as_ref() == Some(&text)) {
                        list.push(Json::String(text.shown().to_owned()));
                    }
                }
                put(record, &lens.outer, Json::Array(list));
            }
            (_, Value::Empty) => take(record, &lens.outer),
            (shape, _) => {
                if let Some(value) = spell(shape, new) {
                    put(record, &lens.outer, value);
                }
            }
        }
    }

    /// Edits the list of a lens; an empty list is taken out of the record, and put in when it is first needed.
    fn edit(&self, lens: &Lens, record: &mut Json, inner: &[String], change: impl FnOnce(&mut Edit<'_>)) {
        let mut list = match path::walk(record, &lens.outer) {
            Some(Json::Array(list)) => list.clone(),
            _ => Vec::new(),
        };
        change(&mut Edit { list: &mut list, elements: &self.elements, rule: lens.rule(&self.elements), inner });
        if list.is_empty() {
            take(record, &lens.outer);
        } else {
            put(record, &lens.outer, Json::Array(list));
        }
    }
}

/// A value as it is spelt in this shape.
fn spell(shape: &Shape, value: &Value) -> Option<Json> {
    match (shape, value) {
        (Shape::DateParts, Value::Date(date)) => {
            Some(serde_json::json!({ "year": date.year(), "month": date.month(), "day": date.day() }))
        }
        _ => place::json(value),
    }
}

/// Puts the parts of an address in; a part that does not change is not touched, an empty one is taken out.
fn put_parts(record: &mut Json, outer: &[String], parts: &BTreeMap<String, String>, new: &Value) {
    let mut address = match new {
        Value::Address(address) => (**address).clone(),
        _ => syncc_compiler::value::Address::default(),
    };
    for (part, member) in parts {
        let place: Vec<String> = outer.iter().chain([member]).cloned().collect();
        let Some(new) = address.part_mut(part) else { continue };
        let old = path::walk(record, &place).and_then(path::text);
        if old.as_deref().unwrap_or_default() == new {
            continue;
        }
        if new.is_empty() {
            take(record, &place);
        } else {
            put(record, &place, Json::String(new.clone()));
        }
    }
}
