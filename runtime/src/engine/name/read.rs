//! A whole name read by itself, without knowing what its parts were.
//!
//! Titles and suffixes that everybody knows come off first; a comma tells the last name or a suffix; then the last
//! name starts at the last word, at the particles before it, or at the first of two last names that come in pairs.

use syncc_compiler::ir::NamePart::{Family, Given, Middle, Prefix, Suffix};

use super::{Name, script, words};

/// A whole name, read.
#[derive(Debug, Default)]
pub(super) struct Reading {
    /// All five parts.
    pub(super) name: Name,
    /// Whether the whole itself says which is the last name: "Lee, Ann".
    pub(super) says_family: bool,
}

/// Reads a whole name, given with single blanks.
pub(super) fn read(whole: &str) -> Reading {
    let mut segments: Vec<Vec<&str>> = whole.split(',').map(|segment| segment.split_whitespace().collect()).collect();
    segments.retain(|segment| !segment.is_empty());
    let mut suffix = Vec::new();
    while let Some(last) = segments.pop_if(|last| last.iter().all(|word| words::is_suffix_after_comma(word))) {
        suffix.splice(0..0, last);
    }
    // A suffix alone is a name: somebody is called Ma.
    if segments.is_empty() && !suffix.is_empty() {
        segments.push(std::mem::take(&mut suffix));
    }
    match segments.as_slice() {
        [one] => plain(one, &suffix),
        [family, given] => family_first(family, given, &suffix),
        // More commas than a name has: whatever it is, it stays together as far as it can.
        _ => plain(&whole.split(' ').collect::<Vec<_>>(), &[]),
    }
}

fn plain(all: &[&str], suffix: &[&str]) -> Reading {
    let (prefix, rest) = all.split_at(leading(all, 1));
    let (core, own_suffix) = rest.split_at(rest.len() - trailing(rest));
    let suffix = [own_suffix, suffix].concat();
    if is_unspaced(core) {
        let (given, family) = script::split(core);
        return Reading { name: name(prefix, &[&given], &[], &[&family], &suffix), says_family: false };
    }
    // After Mr. and its like comes a last name.
    if let ([family], Some(title)) = (core, prefix.last())
        && !words::precedes_first_name(title)
    {
        return Reading { name: name(prefix, &[], &[], &[family], &suffix), says_family: false };
    }
    let last = start_of_family(core);
    let first = end_of_given(core, last);
    let name = name(prefix, &core[..first], &core[first..last], &core[last..], &suffix);
    Reading { name, says_family: false }
}

/// "Lee, Ann": titles and suffixes may stand on either side, and particles behind the first name ("Gogh, Vincent van").
fn family_first(family: &[&str], given: &[&str], suffix: &[&str]) -> Reading {
    let (left_prefix, family) = family.split_at(leading(family, 1));
    let (family, left_suffix) = family.split_at(family.len() - trailing(family));
    let (right_prefix, given) = given.split_at(leading(given, 1));
    let (given, right_suffix) = given.split_at(given.len() - trailing(given));
    let particles = given.iter().skip(1).rev().take_while(|word| words::is_particle(word)).count();
    let (given, particles) = given.split_at(given.len() - particles);
    let first = end_of_given(given, given.len());
    let name = name(
        &[left_prefix, right_prefix].concat(),
        &given[..first],
        &given[first..],
        &[particles, family].concat(),
        &[left_suffix, right_suffix, suffix].concat(),
    );
    Reading { name, says_family: true }
}

fn name(prefix: &[&str], given: &[&str], middle: &[&str], family: &[&str], suffix: &[&str]) -> Name {
    let parts = [(Prefix, prefix), (Given, given), (Middle, middle), (Family, family), (Suffix, suffix)];
    parts.into_iter().fold(Name::default(), |name, (part, words)| name.with(part, words.join(" ").trim()))
}

/// How many words at the start are titles. `keep` words at least stay.
pub(super) fn leading(all: &[&str], keep: usize) -> usize {
    let most = all.len().saturating_sub(keep);
    let mut count = 0;
    while let Some(word) = all[..most].get(count) {
        let next = all[..most].get(count + 1);
        let joins = count > 0 && words::joins_titles(word) && next.is_some_and(|next| words::is_title(next, false));
        if !joins && !words::is_title(word, count > 0) {
            break;
        }
        count += 1;
    }
    count
}

/// How many words at the end are suffixes. One word at least stays.
pub(super) fn trailing(all: &[&str]) -> usize {
    let behind = all.iter().enumerate().skip(1).rev();
    behind.take_while(|(before, word)| words::is_suffix(word, *before)).count()
}

/// Where the last name starts. A single word is a first name.
pub(super) fn start_of_family(core: &[&str]) -> usize {
    let Some(last) = core.len().checked_sub(1).filter(|last| *last > 0) else { return core.len() };
    let mut start = match first_particle(core, last) {
        Some(start) => start,
        None => {
            let behind = core[1..last].iter().rev();
            last - behind.take_while(|word| words::is_particle_before_last(word)).count()
        }
    };
    // "Ortega y Gasset": the first of the two belongs to it too. (A particle is never in the first place.)
    if start > 1 && core.get(start).is_some_and(|word| words::is_and(word)) {
        start -= 1;
    }
    if start > 1 && words::is_paired(core[start - 1]) {
        start -= 1;
    }
    start
}

/// The first particle in small letters between the first and the last word, those of a first name left out.
fn first_particle(core: &[&str], last: usize) -> Option<usize> {
    let mut at = 1;
    while at < last {
        if !words::is_particle(core[at]) || (at == 1 && words::is_and(core[at])) {
            at += 1;
            continue;
        }
        let end = at + core[at..].iter().take_while(|word| words::is_particle(word)).count();
        match core.get(end) {
            Some(word) if end < last && words::is_devotion(word) => at = end + 1,
            _ => return Some(at),
        }
    }
    None
}

/// Where the first name ends: behind its first word, with what belongs to it ("María del Carmen").
pub(super) fn end_of_given(core: &[&str], last: usize) -> usize {
    let particles = core[..last].iter().skip(1).take_while(|word| words::is_particle(word)).count();
    match core[..last].get(particles + 1) {
        Some(word) if particles > 0 && words::is_devotion(word) => particles + 2,
        _ => last.min(1),
    }
}

/// Whether all words are in Chinese, Japanese or Korean writing.
pub(super) fn is_unspaced(core: &[&str]) -> bool {
    !core.is_empty() && core.iter().all(|word| script::is_unspaced(word))
}
