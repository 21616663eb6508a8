//! Playing a plan: its epochs, each until nothing moves any more, and the judge after each.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::PathBuf,
    sync::{Arc, LazyLock},
};

use syncc_compiler::{
    db::Database,
    ir::{End, Program},
    schema::{self, AccountSchema},
    value::Canon,
};
use syncc_runtime::{
    apps::{self, Account, AppError},
    cycle::{Allowed, Connection, CycleError, KEPT, Of, PAGE, Report, fingerprint},
    store::{Sqlite, StoreError},
    world::World,
};
use tempfile::TempDir;
use thiserror::Error;

use super::{
    home::{Done, Home, PATHS, Side},
    judge::Rest,
    plan::{Plan, Round, Rules},
};
use crate::{
    hub::Killed,
    oracle::{Promise, Violation},
    run::{Operator, finish},
    store::SimStore,
};

/// How many runs it may take until nothing moves any more.
const QUIET: usize = 8;

/// Why a plan cannot be played at all.
#[derive(Debug, Error)]
pub enum DiskError {
    /// The compiler refuses its rules.
    #[error("the rules of this plan do not compile: {0}")]
    Rules(String),
    /// The store cannot be opened.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The files cannot be written.
    #[error("the files of the home: {0}")]
    Files(#[from] io::Error),
    /// An app does not open although nothing is wrong.
    #[error("an app does not open: {0}")]
    App(#[from] AppError),
}

/// What came of a plan.
pub struct Ran {
    /// Everything that happened.
    pub story: Vec<String>,
    /// What went wrong with it.
    pub violations: Vec<Violation>,
}

/// How a run ended.
enum Ended {
    Well(Box<Report>),
    Guards(Vec<String>),
    Failed(String),
    Killed,
}

/// Plays a plan.
///
/// # Errors
/// When it cannot be played. What syncc does wrong is in [`Ran::violations`].
pub fn run(plan: &Plan) -> Result<Ran, DiskError> {
    let folder = TempDir::new()?;
    let home = Home::new(plan, folder.path())?;
    let mut player = Player { program: program(plan)?, home, folder, runs: 0 };
    let mut violations = Vec::new();
    let mut before: [Side; 2] = Default::default();
    for epoch in &plan.epochs {
        for round in epoch {
            player.round(round, &mut violations)?;
        }
        if !player.settle(&mut violations)? {
            break;
        }
        let mut state = player.home.state();
        let now = [state.side(0)?, state.side(1)?];
        let (muddled, mine) = (&state.muddled, &state.mine);
        let rest = Rest { rules: plan.rules, before: &before, now: &now, done: &state.done, muddled, mine };
        violations.extend(rest.judge());
        state.done = Done::default();
        state.story.push("-- at rest".to_owned());
        before = now;
        if !violations.is_empty() {
            break;
        }
    }
    if !violations.is_empty() {
        player.tell()?;
    }
    let story = std::mem::take(&mut player.home.state().story);
    Ok(Ran { story, violations })
}

/// Rules, whether there are cards on the right, and what the compiler makes of them.
type Compiled = (Rules, bool, Result<Arc<Program>, String>);

/// The programs of all rules: with a list on the right, and with cards.
static PROGRAMS: LazyLock<Vec<Compiled>> = LazyLock::new(|| {
    let both = |rules: Rules| [false, true].map(|cards| (rules, cards, compile(rules, cards)));
    Rules::ALL.into_iter().flat_map(both).collect()
});

fn program(plan: &Plan) -> Result<Arc<Program>, DiskError> {
    let found = PROGRAMS.iter().find(|(rules, cards, _)| (*rules, *cards) == (plan.rules, plan.cards));
    let compiled = found.map(|(.., compiled)| compiled.clone());
    compiled.unwrap_or_else(|| Err("they are not among all".to_owned())).map_err(DiskError::Rules)
}

fn compile(rules: Rules, cards: bool) -> Result<Arc<Program>, String> {
    let mut accounts = Vec::new();
    for (name, app) in [(PATHS[0], "csv"), (PATHS[1], if cards { "vcard" } else { "csv" })] {
        let schema = schema::builtin(app).ok_or("an app is not built in")?;
        accounts.push(AccountSchema { name: name.to_owned(), app: schema::App::clone(schema) });
    }
    let mut database = Database::default();
    database.set_accounts(accounts);
    database.set_file("home.sync", rules.text().to_owned());
    let checked = database.check("home.sync").ok_or("the file is not there")?;
    checked.program.ok_or_else(|| format!("{:?}", checked.diagnostics))
}

struct Player {
    program: Arc<Program>,
    home: Home,
    folder: TempDir,
    runs: usize,
}

impl Player {
    fn round(&mut self, round: &Round, violations: &mut Vec<Violation>) -> Result<(), DiskError> {
        round.before.iter().for_each(|deed| self.home.state().act(deed));
        let order = [0, 1].map(|at: usize| self.home.state().order(at));
        self.cycle(round, &[])?;
        if round.during.is_empty() {
            self.in_order(&order, violations);
        }
        Ok(())
    }

    /// Rows that were there stay in the order in which they were.
    fn in_order(&self, before: &[Vec<String>; 2], violations: &mut Vec<Violation>) {
        let state = self.home.state();
        for at in [0, 1] {
            let after = state.order(at);
            let left: Vec<_> = before[at].iter().filter(|who| after.contains(who)).collect();
            let now: Vec<_> = after.iter().filter(|who| before[at].contains(who)).collect();
            let clear = state.muddled.is_empty();
            if clear && left != now {
                let how = format!("the rows of {} were {left:?}, and are {now:?}", PATHS[at]);
                violations.push(Violation { promise: Promise::Frame, how });
            }
        }
    }

    /// Runs until one writes nothing, and then once more. Whether nothing moves any more.
    fn settle(&mut self, violations: &mut Vec<Violation>) -> Result<bool, DiskError> {
        let mut last = Vec::new();
        for _ in 0..QUIET {
            let mut ended = self.cycle(&Round::default(), &[])?;
            let mut allowed = Vec::new();
            while let Ended::Guards(names) = &ended {
                if names.iter().all(|name| allowed.contains(name)) {
                    break;
                }
                allowed.extend(names.iter().cloned());
                ended = self.cycle(&Round::default(), &allowed)?;
            }
            match ended {
                // Of what is said to be wrong, the next run may find out more.
                Ended::Well(report) if report.written() == 0 && report.problems.is_empty() => {
                    return self.idle(violations);
                }
                Ended::Well(report) => last = vec![format!("{:?}", report.tallies)],
                Ended::Guards(names) => last = names,
                Ended::Failed(why) => last = vec![why],
                Ended::Killed => {}
            }
        }
        let how = format!("it does not come to rest: {last:?}");
        violations.push(Violation { promise: Promise::Quiescence, how });
        Ok(false)
    }

    /// A run that has nothing to do leaves everything as it is.
    fn idle(&mut self, violations: &mut Vec<Violation>) -> Result<bool, DiskError> {
        let bytes = |home: &Home| home.state().books.each_ref().map(|book| book.bytes().unwrap_or_default());
        let before = bytes(&self.home);
        let ended = self.cycle(&Round::default(), &[])?;
        let mut broken = |promise, how: String| violations.push(Violation { promise, how });
        match ended {
            Ended::Well(report) => {
                if report.written() > 0 || bytes(&self.home) != before {
                    broken(Promise::Quiescence, format!("an idle run wrote: {:?}", report.tallies));
                }
                for problem in &report.problems {
                    broken(Promise::Completeness, format!("{} stays: {}", problem.who, problem.why));
                }
                for (at, tally) in report.tallies.iter().enumerate() {
                    let there = self.home.state().order(at).len();
                    if there != tally.total() {
                        broken(Promise::Categories, format!("{} has {there} contacts, counted: {tally:?}", PATHS[at]));
                    }
                }
            }
            Ended::Guards(names) if names == ["empty-side"] => {}
            Ended::Guards(names) => broken(Promise::Quiescence, format!("an idle run is stopped by {names:?}")),
            Ended::Failed(why) => broken(Promise::Quiescence, format!("an idle run fails: {why}")),
            Ended::Killed => {}
        }
        Ok(true)
    }

    /// Tells how each contact stands.
    fn tell(&self) -> Result<(), DiskError> {
        let world = World::real();
        let accounts = End::BOTH.map(|end| self.account(end));
        let open = |end: End| apps::open(self.program.side(end), &accounts[end.index()], &world);
        let (left, right) = (open(End::Left)?, open(End::Right)?);
        let mut store = Sqlite::open(self.store(), "home")?;
        let canon = Canon::for_region("US").unwrap_or_default();
        let mut connection = Connection {
            program: &self.program,
            fingerprint: fingerprint(&self.program),
            settings: accounts.each_ref().map(Account::fingerprint),
            canon: [canon.clone(), canon],
            apps: [&*left, &*right],
            store: &mut store,
            world: &world,
            page: PAGE,
            kept: KEPT,
        };
        let mut lines = Vec::new();
        if let Ok((picture, report)) = connection.recall(Of::Everybody) {
            for index in 0..picture.plan.items.len() {
                let Ok(Some(contact)) = connection.contact(&picture, &report, index) else { continue };
                let fields = contact.fields.iter().map(|field| (field.end, &field.name, &field.now, &field.base));
                let fields: Vec<_> = fields.collect();
                lines.push(format!("{:?} {:?}: {}\n    {fields:?}", contact.ids, contact.who, contact.reason));
            }
        }
        self.home.state().story.extend(lines);
        Ok(())
    }

    fn account(&self, end: End) -> Account {
        let side = self.program.side(end);
        let path = self.folder.path().join(PATHS[end.index()]);
        Account {
            name: side.account.clone(),
            app: side.app.clone(),
            settings: [("path".to_owned(), path.display().to_string().into())].into(),
            folder: self.folder.path().to_owned(),
            secret: None,
            webhook_secret: None,
            region: Some("US".to_owned()),
        }
    }

    fn store(&self) -> PathBuf {
        self.folder.path().join("home.db")
    }

    /// One run: a program of its own, from its start to its end.
    fn cycle(&mut self, round: &Round, allowed: &[String]) -> Result<Ended, DiskError> {
        let world = World::real();
        let accounts = End::BOTH.map(|end| self.account(end));
        let settings = accounts.each_ref().map(Account::fingerprint);
        let open = |end: End| apps::open(self.program.side(end), &accounts[end.index()], &world);
        // What is elsewhere may be missed at once.
        let apps = open(End::Left).and_then(|left| Ok([left, open(End::Right)?]));
        let ended = match apps {
            Err(error) => Ended::Failed(error.to_string()),
            Ok([left, right]) => {
                let mut store = Sqlite::open(self.store(), "home")?;
                let canon = Canon::for_region("US").unwrap_or_default();
                self.home.begin(round);
                let (page, kept) = ([1, 2, 5, 1000][self.runs % 4], [KEPT, 1, 2][self.runs % 3]);
                let mut sim = SimStore { inner: &mut store, hub: self.home.clone(), planted: None, late: Vec::new() };
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
                match result {
                    Ok(Some(Ok(report))) => Ended::Well(Box::new(report)),
                    Ok(Some(Err(CycleError::Guards(names)))) => {
                        Ended::Guards(names.into_iter().map(|(name, _)| name).collect())
                    }
                    Ok(Some(Err(error))) => Ended::Failed(error.to_string()),
                    Ok(None) => Ended::Failed("it waits for something that never comes".to_owned()),
                    Err(why) if why.is::<Killed>() => Ended::Killed,
                    Err(why) => resume_unwind(why),
                }
            }
        };
        self.runs += 1;
        let told = match &ended {
            Ended::Well(report) => {
                let counts = report.tallies.map(|tally| (tally.created, tally.updated, tally.deleted, tally.total()));
                let problems: String =
                    report.problems.iter().map(|problem| format!("\n    {}: {}", problem.who, problem.why)).collect();
                format!("made, changed, deleted, all: {counts:?}{problems}")
            }
            Ended::Guards(names) => format!("stopped by {names:?}"),
            Ended::Failed(why) => format!("gave up: {why}"),
            Ended::Killed => "is gone".to_owned(),
        };
        self.home.state().story.push(format!("> a run {told}"));
        self.home.end(matches!(ended, Ended::Well(_)))?;
        Ok(ended)
    }
}
