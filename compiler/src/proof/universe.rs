//! What rules and mappings can read and write, as cells.
//!
//! A cell is the smallest thing that can change by itself: a single-valued field, or whether a set has one element. The
//! elements that no rule and no translation names behave alike; one cell stands for them where a rule asks whether the
//! set is empty, and none elsewhere.
//!
//! Several files can be looked at together. Files that connect the same account see the same cells there.

use std::ops::Deref;

use rustc_hash::FxHashMap;

use super::model::{Scope, scope};
use crate::{
    ir::{Atom, AtomId, Condition, ConstId, Effect, End, FieldId, Lens, Mapping, Program, Rule, Test},
    logic::each_atom,
    schema::{Scalar, Type},
    value::{Text, Value},
};

/// The index of a cell in the universe.
pub(super) type CellId = usize;

/// So many cells that went last are looked at for one that can come back.
const RECENT: usize = 8;

/// The smallest thing that can change by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Cell {
    pub(super) place: usize,
    /// The field, by its index within the place.
    pub(super) field: usize,
    pub(super) kind: CellKind,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum CellKind {
    /// The value of a single-valued field.
    Value(Scalar),
    /// Whether the set has this element.
    Element(Text),
    /// Whether the set has an element that nothing names.
    Rest,
}

/// An object of an account: where records live. Files that name the same one share its records.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct PlaceKey {
    account: String,
    object: String,
    instance: Option<String>,
}

/// What one file reads, writes and connects.
#[derive(Debug)]
pub(super) struct LinkCells {
    pub(super) places: [usize; 2],
    /// For each end, for each of its fields, the field's index within the place.
    fields: [Vec<usize>; 2],
    /// For each rule, what it reads and writes.
    pub(super) rules: Vec<RuleCells>,
    /// For each mapping, what it connects.
    pub(super) maps: Vec<MapCells>,
}

/// One file with its cells.
pub(super) struct Link<'p> {
    pub(super) program: &'p Program,
    /// Whether contacts flow away from each end, left first. Found once: it takes all rules.
    pub(super) scope: [Scope; 2],
    /// Where in the file each rule of the program comes; that of its index where nothing is said.
    place: &'p [usize],
    cells: &'p LinkCells,
}

impl Link<'_> {
    /// Where in the file a rule comes.
    pub(super) fn place_of(&self, rule: usize) -> usize {
        self.place.get(rule).copied().unwrap_or(rule)
    }
}

impl Deref for Link<'_> {
    type Target = LinkCells;

    fn deref(&self) -> &LinkCells {
        self.cells
    }
}

/// What a rule reads and writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct RuleCells {
    /// What its condition reads.
    pub(super) reads: Vec<CellId>,
    /// What its effects and its undo write.
    pub(super) writes: Vec<CellId>,
    /// What its other way writes: part of what it reads.
    pub(super) back: Vec<CellId>,
    /// Whether it has an other way.
    pub(super) has_back: bool,
    /// Whether it does something while the record that it is written from is gone: only those that ask for that do.
    pub(super) asks_gone: bool,
}

/// What a mapping connects.
#[derive(Clone, Debug)]
pub(super) enum MapCells {
    /// Two single values, copied as they are or translated.
    Values([CellId; 2]),
    /// Sets, in clusters of elements that correspond to each other, directly or by another one. Of a copy: pairs.
    Sets(Vec<[Vec<CellId>; 2]>),
    /// Values that are read as something else on the other side (names, composed texts, other types).
    Opaque([Vec<CellId>; 2]),
}

impl MapCells {
    /// The cells of an end.
    pub(super) fn of(&self, end: End) -> impl Iterator<Item = CellId> {
        self.groups().into_iter().flat_map(move |group| group[end.index()].iter().copied())
    }

    /// Calls back for each group of cells that can move each other, left first.
    pub(super) fn each_group(&self, found: &mut impl FnMut(&[CellId], &[CellId])) {
        match self {
            Self::Values([left, right]) => found(std::slice::from_ref(left), std::slice::from_ref(right)),
            Self::Sets(clusters) => clusters.iter().for_each(|[left, right]| found(left, right)),
            Self::Opaque([left, right]) => found(left, right),
        }
    }

    /// The cells that can move each other, left first: what flows in one group has nothing to do with the others.
    pub(super) fn groups(&self) -> Vec<[&[CellId]; 2]> {
        match self {
            Self::Values([left, right]) => vec![[std::slice::from_ref(left), std::slice::from_ref(right)]],
            Self::Sets(clusters) => clusters.iter().map(|[left, right]| [left.as_slice(), right.as_slice()]).collect(),
            Self::Opaque([left, right]) => vec![[left.as_slice(), right.as_slice()]],
        }
    }
}

/// All cells of some files, and what connects them.
#[derive(Debug, Default)]
pub(super) struct Space {
    pub(super) cells: Vec<Cell>,
    /// The cells of each field of each place.
    by_field: FxHashMap<(usize, usize), FieldCells>,
    of_files: Vec<LinkCells>,
}

/// The cells of a field.
#[derive(Debug, Default)]
struct FieldCells {
    all: Vec<CellId>,
    by_kind: FxHashMap<CellKind, CellId>,
}

/// Some files with their cells.
pub(super) struct Universe<'p> {
    pub(super) links: Vec<Link<'p>>,
    space: &'p Space,
}

impl Deref for Universe<'_> {
    type Target = Space;

    fn deref(&self) -> &Space {
        self.space
    }
}

impl Space {
    pub(super) fn of(programs: &[&Program]) -> Self {
        let mut space = Self::empty(programs);
        for (link, program) in programs.iter().enumerate() {
            space.name_rules(link, program);
            space.name_mappings(link, program);
        }
        space.copy_names(programs);
        for (link, program) in programs.iter().enumerate() {
            let rules = program.rules.iter().map(|rule| space.rule_cells(link, program, rule)).collect();
            let maps = program.mappings.iter().map(|mapping| space.map_cells(link, program, mapping)).collect();
            if let Some(link) = space.of_files.get_mut(link) {
                link.rules = rules;
                link.maps = maps;
            }
        }
        space
    }

    /// The places of some files, without any cell.
    pub(super) fn empty(programs: &[&Program]) -> Self {
        let mut places: FxHashMap<PlaceKey, usize> = FxHashMap::default();
        let mut names: Vec<FxHashMap<&str, usize>> = Vec::new();
        let mut of_files = Vec::new();
        for program in programs {
            let mut here = [0, 0];
            let mut fields = [Vec::new(), Vec::new()];
            for end in End::BOTH {
                let side = program.side(end);
                let key = PlaceKey {
                    account: side.account.clone(),
                    object: side.object.clone(),
                    instance: side.instance.clone(),
                };
                // Both ends of one file are two records, even where they are of one account.
                let place = match places.get(&key) {
                    Some(place) if end == End::Left || *place != here[0] => *place,
                    known => {
                        let is_new = known.is_none();
                        names.push(FxHashMap::default());
                        if is_new {
                            places.insert(key, names.len() - 1);
                        }
                        names.len() - 1
                    }
                };
                here[end.index()] = place;
                if let Some(known) = names.get_mut(place) {
                    for field in &side.fields {
                        let next = known.len();
                        fields[end.index()].push(*known.entry(field.name.as_str()).or_insert(next));
                    }
                }
            }
            of_files.push(LinkCells { places: here, fields, rules: Vec::new(), maps: Vec::new() });
        }
        Self { of_files, ..Self::default() }
    }

    /// One file with its cells, of which scope and the order of the rules are known.
    pub(super) fn view_of<'p>(&'p self, program: &'p Program, scope: [Scope; 2], place: &'p [usize]) -> Universe<'p> {
        let links = self.of_files.iter().map(|cells| Link { program, scope, place, cells });
        Universe { links: links.collect(), space: self }
    }

    /// The cell of a field, if there is one.
    pub(super) fn get(&self, field: (usize, usize), kind: &CellKind) -> Option<CellId> {
        self.by_field.get(&field)?.by_kind.get(kind).copied()
    }

    /// The cell of a field, and whether it is new: then in a place that is free, if there is one.
    pub(super) fn put(&mut self, at: (usize, usize), kind: &CellKind, free: &mut Vec<CellId>) -> (CellId, bool) {
        if let Some(known) = self.get(at, kind) {
            return (known, false);
        }
        let cell = Cell { place: at.0, field: at.1, kind: kind.clone() };
        // Most often a cell comes back that has just gone under another name: then the graph is as it was.
        let same = free
            .iter()
            .rev()
            .take(RECENT)
            .position(|id| self.cells.get(*id).is_some_and(|gone| (gone.place, gone.field) == at));
        let id = match same {
            Some(back) => free.remove(free.len() - 1 - back),
            None => free.pop().unwrap_or(self.cells.len()),
        };
        match self.cells.get_mut(id) {
            Some(slot) => *slot = cell,
            None => self.cells.push(cell),
        }
        self.note(at, kind, id);
        (id, true)
    }

    /// Takes a cell away.
    pub(super) fn take(&mut self, at: (usize, usize), kind: &CellKind, free: &mut Vec<CellId>) {
        let Some(cells) = self.by_field.get_mut(&at) else { return };
        let Some(id) = cells.by_kind.remove(kind) else { return };
        cells.all.retain(|cell| *cell != id);
        free.push(id);
    }

    /// Whether nothing can change at all.
    pub(super) fn is_empty(&self) -> bool {
        self.by_field.values().all(|cells| cells.all.is_empty())
    }

    /// What a rule of the only file reads and writes.
    pub(super) fn rule(&self, rule: usize) -> Option<&RuleCells> {
        self.of_files.first()?.rules.get(rule)
    }

    /// What a rule reads and writes from now on. What it did before.
    pub(super) fn set_rule(&mut self, rule: usize, cells: RuleCells) -> RuleCells {
        let Some(link) = self.of_files.first_mut() else { return cells };
        if link.rules.len() <= rule {
            link.rules.resize_with(rule + 1, RuleCells::default);
        }
        link.rules.get_mut(rule).map_or_else(RuleCells::default, |known| std::mem::replace(known, cells))
    }

    pub(super) fn set_maps(&mut self, maps: Vec<MapCells>) {
        if let Some(link) = self.of_files.first_mut() {
            link.maps = maps;
        }
    }

    pub(super) fn set_map(&mut self, map: usize, cells: MapCells) {
        if let Some(known) = self.of_files.first_mut().and_then(|link| link.maps.get_mut(map)) {
            *known = cells;
        }
    }

    /// An element and its copy.
    pub(super) fn pair(&mut self, map: usize, left: CellId, right: CellId) {
        if let Some(MapCells::Sets(pairs)) = self.of_files.first_mut().and_then(|link| link.maps.get_mut(map)) {
            pairs.push([vec![left], vec![right]]);
        }
    }

    /// An element that has no copy any more.
    pub(super) fn unpair(&mut self, map: usize, left: CellId) {
        if let Some(MapCells::Sets(pairs)) = self.of_files.first_mut().and_then(|link| link.maps.get_mut(map))
            && let Some(at) = pairs.iter().rposition(|[known, _]| *known == [left])
        {
            pairs.swap_remove(at);
        }
    }

    /// The files with their cells.
    pub(super) fn view<'p>(&'p self, programs: &[&'p Program]) -> Universe<'p> {
        let links = programs.iter().zip(&self.of_files).map(|(program, cells)| Link {
            program,
            scope: End::BOTH.map(|end| scope(program, end)),
            place: &[],
            cells,
        });
        Universe { links: links.collect(), space: self }
    }

    fn add(&mut self, link: usize, end: End, field: FieldId, kind: CellKind) -> Option<CellId> {
        let (place, field) = self.place(link, end, field)?;
        if let Some(known) = self.get((place, field), &kind) {
            return Some(known);
        }
        let id = self.cells.len();
        self.note((place, field), &kind, id);
        self.cells.push(Cell { place, field, kind });
        Some(id)
    }

    /// A field has this cell.
    fn note(&mut self, field: (usize, usize), kind: &CellKind, id: CellId) {
        let cells = self.by_field.entry(field).or_default();
        cells.all.push(id);
        cells.by_kind.insert(kind.clone(), id);
    }

    pub(super) fn place(&self, link: usize, end: End, field: FieldId) -> Option<(usize, usize)> {
        let link = self.of_files.get(link)?;
        Some((link.places[end.index()], *link.fields[end.index()].get(field.index())?))
    }

    /// The cell of a field, or of an element of it.
    pub(super) fn cell(&self, link: usize, end: End, field: FieldId, kind: &CellKind) -> Option<CellId> {
        self.get(self.place(link, end, field)?, kind)
    }

    /// All cells of a field.
    pub(super) fn cells_of(&self, link: usize, end: End, field: FieldId) -> &[CellId] {
        self.place(link, end, field).and_then(|key| self.by_field.get(&key)).map_or(&[], |cells| &cells.all)
    }

    /// Makes a cell for everything that a rule names.
    fn name_rules(&mut self, link: usize, program: &Program) {
        for rule in &program.rules {
            named_by_rule(program, rule, &mut |end, field, kind| {
                self.add(link, end, field, kind);
            });
        }
    }

    /// Makes a cell for every value and translation that a mapping names.
    fn name_mappings(&mut self, link: usize, program: &Program) {
        for mapping in &program.mappings {
            named_by_mapping(program, mapping, &mut |end, field, kind| {
                self.add(link, end, field, kind);
            });
        }
    }

    /// What one side of a copied set can hold the other can, over as many files as there are.
    fn copy_names(&mut self, programs: &[&Program]) {
        let mut settled = false;
        while !settled {
            let before = self.cells.len();
            for (link, program) in programs.iter().enumerate() {
                for mapping in &program.mappings {
                    let Lens::Copy { left, right } = mapping.lens else { continue };
                    if !is_plain_copy(program, left, right) {
                        continue;
                    }
                    for (end, field, other) in [(End::Left, left, right), (End::Right, right, left)] {
                        let kinds: Vec<CellKind> = self
                            .cells_of(link, end, field)
                            .iter()
                            .filter_map(|cell| Some(self.cells.get(*cell)?.kind.clone()))
                            .filter(|kind| !matches!(kind, CellKind::Value(_)))
                            .collect();
                        for kind in kinds {
                            self.add(link, end.other(), other, kind);
                        }
                    }
                }
            }
            settled = self.cells.len() == before;
        }
    }

    pub(super) fn rule_cells(&self, link: usize, program: &Program, rule: &Rule) -> RuleCells {
        let to = rule.from.other();
        let written = |end: End, effect: &Effect| self.written(link, program, end, effect);
        let mut cells = RuleCells {
            reads: self.condition_cells(link, program, &rule.condition),
            writes: rule
                .effects
                .iter()
                .chain(rule.undo.iter().flatten())
                .filter_map(|effect| written(to, effect))
                .collect(),
            back: back_effects(rule).filter_map(|effect| written(rule.from, effect)).collect(),
            has_back: rule.other_way.is_some(),
            asks_gone: asks_gone(program, rule),
        };
        for list in [&mut cells.reads, &mut cells.writes, &mut cells.back] {
            list.sort_unstable();
            list.dedup();
            list.shrink_to_fit();
        }
        cells
    }

    fn condition_cells(&self, link: usize, program: &Program, condition: &Condition) -> Vec<CellId> {
        let mut cells = Vec::new();
        each_atom(condition, &mut |id| cells.extend(self.atom_cells(link, program, id)));
        cells
    }

    /// What an atom reads: one cell, or all of a set that is asked whether it is empty.
    pub(super) fn atom_cells(&self, link: usize, program: &Program, id: AtomId) -> Vec<CellId> {
        let Some(atom) = program.atoms.get(id.index()) else { return Vec::new() };
        let Some(field) = atom.test.field() else { return Vec::new() };
        match &atom.test {
            Test::Has(_, element) => match program.constant(*element) {
                Value::Text(element) => {
                    self.cell(link, atom.end, field, &CellKind::Element(element.clone())).into_iter().collect()
                }
                _ => Vec::new(),
            },
            _ => self.cells_of(link, atom.end, field).to_vec(),
        }
    }

    /// The cell that an effect writes.
    pub(super) fn written(&self, link: usize, program: &Program, end: End, effect: &Effect) -> Option<CellId> {
        let field = effect.field()?;
        let kind = match effect {
            Effect::Add(_, element) | Effect::Remove(_, element) => match program.constant(*element) {
                Value::Text(element) => CellKind::Element(element.clone()),
                _ => return None,
            },
            _ => CellKind::Value(field_type(program, end, field)?.scalar()),
        };
        self.cell(link, end, field, &kind)
    }

    pub(super) fn map_cells(&self, link: usize, program: &Program, mapping: &Mapping) -> MapCells {
        let all = |end: End| -> Vec<CellId> {
            lens_fields(&mapping.lens, end)
                .into_iter()
                .flat_map(|field| self.cells_of(link, end, field))
                .copied()
                .collect()
        };
        let sides = [all(End::Left), all(End::Right)];
        match &mapping.lens {
            Lens::Copy { left, right } if is_plain_copy(program, *left, *right) => {
                match field_type(program, End::Left, *left) {
                    Some(Type::Set(_)) => {
                        let [lefts, _] = &sides;
                        let pairs = lefts.iter().filter_map(|cell| {
                            let other = self.cell(link, End::Right, *right, &self.cells.get(*cell)?.kind)?;
                            Some([vec![*cell], vec![other]])
                        });
                        MapCells::Sets(pairs.collect())
                    }
                    _ => one_each(sides),
                }
            }
            Lens::Table { left, right, rows } => match field_type(program, End::Left, *left) {
                Some(Type::Set(_)) => {
                    let element = |end: End, field: FieldId, id: ConstId| match program.constant(id) {
                        Value::Text(text) => self.cell(link, end, field, &CellKind::Element(text.clone())),
                        _ => None,
                    };
                    let pairs = rows.iter().filter_map(|(one, other)| {
                        Some((element(End::Left, *left, *one)?, element(End::Right, *right, *other)?))
                    });
                    MapCells::Sets(clusters(pairs))
                }
                _ => one_each(sides),
            },
            Lens::Copy { .. } | Lens::Name { .. } | Lens::Compose { .. } => MapCells::Opaque(sides),
        }
    }

    /// The groups of a mapping that have one of these cells.
    pub(super) fn groups_with(
        &self,
        link: usize,
        program: &Program,
        map: usize,
        cells: &mut dyn Iterator<Item = CellId>,
    ) -> Vec<[Vec<CellId>; 2]> {
        let known = self.of_files.get(link).and_then(|link| link.maps.get(map));
        let mapping = program.mappings.get(map);
        let (Some(known), Some(mapping)) = (known, mapping) else { return Vec::new() };
        if let (MapCells::Sets(_), Lens::Copy { left, right }) = (known, &mapping.lens) {
            // An element and its copy: found by itself, however many there are.
            let sides = [(End::Left, *left), (End::Right, *right)];
            let places = sides.map(|(end, field)| self.place(link, end, field));
            let mut found: Vec<[Vec<CellId>; 2]> = Vec::new();
            for id in cells {
                let Some(cell) = self.cells.get(id) else { continue };
                let Some(side) = places.iter().position(|place| *place == Some((cell.place, cell.field))) else {
                    continue;
                };
                let (end, field) = sides[1 - side];
                let Some(other) = self.cell(link, end, field, &cell.kind) else { continue };
                let pair = if side == 0 { [vec![id], vec![other]] } else { [vec![other], vec![id]] };
                if !found.contains(&pair) {
                    found.push(pair);
                }
            }
            return found;
        }
        let cells: Vec<CellId> = cells.collect();
        let groups = known.groups().into_iter();
        let with = groups.filter(|group| group.iter().any(|side| side.iter().any(|cell| cells.contains(cell))));
        with.map(|group| group.map(<[CellId]>::to_vec)).collect()
    }

    /// Whether a mapping has a cell.
    pub(super) fn map_has(&self, link: usize, program: &Program, map: usize, id: CellId) -> bool {
        !self.groups_with(link, program, map, &mut std::iter::once(id)).is_empty()
    }
}

impl Universe<'_> {
    /// A cell in the writer's words: `google.label "A"`.
    pub(super) fn show(&self, id: CellId) -> String {
        let name = self.show_field(id);
        match self.cells.get(id).map(|cell| &cell.kind) {
            Some(CellKind::Element(element)) => format!("{name} {:?}", element.shown()),
            Some(CellKind::Rest) => format!("{name} (anything else)"),
            Some(CellKind::Value(_)) | None => name,
        }
    }

    /// The field of a cell in the writer's words: `google.label`.
    pub(super) fn show_field(&self, id: CellId) -> String {
        let Some(cell) = self.cells.get(id) else { return String::new() };
        for link in &self.links {
            for end in End::BOTH {
                if link.places[end.index()] != cell.place {
                    continue;
                }
                let Some(field) = link.fields[end.index()].iter().position(|field| *field == cell.field) else {
                    continue;
                };
                return link.program.show_field(end, FieldId(u32::try_from(field).unwrap_or(u32::MAX)));
            }
        }
        String::new()
    }

    /// Whether a rule or a mapping writes the cell.
    pub(super) fn is_written(&self, cell: CellId) -> bool {
        self.links.iter().any(|link| {
            link.rules.iter().any(|rule| rule.writes.contains(&cell) || rule.back.contains(&cell))
                || link.program.mappings.iter().zip(&link.maps).any(|(mapping, cells)| {
                    End::BOTH.into_iter().any(|from| {
                        mapping.direction.from(from) && cells.of(from.other()).any(|written| written == cell)
                    })
                })
        })
    }

    /// The field of a file's end that a cell belongs to.
    pub(super) fn field_of(&self, link: usize, end: End, cell: CellId) -> Option<FieldId> {
        let (link, cell) = (self.links.get(link)?, self.cells.get(cell)?);
        if link.places[end.index()] != cell.place {
            return None;
        }
        let field = link.fields[end.index()].iter().position(|field| *field == cell.field)?;
        u32::try_from(field).ok().map(FieldId)
    }
}

/// Calls back for every cell that a rule names.
pub(super) fn named_by_rule(program: &Program, rule: &Rule, found: &mut impl FnMut(End, FieldId, CellKind)) {
    each_atom(&rule.condition, &mut |id| {
        let Some(Atom { end, test }) = program.atoms.get(id.index()) else { return };
        let Some(field) = test.field() else { return };
        match (field_type(program, *end, field), test) {
            (Some(Type::One(scalar)), _) => found(*end, field, CellKind::Value(scalar)),
            (Some(Type::Set(_)), Test::Has(_, element)) => {
                if let Some(kind) = element_kind(program, *end, field, *element) {
                    found(*end, field, kind);
                }
            }
            (Some(Type::Set(_)), _) => found(*end, field, CellKind::Rest),
            (None, _) => {}
        }
    });
    let to = rule.from.other();
    let there = rule.effects.iter().chain(rule.undo.iter().flatten()).map(|effect| (to, effect));
    for (end, effect) in there.chain(back_effects(rule).map(|effect| (rule.from, effect))) {
        let named = match effect {
            Effect::Exists | Effect::Deleted => None,
            Effect::Add(field, element) | Effect::Remove(field, element) => {
                element_kind(program, end, *field, *element).map(|kind| (*field, kind))
            }
            Effect::Set(field, _) | Effect::Clear(field) => match field_type(program, end, *field) {
                Some(Type::One(scalar)) => Some((*field, CellKind::Value(scalar))),
                _ => None,
            },
        };
        if let Some((field, kind)) = named {
            found(end, field, kind);
        }
    }
}

/// Calls back for every cell that a mapping names by itself.
pub(super) fn named_by_mapping(program: &Program, mapping: &Mapping, found: &mut impl FnMut(End, FieldId, CellKind)) {
    for end in End::BOTH {
        for field in lens_fields(&mapping.lens, end) {
            if let Some(Type::One(scalar)) = field_type(program, end, field) {
                found(end, field, CellKind::Value(scalar));
            }
        }
    }
    if let Lens::Table { left, right, rows } = &mapping.lens {
        for (one, other) in rows {
            for (end, field, element) in [(End::Left, *left, *one), (End::Right, *right, *other)] {
                if let Some(kind) = element_kind(program, end, field, element) {
                    found(end, field, kind);
                }
            }
        }
    }
}

/// The cell of an element of a set.
fn element_kind(program: &Program, end: End, field: FieldId, element: ConstId) -> Option<CellKind> {
    match (field_type(program, end, field), program.constant(element)) {
        (Some(Type::Set(_)), Value::Text(element)) => Some(CellKind::Element(element.clone())),
        _ => None,
    }
}

/// Whether a rule does something while the record that it is written from is gone.
pub(super) fn asks_gone(program: &Program, rule: &Rule) -> bool {
    let mut asks = false;
    each_atom(&rule.condition, &mut |id| {
        asks |= program.atoms.get(id.index()).is_some_and(|atom| atom.end == rule.from && atom.test == Test::Deleted);
    });
    asks
}

/// The pairs, put together where they share an element.
fn clusters(pairs: impl Iterator<Item = (CellId, CellId)>) -> Vec<[Vec<CellId>; 2]> {
    let mut clusters: Vec<[Vec<CellId>; 2]> = Vec::new();
    for (left, right) in pairs {
        let (touched, apart): (Vec<_>, Vec<_>) =
            clusters.into_iter().partition(|cluster| cluster[0].contains(&left) || cluster[1].contains(&right));
        let mut joined = [vec![left], vec![right]];
        for cluster in touched {
            for (all, more) in joined.iter_mut().zip(cluster) {
                all.extend(more);
            }
        }
        for side in &mut joined {
            side.sort_unstable();
            side.dedup();
        }
        clusters = apart;
        clusters.push(joined);
    }
    clusters
}

fn one_each(sides: [Vec<CellId>; 2]) -> MapCells {
    match (sides[0].as_slice(), sides[1].as_slice()) {
        (&[left], &[right]) => MapCells::Values([left, right]),
        _ => MapCells::Opaque(sides),
    }
}

/// What the other way of a rule can write, on the side that it is written from.
pub(super) fn back_effects(rule: &Rule) -> impl Iterator<Item = &Effect> {
    rule.other_way.iter().flat_map(|back| back.make_true.iter().chain(back.make_false.iter().flatten()))
}

pub(super) fn field_type(program: &Program, end: End, field: FieldId) -> Option<Type> {
    program.side(end).fields.get(field.index()).map(|field| field.ty)
}

/// The fields of one end that a mapping reads or writes.
pub(super) fn lens_fields(lens: &Lens, end: End) -> Vec<FieldId> {
    use crate::ir::Piece;
    match lens {
        Lens::Copy { left, right } | Lens::Table { left, right, .. } => {
            vec![if end == End::Left { *left } else { *right }]
        }
        Lens::Name { whole_end, whole, parts } => {
            if end == *whole_end {
                vec![*whole]
            } else {
                parts.iter().map(|(_, field)| *field).collect()
            }
        }
        Lens::Compose { from, pieces, target } => {
            if end == *from {
                let field = |piece: &Piece| match piece {
                    Piece::Field(field) => Some(*field),
                    Piece::Text(_) => None,
                };
                pieces.iter().filter_map(field).collect()
            } else {
                vec![*target]
            }
        }
    }
}

/// Whether a copy carries values as they are, so that equal values on both sides are the same value.
pub(super) fn is_plain_copy(program: &Program, left: FieldId, right: FieldId) -> bool {
    let (Some(one), Some(other)) = (field_type(program, End::Left, left), field_type(program, End::Right, right))
    else {
        return false;
    };
    let lacks = |end: End, field: FieldId| {
        program.side(end).fields.get(field.index()).is_some_and(|field| !field.lacks.is_empty())
    };
    one.is_set() == other.is_set()
        && spelling_class(one.scalar()) == spelling_class(other.scalar())
        && !lacks(End::Left, left)
        && !lacks(End::Right, right)
}

/// Scalars of one class count spellings alike.
fn spelling_class(scalar: Scalar) -> Scalar {
    match scalar {
        Scalar::Url | Scalar::Choice | Scalar::Ref => Scalar::Text,
        other => other,
    }
}
