//! SARIF 2.1.0, the form that code scanning services read. `tests/end_to_end/sarif.rs` holds what comes out
//! against the schema of the standard.

use std::collections::HashMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value as Json, json};
use sha2::{Digest as _, Sha256};
use syncc_compiler::diagnostic::{Code, Diagnostic, Fix, Label, Level, Levels, Severity};
use syncc_grammar::tree::Span;

use super::{
    on_one_line,
    place::{Region, in_repository},
    sentences,
};
use crate::{exit::Exit, load::File};

const SCHEMA: &str = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

/// What stands for itself in the path of an address.
const IN_PATHS: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'.').remove(b'-').remove(b'_').remove(b'~');

/// How the check ended, for whoever did not see its exit code.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ended<'a> {
    pub(crate) exit: Exit,
    /// Why there is nothing to report on, where the check could not run.
    pub(crate) failure: Option<&'a str>,
}

/// All findings. What the files allow is among them, as suppressed.
pub(crate) fn document(files: &[File], levels: &Levels, ended: Ended<'_>) -> Json {
    let results: Vec<Json> = files.iter().flat_map(results).collect();
    json!({
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "syncc",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": Code::ALL.iter().map(|code| rule(*code)).collect::<Vec<_>>(),
            }},
            "invocations": [invocation(levels, ended)],
            "artifacts": files.iter().map(|file| json!({ "location": artifact(&file.shown()) })).collect::<Vec<_>>(),
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn invocation(levels: &Levels, ended: Ended<'_>) -> Json {
    let failures: Vec<Json> =
        ended.failure.iter().map(|why| json!({ "level": "error", "message": { "text": why } })).collect();
    let overrides = levels.changed().map(|(code, changed)| {
        let configuration = match changed {
            Level::Report(severity) => json!({ "level": level(severity) }),
            Level::Off => json!({ "enabled": false }),
        };
        json!({ "descriptor": { "id": code.to_string(), "index": index(code) }, "configuration": configuration })
    });
    json!({
        "executionSuccessful": ended.failure.is_none(),
        "exitCode": ended.exit.code(),
        "toolExecutionNotifications": failures,
        "ruleConfigurationOverrides": overrides.collect::<Vec<_>>(),
    })
}

/// What a code means. Whoever reads the findings gets its page with them.
fn rule(code: Code) -> Json {
    let page = code.page();
    json!({
        "id": code.to_string(),
        "name": code.slug(),
        "shortDescription": { "text": code.title() },
        "fullDescription": { "text": format!("{}\n\n{}", page.means, page.matters) },
        "help": { "text": code.markdown(), "markdown": code.markdown() },
        "defaultConfiguration": { "level": level(code.severity()) },
    })
}

/// Its place among the rules.
fn index(code: Code) -> Option<usize> {
    Code::ALL.iter().position(|other| *other == code)
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "note",
    }
}

fn results(file: &File) -> Vec<Json> {
    let mut seen = HashMap::new();
    let path = file.shown();
    let found = file.diagnostics.iter().map(|diagnostic| (diagnostic, None));
    let allowed = file.allowed.iter().map(|allowed| (&allowed.diagnostic, Some(&allowed.reason)));
    let mut all: Vec<_> = found.chain(allowed).collect();
    all.sort_by_key(|(diagnostic, _)| (diagnostic.primary.span.start, diagnostic.code.number()));
    let results = all.into_iter().map(|(diagnostic, reason)| {
        let mut result = result(&path, &file.text, diagnostic);
        let fingerprint = fingerprint(&file.text, diagnostic, &mut seen);
        result["partialFingerprints"] = json!({ "problemOnLine/v1": fingerprint });
        if let Some(reason) = reason {
            result["suppressions"] = json!([{ "kind": "inSource", "status": "accepted", "justification": reason }]);
        }
        result
    });
    results.collect()
}

fn result(path: &str, text: &str, diagnostic: &Diagnostic) -> Json {
    let message = [vec![diagnostic.title.as_str()], sentences(diagnostic)].concat().join("\n");
    let mut result = json!({
        "ruleId": diagnostic.code.to_string(),
        "ruleIndex": index(diagnostic.code),
        "level": level(diagnostic.severity),
        "message": { "text": message },
        "locations": [location(path, text, &diagnostic.primary)],
    });
    if !diagnostic.secondary.is_empty() {
        result["relatedLocations"] = diagnostic.secondary.iter().map(|label| location(path, text, label)).collect();
    }
    if !diagnostic.fixes.is_empty() {
        result["fixes"] = diagnostic.fixes.iter().map(|one| fix(path, text, one)).collect();
    }
    result
}

fn location(path: &str, text: &str, label: &Label) -> Json {
    let physical = json!({ "artifactLocation": artifact(path), "region": region(text, label.span) });
    if label.text.is_empty() {
        return json!({ "physicalLocation": physical });
    }
    json!({ "physicalLocation": physical, "message": { "text": label.text } })
}

fn region(text: &str, span: Span) -> Json {
    let Region { line, column, end_line, end_column } = Region::of(text, span);
    json!({ "startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end_column })
}

/// A file: from the root of the sources, unless its path says where it is on this machine.
fn artifact(path: &str) -> Json {
    let path = in_repository(path);
    let encoded = utf8_percent_encode(&path, IN_PATHS).to_string();
    if std::path::Path::new(&path).is_absolute() {
        let slash = if path.starts_with('/') { "" } else { "/" };
        return json!({ "uri": format!("file://{slash}{encoded}") });
    }
    json!({ "uri": encoded, "uriBaseId": "%SRCROOT%" })
}

fn fix(path: &str, text: &str, fix: &Fix) -> Json {
    let replacements = fix.edits.iter().map(|(span, new)| {
        let mut replacement = json!({ "deletedRegion": region(text, *span) });
        if !new.is_empty() {
            replacement["insertedContent"] = json!({ "text": new });
        }
        replacement
    });
    json!({
        "description": { "text": fix.title },
        "artifactChanges": [{
            "artifactLocation": artifact(path),
            "replacements": replacements.collect::<Vec<_>>(),
        }],
    })
}

/// What a finding is known by in the next run: its code and its line, blanks aside, and which one of those that
/// have both in common. It stays the same when lines are added or removed above it.
fn fingerprint(text: &str, diagnostic: &Diagnostic, seen: &mut HashMap<String, usize>) -> String {
    let span = diagnostic.primary.span;
    let (before, rest) = text.split_at_checked(span.start as usize).unwrap_or_default();
    let line = text.get(before.rfind('\n').map_or(0, |newline| newline + 1)..).unwrap_or_default();
    let line = line.lines().next().unwrap_or_default();
    let piece = rest.get(..span.end.saturating_sub(span.start) as usize).unwrap_or_default();
    let known = format!("{}\n{}\n{}", diagnostic.code, on_one_line(line), on_one_line(piece));
    let nth = seen.entry(known.clone()).or_insert(0);
    *nth += 1;
    let hash = Sha256::digest(format!("{known}\n{nth}"));
    hash.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
