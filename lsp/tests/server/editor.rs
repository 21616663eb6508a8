//! The other end: an editor that speaks the protocol and remembers what it was told.

use std::{collections::VecDeque, path::Path, process::Stdio, time::Duration};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, DuplexStream},
    process::Child,
    sync::mpsc,
    task::JoinHandle,
};

use crate::folder::Folder;

/// Longer than this no answer takes, however busy the machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// An editor with a server at the other end.
pub(crate) struct Editor {
    to_server: Box<dyn AsyncWrite + Unpin + Send>,
    from_server: mpsc::UnboundedReceiver<Value>,
    /// What came while something else was waited for.
    backlog: VecDeque<Value>,
    last_id: i64,
    /// The server, if it runs in this process.
    pub(crate) server: Option<JoinHandle<std::io::Result<syncc_lsp::Ended>>>,
}

/// What current editors say they can do.
pub(crate) fn modern() -> Value {
    json!({
        "general": { "positionEncodings": ["utf-8", "utf-16"] },
        "textDocument": {
            "publishDiagnostics": { "relatedInformation": true, "versionSupport": true },
            "codeAction": { "codeActionLiteralSupport": { "codeActionKind": { "valueSet": ["quickfix"] } } },
        },
        "workspace": {
            "workspaceEdit": { "documentChanges": true },
            "didChangeWatchedFiles": { "dynamicRegistration": true },
        },
    })
}

impl Editor {
    fn new(output: impl AsyncRead + Unpin + Send + 'static, input: impl AsyncWrite + Unpin + Send + 'static) -> Self {
        let (messages, from_server) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            let mut output = BufReader::new(output);
            while let Some(message) = read(&mut output).await {
                if messages.send(message).is_err() {
                    break;
                }
            }
        });
        Self { to_server: Box::new(input), from_server, backlog: VecDeque::new(), last_id: 0, server: None }
    }

    /// A server in this process, through pipes that hold `room` bytes.
    pub(crate) fn with_pipes(room: usize) -> (Self, Pipes) {
        Self::with(room, Folder)
    }

    /// A server in this process that learns its accounts from this loader.
    pub(crate) fn with(room: usize, loader: impl syncc_lsp::Loader + 'static) -> (Self, Pipes) {
        let (to_server, input) = tokio::io::duplex(room);
        let (output, from_server) = tokio::io::duplex(room);
        let server = tokio::spawn(syncc_lsp::serve(input, output, loader));
        let (gate, opened) = tokio::sync::oneshot::channel();
        // Nothing is read from the server before the gate opens.
        let mut editor = Self::new(Gated { inner: from_server, gate: Some(opened) }, to_server);
        editor.server = Some(server);
        (editor, Pipes { gate })
    }

    /// A server in this process.
    pub(crate) fn in_process() -> Self {
        let (editor, pipes) = Self::with_pipes(1 << 16);
        pipes.start_reading();
        editor
    }

    /// A server in a process of its own.
    pub(crate) fn in_a_process_of_its_own() -> (Self, Child) {
        let mut child = tokio::process::Command::new(env!("CARGO_BIN_EXE_syncc-lsp-stdio"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the server starts");
        let (output, input) = (child.stdout.take().unwrap(), child.stdin.take().unwrap());
        (Self::new(output, input), child)
    }

    /// Says hello, and gives what the server can do.
    pub(crate) async fn hello(&mut self, capabilities: Value) -> Value {
        let params = json!({ "processId": null, "rootUri": null, "capabilities": capabilities });
        let answer = self.ask("initialize", params).await;
        self.tell("initialized", json!({})).await;
        answer["result"]["capabilities"].clone()
    }

    async fn write(&mut self, message: &Value) {
        let body = message.to_string();
        let frame = format!("Content-Length: {}\r\n\r\n{body}", body.len());
        self.to_server.write_all(frame.as_bytes()).await.expect("the server listens");
        self.to_server.flush().await.expect("the server listens");
    }

    /// A notification.
    pub(crate) async fn tell(&mut self, method: &str, params: Value) {
        self.write(&json!({ "jsonrpc": "2.0", "method": method, "params": params })).await;
    }

    /// A request, without waiting for its answer. Gives its id.
    pub(crate) async fn send(&mut self, method: &str, params: Value) -> i64 {
        self.last_id += 1;
        let mut message = json!({ "jsonrpc": "2.0", "id": self.last_id, "method": method });
        if !params.is_null() {
            message["params"] = params;
        }
        self.write(&message).await;
        self.last_id
    }

    /// A request and its whole answer.
    pub(crate) async fn ask(&mut self, method: &str, params: Value) -> Value {
        let id = self.send(method, params).await;
        self.answer(id).await
    }

    /// The answer to a request that was sent.
    pub(crate) async fn answer(&mut self, id: i64) -> Value {
        self.wait(&format!("an answer to request {id}"), |message| {
            message["id"] == id && message.get("method").is_none()
        })
        .await
    }

    /// The next message, wanted or not.
    pub(crate) async fn next(&mut self) -> Option<Value> {
        match self.backlog.pop_front() {
            Some(message) => Some(message),
            None => tokio::time::timeout(PATIENCE, self.from_server.recv()).await.expect("a message"),
        }
    }

    /// The first message like this. Those that are not wait their turn.
    pub(crate) async fn wait(&mut self, what: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        if let Some(at) = self.backlog.iter().position(&wanted) {
            return self.backlog.remove(at).unwrap();
        }
        loop {
            let message = tokio::time::timeout(PATIENCE, self.from_server.recv()).await;
            let message = message.unwrap_or_else(|_| panic!("waited too long for {what}"));
            let message = message.unwrap_or_else(|| panic!("the server ended; {what} never came"));
            if wanted(&message) {
                return message;
            }
            self.backlog.push_back(message);
        }
    }

    /// Opens a text as version 1.
    pub(crate) async fn open(&mut self, uri: &str, text: &str) {
        let document = json!({ "uri": uri, "languageId": "sync", "version": 1, "text": text });
        self.tell("textDocument/didOpen", json!({ "textDocument": document })).await;
    }

    /// Changes a text, in the protocol's own words.
    pub(crate) async fn change(&mut self, uri: &str, version: i32, changes: Value) {
        let document = json!({ "uri": uri, "version": version });
        self.tell("textDocument/didChange", json!({ "textDocument": document, "contentChanges": changes })).await;
    }

    /// The diagnostics of this version of a text.
    pub(crate) async fn diagnostics(&mut self, uri: &str, version: i32) -> Vec<Value> {
        let message = self
            .wait(&format!("the diagnostics of version {version} of {uri}"), |message| {
                message["method"] == "textDocument/publishDiagnostics"
                    && message["params"]["uri"] == uri
                    && message["params"]["version"] == version
            })
            .await;
        message["params"]["diagnostics"].as_array().unwrap().clone()
    }
}

/// What a test does with the pipes while the server runs.
pub(crate) struct Pipes {
    gate: tokio::sync::oneshot::Sender<()>,
}

impl Pipes {
    /// From here on the editor reads what the server writes.
    pub(crate) fn start_reading(self) {
        let _ = self.gate.send(());
    }
}

/// A pipe that nobody reads from until its gate opens.
struct Gated {
    inner: DuplexStream,
    gate: Option<tokio::sync::oneshot::Receiver<()>>,
}

impl AsyncRead for Gated {
    fn poll_read(
        mut self: std::pin::Pin<&mut Self>,
        context: &mut std::task::Context<'_>,
        buffer: &mut tokio::io::ReadBuf<'_>,
    ) -> std::task::Poll<std::io::Result<()>> {
        if let Some(gate) = &mut self.gate {
            std::task::ready!(std::pin::Pin::new(gate).poll(context)).ok();
            self.gate = None;
        }
        std::pin::Pin::new(&mut self.inner).poll_read(context, buffer)
    }
}

/// One message. `None` at the end.
async fn read(output: &mut (impl AsyncBufReadExt + Unpin)) -> Option<Value> {
    let mut length = 0;
    loop {
        let mut line = String::new();
        if output.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some((name, value)) if name.eq_ignore_ascii_case("content-length") => length = value.parse().ok()?,
            Some(_) => {}
            None => break,
        }
    }
    let mut body = vec![0; length];
    output.read_exact(&mut body).await.ok()?;
    serde_json::from_slice(&body).ok()
}

/// The name of a file between editor and server.
pub(crate) fn uri(path: &Path) -> String {
    format!("file://{}", path.display())
}
