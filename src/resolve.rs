//! `syncc resolve`: a person decides a conflict: agrees with what won, or lets the other side win.

use std::path::PathBuf;

use clap::{ArgGroup, Args};
use serde_json::json;
use syncc_compiler::ir::{End, Program};
use syncc_runtime::{
    cycle::{Of, Report},
    store::Conflict,
    world::World,
};

use crate::{
    ask,
    check::plural,
    connect::{Access, Opened},
    exit::Exit,
    load::Loaded,
    output::{Output, Paint, complain, painted, say},
    practice::Practice,
    progress::{Consent, Progress},
    tables::{self, Shown},
    whom::{one, unknown},
};

/// Decide the conflicts of a contact: agree with what won, or write the other value to both sides
#[derive(Args)]
#[command(group(ArgGroup::new("how").required(true)))]
pub(crate) struct Resolve {
    /// An email, a phone number, a name or an id
    contact: String,
    /// A folder with .sync files, one file, or a built file
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Only this field, as either side calls it
    #[arg(long)]
    field: Option<String>,
    /// The side whose value is right: left, right, or its name
    #[arg(long, value_name = "SIDE", group = "how")]
    take: Option<String>,
    /// What won is right
    #[arg(long, group = "how")]
    keep: bool,
    /// Go ahead without asking
    #[arg(long, short)]
    yes: bool,
    /// Use the practice apps that are built in, not real accounts
    #[arg(long)]
    sandbox: bool,
}

impl Resolve {
    pub(crate) async fn run(self, output: &Output) -> Exit {
        Exit::of(self.resolve(output).await)
    }

    async fn resolve(self, output: &Output) -> Result<Exit, String> {
        let loaded = Loaded::open_any(&self.path)?;
        let Ok(programs) = loaded.programs(output) else { return Ok(Exit::Problems) };
        let practice = Practice::start_if(self.sandbox, &loaded.workspace).await?;
        let (mut known, mut exit) = (false, Exit::Fine);
        let world = World::real();
        for program in &programs {
            let mut opened = Opened::open(program, &loaded.workspace, practice.as_ref(), &world, Access::Work)?;
            if let Some(went) = self.of(program, &mut opened, output).await? {
                known = true;
                exit = if went == Exit::Fine { exit } else { went };
            }
        }
        if let Some(practice) = practice {
            practice.settled().await;
            practice.stop().await;
        }
        if !known {
            complain(&unknown(&self.contact));
            return Ok(Exit::Problems);
        }
        Ok(exit)
    }

    /// Decides the conflicts of one connection; nothing if it does not know the contact.
    async fn of(&self, program: &Program, opened: &mut Opened, output: &Output) -> Result<Option<Exit>, String> {
        let mut connection = opened.connection()?;
        let (picture, _) = connection.recall(Of::Typed(&self.contact)).map_err(|error| error.to_string())?;
        let Some(item) = one(&picture, &self.contact)?.and_then(|index| picture.plan.items.get(index)) else {
            return Ok(None);
        };
        let who = picture.who(item);
        let mut conflicts = connection.store.conflicts().map_err(|error| error.to_string())?;
        conflicts.retain(|conflict| {
            let named = |field: &String| conflict.fields.contains(field);
            conflict.records.clone().map(Some) == item.ids && self.field.as_ref().is_none_or(named)
        });
        if conflicts.is_empty() {
            let of = self.field.as_ref().map(|field| format!(" in `{field}`")).unwrap_or_default();
            complain(&format!("{}: {who} has no open conflict{of}; `syncc conflicts` lists them", program.name));
            return Ok(Some(Exit::Problems));
        }
        let take = self.take.as_deref().map(|side| side_of(program, side)).transpose()?;
        // What won is on both sides already.
        let (won, lost): (Vec<Conflict>, Vec<Conflict>) =
            conflicts.into_iter().partition(|conflict| take.is_none_or(|take| conflict.winner == take));
        connection.keep(&won).map_err(|error| error.to_string())?;
        let kept = (!won.is_empty()).then(|| format!("{who}: {} closed as decided\n", plural(won.len(), "conflict")));
        let Some(winner) = take.filter(|_| !lost.is_empty()) else {
            self.tell(program, &who, kept.as_deref(), won.len(), None, output);
            return Ok(Some(Exit::Fine));
        };
        let mut report = Report::default();
        let mut progress = Progress::new(Consent::Given, output.json());
        let planned = connection.plan_taking(&lost, winner, &mut progress, &mut report).await;
        progress.done();
        let taking = planned.map_err(|error| error.to_string())?;
        for (field, why) in &taking.left_alone {
            complain(&format!("{}: {who}, `{field}`: {why}. `--keep` closes the conflict", program.name));
        }
        let alone = taking.left_alone.len();
        if taking.picture.writes() == 0 {
            return Ok(Some(Exit::Problems));
        }
        if !output.json() {
            let mut shown = Shown::new(program, false);
            shown.add(&taking.picture, None);
            let name = format!("{who}: {} wins", program.side(winner).name);
            say(&shown.by_hand(&name, &taking.picture.plan.guards));
        }
        if !self.yes && !ask::yes("Write this?") {
            return Err("nothing was written: it was not approved".to_owned());
        }
        let mut progress = Progress::new(Consent::Given, output.json());
        let done = connection.take(taking, &mut progress).await;
        progress.done();
        let done = done.map_err(|error| error.to_string())?;
        let fine = done.problems.is_empty() && alone == 0;
        self.tell(program, &who, kept.as_deref(), won.len(), Some(&done), output);
        Ok(Some(if fine { Exit::Fine } else { Exit::Problems }))
    }

    fn tell(
        &self,
        program: &Program,
        who: &str,
        kept: Option<&str>,
        closed: usize,
        done: Option<&Report>,
        output: &Output,
    ) {
        if output.json() {
            let written = done.map(|done| tables::report_json(program, done));
            output.document(
                &json!({ "version": 1, "connection": program.name, "who": who, "kept": closed, "written": written }),
            );
            return;
        }
        if let Some(kept) = kept {
            say(&format!("{}: {kept}", painted(Paint::Strong, &program.name)));
        }
        if let Some(done) = done {
            tables::written(program, who, done);
        }
    }
}

/// Which side is meant.
fn side_of(program: &Program, typed: &str) -> Result<End, String> {
    let named = |end: &End| program.side(*end).name == typed;
    match typed {
        "left" => Ok(End::Left),
        "right" => Ok(End::Right),
        _ => End::BOTH.into_iter().find(named).ok_or_else(|| {
            let [left, right] = &program.sides;
            format!("`{typed}` is no side of {}: write {} or {}", program.name, left.name, right.name)
        }),
    }
}
