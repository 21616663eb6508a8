//! Where secrets come from: the environment, or a file that nobody else can read. Never `syncc.toml`,
//! which is kept in git.

use std::{fs, path::Path};

use super::WorkspaceError;
use crate::apps::{Account, Secret};

/// The setting that names the file with the secret.
pub(super) const FILE: &str = "secret-file";

/// Words that make a setting a secret, alone or at the end of another (`accessToken`).
const ENDINGS: &[&str] =
    &["apikey", "credential", "credentials", "passphrase", "passwd", "password", "secret", "token"];

/// Words that do so only alone: `key`, but not `monkey`.
const WORDS: &[&str] = &["bearer", "key", "pin", "pwd"];

/// Whether a setting of this name would hold a secret: `password`, `api_key`, `access-token` …
pub(super) fn is_secret(setting: &str) -> bool {
    if setting == FILE {
        return false;
    }
    let setting = setting.to_lowercase();
    setting
        .split(|letter: char| !letter.is_alphanumeric())
        .any(|word| WORDS.contains(&word) || ENDINGS.iter().any(|ending| word.ends_with(ending)))
}

/// The environment variable that holds the secret of an account.
pub(super) fn variable(account: &str) -> String {
    let name: String = account
        .chars()
        .map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_uppercase() } else { '_' })
        .collect();
    format!("SYNCC_{name}_SECRET")
}

/// The secret of an account: from the environment, else from its `secret-file`, else none.
pub(super) fn find(
    account: &Account,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Result<Option<Secret>, WorkspaceError> {
    if let Some(secret) = environment(&variable(&account.name)).filter(|secret| !secret.trim().is_empty()) {
        return Ok(Some(Secret::new(secret.trim())));
    }
    let Some(file) = account.text(FILE) else {
        return Ok(None);
    };
    let path = account.folder.join(file);
    let refuse = |why: String, todo: String| WorkspaceError::Secret {
        account: account.name.clone(),
        path: path.clone(),
        why,
        todo,
    };
    let elsewhere = || format!("Or set the environment variable {} instead.", variable(&account.name));
    if let Some(mode) = open_to_others(&path).map_err(|error| refuse(error.to_string(), elsewhere()))? {
        return Err(refuse(
            format!("others on this computer can read it (its mode is {mode:o})"),
            format!("Type: chmod 600 {}", quoted(&path)),
        ));
    }
    let text = fs::read_to_string(&path).map_err(|error| refuse(error.to_string(), elsewhere()))?;
    let secret = text.trim();
    if secret.is_empty() {
        return Err(refuse("it is empty".to_owned(), "Put the password, token or key into it.".to_owned()));
    }
    Ok(Some(Secret::new(secret)))
}

/// The mode of a file that its group or everybody can read, write or run.
#[cfg(unix)]
fn open_to_others(path: &Path) -> std::io::Result<Option<u32>> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path)?.permissions().mode() & 0o777;
    Ok((mode & 0o077 != 0).then_some(mode))
}

/// Elsewhere there are no modes to check.
#[cfg(not(unix))]
fn open_to_others(path: &Path) -> std::io::Result<Option<u32>> {
    fs::metadata(path).map(|_| None)
}

/// A path as a shell reads it.
fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let plain = |letter: char| letter.is_alphanumeric() || "/._-+@%".contains(letter);
    if path.chars().all(plain) { path } else { format!("'{}'", path.replace('\'', r"'\''")) }
}
