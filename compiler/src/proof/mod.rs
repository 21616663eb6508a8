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
//! 5. Between edits the cells and the verdicts of components stay ([`mod@kept`]).
//! 6. A circle that is found is believed when the whole files go round in it ([`mod@run`]).
//!
//! Promise: *proved* holds for every contact, whatever is held in its fields; *refuted* comes with a contact that the
//! engine refuses; everything else is *not decided*, with the reason. The tests hold each verdict against the engine.

mod domain;
mod explore;
mod graph;
mod journal;
mod kept;
mod model;
mod run;
mod shape;
mod step;
mod symbolic;
#[cfg(test)]
mod tests;
mod universe;
mod writers;

use rustc_hash::FxHashMap;

pub(crate) use kept::Kept;

pub use run::{Loop, Start, Turn};

pub use crate::check::settling::{show_start, show_turn};

use crate::ir::{Effect, Program};
use explore::{Explored, MOST_STATES, ScopeIs, explore};
use graph::{Components, Phase};
use model::{Model, Parts, Unclear};
use shape::Shape;
use universe::{CellId, Space, Universe};
use writers::Writers;

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
    let space = Space::of(&[program]);
    let universe = space.view(&[program]);
    let mut verdicts = Verdicts::default();
    let mut search = Search::new(&universe, &mut verdicts, stop);
    let bound = search.all_phases();
    if let Some(reason) = made_and_removed(&universe) {
        search.unclear.push(reason);
    }
    search.proof(bound)
}

/// Decides whether files that share accounts settle together, each taking its turn with a whole cycle. Each of them alone
/// is expected to settle.
#[must_use]
pub fn prove_together(programs: &[&Program], stop: &dyn Fn()) -> Proof {
    let space = Space::of(programs);
    let universe = space.view(programs);
    let mut verdicts = Verdicts::default();
    let mut search = Search::new(&universe, &mut verdicts, stop);
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
    verdicts: &'s mut Verdicts,
    /// Whether only what settles is of interest: what may go round is not followed.
    only_settles: bool,
    /// Whether something may go round that was not followed.
    unsure: bool,
}

impl<'s, 'p> Search<'s, 'p> {
    fn new(universe: &'s Universe<'p>, verdicts: &'s mut Verdicts, stop: &'s dyn Fn()) -> Self {
        Self {
            universe,
            stop,
            refuted: None,
            unclear: Vec::new(),
            explored: 0,
            states: 0,
            verdicts,
            only_settles: false,
            unsure: false,
        }
    }

    /// Decides a file alone. The most steps that a cycle takes.
    fn all_phases(&mut self) -> u32 {
        let mut bound = FRAME;
        for phase in explore::phases() {
            if phase == Phase::Both || asks_deleted(self.universe, phase) {
                bound = bound.saturating_add(self.phase(phase));
            }
        }
        bound
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
        if phase == Phase::Both {
            self.verdicts.note_turning(&components);
        }
        let writers = Writers::of(self.universe, phase);
        let scope = ScopeReach::of(self.universe, &components, phase);
        let count = components.len();
        if self.universe.is_empty() {
            return 0;
        }
        // A cell that is gone influences nothing and changes no more often than any other.
        // How many steps it takes until all that influences a group has settled.
        let mut before = vec![0_u32; count];
        // How often what influences a group that scope reads can change while scope opens and closes.
        let mut restless = vec![1_u32; count];
        let mut seen = vec![usize::MAX; count];
        let (mut most, mut first) = (0_u32, 0_u32);
        for group in 0..count {
            let cells = components.group(group);
            let turns = components.turns.get(group) == Some(&true) || writers.disagree(cells);
            let alone = if turns { self.turning(group, cells, &components, &writers, phase, &scope) } else { ONCE };
            let settled = before[group].saturating_add(alone);
            most = most.max(settled);
            let changes = if scope.turns && scope.reads(group) { alone.saturating_mul(restless[group]) } else { 0 };
            first = first.saturating_add(changes);
            for behind in components.behind(group) {
                before[behind] = before[behind].max(settled);
                if seen[behind] != group {
                    seen[behind] = group;
                    restless[behind] = restless[behind].saturating_add(changes);
                }
            }
        }
        // What scope reads depends on nothing else. Once a step changes nothing of it, it is at rest for good, and so is
        // scope; the others then settle one behind the other.
        first.saturating_add(most).min(MOST_BOUND)
    }

    /// Decides one component in which something turns, unless that is known. The most changes that it makes.
    fn turning(
        &mut self,
        group: usize,
        cells: &[CellId],
        components: &Components,
        writers: &Writers<'_, 'p>,
        phase: Phase,
        scope: &ScopeReach,
    ) -> u32 {
        if self.unsure {
            return ONCE;
        }
        if phase == Phase::Both
            && let Some(known) = self.verdicts.known(cells)
        {
            return known;
        }
        let changes = self.group(group, cells, components, writers, phase, scope);
        if phase == Phase::Both && !self.unsure && self.refuted.is_none() && self.unclear.is_empty() {
            self.verdicts.note(cells, changes);
        }
        changes
    }

    /// Decides one component in which something turns. The most changes that it makes.
    fn group(
        &mut self,
        group: usize,
        cells: &[CellId],
        components: &Components,
        writers: &Writers<'_, 'p>,
        phase: Phase,
        scope: &ScopeReach,
    ) -> u32 {
        let disagree = writers.disagree(cells);
        let writers = writers.of_group(cells);
        let inside = |cell: &CellId| components.of.get(*cell) == Some(&group);
        let turning = writers.rules.iter().any(|(link, rule)| {
            let Some(link) = self.universe.links.get(*link) else { return false };
            let Some(cells) = link.rules.get(*rule) else { return false };
            cells.reads.iter().any(inside)
                || (cells.has_back && phase == Phase::Both && cells.writes.iter().any(inside))
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
        if let Some(known) = self.verdicts.by_shape.get(&shape) {
            return *known;
        }
        self.explored += 1;
        let longest = self.explore(group, cells, &parts, &model, scope);
        if !self.unsure {
            self.verdicts.by_shape.insert(shape, longest);
        }
        longest
    }

    /// How many connections there are if the mappings that write these cells connect them as a tree: a value that changed
    /// then flows away from where it changed, and never comes back. `None` if they can lead round in a circle.
    fn tree(&self, cells: &[CellId], maps: &[(usize, usize)]) -> Option<u32> {
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
            let program = self.universe.links.get(*link)?.program;
            for sides in self.universe.groups_with(*link, program, *map, &mut cells.iter().copied()) {
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
        if self.only_settles && !matches!(found, Explored::Ends { .. }) {
            self.unsure = true;
            return ONCE;
        }
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

/// What components came to, for as long as nothing of them changes.
#[derive(Debug, Default)]
struct Verdicts {
    /// By their shape: most of a large file look alike.
    by_shape: FxHashMap<Shape, u32>,
    /// By their first cell.
    by_first: Vec<Option<Settled>>,
    /// For each cell, when what writes it changed last.
    changed: Vec<u32>,
    /// How often something changed.
    now: u32,
    /// What changed since the graph was gone through last.
    recent: Vec<CellId>,
    /// For each cell, whether it could influence itself then.
    turning: Vec<bool>,
}

/// A component that settles.
#[derive(Debug)]
struct Settled {
    cells: Box<[CellId]>,
    /// The most changes that it makes.
    changes: u32,
    /// When that was found.
    at: u32,
}

impl Verdicts {
    /// The most changes that a component makes, if that is known.
    fn known(&self, cells: &[CellId]) -> Option<u32> {
        let known = self.by_first.get(*cells.first()?)?.as_ref()?;
        let changed = |cell: &CellId| self.changed.get(*cell).is_some_and(|changed| *changed > known.at);
        (*known.cells == *cells && !cells.iter().any(changed)).then_some(known.changes)
    }

    fn note(&mut self, cells: &[CellId], changes: u32) {
        let Some(first) = cells.first().copied() else { return };
        if self.by_first.len() <= first {
            self.by_first.resize_with(first + 1, || None);
        }
        if let Some(slot) = self.by_first.get_mut(first) {
            *slot = Some(Settled { cells: cells.into(), changes, at: self.now });
        }
    }

    /// Something that writes these cells changed.
    fn change(&mut self, cells: impl IntoIterator<Item = CellId>) {
        self.now += 1;
        for cell in cells {
            if self.changed.len() <= cell {
                self.changed.resize(cell + 1, 0);
            }
            if let Some(changed) = self.changed.get_mut(cell) {
                *changed = self.now;
            }
            self.recent.push(cell);
        }
    }

    /// Whether something changed of what turns. Begins anew.
    fn touches_what_turns(&mut self) -> bool {
        let recent = std::mem::take(&mut self.recent);
        recent.into_iter().any(|cell| self.turning.get(cell) != Some(&false))
    }

    /// What turns in the graph as it is.
    fn note_turning(&mut self, components: &Components) {
        let turns = |group: &usize| components.turns.get(*group) == Some(&true);
        self.turning.clear();
        self.turning.extend(components.of.iter().map(turns));
    }

    /// Something changed that all components depend on.
    fn forget(&mut self) {
        self.by_first.clear();
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
        let mut read = vec![false; components.len()];
        if phase != Phase::Both {
            return Self { turns: false, read };
        }
        let mut mapped = vec![false; components.len()];
        let note = |into: &mut Vec<bool>, cell: CellId| {
            if let Some(slot) = components.of.get(cell).and_then(|group| into.get_mut(*group)) {
                *slot = true;
            }
        };
        for link in &universe.links {
            if !link.scope.contains(&model::Scope::Free) {
                continue;
            }
            for cells in &link.rules {
                let writes: &[CellId] = if cells.has_back { &cells.writes } else { &[] };
                cells.reads.iter().chain(writes).for_each(|cell| note(&mut read, *cell));
            }
            for map in &link.maps {
                map.each_group(&mut |left, right| {
                    left.iter().chain(right).for_each(|cell| note(&mut mapped, *cell));
                });
            }
        }
        // Groups come behind those that influence them.
        for group in (0..components.len()).rev() {
            if !read[group] && components.behind(group).any(|behind| read[behind]) {
                read[group] = true;
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
                    (other.from == known.from && !other.effects.is_empty() && !other.effects.contains(&Effect::Deleted))
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
