//! Google's discovery documents: methods by path and verb, parameters, and schemas that name every key.

use serde_json::{Value, json};
use syncc_sandbox::Exchange;

use super::{fit, kind};

/// A discovery document.
pub(crate) struct Discovery {
    document: Value,
    methods: Vec<Value>,
}

impl Discovery {
    pub(super) fn new(document: Value) -> Self {
        let mut methods = Vec::new();
        collect(&document, &mut methods);
        assert!(methods.len() > 20, "the discovery document has methods");
        Self { document, methods }
    }

    /// Everything in the exchanges that the document does not allow. A request that was refused may have been wrong on
    /// purpose, so only its answer is checked.
    pub(crate) fn violations(&self, exchanges: &[Exchange]) -> Vec<String> {
        exchanges.iter().flat_map(|exchange| self.check(exchange)).collect()
    }

    fn check(&self, exchange: &Exchange) -> Vec<String> {
        let seen = &exchange.seen;
        let at = format!("{} {}?{}", seen.method, seen.path, seen.query);
        let mut found = Vec::new();
        let Some(status) = seen.status else { return found };
        if status != 200 {
            self.error(status, exchange.response.as_ref(), &mut found);
            return found.into_iter().map(|violation| format!("{at}: {violation}")).collect();
        }
        let Some(method) = self.method(&seen.method, &seen.path) else { return vec![format!("{at}: no such method")] };
        self.parameters(method, &seen.query, &mut found);
        for (name, body) in [("request", &exchange.request), ("response", &exchange.response)] {
            match (method.get(name), body) {
                (Some(schema), Some(body)) => self.value(schema, body, name, &mut found),
                (None, Some(_)) => found.push(format!("{name}: a body is not expected")),
                (Some(_), None) => found.push(format!("{name}: a body is missing")),
                (None, None) => {}
            }
        }
        found.into_iter().map(|violation| format!("{at}: {violation}")).collect()
    }

    fn method(&self, verb: &str, path: &str) -> Option<&Value> {
        let fitting =
            |method: &&Value| (method["httpMethod"] == verb).then(|| fit(method["flatPath"].as_str()?, path)).flatten();
        self.methods.iter().filter(|method| fitting(method).is_some()).max_by_key(fitting)
    }

    fn parameters(&self, method: &Value, query: &str, found: &mut Vec<String>) {
        let mut given = Vec::new();
        for (name, text) in url::form_urlencoded::parse(query.as_bytes()) {
            let own = &method["parameters"][name.as_ref()];
            let parameter = if own.is_null() { &self.document["parameters"][name.as_ref()] } else { own };
            if parameter.is_null() {
                found.push(format!("unknown parameter {name}"));
                continue;
            }
            let value = match parameter["type"].as_str() {
                Some("boolean") => text.parse().map(Value::Bool).unwrap_or(json!(text)),
                Some("integer") => text.parse::<i64>().map(Value::from).unwrap_or(json!(text)),
                _ => json!(text),
            };
            if !(text.is_empty() && name == "query") {
                self.value(parameter, &value, &name, found);
            }
            given.push(name.into_owned());
        }
        for (name, parameter) in method["parameters"].as_object().into_iter().flatten() {
            let required = parameter["required"] == true && parameter["location"] == "query";
            if required && !given.contains(name) {
                found.push(format!("parameter {name} is missing"));
            }
        }
    }

    fn value(&self, schema: &Value, value: &Value, at: &str, found: &mut Vec<String>) {
        if let Some(name) = schema["$ref"].as_str() {
            return self.value(&self.document["schemas"][name], value, at, found);
        }
        let expected = schema["type"].as_str().unwrap_or("any");
        let fits = match expected {
            "any" => true,
            "number" => matches!(kind(value), "integer" | "number"),
            other => kind(value) == other,
        };
        if !fits {
            return found.push(format!("{at} is {} where {expected} is expected", kind(value)));
        }
        match value {
            Value::Object(object) => {
                let (known, others) = (&schema["properties"], &schema["additionalProperties"]);
                for (key, value) in object {
                    let at = format!("{at}.{key}");
                    match (known.get(key), others.is_null()) {
                        (Some(schema), _) => self.value(schema, value, &at, found),
                        (None, false) => self.value(others, value, &at, found),
                        (None, true) if expected == "any" => {}
                        (None, true) => found.push(format!("{at} is not in the description")),
                    }
                }
            }
            Value::Array(list) => {
                for (index, value) in list.iter().enumerate() {
                    self.value(&schema["items"], value, &format!("{at}[{index}]"), found);
                }
            }
            Value::String(text) => {
                let words = schema["enum"].as_array();
                if words.is_some_and(|words| !words.contains(value)) {
                    found.push(format!("{at} is {text:?}, which is none of its words"));
                }
                if schema["format"] == "google-datetime" && text.parse::<jiff::Timestamp>().is_err() {
                    found.push(format!("{at} is {text:?}, which is no time"));
                }
            }
            _ => {}
        }
    }

    fn error(&self, status: u16, body: Option<&Value>, found: &mut Vec<String>) {
        let error = body.map(|body| &body["error"]).unwrap_or(&Value::Null);
        if error["code"] != status || !error["message"].is_string() || !error["status"].is_string() {
            found.push(format!("answer {status} has no proper error: {error}"));
        }
        for detail in error["details"].as_array().into_iter().flatten() {
            if !detail["@type"].as_str().is_some_and(|kind| kind.starts_with("type.googleapis.com/")) {
                found.push(format!("error detail without a type: {detail}"));
            }
        }
    }
}

fn collect(resource: &Value, methods: &mut Vec<Value>) {
    methods.extend(resource["methods"].as_object().into_iter().flatten().map(|(_, method)| method.clone()));
    for (_, child) in resource["resources"].as_object().into_iter().flatten() {
        collect(child, methods);
    }
}
