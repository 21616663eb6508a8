//! Which members of a contact, in the app's own form, a file may write.

use std::collections::{BTreeMap, BTreeSet};

use syncc_compiler::ir::{End, Program};

use crate::oracle::writes::writable;

/// The members of a contact that mappings and rules write, by the member: the fields that stand in it.
pub(super) fn members(program: &Program, end: End) -> BTreeMap<String, BTreeSet<String>> {
    let side = program.side(end);
    let manifest: toml::Table =
        syncc_connectors::manifest(&side.app).and_then(|text| text.parse().ok()).unwrap_or_default();
    let table = |at: Option<&toml::Value>, name: &str| at.and_then(|value| value.get(name)).cloned();
    let objects = manifest.get("objects").and_then(|objects| objects.get(&side.object)).cloned();
    let fields = table(objects.as_ref(), "fields");
    let mut members: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for field in writable(program, end) {
        let rule = table(fields.as_ref(), field);
        let path = table(rule.as_ref(), "path").and_then(|path| path.as_str().map(str::to_owned));
        let parts = table(rule.as_ref(), "shape").and_then(|shape| shape.get("parts").cloned());
        let names: Vec<String> = match (path.as_deref(), parts) {
            // The parts are members of the contact itself.
            (Some("$"), Some(toml::Value::Table(parts))) => {
                parts.values().filter_map(|part| part.as_str().map(str::to_owned)).collect()
            }
            (Some(path), _) => {
                let path = path.trim_start_matches("$.");
                vec![path.chars().take_while(|letter| letter.is_alphanumeric() || *letter == '_').collect()]
            }
            (None, _) => vec![field.to_owned()],
        };
        for name in names {
            members.entry(name).or_default().insert(field.to_owned());
        }
    }
    members
}
