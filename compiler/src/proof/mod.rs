//! Whether a file settles: whether from every state of the two records and of what they were, a cycle ends.
//!
//! How it is decided:
//! 1. Rules and mappings read and write finitely many *cells* ([`universe`]).
//! 2. Cells that can influence each other in a circle form *components* ([`graph`]); all else settles once what it
//!    depends on has settled.
//! 3. A component in which only mappings turn, and these form a tree, settles by what a mapping is: a value flows only
//!    when it changed and the sides do not correspond; after it has flown they do; and in a tree it never comes back.
//! 4. Any other component is explored state by state ([`mod@explore`]), or with decision diagrams where there are many
//!    ([`symbolic`]), with everything that it reads held still in every possible way, and scope opening and closing as it
//!    likes.
//! 5. A circle that is found is believed when the whole files go round in it ([`mod@run`]).
//!
//! Promise: *proved* holds for every contact, whatever is held in its fields; *refuted* comes with a contact that the
//! engine refuses; everything else is *not decided*, with the reason. The tests hold each verdict against the engine.

mod domain;
mod explore;
mod graph;
mod model;
mod run;
mod step;
mod symbolic;
#[cfg(test)]
mod tests;
mod universe;

use std::collections::{BTreeSet, HashMap};

pub use run::{Loop, Start, Turn};

pub use crate::check::settling::{show_start, show_turn};

use crate::ir::{Effect, End, Program};
use explore::{Explored, MOST_STATES, ScopeIs, explore};
use graph::{Components, Phase};
use model::{Model, Parts, Unclear};
use universe::{CellId, Universe};

/// What is known of whether rules settle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Every cycle ends within this many steps.
    Proved {
        /// The most steps that a cycle takes.
        bound: u32,
    },
    /// There is a contact whose cycle never ends.
    Refuted(Box<Loop>),
    /// It could not be told, for these reasons, in the writer's words.
    NotDecided(Vec<String>),
}

/// A verdict, and what it took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The verdict.
    pub verdict: Verdict,
    /// How many things the rules can change: fields and elements of sets.
    pub cells: usize,
    /// How many groups of them can go round in a circle and were explored.
    pub explored: usize,
    /// How many states were looked at.
    pub states: u64,
}

/// A mapping alone settles within so many changes: the value flows, what a rule holds fast is put back, that flows to
/// where it came from, and the base follows.
const MAPPING: u32 = 4;
/// What depends only on settled things changes once, and the base follows.
const ONCE: u32 = 2;
/// Making the records that are missing, and seeing that nothing is left to do.
const FRAME: u32 = 4;

/// Decides whether the file settles. `stop` is called now and then, and may unwind.
#[must_use]
pub fn prove(program: &Program, stop: &dyn Fn()) -> Proof {
    let universe = Universe::of(&[program]);
    let mut search = Search::new(&universe, stop);
    let mut bound = FRAME;
    for phase in explore::phases() {
        if phase == Phase::Both || asks_deleted(&universe, phase) {
            bound = bound.saturating_add(search.phase(phase));
        }
    }
    if let Some(reason) = made_and_removed(&universe) {
        search.unclear.push(reason);
    }
    search.proof(bound)
}

/// Decides whether files that share accounts settle together, each taking its turn with a whole cycle. Each of them alone
/// is expected to settle.
#[must_use]
pub fn prove_together(programs: &[&Program], stop: &dyn Fn()) -> Proof {
    let universe = Universe::of(programs);
    let mut search = Search::new(&universe, stop);
    let bound = search.phase(Phase::Both);
    search.proof(bound)
}

struct Search<'s, 'p> {
    universe: &'s Universe<'p>,
    stop: &'s dyn Fn(),
    refuted: Option<Loop>,
    unclear: Vec<String>,
    explored: usize,
    states: u64,
    /// What components came to, by their shape: most of a large file look alike.
    known: HashMap<String, u32>,
}

impl<'s, 'p> Search<'s, 'p> {
    fn new(universe: &'s Universe<'p>, stop: &'s dyn Fn()) -> Self {
        Self { universe, stop, refuted: None, unclear: Vec::new(), explored: 0, states: 0, known: HashMap::new() }
    }

    fn proof(self, bound: u32) -> Proof {
        let verdict = match self.refuted {
            Some(found) => Verdict::Refuted(Box::new(found)),
            None if self.unclear.is_empty() => Verdict::Proved { bound },
            None => Verdict::NotDecided(self.unclear),
        };
        Proof { verdict, cells: self.universe.cells.len(), explored: self.explored, states: self.states }
    }

    /// Decides one phase. The most steps that it takes.
    fn phase(&mut self, phase: Phase) -> u32 {
        let components = Components::of(self.universe, phase);
        let writers = Writers::of(self.universe, &components, phase);
        let scope = ScopeReach::of(self.universe, &components, phase);
        // How many steps it takes until each group has settled.
        let mut settled: Vec<u32> = Vec::with_capacity(components.groups.len());
        // How often each group that scope reads can change while scope opens and closes.
        let mut restless: Vec<u32> = Vec::with_capacity(components.groups.len());
        for (group, cells) in components.groups.iter().enumerate() {
            let before = components.before.get(group).into_iter().flatten();
            let latest = before.clone().filter_map(|group| settled.get(*group)).copied().max().unwrap_or(0);
            let turns = components.turns.get(group) == Some(&true) || writers.disagree(group);
            let alone = if turns { self.group(group, cells, &components, &writers, phase, &scope) } else { ONCE };
            settled.push(latest.saturating_add(alone));
            let again =
                before.filter_map(|group| restless.get(*group)).fold(1_u32, |sum, one| sum.saturating_add(*one));
            restless.push(if scope.turns && scope.reads(group) { alone.saturating_mul(again) } else { 0 });
        }
        // What scope reads depends on nothing else. Once a step changes nothing of it, it is at rest for good, and so is
        // scope; the others then settle one behind the other.
        let first = restless.iter().fold(0_u32, |sum, one| sum.saturating_add(*one));
        first.saturating_add(settled.iter().copied().max().unwrap_or(0)).min(MOST_BOUND)
    }

    /// Decides one component in which something turns. The most changes that it makes.
    fn group(
        &mut self,
        group: usize,
        cells: &[CellId],
        components: &Components,
        writers: &Writers,
        phase: Phase,
        scope: &ScopeReach,
    ) -> u32 {
        let disagree = writers.disagree(group);
        let Some(writers) = writers.groups.get(group) else { return ONCE };
        let inside = |cell: &CellId| components.of.get(*cell) == Some(&group);
        let turning = writers.rules.iter().any(|(link, rule)| {
            let Some(link) = self.universe.links.get(*link) else { return false };
            let Some(cells) = link.rules.get(*rule) else { return false };
            let back = link.program.rules.get(*rule).is_some_and(|rule| rule.other_way.is_some());
            cells.reads.iter().any(inside) || (back && phase == Phase::Both && cells.writes.iter().any(inside))
        });
        if !turning
            && !disagree
            && let Some(edges) = self.tree(cells, &writers.maps)
        {
            return MAPPING.saturating_mul(edges);
        }
        let mut parts = Parts {
            live: cells.to_vec(),
            rules: vec![Vec::new(); self.universe.links.len()],
            maps: vec![Vec::new(); self.universe.links.len()],
            phase,
            run: None,
        };
        for (link, rule) in &writers.rules {
            if let Some(rules) = parts.rules.get_mut(*link) {
                rules.push(*rule);
            }
        }
        for (link, map) in &writers.maps {
            if let Some(maps) = parts.maps.get_mut(*link) {
                maps.push(*map);
            }
        }
        let model = match Model::of(self.universe, &parts) {
            Ok(model) => model,
            Err(reason) => {
                self.give_up(&reason);
                return ONCE;
            }
        };
        let shape = model.shape();
        if let Some(known) = self.known.get(&shape) {
            return *known;
        }
        self.explored += 1;
        let longest = self.explore(group, cells, &parts, &model, scope);
        self.known.insert(shape, longest);
        longest
    }

    /// How many connections there are if the mappings that write these cells connect them as a tree: a value that changed
    /// then flows away from where it changed, and never comes back. `None` if they can lead round in a circle.
    fn tree(&self, cells: &[CellId], maps: &BTreeSet<(usize, usize)>) -> Option<u32> {
        let mut joined: Vec<usize> = (0..cells.len()).collect();
        let place = |cell: &CellId| cells.binary_search(cell).ok();
        let root = |joined: &[usize], mut at: usize| {
            while let Some(next) = joined.get(at).copied().filter(|next| *next != at) {
                at = next;
            }
            at
        };
        let mut edges = 0;
        for (link, map) in maps {
            let groups = self.universe.links.get(*link)?.maps.get(*map).map(universe::MapCells::groups)?;
            for sides in groups {
                let inside: Vec<Vec<usize>> =
                    sides.iter().map(|side| side.iter().filter_map(place).collect()).collect();
                if inside.iter().any(Vec::is_empty) {
                    continue;
                }
                edges += 1;
                // What one mapping connects is one knot; a second way between two cells closes a circle.
                let mut roots: Vec<usize> = inside.concat().into_iter().map(|at| root(&joined, at)).collect();
                let count = roots.len();
                roots.sort_unstable();
                roots.dedup();
                if roots.len() < count {
                    return None;
                }
                let first = *roots.first()?;
                roots.iter().filter_map(|at| joined.get_mut(*at).map(|slot| *slot = first)).for_each(drop);
            }
        }
        Some(edges.max(1))
    }

    /// Goes through the states of a component. The most changes that it makes.
    fn explore(&mut self, group: usize, cells: &[CellId], parts: &Parts, model: &Model, scope: &ScopeReach) -> u32 {
        // What stands still counts first only by what the rules make of it: more ways than there are, but far fewer.
        if model.is_large()
            && let Ok(condensed) = Model::of(self.universe, parts).map(Model::condensed)
            && let Explored::Ends { longest, states } = explore(&condensed, ScopeIs::Restless, MOST_STATES, self.stop)
        {
            self.states = self.states.saturating_add(states);
            return longest.saturating_add(1);
        }
        let mut found = self.all_states(model, ScopeIs::Restless);
        if let Explored::Circle(circle) = &found {
            if self.believe(model, circle) {
                return ONCE;
            }
            // Scope stands still here as soon as what it reads has settled, unless this component is what it reads.
            if !scope.reads(group) {
                found = self.all_states(model, ScopeIs::Still);
            }
        }
        match found {
            Explored::Ends { longest, states } => {
                self.states = self.states.saturating_add(states);
                longest.saturating_add(1)
            }
            Explored::Circle(circle) => {
                if !self.believe(model, &circle) {
                    self.unclear.push(format!(
                        "{} may go round in a circle, but no contact was found that does",
                        self.names(cells)
                    ));
                }
                ONCE
            }
            Explored::TooMany => {
                self.unclear
                    .push(format!("{} depend on each other in too many ways to try them all", self.names(cells)));
                ONCE
            }
        }
    }

    /// Few states one by one; many with decision diagrams, which may turn out too large, too.
    fn all_states(&self, model: &Model, scope: ScopeIs) -> Explored {
        match explore(model, scope, MOST_STATES, self.stop) {
            Explored::TooMany => symbolic::decide(model, scope, self.stop),
            explored => explored,
        }
    }

    /// Whether the whole files go round in this circle.
    fn believe(&mut self, model: &Model, circle: &explore::Circle) -> bool {
        match run::run(self.universe, model, circle) {
            Some(found) => {
                let shorter = self.refuted.as_ref().is_none_or(|known| found.turns.len() < known.turns.len());
                if shorter {
                    self.refuted = Some(found);
                }
                true
            }
            None => false,
        }
    }

    fn give_up(&mut self, reason: &Unclear) {
        self.unclear.push(match reason {
            Unclear::Opaque(cell) => format!(
                "{} is read as something else on the other side, and a rule depends on what comes of it",
                self.universe.show(*cell)
            ),
            Unclear::Kinds(cell) => {
                format!("the rules tell too many values of {} apart", self.universe.show(*cell))
            }
        });
    }

    fn names(&self, cells: &[CellId]) -> String {
        const MOST: usize = 4;
        let mut names: Vec<String> = cells.iter().take(MOST).map(|cell| self.universe.show(*cell)).collect();
        if cells.len() > MOST {
            names.push(format!("{} more", cells.len() - MOST));
        }
        names.join(", ")
    }
}

/// A bound above this says no more than this one.
const MOST_BOUND: u32 = 100_000;

/// What writes each group: rules and mappings, as (file, index).
struct Writers {
    groups: Vec<GroupWriters>,
}

#[derive(Clone, Default)]
struct GroupWriters {
    rules: BTreeSet<(usize, usize)>,
    maps: BTreeSet<(usize, usize)>,
}

impl Writers {
    /// Whether rules of several files write the group: each of them may hold it fast at another value, and no order among
    /// them says whose rule comes first.
    fn disagree(&self, group: usize) -> bool {
        let mut files = self.groups.get(group).into_iter().flat_map(|group| group.rules.iter().map(|(file, _)| *file));
        let first = files.next();
        files.any(|file| Some(file) != first)
    }

    fn of(universe: &Universe<'_>, components: &Components, phase: Phase) -> Self {
        let mut groups = vec![GroupWriters::default(); components.groups.len()];
        let group = |cell: &CellId| components.of.get(*cell).copied();
        for (index, link) in universe.links.iter().enumerate() {
            for (rule, cells) in link.rules.iter().enumerate() {
                if !graph::takes_part(universe, index, rule, phase) {
                    continue;
                }
                for group in cells.writes.iter().chain(&cells.back).filter_map(group) {
                    if let Some(known) = groups.get_mut(group) {
                        known.rules.insert((index, rule));
                    }
                }
            }
            if phase != Phase::Both {
                continue;
            }
            for (map, (cells, mapping)) in link.maps.iter().zip(&link.program.mappings).enumerate() {
                for from in End::BOTH.into_iter().filter(|from| mapping.direction.from(*from)) {
                    for group in cells.of(from.other()).filter_map(|cell| group(&cell)) {
                        if let Some(known) = groups.get_mut(group) {
                            known.maps.insert((index, map));
                        }
                    }
                }
            }
        }
        Self { groups }
    }
}

/// Which groups scope depends on, where it opens and closes mappings at all.
struct ScopeReach {
    /// Whether a group that scope reads can be changed by a mapping that scope opens.
    turns: bool,
    /// For each group, whether scope reads it or something that it influences.
    read: Vec<bool>,
}

impl ScopeReach {
    fn of(universe: &Universe<'_>, components: &Components, phase: Phase) -> Self {
        let mut read = vec![false; components.groups.len()];
        if phase != Phase::Both {
            return Self { turns: false, read };
        }
        let mut mapped = vec![false; components.groups.len()];
        for link in &universe.links {
            if !link.scope.contains(&model::Scope::Free) {
                continue;
            }
            for (rule, cells) in link.program.rules.iter().zip(&link.rules) {
                let writes: &[CellId] = if rule.other_way.is_some() { &cells.writes } else { &[] };
                for cell in cells.reads.iter().chain(writes) {
                    if let Some(read) = components.of.get(*cell).and_then(|group| read.get_mut(*group)) {
                        *read = true;
                    }
                }
            }
            for cell in link.maps.iter().flat_map(|map| End::BOTH.into_iter().flat_map(|end| map.of(end))) {
                if let Some(mapped) = components.of.get(cell).and_then(|group| mapped.get_mut(*group)) {
                    *mapped = true;
                }
            }
        }
        // Groups come behind those that influence them.
        for group in (0..components.groups.len()).rev() {
            if read.get(group) == Some(&true) {
                for before in components.before.get(group).into_iter().flatten() {
                    if let Some(read) = read.get_mut(*before) {
                        *read = true;
                    }
                }
            }
        }
        let turns = read.iter().zip(&mapped).any(|(read, mapped)| *read && *mapped);
        Self { turns, read }
    }

    fn reads(&self, group: usize) -> bool {
        self.read.get(group).copied().unwrap_or(false)
    }
}

/// Whether a rule does something while the record of an end is gone.
fn asks_deleted(universe: &Universe<'_>, phase: Phase) -> bool {
    universe
        .links
        .iter()
        .enumerate()
        .any(|(link, known)| (0..known.rules.len()).any(|rule| graph::takes_part(universe, link, rule, phase)))
}

/// Whether a record could be made and removed again by the same cycle, which the engine refuses.
fn made_and_removed(universe: &Universe<'_>) -> Option<String> {
    for (index, link) in universe.links.iter().enumerate() {
        let program = link.program;
        for (rule, known) in
            program.rules.iter().enumerate().filter(|(_, rule)| rule.effects.contains(&Effect::Deleted))
        {
            let to = known.from.other();
            let made = program.side(to).creates
                && program.rules.iter().any(|other| {
                    (other.from == known.from && !other.effects.contains(&Effect::Deleted))
                        || (other.from == to && other.other_way.is_some())
                });
            // While the record that it is written from is there, nothing is removed by a rule that asks whether it is gone.
            let waits = graph::takes_part(universe, index, rule, Phase::Gone(known.from))
                && !program.rules.iter().any(|other| other.from == to && other.effects.contains(&Effect::Deleted));
            let moved = link.rules.get(rule).is_some_and(|cells| {
                cells
                    .reads
                    .iter()
                    .any(|cell| universe.is_written(*cell) || universe.field_of(index, to, *cell).is_some())
            });
            if made && !waits && moved {
                return Some(format!(
                    "the rule on line {} could remove a contact of {} that the same cycle has just made",
                    known.line,
                    program.side(to).name
                ));
            }
        }
    }
    None
}
