//! What goes wrong when remembering.

use thiserror::Error;

/// Why something could not be remembered. Nothing was changed.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The disk is full.
    #[error("the disk is full: free some space and run again; nothing was lost")]
    DiskFull,
    /// Another run holds the store.
    #[error("another syncc is working on this connection: wait for it, or stop it, and run again")]
    Busy,
    /// Made by a newer version.
    #[error("the store was written by a newer syncc (format {found}, this one knows {known}): update syncc")]
    Newer {
        /// The format found.
        found: i64,
        /// The newest format known here.
        known: i64,
    },
    /// The database said no.
    #[error("the store at {path} failed: {why}")]
    Database {
        /// Which file.
        path: String,
        /// The cause, in words.
        why: String,
    },
    /// A stored row does not read.
    #[error(
        "the store holds something unreadable ({what}): restore it from a backup, or remove it to start over without loss"
    )]
    Damaged {
        /// Which row.
        what: String,
    },
}
