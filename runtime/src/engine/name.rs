//! Human names: whole, and in parts.
//!
//! Promises, for every name: `split(join(p), memory = p) == p`, and splitting a whole again with the result as
//! memory changes nothing. A split changes only the part that changed: what still begins with the old first name
//! has a new last name, and what still ends with the old last name has a new first name. Where memory does not
//! help, particles (van, de, bin …) belong to the last name, a single word is a first name, and a name in
//! Chinese, Japanese or Korean writing without a blank is not taken apart.

use syncc_compiler::ir::NamePart;

/// A name in parts. A part that is not there is an empty string.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Name {
    /// By [`NamePart`], in its order.
    parts: [String; 5],
}

const PREFIXES: [&str; 12] = ["mr", "mrs", "ms", "miss", "mx", "dr", "prof", "rev", "herr", "frau", "sir", "madam"];
const SUFFIXES: [&str; 14] =
    ["jr", "sr", "ii", "iii", "iv", "phd", "md", "mba", "esq", "cpa", "dds", "jd", "rn", "dvm"];
const PARTICLES: [&str; 34] = [
    "van", "von", "vom", "zu", "zum", "zur", "der", "den", "ter", "ten", "de", "del", "della", "di", "da", "dal",
    "dos", "das", "do", "du", "des", "la", "le", "el", "al", "bin", "ibn", "bint", "ben", "abu", "san", "santa", "st",
    "af",
];

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
        let unspaced = is_unspaced(&given) && is_unspaced(&family);
        let core = match tidy(self.part(NamePart::Middle)) {
            middle if unspaced && middle.is_empty() => format!("{family}{given}"),
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
        if is_unspaced(&whole) {
            return split_unspaced(&whole, memory).only(kinds);
        }
        let words: Vec<&str> = whole.split(' ').collect();
        let prefixes = leading(&words, &memory.words(NamePart::Prefix));
        let (prefix, rest) = words.split_at(prefixes);
        let suffixes = trailing(rest, &memory.words(NamePart::Suffix));
        let (core, suffix) = rest.split_at(rest.len() - suffixes);
        let mut core = core.to_vec();
        if let (Some(last), false) = (core.last_mut(), suffix.is_empty()) {
            *last = last.trim_end_matches(',');
        }
        let (given, middle, family) = split_core(&core, memory, kinds.contains(&NamePart::Middle));
        let parts = [prefix, &core[given], &core[middle], &core[family], suffix];
        Self { parts: parts.map(|words| words.join(" ")) }.only(kinds)
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

/// The ranges of the first, middle and last name within the words that are neither title nor suffix.
fn split_core(
    core: &[&str],
    memory: &Name,
    has_middle: bool,
) -> (std::ops::Range<usize>, std::ops::Range<usize>, std::ops::Range<usize>) {
    let (given, middle, family) =
        (memory.words(NamePart::Given), memory.words(NamePart::Middle), memory.words(NamePart::Family));
    let end = core.len();
    let first = [given.as_slice(), middle.as_slice()].concat();
    if !given.is_empty() && core.len() > first.len() && core.starts_with(&first) {
        return (0..given.len(), given.len()..first.len(), first.len()..end);
    }
    let last = if !family.is_empty() && core.len() > family.len() && core.ends_with(&family) {
        end - family.len()
    } else {
        start_of_last_name(core)
    };
    let kept_given = if !given.is_empty() && given.len() <= last && core.starts_with(&given) { given.len() } else { 0 };
    let kept_middle =
        if !middle.is_empty() && middle.len() < last && core[..last].ends_with(&middle) { middle.len() } else { 0 };
    let given = match (kept_given, kept_middle) {
        (0, 0) if has_middle => last.min(1),
        (0, 0) => last,
        (0, kept) => last - kept,
        (kept, _) => kept,
    };
    (0..given, given..last, last..end)
}

/// Where the last name starts: at the last word, or at the particles before it. A single word is a first name.
fn start_of_last_name(core: &[&str]) -> usize {
    if core.len() < 2 {
        return core.len();
    }
    let mut start = core.len() - 1;
    while start > 1 && PARTICLES.contains(&plain(core[start - 1]).as_str()) {
        start -= 1;
    }
    start
}

/// How many words at the start are the old title, or titles that everybody knows. One word at least stays.
fn leading(words: &[&str], memory: &[&str]) -> usize {
    if !memory.is_empty() && words.len() > memory.len() && words.starts_with(memory) {
        return memory.len();
    }
    let most = words.len().saturating_sub(1);
    words[..most].iter().take_while(|word| PREFIXES.contains(&plain(word).as_str())).count()
}

/// How many words at the end are the old suffix, or suffixes that everybody knows. One word at least stays.
fn trailing(words: &[&str], memory: &[&str]) -> usize {
    if !memory.is_empty() && words.len() > memory.len() && words.ends_with(memory) {
        return memory.len();
    }
    words.iter().skip(1).rev().take_while(|word| SUFFIXES.contains(&plain(word).as_str())).count()
}

/// A word without case and marks: "Ph.D.," is "phd".
fn plain(word: &str) -> String {
    word.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Chinese, Japanese or Korean writing without a blank.
fn is_unspaced(text: &str) -> bool {
    let cjk = |c: char| {
        matches!(c, '\u{3005}'..='\u{30FF}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}'
            | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
    };
    !text.is_empty() && text.chars().all(cjk)
}

/// Not taken apart, unless the old last or first name is still in its place.
fn split_unspaced(whole: &str, memory: &Name) -> Name {
    let (given, family) = (memory.part(NamePart::Given).trim(), memory.part(NamePart::Family).trim());
    let rest = |rest: Option<&str>| rest.filter(|rest| !rest.is_empty()).map(str::to_owned);
    let kept = if is_unspaced(family) {
        rest(whole.strip_prefix(family)).map(|given| (given, family.to_owned()))
    } else {
        None
    };
    let kept = kept.or_else(|| {
        if !is_unspaced(given) {
            return None;
        }
        rest(whole.strip_suffix(given)).map(|family| (given.to_owned(), family))
    });
    let (given, family) = kept.unwrap_or_else(|| (whole.to_owned(), String::new()));
    Name::default().with(NamePart::Given, given).with(NamePart::Family, family)
}
