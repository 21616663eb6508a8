//! What the server sends on its own account.
//!
//! Sending may have to wait for the client to read, and a request to the client may never be answered. Both
//! happen in tasks of their own, so that neither the owner nor a handler ever waits for the client.

use std::collections::HashMap;

use tokio::sync::mpsc;
use tower_lsp::{
    Client,
    ls_types::{MessageType, PublishDiagnosticsParams, Registration},
};

/// Something to send.
pub(crate) enum Letter {
    /// `textDocument/publishDiagnostics`
    Publish(PublishDiagnosticsParams),
    /// `window/showMessage`, as an error.
    Complain(String),
    /// `client/registerCapability`
    Register(Registration),
}

/// The way out. Never waits.
pub(crate) struct Outbox {
    letters: mpsc::UnboundedSender<Letter>,
}

impl Outbox {
    /// The way out, and the queue that [`deliver`] takes from.
    pub(crate) fn channel() -> (Self, mpsc::UnboundedReceiver<Letter>) {
        let (letters, queue) = mpsc::unbounded_channel();
        (Self { letters }, queue)
    }

    pub(crate) fn send(&self, letter: Letter) {
        // Fails only when delivery has ended, and then the client is gone.
        let _ = self.letters.send(letter);
    }
}

/// Sends letters in their order until the outbox is dropped. Of several diagnostics of one document that
/// wait here, because the client reads slowly, only the newest are sent.
pub(crate) async fn deliver(client: Client, mut queue: mpsc::UnboundedReceiver<Letter>) {
    let mut waiting = Vec::new();
    while queue.recv_many(&mut waiting, usize::MAX).await > 0 {
        let mut newest = HashMap::new();
        for (at, letter) in waiting.iter().enumerate() {
            if let Letter::Publish(params) = letter {
                newest.insert(params.uri.clone(), at);
            }
        }
        for (at, letter) in waiting.drain(..).enumerate() {
            match letter {
                Letter::Publish(params) if newest.get(&params.uri) == Some(&at) => {
                    client.publish_diagnostics(params.uri, params.diagnostics, params.version).await;
                }
                Letter::Publish(_) => {}
                Letter::Complain(text) => client.show_message(MessageType::ERROR, text).await,
                Letter::Register(registration) => {
                    let client = client.clone();
                    // A client may refuse, or never answer. It then sends no news, and saving reloads instead.
                    tokio::spawn(async move { client.register_capability(vec![registration]).await });
                }
            }
        }
    }
}
