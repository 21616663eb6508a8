//! OpenAPI 3.0 descriptions, as far as the one of Real Geeks needs: paths, JSON bodies, `allOf`, `required`, `enum`.

use std::collections::BTreeSet;

use serde_json::Value;
use syncc_sandbox::Exchange;

use super::{fit, kind};

/// An OpenAPI document whose paths lie below `/rest`.
pub(crate) struct OpenApi {
    document: Value,
}

impl OpenApi {
    pub(super) fn new(document: Value) -> Self {
        assert!(document["paths"].is_object(), "the OpenAPI document has paths");
        Self { document }
    }

    /// Everything in the exchanges that the document does not allow. A request that was refused may have been wrong on
    /// purpose, so only its answer is checked.
    pub(crate) fn violations(&self, exchanges: &[Exchange]) -> Vec<String> {
        exchanges.iter().flat_map(|exchange| self.check(exchange)).collect()
    }

    /// Everything in the body of a webhook that the document does not allow.
    pub(crate) fn webhook_violations(&self, body: &Value) -> Vec<String> {
        let mut found = Vec::new();
        self.value(&self.document["components"]["schemas"]["OutgoingLead"], body, "webhook", &mut found);
        found
    }

    fn check(&self, exchange: &Exchange) -> Vec<String> {
        let seen = &exchange.seen;
        let mut found = Vec::new();
        let Some(status) = seen.status else { return found };
        // Version 2 has the paths and bodies of version 1.
        let path = seen.path.strip_prefix("/v2").unwrap_or(&seen.path);
        let path = path.strip_prefix("/rest").unwrap_or(path);
        let operation = self.operation(&seen.method.to_lowercase(), path);
        if status < 300 {
            match operation {
                None => found.push("no such operation".to_owned()),
                Some(operation) => {
                    let schema = |holder: &Value| holder["content"]["application/json"]["schema"].clone();
                    let answer = &operation["responses"][status.to_string()];
                    if answer.is_null() {
                        found.push(format!("status {status} is not in the description"));
                    }
                    let bodies = [
                        ("request", schema(&operation["requestBody"]), &exchange.request),
                        ("response", schema(answer), &exchange.response),
                    ];
                    for (name, schema, body) in bodies {
                        match body {
                            Some(body) if !schema.is_null() => self.value(&schema, body, name, &mut found),
                            None if !schema.is_null() => found.push(format!("{name}: a body is missing")),
                            _ => {}
                        }
                    }
                }
            }
        } else if !exchange.response.as_ref().is_some_and(|body| body["error"].is_string()) {
            found.push(format!("answer {status} has no error sentence"));
        }
        found.into_iter().map(|violation| format!("{} {}: {violation}", seen.method, seen.path)).collect()
    }

    fn operation(&self, verb: &str, path: &str) -> Option<&Value> {
        let paths = self.document["paths"].as_object()?;
        let (_, operations) = paths
            .iter()
            .filter(|(pattern, _)| fit(pattern, path).is_some())
            .max_by_key(|(pattern, _)| fit(pattern, path))?;
        operations.get(verb)
    }

    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str().and_then(|reference| reference.strip_prefix('#')) {
            Some(pointer) => self.document.pointer(pointer).unwrap_or(schema),
            None => schema,
        }
    }

    fn value(&self, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
        let schema = self.resolve(schema);
        for part in self.parts(schema) {
            self.part(part, value, at, found);
        }
        if let (Value::Object(object), Some(known)) = (value, self.known(schema)) {
            for key in object.keys().filter(|key| !known.contains(key.as_str())) {
                found.push(format!("{at}.{key} is not in the description"));
            }
        }
    }

    /// A schema without `allOf`, or all the schemas in it.
    fn parts<'a>(&'a self, schema: &'a Value) -> Vec<&'a Value> {
        match schema["allOf"].as_array() {
            Some(parts) => parts.iter().flat_map(|part| self.parts(self.resolve(part))).collect(),
            None => vec![schema],
        }
    }

    /// The keys that an object may have; nothing when any will do.
    fn known<'a>(&'a self, schema: &'a Value) -> Option<BTreeSet<&'a str>> {
        let parts = self.parts(schema);
        if parts.iter().any(|part| part["additionalProperties"] == true) {
            return None;
        }
        let keys = parts.into_iter().filter_map(|part| part["properties"].as_object()).flatten();
        Some(keys.map(|(key, _)| key.as_str()).collect())
    }

    fn part(&self, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
        if let Some(expected) = schema["type"].as_str().filter(|expected| *expected != kind(value)) {
            return found.push(format!("{at} is {} where {expected} is expected", kind(value)));
        }
        for key in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
            if value.get(key).is_none() {
                found.push(format!("{at}.{key} is missing"));
            }
        }
        for (key, schema) in schema["properties"].as_object().into_iter().flatten() {
            if let Some(value) = value.get(key) {
                self.value(schema, value, &format!("{at}.{key}"), found);
            }
        }
        for (index, value) in value.as_array().into_iter().flatten().enumerate() {
            self.value(&schema["items"], value, &format!("{at}[{index}]"), found);
        }
        // An empty text is how version 2 clears a field, whatever its words are.
        if schema["enum"].as_array().is_some_and(|words| !words.contains(value)) && value != "" {
            found.push(format!("{at} is {value}, which is none of its words"));
        }
    }
}
