//! Files that got another name: the same contact, not one that went and one that came.
//!
//! A file that is gone and a new one are one contact when both hold the same UID, or, without a UID, the same content. The
//! listing before remembers that of each file as a mark. A mark of several files that are gone tells nothing, nor does
//! one of a file that is still there: then there are two of it.

use std::collections::{BTreeSet, HashMap};

use super::{cursor, listing::Listed};

/// The files of the listing before that are not there any more.
#[derive(Debug, Default)]
pub(super) struct Gone<'c> {
    names: BTreeSet<&'c str>,
    /// Which of them had a mark; none where several had it.
    by_mark: HashMap<&'c str, Option<&'c str>>,
}

impl<'c> Gone<'c> {
    /// What is gone of the files before, as the cursor tells of them. Both are in the order of the names.
    pub(super) fn of(before: &[(&'c str, &'c str)], now: &[Listed]) -> Self {
        let mut gone = Self::default();
        let mut now = now.iter().map(|(name, _)| name.as_str()).peekable();
        for (name, stamp) in before {
            while now.next_if(|now| now < name).is_some() {}
            if now.next_if_eq(name).is_some() {
                continue;
            }
            gone.names.insert(name);
            if let Some(mark) = cursor::mark_of(stamp) {
                gone.by_mark.entry(mark).and_modify(|name| *name = None).or_insert(Some(name));
            }
        }
        gone
    }

    /// The name that a new file with this mark had before; told once.
    pub(super) fn became(&mut self, mark: &str) -> Option<&'c str> {
        let name = self.by_mark.remove(mark)??;
        self.names.remove(name);
        Some(name)
    }

    /// Those that are gone under every name.
    pub(super) fn into_names(self) -> impl Iterator<Item = &'c str> {
        self.names.into_iter()
    }
}
