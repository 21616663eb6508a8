//! SYNC0464: files of the workspace that lead contacts round in a ring.
//!
//! Reported in the file that closes it: the last one by path. Two files that connect the same two ends make no ring, and neither do files
//! whose directions lead nowhere back.

use std::collections::{HashMap, HashSet, VecDeque};

use syncc_grammar::tree::Span;

use super::Db;
use super::queries::{Files, SourceFile, connection, sync_statement, with_file};
use crate::{
    check::Item,
    diagnostic::{Code, Diagnostic},
    ir::End,
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
    /// From where to where.
    fn each(&self) -> impl Iterator<Item = (&Place, &Place)> {
        let [left, right] = &self.ends;
        [(left, right), (right, left)].into_iter().zip(self.from).filter_map(|(way, flows)| flows.then_some(way))
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
    let mut next: HashMap<&Place, Vec<(&Place, &str)>> = HashMap::new();
    for other in Files::get(db).all(db).iter().take_while(|other| **other != file) {
        let Some(others) = ways(db, *other) else { continue };
        for (from, to) in others.each().filter(|(from, to)| !own.are_of(from, to)) {
            next.entry(from).or_default().push((to, other.path(db)));
        }
    }
    let back = own.each().find_map(|(from, to)| Some((from, way(&next, to, from)?)));
    let Some((from, steps)) = back else { return Vec::new() };
    let stations: Vec<String> = std::iter::once(from)
        .chain(own.ends.iter().find(|end| *end != from))
        .chain(steps.iter().map(|(place, _)| *place))
        .map(|place| format!("`{}`", place.account))
        .collect();
    let mut files: Vec<String> = steps.iter().map(|(_, path)| format!("`{path}`")).collect();
    files.dedup();
    vec![
        Diagnostic::new(
            Code::Ring,
            format!("with {}, contacts go round in a ring: {}", files.join(" and "), stations.join(" → ")),
            *place_of(db, file),
            "this closes it",
        )
        .why("Contacts reach an app on two ways. Somebody who is edited after one of them was gone and before the other is taken for two, and is made again and again.")
        .help("Leave one of the files out: what changes in one app reaches the others through the rest. If no contact ever goes all the way round, write `# allow SYNC0464: why` above `sync`."),
    ]
}

/// A way from one place to another: each place on it, with the file that leads there.
fn way<'f>(
    next: &HashMap<&'f Place, Vec<(&'f Place, &'f str)>>,
    from: &'f Place,
    to: &'f Place,
) -> Option<Vec<(&'f Place, &'f str)>> {
    let mut ways = VecDeque::from([(from, Vec::new())]);
    let mut met = HashSet::from([from]);
    while let Some((at, steps)) = ways.pop_front() {
        for (place, path) in next.get(at).into_iter().flatten() {
            let steps: Vec<_> = steps.iter().copied().chain([(*place, *path)]).collect();
            if *place == to {
                return Some(steps);
            }
            if met.insert(place) {
                ways.push_back((place, steps));
            }
        }
    }
    None
}
