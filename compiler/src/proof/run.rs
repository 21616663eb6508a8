//! One run of whole files from one state: shows that a circle is real.
//!
//! A circle that was found in a few cells assumes that the others stand still, and that scope does what suits it. So it
//! is only believed when the whole files go round from there.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    domain::{ABSENT, Number, PRESENT},
    explore::Circle,
    graph::Phase,
    model::{Model, Parts},
    step::{Moved, OTHER, Outside, SAME, State, UNKNOWN},
    universe::{CellId, CellKind, Universe},
};
use crate::{
    ir::{End, FieldId},
    logic::regions::other_element,
    value::{Record, Text, Value},
};

/// A run that is followed no longer than this.
const MOST_STEPS: usize = 512;

/// The two records of one person and what they were, from where a file goes round for ever.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// The records, left first; `None` for one that was deleted.
    pub now: [Option<Record>; 2],
    /// What they were when they were last in step.
    pub base: [Option<Record>; 2],
    /// Which side was edited later.
    pub later: Option<End>,
}

/// One turn of a circle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    /// Which of the files, by index.
    pub file: usize,
    /// The rules that changed something, by index.
    pub rules: Vec<usize>,
    /// The mappings that changed something, by index.
    pub maps: Vec<usize>,
    /// What changed, in the writer's words: `realgeeks.tag gets "A"`.
    pub changes: Vec<String>,
}

/// A circle that the whole files go round in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loop {
    /// From where, file by file.
    pub starts: Vec<Start>,
    /// The steps until the circle begins, then those of the circle.
    pub turns: Vec<Turn>,
    /// How many of the turns lead into the circle.
    pub lead: usize,
}

/// The circle that the whole files go round in from a state of the circle of a part of them; `None` when they end.
pub(super) fn run(universe: &Universe<'_>, part: &Model, circle: &Circle) -> Option<Loop> {
    let first = circle.states.first()?;
    let wanted = wanted(part);
    let all = |count: fn(&super::universe::Link<'_>) -> usize| {
        universe.links.iter().map(|link| (0..count(link)).collect()).collect::<Vec<Vec<usize>>>()
    };
    let parts = Parts {
        live: (0..universe.cells.len()).collect(),
        rules: all(|link| link.rules.len()),
        maps: if part.phase == Phase::Both {
            all(|link| link.maps.len())
        } else {
            vec![Vec::new(); universe.links.len()]
        },
        phase: part.phase,
        run: Some(wanted),
    };
    let model = Model::of(universe, &parts).ok()?;
    let start = start(universe, &model, part, first)?;
    let outside = Outside { scope: [true, true], later: circle.later };
    let (mut turns, mut lead) = follow(universe, &model, &start, outside)?;
    // What leads into the circle may be its last turn already.
    while lead > 0 && turns.get(lead - 1) == turns.last() {
        turns.pop();
        lead -= 1;
    }
    let starts = (0..model.links.len()).map(|link| records(universe, &model, link, &start, circle.later)).collect();
    Some(Loop { starts, turns, lead })
}

/// The values that the state of a part has, by cell.
fn wanted(part: &Model) -> HashMap<CellId, Vec<Value>> {
    let mut wanted: HashMap<CellId, Vec<Value>> = HashMap::new();
    for cell in &part.cells {
        let values = (0..cell.domain.ordinary()).filter_map(|number| cell.domain.value(Number::try_from(number).ok()?));
        wanted.entry(cell.id).or_default().extend(values.cloned());
    }
    wanted
}

/// The whole state: the cells of the part as they are there, all others empty and settled.
fn start(universe: &Universe<'_>, model: &Model, part: &Model, state: &State) -> Option<State> {
    let mut now = vec![ABSENT; model.cells.len()];
    let mut at: HashMap<CellId, usize> = HashMap::new();
    for (index, cell) in model.cells.iter().enumerate() {
        at.insert(cell.id, index);
    }
    let translate = |from: usize, number: Number| -> Option<Number> {
        let cell = part.cells.get(from)?;
        let there = &model.cells.get(*at.get(&cell.id)?)?.domain;
        let ordinary = |number: Number| match cell.domain.value(number) {
            Some(value) => there.number(value),
            None => Some(number),
        };
        if cell.domain.is_frozen(number) {
            let reads = match cell.domain.reads(number) {
                Some(reads) => Some(ordinary(reads)?),
                None => None,
            };
            return there.frozen(reads);
        }
        ordinary(number)
    };
    for (index, cell) in part.cells.iter().enumerate() {
        now[*at.get(&cell.id)?] = translate(index, *state.now.get(index)?)?;
    }
    // An answer carries a field or not: the elements that the part does not know are frozen with the others.
    for index in 0..model.cells.len() {
        let Some(cell) = universe.cells.get(model.cells[index].id) else { continue };
        let frozen = model.cells.iter().enumerate().any(|(other, known)| {
            let same = universe
                .cells
                .get(known.id)
                .is_some_and(|known| known.place == cell.place && known.field == cell.field);
            same && known.domain.is_frozen(now[other])
        });
        if frozen && !model.cells[index].domain.is_frozen(now[index]) {
            now[index] = model.cells[index].domain.frozen(Some(ABSENT))?;
        }
    }
    let mut base = vec![SAME; model.slots.len()];
    for (index, slot) in part.slots.iter().enumerate() {
        let link = part.links.iter().position(|link| link.slots.contains(&index))?;
        let cell = *at.get(&part.cells.get(slot.cell)?.id)?;
        let own = &model.links.get(link)?.slots;
        let Some(there) = own.iter().copied().find(|other| model.slots[*other].cell == cell) else { continue };
        let domain = &part.cells[slot.cell].domain;
        let is = state.now[slot.cell];
        base[there] = match *state.base.get(index)? {
            SAME => SAME,
            UNKNOWN => UNKNOWN,
            code => {
                let numbers = (0..domain.ordinary()).filter_map(|number| Number::try_from(number).ok());
                let fits = |number: &Number| *number != is && (!slot.exact || domain.first(*number) == code - OTHER);
                OTHER + translate(slot.cell, numbers.clone().find(fits)?)?
            }
        };
    }
    Some(State { now, base })
}

/// Steps on until a state comes again; `None` when it ends.
fn follow(universe: &Universe<'_>, model: &Model, start: &State, outside: Outside) -> Option<(Vec<Turn>, usize)> {
    let mut seen: HashMap<State, usize> = HashMap::new();
    let mut state = start.clone();
    let mut turns: Vec<Turn> = Vec::new();
    for _ in 0..MOST_STEPS {
        if let Some(lead) = seen.get(&state) {
            return Some((turns, *lead));
        }
        seen.insert(state.clone(), turns.len());
        let before = turns.len();
        for (file, link) in model.links.iter().enumerate() {
            // One file steps; several take turns, each with a whole cycle.
            for _ in 0..MOST_STEPS {
                let mut moved = Moved::default();
                let after = model.step(link, &state, outside, &mut moved).into_iter().next()?;
                if moved.deletes {
                    return None;
                }
                if after == state {
                    break;
                }
                let changes = changes(universe, model, &state, &after);
                let mut rules: Vec<usize> = moved.rules.iter().map(|(rule, _)| *rule).collect();
                rules.sort_unstable();
                rules.dedup();
                state = after;
                turns.push(Turn { file, rules, maps: moved.maps, changes });
                if model.links.len() == 1 {
                    break;
                }
            }
        }
        // Files that undo what each other did end where they began, and still never rest.
        if turns.len() == before {
            return None;
        }
    }
    None
}

fn changes(universe: &Universe<'_>, model: &Model, before: &State, after: &State) -> Vec<String> {
    let mut changes = Vec::new();
    for (index, cell) in model.cells.iter().enumerate() {
        let (was, is) = (before.now[index], after.now[index]);
        if was == is {
            continue;
        }
        let Some(known) = universe.cells.get(cell.id) else { continue };
        let name = universe.show_field(cell.id);
        changes.push(match &known.kind {
            CellKind::Value(_) => match cell.domain.value(is) {
                Some(value) if value.is_filled() => format!("{name} becomes {}", crate::ir::show_value(value)),
                _ => format!("{name} becomes empty"),
            },
            CellKind::Element(text) if is == PRESENT => format!("{name} gets {:?}", text.shown()),
            CellKind::Element(text) => format!("{name} loses {:?}", text.shown()),
            CellKind::Rest => format!("{name} changes"),
        });
    }
    changes
}

/// The state as records of one file.
fn records(universe: &Universe<'_>, model: &Model, link: usize, state: &State, later: Option<End>) -> Start {
    let program = universe.links[link].program;
    let gone = |end: End| model.phase == Phase::Gone(end);
    let mut now = End::BOTH.map(|end| Record::filled_with(&Value::Empty, program.side(end).fields.len()));
    let mut base = now.clone();
    for end in End::BOTH {
        // What each field is made of: the values of its cells, now and at the base.
        let mut fields: BTreeMap<FieldId, (Value, Value)> = BTreeMap::new();
        let mut frozen: BTreeSet<FieldId> = BTreeSet::new();
        let mut unknown: BTreeSet<FieldId> = BTreeSet::new();
        for (index, cell) in model.cells.iter().enumerate() {
            let Some(field) = universe.field_of(link, end, cell.id) else { continue };
            let Some(kind) = universe.cells.get(cell.id).map(|cell| &cell.kind) else { continue };
            let number = state.now[index];
            let slot = model.links[link].slots.iter().find(|slot| model.slots[**slot].cell == index);
            let is = cell.domain.reads(number);
            if cell.domain.is_frozen(number) {
                frozen.insert(field);
            }
            let was = match slot.and_then(|slot| state.base.get(*slot)) {
                _ if cell.domain.is_frozen(number) => is,
                None | Some(&SAME) => is,
                Some(&UNKNOWN) => None,
                Some(code) => Some(code - OTHER),
            };
            if was.is_none() {
                unknown.insert(field);
            }
            let entry = fields.entry(field).or_insert((Value::Empty, Value::Empty));
            let put = |into: &mut Value, number: Option<Number>| {
                let Some(number) = number else { return };
                let element = match kind {
                    CellKind::Value(_) => {
                        if let Some(value) = cell.domain.value(number) {
                            *into = value.clone();
                        }
                        return;
                    }
                    CellKind::Element(text) => text.clone(),
                    CellKind::Rest => other(program, end, field),
                };
                if number == PRESENT {
                    *into = Value::set(into.elements().iter().cloned().chain([element]));
                }
            };
            put(&mut entry.0, is);
            put(&mut entry.1, was);
        }
        for (field, (is, was)) in fields {
            now[end.index()].put(field, if frozen.contains(&field) { Value::Unknown } else { is });
            base[end.index()].put(field, if unknown.contains(&field) { Value::Unknown } else { was });
        }
    }
    let [left, right] = now;
    let [left_base, right_base] = base;
    Start {
        now: [(!gone(End::Left)).then_some(left), (!gone(End::Right)).then_some(right)],
        base: [Some(left_base), Some(right_base)],
        later,
    }
}

fn other(program: &crate::ir::Program, end: End, field: FieldId) -> Text {
    let scalar =
        program.side(end).fields.get(field.index()).map_or(crate::schema::Scalar::Text, |field| field.ty.scalar());
    let constants: Vec<&Value> = program.constants.iter().collect();
    other_element(scalar, &constants)
}
