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
    /// It belongs to something else.
    #[error(
        "{path} is not the store of {asked}, it belongs to {found}: put it back in its place, or remove it to start over"
    )]
    NotOurs {
        /// Which file.
        path: String,
        /// Whose it is.
        found: String,
        /// Whose store was asked for.
        asked: String,
    },
    /// A file that is to be restored is no copy of a store.
    #[error("{path} is no backup of a connection: {why}")]
    NoBackup {
        /// Which file.
        path: String,
        /// Why not.
        why: String,
    },
    /// A copy would replace something else.
    #[error("{path} is there already, and is no backup of this connection: name another file, or remove it first")]
    InTheWay {
        /// Which file.
        path: String,
    },
    /// One record cannot be in two links.
    #[error("record {record} is already linked with {with}: unlink it first")]
    AlreadyLinked {
        /// The record that was to be linked.
        record: String,
        /// The record on the other side that it is linked with.
        with: String,
    },
    /// Only what was observed can be linked.
    #[error("record {record} was never read from its app: run again, so that it is read first")]
    Unseen {
        /// Which record.
        record: String,
    },
    /// A step that cannot follow what came before it. A mistake in the program, never in what it reads.
    #[error("{what}; nothing was changed. This is a mistake in syncc: please report it")]
    OutOfOrder {
        /// What was asked, and why it cannot be.
        what: String,
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
        "the store holds something unreadable ({what}): restore it from a backup, or remove it and run again, which matches all records anew"
    )]
    Damaged {
        /// Which row.
        what: String,
    },
}
