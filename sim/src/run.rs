//! Running a scenario: its rounds, then quiet time until nothing moves any more, then the oracle.

use std::{
    collections::HashSet,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::pin,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use jiff::SignedDuration;
use sha2::{Digest as _, Sha256};
use syncc_compiler::{
    ir::{End, Program},
    value::Canon,
};
use syncc_runtime::{
    cycle::{Allowed, Connection, CycleError, Host, KEPT, Of, Overview, Picture, Report, fingerprint},
    store::{Asked, RunId, Sqlite, Store as _, StoreError},
};
use tempfile::TempDir;
use thiserror::Error;

use crate::{
    apps::{SimApp, View},
    event::{By, Change, Ending, What},
    files,
    hub::{Hub, Killed, Rival},
    oracle::{self, Violation},
    planted::Planted,
    scenario::{Does, Edit, Round, Scenario, Trouble},
    server::Server,
    store::SimStore,
    undo,
};

/// How many quiet cycles it may take until nothing moves any more.
const QUIET: usize = 8;

/// How long a quiet cycle waits: longer than anything lags, or waits to be tried again.
pub(crate) const STILL: u32 = 25 * 3_600;

/// The file of a store on disk.
const STORE: &str = "simulated.db";

/// Why a scenario cannot be run at all.
#[derive(Debug, Error)]
pub enum RunError {
    /// The compiler refuses its file.
    #[error("the file of this scenario does not compile any more:\n{0}")]
    File(String),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no room for a store on disk.
    #[error("there is no folder for the store: {0}")]
    Folder(#[from] std::io::Error),
}

/// What came of a scenario.
pub struct Ran {
    /// What was run.
    pub program: Arc<Program>,
    /// The world at its end, with all that happened in it.
    pub hub: Hub,
    /// The memory at its end.
    pub store: Sqlite,
    /// How phone numbers are spelt.
    pub canon: Canon,
    /// What each cycle left: the ids of the links.
    pub cycles: Vec<Cycle>,
    /// How the quiet time went.
    pub rest: Rest,
    /// What the run did wrong.
    pub violations: Vec<Violation>,
    /// A name for everything that happened: the same for the same scenario.
    pub trace: String,
    /// A name for the rules.
    pub(crate) name: String,
    _folder: Option<TempDir>,
}

/// One cycle, as the harness saw it.
#[derive(Clone, Debug, Default)]
pub struct Cycle {
    /// The links after it, left ids first.
    pub links: Vec<[String; 2]>,
    /// The guards that it was allowed to pass.
    pub allowed: Vec<String>,
    /// How many pairs were linked before it.
    pub linked_before: usize,
    /// The run that it began, if it came so far.
    pub run: Option<RunId>,
    /// Whether it went through, and nothing at all went wrong.
    pub clean: bool,
    /// Why its report does not add up.
    pub miscounted: Option<String>,
    /// How many steps it had at which it could have been killed.
    pub steps: u32,
}

/// How the quiet time went.
#[derive(Clone, Debug, Default)]
pub struct Rest {
    /// Whether a cycle had nothing left to write.
    pub reached: bool,
    /// How many requests to write the cycle after that one sent.
    pub restless: usize,
    /// What went wrong with single records in the last one: the side, the record, why.
    pub problems: Vec<(End, Option<String>, String)>,
    /// What the last cycle gave up for, if it did.
    pub gave_up: Option<String>,
}

/// Runs a scenario.
///
/// # Errors
/// When it cannot be run. What it does wrong is in [`Ran::violations`].
pub fn run(scenario: &Scenario, planted: Option<Planted>) -> Result<Ran, RunError> {
    let program =
        files::program(&scenario.apps, &scenario.file).ok_or_else(|| RunError::File(scenario.file.clone()))?;
    let server = |end: End, prefix| Server::new(program.side(end), scenario.profiles[end.index()].clone(), prefix);
    let hub = Hub::new(scenario.seed, [server(End::Left, "l"), server(End::Right, "r")]);
    for end in End::BOTH {
        for cells in &scenario.people[end.index()] {
            hub.state().act(&Edit { end, nth: 0, does: Does::Make(cells.clone()) });
        }
    }
    let folder = if scenario.disk { Some(TempDir::new()?) } else { None };
    let store = open(folder.as_ref())?;
    let canon = Canon::for_region("US").unwrap_or_default();
    let name = fingerprint(&program);
    let unnamed = !scenario.seed.is_multiple_of(2);
    let store = Some(store);
    let mut runner = Runner { program, name, hub, store, folder, canon, planted, unnamed, cycles: Vec::new() };
    for round in &scenario.rounds {
        runner.round(round)?;
    }
    let rest = runner.rest()?;
    let mut ran = runner.ran(rest)?;
    ran.violations = oracle::judge(&ran)?;
    if let Some(nth) = scenario.undo
        && ran.violations.is_empty()
        && let Some(undone) = undo::undo(&mut ran, nth, planted)?
    {
        ran.violations = oracle::judge_undo(&ran, &undone);
    }
    ran.trace = trace(&ran.hub, &ran.store)?;
    Ok(ran)
}

fn open(folder: Option<&TempDir>) -> Result<Sqlite, StoreError> {
    match folder {
        Some(folder) => Sqlite::open(folder.path().join(STORE), "simulated"),
        None => Sqlite::open(":memory:", "simulated"),
    }
}

struct Runner {
    program: Arc<Program>,
    name: String,
    hub: Hub,
    /// `None` only while it is opened anew.
    store: Option<Sqlite>,
    folder: Option<TempDir>,
    canon: Canon,
    planted: Option<Planted>,
    /// Whoever puts in another account puts its login behind the same settings.
    unnamed: bool,
    cycles: Vec<Cycle>,
}

/// How a cycle ended, for the harness.
enum Ended {
    Well(Box<Report>),
    Guards(Vec<String>),
    Failed(String),
    Killed,
}

impl Runner {
    fn round(&mut self, round: &Round) -> Result<(), RunError> {
        self.wait(round.wait);
        for edit in &round.before {
            self.hub.state().act(edit);
        }
        let ended = self.cycle(round, &[])?;
        let calm = Round { trouble: round.trouble.clone(), ..Round::default() };
        if round.allow {
            self.agree(ended, &calm, false)?;
        }
        Ok(())
    }

    fn wait(&self, seconds: u32) {
        let mut state = self.hub.state();
        state.now = state.now.saturating_add(SignedDuration::from_secs(seconds.into())).unwrap_or(state.now);
    }

    /// Cycles without faults and people, until one writes nothing and leaves nothing in flight; then one more.
    fn rest(&mut self) -> Result<Rest, RunError> {
        let mut rest = Rest::default();
        for _ in 0..QUIET {
            let (wrote, ended) = self.quiet()?;
            if let Ended::Failed(why) = ended {
                rest.gave_up = Some(why);
            }
            if wrote == 0 && !self.in_flight()? {
                rest.reached = true;
                break;
            }
        }
        let asked = self.asked_to_write();
        let (_, ended) = self.quiet()?;
        rest.restless = self.asked_to_write() - asked;
        match ended {
            Ended::Well(report) => {
                let problems = report.problems.into_iter();
                rest.problems = problems.map(|problem| (problem.end, problem.id, problem.why)).collect();
            }
            Ended::Guards(names) => rest.gave_up = Some(format!("guards tripped though nothing is written: {names:?}")),
            Ended::Failed(why) => rest.gave_up = Some(why),
            Ended::Killed => {}
        }
        Ok(rest)
    }

    /// A quiet cycle, in which the operator says yes to what guards ask. How many records it wrote, and how it ended.
    fn quiet(&mut self) -> Result<(usize, Ended), RunError> {
        self.wait(STILL);
        let before = self.writes();
        let ended = self.cycle(&Round::default(), &[])?;
        let ended = self.agree(ended, &Round::default(), true)?;
        Ok((self.writes() - before, ended))
    }

    /// The operator looks at what a guard says, and says yes, as often as it takes. To another account only if it is the
    /// right one.
    fn agree(&mut self, mut ended: Ended, calm: &Round, right_one: bool) -> Result<Ended, RunError> {
        let mut allowed = Vec::new();
        while let Ended::Guards(names) = &ended {
            if names.iter().any(|name| name == "other-account" && !right_one || allowed.contains(name)) {
                break;
            }
            allowed.extend(names.iter().cloned());
            ended = self.cycle(calm, &allowed)?;
        }
        Ok(ended)
    }

    fn in_flight(&self) -> Result<bool, StoreError> {
        self.store.as_ref().map_or(Ok(false), |store| Ok(!store.open_entries()?.is_empty()))
    }

    fn writes(&self) -> usize {
        let by_us = |what: &What| matches!(what, What::Changed { by: By::Syncc, .. });
        self.hub.state().events.iter().filter(|event| by_us(&event.what)).count()
    }

    fn asked_to_write(&self) -> usize {
        let writes = |what: &What| matches!(what, What::Asked { what: "write", .. });
        self.hub.state().events.iter().filter(|event| writes(&event.what)).count()
    }

    fn app(&self, end: End, trouble: Option<&Trouble>) -> SimApp {
        let view = match trouble {
            Some(Trouble::OtherAccount(of)) if *of == end => View::Other,
            Some(Trouble::SeesNobody(of)) if *of == end => View::Nobody,
            Some(Trouble::Lacks(of, field)) if *of == end => View::Without(field.clone()),
            _ => View::Whole,
        };
        SimApp::open(&self.program, end, &self.hub, &self.canon, view, self.planted)
    }

    fn cycle(&mut self, round: &Round, allowed: &[String]) -> Result<Ended, RunError> {
        let apps = End::BOTH.map(|end| self.app(end, round.trouble.as_ref()));
        let named = |app: &SimApp| app.view == View::Other && !self.unnamed;
        let settings = apps.each_ref().map(|app| format!("{}{}", app.side.name, if named(app) { " 2" } else { "" }));
        let mut store = match self.store.take() {
            Some(store) => store,
            None => open(self.folder.as_ref())?,
        };
        let linked_before = store.links()?.len();
        let last_run = store.runs(1)?.first().map(|run| run.id);
        let rival = round.rival.zip(self.folder.as_ref()).map(|(at, folder)| {
            let unlocked = self.planted == Some(Planted::Lock);
            Rival { at, store: folder.path().join(STORE), unlocked }
        });
        let began = What::Began { allowed: allowed.to_vec(), look: round.look, trouble: round.trouble.clone() };
        self.hub.begin(round, rival, began);
        let passed = if self.planted == Some(Planted::Guard) {
            syncc_runtime::engine::Guard::NAMES.map(str::to_owned).to_vec()
        } else {
            allowed.to_vec()
        };
        let world = self.hub.world();
        // Small pages: most worlds are smaller than a page is.
        let page = [1, 2, 5, 1000][self.cycles.len() % 4];
        let kept = [KEPT, 1, 2][self.cycles.len() % 3];
        let mut sim = SimStore { inner: &mut store, hub: self.hub.clone(), planted: self.planted, late: Vec::new() };
        let result = catch_unwind(AssertUnwindSafe(|| {
            let mut connection = Connection {
                program: &self.program,
                fingerprint: self.name.clone(),
                settings: settings.clone(),
                canon: [self.canon.clone(), self.canon.clone()],
                apps: [&apps[0], &apps[1]],
                store: &mut sim,
                world: &world,
                page,
                kept,
            };
            let allowed = Allowed { guards: passed, ..Allowed::default() };
            if round.look {
                finish(connection.look(&allowed, None, &mut Operator, &mut |_| ()))
                    .map(|looked| looked.map(|planned| planned.report))
            } else {
                finish(connection.run(&allowed, &mut Operator))
            }
        }));
        let ended = match result {
            Ok(Some(Ok(report))) => Ended::Well(Box::new(report)),
            Ok(Some(Err(CycleError::Guards(names)))) => {
                Ended::Guards(names.into_iter().map(|(name, _)| name).collect())
            }
            Ok(Some(Err(error))) => Ended::Failed(error.to_string()),
            Ok(None) => Ended::Failed("it waits for something that never comes".to_owned()),
            Err(why) if why.is::<Killed>() => Ended::Killed,
            Err(why) => resume_unwind(why),
        };
        let ending = match &ended {
            Ended::Well(report) => {
                let problems = report
                    .problems
                    .iter()
                    .map(|problem| format!("{:?} {:?}: {}", problem.end, problem.id, problem.why));
                Ending::Well { tallies: report.tallies, problems: problems.collect() }
            }
            Ended::Guards(names) => Ending::Guarded(names.clone()),
            Ended::Failed(why) => Ending::Failed(why.clone()),
            Ended::Killed => Ending::Killed,
        };
        let steps = self.hub.end(What::Ended(ending));
        if matches!(ended, Ended::Killed) && self.folder.is_some() {
            drop(store);
            store = open(self.folder.as_ref())?;
        }
        let struck = !round.faults.is_empty() || round.full_disk.is_some() || round.trouble.is_some();
        let (mut clean, mut miscounted) = (false, None);
        if let Ended::Well(report) = &ended {
            clean = !struck && !round.look && round.during.is_empty() && report.problems.is_empty();
            if !round.look {
                miscounted = self.miscounted(&store, report)?;
            }
        }
        if !matches!(ended, Ended::Killed) && self.cycles.len() % 8 == 1 && self.planted.is_none() {
            let mut connection = Connection {
                program: &self.program,
                fingerprint: self.name.clone(),
                settings,
                canon: [self.canon.clone(), self.canon.clone()],
                apps: [&apps[0], &apps[1]],
                store: &mut store,
                world: &world,
                page,
                kept,
            };
            miscounted = miscounted.or(forgotten(&mut connection).unwrap_or_else(|error| Some(error.to_string())));
        }
        let links = store.links()?.into_iter().map(|link| link.records).collect();
        let run = store.runs(1)?.first().map(|run| run.id).filter(|run| last_run != Some(*run));
        self.cycles.push(Cycle { links, allowed: allowed.to_vec(), linked_before, run, clean, miscounted, steps });
        self.store = Some(store);
        Ok(ended)
    }

    /// Whether each record is counted once: what is wrong with the report, if anything.
    fn miscounted(&self, store: &Sqlite, report: &Report) -> Result<Option<String>, StoreError> {
        for end in End::BOTH {
            let there = store.seen(end)?.iter().filter(|seen| !seen.observed.deleted).count();
            let counted = report.tallies[end.index()].total();
            if there != counted && !self.just_gone(end) {
                let tally = report.tallies[end.index()];
                return Ok(Some(format!("{end:?} has {there} contacts, the report counts {counted}: {tally:?}")));
            }
        }
        Ok(None)
    }

    /// Whether a record went, or two became one, so shortly ago that the cycle may have heard of it after it had counted
    /// them.
    fn just_gone(&self, end: End) -> bool {
        let state = self.hub.state();
        let lag = SignedDuration::from_secs(state.servers[end.index()].profile.list_lag.into());
        let began =
            state.events.iter().rev().find(|event| matches!(event.what, What::Began { .. })).map(|event| event.at);
        state.events.iter().any(|event| {
            let by_hand = matches!(&event.what, What::Changed { end: of, by: By::Person, .. } if *of == end);
            let gone = matches!(&event.what, What::Changed { change: Change::Merged { .. } | Change::Deleted, .. });
            by_hand && gone && began.is_none_or(|began| event.at + lag >= began)
        })
    }

    fn ran(mut self, rest: Rest) -> Result<Ran, RunError> {
        let store = match self.store.take() {
            Some(store) => store,
            None => open(self.folder.as_ref())?,
        };
        Ok(Ran {
            program: self.program,
            hub: self.hub,
            store,
            canon: self.canon,
            cycles: self.cycles,
            rest,
            violations: Vec::new(),
            trace: String::new(),
            name: self.name,
            _folder: self.folder,
        })
    }
}

/// A name for all that happened and all that is remembered.
fn trace(hub: &Hub, store: &Sqlite) -> Result<String, StoreError> {
    let mut hash = Sha256::new();
    hash.update(format!("{:?}", hub.state().events));
    hash.update(format!("{:?}", store.links()?));
    for end in End::BOTH {
        hash.update(format!("{:?}", store.seen(end)?));
    }
    hash.update(format!("{:?}", store.history(&Asked::default())?));
    hash.update(format!("{:?}", store.open_entries()?));
    Ok(hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect())
}

/// Runs a future whose every wait is over at once. `None` if it waits for something else.
pub(crate) fn finish<T>(future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..1_000 {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return Some(value);
        }
    }
    None
}

/// Whether a plan of what moved leaves out something that a plan of everything has: what, if anything.
fn forgotten(connection: &mut Connection<'_>) -> Result<Option<String>, CycleError> {
    let (whole, _) = connection.recall(Of::Everybody)?;
    let at_rest: HashSet<_> = whole.plan.items.iter().filter(|item| item.is_at_rest()).map(|item| &item.ids).collect();
    let tell = |picture: &Picture<'_>, told: &mut Vec<String>| {
        // Who was in trouble lately is planned again although nothing is to be done.
        let items = picture.plan.items.iter().filter(|item| !at_rest.contains(&item.ids));
        told.extend(items.map(|item| format!("{:?} {:?} {:?}", item.ids, item.held, item.kind)));
        told.sort();
    };
    let (mut of_all, mut of_moved) = (Vec::new(), Vec::new());
    tell(&whole, &mut of_all);
    let moved = connection.recall_moved(&mut |page| tell(page, &mut of_moved))?;
    let (all, moved) = ((of_all, &whole.plan.guards), (of_moved, moved));
    Ok(if (&all.0, all.1) != (&moved.0, &moved.1.guards) {
        let moved = (&moved.0, &moved.1.guards);
        Some(format!("planned as a whole: {all:#?}\nplanned by what moved: {moved:#?}"))
    } else if whole.plan.counts != moved.1.counts {
        Some(format!("counted as a whole: {:?}\ncounted by what moved: {:?}", whole.plan.counts, moved.1.counts))
    } else {
        asked_alone(connection, &whole)?
    })
}

/// Whether something else is said of a contact that is asked for alone than when everybody is looked at: what, if anything.
fn asked_alone(connection: &mut Connection<'_>, whole: &Picture<'_>) -> Result<Option<String>, CycleError> {
    for item in &whole.plan.items {
        let ids = End::BOTH.into_iter().zip(&item.ids).filter_map(|(end, id)| Some((end, id.clone()?)));
        for (end, id) in ids {
            let told = |picture: &Picture<'_>| {
                let items = picture.plan.items.iter().filter(|item| item.ids[end.index()].as_ref() == Some(&id));
                items.map(|item| format!("{:?} {:?} {:?}", item.ids, item.held, item.kind)).collect::<Vec<_>>()
            };
            for of in [Of::Typed(&id), Of::Records(&[(end, id.clone())])] {
                let (alone, _) = connection.recall(of)?;
                if told(&alone) != told(whole) {
                    return Ok(Some(format!("of {of:?} alone: {:#?}\nas a whole: {:#?}", told(&alone), told(whole))));
                }
            }
        }
    }
    Ok(None)
}

/// Says yes to every plan that its guards let pass, as `--yes` does.
pub(crate) struct Operator;

impl Host for Operator {
    fn phase(&mut self, _: &str, _: Option<u64>) {}
    fn advance(&mut self, _: u64) {}
    fn approve(&mut self, _: &Overview<'_>) -> bool {
        true
    }
}
