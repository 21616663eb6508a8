//! Starting and stopping both practice apps.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::app::App;
use crate::clock::Clock;
use crate::desk::{Desk, Kept};
use crate::fault::{Fault, WebhookFaults};
use crate::google::Google;
use crate::journal::{self, Journal};
use crate::options::{Options, SandboxError};
use crate::practice::Practice;
use crate::realgeeks::RealGeeks;
use crate::samples::{self, Person};
use crate::{serve, webhook};

const TOKEN: &str = "practice-google-token";
const USER: &str = "practice";
const PASSWORD: &str = "practice-password";
const SECRET: &str = "practice-webhook-secret";

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
    _lock: Option<File>,
    _export: Option<TempDir>,
}

impl Sandbox {
    /// Starts both apps. A folder that holds data of an earlier run is taken up as it was left.
    pub async fn start(options: Options) -> Result<Self, SandboxError> {
        let lock = options.state.as_deref().map(journal::lock).transpose()?;
        let people = samples::people(options.seed, options.contacts);
        let clock = Arc::new(Clock::default());
        let (google, google_journal, google_kept) = open_google(&options, &people, &clock)?;
        let (realgeeks, realgeeks_journal, realgeeks_kept) = open_realgeeks(&options, &people)?;

        let (folder, temporary) = match &options.state {
            Some(folder) => (folder.clone(), None),
            None => {
                let made = TempDir::new().map_err(|source| unusable(std::env::temp_dir(), source))?;
                (made.path().to_owned(), Some(made))
            }
        };
        let export = folder.join("realgeeks-leads.csv");
        realgeeks.export(&export).map_err(|source| unusable(export.clone(), source))?;

        let desk = |app: Box<dyn App>, journal, kept, faults: &[Fault], webhooks| {
            Desk::open(app, journal, kept, Arc::clone(&clock), faults.to_vec(), webhooks)
                .map(Arc::new)
                .map_err(|refusal| unusable(folder.clone(), io::Error::other(refusal)))
        };
        let none = WebhookFaults::default();
        let google = desk(Box::new(google), google_journal, google_kept, &options.faults.google, none)?;
        let webhooks = options.faults.webhooks;
        let realgeeks =
            desk(Box::new(realgeeks), realgeeks_journal, realgeeks_kept, &options.faults.realgeeks, webhooks)?;

        let client = reqwest::Client::builder().build()?;
        let [google_port, realgeeks_port] = options.ports.unwrap_or_default();
        let (google_listener, realgeeks_listener) = (listen(google_port).await?, listen(realgeeks_port).await?);
        let blank = |base: String, desk: &Arc<Desk>| Practice {
            base,
            token: String::new(),
            user: String::new(),
            password: String::new(),
            secret: String::new(),
            site: String::new(),
            export: None,
            desk: Arc::clone(desk),
        };
        let (stop, stopped) = watch::channel(false);
        Ok(Self {
            google: Practice { token: TOKEN.to_owned(), ..blank(google_listener.1, &google) },
            realgeeks: Practice {
                user: USER.to_owned(),
                password: PASSWORD.to_owned(),
                secret: SECRET.to_owned(),
                site: site(),
                export: Some(export),
                ..blank(realgeeks_listener.1, &realgeeks)
            },
            stop,
            servers: vec![
                tokio::spawn(serve::serve(google_listener.0, google, stopped.clone())),
                tokio::spawn(serve::serve(realgeeks_listener.0, Arc::clone(&realgeeks), stopped)),
            ],
            sender: tokio::spawn(webhook::send(realgeeks, client, SECRET.to_owned())),
            _lock: lock,
            _export: temporary,
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

fn open_google(options: &Options, people: &[Person], clock: &Clock) -> Result<(Google, Journal, Kept), SandboxError> {
    let fresh = || Google::new(options.seed, TOKEN.to_owned(), people, clock.now());
    let Some(folder) = &options.state else { return Ok((fresh(), Journal::in_memory(), Kept::default())) };
    let (journal, mut records) = Journal::open(folder, "google")?;
    let kept = Kept::take(&mut records)?;
    // A new account has its system groups, so no records mean no account.
    let google = if records.is_empty() { fresh() } else { Google::load(options.seed, TOKEN.to_owned(), records)? };
    Ok((google, journal, kept))
}

fn open_realgeeks(options: &Options, people: &[Person]) -> Result<(RealGeeks, Journal, Kept), SandboxError> {
    let fresh = || RealGeeks::new(site(), USER.to_owned(), PASSWORD.to_owned(), people);
    let Some(folder) = &options.state else { return Ok((fresh(), Journal::in_memory(), Kept::default())) };
    let (journal, mut records) = Journal::open(folder, "realgeeks")?;
    let kept = Kept::take(&mut records)?;
    let realgeeks = if records.is_empty() {
        fresh()
    } else {
        RealGeeks::load(site(), USER.to_owned(), PASSWORD.to_owned(), records)?
    };
    Ok((realgeeks, journal, kept))
}

/// The site's UUID, always the same.
fn site() -> String {
    Uuid::new_v5(&Uuid::NAMESPACE_DNS, b"www.practice-homes.example.com").hyphenated().to_string()
}

/// A listener on loopback, and the base of its addresses.
async fn listen(port: u16) -> Result<(TcpListener, String), SandboxError> {
    let failed = |source| SandboxError::Port { port, source };
    let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(failed)?;
    let base = format!("http://{}", listener.local_addr().map_err(failed)?);
    Ok((listener, base))
}

fn unusable(path: PathBuf, source: io::Error) -> SandboxError {
    SandboxError::Folder { path, source }
}
