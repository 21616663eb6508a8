//! Quick fixes: the compiler's fixes for the problems under the cursor, and the edit that allows one where it stands.

use std::{collections::HashMap, ops::Range};

use syncc_compiler::{
    check::allow_here,
    diagnostic::{Diagnostic, Fix},
};
use tower_lsp::ls_types::{
    CodeAction, CodeActionContext, CodeActionKind, CodeActionOrCommand, CodeActionResponse, DocumentChanges, OneOf,
    OptionalVersionedTextDocumentIdentifier, TextDocumentEdit, TextEdit, WorkspaceEdit,
};

use crate::{
    client::Client,
    diagnostic::{bytes, to_lsp},
    document::Document,
};

/// Whether the client wants quick fixes at all.
pub(crate) fn wanted(context: &CodeActionContext) -> bool {
    // A kind stands for its sub-kinds too (`""` for all, `quickfix` for `quickfix.rename`).
    let covers = |kind: &CodeActionKind| kind.as_str().is_empty() || *kind == CodeActionKind::QUICKFIX;
    context.only.as_ref().is_none_or(|kinds| kinds.iter().any(covers))
}

/// What can be done about every diagnostic that touches the selection.
pub(crate) fn fixes(
    diagnostics: &[Diagnostic],
    selection: &Range<usize>,
    document: &Document,
    client: Client,
) -> CodeActionResponse {
    let touches = |diagnostic: &&Diagnostic| {
        let span = bytes(diagnostic.primary.span);
        span.start <= selection.end && selection.start <= span.end
    };
    let action = |diagnostic: &Diagnostic, fix: &Fix, preferred: bool| {
        CodeActionOrCommand::CodeAction(CodeAction {
            title: fix.title.clone(),
            kind: Some(CodeActionKind::QUICKFIX),
            diagnostics: Some(vec![to_lsp(diagnostic, document, client)]),
            edit: Some(edit(fix, document, client)),
            is_preferred: Some(preferred),
            ..CodeAction::default()
        })
    };
    let touched: Vec<&Diagnostic> = diagnostics.iter().filter(touches).collect();
    let mend = touched.iter().flat_map(|diagnostic| {
        let only = diagnostic.fixes.len() == 1;
        diagnostic.fixes.iter().map(move |fix| action(diagnostic, fix, only))
    });
    // Behind all that mend something.
    let allow = touched
        .iter()
        .filter_map(|diagnostic| Some(action(diagnostic, &allow_here(&document.text, diagnostic)?, false)));
    mend.chain(allow).collect()
}

fn edit(fix: &Fix, document: &Document, client: Client) -> WorkspaceEdit {
    let edits = fix
        .edits
        .iter()
        .map(|(span, text)| TextEdit { range: document.range(bytes(*span), client.encoding), new_text: text.clone() });
    if client.versioned_edits {
        let change = TextDocumentEdit {
            text_document: OptionalVersionedTextDocumentIdentifier {
                uri: document.uri.clone(),
                version: Some(document.version),
            },
            edits: edits.map(OneOf::Left).collect(),
        };
        let changes = DocumentChanges::Edits(vec![change]);
        return WorkspaceEdit { document_changes: Some(changes), ..WorkspaceEdit::default() };
    }
    let changes = HashMap::from([(document.uri.clone(), edits.collect())]);
    WorkspaceEdit { changes: Some(changes), ..WorkspaceEdit::default() }
}
