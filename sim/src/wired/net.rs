//! The world of a run: one clock, one stream of chance, and a network that ends at the two practice apps.
//!
//! Everything that syncc does to the outside passes [`Net::step`]: a write of the store before and after it took effect, a
//! request before it is sent and after it was answered, and every wait. At each step people may do something, messages
//! may come, and the program may be killed.

use std::{
    collections::BTreeMap,
    panic::resume_unwind,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use syncc_compiler::ir::End;
use syncc_runtime::{
    apps::Intake,
    store::NewEntry,
    world::{Chance as Bits, Clock, Http, HttpError, Request, Response, World},
};
use syncc_sandbox::{Asked, Direct, Practice};
use uuid::Uuid;

use super::{
    drift,
    log::{Event, What},
    plan::{Drift, How, Plan, Round, Strike},
    post::Letters,
};
use crate::{chance::Chance, event::By, hub::Killed, hub::Op, planted::Planted, store::Steps};

/// The world. Cheap to clone.
#[derive(Clone)]
pub struct Net(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    /// Who takes messages in, while anybody does. Not part of the state: it asks the clock.
    intake: Mutex<Option<Arc<Intake>>>,
}

/// What the world is like now.
pub struct State {
    /// What time it is in the apps.
    pub now: Timestamp,
    /// How far our clock is ahead, in seconds.
    pub skew: i64,
    /// The run that is under way, or was last.
    pub cycle: u32,
    /// What happened so far.
    pub events: Vec<Event>,
    /// The creates that were journalled.
    pub ops: BTreeMap<Uuid, Op>,
    /// The practice apps.
    pub(super) apps: Direct,
    /// What each app held when it was last looked at.
    pub(super) held: [BTreeMap<String, Value>; 2],
    /// The logins that the apps take, and that syncc knows.
    pub(super) logins: [Login; 2],
    /// The messages that are on their way.
    pub(super) letters: Letters,
    /// The file that Real Geeks exports to.
    pub(super) export: PathBuf,
    chance: Chance,
    due: Due,
    step: u32,
    planted: Option<Planted>,
}

/// The login of an account. Each is new, and long enough to be looked for.
pub(super) struct Login {
    /// How often it was changed.
    pub(super) times: u32,
    /// What it was at first. Every later one begins with it.
    pub(super) first: String,
    /// What the app takes.
    pub(super) taken: String,
    /// What syncc was told.
    pub(super) known: String,
}

/// What is due in this run.
#[derive(Default)]
struct Due {
    running: bool,
    crash: Option<u32>,
    rotate: Option<(u32, End)>,
    during: Vec<(u32, super::plan::Deed)>,
    strikes: Vec<(Strike, u32)>,
    drift: Option<Drift>,
}

impl Net {
    /// A world at its beginning.
    pub(super) fn new(plan: &Plan, apps: Direct, export: PathBuf, planted: Option<Planted>) -> Self {
        let login = |name: &str| {
            let first = secret(plan.seed, name, 0);
            Login { times: 0, first: first.clone(), taken: first.clone(), known: first }
        };
        let state = State {
            now: start(),
            skew: plan.skew,
            cycle: 0,
            events: Vec::new(),
            ops: BTreeMap::new(),
            held: Default::default(),
            logins: [login("google"), login("realgeeks")],
            letters: Letters::new(plan.post, secret(plan.seed, "webhook", 0)),
            export,
            apps,
            chance: Chance::new(plan.seed ^ 0x5eed_cafe),
            due: Due::default(),
            step: 0,
            planted,
        };
        for end in End::BOTH {
            state.practice(end).set_secret(&state.logins[end.index()].taken);
        }
        // The address is not used: messages are taken out by hand. Nothing is refused of an address.
        let _ = state.apps.realgeeks().set_webhook(Some("https://syncc.invalid/"));
        Self(Arc::new(Inner { state: Mutex::new(state), intake: Mutex::new(None) }))
    }

    /// Looks at the world, or changes it.
    pub fn state(&self) -> MutexGuard<'_, State> {
        // A killed program unwinds while nobody holds the lock; what it left is whole.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The world as the runtime sees it.
    #[must_use]
    pub fn world(&self) -> World {
        World::new(Arc::new(self.clone()), Arc::new(self.clone()), Arc::new(self.clone()))
    }

    /// Everybody that an app has, in the form of its API, by their ids.
    #[must_use]
    pub fn held(&self, end: End) -> Vec<Value> {
        self.state().held[end.index()].values().cloned().collect()
    }

    /// Somebody takes messages in from now on, or nobody does.
    pub(super) fn listen(&self, intake: Option<Intake>) {
        *self.0.intake.lock().unwrap_or_else(PoisonError::into_inner) = intake.map(Arc::new);
    }

    /// A run begins, with this in store for it.
    pub(super) fn begin(&self, round: &Round, allowed: &[String]) {
        let mut state = self.state();
        state.cycle += 1;
        state.step = 0;
        state.due = Due {
            running: true,
            crash: round.crash,
            rotate: round.rotate,
            during: round.during.clone(),
            strikes: round.faults.iter().map(|strike| (strike.clone(), 0)).collect(),
            drift: round.drift.clone(),
        };
        for end in End::BOTH {
            state.practice(end).set_faults(faults(round, end));
        }
        state.log(What::Began { allowed: allowed.to_vec() });
    }

    /// The run is over, and this came of it.
    pub(super) fn end(&self, what: What) {
        let mut state = self.state();
        state.log(what);
        state.due = Due::default();
        for end in End::BOTH {
            state.practice(end).set_faults(Vec::new());
        }
    }

    /// Time goes by, outside of runs.
    pub(super) fn wait(&self, seconds: u32) {
        self.state().pass(SignedDuration::from_secs(seconds.into()));
        self.deliver();
    }

    /// Hands over the messages that are due.
    pub(super) fn deliver(&self) {
        let intake = self.0.intake.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(intake) = intake else { return };
        loop {
            let letter = {
                let mut state = self.state();
                let now = state.now;
                state.letters.due(now)
            };
            let Some(letter) = letter else { return };
            let whole = self.state().planted == Some(Planted::Whole);
            let header = |name: &str| {
                let said = letter.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
                // The mistake: what was changed counts as all that there is.
                if whole && said == Some("updated") { Some("created") } else { said }
            };
            let taken = intake.take(&header, &letter.body);
            let mut state = self.state();
            let body = String::from_utf8_lossy(&letter.body).into_owned();
            state.log(What::Came { body, status: taken.status });
            if taken.status == 503 {
                state.letters.again(letter);
            }
        }
    }

    fn step(&self) {
        let mut state = self.state();
        if !state.due.running {
            return;
        }
        state.step += 1;
        let step = state.step;
        let due: Vec<_> = state.due.during.iter().filter(|(at, _)| *at == step).map(|(_, deed)| deed.clone()).collect();
        for deed in due {
            state.act(&deed);
        }
        if let Some((_, end)) = state.due.rotate.take_if(|(at, _)| *at <= step) {
            state.rotate(end);
        }
        let killed = state.due.crash == Some(step);
        if killed {
            state.log(What::Killed(step));
        }
        drop(state);
        if killed {
            resume_unwind(Box::new(Killed));
        }
        self.deliver();
    }
}

/// When every world begins.
pub(super) fn start() -> Timestamp {
    Timestamp::new(1_780_000_000, 0).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A login that stands nowhere else.
fn secret(seed: u64, name: &str, times: u32) -> String {
    format!("{name}-canary-{seed:x}-{times}-nobody-may-read-this")
}

/// What the practice app itself does wrong.
fn faults(round: &Round, end: End) -> Vec<syncc_sandbox::Fault> {
    let own = round.faults.iter().filter(|strike| strike.end == end);
    own.filter_map(|strike| {
        let How::App(what) = &strike.how else { return None };
        let mut fault = syncc_sandbox::Fault::new(what.clone()).from(strike.first.into()).times(strike.times.into());
        fault.method = Some(strike.method.clone()).filter(|method| !method.is_empty());
        fault.path = Some(strike.path.clone()).filter(|path| !path.is_empty());
        Some(fault)
    })
    .collect()
}

impl State {
    /// Notes what happened.
    pub(super) fn log(&mut self, what: What) {
        let cycle = if self.due.running { self.cycle } else { 0 };
        self.events.push(Event { at: self.now, cycle, what });
    }

    pub(super) fn practice(&self, end: End) -> Practice {
        match end {
            End::Left => self.apps.google().clone(),
            End::Right => self.apps.realgeeks().clone(),
        }
    }

    /// Time goes by.
    pub(super) fn pass(&mut self, time: SignedDuration) {
        self.now = self.now.saturating_add(time).unwrap_or(self.now);
        self.apps.set_clock(self.now);
    }

    /// What time it is by our clock.
    pub(super) fn ours(&self) -> Timestamp {
        self.now.saturating_add(SignedDuration::from_secs(self.skew)).unwrap_or(self.now)
    }

    /// An app takes another login from now on.
    fn rotate(&mut self, end: End) {
        let login = &mut self.logins[end.index()];
        login.times += 1;
        login.taken = format!("{}-{}", login.first, login.times);
        let taken = login.taken.clone();
        self.practice(end).set_secret(&taken);
        self.log(What::Rotated(end));
    }

    /// Looks at an app, and notes what is not as it was. Takes its messages to the post.
    pub(super) fn look(&mut self, end: End, by: By) {
        let practice = self.practice(end);
        let id = |person: &Value| {
            let name = if end == End::Left { "resourceName" } else { "id" };
            person.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let now: BTreeMap<String, Value> = practice.people().into_iter().map(|person| (id(&person), person)).collect();
        let before = std::mem::replace(&mut self.held[end.index()], now.clone());
        let ids: std::collections::BTreeSet<_> = before.keys().chain(now.keys()).cloned().collect();
        for id in ids {
            let (before, after) = (before.get(&id).cloned(), now.get(&id).cloned());
            if before != after {
                self.log(What::Changed { end, by, id, before, after });
            }
        }
        if end == End::Right {
            for letter in practice.take_webhooks(self.letters.secret()) {
                if let Some(lost) = self.letters.post(letter, self.now, &mut self.chance) {
                    self.log(What::Lost { body: String::from_utf8_lossy(&lost.body).into_owned() });
                }
            }
        }
    }

    /// What strikes this request, besides what the practice app does wrong by itself.
    fn strike(&mut self, end: End, method: &str, target: &str) -> Option<How> {
        let mut found = None;
        for (strike, seen) in &mut self.due.strikes {
            let fits = strike.end == end
                && (strike.method.is_empty() || strike.method == method)
                && target.contains(&strike.path)
                && !matches!(strike.how, How::App(_));
            if !fits {
                continue;
            }
            *seen += 1;
            if *seen >= strike.first && *seen - strike.first < strike.times && found.is_none() {
                found = Some(strike.how.clone());
            }
        }
        found
    }

    fn answer(&mut self, end: End, request: &Request) -> Result<Response, HttpError> {
        // A request takes some time.
        self.pass(SignedDuration::from_millis(120));
        let (path, query) = (request.url.path().to_owned(), request.url.query().unwrap_or_default().to_owned());
        let target = if query.is_empty() { path.clone() } else { format!("{path}?{query}") };
        let struck = self.strike(end, &request.method, &target);
        let asked = What::Asked {
            end,
            method: request.method.clone(),
            target,
            body: String::from_utf8_lossy(&request.body).into_owned(),
            outcome: String::new(),
            struck: struck.clone(),
        };
        let at = self.events.len();
        self.log(asked);
        let answered = self.ask(end, request, (&path, &query), struck);
        let words = match &answered {
            Ok(response) => response.status.to_string(),
            Err(HttpError::NotSent { .. }) => "not sent".to_owned(),
            Err(HttpError::NoAnswer { .. }) => "no answer".to_owned(),
        };
        if let Some(Event { what: What::Asked { outcome, .. }, .. }) = self.events.get_mut(at) {
            *outcome = words;
        }
        answered
    }

    fn ask(
        &mut self,
        end: End,
        request: &Request,
        (path, query): (&str, &str),
        struck: Option<How>,
    ) -> Result<Response, HttpError> {
        let host = request.url.host_str().unwrap_or_default().to_owned();
        let authorization = request.headers.iter().find(|(name, _)| name == "authorization");
        let authorization = authorization.map(|(_, value)| value.as_str());
        match struck {
            Some(How::Unreached) => {
                return Err(HttpError::NotSent { host, why: "Connection refused".to_owned() });
            }
            Some(How::Parrot) => {
                let said = format!("not with {}", authorization.unwrap_or_default());
                let body = match end {
                    End::Left => serde_json::json!({"error": {"code": 500, "message": said, "status": "INTERNAL"}}),
                    End::Right => serde_json::json!({"error": said}),
                };
                return Ok(Response { status: 500, headers: Vec::new(), body: body.to_string().into_bytes() });
            }
            _ => {}
        }
        let drift = self.due.drift.clone();
        let body = drift::undone(drift.as_ref(), end, &request.body);
        let asked = Asked { method: &request.method, path, query, authorization, body: &body };
        let (answer, slow) = self.practice(end).ask(&asked);
        if request.method != "GET" {
            self.look(end, By::Syncc);
        }
        self.pass(SignedDuration::try_from(slow).unwrap_or_default());
        let Some(answer) = answer.filter(|answer| !answer.cut) else {
            return Err(HttpError::NoAnswer { host, why: "connection closed before the answer ended".to_owned() });
        };
        let mut body = answer.body;
        if (200..300).contains(&answer.status) {
            body = drift::done(drift.as_ref(), end, body);
        }
        if struck == Some(How::Half) {
            body.truncate(body.len() / 2);
        }
        Ok(Response { status: answer.status, headers: answer.headers, body })
    }
}

impl Steps for Net {
    fn step(&self) {
        Self::step(self);
    }

    fn disk_full(&self) -> bool {
        false
    }

    fn journalled(&self, entry: &NewEntry) {
        if entry.target.is_none() {
            self.state().ops.insert(entry.op, Op { end: entry.end, partner: entry.partner.clone() });
        }
    }
}

#[async_trait]
impl Clock for Net {
    fn now(&self) -> Timestamp {
        self.state().ours()
    }

    async fn sleep(&self, time: Duration) {
        self.state().pass(SignedDuration::try_from(time).unwrap_or_default());
        self.step();
    }
}

impl Bits for Net {
    fn bits(&self) -> u128 {
        let mut state = self.state();
        u128::from(state.chance.bits()) << 64 | u128::from(state.chance.bits())
    }
}

#[async_trait]
impl Http for Net {
    async fn send(&self, request: Request) -> Result<Response, HttpError> {
        self.step();
        if self.state().planted == Some(Planted::Loud) {
            tracing::debug!(headers = ?request.headers);
        }
        let host = request.url.host_str().unwrap_or_default();
        let end = if host.ends_with("googleapis.com") { End::Left } else { End::Right };
        let answer = self.state().answer(end, &request);
        self.step();
        answer
    }
}
