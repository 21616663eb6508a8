//! Files that got another name: the same contact, not one that went and one that came.
//!
//! A file that is gone and a new one are one contact when both hold the same UID, or, without a UID, the same content. The
//! listing before remembers that of each file as a mark. A mark of several files that are gone tells nothing, nor does
//! one of a file that is still there: then there are two of it.
//!
//! A name may also have gone over to another contact: two files exchanged theirs, or all were numbered anew. Then the contact
//! goes with its mark, and one whose name has another contact by now, and that is nowhere else, is gone. A file whose mark is
//! another one, and no contact's that there was, is the same contact, edited: unless it has another UID, and nothing else in
//! common with the one that there was.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{cursor, listing::Listed};
use crate::apps::Handed;

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
    fn became(&mut self, mark: &str) -> Option<&'c str> {
        let name = self.by_mark.remove(mark)??;
        self.names.remove(name);
        Some(name)
    }

    /// Those that are gone under every name.
    pub(super) fn into_names(self) -> impl Iterator<Item = &'c str> {
        self.names.into_iter()
    }
}

/// Names under which there is another mark than in the listing before.
#[derive(Debug, Default)]
pub(super) struct Hands<'c> {
    /// The names that there are with another mark than before, and new ones.
    now: Vec<Hand>,
    /// Under which name a contact was, by its mark before; none where several had it.
    before: HashMap<&'c str, Option<&'c str>>,
}

/// A name, and the contact that has it now.
#[derive(Debug)]
struct Hand {
    name: String,
    mark: String,
    /// The name that a create of ours gave it, if no listing has shown that name yet.
    made_as: Option<String>,
    /// Whether it has nothing in common with the one that had the name.
    is_another: bool,
}

impl<'c> Hands<'c> {
    /// A name that is new, and of which nothing is known.
    pub(super) fn new_name(&mut self, name: &str, mark: &str, made_as: Option<String>) {
        self.hand(name, mark, made_as, false);
    }

    fn hand(&mut self, name: &str, mark: &str, made_as: Option<String>, is_another: bool) {
        self.now.push(Hand { name: name.to_owned(), mark: mark.to_owned(), made_as, is_another });
    }

    /// A name that was there with this stamp.
    pub(super) fn known_name(&mut self, before: (&'c str, &'c str), mark: &str, tells: &str, made_as: Option<String>) {
        if cursor::mark_of(before.1).is_some_and(|was| was != mark) {
            self.lost_name(before);
            let is_another = cursor::have_nothing_in_common(tells, cursor::tells_of(before.1));
            self.hand(before.0, mark, made_as, is_another);
        }
    }

    /// A name that was there with this stamp, and under which no contact can be read now.
    pub(super) fn lost_name(&mut self, (name, stamp): (&'c str, &'c str)) {
        if let Some(was) = cursor::mark_of(stamp) {
            self.before.entry(was).and_modify(|name| *name = None).or_insert(Some(name));
        }
    }

    /// Which names went over. `left`: the files that are gone, of which some are found here. `nobodys`: an id for one that is gone
    /// while another contact has its name.
    pub(super) fn sorted(mut self, left: &mut Gone<'c>, mut nobodys: impl FnMut(&str) -> String) -> Vec<Handed> {
        let marks: HashMap<&str, &str> = self.now.iter().map(|hand| (hand.name.as_str(), hand.mark.as_str())).collect();
        let (mut handed, mut taken, mut others) = (Vec::new(), HashSet::new(), Vec::new());
        for Hand { name, mark, made_as, is_another } in &self.now {
            let known = self.before.remove(mark.as_str()).flatten().or_else(|| left.became(mark));
            // Where the same contact is under the name that it was made as, this is a second one.
            let made_as = made_as.as_deref().filter(|made_as| marks.get(made_as).is_none_or(|other| other != mark));
            if let Some(former) = known.or(made_as).filter(|former| former != name)
                && taken.insert(former)
            {
                let left = !marks.contains_key(former);
                handed.push(Handed { former: former.to_owned(), now: name.clone(), left });
            } else if *is_another {
                others.push(name);
            }
        }
        let gone = handed.iter().map(|handed| &handed.now).chain(others);
        let gone = gone.filter(|name| !taken.contains(name.as_str()));
        let gone = gone.map(|name| Handed { former: name.clone(), now: nobodys(name), left: false });
        let gone: Vec<Handed> = gone.collect();
        handed.extend(gone);
        handed
    }
}
