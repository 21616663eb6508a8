//! Which contacts are the same person, before anything is written.
//!
//! Tiers are tried in order, the next one only for contacts that the one before gave no candidate. Within a tier any
//! key of one side may meet any key of the other. A key that several contacts of a side have is that of the one whose first key
//! it is. In doubt nothing is linked: a contact whose keys name two is ambiguous, the second with a key is a duplicate.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};
use syncc_compiler::{
    ir::{End, MatchTier, Program},
    value::{Record, Text, Value, shown},
};

use super::Base;

/// How far the clocks of two apps may be apart.
const CLOCK_DOUBT: SignedDuration = SignedDuration::from_secs(5);

/// A contact of one side.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// Its id within the app.
    pub id: String,
    /// What it holds; `None` when it was deleted, which only matters for linked ones.
    pub record: Option<Record>,
    /// When it was last changed, if the app says so.
    pub edited: Option<Timestamp>,
}

/// A link between two contacts.
#[derive(Clone, Debug, PartialEq)]
pub struct Linked {
    /// The ids, left first.
    pub ids: [String; 2],
    /// What both looked like when they were last in step.
    pub base: Option<Base>,
}

/// What matching makes of contacts that are not linked. Contacts are indices into those of their side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// Two contacts are one person.
    Match { at: [usize; 2], key: String },
    /// A contact without a partner.
    Alone { end: End, at: usize },
    /// A contact that shares a key with an earlier one of its side.
    Duplicate { end: End, at: usize, of: usize, key: String },
    /// A contact that could be several others.
    Ambiguous { end: End, at: usize, candidates: Vec<usize>, key: String },
}

/// The contacts of a side by their id.
pub(super) fn by_id(known: &[Known]) -> HashMap<&str, usize> {
    known.iter().enumerate().rev().map(|(at, known)| (known.id.as_str(), at)).collect()
}

/// Which of two contacts was changed later, if both apps say so and their clocks do not matter.
pub(super) fn later(left: &Known, right: &Known) -> Option<End> {
    let (left, right) = (left.edited?, right.edited?);
    let apart = left.duration_since(right);
    if apart > CLOCK_DOUBT {
        Some(End::Left)
    } else if apart < -CLOCK_DOUBT {
        Some(End::Right)
    } else {
        None
    }
}

/// What becomes of each contact that is there and not linked: the left ones in order, then the right ones;
/// a match stands where its left contact does. `links` are the ids of all linked pairs among the known, left first.
///
/// What becomes of a contact is a matter of those that share a key with it, of those that share one with these, and so on
/// up to linked ones, and of the partners of those: no other contact needs to be known.
pub(super) fn match_all<'l>(
    program: &Program,
    known: [&[Known]; 2],
    links: impl Iterator<Item = &'l [String; 2]>,
) -> Vec<Found> {
    let mut state = known.map(|known| vec![State::Open; known.len()]);
    let ids = known.map(by_id);
    for link in links {
        let at = [0, 1].map(|side: usize| ids[side].get(link[side].as_str()).copied());
        let there = |side: usize| at[side].filter(|at| known[side][*at].record.is_some());
        for side in [0, 1] {
            if let Some(own) = at[side] {
                state[side][own] = match there(1 - side) {
                    Some(partner) => State::Linked(partner),
                    None => State::Apart,
                };
            }
        }
    }
    for (side, known) in known.iter().enumerate() {
        for (at, known) in known.iter().enumerate() {
            let first = ids[side].get(known.id.as_str()) == Some(&at);
            if known.record.is_none() || !first {
                state[side][at] = State::Apart;
            }
        }
    }
    let mut matcher = Matcher { state, told_apart: Vec::new() };
    for tier in &program.matching {
        let keys = End::BOTH.map(|end| Keys::of(tier, end, known[end.index()]));
        matcher.tier(tier, &keys);
        matcher.told_apart.push(keys);
    }
    matcher.found()
}

/// What is known of a contact so far.
#[derive(Clone, Debug, PartialEq, Eq)]
enum State {
    /// Nothing yet.
    Open,
    /// Linked before this run with a contact that is there.
    Linked(usize),
    /// Deleted, or linked with a deleted contact: it takes no part.
    Apart,
    /// Found to be the same person as this one.
    Matched(usize, String),
    /// See [`Found::Duplicate`].
    Duplicate(usize, String),
    /// See [`Found::Ambiguous`].
    Ambiguous(Vec<usize>, String),
}

/// The keys of the contacts of one side in one tier.
struct Keys<'a> {
    /// Of each contact: its keys, those of the first field first, each once.
    of: Vec<Vec<Key<'a>>>,
}

/// A key, and whether it is of the first field of its side.
#[derive(Clone, Debug)]
struct Key<'a> {
    text: std::borrow::Cow<'a, str>,
    primary: bool,
}

impl<'a> Keys<'a> {
    fn of(tier: &MatchTier, end: End, known: &'a [Known]) -> Self {
        let of = known
            .iter()
            .map(|known| {
                let mut keys: Vec<Key<'a>> = Vec::new();
                let Some(record) = &known.record else { return keys };
                for (nth, field) in tier.fields[end.index()].iter().enumerate() {
                    for text in texts(record.get(*field)) {
                        if !keys.iter().any(|key| key.text == text) {
                            keys.push(Key { text, primary: nth == 0 });
                        }
                    }
                }
                keys
            })
            .collect();
        Self { of }
    }
}

/// Each key of a record with its tier, as text that is equal for keys that meet.
pub(crate) fn keys(program: &Program, end: End, record: &Record) -> Vec<(usize, String)> {
    let mut keys = Vec::new();
    for (nth, tier) in program.matching.iter().enumerate() {
        for text in tier.fields[end.index()].iter().flat_map(|field| texts(record.get(*field))) {
            keys.push((nth, text.into_owned()));
        }
    }
    keys.sort_unstable();
    keys.dedup();
    keys
}

/// What of a value counts as keys.
fn texts(value: &Value) -> Vec<std::borrow::Cow<'_, str>> {
    match value {
        Value::Text(text) => vec![text.key().into()],
        Value::Set(set) => set.elements().iter().map(|text| Text::key(text).into()).collect(),
        other => shown(other).filter(|text| !text.is_empty()).map(Into::into).into_iter().collect(),
    }
}

struct Matcher<'a> {
    /// Of each contact, left first.
    state: [Vec<State>; 2],
    /// The keys of the tiers before.
    told_apart: Vec<[Keys<'a>; 2]>,
}

impl<'a> Matcher<'a> {
    fn tier(&mut self, tier: &MatchTier, keys: &[Keys<'a>; 2]) {
        let owners = [0, 1].map(|side: usize| self.owners(side, &keys[side]));
        let name = |key: &Key<'_>| format!("{} {}", tier.key, key.text);
        let hits = [0, 1].map(|side: usize| {
            let hits_of = |at: usize| self.hits(side, at, &keys[side], &owners[1 - side]);
            (0..keys[side].of.len()).map(hits_of).collect::<Vec<_>>()
        });
        for side in [0, 1] {
            for (at, hits) in hits[side].iter().enumerate() {
                if let ([(_, key), _, ..], State::Open) = (hits.as_slice(), &self.state[side][at]) {
                    let candidates = hits.iter().map(|(hit, _)| *hit).collect();
                    self.state[side][at] = State::Ambiguous(candidates, name(key));
                }
            }
        }
        // Whose keys name one contact, whose keys name it: in whatever order they are asked, nobody is asked twice.
        for (left, hits) in hits[0].iter().enumerate() {
            let [(right, _)] = hits.as_slice() else { continue };
            if self.state[0][left] != State::Open || self.state[1][*right] != State::Open {
                continue;
            }
            let shared = keys[0].of[left].iter().find(|key| {
                let owned = |side: usize, at: usize| owners[side].get(&*key.text) == Some(&at);
                owned(0, left) && owned(1, *right)
            });
            if let Some(key) = shared {
                self.state[0][left] = State::Matched(*right, name(key));
                self.state[1][*right] = State::Matched(left, name(key));
            }
        }
        for side in [0, 1] {
            for at in 0..keys[side].of.len() {
                if self.state[side][at] == State::Open
                    && let Some(state) = self.leftover(side, at, &keys[side], &owners, &name)
                {
                    self.state[side][at] = state;
                }
            }
        }
    }

    /// Whose key each one is: a linked contact's, else that of the first contact of which it is the first key,
    /// else that of the first contact which has it.
    fn owners(&self, side: usize, keys: &Keys<'a>) -> HashMap<String, usize> {
        let mut owners: HashMap<String, (u8, usize)> = HashMap::new();
        for (at, of) in keys.of.iter().enumerate() {
            let settled = match self.state[side][at] {
                State::Apart | State::Duplicate(..) => continue,
                State::Linked(_) | State::Matched(..) => true,
                State::Open | State::Ambiguous(..) => false,
            };
            for key in of {
                let rank = match (settled, key.primary) {
                    (true, _) => 0,
                    (false, true) => 1,
                    (false, false) => 2,
                };
                let owner = owners.entry(key.text.to_string()).or_insert((rank, at));
                if rank < owner.0 {
                    *owner = (rank, at);
                }
            }
        }
        owners.into_iter().map(|(key, (_, at))| (key, at)).collect()
    }

    /// The contacts of the other side that the keys of an open contact name, each once, with the first key.
    /// One that is linked with a contact which an earlier tier tells apart from this one is none.
    fn hits<'k>(
        &self,
        side: usize,
        at: usize,
        keys: &'k Keys<'a>,
        owners: &HashMap<String, usize>,
    ) -> Vec<(usize, &'k Key<'a>)> {
        let mut hits: Vec<(usize, &Key<'a>)> = Vec::new();
        if self.state[side][at] != State::Open {
            return hits;
        }
        for key in &keys.of[at] {
            let Some(&hit) = owners.get(&*key.text) else { continue };
            let partner = match self.state[1 - side][hit] {
                State::Linked(partner) | State::Matched(partner, _) => Some(partner),
                _ => None,
            };
            let other_person = partner.is_some_and(|partner| self.told_apart(side, at, partner));
            if !other_person && !hits.iter().any(|(known, _)| *known == hit) {
                hits.push((hit, key));
            }
        }
        hits
    }

    /// What an open contact is that found no partner although its key is taken; `None` if its keys are its own.
    fn leftover(
        &self,
        side: usize,
        at: usize,
        keys: &Keys<'a>,
        owners: &[HashMap<String, usize>; 2],
        name: &impl Fn(&Key<'_>) -> String,
    ) -> Option<State> {
        for key in &keys.of[at] {
            if let Some(&owner) = owners[side].get(&*key.text)
                && owner != at
                && !self.told_apart(side, at, owner)
            {
                return Some(State::Duplicate(owner, name(key)));
            }
        }
        for key in &keys.of[at] {
            let Some(&hit) = owners[1 - side].get(&*key.text) else { continue };
            match &self.state[1 - side][hit] {
                State::Linked(partner) | State::Matched(partner, _) if !self.told_apart(side, at, *partner) => {
                    return Some(State::Duplicate(*partner, name(key)));
                }
                State::Ambiguous(..) => return Some(State::Ambiguous(vec![hit], name(key))),
                _ => {}
            }
        }
        None
    }

    /// Whether an earlier tier tells two contacts of one side apart: both have keys there, and share none.
    fn told_apart(&self, side: usize, one: usize, other: usize) -> bool {
        self.told_apart.iter().any(|keys| {
            let (one, other) = (&keys[side].of[one], &keys[side].of[other]);
            let share = one.iter().any(|key| other.iter().any(|known| known.text == key.text));
            !one.is_empty() && !other.is_empty() && !share
        })
    }

    fn found(self) -> Vec<Found> {
        let mut found = Vec::new();
        for (end, states) in End::BOTH.into_iter().zip(self.state) {
            for (at, state) in states.into_iter().enumerate() {
                match state {
                    State::Linked(_) | State::Apart => {}
                    State::Open => found.push(Found::Alone { end, at }),
                    State::Matched(other, key) => {
                        if end == End::Left {
                            found.push(Found::Match { at: [at, other], key });
                        }
                    }
                    State::Duplicate(of, key) => found.push(Found::Duplicate { end, at, of, key }),
                    State::Ambiguous(candidates, key) => found.push(Found::Ambiguous { end, at, candidates, key }),
                }
            }
        }
        found
    }
}
