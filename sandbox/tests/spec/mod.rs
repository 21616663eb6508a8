//! Holds recorded exchanges against the apps' public descriptions: Google's own discovery document, and the OpenAPI
//! facts about Real Geeks.
//!
//! Any test that has a `Practice` can use it: `spec::google()` or `spec::realgeeks()`, then `violations(&exchanges)`.
//! The descriptions lie beside the repository, in `../shared/apps/specs`, or in `$SYNCC_SHARED/apps/specs`. Without
//! them the check says so and is left out.

#![allow(dead_code, reason = "each test binary uses a part of it")]

pub(crate) mod discovery;
pub(crate) mod openapi;

use std::path::PathBuf;

use serde_json::Value;

use discovery::Discovery;
use openapi::OpenApi;

/// The check for Google, if the description is there.
pub(crate) fn google() -> Option<Discovery> {
    read("google-people-v1.discovery.json").map(Discovery::new)
}

/// The check for Real Geeks, if the description is there.
pub(crate) fn realgeeks() -> Option<OpenApi> {
    read("realgeeks.facts.openapi.json").map(OpenApi::new)
}

fn read(file: &str) -> Option<Value> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let root = if root.ends_with("sandbox") && root.join("samples").is_dir() { root.join("..") } else { root };
    let shared = std::env::var_os("SYNCC_SHARED").map_or_else(|| root.join("../shared"), PathBuf::from);
    let path = shared.join("apps/specs").join(file);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!(
            "NOT CHECKED: {} is missing, so nothing was held against it. Put the descriptions there, or set \
             SYNCC_SHARED to the folder that holds apps/specs.",
            path.display()
        );
        return None;
    };
    Some(serde_json::from_str(&text).expect("the description is JSON"))
}

/// How a path of a description fits a requested one: the number of letters that are the same, or nothing.
/// `{name}` stands for one segment or a part of one.
pub(crate) fn fit(pattern: &str, path: &str) -> Option<usize> {
    let (pattern, path) = (pattern.trim_matches('/'), path.trim_matches('/'));
    let (patterns, parts): (Vec<&str>, Vec<&str>) = (pattern.split('/').collect(), path.split('/').collect());
    if patterns.len() != parts.len() {
        return None;
    }
    let mut same = 0;
    for (pattern, part) in patterns.into_iter().zip(parts) {
        match (pattern.find('{'), pattern.find('}')) {
            (Some(open), Some(close)) => {
                let (before, after) = (&pattern[..open], &pattern[close + 1..]);
                let inner = part.strip_prefix(before)?.strip_suffix(after)?;
                if inner.is_empty() || (after.is_empty() && inner.contains(':')) {
                    return None;
                }
                same += before.len() + after.len();
            }
            _ if pattern == part => same += part.len(),
            _ => return None,
        }
    }
    Some(same)
}

/// What a JSON value is, in words.
pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_i64() || number.is_u64() => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}
