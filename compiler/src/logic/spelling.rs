//! Texts that contain, start and end with what is asked for, and with nothing else that is asked about.

/// The tests of spellings on one field.
#[derive(Clone, Debug, Default)]
pub(super) struct Spellings<'c> {
    pub(super) starts: Vec<&'c str>,
    pub(super) ends: Vec<&'c str>,
    pub(super) contains: Vec<&'c str>,
}

/// More pieces of text than this are too many to tell all their combinations apart.
const MOST_PIECES: usize = 8;

impl Spellings<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.starts.is_empty() && self.ends.is_empty() && self.contains.is_empty()
    }

    /// Texts of every kind that these tests tell apart, `each` of them a kind; `None` when there are too many kinds.
    ///
    /// Why none is missed: a text of any kind can be changed into one of these without changing its kind. Its longest
    /// start, its longest end and its pieces imply every test that holds of it; what stands between them here is
    /// a character that no test asks about, so nothing else can hold by accident.
    pub(super) fn kinds(&self, each: usize) -> Option<Vec<String>> {
        if self.contains.len() > MOST_PIECES || self.starts.len() * self.ends.len() > 64 {
            return None;
        }
        let asked = || self.starts.iter().chain(&self.ends).chain(&self.contains);
        let between = "~|^\u{b7}\u{a7}\u{a6}\u{2022}"
            .chars()
            .chain('\u{2200}'..='\u{22ff}')
            .find(|between| !asked().any(|text| text.contains(*between)))?;
        let optional = |texts: &[&str]| {
            std::iter::once(String::new()).chain(texts.iter().map(|text| (*text).to_owned())).collect::<Vec<_>>()
        };
        let mut kinds = Vec::new();
        for start in optional(&self.starts) {
            for end in optional(&self.ends) {
                for chosen in 0..1_usize << self.contains.len() {
                    let pieces = self.contains.iter().enumerate().filter(|(bit, _)| chosen >> bit & 1 == 1);
                    let pieces: Vec<&str> = pieces.map(|(_, piece)| *piece).collect();
                    for repeated in 1..=each {
                        let gap = between.to_string().repeat(repeated);
                        let mut text = start.clone();
                        text.push_str(&gap);
                        for piece in &pieces {
                            text.push_str(piece);
                            text.push(between);
                        }
                        text.push_str(&end);
                        kinds.push(text);
                    }
                }
            }
        }
        Some(kinds)
    }
}
