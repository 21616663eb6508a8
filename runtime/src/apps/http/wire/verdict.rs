//! What an answer means.
//!
//! First the rules of the manifest, then what status codes mean in general (RFC 9110 15). The one distinction that
//! everything hangs on: whether the request certainly had no effect.

use serde_json::Value as Json;

use super::Effect;
use crate::apps::{
    AppError, Class,
    http::{
        manifest::{ErrorRule, Http, Single},
        path::{Path, text},
    },
};

/// What an error answer means. `title` names the app for people.
pub(super) fn verdict(http: &Http, title: &str, effect: Effect, status: u16, body: &Json) -> AppError {
    let said = http.message.as_ref().and_then(|path| path.text(body)).filter(|said| !said.trim().is_empty());
    if let Some(rule) = http.errors.iter().find(|rule| rule.fits(status, body)) {
        let what = match (&rule.say, said) {
            (Some(say), _) => say.clone(),
            (None, Some(said)) => format!("{title} says: {said}"),
            (None, None) => general(title, status),
        };
        let error = AppError::new(rule.class, what);
        return match &rule.todo {
            Some(todo) => error.todo(todo.clone()),
            None => error,
        };
    }
    let class = class(effect, status);
    let what = match said {
        Some(said) => format!("{} and says: {said}", general(title, status)),
        None => general(title, status),
    };
    let error = AppError::new(class, what);
    match class {
        Class::Auth => error.todo(http.auth.todo.clone()),
        _ => error,
    }
}

impl ErrorRule {
    fn fits(&self, status: u16, body: &Json) -> bool {
        if !self.status.is_empty() && !self.status.contains(&status) {
            return false;
        }
        let texts: Vec<String> = match &self.at {
            Some(at) => at.all(body).into_iter().filter_map(text).collect(),
            None => return self.contains.is_none(),
        };
        match &self.contains {
            Some(part) => texts.iter().any(|text| text.to_lowercase().contains(&part.to_lowercase())),
            None => !texts.is_empty(),
        }
    }
}

/// What a status code means in general.
fn class(effect: Effect, status: u16) -> Class {
    match (status, effect) {
        (401 | 403 | 407, _) => Class::Auth,
        (404 | 410, _) => Class::Gone,
        (409 | 412 | 428, _) => Class::Stale,
        (429, _) => Class::Rate(None),
        // The server never read the whole request.
        (408 | 425, _) => Class::Retry,
        (500..=599, Effect::Reads) => Class::Retry,
        // The server may have failed after the write.
        (500..=599, Effect::Writes) => Class::Unknown,
        (400..=499, Effect::Writes) => Class::Invalid,
        // A redirect that is not followed, or a read that is not understood: trying again cannot help.
        _ => Class::Fatal,
    }
}

/// What a status code means, for people.
fn general(title: &str, status: u16) -> String {
    match status {
        300..=399 => format!("{title} redirects to another address, which is not followed"),
        401 | 407 => format!("{title} does not accept the login"),
        403 => format!("{title} does not allow this to the login"),
        404 | 410 => format!("{title} does not have it (any more)"),
        409 | 412 | 428 => format!("{title} has a newer version of it"),
        429 => format!("{title} gets too many requests"),
        500..=599 => format!("{title} has an internal error ({status})"),
        _ => format!("{title} refuses the request ({status})"),
    }
}

/// What went wrong with one of several records, in the form of an error answer: `{error: …}` where the manifest's
/// paths expect it.
pub(super) fn wrapped(error: Option<&Json>) -> Json {
    serde_json::json!({ "error": error.cloned().unwrap_or_default() })
}

/// The status code of one of several answers.
pub(super) fn status(rule: &Single, answer: &Json) -> Option<u16> {
    let number = |path: &Option<Path>| path.as_ref()?.first(answer)?.as_u64().and_then(|code| u16::try_from(code).ok());
    number(&rule.status).or_else(|| number(&rule.rpc).map(http_status))
}

/// What a gRPC status code is in HTTP (google/rpc/code.proto).
fn http_status(code: u16) -> u16 {
    match code {
        0 => 200,
        3 | 9 | 11 => 400,
        16 => 401,
        7 => 403,
        5 => 404,
        6 | 10 => 409,
        8 => 429,
        14 => 503,
        _ => 500,
    }
}

#[cfg(test)]
mod test {
    use serde_json::json;

    use super::*;
    use crate::apps::http::manifest::Manifest;

    fn class_of(app: &str, effect: Effect, status: u16, body: &Json) -> Class {
        let manifest = Manifest::read(app, syncc_connectors::manifest(app).expect("manifest")).expect("reads");
        verdict(&manifest.http.expect("requests"), &manifest.app.title, effect, status, body).class
    }

    #[test]
    fn a_forgotten_token_is_known_in_each_form_that_it_was_seen_in() {
        let reason = json!({"error": {"details": [{"reason": "EXPIRED_SYNC_TOKEN"}]}});
        let message = json!({"error": {"message": "Sync token is expired. Clear local cache and retry call without the sync token."}});
        for (status, body) in [(400, &reason), (400, &message), (410, &message), (410, &Json::Null)] {
            assert_eq!(class_of("google", Effect::Reads, status, body), Class::CursorLost, "{status} {body}");
        }
    }

    #[test]
    fn the_same_status_means_what_the_answer_says() {
        let stale = json!({"error": {"message": "Request person.etag is different than the current person.etag."}});
        assert_eq!(class_of("google", Effect::Writes, 400, &stale), Class::Stale);
        assert_eq!(
            class_of("google", Effect::Writes, 400, &json!({"error": {"message": "bad field"}})),
            Class::Invalid
        );
        let quota = json!({"error": {"status": "RESOURCE_EXHAUSTED"}});
        assert_eq!(class_of("google", Effect::Reads, 403, &quota), Class::Rate(None));
        assert_eq!(class_of("google", Effect::Reads, 403, &Json::Null), Class::Auth);
    }

    #[test]
    fn one_of_several_answers_has_a_status_of_its_own() {
        let manifest =
            Manifest::read("google", syncc_connectors::manifest("google").expect("manifest")).expect("reads");
        let single =
            &manifest.objects["contact"].http.as_ref().expect("requests").update.as_ref().expect("update").answer;
        let single = single.as_ref().expect("answers");
        assert_eq!(status(single, &json!({"httpStatusCode": 404, "status": {"code": 5}})), Some(404));
        assert_eq!(status(single, &json!({"status": {"code": 9, "message": "etag"}})), Some(400));
        assert_eq!(status(single, &json!({"person": {}, "status": {}})), None, "an empty status is a good one");
    }

    #[test]
    fn a_server_error_leaves_open_what_a_write_did() {
        assert_eq!(class_of("realgeeks", Effect::Writes, 500, &Json::Null), Class::Unknown);
        assert_eq!(class_of("realgeeks", Effect::Reads, 503, &Json::Null), Class::Retry);
    }

    #[test]
    fn what_the_app_says_is_told_on() {
        let manifest =
            Manifest::read("realgeeks", syncc_connectors::manifest("realgeeks").expect("manifest")).expect("reads");
        let body = json!({"error": "role must be one of Buyer, Seller"});
        let error = verdict(&manifest.http.expect("requests"), "Real Geeks", Effect::Writes, 422, &body).to_string();
        assert!(error.contains("Real Geeks refuses the request") && error.contains("role must be one of"), "{error}");
    }
}
