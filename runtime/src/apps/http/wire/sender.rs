//! Sends requests of a manifest to the one host it names.
//!
//! Promises:
//! - A request that may have had an effect is not sent again, whatever happens.
//! - A refused login is not tried again.
//! - Only the base of the manifest, or the one that the account sets instead, is contacted.

use std::{collections::BTreeMap, sync::Arc, time::Duration};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value as Json;
use tracing::debug;
use url::Url;

use super::{accounts::Shared, retry, verdict};
use crate::{
    apps::{
        Account, AppError, Calls, Class,
        http::{
            manifest::{Http, Kind, Single},
            template::Fill,
        },
    },
    world::{self, HttpError, Response, World},
};

/// See [`secrets`].
const SHORTEST_SECRET: usize = 6;

/// Whether a request can change something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It only reads: it can be sent again after any failure.
    Reads,
    /// It writes: it can be sent again only after it certainly had no effect.
    Writes,
}

/// The method of a request as manifests write it, such as `POST /v1/people`.
pub(crate) fn method(request: &str) -> &str {
    request.split_once(' ').map_or(request, |(method, _)| method)
}

/// One request of a manifest, filled in.
#[derive(Clone, Debug)]
pub(crate) struct Call<'a> {
    /// `GET /v1/people`, with names in braces.
    pub(crate) request: &'a str,
    /// Parameters, with names in braces.
    pub(crate) query: Vec<(&'a str, String)>,
    /// The body, none if null.
    pub(crate) body: Json,
    /// What the names stand for, beside the settings.
    pub(crate) fill: Fill,
    /// Whether it can change something.
    pub(crate) effect: Effect,
}

impl<'a> Call<'a> {
    /// A request that reads.
    pub(crate) fn read(request: &'a str, query: &'a BTreeMap<String, String>) -> Self {
        let query = query.iter().map(|(name, value)| (name.as_str(), value.clone())).collect();
        Self { request, query, body: Json::Null, fill: Fill::default(), effect: Effect::Reads }
    }

    /// A request that writes.
    pub(crate) fn write(request: &'a str, query: &'a BTreeMap<String, String>, body: Json, fill: Fill) -> Self {
        Self { body, fill, effect: Effect::Writes, ..Self::read(request, query) }
    }

    /// The same with this parameter, in place of one with its name.
    #[must_use]
    pub(crate) fn with(mut self, name: &'a str, value: impl Into<String>) -> Self {
        self.query.retain(|(known, _)| *known != name);
        self.query.push((name, value.into()));
        self
    }
}

/// Sends requests for one account.
pub(crate) struct Sender {
    http: Http,
    title: String,
    base: Url,
    /// The settings of the account by name.
    settings: BTreeMap<String, String>,
    authorization: String,
    /// The login as it may come back in what the app says.
    secrets: Vec<String>,
    shared: Arc<Shared>,
    /// Where time, chance and the network come from.
    pub(crate) world: World,
}

impl Sender {
    /// A sender for this account.
    ///
    /// # Errors
    /// When a setting or the secret is missing, or the address is not safe to send a secret to.
    pub(crate) fn new(title: &str, http: &Http, account: &Account, world: &World) -> Result<Self, AppError> {
        let name = &account.name;
        let base = base(http, account)?;
        let mut settings = BTreeMap::new();
        let user = (http.auth.kind == Kind::Basic).then(|| (http.auth.user.clone(), "the user name".to_owned()));
        for (setting, about) in http.settings.iter().map(|(a, b)| (a.clone(), b.clone())).chain(user.clone()) {
            let Some(text) = account.text(&setting).filter(|text| !text.trim().is_empty()) else {
                return Err(AppError::new(
                    Class::Fatal,
                    format!("the account `{name}` lacks the setting `{setting}`: {about}"),
                )
                .todo(format!("add `{setting} = \"…\"` to the account in syncc.toml")));
            };
            settings.insert(setting, text.trim().to_owned());
        }
        let Some(secret) = &account.secret else {
            return Err(AppError::new(Class::Auth, format!("the account `{name}` has no login for {title}"))
                .todo(http.auth.todo.clone()));
        };
        let password = secret.reveal().trim().to_owned();
        let authorization = match http.auth.kind {
            Kind::Bearer => format!("Bearer {}", secret.reveal().trim()),
            Kind::Basic => {
                let user = settings.get(&http.auth.user).map(String::as_str).unwrap_or_default();
                format!("Basic {}", STANDARD.encode(format!("{user}:{}", secret.reveal().trim())))
            }
        };
        let shared = world.accounts.shared(&base, &authorization, &http.budgets);
        Ok(Self {
            http: http.clone(),
            title: title.to_owned(),
            base,
            settings,
            secrets: secrets(password, &authorization),
            authorization,
            shared,
            world: world.clone(),
        })
    }

    /// The name of the app, for people.
    pub(crate) fn title(&self) -> &str {
        &self.title
    }

    /// What time it is by the clock of the app, as far as its answers told; else by ours.
    pub(crate) fn app_time(&self) -> Timestamp {
        let now = self.world.clock.now();
        now.checked_add(self.ahead().unwrap_or_default()).unwrap_or(now)
    }

    /// How far the clock of the app is ahead of ours, once it answered.
    pub(crate) fn ahead(&self) -> Option<SignedDuration> {
        self.shared.clock.ahead()
    }

    /// What is said to a person about the login.
    pub(crate) fn http(&self) -> &Http {
        &self.http
    }

    /// The settings of the account, as names in braces.
    pub(crate) fn settings(&self) -> Fill {
        self.settings.iter().fold(Fill::default(), |fill, (name, text)| fill.text(name, text))
    }

    /// The shortest time in which the budgets let these requests through.
    pub(crate) fn pace(&self, calls: &Calls) -> Duration {
        self.shared.paces.iter().map(|pace| pace.least(calls)).max().unwrap_or_default()
    }

    /// Sends a request until it is answered, refused, or tried often enough.
    pub(crate) async fn send(&self, call: Call<'_>) -> Result<Json, AppError> {
        let request = self.request(&call)?;
        let mut tried = 0;
        loop {
            for pace in &self.shared.paces {
                pace.enter(&request.method, &self.world).await;
            }
            tried += 1;
            let outcome = self.world.http.send(request.clone()).await;
            debug!(
                method = request.method,
                path = request.url.path(),
                tried,
                status = outcome.as_ref().map_or(0, |answer| answer.status)
            );
            if let Ok(answer) = &outcome {
                self.shared.clock.hear(answer, self.world.clock.now());
            }
            let (error, wait) = match outcome {
                Ok(answer) => match self.judge(&call, &answer) {
                    Ok(json) => {
                        self.shared.purse.earn();
                        return Ok(json);
                    }
                    Err(error) => (error, retry::retry_after(&answer, self.world.clock.now())),
                },
                Err(error) => (self.unanswered(call.effect, &error), None),
            };
            let again = matches!(error.class, Class::Retry | Class::Rate(_));
            let wait = wait.unwrap_or_else(|| retry::backoff(tried, &self.world));
            if !again || tried >= retry::TRIES || wait > retry::LONGEST || !self.shared.purse.pay() {
                return Err(match error.class {
                    Class::Rate(_) => AppError { class: Class::Rate(Some(wait)), ..error },
                    _ => error,
                });
            }
            self.world.clock.sleep(wait).await;
        }
    }

    /// What one of several answers says: its record, or what went wrong with it.
    pub(crate) fn single<'j>(&self, rule: &Single, effect: Effect, answer: &'j Json) -> Result<&'j Json, AppError> {
        let status = verdict::status(rule, answer);
        if let Some(status) = status.filter(|status| !(200..300).contains(status)) {
            let error = rule.error.as_ref().and_then(|path| path.first(answer));
            return Err(self.verdict(effect, status, &verdict::wrapped(error)));
        }
        rule.record
            .first(answer)
            .ok_or_else(|| AppError { class: strangely(effect), ..self.strange("an answer without the record") })
    }

    /// An answer that is not what the app promises.
    pub(crate) fn strange(&self, what: &str) -> AppError {
        AppError::new(Class::Retry, format!("{} sent {what}", self.title))
    }

    fn request(&self, call: &Call<'_>) -> Result<world::Request, AppError> {
        let wrong = || {
            AppError::new(Class::Fatal, format!("the manifest has a request that cannot be sent: `{}`", call.request))
        };
        let fill = self.settings.iter().fold(call.fill.clone(), |fill, (name, text)| fill.text(name, text));
        let (method, path) = call.request.split_once(' ').ok_or_else(wrong)?;
        let text = format!("{}{}", self.base.as_str().trim_end_matches('/'), fill.path(path));
        let mut url = Url::parse(&text).map_err(|_| wrong())?;
        if url.origin() != self.base.origin() {
            return Err(wrong());
        }
        if !call.query.is_empty() {
            url.query_pairs_mut().extend_pairs(call.query.iter().map(|(name, value)| (name, fill.plain(value))));
        }
        let mut headers = vec![
            ("authorization".to_owned(), self.authorization.clone()),
            ("accept".to_owned(), "application/json".to_owned()),
        ];
        let mut body = Vec::new();
        if !call.body.is_null() {
            headers.push(("content-type".to_owned(), "application/json; charset=utf-8".to_owned()));
            body = fill.body(&call.body).to_string().into_bytes();
        }
        Ok(world::Request { method: method.to_owned(), url, headers, body })
    }

    fn judge(&self, call: &Call<'_>, answer: &Response) -> Result<Json, AppError> {
        let json = if answer.body.is_empty() { Ok(Json::Null) } else { serde_json::from_slice(&answer.body) };
        if (200..300).contains(&answer.status) {
            return json.map_err(|_| AppError {
                class: strangely(call.effect),
                ..self.strange("an answer that is broken off or no JSON")
            });
        }
        Err(self.verdict(call.effect, answer.status, &json.unwrap_or_default()))
    }

    /// What an error answer means. Some apps say which login they refuse: that is for nobody's eyes, and would be kept.
    fn verdict(&self, effect: Effect, status: u16, body: &Json) -> AppError {
        let mut error = verdict::verdict(&self.http, &self.title, effect, status, body);
        for secret in &self.secrets {
            error.what = error.what.replace(secret, "(the login)");
        }
        error
    }

    fn unanswered(&self, effect: Effect, error: &HttpError) -> AppError {
        let class = match (error, effect) {
            (HttpError::NoAnswer { .. }, Effect::Writes) => Class::Unknown,
            (HttpError::NotSent { .. } | HttpError::NoAnswer { .. }, _) => Class::Retry,
        };
        AppError::new(class, format!("{}: {error}", self.title))
    }
}

/// What a good answer means that is not what the app promises: a write was taken in, and what came of it is not known.
fn strangely(effect: Effect) -> Class {
    match effect {
        Effect::Reads => Class::Retry,
        Effect::Writes => Class::Unknown,
    }
}

/// What must not be told: the password or token, and the form in which it is sent. A word of a few letters is no secret,
/// and would be taken out of everything.
fn secrets(password: String, authorization: &str) -> Vec<String> {
    let sent = authorization.split_once(' ').map_or(authorization, |(_, sent)| sent).to_owned();
    [sent, password].into_iter().filter(|secret| secret.len() >= SHORTEST_SECRET).collect()
}

/// The address of the app: https, or this very machine.
fn base(http: &Http, account: &Account) -> Result<Url, AppError> {
    let name = &account.name;
    let text = account.text("base").unwrap_or(&http.base);
    let wrong = |why: &str| {
        AppError::new(Class::Fatal, format!("the address `{text}` of the account `{name}` {why}"))
            .todo("write `base = \"https://…\"`, or leave the setting out")
    };
    let url = Url::parse(text).map_err(|_| wrong("is no web address"))?;
    match url.scheme() {
        "https" => Ok(url),
        "http" if world::is_loopback(&url) => Ok(url),
        "http" => Err(wrong("would send the login unencrypted")),
        _ => Err(wrong("is no web address")),
    }
}
