//! Filling in what a manifest leaves open: `{site}`, `{id}`, `{record}` …

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

/// What the names between braces stand for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fill {
    texts: BTreeMap<String, String>,
    values: BTreeMap<String, Json>,
}

impl Fill {
    /// The same, and this name stands for this text.
    #[must_use]
    pub(crate) fn text(mut self, name: &str, text: impl Into<String>) -> Self {
        self.texts.insert(name.to_owned(), text.into());
        self
    }

    /// The same, and this name, alone in a body, stands for this value.
    #[must_use]
    pub(crate) fn value(mut self, name: &str, value: Json) -> Self {
        self.values.insert(name.to_owned(), value);
        self
    }

    /// Text with the names replaced.
    pub(crate) fn plain(&self, template: &str) -> String {
        self.replace(template, str::to_owned)
    }

    /// A path of a URL with the names replaced: whatever they stand for stays one segment.
    pub(crate) fn path(&self, template: &str) -> String {
        self.replace(template, segment)
    }

    /// A body with the names replaced.
    pub(crate) fn body(&self, template: &Json) -> Json {
        match template {
            Json::String(text) => {
                let alone = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
                match alone.and_then(|name| self.values.get(name)) {
                    Some(value) => value.clone(),
                    None => Json::String(self.plain(text)),
                }
            }
            Json::Array(list) => Json::Array(list.iter().map(|item| self.body(item)).collect()),
            Json::Object(members) => {
                let members = members.iter().map(|(name, value)| (self.plain(name), self.body(value)));
                Json::Object(members.collect::<Map<_, _>>())
            }
            Json::Null | Json::Bool(_) | Json::Number(_) => template.clone(),
        }
    }

    /// One pass, so that what was filled in is not read as a name again.
    fn replace(&self, template: &str, spell: impl Fn(&str) -> String) -> String {
        let mut text = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('{') {
            text.push_str(before);
            match after.split_once('}').and_then(|(name, tail)| Some((self.texts.get(name)?, tail))) {
                Some((known, tail)) => {
                    text.push_str(&spell(known));
                    rest = tail;
                }
                None => {
                    text.push('{');
                    rest = after;
                }
            }
        }
        text + rest
    }
}

/// A text as one segment of a path (RFC 3986: only unreserved characters stay as they are).
fn segment(text: &str) -> String {
    let mut spelt = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => spelt.push(char::from(byte)),
            _ => {
                use std::fmt::Write as _;
                // Writing to a string cannot fail.
                let _ = write!(spelt, "%{byte:02X}");
            }
        }
    }
    spelt
}

#[cfg(test)]
mod test {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_filled_into_a_path_stays_one_segment() {
        let fill = Fill::default().text("site", "a/../b?c");
        assert_eq!(fill.path("/sites/{site}/leads/{other}"), "/sites/a%2F..%2Fb%3Fc/leads/{other}");
    }

    #[test]
    fn a_name_alone_stands_for_a_value_and_within_text_for_text() {
        let fill = Fill::default().text("name", "{items}").value("items", json!([1]));
        let body = fill.body(&json!({"all": "{items}", "label": {"{name}": "my {name}"}}));
        assert_eq!(body, json!({"all": [1], "label": {"{items}": "my {items}"}}));
    }
}
