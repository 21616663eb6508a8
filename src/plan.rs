//! `syncc plan`: what a run would do to whom, without doing it.

use std::{
    io::Write as _,
    path::{Path, PathBuf},
};

use clap::Args;
use syncc_runtime::{
    cycle::{Allowed, Picture, SavedPlan},
    world::World,
};

use crate::{
    connect::{Access, Opened},
    cost::Bill,
    exit::Exit,
    load,
    output::{Output, complain, remark, say},
    practice::Practice,
    progress::{Consent, Progress},
    tables::Shown,
    whom,
};

/// Show what a run would do to whom, and write nothing
///
/// Ends with 0 when there is nothing to do, 2 when there are changes, 1 on an error.
#[derive(Args)]
pub(crate) struct Plan {
    /// A folder with .sync files, one file, or a built file
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Use the practice apps that are built in, not real accounts
    #[arg(long)]
    sandbox: bool,
    /// Let a guard trip that you looked into, by its name
    #[arg(long = "allow", value_name = "GUARD")]
    allow: Vec<String>,
    /// Only of this contact: an email, a phone number, a name or an id
    #[arg(long)]
    contact: Option<String>,
    /// Save the plan, so that `syncc run --plan FILE` carries out exactly this
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

impl Plan {
    pub(crate) async fn run(self, output: &Output) -> Exit {
        // 2 means that there is something to do.
        self.plan(output).await.unwrap_or_else(|why| {
            complain(&why);
            Exit::Problems
        })
    }

    async fn plan(self, output: &Output) -> Result<Exit, String> {
        let loaded = load::Loaded::open_any(&self.path)?;
        let Ok(programs) = loaded.programs(output) else { return Ok(Exit::Problems) };
        let practice = Practice::start_if(self.sandbox, &loaded.workspace).await?;
        let world = World::real();
        let allowed = Allowed { guards: self.allow, ..Allowed::default() };
        let mut changes = false;
        let mut plans = Vec::new();
        let mut found = self.contact.is_none();
        for program in &programs {
            let mut opened = Opened::open(program, &loaded.workspace, practice.as_ref(), &world, Access::Work)?;
            let mut progress = Progress::new(Consent::Given, output.json());
            let traffic = opened.traffic();
            let mut connection = opened.connection()?;
            let mut shown = Shown::new(program, output.json());
            let mut plan = SavedPlan::new(program, world.clock.now());
            let mut show = |picture: &Picture<'_>| {
                let only = self.contact.as_ref().map(|contact| picture.find(contact));
                found |= only.as_ref().is_some_and(|only| !only.is_empty());
                changes |= picture.changes(only.as_deref()).next().is_some();
                if self.out.is_some() {
                    plan.add(picture, only.as_deref());
                }
                shown.add(picture, only.as_deref());
            };
            let planned = connection.look(&allowed, self.contact.as_deref(), &mut progress, &mut show).await;
            progress.done();
            let planned = planned.map_err(|error| error.to_string())?;
            let bill = Bill { program, costs: planned.costs, answering: Bill::answering(&traffic) };
            plans.push(plan);
            if output.json() {
                let mut document = shown.document(&planned);
                document["cost"] = bill.json();
                output.document(&document);
            } else {
                say(&shown.text(&planned, self.contact.is_some()));
                say(&bill.text());
            }
            // Whoever looked at one contact did not see what the rules come to for all others.
            if self.contact.is_none() {
                opened.planned()?;
            }
        }
        if let Some(practice) = practice {
            practice.stop().await;
        }
        if !found {
            return Err(whom::unknown(&self.contact.unwrap_or_default()));
        }
        if let Some(out) = &self.out {
            save(out, &plans)?;
            if !output.json() {
                remark(&format!("saved: `syncc run --plan {}` carries out exactly this", out.display()));
            }
        }
        Ok(if changes { Exit::Changes } else { Exit::Fine })
    }
}

/// Writes the plans down. They hold people's contacts, so only their owner may read them.
fn save(path: &Path, plans: &[SavedPlan]) -> Result<(), String> {
    let text = serde_json::to_vec_pretty(plans).map_err(|error| format!("the plan cannot be saved: {error}"))?;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| file.write_all(&text));
    written.map_err(|error| format!("the plan cannot be saved in {}: {error}", path.display()))
}

/// The plans in a file.
pub(crate) fn saved(path: &Path) -> Result<Vec<SavedPlan>, String> {
    let shown = path.display();
    let text = std::fs::read(path).map_err(|error| format!("{shown} cannot be read: {error}"))?;
    let plans: Vec<SavedPlan> = serde_json::from_slice(&text)
        .map_err(|_| format!("{shown} is no saved plan: `syncc plan --out FILE` writes one"))?;
    match plans.iter().all(SavedPlan::is_known) {
        true => Ok(plans),
        false => Err(format!("{shown} was saved by a newer syncc: update syncc, or make the plan again")),
    }
}
