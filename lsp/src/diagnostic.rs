//! Diagnostics of the compiler, as editors show them.

use std::ops::Range;

use serde_json::json;
use syncc_compiler::diagnostic::{Diagnostic, Label, Severity};
use syncc_grammar::tree::Span;
use tower_lsp::ls_types::{self as lsp, DiagnosticRelatedInformation, DiagnosticSeverity, Location, NumberOrString};

use crate::{client::Client, document::Document};

/// Who says so, in every diagnostic.
pub(crate) const SOURCE: &str = "syncc";

/// The bytes of a span.
pub(crate) fn bytes(span: Span) -> Range<usize> {
    span.start as usize..span.end as usize
}

/// A diagnostic of this document, in its positions. Its fixes ride along as `data`, the shape of which is
/// `{"fixes": [{"title", "edits": [{"range", "newText"}]}]}`.
pub(crate) fn to_lsp(diagnostic: &Diagnostic, document: &Document, client: Client) -> lsp::Diagnostic {
    let range = |span| document.range(bytes(span), client.encoding);
    let related = |label: &Label| DiagnosticRelatedInformation {
        location: Location::new(document.uri.clone(), range(label.span)),
        message: label.text.clone(),
    };
    let fixes: Vec<_> = diagnostic
        .fixes
        .iter()
        .map(|fix| {
            let edits: Vec<_> =
                fix.edits.iter().map(|(span, text)| json!({ "range": range(*span), "newText": text })).collect();
            json!({ "title": fix.title, "edits": edits })
        })
        .collect();
    lsp::Diagnostic {
        range: document.visible_range(bytes(diagnostic.primary.span), client.encoding),
        severity: Some(match diagnostic.severity {
            Severity::Error => DiagnosticSeverity::ERROR,
            Severity::Warning => DiagnosticSeverity::WARNING,
            Severity::Hint => DiagnosticSeverity::HINT,
        }),
        code: Some(NumberOrString::String(diagnostic.code.to_string())),
        source: Some(SOURCE.to_owned()),
        message: message(diagnostic, document, client),
        related_information: (client.related && !diagnostic.secondary.is_empty())
            .then(|| diagnostic.secondary.iter().map(related).collect()),
        data: (!fixes.is_empty()).then(|| json!({ "fixes": fixes })),
        ..lsp::Diagnostic::default()
    }
}

/// What is wrong, why it matters, what to type: a sentence a line. The words of the primary label are left out;
/// they are made to stand beside the underlined text, where editors show the message itself.
fn message(diagnostic: &Diagnostic, document: &Document, client: Client) -> String {
    let mut lines = vec![diagnostic.title.clone()];
    if !client.related {
        let others = diagnostic.secondary.iter().filter(|label| !label.text.is_empty());
        lines.extend(others.map(|label| {
            let line = document.range(bytes(label.span), client.encoding).start.line;
            format!("line {}: {}", line.saturating_add(1), label.text)
        }));
    }
    lines.extend(diagnostic.why.clone());
    lines.extend(diagnostic.help.iter().cloned());
    lines.join("\n")
}

/// What stands in for the diagnostics of a document whose check had a bug: silence would look like praise.
pub(crate) fn bug(what: &dyn std::error::Error) -> lsp::Diagnostic {
    lsp::Diagnostic {
        severity: Some(DiagnosticSeverity::ERROR),
        source: Some(SOURCE.to_owned()),
        message: format!("this file could not be checked\n{what}"),
        ..lsp::Diagnostic::default()
    }
}
