//! Requests to the server, and what its refusals mean.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use jiff::fmt::rfc2822;
use url::Url;

use super::{
    multistatus::{Broken, Multistatus, Resource},
    settings::Settings,
    xml::{self, Element},
};
use crate::{
    apps::{Account, AppError, Class, Secret},
    world::{HttpError, Request, Response, World},
};

/// How often a request that certainly had no effect is sent before the run gives up on it.
const TRIES: u32 = 3;
/// The longest wait between two tries; a server that asks for more is asked again in the next run.
const LONGEST_WAIT: Duration = Duration::from_secs(30);

/// The connection to one server.
pub(super) struct Wire {
    world: World,
    login: Option<Secret>,
    account: String,
    /// Nothing is sent to any other place.
    origin: url::Origin,
}

/// Whether a request may change something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Effect {
    /// It only reads, and may be repeated.
    Reads,
    /// It writes.
    Writes,
}

impl Wire {
    /// A connection with the login of an account.
    ///
    /// # Errors
    /// When there is a user and no password.
    pub(super) fn new(settings: &Settings, account: &Account, world: &World) -> Result<Self, AppError> {
        let login = match (&settings.user, &account.secret) {
            (Some(user), Some(secret)) => {
                Some(Secret::new(format!("Basic {}", STANDARD.encode(format!("{user}:{}", secret.reveal())))))
            }
            (Some(user), None) => {
                return Err(AppError::new(Class::Auth, format!("there is no password for `{user}`"))
                    .todo(format!("give the account `{}` its secret", account.name)));
            }
            (None, _) => None,
        };
        let origin = settings.url.origin();
        Ok(Self { world: world.clone(), login, account: account.name.clone(), origin })
    }

    /// The world that it reaches.
    pub(super) fn world(&self) -> &World {
        &self.world
    }

    /// Sends a request. Any answer of the server is an answer.
    ///
    /// # Errors
    /// When there is none, or the address is on another server.
    pub(super) async fn send(
        &self,
        effect: Effect,
        method: &str,
        url: &Url,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Response, AppError> {
        if url.origin() != self.origin {
            let what = format!("the server points to {}, which is another server", url.origin().ascii_serialization());
            return Err(AppError::new(Class::Fatal, what)
                .todo(format!("if you trust it, write its address as `url` of `{}` in syncc.toml", self.account)));
        }
        let mut all: Vec<(String, String)> =
            headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        if let Some(login) = &self.login {
            all.push(("authorization".to_owned(), login.reveal().to_owned()));
        }
        let request = Request { method: method.to_owned(), url: url.clone(), headers: all, body: body.to_vec() };
        let mut tried = 0;
        loop {
            tried += 1;
            let answer = self.world.http.send(request.clone()).await;
            let wait = match &answer {
                // Refused before anything was done.
                Ok(answer) if answer.status == 429 => self.retry_after(answer).unwrap_or(Duration::from_secs(1)),
                Ok(answer) if answer.status >= 500 && answer.status != 507 && effect == Effect::Reads => {
                    self.retry_after(answer).unwrap_or(Duration::from_secs(1))
                }
                Ok(_) => return answer.map_err(|error| lost(effect, &error)),
                Err(HttpError::NotSent { .. }) => Duration::from_secs(1),
                Err(HttpError::NoAnswer { .. }) if effect == Effect::Reads => Duration::from_secs(1),
                Err(error) => return Err(lost(effect, error)),
            };
            if tried >= TRIES || wait > LONGEST_WAIT {
                return answer.map_err(|error| lost(effect, &error));
            }
            self.world.clock.sleep(wait).await;
        }
    }

    /// Sends a reading request with an XML body whose answer is a multistatus.
    pub(super) async fn ask(&self, method: &str, url: &Url, depth: &str, body: &str) -> Result<Multistatus, Refused> {
        let mut resources = Vec::new();
        let mut take = |resource: Resource| {
            resources.push(resource);
            Ok(())
        };
        let answer = self.ask_each(method, url, depth, body, &mut take).await?;
        Ok(Multistatus { resources, ..answer })
    }

    /// The same, with each address handed over as it comes out of the answer.
    pub(super) async fn ask_each(
        &self,
        method: &str,
        url: &Url,
        depth: &str,
        body: &str,
        take: &mut (dyn FnMut(Resource) -> Result<(), AppError> + Send),
    ) -> Result<Multistatus, Refused> {
        let headers = [("content-type", "application/xml; charset=utf-8"), ("depth", depth)];
        let answer = self.send(Effect::Reads, method, url, &headers, body.as_bytes()).await?;
        if answer.status != 207 {
            return Err(Refused {
                error: self.refusal(Effect::Reads, url, &answer),
                status: answer.status,
                precondition: precondition(&answer),
            });
        }
        Multistatus::each(&answer.body, take).map_err(|broken| match broken {
            Broken::Stopped(error) => error.into(),
            Broken::Unreadable(why) => {
                AppError::new(Class::Retry, format!("the answer of {} cannot be read: {why}", host(url))).into()
            }
        })
    }

    /// What an answer that is no success means.
    pub(super) fn refusal(&self, effect: Effect, url: &Url, answer: &Response) -> AppError {
        let host = host(url);
        let said = precondition(answer).map(|said| format!(" ({said})")).unwrap_or_default();
        let class = match (answer.status, effect) {
            (401 | 407, _) => {
                return AppError::new(Class::Auth, format!("{host} does not accept the user or the password"))
                    .todo(format!("check `user` and the secret of the account `{}`", self.account));
            }
            (403, Effect::Writes) if !said.is_empty() && !said.contains("privilege") => Class::Invalid,
            (403, _) => {
                return AppError::new(Class::Auth, format!("{host} does not allow this to the user{said}"))
                    .todo("ask for the right to read and write the address book");
            }
            (404 | 410, _) => {
                return AppError::new(Class::Gone, format!("{host} does not have {} (any more)", url.path()));
            }
            (412, _) => return AppError::new(Class::Stale, format!("{} was changed since it was read", url.path())),
            (409, Effect::Writes) if said.is_empty() => Class::Stale,
            (429, _) => {
                return AppError::new(Class::Rate(self.retry_after(answer)), format!("{host} gets too many requests"));
            }
            (503, Effect::Reads) if self.retry_after(answer).is_some() => Class::Rate(self.retry_after(answer)),
            (507, _) => {
                return AppError::new(Class::Fatal, format!("{host} has no room left")).todo("make room on the server");
            }
            (500..=599, Effect::Reads) => Class::Retry,
            (500..=599, Effect::Writes) => Class::Unknown,
            (400..=499, Effect::Writes) => Class::Invalid,
            _ => Class::Fatal,
        };
        let what = match answer.status {
            300..=399 => format!("{host} redirects {} to another address, which is not followed", url.path()),
            413 => format!("the card is too large for {host}"),
            500..=599 => format!("{host} has an internal error ({}){said}", answer.status),
            status => format!("{host} refuses the request ({status}){said}"),
        };
        AppError::new(class, what)
    }

    /// How long the server asks to wait (RFC 9110, 10.2.3): seconds or a date.
    fn retry_after(&self, answer: &Response) -> Option<Duration> {
        let text = answer.header("retry-after")?.trim();
        if let Ok(seconds) = text.parse() {
            return Some(Duration::from_secs(seconds));
        }
        let at = rfc2822::parse(text).ok()?.timestamp();
        Some(Duration::try_from(at.duration_since(self.world.clock.now())).unwrap_or_default())
    }
}

/// Why a question was not answered.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) error: AppError,
    /// The status of the answer; 0 if there was none.
    pub(super) status: u16,
    /// The condition that the server names (RFC 4918, 16).
    pub(super) precondition: Option<String>,
}

impl Refused {
    /// The error for a question about the whole book. That the book is not there says nothing of its contacts.
    pub(super) fn of_book(self) -> AppError {
        if self.error.class != Class::Gone {
            return self.error;
        }
        AppError::new(Class::Fatal, format!("the address book is not there any more: {}", self.error.what))
            .todo("correct `url` and `book` in syncc.toml")
    }
}

impl From<AppError> for Refused {
    fn from(error: AppError) -> Self {
        Self { error, status: 0, precondition: None }
    }
}

impl From<Refused> for AppError {
    fn from(refused: Refused) -> Self {
        refused.error
    }
}

fn lost(effect: Effect, error: &HttpError) -> AppError {
    let class = match (error, effect) {
        (HttpError::NoAnswer { .. }, Effect::Writes) => Class::Unknown,
        _ => Class::Retry,
    };
    AppError::new(class, error.to_string())
}

/// The name of the first condition in an error answer.
fn precondition(answer: &Response) -> Option<String> {
    let root = xml::parse(&answer.body).ok()?;
    root.is(xml::DAV, "error").then(|| root.children().first().map(Element::name).map(str::to_owned))?
}

fn host(url: &Url) -> &str {
    url.host_str().unwrap_or("the server")
}
