//! Taking back what one cycle wrote, when all is quiet: `syncc undo RUN` in the made-up world.

use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use syncc_compiler::ir::End;
use syncc_runtime::{
    cycle::{Allowed, Connection, CycleError, KEPT, PAGE, Skipped, Undoes, Undone as Done},
    store::{Activity, Asked, Store as _},
};

use crate::{
    apps::{SimApp, View},
    event::{By, Ending, Fault, What},
    hub::Killed,
    planted::Planted,
    run::{Operator, Ran, RunError, STILL, finish},
    scenario::{Round, Strike},
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
/// if no cycle wrote anything. Of three undos one is cut off and one is done twice: what is left is the same.
pub(crate) fn undo(ran: &mut Ran, nth: u32, planted: Option<Planted>) -> Result<Option<Undone>, RunError> {
    let Some((cycle, run)) = pick(ran, nth) else { return Ok(None) };
    let asked = Asked { run: Some(run), ..Asked::default() };
    let noted = ran.store.history(&asked)?;
    let before = numbers(ran);
    if nth % 3 < 2 {
        let end = if nth.is_multiple_of(2) { End::Left } else { End::Right };
        let lost = Strike { end, request: 1 + nth % 5, fault: Fault::LostAnswer };
        let cut = Round { crash: Some(1 + nth % 67), faults: vec![lost], ..Round::default() };
        let first = if nth.is_multiple_of(3) { cut } else { Round::default() };
        attempt(ran, cycle, &asked, &first, planted);
        next_run(ran, planted);
    }
    let (skipped, result) = attempt(ran, cycle, &asked, &Round::default(), planted);
    let (problems, gave_up) = match result {
        Some(Ok(Done { report, .. })) => {
            (report.problems.into_iter().map(|problem| problem.why).collect::<Vec<_>>(), None)
        }
        Some(Err(error)) => (Vec::new(), Some(error.to_string())),
        None => (Vec::new(), Some("it was killed, and nobody did that".to_owned())),
    };
    let after = numbers(ran);
    // What the rules would do again at once is paused: the next run leaves it as it is.
    next_run(ran, planted);
    Ok(Some(Undone { cycle, noted, before, after, skipped, problems, gave_up }))
}

/// One undo, with what goes wrong in it, and what it left alone. Without a result it was killed.
fn attempt(
    ran: &mut Ran,
    cycle: u32,
    asked: &Asked,
    round: &Round,
    planted: Option<Planted>,
) -> (Vec<Skipped>, Option<Result<Done, CycleError>>) {
    wait(ran);
    ran.hub.begin(round, None, What::Undoes { cycle });
    let mut skipped = Vec::new();
    let mut allowed = Allowed::default();
    // As often as there are guards: each is asked about once.
    let result = loop {
        let result = catch_unwind(AssertUnwindSafe(|| {
            with(ran, planted, &mut |connection| {
                skipped.clear();
                let mut show = |page: &Undoes<'_>| skipped.extend(page.skipped.iter().cloned());
                let planned = finish(connection.plan_undo(asked, "undone", &allowed, &mut Operator, &mut show));
                let undo = match planned.unwrap_or(Err(CycleError::NotApproved)) {
                    Ok(undo) => undo,
                    Err(error) => return Err(error),
                };
                finish(connection.undo(&undo, &allowed, &mut Operator)).unwrap_or(Err(CycleError::NotApproved))
            })
        }));
        match result {
            Ok(Err(CycleError::Guards(names))) if names.iter().any(|(name, _)| !allowed.guards.contains(name)) => {
                allowed.guards.extend(names.into_iter().map(|(name, _)| name));
            }
            Ok(result) => break Some(result),
            Err(why) if why.is::<Killed>() => break None,
            Err(why) => resume_unwind(why),
        }
    };
    ran.hub.end(What::Ended(match &result {
        Some(Ok(Done { report, .. })) => {
            let problems = report.problems.iter().map(|problem| problem.why.clone()).collect();
            Ending::Well { tallies: Default::default(), problems }
        }
        Some(Err(error)) => Ending::Failed(error.to_string()),
        None => Ending::Killed,
    }));
    (skipped, result)
}

/// One more run, in which nothing goes wrong.
fn next_run(ran: &mut Ran, planted: Option<Planted>) {
    wait(ran);
    ran.hub.begin(&Round::default(), None, What::Began { allowed: Vec::new(), look: false, trouble: None });
    let result = with(ran, planted, &mut |connection| {
        finish(connection.run(&Allowed::default(), &mut Operator)).unwrap_or(Err(CycleError::NotApproved))
    });
    ran.hub.end(What::Ended(match result {
        Ok(report) => Ending::Well { tallies: report.tallies, problems: Vec::new() },
        Err(error) => Ending::Failed(error.to_string()),
    }));
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
