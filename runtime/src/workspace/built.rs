//! Built files: checked rules in one file, to be run where the rules themselves are not.
//!
//! A built file has two lines. The first says what it is, by which version it was made, and the sum of the second;
//! it can be read by every version. The second is the programs with all that a run takes from `syncc.toml`.
//!
//! What it promises:
//! - **Never a secret.** Secrets are not in `syncc.toml`, and come from where the file is run.
//! - **It runs as the rules do**: the same programs, the same stores beside it, the same guards.
//! - **The same rules give the same bytes**, so that a build can be compared.
//! - Whatever else the file is (damaged, of another version, something quite different), nothing is run.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use syncc_compiler::{
    diagnostic::Levels,
    ir::{Program, VERSION},
};
use thiserror::Error;

use super::{FILE, Workspace, WorkspaceError, ends_with, parent, pulled, schemas, settings, write_whole};
use crate::apps::Account;

/// What the first line says it is.
const KIND: &str = "built file";
/// The version of the two lines. That of the programs in them is [`VERSION`].
const FORM: u32 = 1;
/// The longest first line, in bytes.
const LONGEST_HEAD: usize = 1024;

/// A built file, read.
#[derive(Clone, Debug)]
pub struct Built {
    /// The workspace that it runs in: the settings that it was built with, in the folder that it is in.
    pub workspace: Workspace,
    /// The connections.
    pub programs: Vec<Arc<Program>>,
    /// What it was built from.
    pub sources: Vec<Source>,
}

/// A file that went into a built file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// Its name, without its folder.
    pub file: String,
    /// The SHA-256 of its bytes, in hex.
    pub sha256: String,
}

/// Why a file cannot be built or run, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum BuiltError {
    /// A file cannot be read or written, or an account is wrong.
    #[error(transparent)]
    Workspace(#[from] WorkspaceError),
    /// It is something else.
    #[error(
        "{} is neither a .sync file nor a file that `syncc build` made: name one of these, or the folder with your .sync files",
        .0.display()
    )]
    NotBuilt(PathBuf),
    /// It is not what was written.
    #[error(
        "{path} is damaged: something in it is not as `syncc build` wrote it, so nothing of it is run\n\
         Copy it again, or build it anew where the rules are: syncc build FOLDER -o {path}",
        path = .0.display()
    )]
    Damaged(PathBuf),
    /// Its programs mean something else to this version.
    #[error(
        "{file} was built by syncc {by}, and this is syncc {mine}, to which it could mean something else\n\
         Build it anew with this version (syncc build FOLDER -o {file}), or run it with syncc {by}",
        file = .path.display(),
        mine = env!("CARGO_PKG_VERSION")
    )]
    OtherVersion {
        /// The file.
        path: PathBuf,
        /// The version that built it.
        by: String,
    },
    /// A file is to be written over that is no built file.
    #[error("{} is there already and is no built file, so it is left as it is: choose another name after -o", .0.display())]
    Taken(PathBuf),
    /// It would be taken for rules.
    #[error("a built file cannot be called {}: names that end in .sync are for rules", .0.display())]
    Name(PathBuf),
}

/// The first line.
#[derive(Serialize, Deserialize)]
struct Head {
    syncc: String,
    form: u32,
    by: String,
    program: u32,
    sha256: String,
}

/// The second line.
#[derive(Serialize, Deserialize)]
struct Body {
    edition: String,
    region: Option<String>,
    accounts: BTreeMap<String, BuiltAccount>,
    sources: Vec<Source>,
    connections: Vec<Arc<Program>>,
}

/// An account without what belongs to the machine: its folder and its secrets.
#[derive(Serialize, Deserialize)]
struct BuiltAccount {
    app: String,
    settings: BTreeMap<String, toml::Value>,
}

impl Built {
    /// Whether the path is that of one file which is not called as rules are.
    #[must_use]
    pub fn may_be(path: &Path) -> bool {
        path.is_file() && !ends_with(path, ".sync")
    }

    /// Reads a built file.
    ///
    /// # Errors
    /// When it cannot be read, is something else, is damaged, or is of another version.
    pub fn read(path: &Path) -> Result<Self, BuiltError> {
        let bytes = fs::read(path).map_err(|error| WorkspaceError::read(path, &error))?;
        let (head, rest) = head(&bytes).ok_or_else(|| BuiltError::NotBuilt(path.to_owned()))?;
        let other = |by: &str| BuiltError::OtherVersion { path: path.to_owned(), by: by.to_owned() };
        if head.form != FORM || head.program != VERSION {
            return Err(other(&head.by));
        }
        let damaged = || BuiltError::Damaged(path.to_owned());
        if head.sha256 != sum(rest) {
            return Err(damaged());
        }
        let body: Body = serde_json::from_slice(rest).map_err(|_| damaged())?;
        if !settings::knows_edition(&body.edition) {
            return Err(other(&head.by));
        }
        if body.connections.iter().any(|program| program.version != VERSION || !program.is_whole()) {
            return Err(damaged());
        }
        let folder = parent(path);
        let account = |(name, account): (String, BuiltAccount)| {
            let account = Account {
                name: name.clone(),
                app: account.app,
                settings: account.settings,
                folder: folder.clone(),
                secret: None,
                webhook_secret: None,
                region: body.region.clone(),
            };
            (name, account)
        };
        let accounts: BTreeMap<_, _> = body.accounts.into_iter().map(account).collect();
        let workspace = Workspace {
            schemas: schemas(&accounts, &BTreeMap::new())?,
            state: folder.join(".syncc"),
            edition: body.edition,
            region: body.region,
            levels: Levels::default(),
            accounts,
            files: Vec::new(),
            pulled: BTreeMap::new(),
            folder,
        };
        Ok(Self { workspace, programs: body.connections, sources: body.sources })
    }
}

impl Workspace {
    /// Writes a built file of these programs of this workspace, and returns what it was built from.
    ///
    /// # Errors
    /// When a source cannot be read or the file not be written, or when something else has its name.
    pub fn build(&self, programs: &[Arc<Program>], into: &Path) -> Result<Vec<Source>, BuiltError> {
        if ends_with(into, ".sync") {
            return Err(BuiltError::Name(into.to_owned()));
        }
        if into.is_dir() || fs::read(into).is_ok_and(|there| head(&there).is_none()) {
            return Err(BuiltError::Taken(into.to_owned()));
        }
        let used = |name: &str| programs.iter().any(|program| program.sides.iter().any(|side| side.account == name));
        let accounts = self.accounts.iter().filter(|(name, _)| used(name)).map(|(name, account)| {
            let settings = account.settings.clone();
            (name.clone(), BuiltAccount { app: account.app.clone(), settings })
        });
        let sources = self.sources(used)?;
        let body = Body {
            edition: self.edition.clone(),
            region: self.region.clone(),
            accounts: accounts.collect(),
            sources: sources.clone(),
            connections: programs.to_vec(),
        };
        let refuse = |error: serde_json::Error| WorkspaceError::write(into, &error.into());
        let mut rest = serde_json::to_vec(&body).map_err(refuse)?;
        rest.push(b'\n');
        let head = Head {
            syncc: KIND.to_owned(),
            form: FORM,
            by: env!("CARGO_PKG_VERSION").to_owned(),
            program: VERSION,
            sha256: sum(&rest),
        };
        let mut bytes = serde_json::to_vec(&head).map_err(refuse)?;
        bytes.push(b'\n');
        bytes.append(&mut rest);
        write_whole(into, &bytes)?;
        Ok(sources)
    }

    /// The files that the programs come from: rules, settings, and what was pulled from the accounts used.
    fn sources(&self, used: impl Fn(&str) -> bool) -> Result<Vec<Source>, BuiltError> {
        let mut paths = self.files.clone();
        paths.extend(Some(self.folder.join(FILE)).filter(|path| path.exists()));
        let pulled = self.pulled.keys().filter(|account| used(account));
        paths.extend(pulled.map(|account| self.folder.join(format!("{account}{}", pulled::SUFFIX))));
        let source = |path: PathBuf| {
            let bytes = fs::read(&path).map_err(|error| WorkspaceError::read(&path, &error))?;
            let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            Ok(Source { file, sha256: sum(&bytes) })
        };
        paths.into_iter().map(source).collect()
    }
}

/// The first line and what follows it, if this is a built file of any version.
fn head(bytes: &[u8]) -> Option<(Head, &[u8])> {
    let end = bytes.iter().take(LONGEST_HEAD).position(|byte| *byte == b'\n')?;
    let (line, rest) = bytes.split_at_checked(end + 1)?;
    let head: Head = serde_json::from_slice(line).ok()?;
    (head.syncc == KIND).then_some((head, rest))
}

fn sum(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
