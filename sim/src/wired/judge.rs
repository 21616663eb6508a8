//! What must be true of every world with the real apps in it. Read from what the practice apps held at each moment.

mod asked;
mod creates;
mod rest;
mod writes;

use syncc_compiler::ir::End;

use super::{
    hush,
    log::{Event, What},
    net::Net,
    run::{Cycle, Player, Ran, WiredError, broken},
};
use crate::{
    event::By,
    oracle::{Promise, Violation},
};

/// How the quiet time went.
#[derive(Clone, Debug, Default)]
pub struct Rest {
    /// Whether a run had nothing left to write.
    pub reached: bool,
    /// Where the idle run after it begins, among the events.
    pub idle: usize,
    /// Where it ends.
    pub end: usize,
    /// What the last run gave up for, if it did.
    pub gave_up: Option<String>,
}

/// How many contacts syncc changed since this place in the log.
pub(super) fn writes(net: &Net, from: usize) -> usize {
    let state = net.state();
    let since = state.events.iter().skip(from);
    since.filter(|event| matches!(event.what, What::Changed { by: By::Syncc, .. })).count()
}

/// Everything that a run did wrong.
pub(super) fn judge(player: &Player, rest: &Rest, cycles: &[Cycle]) -> Result<Vec<Violation>, WiredError> {
    let events = player.net.state().events.clone();
    let mut found = Vec::new();
    creates::judge(player, cycles, &events, &mut found);
    writes::judge(player, cycles, &events, &mut found)?;
    asked::judge(rest, &events, &mut found);
    rest::judge(player, rest, cycles, &events, &mut found)?;
    Ok(found)
}

/// P14: whether a secret is in a file, or was heard.
pub(super) fn hushed(ran: &mut Ran) -> Result<(), WiredError> {
    let mut secrets = Vec::new();
    {
        let state = ran.net.state();
        for login in &state.logins {
            // Every later one begins with it.
            secrets.push(login.first.clone());
        }
        let user = &state.practice(End::Right).user;
        secrets.push(basic(user, &state.logins[End::Right.index()].first));
        secrets.push(state.letters.secret().to_owned());
    }
    if let Some(how) = hush::told(ran.folder.path(), &ran.ears.heard(), &secrets)? {
        ran.violations.push(broken(Promise::Secrets, how));
    }
    Ok(())
}

/// How a password goes over the wire (RFC 7617). Of a longer one the beginning is the same, but for the last letters.
fn basic(user: &str, password: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let text = format!("{user}:{password}");
    let mut spelt = String::new();
    for group in text.as_bytes().as_chunks::<3>().0 {
        let bits = group.iter().fold(0_usize, |bits, byte| bits << 8 | usize::from(*byte));
        for shift in [18, 12, 6, 0] {
            spelt.extend(LETTERS.get(bits >> shift & 63).copied().map(char::from));
        }
    }
    spelt
}

/// A change of a contact, with its place in the log.
struct Change<'a> {
    at: usize,
    event: &'a Event,
    end: End,
    by: By,
    id: &'a str,
    before: Option<&'a serde_json::Value>,
    after: Option<&'a serde_json::Value>,
}

/// All changes of contacts, in order.
fn changes(events: &[Event]) -> impl Iterator<Item = Change<'_>> {
    events.iter().enumerate().filter_map(|(at, event)| match &event.what {
        What::Changed { end, by, id, before, after } => {
            Some(Change { at, event, end: *end, by: *by, id, before: before.as_ref(), after: after.as_ref() })
        }
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_password_is_looked_for_as_it_is_sent() {
        // RFC 7617, section 2.
        assert_eq!(super::basic("Aladdin", "open sesame"), "QWxhZGRpbjpvcGVuIHNlc2Ft");
    }
}
