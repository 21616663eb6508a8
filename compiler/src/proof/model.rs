//! Some cells of some files made ready to be stepped through: what a cycle does, on numbers.
//!
//! The cells of a model are *live* (they change) or stand still (what the live ones read; it is settled already). What
//! a step does to them is written down in `docs/semantics.md`; [`super::step`] keeps it, and the engine is held against it
//! on random files.

use std::{
    collections::HashMap,
    hash::{Hash, Hasher},
};

use rustc_hash::FxHashMap;

use super::{
    domain::{ABSENT, Domain, Number, PRESENT},
    graph::{Phase, takes_part},
    shape::Shape,
    universe::{CellId, CellKind, MapCells, Universe, back_effects},
};
use crate::{
    ir::{Condition, ConstId, Effect, End, Lens, Prefer, Program, Rule, Test},
    logic::{each_atom, regions::regions},
    schema::{Can, Scalar},
    value::Value,
};

/// A cell of a model.
pub(super) struct ModelCell {
    pub(super) id: CellId,
    /// The place and the field that it is of.
    pub(super) field: (usize, usize),
    pub(super) domain: Domain,
    pub(super) live: bool,
}

/// What a file remembers of a cell from when both sides were last in step.
#[derive(Debug, Hash)]
pub(super) struct Slot {
    pub(super) cell: usize,
    /// Whether it matters which kind of value it was, not only whether it was another one.
    pub(super) exact: bool,
    /// Whether the steps of this model move it.
    pub(super) moves: bool,
    /// Whether a mapping outside of the model may keep it as it was.
    pub(super) foreign: bool,
}

/// A condition on cells.
#[derive(Clone, Debug, Hash)]
pub(super) enum Cond {
    Const(bool),
    /// What the test says of each ordinary value of the cell.
    Test(usize, Vec<bool>),
    Not(Box<Cond>),
    All(Vec<Cond>),
    Any(Vec<Cond>),
}

/// An effect on a cell: the value that it is to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Write {
    pub(super) cell: usize,
    pub(super) value: Number,
}

/// The index of a rule or mapping in its file. Says nothing of how it behaves, so two models that differ in it are alike.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin(pub(super) usize);

impl Hash for Origin {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

/// A rule of a model.
#[derive(Debug, Hash)]
pub(super) struct ModelRule {
    pub(super) origin: Origin,
    pub(super) from: End,
    pub(super) condition: Cond,
    pub(super) effects: Vec<Write>,
    /// Whether the effects can hold at all: deleting never does.
    pub(super) effects_can_hold: bool,
    pub(super) undo: Option<Vec<Write>>,
    pub(super) back: Option<(Vec<Write>, Option<Vec<Write>>)>,
}

/// Two single values that correspond.
#[derive(Debug, Hash)]
pub(super) struct ValueMap {
    pub(super) origin: Origin,
    pub(super) cells: [usize; 2],
    pub(super) slots: [usize; 2],
    pub(super) flows: [bool; 2],
    /// What each ordinary value of a side is on the other one; `None` for what does not flow.
    pub(super) image: [Vec<Option<Number>>; 2],
    pub(super) can: [Can; 2],
    pub(super) consent: bool,
}

/// Elements of two sets that correspond.
#[derive(Clone, Debug, Hash)]
pub(super) struct SetMap {
    pub(super) origin: Origin,
    /// The side in whose spelling elements are compared.
    pub(super) near: End,
    /// The cells, by side: near, far.
    pub(super) cells: [Vec<usize>; 2],
    pub(super) slots: [Vec<usize>; 2],
    /// For each element of a side, by position, the one of the other side that it is.
    pub(super) image: [Vec<Option<usize>>; 2],
    /// Whether elements flow away from the near side, and from the far one.
    pub(super) flows: [bool; 2],
    /// Whether elements can be added and removed, near side first.
    pub(super) can: [[bool; 2]; 2],
}

impl SetMap {
    /// The same mapping cut into what has nothing to do with each other.
    pub(super) fn clusters(&self) -> Vec<Self> {
        let counts = [self.cells[0].len(), self.cells[1].len()];
        // Near elements by their number, far ones behind them.
        let mut class: Vec<usize> = (0..counts[0] + counts[1]).collect();
        let mut join = |near: usize, far: usize| {
            let (one, other) = (root(&class, near), root(&class, counts[0] + far));
            if let Some(slot) = class.get_mut(one) {
                *slot = other;
            }
        };
        for (near, far) in self.image[0].iter().enumerate() {
            far.iter().for_each(|far| join(near, *far));
        }
        for (far, near) in self.image[1].iter().enumerate() {
            near.iter().for_each(|near| join(*near, far));
        }
        let mut roots: Vec<usize> = (0..class.len()).map(|at| root(&class, at)).collect();
        roots.sort_unstable();
        roots.dedup();
        roots
            .into_iter()
            .map(|of| {
                let members = [0, 1].map(|side: usize| {
                    let shift = side * counts[0];
                    (0..counts[side]).filter(|at| root(&class, at + shift) == of).collect::<Vec<_>>()
                });
                let pick = |all: &[Vec<usize>; 2]| {
                    [0, 1]
                        .map(|side: usize| members[side].iter().filter_map(|at| all[side].get(*at).copied()).collect())
                };
                let image = [0, 1].map(|side: usize| {
                    let other = &members[1 - side];
                    let place = |at: &usize| {
                        let there = self.image[side].get(*at).copied().flatten()?;
                        other.iter().position(|known| *known == there)
                    };
                    members[side].iter().map(place).collect()
                });
                Self { cells: pick(&self.cells), slots: pick(&self.slots), image, ..self.clone() }
            })
            .collect()
    }
}

/// Whether contacts flow away from an end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Scope {
    Always,
    Never,
    /// At any moment, or not: decided outside of the model.
    Free,
    /// Read from the rules of the model.
    Read,
}

/// One file of a model.
#[derive(Debug, Hash)]
pub(super) struct ModelLink {
    pub(super) prefer: Prefer,
    pub(super) rules: Vec<ModelRule>,
    pub(super) values: Vec<ValueMap>,
    pub(super) sets: Vec<SetMap>,
    pub(super) scope: [Scope; 2],
    /// What this file remembers.
    pub(super) slots: Vec<usize>,
}

/// Cells, what is remembered of them, and what moves them.
pub(super) struct Model {
    pub(super) phase: Phase,
    pub(super) cells: Vec<ModelCell>,
    pub(super) slots: Vec<Slot>,
    pub(super) links: Vec<ModelLink>,
}

/// Why there is no model of these cells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unclear {
    /// A field in the circle is read as something else on the other side.
    Opaque(CellId),
    /// The tests tell too many kinds of values of this field apart.
    Kinds(CellId),
}

/// What a model is made of.
pub(super) struct Parts {
    pub(super) live: Vec<CellId>,
    /// The rules of each file that write a live cell, and its mappings that do.
    pub(super) rules: Vec<Vec<usize>>,
    pub(super) maps: Vec<Vec<usize>>,
    pub(super) phase: Phase,
    /// For one run of the whole files, followed exactly: scope is read from the rules, and these values are wanted.
    pub(super) run: Option<HashMap<CellId, Vec<Value>>>,
}

impl Model {
    pub(super) fn of(universe: &Universe<'_>, parts: &Parts) -> Result<Self, Unclear> {
        Builder {
            universe,
            parts,
            cells: Vec::new(),
            index: FxHashMap::default(),
            slots: Vec::new(),
            slot_of: FxHashMap::default(),
        }
        .build()
    }
}

impl Model {
    pub(super) fn shape(&self) -> Shape {
        // Which cells are of one field counts as well: an answer carries all of them or none.
        let first = |cell: &ModelCell| self.cells.iter().position(|other| other.field == cell.field);
        let cells: Vec<_> = self.cells.iter().map(|cell| (first(cell), cell.live, cell.domain.shape())).collect();
        Shape::of(&(self.phase, cells, &self.slots, &self.links))
    }

    /// The same model, in which what stands still is only what the conditions make of it: true, false or not to be told,
    /// each for itself. Whatever ends here ends there.
    pub(super) fn condensed(mut self) -> Self {
        let mut fixed: Vec<bool> = self.cells.iter().map(|cell| !cell.live).collect();
        for slot in &self.slots {
            fixed[slot.cell] = false;
        }
        for link in &self.links {
            let mapped = link.values.iter().flat_map(|map| map.cells.to_vec());
            for cell in mapped.chain(link.sets.iter().flat_map(|map| map.cells.concat())) {
                fixed[cell] = false;
            }
            for rule in link.rules.iter().filter(|rule| rule.back.is_some()) {
                rule.effects.iter().for_each(|write| fixed[write.cell] = false);
            }
        }
        let mut truths = Vec::new();
        for rule in self.links.iter_mut().flat_map(|link| &mut link.rules) {
            condense(&mut rule.condition, &fixed, &mut truths);
        }
        let mut read = vec![false; self.cells.len()];
        for rule in self.links.iter().flat_map(|link| &link.rules) {
            let mut cells = Vec::new();
            cells_of(&rule.condition, &mut cells);
            cells.into_iter().for_each(|cell| read.get_mut(cell).into_iter().for_each(|read| *read = true));
        }
        for ((cell, fixed), read) in self.cells.iter_mut().zip(fixed).zip(read) {
            if fixed && !read {
                cell.domain = Domain::only();
            }
        }
        let truth =
            || ModelCell { id: CellId::MAX, field: (usize::MAX, usize::MAX), domain: Domain::truth(), live: false };
        self.cells.extend(truths.iter().map(|()| truth()));
        let first = self.cells.len() - truths.len();
        for rule in self.links.iter_mut().flat_map(|link| &mut link.rules) {
            place(&mut rule.condition, first);
        }
        self
    }
}

/// What a truth of a condensed condition is numbered from, until it has its place.
const UNPLACED: usize = usize::MAX / 2;

/// Puts one truth in the place of each largest part of a condition that reads only what stands still.
fn condense(condition: &mut Cond, fixed: &[bool], truths: &mut Vec<()>) {
    let still = |condition: &Cond| {
        let mut cells = Vec::new();
        cells_of(condition, &mut cells);
        !cells.is_empty() && cells.iter().all(|cell| fixed.get(*cell) == Some(&true))
    };
    let mut truth = || {
        truths.push(());
        Cond::Test(UNPLACED + truths.len() - 1, vec![false, true])
    };
    if still(condition) {
        *condition = truth();
        return;
    }
    match condition {
        Cond::All(parts) | Cond::Any(parts) => {
            let before = parts.len();
            parts.retain(|part| !still(part));
            if parts.len() < before {
                parts.push(truth());
            }
            parts.iter_mut().for_each(|part| condense(part, fixed, truths));
        }
        Cond::Not(inner) => condense(inner, fixed, truths),
        Cond::Const(_) | Cond::Test(..) => {}
    }
}

fn place(condition: &mut Cond, first: usize) {
    match condition {
        Cond::Const(_) => {}
        Cond::Test(cell, _) => {
            if let Some(number) = cell.checked_sub(UNPLACED) {
                *cell = first + number;
            }
        }
        Cond::Not(inner) => place(inner, first),
        Cond::All(parts) | Cond::Any(parts) => parts.iter_mut().for_each(|part| place(part, first)),
    }
}

struct Builder<'b, 'p> {
    universe: &'b Universe<'p>,
    parts: &'b Parts,
    cells: Vec<ModelCell>,
    index: FxHashMap<CellId, usize>,
    slots: Vec<Slot>,
    slot_of: FxHashMap<(usize, usize), usize>,
}

impl Builder<'_, '_> {
    fn build(mut self) -> Result<Model, Unclear> {
        self.choose_cells();
        self.give_domains()?;
        let mut links = Vec::new();
        for link in 0..self.universe.links.len() {
            links.push(self.link(link)?);
        }
        Ok(Model { phase: self.parts.phase, cells: self.cells, slots: self.slots, links })
    }

    fn rules_of(&self, link: usize) -> impl Iterator<Item = (usize, &'_ Rule)> {
        let program = self.universe.links.get(link).map(|link| link.program);
        let chosen = self.parts.rules.get(link).into_iter().flatten();
        chosen.filter_map(move |index| Some((*index, program?.rules.get(*index)?)))
    }

    fn add(&mut self, id: CellId, live: bool) {
        if self.index.contains_key(&id) {
            return;
        }
        self.index.insert(id, self.cells.len());
        // The domain follows once all cells are known.
        let field = self.universe.cells.get(id).map_or((0, 0), |cell| (cell.place, cell.field));
        self.cells.push(ModelCell { id, field, domain: Domain::element(false), live });
    }

    fn choose_cells(&mut self) {
        for id in &self.parts.live {
            self.add(*id, true);
        }
        for link in 0..self.universe.links.len() {
            let Some(cells) = self.universe.links.get(link) else { continue };
            for rule in self.parts.rules.get(link).into_iter().flatten() {
                let Some(rule_cells) = cells.rules.get(*rule) else { continue };
                let has_back = cells.program.rules.get(*rule).is_some_and(|rule| rule.other_way.is_some());
                for id in &rule_cells.reads {
                    self.add(*id, false);
                }
                if has_back {
                    for id in &rule_cells.writes {
                        self.add(*id, false);
                    }
                }
            }
            for map in self.parts.maps.get(link).into_iter().flatten() {
                let live = &self.parts.live;
                for group in self.universe.groups_with(link, cells.program, *map, &mut live.iter().copied()) {
                    group.concat().into_iter().for_each(|id| self.add(id, false));
                }
            }
        }
    }

    /// Cells that copies connect hold the same values, so they are told apart alike.
    fn give_domains(&mut self) -> Result<(), Unclear> {
        let universe = self.universe;
        let may_freeze = universe.links.len() == 1;
        let mut class: Vec<usize> = (0..self.cells.len()).collect();
        let mut constants: Vec<Vec<&Value>> = vec![Vec::new(); self.cells.len()];
        let mut tests: Vec<Vec<(&Program, &Test)>> = vec![Vec::new(); self.cells.len()];
        for (index, link) in universe.links.iter().enumerate() {
            let program = link.program;
            for (_, rule) in self.rules_of(index) {
                each_atom(&rule.condition, &mut |id| {
                    let Some(atom) = program.atoms.get(id.index()) else { return };
                    for cell in universe.atom_cells(index, program, id) {
                        if let Some(tests) = self.index.get(&cell).and_then(|at| tests.get_mut(*at)) {
                            tests.push((program, &atom.test));
                        }
                    }
                });
                let to = rule.from.other();
                let there = rule.effects.iter().chain(rule.undo.iter().flatten()).map(|effect| (to, effect));
                for (end, effect) in there.chain(back_effects(rule).map(|effect| (rule.from, effect))) {
                    let cell = universe.written(index, program, end, effect);
                    if let (Some(cell), Effect::Set(_, id)) = (cell, effect)
                        && let Some(constants) = self.index.get(&cell).and_then(|at| constants.get_mut(*at))
                    {
                        constants.push(program.constant(*id));
                    }
                }
            }
            for map in self.parts.maps.get(index).into_iter().flatten() {
                let (Some(mapping), Some(cells)) = (program.mappings.get(*map), link.maps.get(*map)) else { continue };
                let MapCells::Values([left, right]) = cells else { continue };
                let (Some(left), Some(right)) = (self.index.get(left), self.index.get(right)) else { continue };
                match &mapping.lens {
                    Lens::Table { rows, .. } => {
                        for (one, other) in rows {
                            constants[*left].push(program.constant(*one));
                            constants[*right].push(program.constant(*other));
                        }
                    }
                    _ => {
                        let (one, other) = (root(&class, *left), root(&class, *right));
                        class[one] = other;
                    }
                }
            }
        }
        for (id, wanted) in self.parts.run.iter().flatten() {
            if let Some(constants) = self.index.get(id).and_then(|at| constants.get_mut(*at)) {
                constants.extend(wanted);
            }
        }
        for at in 0..self.cells.len() {
            let to = root(&class, at);
            if to != at {
                let moved = std::mem::take(&mut constants[at]);
                constants[to].extend(moved);
                let moved = std::mem::take(&mut tests[at]);
                tests[to].extend(moved);
            }
        }
        let mut made: FxHashMap<usize, Domain> = FxHashMap::default();
        for at in 0..self.cells.len() {
            let id = self.cells[at].id;
            let Some(cell) = universe.cells.get(id) else { continue };
            let CellKind::Value(scalar) = cell.kind else {
                self.cells[at].domain = Domain::element(may_freeze);
                continue;
            };
            let to = root(&class, at);
            if let Some(domain) = made.get(&to) {
                self.cells[at].domain = domain.clone();
                continue;
            }
            let members = (0..self.cells.len()).filter(|other| root(&class, *other) == to).count();
            let spelt = tests[to]
                .iter()
                .any(|(_, test)| matches!(test, Test::Contains(..) | Test::StartsWith(..) | Test::EndsWith(..)));
            // Equal emails and phones can be spelt differently, and a test of the spelling tells them apart.
            if self.parts.run.is_none() && spelt && members > 1 && matches!(scalar, Scalar::Email | Scalar::Phone) {
                return Err(Unclear::Opaque(id));
            }
            let each = if self.parts.run.is_some() { 1 } else { members };
            let found = regions(scalar, &tests[to], &constants[to], each);
            let values = found.map(|found| found.into_iter().map(|one| (one.value, one.region, one.open)).collect());
            let Some(domain) = values.and_then(|values| Domain::of(values, may_freeze)) else {
                return Err(Unclear::Kinds(id));
            };
            let domain = if self.parts.run.is_some() { domain.concrete() } else { domain };
            made.insert(to, domain.clone());
            self.cells[at].domain = domain;
        }
        Ok(())
    }

    fn slot(&mut self, link: usize, cell: usize, exact: bool, moves: bool) -> usize {
        let id = self.cells[cell].id;
        let is_element = !matches!(self.universe.cells.get(id).map(|cell| &cell.kind), Some(CellKind::Value(_)));
        let slot = *self.slot_of.entry((link, cell)).or_insert_with(|| {
            self.slots.push(Slot { cell, exact: false, moves: false, foreign: false });
            self.slots.len() - 1
        });
        self.slots[slot].exact |= exact || is_element || self.parts.run.is_some();
        self.slots[slot].moves |= moves;
        slot
    }

    fn link(&mut self, link: usize) -> Result<ModelLink, Unclear> {
        let universe = self.universe;
        let Some(cells) = universe.links.get(link) else {
            return Ok(ModelLink {
                prefer: Prefer::Default,
                rules: Vec::new(),
                values: Vec::new(),
                sets: Vec::new(),
                scope: [Scope::Never, Scope::Never],
                slots: Vec::new(),
            });
        };
        let program = cells.program;
        let chosen: Vec<usize> = self.parts.rules.get(link).cloned().unwrap_or_default();
        let mut rules = Vec::new();
        for index in chosen {
            if let Some(rule) = program.rules.get(index)
                && takes_part(universe, link, index, self.parts.phase)
            {
                rules.push(self.rule(link, program, index, rule));
            }
        }
        let chosen: Vec<usize> = self.parts.maps.get(link).cloned().unwrap_or_default();
        let (mut values, mut sets) = (Vec::new(), Vec::new());
        for index in &chosen {
            match cells.maps.get(*index) {
                Some(MapCells::Values(pair)) => values.extend(self.value_map(link, program, *index, *pair)),
                Some(MapCells::Sets(_)) => {
                    let mut known = self.cells.iter().map(|cell| cell.id);
                    let groups = universe.groups_with(link, program, *index, &mut known);
                    sets.extend(self.set_map(link, program, *index, &groups));
                }
                Some(MapCells::Opaque(sides)) if self.parts.run.is_none() => {
                    let first = sides.iter().flatten().find(|id| self.parts.live.contains(id));
                    return Err(Unclear::Opaque(first.copied().unwrap_or_default()));
                }
                Some(MapCells::Opaque(_)) | None => {}
            }
        }
        // What a mapping outside of the model does to the base is not known here.
        for index in (0..cells.maps.len()).filter(|index| !chosen.contains(index)) {
            for ((_, cell), slot) in self.slot_of.iter().filter(|((of, _), _)| *of == link) {
                self.slots[*slot].foreign |= universe.map_has(link, program, index, self.cells[*cell].id);
            }
        }
        let scope = if self.parts.run.is_some() { [Scope::Read; 2] } else { cells.scope };
        let mut slots: Vec<usize> =
            self.slot_of.iter().filter(|((of, _), _)| *of == link).map(|(_, slot)| *slot).collect();
        slots.sort_unstable();
        Ok(ModelLink { prefer: program.prefer, rules, values, sets, scope, slots })
    }

    fn rule(&mut self, link: usize, program: &Program, index: usize, rule: &Rule) -> ModelRule {
        let to = rule.from.other();
        let condition = self.condition(link, program, &rule.condition);
        let effects = self.writes(link, program, to, &rule.effects);
        let back = rule.other_way.as_ref().map(|back| {
            let make_true = self.writes(link, program, rule.from, &back.make_true);
            let make_false = back.make_false.as_ref().map(|effects| self.writes(link, program, rule.from, effects));
            (make_true, make_false)
        });
        if back.is_some() && self.parts.phase == Phase::Both {
            // Which side changed is asked of the base.
            let mut read: Vec<usize> = effects.iter().map(|write| write.cell).collect();
            cells_of(&condition, &mut read);
            for cell in read {
                let live = self.cells[cell].live;
                self.slot(link, cell, true, live);
            }
        }
        ModelRule {
            origin: Origin(index),
            from: rule.from,
            condition,
            effects,
            effects_can_hold: !rule.effects.contains(&Effect::Deleted),
            undo: rule.undo.as_ref().map(|undo| self.writes(link, program, to, undo)),
            back,
        }
    }

    fn writes(&self, link: usize, program: &Program, end: End, effects: &[Effect]) -> Vec<Write> {
        effects
            .iter()
            .filter_map(|effect| {
                let id = self.universe.written(link, program, end, effect)?;
                let cell = *self.index.get(&id)?;
                let value = match effect {
                    Effect::Add(..) => PRESENT,
                    Effect::Set(_, id) => self.cells.get(cell)?.domain.number(program.constant(*id))?,
                    _ => ABSENT,
                };
                Some(Write { cell, value })
            })
            .collect()
    }

    fn condition(&self, link: usize, program: &Program, condition: &Condition) -> Cond {
        match condition {
            Condition::Not(inner) => Cond::Not(Box::new(self.condition(link, program, inner))),
            Condition::All(parts) => Cond::All(parts.iter().map(|part| self.condition(link, program, part)).collect()),
            Condition::Any(parts) => Cond::Any(parts.iter().map(|part| self.condition(link, program, part)).collect()),
            Condition::Atom(id) => {
                let Some(atom) = program.atoms.get(id.index()) else { return Cond::Const(false) };
                let gone = self.parts.phase == Phase::Gone(atom.end);
                match atom.test {
                    Test::Exists => return Cond::Const(!gone),
                    Test::Deleted => return Cond::Const(gone),
                    _ if gone => return Cond::Const(program.holds_of(&atom.test, &Value::Empty).unwrap_or(false)),
                    _ => {}
                }
                let cells = self.universe.atom_cells(link, program, *id);
                let tests: Vec<Cond> = cells
                    .iter()
                    .filter_map(|id| {
                        let at = *self.index.get(id)?;
                        let domain = &self.cells.get(at)?.domain;
                        let says = (0..domain.ordinary()).map(|number| {
                            let number = Number::try_from(number).unwrap_or(ABSENT);
                            match domain.value(number) {
                                Some(value) => program.holds_of(&atom.test, value).unwrap_or(false),
                                // Of an element: whether it is there, or, where a set is asked if it is empty, whether it is not.
                                None => (number == PRESENT) == matches!(atom.test, Test::Has(..)),
                            }
                        });
                        Some(Cond::Test(at, says.collect()))
                    })
                    .collect();
                match <[Cond; 1]>::try_from(tests) {
                    Ok([one]) => one,
                    Err(all) => Cond::All(all),
                }
            }
        }
    }

    fn value_map(&mut self, link: usize, program: &Program, index: usize, pair: [CellId; 2]) -> Option<ValueMap> {
        let mapping = program.mappings.get(index)?;
        let cells = [*self.index.get(&pair[0])?, *self.index.get(&pair[1])?];
        let image = End::BOTH.map(|end| {
            let (here, there) =
                (&self.cells[cells[end.index()]].domain, &self.cells[cells[end.other().index()]].domain);
            (0..here.ordinary())
                .map(|number| {
                    let number = Number::try_from(number).ok()?;
                    match &mapping.lens {
                        _ if number == ABSENT => Some(ABSENT),
                        Lens::Table { rows, .. } => there.number(translated(program, rows, end, here.value(number)?)?),
                        _ => Some(number),
                    }
                })
                .collect()
        });
        let consent = cells.iter().any(|cell| {
            let domain = &self.cells[*cell].domain;
            (0..domain.ordinary())
                .any(|number| Number::try_from(number).is_ok_and(|number| domain.step(number).is_some()))
        });
        let can = [(End::Left, pair[0]), (End::Right, pair[1])].map(|(end, id)| {
            let field = self.universe.field_of(link, end, id);
            field
                .and_then(|field| program.side(end).fields.get(field.index()))
                .map_or(Can::default(), |field| field.can)
        });
        let slots = cells.map(|cell| self.slot(link, cell, false, true));
        let flows = End::BOTH.map(|end| mapping.direction.from(end));
        Some(ValueMap { origin: Origin(index), cells, slots, flows, image, can, consent })
    }

    fn set_map(
        &mut self,
        link: usize,
        program: &Program,
        index: usize,
        clusters: &[[Vec<CellId>; 2]],
    ) -> Option<SetMap> {
        let mapping = program.mappings.get(index)?;
        let near = if mapping.direction.to_right { End::Right } else { End::Left };
        let ends = [near, near.other()];
        let known = clusters.iter().filter(|cluster| cluster.iter().flatten().all(|id| self.index.contains_key(id)));
        let mut ids: [Vec<CellId>; 2] = [Vec::new(), Vec::new()];
        for cluster in known {
            for (ids, end) in ids.iter_mut().zip(ends) {
                ids.extend(&cluster[end.index()]);
            }
        }
        let cells =
            ids.each_ref().map(|ids| ids.iter().filter_map(|id| self.index.get(id).copied()).collect::<Vec<_>>());
        let text = |id: &CellId| match self.universe.cells.get(*id).map(|cell| &cell.kind) {
            Some(CellKind::Element(text)) => Some(Value::Text(text.clone())),
            _ => None,
        };
        let image = [0, 1].map(|side: usize| {
            ids[side]
                .iter()
                .enumerate()
                .map(|(position, id)| match &mapping.lens {
                    Lens::Table { rows, .. } => {
                        let there = translated(program, rows, ends[side], &text(id)?)?;
                        ids[1 - side].iter().position(|other| text(other).as_ref() == Some(there))
                    }
                    _ => Some(position),
                })
                .collect()
        });
        let slots = cells.each_ref().map(|cells| cells.iter().map(|cell| self.slot(link, *cell, true, true)).collect());
        let can = [0, 1].map(|side: usize| {
            let field = ids[side].first().and_then(|id| self.universe.field_of(link, ends[side], *id));
            let can = field.and_then(|field| program.side(ends[side]).fields.get(field.index())).map(|field| field.can);
            can.map_or([false, false], |can| [can.set || can.add, can.set || can.remove])
        });
        let flows = ends.map(|end| mapping.direction.from(end));
        Some(SetMap { origin: Origin(index), near, cells, slots, image, flows, can })
    }
}

fn root(class: &[usize], mut at: usize) -> usize {
    while let Some(next) = class.get(at).copied().filter(|next| *next != at) {
        at = next;
    }
    at
}

/// The cells that a condition reads.
fn cells_of(condition: &Cond, found: &mut Vec<usize>) {
    match condition {
        Cond::Const(_) => {}
        Cond::Test(cell, _) => found.push(*cell),
        Cond::Not(inner) => cells_of(inner, found),
        Cond::All(parts) | Cond::Any(parts) => parts.iter().for_each(|part| cells_of(part, found)),
    }
}

/// The first row that has the value decides.
fn translated<'p>(program: &'p Program, rows: &[(ConstId, ConstId)], from: End, value: &Value) -> Option<&'p Value> {
    rows.iter().find_map(|(left, right)| {
        let (left, right) = (program.constant(*left), program.constant(*right));
        match from {
            End::Left => (left == value).then_some(right),
            End::Right => (right == value).then_some(left),
        }
    })
}

/// Whether contacts flow away from an end, as far as it is the same for all linked pairs.
pub(super) fn scope(program: &Program, end: End) -> Scope {
    if !program.arrow.from(end) {
        return Scope::Never;
    }
    let always = program.rules.iter().any(|rule| rule.from == end && always(program, &rule.condition) == Some(true));
    let ever = program.rules.iter().any(|rule| rule.from == end || rule.other_way.is_some());
    match (always, ever) {
        (true, _) => Scope::Always,
        (false, true) => Scope::Free,
        (false, false) => Scope::Never,
    }
}

/// What a condition is of every linked pair; `None` if it depends.
pub(super) fn always(program: &Program, condition: &Condition) -> Option<bool> {
    let all = |parts: &[Condition], neutral: bool| {
        let mut truth = Some(neutral);
        for part in parts {
            match always(program, part) {
                Some(part) if part == neutral => {}
                Some(part) => return Some(part),
                None => truth = None,
            }
        }
        truth
    };
    match condition {
        Condition::Atom(id) => match program.atoms.get(id.index())?.test {
            Test::Exists => Some(true),
            Test::Deleted => Some(false),
            _ => None,
        },
        Condition::Not(inner) => always(program, inner).map(|truth| !truth),
        Condition::All(parts) => all(parts, true),
        Condition::Any(parts) => all(parts, false),
    }
}
