//! Faults: what goes wrong, and with which requests.
//!
//! A fault strikes by count ("the third request that matches"), never by chance, so that a failing test fails again.
//! Each fault counts the requests that match it for itself, whether or not another fault struck the same request.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// What goes wrong with each practice app.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// Faults of practice Google Contacts.
    pub google: Vec<Fault>,
    /// Faults of practice Real Geeks.
    pub realgeeks: Vec<Fault>,
    /// Faults of the webhooks that practice Real Geeks sends.
    pub webhooks: WebhookFaults,
}

/// One fault: which requests it strikes, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fault {
    /// Strikes only this method, such as `GET`. Any method when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub method: Option<String>,
    /// Strikes only requests whose path and query contain this text. Any path when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The first matching request that is struck, counted from 1.
    #[serde(default = "one")]
    pub first: u64,
    /// How many matching requests are struck, from `first` on.
    #[serde(default = "one")]
    pub times: u64,
    /// What happens to them.
    pub what: What,
}

impl Fault {
    /// Strikes the first request of any kind, once. Narrow it with the other methods.
    #[must_use]
    pub fn new(what: What) -> Self {
        Self { method: None, path: None, first: 1, times: 1, what }
    }

    /// Only requests of this method whose path and query contain this text.
    #[must_use]
    pub fn on(mut self, method: &str, path: &str) -> Self {
        self.method = Some(method.to_ascii_uppercase());
        self.path = Some(path.to_owned());
        self
    }

    /// From the n-th matching request on, counted from 1.
    #[must_use]
    pub fn from(mut self, first: u64) -> Self {
        self.first = first;
        self
    }

    /// So many matching requests.
    #[must_use]
    pub fn times(mut self, times: u64) -> Self {
        self.times = times;
        self
    }

    /// Every matching request.
    #[must_use]
    pub fn always(self) -> Self {
        self.times(u64::MAX)
    }

    fn matches(&self, method: &str, target: &str) -> bool {
        self.method.as_deref().is_none_or(|wanted| wanted.eq_ignore_ascii_case(method))
            && self.path.as_deref().is_none_or(|part| target.contains(part))
    }
}

fn one() -> u64 {
    1
}

/// What a fault does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// 429, with a `Retry-After` header of so many seconds or without one. Nothing was done.
    TooMany {
        /// Seconds to put into `Retry-After`; no header when absent.
        #[serde(default)]
        retry_after: Option<u64>,
    },
    /// The app does not take what is written. Nothing was done.
    Refused,
    /// 404, as of an app that has no such request. Nothing was done.
    Hidden,
    /// A server error. Nothing was done.
    ErrorBefore,
    /// A server error, but the work was done.
    ErrorAfter,
    /// The work is done; the answer breaks off in the middle and the connection is closed.
    Cut,
    /// The connection is closed without an answer. Nothing was done.
    DropBefore,
    /// The connection is closed without an answer, but the work was done.
    DropAfter,
    /// The answer comes this much later.
    Slow {
        /// The delay in milliseconds.
        milliseconds: u64,
    },
    /// 401, whatever credentials were sent.
    WrongPassword,
    /// Google: the sync token of the request has expired.
    ExpiredToken,
    /// Google: somebody saves the contact just before this update arrives.
    StaleEtag,
    /// Google: the list names the page that was just read as its next page.
    RepeatedPage,
    /// Google: the list ends early. Its `totalItems` still counts everybody.
    ShortList,
    /// Google: while this fault is set, a write shows up in lists that use a sync token only after so many more of
    /// them. It has no count: `first`, `times`, `method` and `path` are not looked at.
    Lag {
        /// How many more lists do not show the write.
        reads: u64,
    },
}

impl What {
    /// The part of a fault that the app itself has to act out, because the transport cannot.
    fn twist(&self) -> Option<Twist> {
        match self {
            Self::WrongPassword => Some(Twist::WrongPassword),
            Self::ExpiredToken => Some(Twist::ExpiredToken),
            Self::StaleEtag => Some(Twist::StaleEtag),
            Self::RepeatedPage => Some(Twist::RepeatedPage),
            Self::ShortList => Some(Twist::ShortList),
            _ => None,
        }
    }
}

/// A fault acted out by the app.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Twist {
    WrongPassword,
    ExpiredToken,
    StaleEtag,
    RepeatedPage,
    ShortList,
}

/// What goes wrong with webhooks.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WebhookFaults {
    /// Every so many messages are sent twice, under the same message id. 0: none.
    pub duplicate_every: u64,
    /// Every so many messages are overtaken by the one after them. 0: none.
    pub swap_every: u64,
}

/// What the transport does to one request, and what the app is asked to act out.
#[derive(Debug, Default)]
pub(crate) struct Struck {
    /// Done by the transport, at most one; the first fault in the list that strikes.
    pub(crate) transport: Option<What>,
    pub(crate) delay: Duration,
    pub(crate) twists: Vec<Twist>,
    pub(crate) lag: u64,
}

/// The faults of one app with their counts.
#[derive(Debug, Default)]
pub(crate) struct FaultTable {
    faults: Vec<(Fault, u64)>,
}

impl FaultTable {
    /// Faults with nothing counted yet.
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        Self { faults: faults.into_iter().map(|fault| (fault, 0)).collect() }
    }

    /// The faults that are set.
    pub(crate) fn list(&self) -> Vec<Fault> {
        self.faults.iter().map(|(fault, _)| fault.clone()).collect()
    }

    /// Counts a request and says what happens to it.
    pub(crate) fn strike(&mut self, method: &str, target: &str) -> Struck {
        let mut struck = Struck::default();
        for (fault, seen) in &mut self.faults {
            if let What::Lag { reads } = fault.what {
                struck.lag = struck.lag.max(reads);
                continue;
            }
            if !fault.matches(method, target) {
                continue;
            }
            *seen += 1;
            if *seen < fault.first || *seen - fault.first >= fault.times {
                continue;
            }
            if let What::Slow { milliseconds } = fault.what {
                struck.delay += Duration::from_millis(milliseconds);
            } else if let Some(twist) = fault.what.twist() {
                struck.twists.push(twist);
            } else if struck.transport.is_none() {
                struck.transport = Some(fault.what.clone());
            }
        }
        struck
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_strikes_the_counted_requests_only() {
        let mut table = FaultTable::new(vec![Fault::new(What::ErrorBefore).on("get", "/connections").from(2).times(2)]);
        let mut struck = Vec::new();
        for target in ["/v1/people/me/connections", "/v1/contactGroups", "/v1/people/me/connections?pageToken=a"] {
            struck.push(table.strike("GET", target).transport.is_some());
        }
        struck.push(table.strike("POST", "/v1/people/me/connections").transport.is_some());
        struck.push(table.strike("GET", "/v1/people/me/connections").transport.is_some());
        struck.push(table.strike("GET", "/v1/people/me/connections").transport.is_some());
        assert_eq!(struck, [false, false, true, false, true, false]);
    }

    #[test]
    fn a_fault_is_written_as_json_by_hand() {
        let fault: Fault = serde_json::from_str(
            r#"{"method": "GET", "path": "connections", "what": {"too_many": {"retry_after": 2}}}"#,
        )
        .unwrap();
        assert_eq!(fault, Fault::new(What::TooMany { retry_after: Some(2) }).on("GET", "connections"));
        let plain: Fault = serde_json::from_str(r#"{"what": "cut", "times": 3}"#).unwrap();
        assert_eq!(plain, Fault::new(What::Cut).times(3));
    }
}
