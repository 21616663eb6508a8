//! The tests of the spelling of one field. How a text begins and ends is looked up, whatever the number of tests.

use rustc_hash::FxHashMap;
use syncc_compiler::{
    ir::{Program, Test},
    value::Value,
};

/// Bits of tests of spellings.
#[derive(Debug, Default)]
pub(super) struct Spelling {
    /// All, for values that are no text: those are spelt when they are asked for.
    all: Vec<(Test, usize)>,
    starts: Affixes,
    ends: Affixes,
    /// What is asked of texts one by one.
    others: Vec<(Test, usize)>,
}

/// By their length in bytes, then by their spelling.
type Affixes = Vec<(usize, FxHashMap<Box<str>, usize>)>;

impl Spelling {
    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// The inputs that few values set.
    pub(super) fn names(&self) -> impl Iterator<Item = usize> {
        self.starts.iter().chain(&self.ends).flat_map(|(_, affixes)| affixes.values().copied())
    }

    /// The input of this test, made by `next` if it is a new one. `constant` is that of the test.
    pub(super) fn input(&mut self, test: &Test, constant: &Value, next: impl FnOnce() -> usize) -> usize {
        let affixes = match (test, constant) {
            (Test::StartsWith(..), Value::Text(affix)) => Some((&mut self.starts, affix.shown())),
            (Test::EndsWith(..), Value::Text(affix)) => Some((&mut self.ends, affix.shown())),
            _ => None,
        };
        if let Some((affixes, affix)) = affixes {
            let table = of_length(affixes, affix.len());
            if let Some(input) = table.get(affix) {
                return *input;
            }
            let input = next();
            table.insert(affix.into(), input);
            self.all.push((test.clone(), input));
            return input;
        }
        if let Some((_, input)) = self.others.iter().find(|(known, _)| known == test) {
            return *input;
        }
        let input = next();
        self.others.push((test.clone(), input));
        self.all.push((test.clone(), input));
        input
    }

    /// The inputs of the tests that hold of this value.
    #[inline]
    pub(super) fn read(&self, program: &Program, value: &Value, mut set: impl FnMut(usize)) {
        let asked = match value {
            Value::Text(text) => {
                let text = text.shown();
                let start = |length| text.get(..length);
                let end = |length| text.get(text.len().checked_sub(length)?..);
                let starts = self.starts.iter().map(|(length, table)| (start(*length), table));
                let ends = self.ends.iter().map(|(length, table)| (end(*length), table));
                let found = |(affix, table): (Option<&str>, &FxHashMap<Box<str>, usize>)| table.get(affix?).copied();
                starts.filter_map(found).for_each(&mut set);
                ends.filter_map(found).for_each(&mut set);
                &self.others
            }
            _ => &self.all,
        };
        let holds = |test: &Test| program.holds_of(test, value) == Some(true);
        asked.iter().filter(|(test, _)| holds(test)).for_each(|(_, input)| set(*input));
    }
}

fn of_length(affixes: &mut Affixes, length: usize) -> &mut FxHashMap<Box<str>, usize> {
    let at = affixes.binary_search_by_key(&length, |(length, _)| *length).unwrap_or_else(|at| {
        affixes.insert(at, (length, FxHashMap::default()));
        at
    });
    &mut affixes[at].1
}
