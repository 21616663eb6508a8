//! Starting and stopping both practice apps.

use std::sync::Arc;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::apps::{self, Apps};
use crate::clock::Clock;
use crate::options::{Options, SandboxError};
use crate::practice::Practice;
use crate::{serve, webhook};

/// Practice Google Contacts and practice Real Geeks, running.
///
/// They listen on 127.0.0.1 only. Dropping the sandbox stops them as well as [`Sandbox::stop`] does, but does not wait.
#[derive(Debug)]
pub struct Sandbox {
    google: Practice,
    realgeeks: Practice,
    stop: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
    sender: JoinHandle<()>,
    /// Their folder is theirs until these are dropped.
    _apps: Apps,
}

impl Sandbox {
    /// Starts both apps. A folder that holds data of an earlier run is taken up as it was left.
    pub async fn start(options: Options) -> Result<Self, SandboxError> {
        let apps = Apps::open(&options, Arc::new(Clock::default()))?;
        let client = reqwest::Client::builder().build()?;
        let [google_port, realgeeks_port] = options.ports.unwrap_or_default();
        let (google_listener, realgeeks_listener) = (listen(google_port).await?, listen(realgeeks_port).await?);
        let (stop, stopped) = watch::channel(false);
        Ok(Self {
            google: apps.practice_google(google_listener.1),
            realgeeks: apps.practice_realgeeks(realgeeks_listener.1),
            stop,
            servers: vec![
                tokio::spawn(serve::serve(google_listener.0, Arc::clone(&apps.google), stopped.clone())),
                tokio::spawn(serve::serve(realgeeks_listener.0, Arc::clone(&apps.realgeeks), stopped)),
            ],
            sender: tokio::spawn(webhook::send(Arc::clone(&apps.realgeeks), client, apps::SECRET.to_owned())),
            _apps: apps,
        })
    }

    /// Practice Google Contacts.
    #[must_use]
    pub fn google(&self) -> &Practice {
        &self.google
    }

    /// Practice Real Geeks.
    #[must_use]
    pub fn realgeeks(&self) -> &Practice {
        &self.realgeeks
    }

    /// Stops both apps and closes every connection. Webhooks that were not accepted yet stay in the data folder.
    pub async fn stop(mut self) {
        self.stop.send_replace(true);
        for server in self.servers.drain(..) {
            // A server that panicked has stopped as well.
            let _ = server.await;
        }
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.stop.send_replace(true);
        self.sender.abort();
    }
}

/// A listener on loopback, and the base of its addresses.
async fn listen(port: u16) -> Result<(TcpListener, String), SandboxError> {
    let failed = |source| SandboxError::Port { port, source };
    let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(failed)?;
    let base = format!("http://{}", listener.local_addr().map_err(failed)?);
    Ok((listener, base))
}
