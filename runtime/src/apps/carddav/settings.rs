//! What `syncc.toml` says of an address book.

use url::Url;

use crate::{
    apps::{Account, AppError, Class},
    world::is_loopback,
};

/// Where to look, and for which book.
#[derive(Clone, Debug)]
pub(super) struct Settings {
    /// The name of the account, for messages.
    pub(super) account: String,
    /// The server, the principal, the home or the book.
    pub(super) url: Url,
    pub(super) user: Option<String>,
    /// The name of the book, if one is chosen.
    pub(super) book: Option<String>,
}

impl Settings {
    /// The settings of an account. The book of the `sync` line wins over the one of the account.
    ///
    /// # Errors
    /// When the address is missing, is none, or would send the password in clear text over a network.
    pub(super) fn of(account: &Account, instance: Option<&str>) -> Result<Self, AppError> {
        let fatal = |what: String, todo: &str| AppError::new(Class::Fatal, what).todo(todo.to_owned());
        let todo = "write `url = \"https://dav.example.com/\"` in its part of syncc.toml";
        let Some(text) = account.text("url") else {
            return Err(fatal(format!("the account `{}` does not say where its address book is", account.name), todo));
        };
        let url = Url::parse(text.trim())
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .ok_or_else(|| fatal(format!("`{text}` is not the address of a server"), todo))?;
        if url.scheme() == "http" && account.secret.is_some() && !is_loopback(&url) {
            let what = format!("the password of `{}` would travel in clear text to {text}", account.name);
            return Err(fatal(what, "write `https://` in `url`"));
        }
        let user = account.text("user").map(str::to_owned);
        let book = instance.or_else(|| account.text("book")).map(str::to_owned);
        Ok(Self { account: account.name.clone(), url, user, book })
    }

    /// What tells this account from another one.
    pub(super) fn identity(&self) -> String {
        let user = self.user.as_deref().map(|user| format!("{user} at ")).unwrap_or_default();
        let book = self.book.as_deref().map(|book| format!(", book {book}")).unwrap_or_default();
        format!("{user}{}{book}", self.url)
    }
}
