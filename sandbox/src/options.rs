//! How a sandbox is started, and what can be wrong with that.

use std::io;
use std::path::PathBuf;

use crate::fault::Faults;

/// How to start the practice apps.
#[derive(Debug, Clone)]
pub struct Options {
    /// The folder where the apps' data is kept between runs. Nothing is kept without one.
    pub state: Option<PathBuf>,
    /// What goes wrong.
    pub faults: Faults,
    /// Decides the sample contacts. The same seed makes the same people.
    pub seed: u64,
    /// The ports of Google Contacts and of Real Geeks. Free ones are taken without them.
    pub ports: Option<[u16; 2]>,
    /// How many sample contacts each app starts with. About 45 of 100 are in both. Only a new folder is filled.
    pub contacts: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { state: None, faults: Faults::default(), seed: 1, ports: None, contacts: 200 }
    }
}

/// Why the practice apps could not be started.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The port is taken, or may not be used.
    #[error("cannot listen on 127.0.0.1 port {port}: {source}. Another program may use it; choose other ports.")]
    Port {
        /// The port that was asked for.
        port: u16,
        /// The system's reason.
        source: io::Error,
    },
    /// The data folder cannot be read or written.
    #[error("cannot use {}: {source}. The practice apps keep their data there; check that you may write to it.", path.display())]
    Folder {
        /// The file or folder.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// Another sandbox uses the same folder.
    #[error("{} is used by a sandbox that is still running. Stop that one first, or choose another folder.", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// A file of saved data is not what the sandbox wrote.
    #[error("line {line} of {} cannot be read: {source}. Delete the folder to start with fresh practice data.", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// A saved record does not fit this version.
    #[error(
        "the saved record {key} does not fit this version of the sandbox: {source}. Delete the folder to start with fresh practice data."
    )]
    Record {
        /// The record's key.
        key: String,
        /// What is wrong with it.
        source: serde_json::Error,
    },
    /// The HTTP client for webhooks could not be made.
    #[error("cannot set up the sender of webhooks: {0}")]
    Sender(#[from] reqwest::Error),
}

/// Why a hand's change was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(pub String);
