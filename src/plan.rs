//! `syncc plan`: what a run would do to whom, without doing it.

use std::path::PathBuf;

use clap::Args;
use syncc_runtime::{cycle::Allowed, world::World};

use crate::{
    connect::{Access, Opened},
    exit::Exit,
    load,
    output::{Output, complain},
    practice::Practice,
    progress::Progress,
    tables,
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
}

impl Plan {
    pub(crate) async fn run(self, output: &Output) -> Exit {
        match self.plan(output).await {
            Ok(exit) => exit,
            Err(why) => {
                complain(&why);
                Exit::Problems
            }
        }
    }

    async fn plan(self, output: &Output) -> Result<Exit, String> {
        let loaded = load::Loaded::open_any(&self.path)?;
        let Ok(programs) = loaded.programs(output) else { return Ok(Exit::Problems) };
        let practice = Practice::start_if(self.sandbox, &loaded.workspace).await?;
        let world = World::real();
        let allowed = Allowed { guards: self.allow };
        let mut changes = false;
        for program in &programs {
            let mut opened = Opened::open(program, &loaded.workspace, practice.as_ref(), &world, Access::Work)?;
            let mut progress = Progress::new(true, output.json());
            let looked = opened.connection()?.look(&allowed, &mut progress).await;
            progress.done();
            let (picture, report) = looked.map_err(|error| error.to_string())?;
            changes |= picture.writes() > 0;
            if output.json() {
                output.document(&tables::plan_json(&picture, &report));
            } else {
                tables::plan(&picture, &report);
            }
            drop(picture);
            opened.planned()?;
        }
        if let Some(practice) = practice {
            practice.stop().await;
        }
        Ok(if changes { Exit::Changes } else { Exit::Fine })
    }
}
