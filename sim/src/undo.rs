//! Taking back what one cycle wrote, when all is quiet: `syncc undo RUN` in the made-up world.

use syncc_compiler::ir::End;
use syncc_runtime::{
    cycle::{Allowed, Connection, CycleError, KEPT, PAGE, Skipped, Undoes, Undone as Done},
    store::{Activity, Asked, Store as _},
};

use crate::{
    apps::{SimApp, View},
    event::{By, Ending, What},
    planted::Planted,
    run::{Operator, Ran, RunError, STILL, finish},
    scenario::Round,
    store::SimStore,
};

/// An undo, as the harness saw it.
pub(crate) struct Undone {
    /// The cycle that was undone.
    pub(crate) cycle: u32,
    /// What the history held of it.
    pub(crate) noted: Vec<Activity>,
    /// The last change of each app before it, left first.
    pub(crate) before: [u64; 2],
    /// The last change of each app after it, left first.
    pub(crate) after: [u64; 2],
    /// What was not undone, and why.
    pub(crate) skipped: Vec<Skipped>,
    /// What went wrong with single records.
    pub(crate) problems: Vec<String>,
    /// Why there was none.
    pub(crate) gave_up: Option<String>,
}

/// Undoes the so-manyth of the cycles that wrote something, counted round, and then lets one more cycle go by. Nothing
/// if no cycle wrote anything.
pub(crate) fn undo(ran: &mut Ran, nth: u32, planted: Option<Planted>) -> Result<Option<Undone>, RunError> {
    let Some((cycle, run)) = pick(ran, nth) else { return Ok(None) };
    let asked = Asked { run: Some(run), ..Asked::default() };
    let noted = ran.store.history(&asked)?;
    let before = numbers(ran);
    wait(ran);
    ran.hub.begin(&Round::default(), None, What::Undoes { cycle });
    let mut skipped = Vec::new();
    let mut allowed = Allowed::default();
    // As often as there are guards: each is asked about once.
    let result = loop {
        let result = with(ran, planted, &mut |connection| {
            skipped.clear();
            let mut show = |page: &Undoes<'_>| skipped.extend(page.skipped.iter().cloned());
            let planned = finish(connection.plan_undo(&asked, "undone", &allowed, &mut Operator, &mut show));
            let undo = match planned.unwrap_or(Err(CycleError::NotApproved)) {
                Ok(undo) => undo,
                Err(error) => return Err(error),
            };
            finish(connection.undo(&undo, &allowed, &mut Operator)).unwrap_or(Err(CycleError::NotApproved))
        });
        match result {
            Err(CycleError::Guards(names)) if names.iter().any(|(name, _)| !allowed.guards.contains(name)) => {
                allowed.guards.extend(names.into_iter().map(|(name, _)| name));
            }
            result => break result,
        }
    };
    let (problems, gave_up) = match result {
        Ok(Done { report, .. }) => (report.problems.into_iter().map(|problem| problem.why).collect(), None),
        Err(error) => (Vec::new(), Some(error.to_string())),
    };
    ran.hub.end(What::Ended(
        gave_up
            .clone()
            .map_or_else(|| Ending::Well { tallies: Default::default(), problems: problems.clone() }, Ending::Failed),
    ));
    let after = numbers(ran);
    // What the rules would do again at once is paused: the next run leaves it as it is.
    wait(ran);
    ran.hub.begin(&Round::default(), None, What::Began { allowed: Vec::new(), look: false, trouble: None });
    let result = with(ran, planted, &mut |connection| {
        finish(connection.run(&Allowed::default(), &mut Operator)).unwrap_or(Err(CycleError::NotApproved))
    });
    ran.hub.end(What::Ended(match result {
        Ok(report) => Ending::Well { tallies: report.tallies, problems: Vec::new() },
        Err(error) => Ending::Failed(error.to_string()),
    }));
    Ok(Some(Undone { cycle, noted, before, after, skipped, problems, gave_up }))
}

/// The cycle to undo, and its run.
fn pick(ran: &Ran, nth: u32) -> Option<(u32, syncc_runtime::store::RunId)> {
    let state = ran.hub.state();
    let wrote = |cycle: u32| {
        let ours = |what: &What| matches!(what, What::Changed { by: By::Syncc, .. });
        state.events.iter().any(|event| event.cycle == cycle && ours(&event.what))
    };
    let cycles = (1..).zip(&ran.cycles).filter_map(|(number, cycle)| Some((number, cycle.run?)));
    let wrote: Vec<_> = cycles.filter(|(number, _)| wrote(*number)).collect();
    wrote.get((nth as usize).checked_rem(wrote.len())?).copied()
}

fn numbers(ran: &Ran) -> [u64; 2] {
    let state = ran.hub.state();
    End::BOTH.map(|end| state.servers[end.index()].last())
}

fn wait(ran: &Ran) {
    let mut state = ran.hub.state();
    let still = jiff::SignedDuration::from_secs(STILL.into());
    state.now = state.now.saturating_add(still).unwrap_or(state.now);
}

/// Works on the connection as a program that has just been started does.
fn with<T>(ran: &mut Ran, planted: Option<Planted>, work: &mut dyn FnMut(&mut Connection<'_>) -> T) -> T {
    let apps = End::BOTH.map(|end| SimApp::open(&ran.program, end, &ran.hub, &ran.canon, View::Whole, planted));
    let world = ran.hub.world();
    let mut store = SimStore { inner: &mut ran.store, hub: ran.hub.clone(), planted, late: Vec::new() };
    work(&mut Connection {
        program: &ran.program,
        fingerprint: ran.name.clone(),
        settings: apps.each_ref().map(|app| app.side.name.clone()),
        canon: [ran.canon.clone(), ran.canon.clone()],
        apps: [&apps[0], &apps[1]],
        store: &mut store,
        world: &world,
        // Small pages: most undos are smaller than a page is.
        page: [1, 2, 5, PAGE][ran.cycles.len() % 4],
        kept: KEPT,
    })
}
