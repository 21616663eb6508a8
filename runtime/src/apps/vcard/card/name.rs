//! The name of a card in its two forms: the parts (`N`) and as it is shown (`FN`).

use std::borrow::Cow;

use super::{Card, many, property::Property};

/// The components of `N` in the order in which people read them: prefix, given, middle, family, suffix.
const READING_ORDER: [usize; 5] = [3, 1, 2, 0, 4];

/// What a card shows of a person, taken before an edit so that `FN` can follow it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Shown {
    parts: [String; 5],
    /// What `FN` is when nobody chose it: the joined parts, else the company, else an address.
    display: Option<String>,
}

impl Shown {
    /// What the card shows.
    pub(super) fn of(card: &Card<'_>) -> Self {
        let parts = parts(card).map(Cow::into_owned);
        let says_something = |text: &Cow<'_, str>| !text.trim().is_empty();
        let company = || card.preferred("ORG").and_then(|(_, org)| org.components().next());
        let display = Some(Cow::Owned(join(&parts)))
            .filter(says_something)
            .or_else(|| company().filter(says_something))
            .or_else(|| many::preferred(card, "EMAIL").filter(says_something))
            .or_else(|| many::preferred(card, "TEL").filter(says_something))
            .map(Cow::into_owned);
        Self { parts, display }
    }

    /// What `FN` is when nobody chose it.
    pub(super) fn display(self) -> Option<String> {
        self.display
    }

    /// Writes `FN` after an edit of what it is made of, where it is missing, empty or what these parts made before. Any
    /// other one was chosen by somebody and may hold what no part does ("Maria van den Berg" of a card without `N`):
    /// no field writes it, so no plan would show that it goes, and no undo could give it back.
    pub(super) fn keep_in_step(&self, card: &mut Card<'_>) {
        let now = Self::of(card);
        if now == *self {
            return;
        }
        let Some(display) = now.display else {
            return;
        };
        let Some((at, mut full)) = card.counting("FN").map(|(at, full)| (at, full.clone())) else {
            let mut full = Property::new("FN", String::new());
            full.set_text(&display, card.version);
            card.append(full);
            return;
        };
        let old = squeeze(&full.text());
        let made = self.display.as_deref().map(squeeze).unwrap_or_default();
        if (old.is_empty() || old == made) && display != old {
            full.set_text(&display, card.version);
            card.replace(at, full);
        }
    }
}

/// The five components of `N` as texts.
pub(super) fn parts<'c>(card: &'c Card<'_>) -> [Cow<'c, str>; 5] {
    let mut parts: [Cow<'c, str>; 5] = Default::default();
    if let Some((_, name)) = card.counting("N") {
        // Several suffixes are set off by commas, several first names by blanks.
        let joined = name.joined(|index| if index == 4 { ", " } else { " " });
        parts.iter_mut().zip(joined).for_each(|(part, text)| *part = text);
    }
    parts
}

/// The parts as people read them.
fn join(parts: &[String; 5]) -> String {
    let words: Vec<&str> = READING_ORDER
        .iter()
        .filter_map(|index| parts.get(*index))
        .map(|part| part.trim())
        .filter(|part| !part.is_empty())
        .collect();
    words.join(" ")
}

fn squeeze(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
