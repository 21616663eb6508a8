//! The section `[check]` of `syncc.toml`: how bad each kind of problem is in this workspace.

use std::collections::BTreeMap;

use syncc_compiler::diagnostic::{Code, Level, Levels};

use super::{
    WorkspaceError, nearest,
    settings::{Entry, Reader},
};

/// Reads the section.
pub(super) fn read(reader: &Reader<'_>, entries: &[Entry<'_, '_>]) -> Result<Levels, WorkspaceError> {
    let mut levels = Levels::default();
    let mut seen = BTreeMap::new();
    for (key, value) in entries {
        let name = key.get_ref().as_ref();
        let Some(code) = Code::named(name) else {
            return Err(reader.wrong(key.span(), format!("there is no code `{name}`"), meant(name)));
        };
        if let Some(other) = seen.insert(code, name) {
            return Err(reader.wrong(
                key.span(),
                format!("`{other}` and `{name}` are one and the same ({code})"),
                "Keep one of the two.".to_owned(),
            ));
        }
        let written = value.get_ref().as_str();
        let Some(level) = written.and_then(Level::named) else {
            let near = written.and_then(|written| nearest(written, Level::WORDS.into_iter()));
            let todo = match near {
                Some(level) => format!("Did you mean: {name} = \"{level}\""),
                None => format!("The levels are {}.", Level::WORDS.map(|word| format!("\"{word}\"")).join(", ")),
            };
            return Err(reader.wrong(value.span(), format!("there is no level {}", reader.source(value.span())), todo));
        };
        if let Err(stays) = levels.set(code, level) {
            let todo = format!("Take the line out. `syncc explain {code}` says how to mend what it reports.");
            return Err(reader.wrong(key.span(), stays.to_string(), todo));
        }
    }
    Ok(levels)
}

fn meant(name: &str) -> String {
    match Code::near(name).first() {
        Some(code) => format!("Did you mean {code} ({}: {})?", code.slug(), code.title()),
        None => "`syncc explain` lists all codes.".to_owned(),
    }
}
