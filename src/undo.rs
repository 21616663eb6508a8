//! `syncc undo`: takes back what was written, after showing it.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use serde_json::json;
use syncc_compiler::ir::{End, Program};
use syncc_runtime::{
    cycle::{Allowed, Of, Skipped, Undoes, Undone},
    store::{Asked, RunId, Store},
    world::World,
};

use crate::{
    ask,
    check::plural,
    connect::{Access, Opened},
    exit::Exit,
    load,
    output::{Output, Paint, complain, painted, say},
    practice::Practice,
    progress::{Consent, Progress},
    tables::{self, Shown},
    when, whom,
};

/// How many digits a phone number has at least; fewer are the number of a run.
const PHONE: usize = 7;

/// How many of those left alone are shown.
const SHOWN: usize = 20;

/// Take back what was written: by a run, to a contact, or since a point in time
///
/// Shows first what it would write. What was edited since is left alone and named. What the rules would do again at
/// once is paused.
#[derive(Args)]
pub(crate) struct Undo {
    /// The number of a run, or a contact: an email, a phone number, a name or an id
    #[arg(required_unless_present = "since")]
    what: Option<String>,
    /// A folder with .sync files, one file, or a built file
    path: Option<PathBuf>,
    /// Only what was written since then: a day (2026-11-21), a point in time, or so long ago (2h, 3d)
    #[arg(long)]
    since: Option<String>,
    /// Only this field
    #[arg(long)]
    field: Option<String>,
    /// Only show what it would write
    #[arg(long)]
    dry_run: bool,
    /// Go ahead without asking
    #[arg(long, short)]
    yes: bool,
    /// Of the practice apps that are built in, not of real accounts
    #[arg(long)]
    sandbox: bool,
    /// Let a guard trip that you looked into, by its name
    #[arg(long = "allow", value_name = "GUARD")]
    allow: Vec<String>,
}

impl Undo {
    pub(crate) async fn run(self, output: &Output) -> Exit {
        Exit::of(self.undo(output).await)
    }

    async fn undo(self, output: &Output) -> Result<Exit, String> {
        let (what, path) = match (&self.what, &self.path) {
            // `undo --since 2h FOLDER`: what stands alone and is there is the workspace.
            (Some(only), None) if self.since.is_some() && Path::new(only).exists() => (None, Path::new(only)),
            (what, path) => (what.as_deref(), path.as_deref().unwrap_or(Path::new("."))),
        };
        let loaded = load::Loaded::open_any(path)?;
        let Ok(mut programs) = loaded.programs(output) else { return Ok(Exit::Problems) };
        let practice = Practice::start_if(self.sandbox, &loaded.workspace).await?;
        let mut exit = Exit::Problems;
        let (mut known, mut found) = (false, false);
        let world = World::real();
        if let Some(run) = what.and_then(|what| what.parse().ok()).map(RunId).filter(|_| programs.len() > 1) {
            // Each connection counts its own.
            let mut wrote = Vec::new();
            for program in &programs {
                let mut opened = Opened::open(program, &loaded.workspace, practice.as_ref(), &world, Access::Work)?;
                let asked = Asked { run: Some(run), limit: Some(1), ..Asked::default() };
                if !opened.store()?.history(&asked).map_err(|error| error.to_string())?.is_empty() {
                    wrote.push(Arc::clone(program));
                }
            }
            if let [first, _, ..] = wrote.as_slice() {
                let names: Vec<&str> = wrote.iter().map(|program| program.name.as_str()).collect();
                return Err(format!(
                    "a run {} of each of {} wrote something: name the file, such as `syncc undo {} {}.sync`",
                    run.0,
                    names.join(", "),
                    run.0,
                    first.name
                ));
            }
            if !wrote.is_empty() {
                programs = wrote;
            }
        }
        for program in &programs {
            let mut opened = Opened::open(program, &loaded.workspace, practice.as_ref(), &world, Access::Work)?;
            let Some((asked, name)) = self.asked(what, &mut opened)? else { continue };
            known = true;
            if let Some(went) = self.of(program, &asked, &name, &mut opened, output).await? {
                found = true;
                exit = went;
            }
        }
        if let Some(practice) = practice {
            practice.settled().await;
            practice.stop().await;
        }
        if let Some(contact) = what.filter(|what| !known && what.parse::<i64>().is_err()) {
            complain(&whom::unknown(contact));
        } else if !found {
            complain("nothing was written that fits; `syncc log` shows what was");
        }
        Ok(exit)
    }

    /// Undoes within one connection; nothing if nothing was written that fits.
    async fn of(
        &self,
        program: &Program,
        asked: &Asked,
        name: &str,
        opened: &mut Opened,
        output: &Output,
    ) -> Result<Option<Exit>, String> {
        if opened
            .store()?
            .history(&Asked { limit: Some(1), ..asked.clone() })
            .map_err(|error| error.to_string())?
            .is_empty()
        {
            return Ok(None);
        }
        let allowed = Allowed { guards: self.allow.clone(), ..Allowed::default() };
        let mut progress = Progress::new(Consent::Given, output.json());
        let mut connection = opened.connection()?;
        let mut shown = Shown::new(program, output.json());
        let mut left = Left::default();
        let mut show = |page: &Undoes<'_>| {
            shown.add(&page.picture, None);
            left.add(&page.skipped, output.json());
        };
        let planned = connection.plan_undo(asked, name, &allowed, &mut progress, &mut show).await;
        progress.done();
        let undo = planned.map_err(|error| error.to_string())?;
        if output.json() {
            output.document(&json!({
                "version": 1, "connection": program.name, "undo": name, "contacts": shown.contacts(),
                "left_alone": left.some,
            }));
        } else {
            say(&shown.by_hand(name, &undo.guards));
            say(&left.text());
        }
        let writes = undo.writes;
        if writes == 0 {
            if !output.json() {
                say("nothing to undo\n");
            }
            return Ok(Some(Exit::Fine));
        }
        if self.dry_run {
            return Ok(Some(Exit::Changes));
        }
        if !self.yes && !ask::yes(&format!("Write this to {}?", plural(writes, "contact"))) {
            return Err("nothing was written: the undo was not approved".to_owned());
        }
        let mut progress = Progress::new(Consent::Given, output.json());
        let undone = connection.undo(&undo, &allowed, &mut progress).await;
        progress.done();
        let undone = undone.map_err(|error| error.to_string())?;
        self.tell(program, name, &undone, output);
        Ok(Some(if undone.report.problems.is_empty() { Exit::Fine } else { Exit::Problems }))
    }

    /// Which lines of the history are meant, and what that is called; nothing if this connection does not know them.
    fn asked(&self, what: Option<&str>, opened: &mut Opened) -> Result<Option<(Asked, String)>, String> {
        let now = World::real().clock.now();
        let since = self.since.as_deref().map(|text| when::since(text, now)).transpose()?;
        let asked = Asked { since, field: self.field.clone(), ..Asked::default() };
        let Some(what) = what else {
            return Ok(Some((asked, format!("undo since {}", self.since.as_deref().unwrap_or_default()))));
        };
        let run = what.parse().ok().map(RunId);
        let runs = opened.store()?.runs(usize::MAX).map_err(|error| error.to_string())?;
        if let Some(run) = run.filter(|run| runs.iter().any(|known| known.id == *run)) {
            return Ok(Some((Asked { run: Some(run), ..asked }, format!("undo of run {}", run.0))));
        }
        if run.is_some() && what.len() < PHONE {
            return Err(format!("there is no run {what}; `syncc log` shows what was written, and by which run"));
        }
        let mut connection = opened.connection()?;
        let (picture, _) = connection.recall(Of::Typed(what)).map_err(|error| error.to_string())?;
        let Some((index, item)) = whom::one(&picture, what)?.and_then(|at| Some((at, picture.plan.items.get(at)?)))
        else {
            return Ok(None);
        };
        if !picture.is_named(index, what) {
            return Err(whom::in_part(what, &picture.who(item)));
        }
        let there = End::BOTH.into_iter().filter_map(|end| Some((end, item.ids[end.index()].clone()?)));
        // What was made for it and is gone by now is its history too: that it went may be undone as well.
        let gone = connection.told_of(what).map_err(|error| error.to_string())?;
        let records = there.chain(gone).collect();
        Ok(Some((Asked { records, ..asked }, format!("undo for {}", picture.who(item)))))
    }

    fn tell(&self, program: &Program, name: &str, undone: &Undone, output: &Output) {
        if output.json() {
            let mut document = tables::report_json(program, &undone.report);
            document["paused"] = json!(undone.paused);
            output.document(&document);
            return;
        }
        tables::written(program, name, &undone.report);
        if !undone.paused.is_empty() {
            let who: Vec<_> = undone.paused.iter().take(SHOWN).cloned().collect();
            let more = undone.paused.len().saturating_sub(who.len());
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            say(&format!(
                "paused: {}{more}. The rules ask for the same again: change them, then `syncc resume`\n",
                who.join(", ")
            ));
        }
    }
}

/// What is left alone: the first ones, or all for machines.
#[derive(Default)]
struct Left {
    some: Vec<Skipped>,
    count: usize,
}

impl Left {
    fn add(&mut self, skipped: &[Skipped], all: bool) {
        self.count += skipped.len();
        let room = if all { usize::MAX } else { SHOWN.saturating_sub(self.some.len()) };
        self.some.extend(skipped.iter().take(room).cloned());
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for Skipped { who, side, field, why } in &self.some {
            let field = field.as_ref().map(|field| format!(" {field}")).unwrap_or_default();
            text.push_str(&format!("{} {why}\n", painted(Paint::Change, &format!("left alone: {side} {who}{field}:"))));
        }
        if self.count > self.some.len() {
            let more = self.count - self.some.len();
            text.push_str(&format!("… and {more} more left alone; --format json lists them all\n"));
        }
        text
    }
}
