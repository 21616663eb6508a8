//! Made-up worlds, each with the one thing that goes wrong in it.

use syncc_compiler::ir::End;
use syncc_sim::{
    cell::{Cell, Cells},
    event::{By, Change, Ending, Event, Fault, What},
    profile::Profile,
    run::{Ran, run},
    scenario::{Does, Edit, Round, Scenario, Strike},
    story::tell,
};

/// Everything flows both ways, and a label is a tag.
pub(crate) const BOTH: &str =
    "sync books <-> shop\nprefer books\nmap books.label <-> shop.tag\nmap books.company <-> shop.note\n";

/// Who is deleted in the one app is deleted in the other.
pub(crate) const DELETES: &str = "sync books <-> shop\nwhen books deleted then shop deleted\n\
    when shop deleted then books deleted\nwhen books exists then shop exists\nwhen shop exists then books exists\n";

/// A contact with these single fields.
pub(crate) fn contact(fields: &[(&str, &str)]) -> Cells {
    fields.iter().map(|(name, text)| ((*name).to_owned(), Cell::One((*text).to_owned()))).collect()
}

/// So many people with addresses of their own.
pub(crate) fn people(count: usize) -> Vec<Cells> {
    (0..count).map(|nth| contact(&[("email", &format!("{nth}@x.example")), ("title", "Buyer")])).collect()
}

pub(crate) fn edit(end: End, nth: u32, does: Does) -> Edit {
    Edit { end, nth, does }
}

pub(crate) fn set(end: End, nth: u32, field: &str, text: &str) -> Edit {
    edit(end, nth, Does::Set(field.to_owned(), Some(Cell::One(text.to_owned()))))
}

/// A cycle five minutes later.
pub(crate) fn later() -> Round {
    Round { wait: 300, ..Round::default() }
}

/// A cycle in which requests of one app fail.
pub(crate) fn struck(end: End, requests: impl IntoIterator<Item = u32>, fault: Fault) -> Round {
    let faults = requests.into_iter().map(|request| Strike { end, request, fault });
    Round { faults: faults.collect(), ..later() }
}

pub(crate) fn world(file: &str, profiles: [Profile; 2], people: [Vec<Cells>; 2], rounds: Vec<Round>) -> Scenario {
    Scenario {
        seed: 1,
        apps: "practice".to_owned(),
        file: file.to_owned(),
        profiles,
        disk: false,
        people,
        rounds,
        undo: None,
    }
}

/// Runs it. Every promise of the oracle is kept, whatever else a test looks at.
pub(crate) fn play(scenario: &Scenario) -> Ran {
    let ran = run(scenario, None).expect("the scenario can be run");
    assert!(ran.violations.is_empty(), "{}", tell(scenario, &ran, &ran.violations));
    ran
}

/// What we did, in order.
pub(crate) fn ours(ran: &Ran) -> Vec<(End, Change)> {
    changes(&ran.hub.state().events, By::Syncc)
}

fn changes(events: &[Event], who: By) -> Vec<(End, Change)> {
    let of = |event: &Event| match &event.what {
        What::Changed { end, by, change, .. } if *by == who => Some((*end, change.clone())),
        _ => None,
    };
    events.iter().filter_map(of).collect()
}

pub(crate) fn created(ran: &Ran) -> usize {
    ours(ran).iter().filter(|(_, change)| matches!(change, Change::Created { .. })).count()
}

pub(crate) fn deleted(ran: &Ran) -> usize {
    ours(ran).iter().filter(|(_, change)| matches!(change, Change::Deleted)).count()
}

/// How often something went wrong.
pub(crate) fn times(ran: &Ran, fault: Fault) -> usize {
    let state = ran.hub.state();
    state
        .events
        .iter()
        .filter(|event| matches!(event.what, What::Struck { fault: known, .. } if known == fault))
        .count()
}

/// The guards that stopped a cycle.
pub(crate) fn guards(ran: &Ran) -> Vec<String> {
    let state = ran.hub.state();
    let guarded = state.events.iter().filter_map(|event| match &event.what {
        What::Ended(Ending::Guarded(names)) => Some(names.clone()),
        _ => None,
    });
    guarded.flatten().collect()
}

/// What a field of a record holds at the end.
pub(crate) fn holds(ran: &Ran, end: End, id: &str, field: &str) -> Option<String> {
    let state = ran.hub.state();
    match state.servers[end.index()].now(id)?.cells.get(field)? {
        Cell::One(text) => Some(text.clone()),
        _ => None,
    }
}

/// How many contacts an app has at the end.
pub(crate) fn there(ran: &Ran, end: End) -> usize {
    ran.hub.state().servers[end.index()].live().count()
}
