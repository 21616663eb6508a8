//! What can be wrong with a workspace, and what to type instead.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use thiserror::Error;

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// The line, from 1.
    pub line: usize,
}

impl Place {
    /// The place at a byte of the text of the file.
    pub(super) fn at(file: &Path, text: &str, byte: usize) -> Self {
        let before = text.as_bytes().iter().take(byte);
        Self { file: file.to_owned(), line: 1 + before.filter(|byte| **byte == b'\n').count() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, line {}", self.file.display(), self.line)
    }
}

/// What is wrong with a workspace, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WorkspaceError {
    /// There is nothing at the path.
    #[error("there is no file or folder {}: check the spelling, or go to the folder with your .sync files", .0.display())]
    Missing(PathBuf),
    /// A file that is no `.sync` file was given.
    #[error("{} is no .sync file: name a file that ends in .sync, or the folder that it is in", .0.display())]
    NotSync(PathBuf),
    /// A file or folder cannot be read or written.
    #[error("{} cannot be {tried}: {why}", .path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// `read` or `written`.
        tried: &'static str,
        /// The cause, in the system's words.
        why: String,
    },
    /// Something in `syncc.toml` or a pulled file is not as it must be.
    #[error("{place}: {what}\n{todo}")]
    Wrong {
        /// Where.
        place: Place,
        /// What is wrong, in the writer's words.
        what: String,
        /// What to type.
        todo: String,
    },
    /// The file with a secret cannot be used.
    #[error("the secret of account {account} cannot be read from {}: {why}\n{todo}", .path.display())]
    Secret {
        /// Whose.
        account: String,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
        /// What to do.
        todo: String,
    },
    /// Nobody is called that.
    #[error("there is no account {account}{}", hint(.known))]
    NoAccount {
        /// The name asked for.
        account: String,
        /// The names there are.
        known: Vec<String>,
    },
}

fn hint(known: &[String]) -> String {
    if known.is_empty() {
        return String::new();
    }
    format!(": there are {}. Add an [accounts] entry to syncc.toml, or use one of these", known.join(", "))
}

impl WorkspaceError {
    pub(super) fn read(path: &Path, error: &std::io::Error) -> Self {
        Self::File { path: path.to_owned(), tried: "read", why: error.to_string() }
    }

    pub(super) fn write(path: &Path, error: &std::io::Error) -> Self {
        Self::File { path: path.to_owned(), tried: "written", why: error.to_string() }
    }

    /// What the TOML reader says, with the line.
    pub(super) fn toml(file: &Path, text: &str, error: &toml::de::Error) -> Self {
        let place = Place::at(file, text, error.span().map_or(0, |span| span.start));
        Self::Wrong {
            place,
            what: error.message().to_owned(),
            todo: "Write settings as `name = \"value\"`, one a line.".to_owned(),
        }
    }
}
