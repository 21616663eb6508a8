//! What a client may send, each method on one line: the whole server at a glance.
//!
//! Invariant: the first thing a handler does is to send into the [`Ingress`], before any `.await`, and it
//! never waits for the client. The transport polls handlers for the first time in the order of the messages
//! but finishes up to four of them in any order, so only what happens before the first `.await` is in order;
//! and four handlers that waited for the client would keep its answers from ever being read.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use tower_lsp::{
    LanguageServer,
    jsonrpc::Result,
    ls_types::{
        CodeActionParams, CodeActionResponse, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
        DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams, DocumentFormattingParams,
        InitializeParams, InitializeResult, InitializedParams, TextEdit,
    },
};

use crate::ingress::{Event, Ingress};

/// The protocol's side of the server.
#[derive(Debug)]
pub(crate) struct Handlers {
    pub(crate) ingress: Ingress,
    /// Whether the client said goodbye.
    pub(crate) shut_down: Arc<AtomicBool>,
}

impl LanguageServer for Handlers {
    async fn initialize(&self, params: InitializeParams) -> Result<InitializeResult> {
        self.ingress.ask(|reply| Event::Initialize(Box::new(params), reply)).await
    }

    async fn initialized(&self, _: InitializedParams) {
        self.ingress.tell(Event::Initialized);
    }

    async fn shutdown(&self) -> Result<()> {
        self.shut_down.store(true, Ordering::Relaxed);
        self.ingress.ask(Event::Shutdown).await
    }

    async fn did_open(&self, params: DidOpenTextDocumentParams) {
        self.ingress.tell(Event::Open(params));
    }

    async fn did_change(&self, params: DidChangeTextDocumentParams) {
        self.ingress.tell(Event::Change(params));
    }

    async fn did_close(&self, params: DidCloseTextDocumentParams) {
        self.ingress.tell(Event::Close(params));
    }

    async fn did_save(&self, params: DidSaveTextDocumentParams) {
        self.ingress.tell(Event::Save(params));
    }

    async fn did_change_watched_files(&self, params: DidChangeWatchedFilesParams) {
        self.ingress.tell(Event::Watched(params));
    }

    async fn code_action(&self, params: CodeActionParams) -> Result<Option<CodeActionResponse>> {
        self.ingress.ask(|reply| Event::CodeAction(Box::new(params), reply)).await
    }

    async fn formatting(&self, params: DocumentFormattingParams) -> Result<Option<Vec<TextEdit>>> {
        self.ingress.ask(|reply| Event::Format(params.text_document.uri, reply)).await
    }
}
