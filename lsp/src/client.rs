//! What the client can do, and what the server tells it in return.

use serde_json::json;
use tower_lsp::ls_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, DidChangeWatchedFilesRegistrationOptions,
    FileSystemWatcher, GlobPattern, InitializeParams, InitializeResult, OneOf, Registration, SaveOptions,
    ServerCapabilities, ServerInfo, TextDocumentSyncCapability, TextDocumentSyncKind, TextDocumentSyncOptions,
    TextDocumentSyncSaveOptions,
};

use crate::position::Encoding;

/// What the client can do, as far as it makes a difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Client {
    /// What positions count.
    pub(crate) encoding: Encoding,
    /// Shows other places that matter beside a diagnostic.
    pub(crate) related: bool,
    /// Understands code actions that are more than the name of a command.
    pub(crate) actions: bool,
    /// Refuses an edit that was made for an older text.
    pub(crate) versioned_edits: bool,
    /// Watches files if asked to.
    pub(crate) watches: bool,
}

impl Client {
    /// What its first message says.
    pub(crate) fn new(params: &InitializeParams) -> Self {
        let can = &params.capabilities;
        let text = can.text_document.as_ref();
        let workspace = can.workspace.as_ref();
        let encodings = can.general.as_ref().and_then(|general| general.position_encodings.as_deref());
        let publish = text.and_then(|text| text.publish_diagnostics.as_ref());
        let action = text.and_then(|text| text.code_action.as_ref());
        let edit = workspace.and_then(|workspace| workspace.workspace_edit.as_ref());
        let watch = workspace.and_then(|workspace| workspace.did_change_watched_files.as_ref());
        Self {
            encoding: Encoding::negotiate(encodings),
            related: publish.and_then(|publish| publish.related_information).unwrap_or_default(),
            actions: action.is_some_and(|action| action.code_action_literal_support.is_some()),
            versioned_edits: edit.and_then(|edit| edit.document_changes).unwrap_or_default(),
            watches: watch.and_then(|watch| watch.dynamic_registration).unwrap_or_default(),
        }
    }

    /// What the server can do, for this client. Whatever is said here has a handler.
    pub(crate) fn welcome(self) -> InitializeResult {
        let sync = TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        };
        let actions = CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX]),
            ..CodeActionOptions::default()
        };
        InitializeResult {
            capabilities: ServerCapabilities {
                position_encoding: Some(self.encoding.kind()),
                text_document_sync: Some(TextDocumentSyncCapability::Options(sync)),
                document_formatting_provider: Some(OneOf::Left(true)),
                code_action_provider: self.actions.then_some(CodeActionProviderCapability::Options(actions)),
                ..ServerCapabilities::default()
            },
            server_info: Some(ServerInfo {
                name: "syncc".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
            ..InitializeResult::default()
        }
    }
}

/// Asks for news of the files that accounts come from.
pub(crate) fn watch_accounts() -> Registration {
    let watchers = ["**/syncc.toml", "**/*.fields.toml"]
        .map(|glob| FileSystemWatcher { glob_pattern: GlobPattern::String(glob.to_owned()), kind: None });
    let options = DidChangeWatchedFilesRegistrationOptions { watchers: watchers.to_vec() };
    Registration {
        id: "accounts".to_owned(),
        method: "workspace/didChangeWatchedFiles".to_owned(),
        register_options: Some(json!(options)),
    }
}
