//! The owner: the one thread that holds the documents and the databases, and the only one that changes them.
//!
//! It takes events in order, applies each at once, and leaves all reading to the [`Pool`]. It never waits
//! for the client. It waits for readers in one place, inside the database when it changes it; they notice and
//! give up at their next query.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
};

use tokio::sync::mpsc::{UnboundedReceiver, WeakUnboundedSender, error::TryRecvError};
use tower_lsp::ls_types::{
    CodeActionParams, CodeActionResponse, DidChangeTextDocumentParams, DidChangeWatchedFilesParams,
    PublishDiagnosticsParams, TextDocumentItem, TextEdit, Uri,
};

use crate::{
    action,
    check::{Check, Outcome},
    client::{Client, watch_accounts},
    diagnostic,
    document::Document,
    format,
    guard::{Failure, guarded},
    ingress::{Event, Reply},
    outbox::{Letter, Outbox},
    pool::Pool,
    workspace::{Loader, Workspace},
};

/// All the state there is.
pub(crate) struct Owner {
    loader: Box<dyn Loader>,
    client: Client,
    /// By the folder of their files. A folder without an open document has none.
    workspaces: HashMap<PathBuf, Workspace>,
    documents: HashMap<Uri, Document>,
    /// Documents that changed since a check of them was last started.
    unchecked: HashSet<Uri>,
    /// Of the last event that changed a document or its accounts.
    revision: u64,
    pool: Pool,
    outbox: Outbox,
    /// Where checks report. Weak, so that the owner ends when the last handler is gone.
    ingress: WeakUnboundedSender<Event>,
}

impl Owner {
    pub(crate) fn new(
        loader: Box<dyn Loader>,
        pool: Pool,
        outbox: Outbox,
        ingress: WeakUnboundedSender<Event>,
    ) -> Self {
        Self {
            loader,
            client: Client::default(),
            workspaces: HashMap::new(),
            documents: HashMap::new(),
            unchecked: HashSet::new(),
            revision: 0,
            pool,
            outbox,
            ingress,
        }
    }

    /// Takes events until every way in is gone.
    pub(crate) fn run(mut self, mut queue: UnboundedReceiver<Event>) {
        loop {
            // Changes that already wait are applied before anything is checked: a check of a text that is
            // about to change would only be cancelled.
            let event = match queue.try_recv() {
                Ok(event) => event,
                Err(TryRecvError::Disconnected) => return,
                Err(TryRecvError::Empty) => {
                    self.start_checks();
                    match queue.blocking_recv() {
                        Some(event) => event,
                        None => return,
                    }
                }
            };
            if let Err(failure) = guarded(|| self.take(event)) {
                self.outbox.send(Letter::Complain(failure.to_string()));
            }
        }
    }

    fn take(&mut self, event: Event) {
        match event {
            Event::Initialize(params, reply) => {
                self.client = Client::new(&params);
                // Fails when the client cancelled the request, here and below; then nobody wants the answer.
                let _ = reply.send(Ok(self.client.welcome()));
            }
            Event::Initialized if self.client.watches => self.outbox.send(Letter::Register(watch_accounts())),
            Event::Initialized => {}
            Event::Shutdown(reply) => {
                let _ = reply.send(Ok(()));
            }
            Event::Open(params) => self.open(params.text_document),
            Event::Change(params) => self.change(params),
            Event::Close(params) => self.close(&params.text_document.uri),
            Event::Save(params) => {
                // Clients that watch nothing get their accounts renewed this way.
                let folder = self.documents.get(&params.text_document.uri).map(|document| document.folder.clone());
                self.reload(|known| Some(known) == folder.as_deref());
            }
            Event::Watched(params) => self.watched(&params),
            Event::CodeAction(params, reply) => self.code_action(&params, reply),
            Event::Format(uri, reply) => self.format(&uri, reply),
            Event::Checked(outcome) => self.checked(outcome),
        }
    }

    fn open(&mut self, opened: TextDocumentItem) {
        let path =
            opened.uri.scheme().as_str().eq_ignore_ascii_case("file").then(|| opened.uri.to_file_path()).flatten();
        let path = path.map(std::borrow::Cow::into_owned);
        let folder = path.as_deref().and_then(Path::parent).unwrap_or(Path::new("")).to_owned();
        let document = Document::new(opened.uri, folder.clone(), opened.version, opened.text);
        if !self.workspaces.contains_key(&folder) {
            let mut workspace = Workspace::new(path);
            if let Err(bug) = workspace.reload(self.loader.as_mut()) {
                self.outbox.send(Letter::Complain(bug.to_string()));
            }
            self.workspaces.insert(folder, workspace);
        }
        self.put(document);
    }

    fn change(&mut self, params: DidChangeTextDocumentParams) {
        // A change of a document that is not open has nothing to apply to.
        let Some(mut document) = self.documents.remove(&params.text_document.uri) else { return };
        document.change(params.content_changes, self.client.encoding);
        document.version = params.text_document.version;
        self.put(document);
    }

    /// Makes this the text of its document, for the database too.
    fn put(&mut self, mut document: Document) {
        self.revision += 1;
        document.revision = self.revision;
        if let Some(workspace) = self.workspaces.get_mut(&document.folder) {
            workspace.database.set_file(&document.file(), document.text.clone());
        }
        self.unchecked.insert(document.uri.clone());
        self.documents.insert(document.uri.clone(), document);
    }

    fn close(&mut self, uri: &Uri) {
        let Some(document) = self.documents.remove(uri) else { return };
        self.unchecked.remove(uri);
        if self.documents.values().any(|other| other.folder == document.folder) {
            if let Some(workspace) = self.workspaces.get_mut(&document.folder) {
                workspace.database.remove_file(&document.file());
            }
        } else {
            self.workspaces.remove(&document.folder);
        }
        self.outbox.send(Letter::Publish(PublishDiagnosticsParams::new(uri.clone(), Vec::new(), None)));
    }

    fn watched(&mut self, params: &DidChangeWatchedFilesParams) {
        let accounts = |uri: &Uri| {
            let path = uri.path().as_str();
            path.ends_with("/syncc.toml") || path.ends_with(".fields.toml")
        };
        if params.changes.iter().any(|change| accounts(&change.uri)) {
            // A `syncc.toml` may speak for folders below its own, so every workspace asks again.
            self.reload(|_| true);
        }
    }

    /// Renews the accounts of these folders, and checks their documents again if anything changed.
    fn reload(&mut self, folders: impl Fn(&Path) -> bool) {
        for (folder, workspace) in self.workspaces.iter_mut().filter(|(folder, _)| folders(folder)) {
            match workspace.reload(self.loader.as_mut()) {
                Ok(true) => {}
                Ok(false) => continue,
                Err(bug) => {
                    self.outbox.send(Letter::Complain(bug.to_string()));
                    continue;
                }
            }
            for document in self.documents.values_mut().filter(|document| document.folder == *folder) {
                self.revision += 1;
                document.revision = self.revision;
                self.unchecked.insert(document.uri.clone());
            }
        }
    }

    fn start_checks(&mut self) {
        for uri in std::mem::take(&mut self.unchecked) {
            let Some(document) = self.documents.get(&uri) else { continue };
            let Some(workspace) = self.workspaces.get(&document.folder) else { continue };
            let check = Check::new(workspace.database.clone(), document);
            let ingress = self.ingress.clone();
            self.pool.run(move || {
                let outcome = check.run();
                if let Some(ingress) = ingress.upgrade() {
                    // Fails only when the owner is gone, with everybody who could want the outcome.
                    let _ = ingress.send(Event::Checked(outcome));
                }
            });
        }
    }

    /// Publishes what a check found, unless the document has changed since: then a newer check is on its way.
    fn checked(&mut self, outcome: Outcome) {
        let Some(document) = self.documents.get(&outcome.uri) else { return };
        if document.revision != outcome.revision {
            return;
        }
        let diagnostics = match &outcome.found {
            Ok(found) => found.iter().map(|found| diagnostic::to_lsp(found, document, self.client)).collect(),
            // Another file of the folder changed. This one did not, and still wants its check.
            Err(Failure::Cancelled) => {
                self.unchecked.insert(outcome.uri);
                return;
            }
            Err(bug) => vec![diagnostic::bug(bug)],
        };
        let params = PublishDiagnosticsParams::new(outcome.uri, diagnostics, Some(document.version));
        self.outbox.send(Letter::Publish(params));
    }

    fn code_action(&self, params: &CodeActionParams, reply: Reply<Option<CodeActionResponse>>) {
        let document = self.documents.get(&params.text_document.uri).filter(|_| action::wanted(&params.context));
        let Some((document, workspace)) =
            document.and_then(|document| Some((document, self.workspaces.get(&document.folder)?)))
        else {
            let _ = reply.send(Ok(None));
            return;
        };
        let (document, database, client) = (document.clone(), workspace.database.clone(), self.client);
        let selection =
            document.offset(params.range.start, client.encoding)..document.offset(params.range.end, client.encoding);
        self.pool.run(move || {
            let answer = guarded(move || {
                let judged = database.judge(&document.file())?;
                Some(action::fixes(&judged.diagnostics, &selection, &document, client))
            });
            let _ = reply.send(answer);
        });
    }

    fn format(&self, uri: &Uri, reply: Reply<Option<Vec<TextEdit>>>) {
        let Some(document) = self.documents.get(uri).cloned() else {
            let _ = reply.send(Ok(None));
            return;
        };
        let encoding = self.client.encoding;
        self.pool.run(move || {
            let _ = reply.send(guarded(move || Some(format::edits(&document, encoding))));
        });
    }
}
