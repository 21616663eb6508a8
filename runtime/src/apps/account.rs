//! An account as `syncc.toml` describes it, and its secret.

use std::{collections::BTreeMap, fmt, path::PathBuf};

/// An account of an app. Never holds a secret in a form that can be printed.
#[derive(Clone, Debug)]
pub struct Account {
    /// The name in `syncc.toml`, or the app's id.
    pub name: String,
    /// The id of the app.
    pub app: String,
    /// The settings of the account as written, but `app`: `url`, `path`, `site`, `user`, `export` …
    pub settings: BTreeMap<String, toml::Value>,
    /// The folder that relative paths start from: that of `syncc.toml`.
    pub folder: PathBuf,
    /// The password, token or key, if one was found.
    pub secret: Option<Secret>,
    /// The secret that signs what the app sends on its own, if one was found.
    pub webhook_secret: Option<Secret>,
    /// The country of phone numbers without a country code (`"US"`).
    pub region: Option<String>,
}

impl Account {
    /// A setting that is text.
    #[must_use]
    pub fn text(&self, setting: &str) -> Option<&str> {
        self.settings.get(setting).and_then(toml::Value::as_str)
    }

    /// A name for the settings as they are now: changes whenever they do, and says nothing of the secret.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        use sha2::{Digest as _, Sha256};
        let text = format!("{}\n{}\n{:?}", self.app, self.folder.display(), self.settings);
        Sha256::digest(text.as_bytes()).iter().take(16).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// A password, token or key. Cannot be printed; is only read where a request is made.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Takes a secret in.
    #[must_use]
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret itself. Only for the header of a request or the check of a signature.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}
