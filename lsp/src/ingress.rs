//! The one channel into the server.
//!
//! Everything that happens is an [`Event`], and the owner thread takes them in the order of the channel.

use tokio::sync::{mpsc, oneshot};
use tower_lsp::{
    jsonrpc,
    ls_types::{
        CodeActionParams, CodeActionResponse, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
        DidCloseTextDocumentParams, DidOpenTextDocumentParams, DidSaveTextDocumentParams, InitializeParams,
        InitializeResult, TextEdit, Uri,
    },
};

use crate::{check::Outcome, guard::Failure};

/// Where an answer goes. Dropped without an answer, the request fails as a bug.
pub(crate) type Reply<T> = oneshot::Sender<Result<T, Failure>>;

/// Something that happened.
pub(crate) enum Event {
    /// `initialize`
    Initialize(Box<InitializeParams>, Reply<InitializeResult>),
    /// `initialized`
    Initialized,
    /// `shutdown`
    Shutdown(Reply<()>),
    /// `textDocument/didOpen`
    Open(DidOpenTextDocumentParams),
    /// `textDocument/didChange`
    Change(DidChangeTextDocumentParams),
    /// `textDocument/didClose`
    Close(DidCloseTextDocumentParams),
    /// `textDocument/didSave`
    Save(DidSaveTextDocumentParams),
    /// `workspace/didChangeWatchedFiles`
    Watched(DidChangeWatchedFilesParams),
    /// `textDocument/codeAction`
    CodeAction(Box<CodeActionParams>, Reply<Option<CodeActionResponse>>),
    /// `textDocument/formatting`: the document alone, as there is one layout and no choice.
    Format(Uri, Reply<Option<Vec<TextEdit>>>),
    /// A check ended.
    Checked(Outcome),
}

/// The way in.
#[derive(Clone, Debug)]
pub(crate) struct Ingress {
    events: mpsc::UnboundedSender<Event>,
}

impl Ingress {
    /// The way in, and the end that the owner takes from. The channel has no bound because a handler that
    /// waits for room could be overtaken by the next one.
    pub(crate) fn channel() -> (Self, mpsc::UnboundedReceiver<Event>) {
        let (events, queue) = mpsc::unbounded_channel();
        (Self { events }, queue)
    }

    /// A way in that does not keep the owner alive.
    pub(crate) fn downgrade(&self) -> mpsc::WeakUnboundedSender<Event> {
        self.events.downgrade()
    }

    /// Tells, at once.
    pub(crate) fn tell(&self, event: Event) {
        // The owner ends only after every way in is gone. If it is gone now, there is nobody left to tell.
        let _ = self.events.send(event);
    }

    /// Tells before anything is awaited, then waits for the answer.
    pub(crate) async fn ask<T>(&self, event: impl FnOnce(Reply<T>) -> Event) -> jsonrpc::Result<T> {
        let (reply, answer) = oneshot::channel();
        self.tell(event(reply));
        let unanswered = || Failure::Bug("the server dropped a question".to_owned());
        Ok(answer.await.map_err(|_| unanswered()).and_then(|answer| answer)?)
    }
}
