//! Editing lists: each element that is not meant stays as it is, in its place.

use serde_json::{Map, Value as Json};
use syncc_compiler::value::{Text, Value};

use crate::apps::http::{
    manifest::{Elements, ListRule},
    path,
};

/// A list of a record, and what its elements are like.
pub(super) struct Edit<'a> {
    pub(super) list: &'a mut Vec<Json>,
    pub(super) elements: &'a Elements,
    pub(super) rule: Option<&'a ListRule>,
    /// The members from an element down to its value.
    pub(super) inner: &'a [String],
}

/// What shall become of the texts of a list.
#[derive(Debug, Default)]
pub(super) struct Wanted {
    /// Whether the list is that of the elements beside the main one, so that this is spared.
    pub(super) beside: bool,
    /// The main one, if it changes; `Some(None)` clears it.
    pub(super) primary: Option<Option<Text>>,
    /// New ones.
    pub(super) add: Vec<Text>,
    /// Ones that go.
    pub(super) remove: Vec<Text>,
}

impl Edit<'_> {
    /// Changes the texts of the list. `key` reads the spelling of an element as the field does, `make` makes an
    /// element for a new text.
    pub(super) fn texts(&mut self, wanted: &Wanted, key: &dyn Fn(&Json) -> Option<Text>, make: &dyn Fn(&Text) -> Json) {
        let primary = match &wanted.primary {
            Some(Some(text)) => self.put_primary(text, &wanted.add, key, make),
            Some(None) => self.drop_primary(&wanted.add, key),
            None => self.elements.primary(self.list).filter(|_| wanted.beside),
        };
        let mut at = 0;
        self.list.retain(|element| {
            let spared = Some(at) == primary || !self.elements.is_own(element);
            at += 1;
            spared || !key(element).is_some_and(|text| wanted.remove.contains(&text))
        });
        for text in &wanted.add {
            let there =
                self.list.iter().any(|element| self.elements.is_own(element) && key(element).as_ref() == Some(text));
            if !there {
                self.list.push(make(text));
            }
        }
    }

    /// Makes this text the main one: an element that has it moves to the front of the own ones; else the main element
    /// is changed in place, unless its old text is wanted among the others. Gives the index of the main element.
    fn put_primary(
        &mut self,
        text: &Text,
        add: &[Text],
        key: &dyn Fn(&Json) -> Option<Text>,
        make: &dyn Fn(&Text) -> Json,
    ) -> Option<usize> {
        let Some(at) = self.elements.primary(self.list) else {
            self.list.push(make(text));
            return Some(self.list.len() - 1);
        };
        let old = self.list.get(at).and_then(key);
        if old.as_ref() == Some(text) {
            // Only the spelling changes.
            self.set(at, &Json::String(text.shown().to_owned()));
            return Some(at);
        }
        let keep = old.is_some_and(|old| add.contains(&old));
        let twin =
            self.list.iter().position(|element| self.elements.is_own(element) && key(element).as_ref() == Some(text));
        let element = match twin {
            Some(twin) => {
                let element = self.list.remove(twin);
                let at = if twin < at { at - 1 } else { at };
                if !keep {
                    self.list.remove(at);
                }
                element
            }
            None if keep => make(text),
            None => {
                self.set(at, &Json::String(text.shown().to_owned()));
                return Some(at);
            }
        };
        // From here on the first own element is the main one.
        self.unflag();
        let first = self.list.iter().position(|element| self.elements.is_own(element)).unwrap_or(self.list.len());
        self.list.insert(first, element);
        self.unflag();
        Some(first)
    }

    /// Takes the main element out, unless its text is wanted among the others. Then there is no main element that
    /// would be spared.
    fn drop_primary(&mut self, add: &[Text], key: &dyn Fn(&Json) -> Option<Text>) -> Option<usize> {
        let at = self.elements.primary(self.list)?;
        if !self.list.get(at).and_then(key).is_some_and(|old| add.contains(&old)) {
            self.list.remove(at);
        }
        None
    }

    /// Takes the flag of the main element from all own elements: it is the app's to give.
    fn unflag(&mut self) {
        let Some((flag, above)) = self.elements.primary.split_last() else { return };
        for element in self.list.iter_mut().filter(|element| self.elements.is_own(element)) {
            let mut at = Some(element);
            for member in above {
                at = at.and_then(|at| at.get_mut(member));
            }
            if let Some(Json::Object(members)) = at {
                members.shift_remove(flag);
            }
        }
    }

    /// Puts a value into an element, in place of what was there.
    pub(super) fn set(&mut self, at: usize, value: &Json) {
        let inner = self.inner;
        self.change(at, |element| put(element, inner, value.clone()));
    }

    /// Takes the value out of an element; an element that says nothing more goes.
    pub(super) fn clear(&mut self, at: usize) {
        let inner = self.inner;
        self.change(at, |element| take(element, inner));
        self.sweep(at);
    }

    /// Changes an element, and drops what the app derives from it.
    pub(super) fn change(&mut self, at: usize, change: impl FnOnce(&mut Json)) {
        let Some(element) = self.list.get_mut(at) else { return };
        change(element);
        if let (Json::Object(members), Some(rule)) = (element, self.rule) {
            members.retain(|member, _| !rule.derived.contains(member));
        }
    }

    /// Takes an element out that says nothing more.
    pub(super) fn sweep(&mut self, at: usize) {
        let is_idle = |member: &String| {
            self.elements.idle.contains(member)
                || self.rule.is_some_and(|rule| rule.idle.contains(member) || rule.derived.contains(member))
        };
        let idle = self.list.get(at).and_then(Json::as_object).is_some_and(|members| members.keys().all(is_idle));
        if idle {
            self.list.remove(at);
        }
    }
}

/// Puts a value where these members lead, making the way.
pub(super) fn put(mut at: &mut Json, members: &[String], value: Json) {
    for member in members {
        if !at.is_object() {
            *at = Json::Object(Map::new());
        }
        let Json::Object(object) = at else { return };
        at = object.entry(member.clone()).or_insert(Json::Null);
    }
    *at = value;
}

/// Takes out what these members lead to.
pub(super) fn take(at: &mut Json, members: &[String]) {
    let Some((last, above)) = members.split_last() else { return };
    let mut at = Some(at);
    for member in above {
        at = at.and_then(|at| at.get_mut(member));
    }
    if let Some(Json::Object(object)) = at {
        object.shift_remove(last);
    }
}

/// A new element that holds a value.
pub(super) fn element(inner: &[String], value: Json) -> Json {
    let mut element = Json::Object(Map::new());
    put(&mut element, inner, value);
    element
}

/// What a set loses and gains.
pub(super) fn difference(before: &Value, after: &Value) -> (Vec<Text>, Vec<Text>) {
    let only = |one: &Value, other: &Value| one.elements().iter().filter(|text| !other.has(text)).cloned().collect();
    (only(before, after), only(after, before))
}

/// The text that members of an element lead to.
pub(super) fn text_at(element: &Json, inner: &[String]) -> Option<String> {
    path::walk(element, inner).and_then(path::text)
}
