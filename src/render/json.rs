//! For machines: our own form, the whole finding with nothing left out.

use serde_json::{Value as Json, json};
use syncc_compiler::diagnostic::{Diagnostic, Label};

use super::{Counts, place::Region, severity};
use crate::load::File;

/// All findings, and what the files allow with its reason. The version changes when a reader of the old form would misread the new one.
pub(crate) fn document(files: &[File]) -> Json {
    let Counts { errors, warnings, hints, allowed: _ } = Counts::of(files);
    let found = files.iter().flat_map(|file| {
        let path = file.shown();
        file.diagnostics.iter().map(move |found| diagnostic(&path, &file.text, found))
    });
    let allowed = files.iter().flat_map(|file| {
        let path = file.shown();
        file.allowed.iter().map(move |allowed| {
            let mut document = diagnostic(&path, &file.text, &allowed.diagnostic);
            document["reason"] = allowed.reason.clone().into();
            document
        })
    });
    json!({
        "version": 1,
        "files": files.iter().map(File::shown).collect::<Vec<_>>(),
        "errors": errors, "warnings": warnings, "hints": hints,
        "diagnostics": found.collect::<Vec<_>>(),
        "allowed": allowed.collect::<Vec<_>>(),
    })
}

/// One finding. Places are given in lines and columns from 1, and in bytes from 0.
pub(crate) fn diagnostic(path: &str, text: &str, diagnostic: &Diagnostic) -> Json {
    let place = |label: &Label| {
        let Region { line, column, end_line, end_column } = Region::of(text, label.span);
        json!({
            "line": line, "column": column, "end_line": end_line, "end_column": end_column,
            "start": label.span.start, "end": label.span.end, "text": label.text,
        })
    };
    let fixes: Vec<_> = diagnostic
        .fixes
        .iter()
        .map(|fix| {
            let edits =
                fix.edits.iter().map(|(span, text)| json!({ "start": span.start, "end": span.end, "text": text }));
            json!({ "title": fix.title, "edits": edits.collect::<Vec<_>>() })
        })
        .collect();
    json!({
        "path": path,
        "code": diagnostic.code.to_string(),
        "name": diagnostic.code.slug(),
        "severity": severity(diagnostic.severity),
        "title": diagnostic.title,
        "primary": place(&diagnostic.primary),
        "secondary": diagnostic.secondary.iter().map(place).collect::<Vec<_>>(),
        "why": diagnostic.why,
        "help": diagnostic.help,
        "fixes": fixes,
    })
}
