//! Human names: whole, and in parts.
//!
//! Promises, for every name:
//! - `split(join(p), memory = p) == p`, and splitting a whole again with the result as memory changes nothing.
//! - The parts of a split, joined, are the whole with its commas resolved: nothing is lost and nothing invented.
//! - A split changes only the part that changed: what still begins with the old first name has a new last name, and
//!   what still ends with the old last name has a new first name ([`change`]).
//! - Where memory does not help, the name is read by itself ([`read`]). Nothing is guessed where only its owner knows:
//!   a name in Chinese, Japanese or Korean writing without a blank is not taken apart.
//!
//! What is split how, and why: `docs/decisions/0008-how-names-are-split.md`.

mod change;
mod read;
mod script;
mod words;

use syncc_compiler::ir::NamePart;

/// A name in parts. A part that is not there is an empty string.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Name {
    /// By [`NamePart`], in its order.
    parts: [String; 5],
}

impl Name {
    /// A part, as spelt.
    #[must_use]
    pub fn part(&self, part: NamePart) -> &str {
        &self.parts[index(part)]
    }

    /// The name with this part.
    #[must_use]
    pub fn with(mut self, part: NamePart, text: impl Into<String>) -> Self {
        self.parts[index(part)] = text.into();
        self
    }

    /// The whole name: the parts with one blank between. A name in Chinese, Japanese or Korean writing is
    /// written last name first and without a blank.
    #[must_use]
    pub fn join(&self) -> String {
        let (given, family) = (tidy(self.part(NamePart::Given)), tidy(self.part(NamePart::Family)));
        let unspaced = script::is_unspaced(&given) && script::is_unspaced(&family);
        let core = match tidy(self.part(NamePart::Middle)) {
            middle if unspaced && middle.is_empty() => script::join(&given, &family),
            middle => format!("{given} {middle} {family}"),
        };
        tidy(&format!("{} {core} {}", self.part(NamePart::Prefix), self.part(NamePart::Suffix)))
    }

    /// The parts of a whole name, of those in `kinds`, with the old parts as memory. What belongs to a part that is
    /// not in `kinds` goes to its neighbour, so that nothing is lost.
    #[must_use]
    pub fn split(whole: &str, memory: &Self, kinds: &[NamePart]) -> Self {
        let whole = tidy(whole);
        if whole == memory.join() {
            return memory.clone();
        }
        let reading = read::read(&whole);
        // The whole as it is written when its parts are joined: without commas, first name first.
        let joined = reading.name.join();
        let fits = |name: &Self| {
            name.join() == joined
                && (!reading.says_family || name.part(NamePart::Family) == reading.name.part(NamePart::Family))
        };
        let remembered = change::changed(&joined, memory, &reading.name, kinds).find(fits);
        // Invariant: the parts join to the whole. So nothing is lost, and with the result as memory the same whole
        // gives the same parts.
        let split = remembered.unwrap_or(reading.name).only(kinds);
        match kinds
            .iter()
            .copied()
            .find(|part| matches!(part, NamePart::Given | NamePart::Family))
            .or(kinds.first().copied())
        {
            Some(part) if split.join() != joined => Self::default().with(part, joined),
            _ => split,
        }
    }

    /// Whether two whole names differ in nothing but blanks.
    pub(super) fn same(one: &str, other: &str) -> bool {
        one.split_whitespace().eq(other.split_whitespace())
    }

    fn words(&self, part: NamePart) -> Vec<&str> {
        self.part(part).split_whitespace().collect()
    }

    /// The name with what belongs to other parts than these moved to their neighbours.
    fn only(mut self, kinds: &[NamePart]) -> Self {
        use NamePart::{Family, Given, Middle, Prefix, Suffix};
        let mut move_to = |from: NamePart, to: &[NamePart]| {
            if kinds.contains(&from) {
                return;
            }
            let Some(to) = to.iter().find(|to| kinds.contains(to)) else { return };
            let moved = std::mem::take(&mut self.parts[index(from)]);
            // What gains nothing stays as it is spelt.
            if moved.trim().is_empty() {
                return;
            }
            let kept = std::mem::take(&mut self.parts[index(*to)]);
            let joined = if index(from) < index(*to) { [moved, kept] } else { [kept, moved] };
            self.parts[index(*to)] = tidy(&joined.join(" "));
        };
        move_to(Middle, &[Given, Family, Prefix, Suffix]);
        move_to(Given, &[Middle, Family, Prefix, Suffix]);
        move_to(Family, &[Middle, Given, Suffix, Prefix]);
        move_to(Prefix, &[Given, Middle, Family, Suffix]);
        move_to(Suffix, &[Family, Middle, Given, Prefix]);
        self
    }
}

fn index(part: NamePart) -> usize {
    match part {
        NamePart::Prefix => 0,
        NamePart::Given => 1,
        NamePart::Middle => 2,
        NamePart::Family => 3,
        NamePart::Suffix => 4,
    }
}

/// One blank between words, none around them.
fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
