//! Runs the contact of a refuted proof through the engine: the proof reasons about the rules, this runs them.

use std::collections::{BTreeMap, BTreeSet};

use syncc_compiler::{
    ir::{End, FieldId, Program},
    proof::Start,
    value::{Record, Value},
};

use crate::engine::{Base, Engine, Pair, Status};

/// Files that take turns are followed no longer than this.
const MOST_ROUNDS: usize = 512;

/// An object of an account, and the side of a file where both of its ends are of one object.
type Place = (String, String, Option<String>, bool);

/// Whether the engine goes round from here: one file refuses the contact, several hand it round until a state comes again.
/// Each file has its own start: what it shows of the records and what it remembers of them.
#[must_use]
pub fn goes_round(programs: &[&Program], starts: &[Start]) -> bool {
    match (programs, starts) {
        ([program], [start]) => {
            let base = Some(Base { sides: start.base.clone() });
            let pair = Pair { now: start.now.clone(), base, later: start.later };
            // Without the proof's own bound, which there is none of.
            let program = Program { bound: None, ..Program::clone(program) };
            Engine::new(&program).cycle(&pair).status == Status::Refused
        }
        _ => take_turns(programs, starts),
    }
}

fn take_turns(programs: &[&Program], starts: &[Start]) -> bool {
    let places: Vec<[Place; 2]> = programs.iter().map(|program| places(program)).collect();
    let mut records: BTreeMap<Place, BTreeMap<String, Value>> = BTreeMap::new();
    let mut bases: Vec<Option<Base>> = Vec::new();
    for ((program, places), start) in programs.iter().zip(&places).zip(starts) {
        for (end, place) in End::BOTH.into_iter().zip(places) {
            let known = records.entry(place.clone()).or_default();
            if let Some(record) = &start.now[end.index()] {
                let fields = program.side(end).fields.iter().zip(record.values());
                known.extend(fields.map(|(field, value)| (field.name.clone(), value.clone())));
            }
        }
        bases.push(Some(Base { sides: start.base.clone() }));
    }
    let engines: Vec<Engine<'_>> = programs.iter().map(|program| Engine::new(program)).collect();
    let mut seen = BTreeSet::new();
    for _ in 0..MOST_ROUNDS {
        if !seen.insert(format!("{records:?}{bases:?}")) {
            return true;
        }
        let before = bases.clone();
        // Files that undo what each other did end a round where they began, and still never rest.
        let mut wrote = false;
        for (((program, engine), places), base) in programs.iter().zip(&engines).zip(&places).zip(&mut bases) {
            let now = [0, 1].map(|side: usize| {
                let known = records.get(places.get(side)?)?;
                let end = if side == 0 { End::Left } else { End::Right };
                let value = |name: &String| known.get(name).cloned().unwrap_or(Value::Empty);
                Some(Record::new(program.side(end).fields.iter().map(|field| value(&field.name)).collect()))
            });
            let outcome = engine.cycle(&Pair { now: now.clone(), base: base.clone(), later: None });
            wrote |= outcome.end != now;
            if outcome.status == Status::Refused {
                return true;
            }
            for (end, place) in End::BOTH.into_iter().zip(places) {
                let (Some(known), Some(record)) = (records.get_mut(place), &outcome.end[end.index()]) else { continue };
                for (field, id) in program.side(end).fields.iter().zip((0..).map(FieldId)) {
                    known.insert(field.name.clone(), record.get(id).clone());
                }
            }
            *base = outcome.base;
        }
        if !wrote && before == bases {
            return false;
        }
    }
    false
}

fn places(program: &Program) -> [Place; 2] {
    let key = |end: End| {
        let side = program.side(end);
        (side.account.clone(), side.object.clone(), side.instance.clone())
    };
    let same = key(End::Left) == key(End::Right);
    End::BOTH.map(|end| {
        let (account, object, instance) = key(end);
        (account, object, instance, same && end == End::Right)
    })
}
