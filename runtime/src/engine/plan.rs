//! The plan: what one run would do, as a pure function of what is known.

use std::{borrow::Cow, collections::HashMap};

use serde::{Deserialize, Serialize};
use syncc_compiler::{ir::End, value::Record};

use super::{
    Base, Columnar, Counts, Engine, Guard, Known, Linked, Outcome, Pair, Status,
    cycle::changed,
    guard::guards,
    matching::{Found, by_id, later, match_all},
    sum::{Rest, Resting, Sum},
    truth::View,
};

/// What is known beside the contacts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Whether this connection never ran before.
    pub first: bool,
    /// Whether the rules are others than those last planned.
    pub rules_changed: bool,
    /// Whether nobody has looked at a plan since what is remembered was restored or adopted.
    pub unplanned: bool,
    /// The sides, left first, of which somebody said that they are meant to be empty, and that nobody was seen in since.
    pub emptied: [bool; 2],
    /// Contacts for which nothing is written, by their id on each side, left first. One of a pair holds both.
    pub held: [HashMap<String, Held>; 2],
    /// The contacts that the plan leaves out, because nothing about them moved.
    pub rest: AtRest,
}

/// What a plan has to know of contacts that it leaves out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AtRest {
    /// What they all come to.
    pub sum: Sum,
    /// The linked pairs of which one shares a key with a contact of the plan that is not linked, by their ids, left first.
    /// Their records are among the known ones; nothing is planned for them.
    pub links: Vec<[String; 2]>,
}

/// Why nothing is written for a contact, although the rules ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Held {
    /// Somebody paused it.
    Paused,
    /// A write was sent, and it is not known yet whether it happened; or it is not known whether a contact was deleted.
    Unknown,
    /// A write was refused, and it is not time yet to try again.
    Waiting,
    /// Something else keeps changing back what is written.
    Oscillating,
    /// It is not among what this run was asked to do.
    NotAsked,
}

/// What one run would do.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// Every link and every other contact of both sides, each once: links in their order, then the left side's
    /// contacts, then the right side's.
    pub items: Vec<Item>,
    /// What must be allowed before the first write.
    pub guards: Vec<Guard>,
    /// The records of each side by what becomes of them, left first. Those at rest are among them.
    pub counts: [Counts; 2],
    /// What the items come to that are not at rest.
    pub sum: Sum,
}

/// A pair of contacts, or one alone.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// The ids, left first; `None` where there is no record, or not yet.
    pub ids: [Option<String>; 2],
    /// The index of its link.
    pub link: Option<usize>,
    /// By what two contacts were found to be one person, such as "email ann@home.example": a new link.
    pub matched: Option<String>,
    /// Why nothing of what becomes of it is written, if nothing is. Paused ones are held whatever becomes of them,
    /// the others only where there is something to write.
    pub held: Option<Held>,
    /// What becomes of it.
    pub kind: Kind,
    /// What to keep of each of its records, left first, if nothing is to be done or to be remembered.
    pub rest: [Option<Rest>; 2],
}

impl Item {
    /// Whether nothing is to be done or to be remembered: it is planned again when something about it moved.
    #[must_use]
    pub fn is_at_rest(&self) -> bool {
        self.rest.iter().any(Option::is_some)
    }

    /// What is done to it: nothing, if it is held.
    #[must_use]
    pub fn outcome(&self) -> Option<&Outcome> {
        match &self.kind {
            Kind::Pair(outcome) if self.held.is_none() => Some(outcome),
            _ => None,
        }
    }
}

/// What becomes of an item.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// It goes through a cycle.
    Pair(Outcome),
    /// It shares a key with an earlier record of its side, and is not written.
    Duplicate {
        /// Its side.
        end: End,
        /// The id of the earlier record.
        of: String,
        /// The key, such as "email ann@home.example".
        key: String,
    },
    /// Its keys name more than one record of the other side, or one that is itself ambiguous. It is not written.
    Ambiguous {
        /// Its side.
        end: End,
        /// The ids of the records on the other side.
        candidates: Vec<String>,
        /// A key that it shares with the first of them.
        key: String,
    },
}

/// What one run would do. `known` are all records of both sides in a fixed order, left first; `links` are all links.
///
/// Each record is in exactly one item. A linked record that is missing from `known` was not read: nothing is done
/// with its pair.
#[must_use]
pub fn plan(engine: &Engine<'_>, known: [&[Known]; 2], links: &[Linked], facts: &Facts) -> Plan {
    let ids = known.map(by_id);
    let mended = &settled_when_linked(known, &ids, links);
    let columnar = Columnar::new(engine);
    let mut planner = Planner {
        engine,
        known,
        held: &facts.held,
        items: Vec::new(),
        moving: Sum::default(),
        resting: Sum::default(),
    };
    let sides_of =
        |link: &Linked| [0, 1].map(|side: usize| ids[side].get(link.ids[side].as_str()).map(|at| &known[side][*at]));
    let view = |link| View::of_sides(sides_of(link).map(|known| known?.record.as_ref()), link.base.as_ref());
    let quiet = columnar.quiet_views(&mended.iter().map(view).collect::<Vec<_>>());
    for (index, ((link, mended), quiet)) in links.iter().zip(mended.iter()).zip(quiet).enumerate() {
        planner.linked(index, [link, mended], sides_of(mended), quiet);
    }
    let ids = links.iter().map(|link| &link.ids).chain(&facts.rest.links);
    let found = match_all(engine.program(), known, ids);
    let alone = found.iter().filter_map(|found| match *found {
        Found::Alone { end, at } => Some(View::of_sides(one_side(end, known[end.index()][at].record.as_ref()), None)),
        _ => None,
    });
    let mut quiet = columnar.quiet_views(&alone.collect::<Vec<_>>()).into_iter();
    for found in found {
        let quiet = if matches!(found, Found::Alone { .. }) { quiet.next().flatten() } else { None };
        planner.found(found, quiet);
    }
    let Planner { items, moving, resting, .. } = planner;
    let mut all = moving;
    all += resting;
    all += facts.rest.sum;
    Plan { items, guards: guards(&all, facts), counts: all.counts, sum: moving }
}

/// The links, each with a base if a record of it is gone: one that was linked and never settled, because the program
/// was stopped in between, was in step when it was linked. Without a base its record would look as if it had never
/// been, and would be made again although somebody deleted it.
fn settled_when_linked<'l>(
    known: [&[Known]; 2],
    ids: &[HashMap<&str, usize>; 2],
    links: &'l [Linked],
) -> Cow<'l, [Linked]> {
    let base_of = |link: &Linked| {
        let sides = [0, 1].map(|side: usize| ids[side].get(link.ids[side].as_str()).map(|at| &known[side][*at].record));
        let base = match (&link.base, sides) {
            (None, [Some(Some(left)), Some(None)]) => [Some(left.clone()), Some(Record::default())],
            (None, [Some(None), Some(Some(right))]) => [Some(Record::default()), Some(right.clone())],
            _ => return None,
        };
        Some(Base { sides: base })
    };
    if !links.iter().any(|link| base_of(link).is_some()) {
        return Cow::Borrowed(links);
    }
    let mended = links.iter().map(|link| Linked { base: base_of(link).or_else(|| link.base.clone()), ..link.clone() });
    Cow::Owned(mended.collect())
}

/// Collects the items and counts them.
struct Planner<'a> {
    engine: &'a Engine<'a>,
    known: [&'a [Known]; 2],
    held: &'a [HashMap<String, Held>; 2],
    items: Vec<Item>,
    moving: Sum,
    resting: Sum,
}

impl Planner<'_> {
    /// A link, as it is remembered and with the base that it is planned with. `quiet` is what a cycle makes of its pair,
    /// where that is known to be nothing.
    fn linked(
        &mut self,
        index: usize,
        [remembered, link]: [&Linked; 2],
        sides: [Option<&Known>; 2],
        quiet: Option<Status>,
    ) {
        let now = sides.map(|known| known.and_then(|known| known.record.clone()));
        let there = now.each_ref().map(Option::is_some);
        let base = link.base.as_ref();
        let changed = match (&now, base) {
            ([Some(left), Some(right)], Some(Base { sides: [Some(old_left), Some(old_right)] })) => {
                Some([changed(left, old_left), changed(right, old_right)])
            }
            _ => None,
        };
        let outcome = match (sides, quiet) {
            ([Some(_), Some(_)], Some(status)) => unmoved(now, link.base.clone(), status),
            ([Some(left), Some(right)], None) => {
                self.engine.cycle(&Pair { now, base: link.base.clone(), later: later(left, right) })
            }
            _ => untouched(now, link.base.clone()),
        };
        let linked_ever = [0, 1].map(|side: usize| base.is_none_or(|base| base.sides[side].is_some()));
        let mut own = Sum { linked_ever: linked_ever.map(usize::from), ..Sum::default() };
        if there == [true, true] {
            own.add_pair(changed, outcome.status == Status::Excluded);
        }
        let pair = Resting { there, in_sync: outcome.status == Status::InSync, linked_ever, changed };
        let rests = is_done(&outcome) && outcome.base.is_some() && outcome.base == remembered.base;
        let rest = End::BOTH.map(|end| rests.then(|| Rest::linked(end, pair)));
        let ids = link.ids.clone().map(Some);
        self.push(
            Item { ids, link: Some(index), matched: None, held: None, kind: Kind::Pair(outcome), rest },
            there,
            own,
        );
    }

    fn found(&mut self, found: Found, quiet: Option<Status>) {
        let item = |ids, matched, kind, rest| Item { ids, link: None, matched, held: None, kind, rest };
        match found {
            Found::Match { at: [left, right], key } => {
                let (left, right) = (&self.known[0][left], &self.known[1][right]);
                let now = [left.record.clone(), right.record.clone()];
                let outcome = self.engine.cycle(&Pair { now, base: None, later: later(left, right) });
                let ids = [Some(left.id.clone()), Some(right.id.clone())];
                let own = Sum { pairs: 1, ..Sum::default() };
                self.push(item(ids, Some(key), Kind::Pair(outcome), [None, None]), [true, true], own);
            }
            Found::Alone { end, at } => {
                let known = &self.known[end.index()][at];
                let now = one_side(end, known.record.clone());
                let outcome = match quiet {
                    Some(status) => unmoved(now, None, status),
                    None => self.engine.cycle(&Pair { now, base: None, later: None }),
                };
                let ids = one_side(end, Some(known.id.clone()));
                let rest = one_side(end, is_done(&outcome).then(Rest::alone));
                let existed = one_side(end, Some(())).map(|there| there.is_some());
                self.push(item(ids, None, Kind::Pair(outcome), rest), existed, Sum::default());
            }
            Found::Duplicate { end, at, of, key } => {
                let known = self.known[end.index()];
                let kind = Kind::Duplicate { end, of: known[of].id.clone(), key };
                self.alone(end, at, kind);
            }
            Found::Ambiguous { end, at, candidates, key } => {
                let others = self.known[end.other().index()];
                let candidates = candidates.into_iter().map(|at| others[at].id.clone()).collect();
                self.alone(end, at, Kind::Ambiguous { end, candidates, key });
            }
        }
    }

    fn alone(&mut self, end: End, at: usize, kind: Kind) {
        let ids = one_side(end, Some(self.known[end.index()][at].id.clone()));
        let existed = ids.each_ref().map(Option::is_some);
        self.push(
            Item { ids, link: None, matched: None, held: None, kind, rest: [None, None] },
            existed,
            Sum::default(),
        );
    }

    fn held(&self, item: &Item) -> Option<Held> {
        let of = |side: usize| self.held[side].get(item.ids[side].as_ref()?).copied();
        let held = of(0).into_iter().chain(of(1)).min()?;
        let idle = matches!(&item.kind, Kind::Pair(outcome) if outcome.changes.is_empty());
        (held == Held::Paused || !idle && matches!(item.kind, Kind::Pair(_))).then_some(held)
    }

    /// Adds an item. `existed`: which of its records are there; `own`: what it comes to beside them.
    fn push(&mut self, mut item: Item, existed: [bool; 2], mut own: Sum) {
        item.held = self.held(&item);
        if item.held.is_some() {
            item.rest = [None, None];
        }
        for end in End::BOTH {
            own.counts[end.index()].count(&item, end, existed[end.index()]);
            own.present[end.index()] += usize::from(existed[end.index()]);
        }
        own.add_writes(&item);
        *(if item.is_at_rest() { &mut self.resting } else { &mut self.moving }) += own;
        self.items.push(item);
    }
}

/// Whether a cycle found nothing to do for what is there.
fn is_done(outcome: &Outcome) -> bool {
    let status = matches!(outcome.status, Status::InSync | Status::Excluded);
    status && outcome.steps > 0 && outcome.changes.is_empty() && outcome.end.iter().any(Option::is_some)
}

fn one_side<T>(end: End, value: Option<T>) -> [Option<T>; 2] {
    match end {
        End::Left => [value, None],
        End::Right => [None, value],
    }
}

/// A pair for which a cycle has nothing to do, as the cycle says it.
fn unmoved(now: [Option<Record>; 2], base: Option<Base>, status: Status) -> Outcome {
    Outcome { end: now, base, status, changes: Vec::new(), fired: Vec::new(), steps: 1 }
}

/// A pair of which a record was not read: it stays as it is, and so does what is remembered of it.
fn untouched(now: [Option<Record>; 2], base: Option<Base>) -> Outcome {
    Outcome { end: now, base, status: Status::Excluded, changes: Vec::new(), fired: Vec::new(), steps: 0 }
}
