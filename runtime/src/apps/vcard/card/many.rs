//! Properties of which a card has several, one of them preferred: `EMAIL` and `TEL`.

use std::borrow::Cow;

use syncc_compiler::{
    schema::Scalar,
    value::{Canon, Text, Value},
};

use super::{Card, Version, property::Property};

/// The preferred one, else the first.
pub(super) fn preferred<'c>(card: &'c Card<'_>, name: &str) -> Option<Cow<'c, str>> {
    card.preferred(name).map(|(_, property)| spelt(property))
}

/// All that do not count as the preferred one.
pub(super) fn others(card: &Card<'_>, name: &str, scalar: Scalar, canon: &Canon) -> Value {
    // Of one the preferred one is that one: nothing has to be read to know that there are no others.
    if card.all(name).nth(1).is_none() {
        return Value::set([]);
    }
    let first = preferred(card, name).map(|first| canon.text(scalar, &first));
    Value::set(
        card.all(name)
            .map(|(_, property)| spelt(property))
            .filter(|spelling| !spelling.is_empty())
            .map(|spelling| canon.text(scalar, &spelling))
            .filter(|text| Some(text) != first.as_ref()),
    )
}

/// The address or number without the scheme that 4.0 may write (`tel:+1-201-555-0123`).
fn spelt<'p>(property: &'p Property<'_>) -> Cow<'p, str> {
    match property.text() {
        Cow::Borrowed(text) => Cow::Borrowed(bare(text)),
        Cow::Owned(text) => Cow::Owned(bare(&text).to_owned()),
    }
}

fn bare(text: &str) -> &str {
    let text = text.trim();
    let bare = text.get(..4).filter(|scheme| scheme.eq_ignore_ascii_case("tel:")).and_then(|_| text.get(4..));
    bare.unwrap_or(text)
}

/// What changes in the lines of one name.
pub(super) struct Change<'a> {
    pub(super) name: &'static str,
    pub(super) scalar: Scalar,
    pub(super) canon: &'a Canon,
    /// The new preferred one, if it changes.
    pub(super) primary: Option<&'a Value>,
    /// All others before and after, if they change.
    pub(super) others: Option<(&'a Value, &'a Value)>,
}

impl Change<'_> {
    /// Writes the change. A line that stays keeps its parameters: a new address in the line of the old one is
    /// still `TYPE=work`.
    pub(super) fn write(&self, card: &mut Card<'_>) {
        if let Some((before, after)) = self.others {
            let removed = before.elements().iter().filter(|text| !after.has(text) && Some(*text) != self.wanted());
            removed.for_each(|text| self.remove(card, text));
        }
        match self.primary {
            Some(Value::Text(new)) => self.set_primary(card, new),
            Some(Value::Empty) => self.clear_primary(card),
            _ => {}
        }
        if let Some((_, after)) = self.others {
            for text in after.elements() {
                if self.find(card, text).is_none() {
                    card.append(self.line(text, card.version));
                }
            }
        }
    }

    fn wanted(&self) -> Option<&Text> {
        match self.primary {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    fn set_primary(&self, card: &mut Card<'_>, new: &Text) {
        let old = card.preferred(self.name).map(|(at, property)| (at, self.canon.text(self.scalar, &spelt(property))));
        match (self.find(card, new), old) {
            (Some(_), Some((_, old))) if old == *new => {}
            // It stands among the others: only the preference moves. What was preferred stays, unless the
            // new others leave it out.
            (Some(_), old) => {
                if let Some((at, _)) = old.filter(|(_, old)| self.others.is_some_and(|(_, after)| !after.has(old))) {
                    card.remove(at);
                }
                self.prefer(card, new);
            }
            (None, Some((at, old))) if !self.others.is_some_and(|(_, after)| after.has(&old)) => {
                self.respell(card, at, new);
            }
            (None, _) => {
                let line = self.line(new, card.version);
                match card.first(self.name).map(|(at, _)| at) {
                    Some(at) => card.insert(at, line),
                    None => card.append(line),
                }
                self.prefer(card, new);
            }
        }
    }

    fn clear_primary(&self, card: &mut Card<'_>) {
        let Some((at, property)) = card.preferred(self.name) else {
            return;
        };
        let old = self.canon.text(self.scalar, &spelt(property));
        if !self.others.is_some_and(|(_, after)| after.has(&old)) {
            card.remove(at);
        }
    }

    fn find(&self, card: &Card<'_>, wanted: &Text) -> Option<usize> {
        card.all(self.name)
            .find(|(_, property)| self.canon.text(self.scalar, &spelt(property)) == *wanted)
            .map(|(at, _)| at)
    }

    fn remove(&self, card: &mut Card<'_>, text: &Text) {
        while let Some(at) = self.find(card, text) {
            card.remove(at);
        }
    }

    fn respell(&self, card: &mut Card<'_>, at: usize, new: &Text) {
        let Some(mut property) = card.all(self.name).find(|(known, _)| *known == at).map(|(_, p)| p.clone()) else {
            return;
        };
        let version = card.version;
        if property.value().trim().get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("tel:")) {
            // Blanks have no place in a URI; a hyphen stands for one (RFC 3966, 5.1.1).
            let number = new.shown().split_whitespace().collect::<Vec<_>>().join("-");
            property.set_text(&format!("tel:{number}"), version);
        } else {
            property.set_text(new.shown(), version);
        }
        card.replace(at, property);
    }

    /// Makes it the one that [`Card::preferred`] finds, with as few marks as possible.
    fn prefer(&self, card: &mut Card<'_>, wanted: &Text) {
        let version = card.version;
        let is_first = |card: &Card<'_>| {
            card.preferred(self.name).is_some_and(|(_, p)| self.canon.text(self.scalar, &spelt(p)) == *wanted)
        };
        if is_first(card) {
            return;
        }
        let marked: Vec<(usize, Property<'_>)> =
            card.all(self.name).filter(|(_, p)| p.rank() == Some(1)).map(|(at, p)| (at, p.clone())).collect();
        for (at, mut property) in marked {
            property.set_preferred(false, version);
            card.replace(at, property);
        }
        if is_first(card) {
            return;
        }
        if let Some(at) = self.find(card, wanted) {
            let found = card.all(self.name).find(|(known, _)| *known == at).map(|(_, p)| p.clone());
            if let Some(mut property) = found {
                property.set_preferred(true, version);
                card.replace(at, property);
            }
        }
    }

    fn line(&self, text: &Text, version: Version) -> Property<'static> {
        let mut property = Property::new(self.name, String::new());
        property.set_text(text.shown(), version);
        property
    }
}
