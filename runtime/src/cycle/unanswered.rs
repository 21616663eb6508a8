//! Creations of which no answer came, and the newcomers that may be them.
//!
//! As long as an app has not said whether it made a contact, a newcomer there that holds what was sent may be that contact.
//! Taken for somebody new, it would get a partner of its own, and the contact that it was made for would be made again.

use syncc_compiler::{
    ir::End,
    value::{Record, Value},
};

use super::{Connection, CycleError, Picture};
use crate::store::NewEntry;

/// A creation whose outcome is not known.
#[derive(Clone, Debug)]
pub(super) struct Unanswered {
    /// Where it was to be made.
    pub(super) end: End,
    /// What was sent.
    pub(super) sent: Record,
}

impl Unanswered {
    /// Whether a newcomer may be what was made: something of what was sent is in it, and nothing speaks against it. An app may
    /// have left fields out, cut them, or filled others.
    pub(super) fn may_be(&self, end: End, newcomer: &Record) -> bool {
        if end != self.end {
            return false;
        }
        let filled = |(sent, held): &(&Value, &Value)| sent.is_filled() && held.is_filled();
        let mut both = self.sent.values().iter().zip(newcomer.values()).filter(filled).peekable();
        if both.peek().is_none() {
            return [&self.sent, newcomer].into_iter().all(|record| !record.values().iter().any(Value::is_filled));
        }
        both.all(|(sent, held)| agree(sent, held))
    }
}

/// Whether an app that was sent the one may hold the other.
fn agree(sent: &Value, held: &Value) -> bool {
    match (sent, held) {
        (Value::Text(sent), Value::Text(held)) => {
            sent == held || sent.shown().starts_with(held.shown()) || sent.key().starts_with(held.key())
        }
        (Value::Set(_), Value::Set(_)) => {
            let within = |one: &Value, other: &Value| one.elements().iter().all(|element| other.has(element));
            within(sent, held) || within(held, sent)
        }
        _ => sent == held,
    }
}

impl Connection<'_> {
    /// Somebody looked: what was sent to make the partner of this contact, and of which no answer came, was not made. So the next
    /// run plans it anew. Gives how many such writes there were.
    ///
    /// # Errors
    /// When the memory fails.
    pub fn not_made(&mut self, picture: &Picture<'_>, index: usize) -> Result<usize, CycleError> {
        let Some(item) = picture.plan.items.get(index) else { return Ok(0) };
        let of = |entry: &NewEntry| entry.partner.is_some() && item.ids[entry.end.other().index()] == entry.partner;
        let mut open = self.store.open_entries()?;
        open.retain(|entry| entry.write.target.is_none() && of(&entry.write));
        open.iter().try_for_each(|entry| self.store.fail(entry.id, "somebody looked, and it was not made"))?;
        Ok(open.len())
    }
}

#[cfg(test)]
mod tests {
    use syncc_compiler::value::Text;

    use super::*;

    fn record(name: &str, labels: &[&str]) -> Record {
        let labels = Value::set(labels.iter().map(|label| Text::plain(*label)));
        let name = if name.is_empty() { Value::Empty } else { Value::Text(Text::plain(name)) };
        Record::new(vec![name, labels])
    }

    fn may_be(sent: (&str, &[&str]), newcomer: (&str, &[&str])) -> bool {
        let unanswered = Unanswered { end: End::Left, sent: record(sent.0, sent.1) };
        unanswered.may_be(End::Left, &record(newcomer.0, newcomer.1))
    }

    #[test]
    fn what_holds_what_was_sent_may_be_it() {
        assert!(may_be(("Ann Bee", &["Team"]), ("Ann Bee", &["Team"])));
        // Cut, filled up, or taken in part.
        assert!(may_be(("Ann Bee", &["Team"]), ("Ann", &["Team", "New"])));
        assert!(may_be(("Ann Bee", &["Team"]), ("", &["Team"])));
        assert!(may_be(("", &[]), ("", &[])));
    }

    #[test]
    fn what_something_speaks_against_is_somebody_else() {
        assert!(!may_be(("Ann Bee", &["Team"]), ("Bob", &["Team"])));
        assert!(!may_be(("Ann Bee", &["Team"]), ("Ann Bee", &["Friends"])));
        assert!(!may_be(("Ann Bee", &[]), ("", &["Team"])));
        let unanswered = Unanswered { end: End::Left, sent: record("Ann", &[]) };
        assert!(!unanswered.may_be(End::Right, &record("Ann", &[])));
    }
}
