//! What both sides look like now, and what the rules make of it.

use std::collections::{HashMap, HashSet};

use syncc_compiler::{
    ir::{End, Lens, Program},
    value::Canon,
};

use super::{Connection, CycleError, Problem, Report, SavedPlan, holds::Holds, naming, page::Page};
use crate::{
    apps::Observed,
    engine::{AtRest, Base, Facts, Fitted, Held, Item, Known, Linked, Plan, plan},
    store::{Link, LinkId, NamedRecord, Seen, UNPLANNED},
};

/// Both sides as last read, the links, and the plan for them: for everybody, or for those of one page.
pub struct Picture<'a> {
    /// The rules.
    pub program: &'a Program,
    /// The records of each side, left first, in the order of their ids.
    pub known: [Vec<Known>; 2],
    /// The links with their bases, in the order they were made.
    pub links: Vec<Linked>,
    /// The store's names for the links, in the same order.
    pub(super) link_ids: Vec<LinkId>,
    /// What the engine makes of them.
    pub plan: Plan,
    /// Whether nothing was ever linked: this is a first sync.
    pub first: bool,
    /// The records as the apps showed them, by id, left first.
    pub(super) seen: [HashMap<String, Observed>; 2],
    /// Index into `known` by id, left first.
    pub(super) index: [HashMap<String, usize>; 2],
    /// Ids of records that are there and could not be read, left first. Nothing is done with their pairs.
    pub(super) unread: [HashSet<String>; 2],
    /// By what the two of each link were found to be one person, in the same order.
    pub(super) how: Vec<Option<String>>,
    /// How each side spells phone numbers, left first.
    pub(super) canon: [Canon; 2],
    /// What a person asked for by hand, where the plan is not what the rules make of it: `undo of run 7`.
    pub(super) by_hand: Option<String>,
    /// Who is made anew by hand: by its place in the plan and its side, the id that it had before it was deleted.
    pub(super) anew: HashMap<(usize, End), String>,
    /// Keys of its links which somebody has as well who is not linked, and is in another page.
    pub(super) elsewhere: HashSet<i64>,
    /// Why contacts are held, for people, by their id, left first.
    pub(super) holds: Holds,
    /// What stands in for mappings, where a side has no place for their fields.
    fitted: Fitted,
    /// By the index of each field whether anything of the rules reads it, left first.
    read: [Vec<bool>; 2],
}

impl Picture<'_> {
    /// The lens of the mapping at this index, as it was planned with.
    pub(super) fn lens(&self, index: usize) -> Option<&Lens> {
        self.fitted.lens(index, self.program.mappings.get(index)?)
    }

    /// Whether a mapping from this end, or a rule, reads a field of it.
    pub(super) fn reads(&self, end: End, field: usize) -> bool {
        self.read[end.index()].get(field).copied().unwrap_or_default()
    }

    /// How many writes the plan holds.
    #[must_use]
    pub fn writes(&self) -> usize {
        self.plan.items.iter().map(|item| End::BOTH.into_iter().filter(|end| self.writes_on(item, *end)).count()).sum()
    }

    /// The record of an item on one end as it is now, if it is there.
    #[must_use]
    pub fn now(&self, item: &Item, end: End) -> Option<&Known> {
        let id = item.ids[end.index()].as_ref()?;
        self.known[end.index()].get(*self.index[end.index()].get(id)?)
    }

    /// Whether a record is one of a pair of the plan, another one than this item.
    pub(super) fn has_partner(&self, end: End, id: &str, but: usize) -> bool {
        let others = self.plan.items.iter().enumerate().filter(|(index, _)| *index != but);
        others.into_iter().any(|(_, item)| {
            let paired = item.outcome().is_some() && item.ids[end.other().index()].is_some();
            paired && item.ids[end.index()].as_deref() == Some(id)
        })
    }

    /// Whether carrying out the item writes on this end.
    #[must_use]
    pub fn writes_on(&self, item: &Item, end: End) -> bool {
        item.outcome().is_some_and(|outcome| outcome.changes.iter().any(|change| change.end == end))
    }

    /// Why nothing is written for an item that is held, for people.
    #[must_use]
    pub fn held_because(&self, item: &Item) -> Option<&str> {
        let held = item.held?;
        let of = |side: usize| self.holds.get(side, item.ids[side].as_ref()?).filter(|hold| hold.held == held);
        of(0).or_else(|| of(1)).map(|hold| hold.why.as_str())
    }
}

/// What is the same for every page of a round.
pub(super) struct Frame {
    /// But for what is held, which each page has for those who are in it.
    pub(super) facts: Facts,
    holds: Holds,
}

/// What a picture is put together from.
struct Gathered {
    links: Vec<Link>,
    /// Links that are not planned, and have to be known.
    beside: Vec<Link>,
    /// See [`Page::elsewhere`].
    elsewhere: HashSet<i64>,
    seen: [Vec<Seen>; 2],
}

impl<'a> Connection<'a> {
    /// Puts together everything that the store knows, and plans on it. Records that cannot be read are reported, and
    /// nothing is done with their pairs: they never look deleted.
    pub(super) fn picture(&mut self, report: &mut Report) -> Result<Picture<'a>, CycleError> {
        let frame = self.frame()?;
        let seen = [self.store.seen(End::Left)?, self.store.seen(End::Right)?];
        let all = Gathered { links: self.store.links()?, beside: Vec::new(), elsewhere: HashSet::new(), seen };
        Ok(self.plan_for(&all, &frame, &[], report))
    }

    /// The same for one page of those that moved; nothing is written for the records that were not asked for.
    pub(super) fn page(
        &self,
        page: Page,
        frame: &Frame,
        only: Option<&SavedPlan>,
        report: &mut Report,
    ) -> Result<Picture<'a>, CycleError> {
        let [left, right] = page.records().map(Vec::from_iter);
        let seen = [self.store.records(End::Left, &left)?, self.store.records(End::Right, &right)?];
        let (links, beside) = (page.links.into_values().collect(), page.beside.into_values().collect());
        let gathered = Gathered { links, beside, elsewhere: page.elsewhere, seen };
        let picture = self.plan_for(&gathered, frame, &[], report);
        let Some(only) = only else { return Ok(picture) };
        let unasked = picture.unasked(only);
        Ok(if unasked.is_empty() { picture } else { self.plan_for(&gathered, frame, &unasked, report) })
    }

    /// Whether somebody looked at what these rules come to: they were planned last, or run last.
    pub(super) fn are_known(&self) -> Result<bool, CycleError> {
        let planned = self.store.planned()?;
        let ran = self.store.ran()?.filter(|_| planned.as_deref() != Some(UNPLANNED));
        Ok([planned, ran].into_iter().flatten().any(|rules| rules == self.fingerprint))
    }

    /// What is known beside the contacts, as it is now.
    pub(super) fn frame(&self) -> Result<Frame, CycleError> {
        let first = !self.store.any_link()?;
        let holds = self.holds()?;
        let planned = self.store.planned()?;
        let unplanned = planned.as_deref() == Some(UNPLANNED);
        let rules_changed = !first && !unplanned && planned.is_some() && !self.are_known()?;
        let emptied = [self.store.emptied(End::Left)?, self.store.emptied(End::Right)?];
        let facts =
            Facts { first, rules_changed, unplanned, emptied, held: Default::default(), rest: AtRest::default() };
        Ok(Frame { facts, holds })
    }

    fn plan_for(
        &self,
        gathered: &Gathered,
        frame: &Frame,
        unasked: &[(End, String)],
        report: &mut Report,
    ) -> Picture<'a> {
        let mut known: [Vec<Known>; 2] = Default::default();
        let mut seen: [HashMap<String, Observed>; 2] = Default::default();
        let mut unread: [HashSet<String>; 2] = Default::default();
        let mut holds = frame.holds.among(&gathered.seen);
        for end in End::BOTH {
            let links = gathered.links.iter().chain(&gathered.beside);
            let linked: HashSet<&str> = links.map(|link| link.records[end.index()].as_str()).collect();
            for Seen { observed } in &gathered.seen[end.index()] {
                let is_linked = linked.contains(observed.id.as_str());
                if let Some(known_one) = self.known(end, observed, is_linked, report) {
                    if let (false, Some(record)) = (is_linked, &known_one.record) {
                        holds.meet(self.program.side(end), end, &observed.id, record);
                    }
                    known[end.index()].push(known_one);
                    seen[end.index()].insert(observed.id.clone(), observed.clone());
                } else if !observed.deleted {
                    unread[end.index()].insert(observed.id.clone());
                }
            }
        }
        let sides = &self.program.sides;
        let base = |link: &Link| link.base.as_ref().map(|base| indexed(sides, base));
        let links: Vec<Linked> =
            gathered.links.iter().map(|link| Linked { ids: link.records.clone(), base: base(link) }).collect();
        for (end, id) in unasked {
            holds.add(*end, id, Held::NotAsked, "this run was asked for others".to_owned());
        }
        let beside = gathered.beside.iter().map(|link| link.records.clone()).collect();
        let rest = AtRest { links: beside, ..frame.facts.rest.clone() };
        let facts = Facts { held: holds.held(), rest, ..frame.facts.clone() };
        let engine = self.engine();
        let plan = plan(&engine, [&known[0], &known[1]], &links, &facts);
        let index = [0, 1].map(|end: usize| {
            known[end].iter().enumerate().map(|(index, known)| (known.id.clone(), index)).collect::<HashMap<_, _>>()
        });
        let picture = Picture {
            how: gathered.links.iter().map(|link| link.how.clone()).collect(),
            canon: self.canon.clone(),
            by_hand: None,
            anew: HashMap::new(),
            elsewhere: gathered.elsewhere.clone(),
            program: self.program,
            known,
            links,
            link_ids: gathered.links.iter().map(|link| link.id).collect(),
            plan,
            first: frame.facts.first,
            seen,
            index,
            unread,
            holds,
            fitted: engine.fitted().clone(),
            read: engine.reads(),
        };
        picture.report_held(report);
        self.note_lacking(&engine, &picture, report);
        picture
    }

    fn known(&self, end: End, observed: &Observed, linked: bool, report: &mut Report) -> Option<Known> {
        let edited = observed.edited;
        if observed.deleted {
            return linked.then(|| Known { id: observed.id.clone(), record: None, edited });
        }
        match self.apps[end.index()].decode(&observed.raw) {
            Ok(record) => Some(Known { id: observed.id.clone(), record: Some(record), edited }),
            Err(error) => {
                report.problem(Problem {
                    end,
                    id: Some(observed.id.clone()),
                    who: observed.id.clone(),
                    why: error.to_string(),
                });
                None
            }
        }
    }
}

fn indexed(sides: &[syncc_compiler::ir::Side; 2], base: &[Option<NamedRecord>; 2]) -> Base {
    Base { sides: [0, 1].map(|end: usize| base[end].as_ref().map(|named| naming::indexed(&sides[end], named))) }
}
