//! One cycle of one connection: resolve → pull → match → plan → guard → journal → push → confirm.
//!
//! Promises:
//! - A write is sent only if the plan of this cycle holds it and every tripped guard was allowed.
//! - Every write is in the journal before it is sent. What a crash leaves open is resolved by reading the
//!   target, first thing in the next cycle, never by sending again.
//! - A pair that fails holds back itself only. A side that fails as a whole stops its writes; what was
//!   confirmed until then stays, and the next cycle goes on from there.

mod adopt;
mod audit;
mod breaker;
mod conflicts;
mod contact;
mod cost;
mod doubt;
mod error;
mod find;
mod fingerprint;
mod forget;
mod halfway;
mod holds;
mod illegible;
mod lacking;
mod naming;
mod page;
mod pause;
mod picture;
mod pull;
mod push;
mod readdressed;
mod recall;
mod report;
mod resolve;
mod rest;
mod saved;
mod settle;
mod survey;
mod telling;
mod trouble;
mod unanswered;
mod undo;

use syncc_compiler::{
    ir::{End, Program},
    value::Canon,
};

pub use adopt::{Adopted, Adoption};
pub use audit::{Astray, Audit, Difference, Stray};
pub use conflicts::Taking;
pub use contact::{Contact, Field, Pending, Rule, Target};
pub use cost::Cost;
pub use error::CycleError;
pub use fingerprint::fingerprint;
pub use forget::Forgot;
pub use naming::{fits, named, one_line, who};
pub use pause::{Paused, pause, paused, resume};
pub use picture::Picture;
pub use recall::{Of, Planned};
pub use report::{Category, Problem, Report, Tally};
pub use saved::{Moved, SavedChange, SavedContact, SavedPlan};
pub use survey::Overview;
pub use telling::{display, why};
pub use trouble::Waiting;
pub use undo::{Skipped, Undo, Undoes, Undone};

use page::Pass;
pub use page::{KEPT, PAGE};
use picture::Frame;
use survey::Survey;

use crate::{
    apps::App,
    engine::{Engine, Guard, What},
    store::{RunId, Store},
    world::World,
};

/// How often pairs that changed under our hands are read and planned again within one cycle.
const ROUNDS: usize = 3;

/// Everything that a cycle works on.
pub struct Connection<'a> {
    /// The rules.
    pub program: &'a Program,
    /// A name for the rules as they are now: changes whenever they do.
    pub fingerprint: String,
    /// A name for the settings of each account: changes whenever they do.
    pub settings: [String; 2],
    /// How each side spells phone numbers.
    pub canon: [Canon; 2],
    /// The apps, left first.
    pub apps: [&'a dyn App; 2],
    /// The memory.
    pub store: &'a mut dyn Store,
    /// Time and chance.
    pub world: &'a World,
    /// How many records that moved are planned at a time: [`PAGE`], unless somebody wants to see the seams.
    pub page: usize,
    /// How many planned pages are kept until they are carried out: [`KEPT`], unless somebody wants to see the seams.
    pub kept: usize,
}

/// What a cycle asks of whoever started it.
pub trait Host: Send {
    /// A new phase begins; `total` is how many steps it has, if that is known.
    fn phase(&mut self, phase: &str, total: Option<u64>);
    /// So many more steps of the phase are done.
    fn advance(&mut self, steps: u64);
    /// Whether the plan shall be carried out. Asked once, before the first write, if there is one.
    fn approve(&mut self, overview: &Overview<'_>) -> bool;
}

/// What the caller lets a cycle do.
#[derive(Clone, Debug, Default)]
pub struct Allowed {
    /// Names of guards that may trip, such as `removals`.
    pub guards: Vec<String>,
    /// Only what this plan holds; everything that the rules ask for without one.
    pub only: Option<SavedPlan>,
    /// For a look only: nothing that is allowed is remembered, and who writes has to allow it anew.
    pub looks: bool,
}

impl Allowed {
    fn guard(&self, name: &str) -> bool {
        self.guards.iter().any(|allowed| allowed == name)
    }
}

impl<'a> Connection<'a> {
    /// One whole cycle.
    ///
    /// # Errors
    /// When the connection is paused, a side cannot be read, a guard trips that was not allowed, the host does not
    /// approve, or the memory fails. Everything that was confirmed until then stays.
    pub async fn run(&mut self, allowed: &Allowed, host: &mut dyn Host) -> Result<Report, CycleError> {
        let started = self.world.clock.now();
        self.not_paused()?;
        let ended = self.cycle(started, allowed, host).await;
        match &ended {
            Ok(_) => {
                if self.store.stopped()?.is_some() {
                    self.store.go_on()?;
                }
            }
            Err(CycleError::NotApproved | CycleError::OtherRules) => {}
            // Whoever started it is told why it stopped, and need not be told that this could not be written down as well.
            Err(error) => drop(self.store.stop(started, &error.to_string())),
        }
        ended
    }

    /// An error if somebody paused the connection.
    fn not_paused(&self) -> Result<(), CycleError> {
        match pause::of_connection(self.store)? {
            Some(pause) => Err(CycleError::Paused(pause)),
            None => Ok(()),
        }
    }

    async fn cycle(
        &mut self,
        started: jiff::Timestamp,
        allowed: &Allowed,
        host: &mut dyn Host,
    ) -> Result<Report, CycleError> {
        let mut report = Report::default();
        self.read(allowed, host, &mut report).await?;
        let run = self.rounds(started, allowed, host, &mut report).await?;
        let ended = self.world.clock.now();
        report.milliseconds = ended.duration_since(started).as_millis().try_into().unwrap_or_default();
        if let Some(run) = run {
            self.store.end_run(run, ended, &report.summary())?;
        }
        Ok(report)
    }

    /// Reads both sides. Which of them are another account than before, left first.
    async fn read(
        &mut self,
        allowed: &Allowed,
        host: &mut dyn Host,
        report: &mut Report,
    ) -> Result<[bool; 2], CycleError> {
        // Before anything else: in another account nothing that was sent is found again, and would be sent once more.
        let mut another = [false; 2];
        for end in End::BOTH {
            another[end.index()] = self.same_account(end, allowed).await?;
        }
        self.resolve(allowed, report).await?;
        let found_out = self.pull(allowed, host, report).await?;
        let another = [0, 1].map(|end: usize| another[end] || found_out[end]);
        for end in End::BOTH.into_iter().filter(|end| allowed.looks && another[end.index()]) {
            // It was only looked at: where the right one is put back, nothing is read on from here.
            self.store.set_cursor(end, None)?;
        }
        Ok(another)
    }

    /// Plans and writes until both sides stand still. A run begins only after the guards let it: from then on its
    /// rules count as planned, so one that was refused must not begin. An undo and what is resolved by hand are runs that no
    /// rules ask for: they say nothing about the rules.
    async fn rounds(
        &mut self,
        started: jiff::Timestamp,
        allowed: &Allowed,
        host: &mut dyn Host,
        report: &mut Report,
    ) -> Result<Option<RunId>, CycleError> {
        let (mut begun, mut news) = (None, false);
        for _ in 0..ROUNDS {
            host.phase("Planning", None);
            let Survey { overview, frame, whole, pass } = self.survey(allowed, begun.is_none(), report)?;
            let tripped: Vec<_> = overview.guards.iter().filter(|guard| !allowed.guard(guard.name())).collect();
            if !tripped.is_empty() && begun.is_some() {
                // What changed meanwhile is for the next run, which says so before it writes anything.
                break;
            }
            if !tripped.is_empty() {
                // Nobody says yes to it yet: whoever counts as deleted for not being listed is looked for once more.
                for guard in &tripped {
                    let end = match guard {
                        Guard::EmptySide { end, .. } => *end,
                        Guard::TooMany { end, what: What::Deletion, .. } => end.other(),
                        _ => continue,
                    };
                    if self.store.missed(end)? {
                        self.read_anew(end)?;
                    }
                }
                let tell = |guard: &Guard| (guard.name().to_owned(), guard.message(self.program));
                let tripped = tripped.into_iter().map(tell);
                return Err(CycleError::Guards(tripped.collect()));
            }
            let run = match begun {
                Some(run) => run,
                None if overview.writes > 0 && !host.approve(&overview) => return Err(CycleError::NotApproved),
                None => {
                    // Of a plan for some, nobody saw what it comes to for all others.
                    if allowed.only.is_none() {
                        self.note_rules(overview.writes > 0)?;
                    }
                    self.store.begin_run(started, &self.fingerprint)?
                }
            };
            for guard in &overview.guards {
                if let Guard::EmptySide { end, .. } = guard {
                    // It was allowed, and need not be said in every run.
                    self.store.set_emptied(*end)?;
                }
            }
            begun = Some(run);
            report.begin_round();
            let mut changed_meanwhile = false;
            let mut kept = if whole { overview.sample } else { Vec::new() }.into_iter();
            let mut pass = (!whole).then(|| Pass::over(pass));
            while let Some(picture) = match &mut pass {
                None => kept.next(),
                Some(pass) => self.again(pass, &frame, allowed, report)?,
            } {
                let pushed = self.push(run, &picture, host, report).await?;
                report.note(&picture);
                changed_meanwhile |= pushed.changed_meanwhile();
                news |= pushed.reached_others;
                if pushed.reached_others && pass.is_none() {
                    // Of somebody in a page that was kept there is news: it is not carried out as it was planned.
                    let items = kept.as_slice().iter().flat_map(|picture| &picture.plan.items);
                    let ids = items.flat_map(|item| End::BOTH.into_iter().zip(&item.ids));
                    pass = Some(Pass::of(ids.filter_map(|(end, id)| Some((end, id.as_ref()?)))));
                }
            }
            self.note_meanwhile(report, changed_meanwhile)?;
            report.settle_done(&self.at_rest()?);
            news |= changed_meanwhile;
            if !changed_meanwhile {
                break;
            }
        }
        if !news {
            self.rest_written(report)?;
        }
        Ok(begun)
    }

    /// Notes that these rules are run. Where nothing is written by rules that nobody planned, nobody saw what they do: whoever is to be
    /// written to later is asked for first.
    fn note_rules(&mut self, writes: bool) -> Result<(), CycleError> {
        let (known, never) = (self.are_known()?, self.store.planned()?.is_none());
        if !known && (writes || never) {
            self.store.set_planned(&self.fingerprint)?;
        }
        if (known || writes || never) && self.store.ran()?.as_ref() != Some(&self.fingerprint) {
            self.store.set_ran(&self.fingerprint)?;
        }
        Ok(())
    }

    /// The next page of a pass, planned.
    fn again(
        &mut self,
        pass: &mut Pass,
        frame: &Frame,
        allowed: &Allowed,
        report: &mut Report,
    ) -> Result<Option<Picture<'a>>, CycleError> {
        let Some(page) = pass.next(self.store, self.page)? else { return Ok(None) };
        let mut picture = self.page(page, frame, allowed.only.as_ref(), report)?;
        // Whatever could be put to rest was: the others are awake, and counted one by one.
        picture.plan.items.iter_mut().for_each(|item| item.rest = [None, None]);
        Ok(Some(picture))
    }

    /// Notes who moved while the round was under way, such as one whose partner turned out to be merged with somebody: it is
    /// planned in the next cycle. Where contacts `changed` under our hands, whoever turned out to be gone is not counted any more.
    fn note_meanwhile(&mut self, report: &mut Report, changed: bool) -> Result<(), CycleError> {
        let mut after = None;
        loop {
            let moved = self.store.moved(after.as_ref(), PAGE)?;
            for (end, id) in &moved {
                let known = report.knows(*end, id);
                if known && !changed {
                    continue;
                }
                let there = self.store.records(*end, std::slice::from_ref(id))?;
                match there.iter().any(|seen| !seen.observed.deleted) {
                    true if !known => report.moved_meanwhile(*end, id),
                    false => report.gone_meanwhile(*end, id),
                    true => {}
                }
            }
            match moved.last() {
                Some(last) => after = Some(last.clone()),
                None => return Ok(()),
            }
        }
    }

    /// The engine for the rules of this connection, and for what the apps have a place for now.
    fn engine(&self) -> Engine<'a> {
        let lacks = self.apps.map(|app| app.lacks().fields.into_iter().map(|(field, _)| field).collect());
        Engine::with_canon(self.program, self.canon.clone()).lacking(lacks)
    }
}
