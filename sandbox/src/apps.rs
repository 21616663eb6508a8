//! Both practice apps with their data, behind their desks: what the running server and direct askers share.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use tempfile::TempDir;
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

const TOKEN: &str = "practice-google-token";
const USER: &str = "practice";
const PASSWORD: &str = "practice-password";
/// What webhooks are signed with.
pub(crate) const SECRET: &str = "practice-webhook-secret";

/// The desks of both apps, and the folder they keep their data in.
#[derive(Debug)]
pub(crate) struct Apps {
    pub(crate) google: Arc<Desk>,
    pub(crate) realgeeks: Arc<Desk>,
    /// The leads as they were when this was opened.
    export: PathBuf,
    _lock: Option<File>,
    _export: Option<TempDir>,
}

impl Apps {
    /// Opens both apps. A folder that holds data of an earlier run is taken up as it was left.
    pub(crate) fn open(options: &Options, clock: Arc<Clock>) -> Result<Self, SandboxError> {
        let lock = options.state.as_deref().map(journal::lock).transpose()?;
        let people = samples::people(options.seed, options.contacts);
        let (google, google_journal, google_kept) = open_google(options, &people, &clock)?;
        let (realgeeks, realgeeks_journal, realgeeks_kept) = open_realgeeks(options, &people)?;

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
        Ok(Self { google, realgeeks, export, _lock: lock, _export: temporary })
    }

    /// Practice Google Contacts, reached at this address.
    pub(crate) fn practice_google(&self, base: String) -> Practice {
        Practice { token: TOKEN.to_owned(), ..blank(base, &self.google) }
    }

    /// Practice Real Geeks, reached at this address.
    pub(crate) fn practice_realgeeks(&self, base: String) -> Practice {
        Practice {
            user: USER.to_owned(),
            password: PASSWORD.to_owned(),
            secret: SECRET.to_owned(),
            site: site(),
            export: Some(self.export.clone()),
            ..blank(base, &self.realgeeks)
        }
    }
}

fn blank(base: String, desk: &Arc<Desk>) -> Practice {
    Practice {
        base,
        token: String::new(),
        user: String::new(),
        password: String::new(),
        secret: String::new(),
        site: String::new(),
        export: None,
        desk: Arc::clone(desk),
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

fn unusable(path: PathBuf, source: io::Error) -> SandboxError {
    SandboxError::Folder { path, source }
}
