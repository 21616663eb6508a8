//! What a proof needs of a file, kept between edits.
//!
//! An edit takes cells away and adds some, and changes what writes a few. The graph of all cells is gone through again, which
//! is cheap; the components that are as they were keep their verdicts, and only the others are explored.
//!
//! Promise: a bound from here is the one that [`super::prove`] gives. Where something may not settle nothing is said: then
//! the whole file is looked at as it is.

use rustc_hash::{FxHashMap, FxHashSet};

use super::{
    Search, Verdicts,
    journal::Journal,
    made_and_removed,
    model::{Scope, always},
    universe::{
        CellId, CellKind, MapCells, RuleCells, Space, asks_gone, field_type, is_plain_copy, lens_fields,
        named_by_mapping, named_by_rule,
    },
};
use crate::{
    ir::{Effect, End, FieldId, Lens, Prefer, Program, Rule, Test},
    logic::each_atom,
};

/// A field by its place and its index there.
type Field = (usize, usize);

/// What is kept of one file.
#[derive(Debug)]
pub(crate) struct Kept {
    space: Space,
    /// How often each cell is named.
    named: Vec<u32>,
    free: Vec<CellId>,
    /// For each set that is copied, all that it is copied to and from, itself included.
    copied: FxHashMap<Field, Vec<Field>>,
    /// The copies of sets: the mapping and its fields, left first.
    copies: Vec<(usize, [Field; 2])>,
    /// The rules that ask something of a whole set.
    whole: FxHashMap<Field, Vec<usize>>,
    /// Sets of which cells came or went.
    grown: FxHashSet<Field>,
    counts: Counts,
    /// Scope and preference when something was proved last.
    under: Option<([Scope; 2], Prefer)>,
    verdicts: Verdicts,
    journal: Journal,
    /// What was proved last. It holds as long as the graph is the same and nothing changes of what turns in it.
    last: Option<u32>,
}

/// How many rules there are of some kinds.
#[derive(Debug, Default)]
struct Counts {
    /// Those from each end.
    from: [usize; 2],
    /// Those of them with an other way.
    back: [usize; 2],
    /// Those that hold for every linked pair.
    always: [usize; 2],
    deletes: usize,
    /// Those that do something while the record that they are written from is gone.
    asks_gone: usize,
}

impl Kept {
    /// Of a program that has its mappings and no rules yet.
    pub(crate) fn of(program: &Program) -> Self {
        let mut kept = Self {
            space: Space::empty(&[program]),
            named: Vec::new(),
            free: Vec::new(),
            copied: FxHashMap::default(),
            copies: Vec::new(),
            whole: FxHashMap::default(),
            grown: FxHashSet::default(),
            counts: Counts::default(),
            under: None,
            verdicts: Verdicts::default(),
            journal: Journal::default(),
            last: None,
        };
        for (index, mapping) in program.mappings.iter().enumerate() {
            if let Lens::Copy { left, right } = mapping.lens
                && is_plain_copy(program, left, right)
                && field_type(program, End::Left, left).is_some_and(crate::schema::Type::is_set)
            {
                let places =
                    [(End::Left, left), (End::Right, right)].map(|(end, field)| kept.space.place(0, end, field));
                if let [Some(left), Some(right)] = places {
                    kept.copies.push((index, [left, right]));
                    kept.join(left, right);
                }
            }
        }
        let mut names = Vec::new();
        for mapping in &program.mappings {
            named_by_mapping(program, mapping, &mut |end, field, kind| names.push((end, field, kind)));
        }
        let maps = program.mappings.iter().map(|_| MapCells::Sets(Vec::new())).collect();
        kept.space.set_maps(maps);
        for (end, field, kind) in names {
            kept.name(end, field, &kind);
        }
        let all: Vec<usize> = (0..program.mappings.len()).collect();
        kept.connect(program, &all);
        kept
    }

    /// Two sets are copied to each other.
    fn join(&mut self, one: Field, other: Field) {
        let mut all: Vec<Field> = [one, other].into_iter().flat_map(|field| self.all_copies(field)).collect();
        all.sort_unstable();
        all.dedup();
        for field in all.clone() {
            self.copied.insert(field, all.clone());
        }
    }

    fn all_copies(&self, field: Field) -> Vec<Field> {
        self.copied.get(&field).cloned().unwrap_or_else(|| vec![field])
    }

    /// Finds anew what these mappings connect, copies of sets excepted: those are told of every element.
    fn connect(&mut self, program: &Program, maps: &[usize]) {
        for index in maps {
            if self.copies.iter().any(|(copy, _)| copy == index) {
                continue;
            }
            let Some(mapping) = program.mappings.get(*index) else { continue };
            let cells = self.space.map_cells(0, program, mapping);
            cells.each_group(&mut |left, right| self.verdicts.change(left.iter().chain(right).copied()));
            self.space.set_map(*index, cells);
            self.journal.other();
        }
    }

    /// A rule came.
    pub(crate) fn add(&mut self, program: &Program, index: usize) {
        let Some(rule) = program.rules.get(index) else { return };
        named_by_rule(program, rule, &mut |end, field, kind| self.name(end, field, &kind));
        for field in self.whole_sets(program, rule) {
            self.whole.entry(field).or_default().push(index);
        }
        self.read(program, index);
        self.journal.rule_came(index);
        self.counts.note(program, rule, |count| *count += 1);
    }

    /// A rule goes.
    pub(crate) fn remove(&mut self, program: &Program, index: usize) {
        let Some(rule) = program.rules.get(index) else { return };
        self.counts.note(program, rule, |count| *count -= 1);
        let cells = self.space.set_rule(index, RuleCells::default());
        self.verdicts.change(cells.writes.iter().chain(&cells.back).copied());
        self.journal.rule_gone(cells);
        for field in self.whole_sets(program, rule) {
            if let Some(rules) = self.whole.get_mut(&field) {
                rules.retain(|rule| *rule != index);
            }
        }
        named_by_rule(program, rule, &mut |end, field, kind| self.unname(end, field, &kind));
    }

    /// Finds what a rule reads and writes. What it did before.
    fn read(&mut self, program: &Program, index: usize) -> RuleCells {
        let Some(rule) = program.rules.get(index) else { return RuleCells::default() };
        let cells = self.space.rule_cells(0, program, rule);
        self.verdicts.change(cells.writes.iter().chain(&cells.back).copied());
        self.space.set_rule(index, cells)
    }

    /// The sets that a rule asks something of as a whole.
    fn whole_sets(&self, program: &Program, rule: &Rule) -> Vec<Field> {
        let mut found = Vec::new();
        each_atom(&rule.condition, &mut |id| {
            let Some(atom) = program.atoms.get(id.index()) else { return };
            let Some(field) = atom.test.field() else { return };
            let is_set = field_type(program, atom.end, field).is_some_and(crate::schema::Type::is_set);
            if is_set && !matches!(atom.test, Test::Has(..)) {
                found.extend(self.space.place(0, atom.end, field));
            }
        });
        found.sort_unstable();
        found.dedup();
        found
    }

    /// The fields that have a cell because one of them is named so.
    fn named_with(&self, end: End, field: FieldId, kind: &CellKind) -> Vec<Field> {
        let Some(field) = self.space.place(0, end, field) else { return Vec::new() };
        if matches!(kind, CellKind::Value(_)) { vec![field] } else { self.all_copies(field) }
    }

    fn name(&mut self, end: End, field: FieldId, kind: &CellKind) {
        let mut came: Vec<(Field, CellId)> = Vec::new();
        for field in self.named_with(end, field, kind) {
            let (id, is_new) = self.space.put(field, kind, &mut self.free);
            if self.named.len() <= id {
                self.named.resize(id + 1, 0);
            }
            if let Some(named) = self.named.get_mut(id) {
                *named += 1;
            }
            if is_new {
                came.push((field, id));
                self.journal.cell_came(id, field);
                self.grown.insert(field);
            }
        }
        self.verdicts.change(came.iter().map(|(_, id)| *id));
        let of = |field: &Field| came.iter().find(|(known, _)| known == field).map(|(_, id)| *id);
        for (map, [left, right]) in &self.copies {
            if let (Some(left), Some(right)) = (of(left), of(right)) {
                self.space.pair(*map, left, right);
                self.journal.pair_came(*map, left, right);
            }
        }
    }

    fn unname(&mut self, end: End, field: FieldId, kind: &CellKind) {
        let mut gone: Vec<(Field, CellId)> = Vec::new();
        for field in self.named_with(end, field, kind) {
            let Some(id) = self.space.get(field, kind) else { continue };
            let Some(named) = self.named.get_mut(id) else { continue };
            *named = named.saturating_sub(1);
            if *named == 0 {
                self.space.take(field, kind, &mut self.free);
                self.grown.insert(field);
                gone.push((field, id));
                self.journal.cell_gone(id, field);
            }
        }
        if gone.is_empty() {
            return;
        }
        let of = |field: &Field| gone.iter().find(|(known, _)| known == field).map(|(_, id)| *id);
        for (map, [left, right]) in &self.copies {
            if let (Some(left), Some(right)) = (of(left), of(right)) {
                self.space.unpair(*map, left);
                self.journal.pair_gone(*map, left, right);
            }
        }
        self.verdicts.change(gone.into_iter().map(|(_, id)| id));
    }

    /// Brings what depends on all cells of a set up to date.
    fn settle_sets(&mut self, program: &Program) {
        if self.grown.is_empty() {
            return;
        }
        let grown = std::mem::take(&mut self.grown);
        let is_grown =
            |end: End, field: FieldId| self.space.place(0, end, field).is_some_and(|field| grown.contains(&field));
        let touched = |lens: &Lens| {
            End::BOTH.into_iter().any(|end| lens_fields(lens, end).into_iter().any(|field| is_grown(end, field)))
        };
        let maps: Vec<usize> = program
            .mappings
            .iter()
            .enumerate()
            .filter(|(_, mapping)| touched(&mapping.lens))
            .map(|(index, _)| index)
            .collect();
        self.connect(program, &maps);
        let mut rules: Vec<usize> = grown.iter().filter_map(|field| self.whole.get(field)).flatten().copied().collect();
        rules.sort_unstable();
        rules.dedup();
        for rule in rules {
            let before = self.read(program, rule);
            self.journal.rule_gone(before);
            self.journal.rule_came(rule);
        }
    }

    /// The most steps that a cycle takes. `None` where something may not settle. `place` says where in the file each rule of
    /// the program comes. `stop` is called now and then, and may unwind.
    pub(crate) fn bound(&mut self, program: &Program, place: &[usize], stop: &dyn Fn()) -> Option<u32> {
        self.settle_sets(program);
        let scope = End::BOTH.map(|end| self.counts.scope(program, end));
        let under = Some((scope, program.prefer));
        if self.under != under {
            self.verdicts.forget();
            self.under = under;
            self.journal.other();
        }
        let is_even = self.journal.is_even(&self.space) && self.counts.deletes == 0 && self.counts.asks_gone == 0;
        let touched = self.verdicts.touches_what_turns();
        if let Some(bound) = self.last.filter(|_| is_even && !touched) {
            return Some(bound);
        }
        self.last = None;
        let universe = self.space.view_of(program, scope, place);
        if self.counts.deletes > 0 && made_and_removed(&universe).is_some() {
            return None;
        }
        let mut search = Search::new(&universe, &mut self.verdicts, stop);
        search.only_settles = true;
        let bound = search.all_phases();
        self.last = (!search.unsure && search.unclear.is_empty()).then_some(bound);
        self.last
    }
}

impl Counts {
    fn note(&mut self, program: &Program, rule: &Rule, change: impl Fn(&mut usize)) {
        let from = rule.from.index();
        change(&mut self.from[from]);
        if rule.other_way.is_some() {
            change(&mut self.back[from]);
        }
        if always(program, &rule.condition) == Some(true) {
            change(&mut self.always[from]);
        }
        if rule.effects.contains(&Effect::Deleted) {
            change(&mut self.deletes);
        }
        if asks_gone(program, rule) {
            change(&mut self.asks_gone);
        }
    }

    /// Whether contacts flow away from an end, as [`super::model::scope`] says of a whole program: a direction that no rule
    /// gives is open for everybody.
    fn scope(&self, program: &Program, end: End) -> Scope {
        let is_given = self.from[end.index()] > 0 || self.back[end.other().index()] > 0;
        if !program.arrow.from(end) {
            Scope::Never
        } else if self.always[end.index()] > 0 || !is_given {
            Scope::Always
        } else {
            Scope::Free
        }
    }
}
