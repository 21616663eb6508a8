//! SYNC0464 and SYNC0465: files of the workspace that lead contacts round in a ring.
//!
//! Reported in the file that closes it: the last one by path. An error where each of them lets everybody flow that way. Two files that
//! connect the same two ends make no ring, and neither do files whose directions lead nowhere back.

use std::collections::{HashMap, HashSet, VecDeque};

use syncc_grammar::tree::Span;

use super::Db;
use super::queries::{Files, SourceFile, connection, linked, sync_statement, with_file};
use crate::{
    check::Item,
    diagnostic::{Code, Diagnostic},
    ir::{Atom, Condition, Effect, End, Test},
};

/// The ways of one file: from which end to which contacts flow. Both ends as all files call them, with the name of the account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ways {
    ends: [Place; 2],
    /// Whether contacts flow away from the left end, and from the right one.
    from: [bool; 2],
}

/// An end, whatever a file calls it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Place {
    account: String,
    object: String,
    instance: Option<String>,
}

impl Ways {
    /// From where to where, with the end that contacts flow away from.
    fn each(&self) -> impl Iterator<Item = (End, &Place, &Place)> {
        let [left, right] = &self.ends;
        let both = [(End::Left, left, right), (End::Right, right, left)];
        both.into_iter().filter(|(end, ..)| self.from[end.index()])
    }

    fn are_of(&self, one: &Place, other: &Place) -> bool {
        self.ends.contains(one) && self.ends.contains(other)
    }
}

#[salsa::tracked]
fn ways(db: &dyn Db, file: SourceFile) -> Option<Ways> {
    let connection = connection(db, sync_statement(db, file)?).as_ref()?;
    let place = |end| {
        let side = connection.side(end)?;
        let (object, instance) = (side.object_name.clone(), side.instance.clone());
        Some(Place { account: side.account.clone(), object, instance })
    };
    let ends = [place(End::Left)?, place(End::Right)?];
    Some(Ways { ends, from: End::BOTH.map(|end| connection.arrow.from(end)) })
}

/// Whether a file lets everybody flow away from an end.
fn lets_everybody(db: &dyn Db, file: SourceFile, from: End) -> bool {
    let Some(program) = linked(db, file) else { return false };
    let exists = Atom { end: from, test: Test::Exists };
    program.rules.iter().any(|rule| {
        let asks_nothing =
            matches!(&rule.condition, Condition::Atom(id) if program.atoms.get(id.index()) == Some(&exists));
        rule.from == from && asks_nothing && !rule.effects.contains(&Effect::Deleted)
    })
}

/// Where the file says what it connects.
#[salsa::tracked]
fn place_of(db: &dyn Db, file: SourceFile) -> Span {
    with_file(db, file, |known| {
        let sync = known.others().find_map(|(at, item)| match item {
            Item::Sync(span) => Some(span.shift(at.start)),
            _ => None,
        });
        sync.unwrap_or_default()
    })
}

/// The ring that this file closes, if it closes one.
#[salsa::tracked]
pub(super) fn ring(db: &dyn Db, file: SourceFile) -> Vec<Diagnostic> {
    let Some(own) = ways(db, file) else { return Vec::new() };
    let mut next: HashMap<&Place, Vec<Step<'_>>> = HashMap::new();
    for other in Files::get(db).all(db).iter().take_while(|other| **other != file) {
        let Some(others) = ways(db, *other) else { continue };
        for (end, from, to) in others.each().filter(|(_, from, to)| !own.are_of(from, to)) {
            next.entry(from).or_default().push(Step { to, file: *other, end });
        }
    }
    let Some(some) = closed(own, &next, &|_| true) else { return Vec::new() };
    for steps in next.values_mut() {
        steps.retain(|step| lets_everybody(db, step.file, step.end));
    }
    let all = closed(own, &next, &|end| lets_everybody(db, file, end));
    let (code, help) = match all {
        Some(_) => (
            Code::RingOfAll,
            "Leave one of the files out: what changes in one app reaches the others through the rest.",
        ),
        None => (
            Code::Ring,
            "Leave one of the files out: what changes in one app reaches the others through the rest. If no contact ever goes all the way \
             round, write `# allow SYNC0464: why` above `sync`.",
        ),
    };
    let (from, steps) = all.unwrap_or(some);
    let stations: Vec<String> = std::iter::once(from)
        .chain(own.ends.iter().find(|end| *end != from))
        .chain(steps.iter().map(|step| step.to))
        .map(|place| format!("`{}`", place.account))
        .collect();
    let mut files: Vec<String> = steps.iter().map(|step| format!("`{}`", step.file.path(db))).collect();
    files.dedup();
    vec![
        Diagnostic::new(
            code,
            format!("with {}, contacts go round in a ring: {}", files.join(" and "), stations.join(" → ")),
            *place_of(db, file),
            "this closes it",
        )
        .why(
            "Contacts reach an app on two ways. Somebody who is edited after one of them was gone and before the other is taken for two, \
             and is made again and again.",
        )
        .help(help),
    ]
}

/// One way of one file.
#[derive(Clone, Copy)]
struct Step<'f> {
    to: &'f Place,
    file: SourceFile,
    /// The end that contacts flow away from.
    end: End,
}

/// From where a ring goes that a file closes, and the way back.
fn closed<'f>(
    own: &'f Ways,
    next: &HashMap<&'f Place, Vec<Step<'f>>>,
    flows: &dyn Fn(End) -> bool,
) -> Option<(&'f Place, Vec<Step<'f>>)> {
    own.each().filter(|(end, ..)| flows(*end)).find_map(|(_, from, to)| Some((from, way(next, to, from)?)))
}

/// A way from one place to another.
fn way<'f>(next: &HashMap<&'f Place, Vec<Step<'f>>>, from: &'f Place, to: &'f Place) -> Option<Vec<Step<'f>>> {
    let mut ways = VecDeque::from([(from, Vec::new())]);
    let mut met = HashSet::from([from]);
    while let Some((at, steps)) = ways.pop_front() {
        for step in next.get(at).into_iter().flatten() {
            let steps: Vec<_> = steps.iter().copied().chain([*step]).collect();
            if step.to == to {
                return Some(steps);
            }
            if met.insert(step.to) {
                ways.push_back((step.to, steps));
            }
        }
    }
    None
}
