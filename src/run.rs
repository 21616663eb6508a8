//! `syncc run`: keeps two apps in step, until stopped.

use std::{path::PathBuf, sync::Arc, time::Duration};

use clap::Args;
use syncc_compiler::ir::Program;
use syncc_runtime::{
    cycle::{Allowed, CycleError, Report, SavedPlan},
    store::Pause,
    world::World,
};

use crate::{
    connect::{Access, Opened},
    exit::Exit,
    load::Loaded,
    output::{Output, Paint, complain, painted, remark, say},
    practice::Practice,
    progress::{Consent, Progress},
    stop::Stop,
    tables,
};

/// Keep the contacts in step, until stopped
#[derive(Args)]
pub(crate) struct Run {
    /// A folder with .sync files, one file, or a built file
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Run one cycle and end
    #[arg(long)]
    once: bool,
    /// Go ahead with a first sync without asking
    #[arg(long, short)]
    yes: bool,
    /// Use the practice apps that are built in, not real accounts
    #[arg(long)]
    sandbox: bool,
    /// Let a guard trip that you looked into, by its name
    #[arg(long = "allow", value_name = "GUARD")]
    allow: Vec<String>,
    /// Carry out a saved plan, exactly as it is, and end
    #[arg(long, value_name = "FILE", conflicts_with = "once")]
    plan: Option<PathBuf>,
}

/// How one cycle of one connection went.
enum Went {
    Fine(Report),
    /// It ended, and some records failed.
    WithProblems(Report),
    /// Somebody paused it: nothing was done.
    Paused,
    /// It did not end; the daemon tries again.
    Failed(String),
    /// A guard tripped: a person has to look at it. A daemon leaves it at that, and looks again the next time.
    Held(String),
    /// Nobody agreed to the first sync, or the saved plan is not of these rules. A daemon ends if nobody agrees to any when it begins;
    /// else it leaves it at that as well.
    Refused(String),
}

/// The guard that asks for a plan of changed rules, and what it may mean for a daemon, whose own rules do not change.
const RULES_CHANGED: &str = "rules-changed";
const OUTDATED: &str =
    "If other rules were run since this one started: it keeps those that it started with. Stop it and start it anew";

impl Run {
    pub(crate) async fn run(self, output: &Output) -> Exit {
        Exit::of(self.go(output).await)
    }

    async fn go(self, output: &Output) -> Result<Exit, String> {
        let loaded = Loaded::open_any(&self.path)?;
        let (programs, left_out) = loaded.sound(output);
        if programs.is_empty() {
            complain("nothing was done, because the rules have problems");
            return Ok(Exit::Problems);
        }
        // What is wrong with the rules of two apps is no reason to let two others grow apart.
        for file in &left_out {
            complain(&format!("{} is left out, because its rules have problems; the others run", file.shown()));
        }
        let practice = Practice::start_if(self.sandbox, &loaded.workspace).await?;
        if let (Some(practice), false) = (&practice, output.json()) {
            remark(&practice.greeting());
        }
        let world = World::real();
        let mut connections = Vec::new();
        for program in &programs {
            let mut opened = Opened::open(program, &loaded.workspace, practice.as_ref(), &world, Access::Work)?;
            opened.listen().await?;
            connections.push(opened);
        }
        if let Some(practice) = &practice {
            practice.settled().await;
        }
        let exit = if self.once || self.plan.is_some() {
            match self.one_cycle(&mut connections, output).await? {
                Exit::Fine if !left_out.is_empty() => Exit::Problems,
                exit => exit,
            }
        } else {
            let stop = Stop::listen().map_err(|error| format!("this machine does not tell syncc to stop: {error}"))?;
            self.forever(&mut connections, stop, &loaded, output).await
        };
        if let Some(practice) = &practice {
            practice.settled().await;
        }
        drop(connections);
        if let Some(practice) = practice {
            practice.stop().await;
        }
        Ok(exit)
    }

    /// One cycle of every connection; with a saved plan, of those that it is for.
    async fn one_cycle(&self, connections: &mut [Opened], output: &Output) -> Result<Exit, String> {
        let mut plans = self.plan.as_deref().map(crate::plan::saved).transpose()?;
        let mut exit = Exit::Fine;
        for opened in connections {
            let only = plans.as_mut().map(|plans| {
                let place = plans.iter().position(|plan| plan.connection == opened.program.name)?;
                Some(plans.swap_remove(place))
            });
            let only = match only {
                None => None,
                Some(None) => continue,
                Some(only) => only,
            };
            match self.cycle(opened, only, Consent::Asked, output).await {
                Went::Fine(report) if report.moved.is_empty() => {}
                Went::Paused => {}
                _ => exit = Exit::Problems,
            }
        }
        match plans.unwrap_or_default().first() {
            Some(plan) => {
                Err(format!("the plan is for a connection `{}`, and there is no file of that name", plan.connection))
            }
            None => Ok(exit),
        }
    }

    /// Cycles of every connection, each in its own rhythm, until the program is told to stop.
    async fn forever(&self, connections: &mut [Opened], mut stop: Stop, loaded: &Loaded, output: &Output) -> Exit {
        let mut outdated = Vec::new();
        let now = tokio::time::Instant::now();
        let mut due: Vec<_> = connections.iter().map(|_| now).collect();
        let (mut begins, mut refused) = (0..connections.len(), 0);
        loop {
            let Some((next, when)) = due.iter().copied().enumerate().min_by_key(|(_, when)| *when) else {
                return Exit::Fine;
            };
            tokio::select! {
                biased;
                () = stop.said() => return Exit::Fine,
                () = tokio::time::sleep_until(when) => {}
            }
            let changed = loaded.changed_since();
            if changed != outdated && !changed.is_empty() {
                complain(&format!(
                    "{} changed since this run started. It goes on by the rules that it started with: stop it and start it anew",
                    changed.join(" and ")
                ));
            }
            outdated = changed;
            // A cycle is not cut off: it ends, or it fails, and then the program stops.
            let begins = begins.next().is_some();
            // Somebody may be here when it begins. Later nobody is asked, and none waits for an answer that another one needs.
            let consent = if begins { Consent::Asked } else { Consent::Missing };
            let went = self.cycle(&mut connections[next], None, consent, output).await;
            refused += usize::from(begins && matches!(went, Went::Refused(_)));
            if refused == connections.len() {
                return Exit::Problems;
            }
            due[next] = tokio::time::Instant::now() + every(&connections[next].program);
        }
    }

    async fn cycle(&self, opened: &mut Opened, only: Option<SavedPlan>, consent: Consent, output: &Output) -> Went {
        let later = consent == Consent::Missing;
        // Whoever saved a plan has seen it.
        let consent = if self.yes || only.is_some() { Consent::Given } else { consent };
        let mut progress = Progress::new(consent, output.json());
        let allowed = Allowed { guards: self.allow.clone(), only, ..Allowed::default() };
        let program = Arc::clone(&opened.program);
        let result = match opened.connection() {
            Ok(mut connection) => connection.run(&allowed, &mut progress).await.map_err(Ok),
            Err(why) => Err(Err(why)),
        };
        progress.done();
        opened.rest();
        let went = match result {
            Ok(report) if report.problems.is_empty() => Went::Fine(report),
            Ok(report) => Went::WithProblems(report),
            Err(Ok(CycleError::Paused(pause))) => {
                if opened.tell_pause() {
                    tell_paused(&program, &pause, output);
                }
                return Went::Paused;
            }
            Err(Ok(CycleError::Guards(guards))) => {
                let outdated = later && guards.iter().any(|(name, _)| name == RULES_CHANGED);
                let told = CycleError::Guards(guards).to_string();
                Went::Held(if outdated { format!("{told}\n{OUTDATED}") } else { told })
            }
            Err(Ok(error @ (CycleError::NotApproved | CycleError::OtherRules))) => Went::Refused(error.to_string()),
            Err(Ok(error)) => Went::Failed(error.to_string()),
            // Somebody else works on it right now: the next cycle has another chance.
            Err(Err(why)) => Went::Failed(why),
        };
        opened.resumed();
        match &went {
            Went::Paused => {}
            Went::Fine(report) | Went::WithProblems(report) => {
                if output.json() {
                    let mut document = tables::report_json(&program, report);
                    document["requests"] = opened.requests().into();
                    output.document(&document);
                } else {
                    // The same again in each cycle of a daemon would be nothing but noise.
                    let text = tables::report_text(&program, report);
                    if opened.tell(&text) || report.written() > 0 {
                        say(&text);
                    }
                }
            }
            Went::Failed(why) | Went::Refused(why) | Went::Held(why) => {
                if output.json() {
                    output.document(&serde_json::json!({ "version": 1, "connection": program.name, "error": why }));
                }
                if opened.tell(why) {
                    complain(&format!("{}: {why}", program.name));
                }
            }
        }
        went
    }
}

fn tell_paused(program: &Program, pause: &Pause, output: &Output) {
    if output.json() {
        let paused = serde_json::json!({ "since": pause.since.to_string(), "because": pause.why });
        output.document(&serde_json::json!({ "version": 1, "connection": program.name, "paused": paused }));
    } else {
        say(&format!("{}: {}\n", painted(Paint::Strong, &program.name), CycleError::Paused(pause.clone())));
    }
}

fn every(program: &Program) -> Duration {
    Duration::from_secs(program.every.max(1))
}
