//! The made-up world: one clock, one stream of chance, two apps, and the log of all that happens in it.
//!
//! Everything that syncc does to the outside passes [`Hub::step`]: a write of the store before and after it took
//! effect, a request before it is sent and after it was answered, and every wait. At each step people may do
//! something, and the program may be killed. A kill unwinds the stack without a word, and nothing of the run is left
//! but what the store had committed: just what a real kill leaves.

use std::{
    collections::BTreeMap,
    panic::resume_unwind,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use syncc_compiler::ir::End;
use syncc_runtime::{
    store::Sqlite,
    world::{Chance as Bits, Clock, Http, HttpError, Request, Response, World},
};
use uuid::Uuid;

use crate::{
    chance::Chance,
    event::{By, Change, Event, Fault, What},
    people,
    scenario::{Edit, Round, Strike},
    server::Server,
};

/// What a killed program unwinds with.
pub(crate) struct Killed;

/// The world. Cheap to clone.
#[derive(Clone)]
pub struct Hub(Arc<Mutex<State>>);

/// A create that was journalled: for whom, and where.
#[derive(Clone, Debug)]
pub struct Op {
    /// The app that it writes to.
    pub end: End,
    /// The record of the other app that it is made for.
    pub partner: Option<String>,
}

/// What the world is like now.
pub struct State {
    /// What time it is.
    pub now: Timestamp,
    /// The cycle that is under way, or was last.
    pub cycle: u32,
    /// What happened so far.
    pub events: Vec<Event>,
    /// The apps, left first.
    pub servers: [Server; 2],
    /// The creates that were journalled.
    pub ops: BTreeMap<Uuid, Op>,
    chance: Chance,
    due: Due,
    /// Steps of this cycle so far.
    step: u32,
    /// Requests of this cycle so far, left first.
    asked: [u32; 2],
}

/// What is due in this cycle.
#[derive(Default)]
struct Due {
    running: bool,
    crash: Option<u32>,
    full_disk: Option<u32>,
    during: Vec<(u32, Edit)>,
    faults: Vec<Strike>,
    rival: Option<Rival>,
}

/// A second run on the same store.
pub(crate) struct Rival {
    /// At which step of the first one it is started.
    pub(crate) at: u32,
    /// The file of the store.
    pub(crate) store: PathBuf,
    /// Whether somebody takes the lock away first: a mistake that is planted.
    pub(crate) unlocked: bool,
}

impl Rival {
    /// Whether the store lets it in.
    fn is_let_in(&self) -> bool {
        if self.unlocked {
            // Where there is no lock, nothing needs to be taken away.
            let _ = std::fs::remove_file(self.store.with_extension("lock"));
        }
        Sqlite::open(&self.store, "simulated").is_ok()
    }
}

impl Hub {
    /// A world at its beginning.
    #[must_use]
    pub fn new(seed: u64, servers: [Server; 2]) -> Self {
        Self(Arc::new(Mutex::new(State {
            now: Timestamp::new(1_780_000_000, 0).unwrap_or(Timestamp::UNIX_EPOCH),
            cycle: 0,
            events: Vec::new(),
            servers,
            ops: BTreeMap::new(),
            chance: Chance::new(seed ^ 0x5eed_cafe),
            due: Due::default(),
            step: 0,
            asked: [0, 0],
        })))
    }

    /// Looks at the world, or changes it.
    pub fn state(&self) -> MutexGuard<'_, State> {
        // A killed program unwinds while nobody holds the lock; what it left is whole.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The world as the runtime sees it.
    #[must_use]
    pub fn world(&self) -> World {
        World::new(Arc::new(self.clone()), Arc::new(self.clone()), Arc::new(NoNetwork))
    }

    /// A cycle begins, with this in store for it.
    pub(crate) fn begin(&self, round: &Round, rival: Option<Rival>, what: What) {
        let mut state = self.state();
        state.cycle += 1;
        state.step = 0;
        state.asked = [0, 0];
        state.due = Due {
            running: true,
            crash: round.crash,
            full_disk: round.full_disk,
            during: round.during.clone(),
            faults: round.faults.clone(),
            rival,
        };
        state.log(what);
    }

    /// The cycle is over, and this came of it. Returns how many steps it had.
    pub(crate) fn end(&self, what: What) -> u32 {
        let mut state = self.state();
        state.log(what);
        state.due = Due::default();
        state.step
    }

    /// A point at which people may come in and the program may be killed.
    pub(crate) fn step(&self) {
        let mut state = self.state();
        if !state.due.running {
            return;
        }
        state.step += 1;
        let step = state.step;
        let due: Vec<Edit> =
            state.due.during.iter().filter(|(at, _)| *at == step).map(|(_, edit)| edit.clone()).collect();
        for edit in due {
            state.act(&edit);
        }
        if let Some(rival) = state.due.rival.take_if(|rival| rival.at == step) {
            let let_in = rival.is_let_in();
            state.log(What::Rival { let_in });
        }
        if state.due.crash == Some(step) {
            state.log(What::Crashed { step });
            drop(state);
            resume_unwind(Box::new(Killed));
        }
    }

    /// Whether the disk is full.
    pub(crate) fn disk_full(&self) -> bool {
        let mut state = self.state();
        let full = state.due.full_disk.is_some_and(|from| state.step >= from);
        if full {
            state.log(What::DiskFull);
        }
        full
    }

    /// A request to an app is about to be sent. Says what goes wrong with it.
    pub(crate) fn ask(&self, end: End, what: &'static str) -> Option<Fault> {
        self.step();
        let mut state = self.state();
        // A request takes some time.
        state.now += SignedDuration::from_millis(120);
        state.asked[end.index()] += 1;
        let request = state.asked[end.index()];
        state.log(What::Asked { end, what });
        let fault = state.due.faults.iter().find(|strike| strike.end == end && strike.request == request)?.fault;
        state.log(What::Struck { end, fault });
        Some(fault)
    }
}

impl State {
    /// Notes what happened.
    pub fn log(&mut self, what: What) {
        let cycle = if self.due.running { self.cycle } else { 0 };
        self.events.push(Event { at: self.now, cycle, what });
    }

    /// A person does something.
    pub fn act(&mut self, edit: &Edit) {
        let now = self.now;
        for (by, id, change) in people::act(&mut self.servers[edit.end.index()], edit, now) {
            self.log(What::Changed { end: edit.end, by, id, change });
        }
    }

    /// Something that we did to a record.
    pub fn changed(&mut self, end: End, id: &str, change: Change) {
        self.log(What::Changed { end, by: By::Syncc, id: id.to_owned(), change });
    }
}

#[async_trait]
impl Clock for Hub {
    fn now(&self) -> Timestamp {
        self.state().now
    }

    async fn sleep(&self, time: Duration) {
        self.step();
        let mut state = self.state();
        let time = SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
        state.now = state.now.saturating_add(time).unwrap_or(state.now);
    }
}

impl Bits for Hub {
    fn bits(&self) -> u128 {
        let mut state = self.state();
        u128::from(state.chance.bits()) << 64 | u128::from(state.chance.bits())
    }
}

/// These apps are asked directly: nobody has a reason to open a socket.
struct NoNetwork;

#[async_trait]
impl Http for NoNetwork {
    async fn send(&self, request: Request) -> Result<Response, HttpError> {
        let host = request.url.host_str().unwrap_or_default().to_owned();
        Err(HttpError::NotSent { host, why: "there is no network in the simulation".to_owned() })
    }
}
