//! Playing a plan: its rounds, then quiet time until nothing moves any more, then the judge.

use std::{
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::PathBuf,
    sync::Arc,
};

use jiff::SignedDuration;
use sha2::{Digest as _, Sha256};
use syncc_compiler::{
    ir::{End, Program},
    value::{Canon, Record},
};
use syncc_runtime::{
    apps::{self, Account, App, AppError, Intake, Secret},
    cycle::{Allowed, Connection, CycleError, KEPT, Report, fingerprint},
    store::{Sqlite, Store as _, StoreError},
};
use syncc_sandbox::{Direct, Options, SandboxError};
use tempfile::TempDir;
use thiserror::Error;

use super::{
    hush::Ears,
    judge::{self, Rest},
    log::{Event, What},
    net::{self, Net},
    plan::{Drift, Plan, Round},
};
use crate::{
    files,
    hub::Killed,
    oracle::{Promise, Violation},
    planted::Planted,
    run::{Operator, STILL, finish},
    store::SimStore,
};

/// How many quiet runs it may take until nothing moves any more.
const QUIET: usize = 8;

/// So long that everything is read anew, in seconds.
const WEEK: u32 = 7 * 86_400;

/// The file of the store.
pub(super) const STORE: &str = "wired.db";

/// The file that Real Geeks exports to.
const EXPORT: &str = "leads.csv";

/// Why a plan cannot be played at all.
#[derive(Debug, Error)]
pub enum WiredError {
    /// The compiler refuses its file.
    #[error("the file of this plan does not compile any more:\n{0}")]
    File(String),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no room for files.
    #[error("there is no folder for the world: {0}")]
    Folder(#[from] std::io::Error),
    /// The practice apps do not open.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// An app of the runtime does not open, or does not answer when nothing is wrong.
    #[error("an app fails although nothing is wrong: {0}")]
    App(#[from] AppError),
}

/// What came of a plan.
pub struct Ran {
    /// What was run.
    pub program: Arc<Program>,
    /// The world at its end, with all that happened in it.
    pub net: Net,
    /// What each run left.
    pub cycles: Vec<Cycle>,
    /// How the quiet time went.
    pub rest: Rest,
    /// What went wrong with it.
    pub violations: Vec<Violation>,
    /// A name for every request, in order: the same for the same plan.
    pub trace: String,
    /// What everything that was printed, told or logged says.
    pub(super) ears: Ears,
    pub(super) folder: TempDir,
}

/// One run, as the harness saw it.
#[derive(Clone, Debug, Default)]
pub struct Cycle {
    /// The links after it, left ids first.
    pub links: Vec<[String; 2]>,
    /// Whether it went through.
    pub well: bool,
    /// What does not add up in its report.
    pub miscounted: Option<String>,
    /// What went wrong with single records: the side, the record, why.
    pub problems: Vec<(End, Option<String>, String)>,
    /// Where its events begin.
    pub from: usize,
    /// Where they end.
    pub until: usize,
}

/// Both apps of the runtime, opened.
pub(super) struct Apps {
    pub(super) both: [Box<dyn App>; 2],
    pub(super) settings: [String; 2],
}

/// How a run ended.
pub(super) enum Ended {
    Well(Box<Report>),
    Guards(Vec<String>),
    Failed(String),
    Killed,
}

/// Plays a plan.
///
/// # Errors
/// When it cannot be played. What syncc does wrong is in [`Ran::violations`].
pub fn run(plan: &Plan, planted: Option<Planted>) -> Result<Ran, WiredError> {
    let ears = Ears::default();
    let mut ran = ears.clone().hear(|| play(plan, planted, ears))?;
    judge::hushed(&mut ran)?;
    Ok(ran)
}

fn play(plan: &Plan, planted: Option<Planted>, ears: Ears) -> Result<Ran, WiredError> {
    let program = files::program("google-realgeeks", &plan.file).ok_or_else(|| WiredError::File(plan.file.clone()))?;
    let folder = TempDir::new()?;
    let options = Options { seed: plan.seed, contacts: plan.samples, ..Options::default() };
    let apps = Direct::open(&options, net::start())?;
    let net = Net::new(plan, apps, folder.path().join(EXPORT), planted);
    {
        let mut state = net.state();
        for end in End::BOTH {
            state.look(end, crate::event::By::Person);
        }
        plan.people.iter().for_each(|deed| state.act(deed));
        state.export()?;
    }
    let mut player = Player { program, net, folder, ears, planted, cycles: Vec::new() };
    player.listen()?;
    for round in &plan.rounds {
        player.round(round)?;
    }
    let rest = player.rest(plan)?;
    // The intake knows the world that it is in: each would keep the other, and the inbox open, for ever.
    player.net.listen(None);
    player.ran(rest)
}

pub(super) struct Player {
    pub(super) program: Arc<Program>,
    pub(super) net: Net,
    folder: TempDir,
    ears: Ears,
    planted: Option<Planted>,
    cycles: Vec<Cycle>,
}

impl Player {
    /// The account of an end, with the login that syncc was told last.
    fn account(&self, end: End) -> Account {
        let state = self.net.state();
        let side = self.program.side(end);
        let mut account = Account {
            name: side.account.clone(),
            app: side.app.clone(),
            settings: Default::default(),
            folder: self.folder.path().to_owned(),
            secret: Some(Secret::new(state.logins[end.index()].known.clone())),
            webhook_secret: None,
            region: Some("US".to_owned()),
        };
        if end == End::Right {
            let practice = state.practice(end);
            for (setting, text) in
                [("site", &*practice.site), ("user", &*practice.user), ("export", EXPORT), ("webhook", "here")]
            {
                account.settings.insert(setting.to_owned(), text.to_owned().into());
            }
            account.webhook_secret = Some(Secret::new(state.letters.secret()));
        }
        account
    }

    /// Takes messages in from now on.
    fn listen(&self) -> Result<(), WiredError> {
        let account = self.account(End::Right);
        let intake = Intake::open(self.program.side(End::Right), &account, &self.net.world())?;
        self.net.listen(intake);
        Ok(())
    }

    fn round(&mut self, round: &Round) -> Result<(), WiredError> {
        self.net.wait(round.wait);
        for deed in &round.before {
            self.net.state().act(deed);
        }
        self.net.deliver();
        let ended = self.cycle(round, &[])?;
        if round.allow {
            self.agree(ended)?;
        }
        // The person puts in the new login.
        for login in &mut self.net.state().logins {
            login.known.clone_from(&login.taken);
        }
        Ok(())
    }

    /// Runs without faults and people, until one writes nothing; then one more, soon.
    fn rest(&mut self, plan: &Plan) -> Result<Rest, WiredError> {
        let misread = plan.rounds.iter().any(|round| matches!(round.drift, Some(Drift::Type(End::Right, _))));
        {
            let mut state = self.net.state();
            state.log(What::Quiet);
            // Longer than the two clocks may be apart, so that the export is newer than all that was told.
            state.pass(SignedDuration::from_secs(60));
            // What is told by nobody any more comes with a new export.
            if state.letters.calm() || misread {
                state.export()?;
            }
        }
        // What was read while answers looked otherwise is read again with everything else: Google's sync tokens are given up
        // after six days.
        self.net.wait(WEEK);
        let mut rest = Rest::default();
        self.settle(&mut rest)?;
        if self.look()? > 0 {
            self.settle(&mut rest)?;
        }
        self.net.wait(300);
        rest.idle = self.net.state().events.len();
        let mut ended = self.cycle(&Round::default(), &[])?;
        if matches!(&ended, Ended::Guards(names) if *names == ["empty-side"]) && self.is_empty() {
            // It says so in every run for as long as it is so.
            rest.idle = self.net.state().events.len();
            ended = self.agree(ended)?;
        }
        match ended {
            Ended::Well(_) => {}
            Ended::Guards(names) => rest.gave_up = Some(format!("guards tripped though nothing is written: {names:?}")),
            Ended::Failed(why) => rest.gave_up = Some(why),
            Ended::Killed => {}
        }
        rest.end = self.net.state().events.len();
        Ok(rest)
    }

    /// Runs until one writes nothing.
    fn settle(&mut self, rest: &mut Rest) -> Result<(), WiredError> {
        rest.reached = false;
        for nth in 0..QUIET {
            self.net.wait(STILL);
            let from = self.net.state().events.len();
            let ended = self.cycle(&Round::default(), &[])?;
            if let Ended::Failed(why) = self.agree(ended)? {
                rest.gave_up = Some(why);
            }
            // What the first quiet run reads (a new export) tells what became of writes in flight; the next one asks for that.
            let heard = nth > 0 || self.store()?.open_entries()?.is_empty();
            if heard && judge::writes(&self.net, from) == 0 {
                rest.reached = true;
                break;
            }
        }
        Ok(())
    }

    /// Whether one of the apps truly has nobody left.
    fn is_empty(&self) -> bool {
        self.net.state().held.iter().any(std::collections::BTreeMap::is_empty)
    }

    /// The operator looks at what a guard says, and says yes, as often as it takes.
    fn agree(&mut self, mut ended: Ended) -> Result<Ended, WiredError> {
        let mut allowed = Vec::new();
        while let Ended::Guards(names) = &ended {
            if names.iter().any(|name| allowed.contains(name)) {
                break;
            }
            allowed.extend(names.iter().cloned());
            ended = self.cycle(&Round::default(), &allowed)?;
        }
        Ok(ended)
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join(STORE)
    }

    pub(super) fn apps(&self) -> Result<Apps, AppError> {
        let world = self.net.world();
        let accounts = End::BOTH.map(|end| self.account(end));
        let settings = accounts.each_ref().map(Account::fingerprint);
        let open = |end: End| apps::open(self.program.side(end), &accounts[end.index()], &world);
        Ok(Apps { both: [open(End::Left)?, open(End::Right)?], settings })
    }

    /// One run: a program of its own, from its start to its end.
    fn cycle(&mut self, round: &Round, allowed: &[String]) -> Result<Ended, WiredError> {
        let from = self.net.state().events.len();
        let Apps { both: [left, right], settings } = self.apps()?;
        let mut store = Sqlite::open(self.path(), "wired")?;
        let canon = Canon::for_region("US").unwrap_or_default();
        let world = self.net.world();
        self.net.begin(round, allowed);
        let page = [1, 2, 5, 1000][self.cycles.len() % 4];
        let kept = [KEPT, 1, 2][self.cycles.len() % 3];
        let mut sim = SimStore { inner: &mut store, hub: self.net.clone(), planted: self.planted, late: Vec::new() };
        let result = catch_unwind(AssertUnwindSafe(|| {
            let mut connection = Connection {
                program: &self.program,
                fingerprint: fingerprint(&self.program),
                settings,
                canon: [canon.clone(), canon.clone()],
                apps: [&*left, &*right],
                store: &mut sim,
                world: &world,
                page,
                kept,
            };
            finish(connection.run(&Allowed { guards: allowed.to_vec(), ..Allowed::default() }, &mut Operator))
        }));
        let ended = match result {
            Ok(Some(Ok(report))) => Ended::Well(Box::new(report)),
            Ok(Some(Err(error))) => {
                self.ears.say(&format!("{error}\n{error:?}"));
                match error {
                    CycleError::Guards(names) => Ended::Guards(names.into_iter().map(|(name, _)| name).collect()),
                    error => Ended::Failed(error.to_string()),
                }
            }
            Ok(None) => Ended::Failed("it waits for something that never comes".to_owned()),
            Err(why) if why.is::<Killed>() => Ended::Killed,
            Err(why) => resume_unwind(why),
        };
        let (mut miscounted, mut problems) = (None, Vec::new());
        let how = match &ended {
            Ended::Well(report) => {
                self.ears.say(&format!("{report:?} {}", report.summary()));
                problems.extend(report.problems.iter().map(|at| (at.end, at.id.clone(), at.why.clone())));
                miscounted = self.miscounted(&store, report, from)?;
                let told: String = problems.iter().map(|problem| format!("\n      {problem:?}")).collect();
                format!("{:?}{told}", report.tallies)
            }
            Ended::Guards(names) => format!("stopped by {}", names.join(", ")),
            Ended::Failed(why) => format!("gave up: {}", why.replace('\n', " ")),
            Ended::Killed => "the run is gone".to_owned(),
        };
        let well = matches!(ended, Ended::Well(_));
        self.net.end(What::Ended { well, how });
        if matches!(ended, Ended::Killed) {
            drop(store);
            store = Sqlite::open(self.path(), "wired")?;
        }
        let links = store.links()?.into_iter().map(|link| link.records).collect();
        let until = self.net.state().events.len();
        self.cycles.push(Cycle { links, well, miscounted, problems, from, until });
        Ok(ended)
    }

    /// Whether each record is counted once, and each failure has a reason: what is wrong with the report, if anything.
    fn miscounted(&self, store: &Sqlite, report: &Report, from: usize) -> Result<Option<String>, StoreError> {
        for end in End::BOTH {
            let there = store.seen(end)?.iter().filter(|seen| !seen.observed.deleted).count();
            let tally = report.tallies[end.index()];
            if there != tally.total() && !self.went_untold(end, from) {
                return Ok(Some(format!("{end:?} has {there} contacts, the report counts {tally:?}")));
            }
        }
        let silent = report.problems.iter().find(|problem| problem.why.trim().is_empty());
        Ok(silent.map(|problem| format!("{:?} fails without a reason", problem.id)))
    }

    /// Whether somebody went of whom the run that began here could hear only after it had counted them: while it was under
    /// way, or with a message that had not come when it began.
    fn went_untold(&self, end: End, from: usize) -> bool {
        let state = self.net.state();
        state.events.iter().enumerate().any(|(at, event)| {
            let What::Changed { end: of, by: crate::event::By::Person, id, after: None, .. } = &event.what else {
                return false;
            };
            let plain = id.replace('-', "");
            let told = |event: &Event| {
                matches!(&event.what, What::Came { body, .. }
                    if (body.contains(id) || body.contains(&plain)) && body.contains("\"deleted\""))
            };
            let heard = match end {
                End::Left => at < from,
                End::Right => state.events.get(at..from).unwrap_or_default().iter().any(told),
            };
            *of == end && !heard
        })
    }

    fn ran(self, rest: Rest) -> Result<Ran, WiredError> {
        let trace = trace(&self.net);
        let violations = judge::judge(&self, &rest, &self.cycles)?;
        Ok(Ran {
            program: self.program,
            net: self.net,
            cycles: self.cycles,
            rest,
            violations,
            trace,
            ears: self.ears,
            folder: self.folder,
        })
    }

    /// The store, at the end.
    pub(super) fn store(&self) -> Result<Sqlite, StoreError> {
        Sqlite::open(self.path(), "wired")
    }

    /// Everybody in an app as it truly is, by id, as the app of the runtime reads them when nothing goes wrong.
    pub(super) fn truth(&self, app: &dyn App, end: End) -> Result<Vec<(String, Option<Record>)>, AppError> {
        let ids: Vec<String> = self.net.state().held[end.index()].keys().cloned().collect();
        let seen = finish(app.get(&ids)).unwrap_or_else(|| Ok(Vec::new()))?;
        let mut truth = Vec::new();
        for (id, seen) in ids.into_iter().zip(seen) {
            truth.push((id, seen.map(|seen| app.decode(&seen.raw)).transpose()?));
        }
        Ok(truth)
    }
}

/// A name for all that was asked, and all that came of it.
fn trace(net: &Net) -> String {
    let mut hash = Sha256::new();
    hash.update(format!("{:?}", net.state().events));
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// A promise that was broken.
pub(super) fn broken(promise: Promise, how: impl Into<String>) -> Violation {
    Violation { promise, how: how.into() }
}
