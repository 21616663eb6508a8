//! `syncc.toml`: the edition of the language, the region of phone numbers, how bad which problem is, and the accounts.

use std::{collections::BTreeMap, ops::Range, path::Path};

use syncc_compiler::{diagnostic::Levels, value::Canon};
use toml::{Spanned, de::DeTable, de::DeValue};

use super::{Place, WorkspaceError, levels, nearest, secret};
use crate::apps::Account;

/// The name of the file.
pub const FILE: &str = "syncc.toml";

/// The editions of the language that this version reads, oldest first.
const EDITIONS: &[&str] = &["2026"];

/// Whether this version reads rules of this edition.
pub(super) fn knows_edition(edition: &str) -> bool {
    EDITIONS.contains(&edition)
}

/// The settings at the top of the file.
const SETTINGS: &[&str] = &["edition", "region", "check", "accounts"];

/// What `syncc.toml` says.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) edition: String,
    pub(super) region: Option<String>,
    pub(super) levels: Levels,
    /// Without their secrets.
    pub(super) accounts: BTreeMap<String, Account>,
}

impl Settings {
    /// What holds without the file.
    pub(super) fn none() -> Self {
        let edition = EDITIONS.last().copied().unwrap_or_default().to_owned();
        Self { edition, region: None, levels: Levels::default(), accounts: BTreeMap::new() }
    }

    /// What the text of the file says. `file` names it in errors, `folder` is where relative paths start.
    pub(super) fn read(file: &Path, folder: &Path, text: &str) -> Result<Self, WorkspaceError> {
        Reader { file, folder, text }.settings()
    }
}

/// A setting and its value, with their places.
pub(super) type Entry<'t, 'i> = (&'t Spanned<std::borrow::Cow<'i, str>>, &'t Spanned<DeValue<'i>>);

/// Reads one text.
pub(super) struct Reader<'a> {
    file: &'a Path,
    folder: &'a Path,
    text: &'a str,
}

impl Reader<'_> {
    fn settings(&self) -> Result<Settings, WorkspaceError> {
        // Twice: once with the places of everything, once as plain values for the apps.
        let broken = |error: &toml::de::Error| WorkspaceError::toml(self.file, self.text, error);
        let places = DeTable::parse(self.text).map_err(|error| broken(&error))?;
        let values: toml::Table = toml::from_str(self.text).map_err(|error| broken(&error))?;

        let (mut edition, mut region, mut accounts) = (None, None, Vec::new());
        let mut levels = Levels::default();
        for (key, value) in places.get_ref() {
            match key.get_ref().as_ref() {
                "edition" => edition = Some(self.edition(value)?),
                "region" => region = Some(self.region(value)?),
                "check" => levels = levels::read(self, &self.table(value, "check")?)?,
                "accounts" => accounts = self.table(value, "accounts")?,
                other => return Err(self.unknown(key.span(), other)),
            }
        }
        let Some(edition) = edition else {
            let newest = EDITIONS.last().copied().unwrap_or_default();
            return Err(self.wrong(
                0..0,
                "the edition of the language is missing, so the meaning of your rules could change with an update"
                    .to_owned(),
                format!("Type as the first line: edition = \"{newest}\""),
            ));
        };
        let values = values.get("accounts").and_then(toml::Value::as_table).cloned().unwrap_or_default();
        Ok(Settings { edition, accounts: self.accounts(&accounts, values, region.as_deref())?, region, levels })
    }

    fn edition(&self, value: &Spanned<DeValue<'_>>) -> Result<String, WorkspaceError> {
        let written = value.get_ref().as_str();
        if let Some(edition) = EDITIONS.iter().find(|known| written == Some(known)) {
            return Ok((*edition).to_owned());
        }
        let known = EDITIONS.join(", ");
        Err(self.wrong(
            value.span(),
            format!("this syncc does not know the edition {}; it knows {known}", self.source(value.span())),
            format!("Update syncc, or type: edition = \"{}\"", EDITIONS.last().copied().unwrap_or_default()),
        ))
    }

    fn region(&self, value: &Spanned<DeValue<'_>>) -> Result<String, WorkspaceError> {
        let written = value.get_ref().as_str();
        if let Some(region) = written.filter(|region| Canon::for_region(region).is_some()) {
            return Ok(region.to_ascii_uppercase());
        }
        Err(self.wrong(
            value.span(),
            format!("{} is no country code", self.source(value.span())),
            "Type the two letters of the country that phone numbers without +… belong to: region = \"US\"".to_owned(),
        ))
    }

    fn accounts(
        &self,
        entries: &[Entry<'_, '_>],
        mut values: toml::Table,
        region: Option<&str>,
    ) -> Result<BTreeMap<String, Account>, WorkspaceError> {
        let mut variables = BTreeMap::new();
        let mut accounts = BTreeMap::new();
        for (key, value) in entries {
            let name = key.get_ref().as_ref();
            self.name(key.span(), name)?;
            if let Some(other) = variables.insert(secret::variable(name), name) {
                return Err(self.wrong(
                    key.span(),
                    format!("the accounts {other} and {name} would share the secret {}", secret::variable(name)),
                    "Give one of them another name.".to_owned(),
                ));
            }
            let settings = self.table(value, name)?;
            self.no_secrets(&settings, name)?;
            let app = self.app(key.span(), &settings, name)?;
            let mut settings = match values.remove(name) {
                Some(toml::Value::Table(settings)) => settings,
                _ => toml::Table::new(),
            };
            settings.remove("app");
            let account = Account {
                name: name.to_owned(),
                app,
                settings: settings.into_iter().collect(),
                folder: self.folder.to_owned(),
                secret: None,
                webhook_secret: None,
                region: region.map(str::to_owned),
            };
            accounts.insert(name.to_owned(), account);
        }
        Ok(accounts)
    }

    /// An account is named in `.sync` files, so its name must be a word there.
    fn name(&self, span: Range<usize>, name: &str) -> Result<(), WorkspaceError> {
        let word = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-';
        if name.starts_with(char::is_alphabetic) && name.chars().all(word) && !name.ends_with('-') {
            return Ok(());
        }
        let fitting: String = name.chars().map(|letter| if word(letter) { letter } else { '-' }).collect();
        let fitting = fitting.trim_matches(|letter: char| !letter.is_alphanumeric());
        let fitting = if fitting.starts_with(char::is_alphabetic) { fitting } else { "work" };
        Err(self.wrong(
            span,
            format!("`{name}` cannot name an account: a name is letters, digits, - and _, and starts with a letter"),
            format!("Type for example: [accounts.{fitting}]"),
        ))
    }

    /// The app of an account: its `app`, or the app that has the account's name.
    fn app(&self, at: Range<usize>, settings: &[Entry<'_, '_>], name: &str) -> Result<String, WorkspaceError> {
        let apps = || syncc_connectors::MANIFESTS.iter().map(|(id, _)| *id);
        let known = apps().collect::<Vec<_>>().join(", ");
        let Some((_, value)) = settings.iter().find(|(key, _)| key.get_ref() == "app") else {
            if syncc_connectors::manifest(name).is_some() {
                return Ok(name.to_owned());
            }
            return Err(self.wrong(
                at,
                format!("the account {name} does not say which app it is of"),
                format!("Add a line to it: app = \"…\" with one of {known}"),
            ));
        };
        let written = value.get_ref().as_str();
        if let Some(app) = written.filter(|app| syncc_connectors::manifest(app).is_some()) {
            return Ok(app.to_owned());
        }
        let meant = written.and_then(|written| nearest(written, apps()));
        Err(self.wrong(
            value.span(),
            format!("there is no app {}", self.source(value.span())),
            meant.map_or_else(|| format!("The apps are {known}."), |app| format!("Did you mean: app = \"{app}\"")),
        ))
    }

    /// Refuses a secret, however deep and whatever it is called.
    fn no_secrets(&self, settings: &[Entry<'_, '_>], account: &str) -> Result<(), WorkspaceError> {
        for (key, value) in settings {
            let in_url = value.get_ref().as_str().is_some_and(has_password);
            if in_url || secret::is_secret(key.get_ref()) {
                let what = if in_url { "an address with a password in it" } else { "a secret" };
                return Err(self.wrong(
                    key.span(),
                    format!(
                        "`{}` is {what}, and {FILE} is kept in git, where everybody can read it for ever",
                        key.get_ref()
                    ),
                    format!(
                        "Take it out (and change it, if it was ever committed). Then set the environment variable {}, \
                         or put it into a file that only you can read and type: {} = \"path/to/file\"",
                        secret::variable(account),
                        secret::FILE
                    ),
                ));
            }
            if let Some(table) = value.get_ref().as_table() {
                self.no_secrets(&table.iter().collect::<Vec<_>>(), account)?;
            }
        }
        Ok(())
    }

    fn table<'t, 'i>(&self, value: &'t Spanned<DeValue<'i>>, name: &str) -> Result<Vec<Entry<'t, 'i>>, WorkspaceError> {
        let Some(table) = value.get_ref().as_table() else {
            let example = match name {
                "accounts" => "[accounts.google]".to_owned(),
                "check" => "[check]".to_owned(),
                account => format!("[accounts.{account}]"),
            };
            return Err(self.wrong(
                value.span(),
                format!("`{name}` must be a section"),
                format!("Type {example} on a line of its own, and its settings below."),
            ));
        };
        Ok(table.iter().collect())
    }

    fn unknown(&self, span: Range<usize>, key: &str) -> WorkspaceError {
        let todo = match nearest(key, SETTINGS.iter().copied()) {
            Some(meant) => format!("Did you mean `{meant}`?"),
            None if syncc_connectors::manifest(key).is_some() => format!("An account is a section: [accounts.{key}]"),
            None => format!("The settings are {}.", SETTINGS.join(", ")),
        };
        self.wrong(span, format!("there is no setting `{key}`"), todo)
    }

    pub(super) fn wrong(&self, span: Range<usize>, what: String, todo: String) -> WorkspaceError {
        WorkspaceError::Wrong { place: Place::at(self.file, self.text, span.start), what, todo }
    }

    /// As it is written.
    pub(super) fn source(&self, span: Range<usize>) -> &str {
        self.text.get(span).unwrap_or_default()
    }
}

/// Whether a text is a web address with a password in it.
fn has_password(text: &str) -> bool {
    url::Url::parse(text).is_ok_and(|url| url.password().is_some())
}
