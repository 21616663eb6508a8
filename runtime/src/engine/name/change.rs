//! A whole name read with its old parts as memory: which of them changed?

use std::iter::once_with;

use syncc_compiler::ir::NamePart::{self, Family, Given, Middle, Prefix, Suffix};

use super::{
    Name,
    read::{self, leading, start_of_family, trailing},
    script, words,
};

/// What the parts of `whole` may be if the old ones tell, the likeliest first.
pub(super) fn changed<'n>(
    whole: &'n str,
    memory: &'n Name,
    read: &'n Name,
    kinds: &'n [NamePart],
) -> impl Iterator<Item = Name> + 'n {
    // Titles and suffixes as the whole itself has them: then only the rest is asked of memory.
    let titled = || [Prefix, Suffix].into_iter().fold(memory.clone(), |name, part| name.with(part, read.part(part)));
    once_with(|| Some(memory.clone()))
        .chain(once_with(|| one_part(whole, memory, kinds)))
        .chain(once_with(move || Some(titled())))
        .chain(once_with(move || one_part(whole, &titled(), kinds)))
        .chain(once_with(move || unspaced(&titled(), read)))
        .chain(once_with(move || kept_in_place(&titled(), read)))
        .flatten()
}

/// The name of which only one part is another, if there is one. Where two parts could be it, what was added between
/// them goes to the middle name, else to the last name.
fn one_part(whole: &str, memory: &Name, kinds: &[NamePart]) -> Option<Name> {
    let all: Vec<&str> = whole.split(' ').collect();
    let mut candidates = [Suffix, Prefix, Middle, Family, Given].into_iter().filter(|part| kinds.contains(part));
    candidates.find_map(|part| {
        let words = |parts: &[NamePart]| parts.iter().flat_map(|part| memory.words(*part)).collect::<Vec<_>>();
        let (before, from) = NamePart::ALL.split_at(NamePart::ALL.iter().position(|other| *other == part)?);
        let (before, after) = (words(before), words(from.get(1..)?));
        let rest = all.len().checked_sub(before.len() + after.len())?;
        let new = all.get(before.len()..before.len() + rest)?;
        if !all.starts_with(&before)
            || !all.ends_with(&after)
            || !is_evidence(part, memory)
            || !can_be(part, new, memory, kinds)
        {
            return None;
        }
        Some(memory.clone().with(part, new.join(" ")))
    })
}

/// Whether another part than this one says who the name is of: a title alone does not.
fn is_evidence(part: NamePart, memory: &Name) -> bool {
    [Given, Middle, Family].into_iter().any(|other| other != part && !memory.words(other).is_empty())
}

/// Whether these words can be the new text of a part.
fn can_be(part: NamePart, new: &[&str], memory: &Name, kinds: &[NamePart]) -> bool {
    if new.iter().any(|word| word.ends_with(',')) {
        return false;
    }
    let had = !memory.words(part).is_empty();
    match part {
        Prefix => had || leading(new, 0) == new.len(),
        Suffix => had || new.iter().all(|word| words::is_suffix(word, 2)),
        // "María del Carmen": what a particle binds to the first name is neither of the next parts.
        Middle | Family if binds(&memory.words(Given), new) => false,
        Middle => {
            let (given, family) = (memory.words(Given), memory.words(Family));
            let start = start_of_family(&[given.as_slice(), new, family.as_slice()].concat());
            !given.is_empty() && !family.is_empty() && start >= given.len() + new.len()
        }
        Given | Family => {
            let titles = if kinds.contains(&Prefix) && part == Given { leading(new, 1) } else { 0 };
            let suffixes = if kinds.contains(&Suffix) && part == Family { trailing(new) } else { 0 };
            titles == 0 && suffixes == 0
        }
    }
}

/// Whether the first of these words belong to the first name before them.
fn binds(given: &[&str], new: &[&str]) -> bool {
    let core = [given, new].concat();
    !given.is_empty() && read::end_of_given(&core, core.len()) > given.len()
}

/// A name without blanks in which the old last or first name is still in its place.
fn unspaced(titled: &Name, read: &Name) -> Option<Name> {
    let whole = Name::default().with(Given, read.part(Given)).with(Family, read.part(Family)).join();
    if !script::is_unspaced(&whole) {
        return None;
    }
    let (given, family) = script::split_with(&whole, titled.part(Given).trim(), titled.part(Family).trim())?;
    Some(titled.clone().with(Given, given).with(Middle, "").with(Family, family))
}

/// The name read anew, but with the old last name or the old first name where they still stand.
fn kept_in_place(titled: &Name, read: &Name) -> Option<Name> {
    let words: Vec<&str> = [Given, Middle, Family].into_iter().flat_map(|part| read.words(part)).collect();
    if read::is_unspaced(&words) {
        return None;
    }
    let (given, family) = (titled.words(Given), titled.words(Family));
    let has_family = !family.is_empty() && words.len() > family.len() && words.ends_with(&family);
    let has_given = !given.is_empty() && words.len() > given.len() && words.starts_with(&given);
    let last = if has_family { words.len() - family.len() } else { start_of_family(&words) };
    let (first, last) = match (has_given, has_family) {
        (true, true) if given.len() <= last => (given.len(), last),
        (true, false) => (given.len(), last.max(given.len())),
        (false, true) => (last.min(1), last),
        _ => return None,
    };
    let part = |from: usize, to: usize| words.get(from..to).unwrap_or_default().join(" ");
    let name = titled.clone().with(Given, part(0, first)).with(Middle, part(first, last));
    Some(name.with(Family, part(last, words.len())))
}
