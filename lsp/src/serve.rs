//! Putting the parts together: transport, handlers, owner, outbox.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use tokio::io::{AsyncRead, AsyncWrite};
use tower_lsp::{LspService, Server};

use crate::{
    Loader,
    handlers::Handlers,
    ingress::Ingress,
    outbox::{Outbox, deliver},
    owner::Owner,
    pool::Pool,
};

/// How a session ended. The protocol wants exit code 0 for the first and 1 for the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// The client asked for it.
    AfterShutdown,
    /// The client went away without a word.
    Abruptly,
}

/// Serves one client until it says `exit` or closes its end.
///
/// # Errors
/// When the system gives no threads.
pub async fn serve(
    input: impl AsyncRead + Unpin,
    output: impl AsyncWrite,
    loader: impl Loader + 'static,
) -> io::Result<Ended> {
    let (ingress, events) = Ingress::channel();
    let (outbox, letters) = Outbox::channel();
    let owner = Owner::new(Box::new(loader), Pool::start()?, outbox, ingress.downgrade());
    // Nobody joins the owner: it ends by itself when the handlers are gone.
    thread::Builder::new().name("syncc-owner".to_owned()).spawn(move || owner.run(events))?;

    let shut_down = Arc::new(AtomicBool::new(false));
    let handlers = Handlers { ingress, shut_down: Arc::clone(&shut_down) };
    let (service, socket) = LspService::new(|client| {
        tokio::spawn(deliver(client, letters));
        handlers
    });
    Server::new(input, output, socket).serve(service).await;
    Ok(if shut_down.load(Ordering::Relaxed) { Ended::AfterShutdown } else { Ended::Abruptly })
}

/// Serves the client at the other end of standard input and output, and returns when it is gone.
///
/// # Errors
/// When the system gives no threads.
pub fn stdio(loader: impl Loader + 'static) -> io::Result<Ended> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let ended = runtime.block_on(serve(tokio::io::stdin(), tokio::io::stdout(), loader));
    // Reading standard input cannot be interrupted: a client that says `exit` and leaves its end open would
    // otherwise keep the process alive.
    runtime.shutdown_background();
    ended
}
