//! Taking in the messages that an app sends on its own.
//!
//! Promises:
//! - A message counts only if its signature is right, which is compared in constant time.
//! - A message is accepted (2xx) only after it is on the disk for good.
//! - A message that can never be used is refused for good (406); anything else that goes wrong makes the app send it
//!   again.

use std::time::Duration;

use hmac::{Hmac, Mac as _};
use jiff::Timestamp;
use serde_json::{Map, Value as Json};
use sha2::Sha256;
use syncc_compiler::ir::Side;
use tracing::warn;
use uuid::Uuid;

use super::{CLOCKS, Mirror, Times, Told};
use crate::{
    apps::{
        Account, AppError, Class, Secret,
        http::{
            inbox, manifest,
            manifest::{HttpObject, Webhook},
            path::text,
            template::Fill,
        },
    },
    world::World,
};

/// No clock is farther ahead than this.
const MOST_AHEAD: Duration = Duration::from_secs(86_400);

/// The setting that says where to listen.
pub(super) const SETTING: &str = "webhook";

/// Takes in the messages about one account.
pub struct Intake {
    mirror: Mirror,
    rule: Webhook,
    settings: Fill,
    object: HttpObject,
    secret: Secret,
    world: World,
}

/// What became of a message: the status and the words to answer with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// The HTTP status.
    pub status: u16,
    /// Why.
    pub why: &'static str,
    /// Whether it told something new.
    pub new: bool,
}

impl Taken {
    fn not(status: u16, why: &'static str) -> Self {
        Self { status, why, new: false }
    }
}

/// What becomes of a message.
enum Judged {
    /// It is told on.
    Take(Told, Option<String>),
    /// It is not about records.
    Other,
    /// Never send it again.
    Never(&'static str),
}

impl Intake {
    /// The intake of the messages that the app of this side sends, if it sends any and the account says where.
    ///
    /// # Errors
    /// When the app sends none, or the secret that signs them is missing, or the inbox cannot be opened.
    pub fn open(side: &Side, account: &Account, world: &World) -> Result<Option<Self>, AppError> {
        if account.text(SETTING).is_none() {
            return Ok(None);
        }
        let fatal = |what: String| AppError::new(Class::Fatal, what);
        let Some((manifest, object)) = manifest::requests(side)? else { return Ok(None) };
        let Some(mirror) = &object.mirror else {
            return Err(fatal(format!(
                "the account `{}` has the setting `{SETTING}`, but {} sends no messages",
                account.name, manifest.app.title
            )));
        };
        let secret = account.webhook_secret.clone().ok_or_else(|| {
            fatal(format!(
                "the account `{}` listens for messages of {}, but the secret that signs them is missing",
                account.name, manifest.app.title
            ))
            .todo("ask the app for the secret of the webhook, and put it into the environment variable for it")
        })?;
        let settings = account.settings.keys().filter_map(|name| Some((name, account.text(name)?)));
        let settings = settings.fold(Fill::default(), |fill, (name, text)| fill.text(name, text.trim()));
        let whose = manifest.http.as_ref().and_then(|http| http.identity.set_by(&settings));
        Ok(Some(Self {
            mirror: Mirror::of(&inbox(account), whose.as_deref(), mirror)?,
            rule: mirror.webhook.clone(),
            settings,
            object: object.clone(),
            secret,
            world: world.clone(),
        }))
    }

    /// Takes a message in. It is on the disk for good before this says so. `header` finds a header by its lower-case name.
    pub fn take<'h>(&self, header: &dyn Fn(&str) -> Option<&'h str>, body: &[u8]) -> Taken {
        if !self.is_signed(header(&self.rule.signature), body) {
            warn!("a message with a wrong signature was not taken");
            return Taken::not(401, "the signature is wrong");
        }
        let (told, message) = match self.judge(header, body) {
            Judged::Take(told, message) => (told, message),
            Judged::Other => return Taken::not(200, "not about records"),
            Judged::Never(why) => {
                warn!(why, "a message cannot be used");
                return Taken::not(406, why);
            }
        };
        match self.mirror.take(&[told], message.as_deref()) {
            Ok(new) => Taken { status: 200, why: "taken", new },
            Err(error) => {
                warn!(%error, "a message could not be kept");
                Taken::not(503, "it could not be kept; send it again")
            }
        }
    }

    /// Whether the body is signed with the secret. The comparison takes the same time wherever the two differ.
    fn is_signed(&self, signature: Option<&str>, body: &[u8]) -> bool {
        let Some(signature) = signature.and_then(unhex) else { return false };
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(self.secret.reveal().trim().as_bytes()) else { return false };
        mac.update(body);
        mac.verify_slice(&signature).is_ok()
    }

    fn judge<'h>(&self, header: &dyn Fn(&str) -> Option<&'h str>, body: &[u8]) -> Judged {
        let rule = &self.rule;
        let Ok(Json::Object(mut body)) = serde_json::from_slice(body) else {
            return Judged::Never("it is no JSON object");
        };
        let action =
            header(&rule.action).map(str::to_owned).or_else(|| body.get("action").and_then(text)).unwrap_or_default();
        if rule.other.contains(&action) {
            return Judged::Other;
        }
        let whole = rule.made.contains(&action);
        if !whole && !rule.partial.contains(&action) {
            return Judged::Never("what it says has happened is not known");
        }
        let whole_body = Json::Object(std::mem::take(&mut body));
        if let Some(about) = &rule.about {
            let account = plain(&self.settings.plain(&about.is));
            if about.at.text(&whole_body).is_some_and(|told| plain(&told) != account) {
                return Judged::Never("it is about another account");
            }
        }
        let Some(id) = self.object.id.text(&whole_body).filter(|id| !id.trim().is_empty()) else {
            return Judged::Never("it does not say which record it is about");
        };
        let id = self.object.own_id(id.trim());
        let Json::Object(members) = whole_body else { return Judged::Never("it is no JSON object") };
        let mut members: Map<String, Json> =
            members.into_iter().filter(|(name, _)| !rule.envelope.contains(name)).collect();
        if let Some(member) = self.object.id.split().and_then(|split| split.outer.into_iter().next()) {
            members.insert(member, Json::String(id.clone()));
        }
        let now = self.world.clock.now();
        // By the app's clock. A time ahead of that would outlive what is told later; before the app's clock is known, only what
        // no clock says is taken for one.
        let ahead = self.mirror.ahead().unwrap_or_default();
        let now = now.checked_add(ahead.unwrap_or_default()).unwrap_or(now);
        let leeway = if ahead.is_some() { CLOCKS } else { MOST_AHEAD };
        let latest = now.checked_add(leeway).unwrap_or(now);
        let at = match whole {
            // Everything else that is told of a record came later than this, whatever the clocks say and in whatever order it comes.
            true => Timestamp::MIN,
            false => header(&rule.time).and_then(time).map_or(now, |at| at.min(latest)),
        };
        Judged::Take(
            Told { id, at, whole, spared: Vec::new(), members, asked_at: Times::new() },
            header(&rule.message).map(str::to_owned),
        )
    }
}

impl HttpObject {
    /// The id in the one form that ids have here: UUIDs with dashes.
    pub(in crate::apps::http) fn own_id(&self, id: &str) -> String {
        match Uuid::parse_str(id) {
            Ok(uuid) if self.uuid => uuid.to_string(),
            _ => id.to_owned(),
        }
    }
}

/// An account's name without what is spelt either way.
fn plain(name: &str) -> String {
    name.chars().filter(|letter| *letter != '-').flat_map(char::to_lowercase).collect()
}

/// A time as RFC 3339, or as seconds since 1970.
fn time(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(time) = text.parse() {
        return Some(time);
    }
    let seconds: f64 = text.parse().ok()?;
    #[expect(clippy::cast_possible_truncation, reason = "a float cast saturates, and what is out of range is no time")]
    let millis = (seconds * 1000.0) as i64;
    Timestamp::from_millisecond(millis).ok()
}

/// Bytes spelt in hexadecimal.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let text = text.trim().as_bytes();
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = text.as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? * 16 + digit(*low)?)).collect()
}
