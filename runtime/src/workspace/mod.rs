//! A workspace: a folder of `.sync` files, its `syncc.toml`, and what was pulled from its accounts.
//!
//! Opening one reads files and nothing else: no network, and no secret. A secret is looked for when an
//! account is asked for, so that `check` needs none.

mod built;
mod error;
mod levels;
mod pulled;
mod secret;
mod settings;
#[cfg(test)]
mod tests;
mod whole_file;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use syncc_compiler::{diagnostic::Levels, schema};

pub use built::{Built, BuiltError, Source};
pub use error::{Place, WorkspaceError};
pub use settings::FILE;
use settings::Settings;
pub use whole_file::write_whole;

use crate::apps::{Account, Secret};

/// A folder of `.sync` files, or one of them.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// The folder. Relative paths in `syncc.toml` start here.
    pub folder: PathBuf,
    /// The edition of the language.
    pub edition: String,
    /// The country of phone numbers without a country code (`"US"`).
    pub region: Option<String>,
    /// How bad each kind of problem is.
    pub levels: Levels,
    /// The accounts in `syncc.toml` by name, without their secrets: see [`Workspace::account`].
    pub accounts: BTreeMap<String, Account>,
    /// The `.sync` files in the order of their names, or the one that was asked for.
    pub files: Vec<PathBuf>,
    /// What was pulled, by account.
    pub pulled: BTreeMap<String, schema::Pulled>,
    /// Where the stores are. May not be there yet: see [`Workspace::prepare_state`].
    pub state: PathBuf,
    schemas: Vec<(String, schema::App)>,
}

impl Workspace {
    /// Reads the workspace in a folder, or the one around a single `.sync` file.
    ///
    /// # Errors
    /// When something in it cannot be read or is wrong. A folder without `.sync` files is not wrong.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, WorkspaceError> {
        let Found { folder, files, listed } = find(path.as_ref())?;
        let toml = folder.join(FILE);
        let settings = match fs::read_to_string(&toml) {
            Ok(text) => Settings::read(&toml, &folder, &text)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Settings::none(),
            Err(error) => return Err(WorkspaceError::read(&toml, &error)),
        };
        let Settings { edition, region, levels, accounts } = settings;
        let pulled = pulled::read(&listed)?;
        let schemas = schemas(&accounts, &pulled)?;
        Ok(Self { state: folder.join(".syncc"), folder, edition, region, levels, accounts, files, pulled, schemas })
    }

    /// The accounts that `.sync` files can name, each with its app's schema and what was pulled from it.
    /// Without accounts in `syncc.toml` these are all apps by their ids.
    #[must_use]
    pub fn schemas(&self) -> Vec<(String, schema::App)> {
        self.schemas.clone()
    }

    /// An account with its secret, if there is one: from the environment variable `SYNCC_<NAME>_SECRET`, else
    /// from the file that its setting `secret-file` names.
    ///
    /// # Errors
    /// When there is no such account of this app, or the file with its secret cannot be used.
    pub fn account(&self, name: &str, app: &str) -> Result<Account, WorkspaceError> {
        self.account_in(name, app, &|variable| std::env::var(variable).ok())
    }

    fn account_in(
        &self,
        name: &str,
        app: &str,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Account, WorkspaceError> {
        if !self.schemas.iter().any(|(known, schema)| known == name && schema.id == app) {
            let known = self.schemas.iter().map(|(known, _)| known.clone()).collect();
            return Err(WorkspaceError::NoAccount { account: name.to_owned(), known });
        }
        let mut account = self.accounts.get(name).cloned().unwrap_or_else(|| Account {
            name: name.to_owned(),
            app: app.to_owned(),
            settings: BTreeMap::new(),
            folder: self.folder.clone(),
            secret: None,
            webhook_secret: None,
            region: self.region.clone(),
        });
        account.secret = secret::find(&account, environment)?;
        let signed = secret::variable(&format!("{name}_webhook"));
        account.webhook_secret = environment(&signed).filter(|found| !found.is_empty()).map(Secret::new);
        Ok(account)
    }

    /// The environment variable that an account's secret is looked for in, for messages.
    #[must_use]
    pub fn secret_variable(account: &str) -> String {
        secret::variable(account)
    }

    /// The store of a connection: the file `.syncc/NAME.db`.
    #[must_use]
    pub fn store(&self, connection: &str) -> PathBuf {
        self.state.join(format!("{connection}.db"))
    }

    /// Makes the folder of the stores, if it is not there: for its owner only, and not for git.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn prepare_state(&self) -> Result<(), WorkspaceError> {
        if self.state.is_dir() {
            return Ok(());
        }
        let refuse = |error| WorkspaceError::write(&self.state, &error);
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.state).map_err(refuse)?;
        fs::write(self.state.join(".gitignore"), "*\n").map_err(refuse)?;
        // What the store writes is durable only if the folder it is in is.
        #[cfg(unix)]
        fs::File::open(&self.folder).and_then(|folder| folder.sync_all()).map_err(refuse)?;
        Ok(())
    }

    /// Writes what was pulled from an account beside the `.sync` files, and returns the file. The same fields
    /// give the same bytes. [`Workspace::schemas`] knows them after the workspace is opened again.
    ///
    /// # Errors
    /// When it cannot be written; then the old file is untouched.
    pub fn write_pulled(&self, account: &str, fields: &schema::Pulled) -> Result<PathBuf, WorkspaceError> {
        if !self.schemas.iter().any(|(known, _)| known == account) {
            let known = self.schemas.iter().map(|(known, _)| known.clone()).collect();
            return Err(WorkspaceError::NoAccount { account: account.to_owned(), known });
        }
        pulled::write(&self.folder, account, fields)
    }
}

/// The `.sync` files of a folder in the order of their names, or the one that the path names. Reads none of them.
///
/// # Errors
/// When there is nothing at the path, or something that is no `.sync` file.
pub fn sync_files(path: &Path) -> Result<Vec<PathBuf>, WorkspaceError> {
    find(path).map(|found| found.files)
}

/// What is at the path of a workspace.
struct Found {
    folder: PathBuf,
    /// The `.sync` files asked for.
    files: Vec<PathBuf>,
    /// All files of the folder.
    listed: Vec<PathBuf>,
}

fn find(path: &Path) -> Result<Found, WorkspaceError> {
    let kind = fs::metadata(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => WorkspaceError::Missing(path.to_owned()),
        _ => WorkspaceError::read(path, &error),
    })?;
    let single = kind.is_file();
    if single && !ends_with(path, ".sync") {
        return Err(WorkspaceError::NotSync(path.to_owned()));
    }
    let folder = if single { parent(path) } else { path.to_owned() };
    let listed = list(&folder)?;
    let files = if single {
        vec![path.to_owned()]
    } else {
        listed.iter().filter(|file| ends_with(file, ".sync")).cloned().collect()
    };
    Ok(Found { folder, files, listed })
}

/// What can be named, with its fields.
fn schemas(
    accounts: &BTreeMap<String, Account>,
    pulled: &BTreeMap<String, schema::Pulled>,
) -> Result<Vec<(String, schema::App)>, WorkspaceError> {
    let named: Vec<(&str, &str)> = if accounts.is_empty() {
        syncc_connectors::MANIFESTS.iter().map(|(id, _)| (*id, *id)).collect()
    } else {
        accounts.values().map(|account| (account.name.as_str(), account.app.as_str())).collect()
    };
    let mut schemas = Vec::new();
    for (name, app) in named {
        let text = syncc_connectors::manifest(app).unwrap_or_default();
        let mut schema = schema::App::from_manifest(app, text).map_err(|error| WorkspaceError::File {
            path: PathBuf::from(format!("{app}.toml")),
            tried: "read",
            why: error.to_string(),
        })?;
        if let Some(pulled) = pulled.get(name) {
            schema = schema.with(pulled);
        }
        schemas.push((name.to_owned(), schema));
    }
    Ok(schemas)
}

/// The files of a folder in the order of their names.
fn list(folder: &Path) -> Result<Vec<PathBuf>, WorkspaceError> {
    let mut files = Vec::new();
    let refuse = |error: std::io::Error| WorkspaceError::read(folder, &error);
    for entry in fs::read_dir(folder).map_err(refuse)? {
        let path = entry.map_err(refuse)?.path();
        if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn ends_with(path: &Path, suffix: &str) -> bool {
    // A name that begins with a dot is an editor's, not the writer's.
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.ends_with(suffix) && !name.starts_with('.')
}

/// The folder of a file that was named without one is the current one.
fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// The name that was probably meant.
fn nearest<'a>(written: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let written = written.to_lowercase();
    names
        .map(|name| (strsim::damerau_levenshtein(&written, name), name))
        .min()
        .filter(|(distance, name)| *distance <= 1 + name.len() / 4)
        .map(|(_, name)| name)
}
