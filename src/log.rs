//! `syncc log`: what was written, when and why, from what is remembered. Asks no app.

use std::path::PathBuf;

use clap::Args;
use syncc_compiler::ir::{End, Program};
use syncc_runtime::{
    cycle::Of,
    store::{Asked, RunId, Sqlite, Store},
    world::World,
};

use crate::{
    connect::{self, Access, Opened},
    exit::Exit,
    load,
    output::{Output, Paint, complain, painted, say},
    practice::Practice,
    tables::{activity_json, activity_line},
    when, whom,
};

/// Show what was written, newest first: of all contacts, or of one, one field, one run
#[derive(Args)]
pub(crate) struct Log {
    /// A folder with .sync files, one file, or a built file
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Only of this contact: an email, a phone number, a name or an id
    #[arg(long)]
    contact: Option<String>,
    /// Only of this field
    #[arg(long)]
    field: Option<String>,
    /// Only of this run, by its number
    #[arg(long)]
    run: Option<i64>,
    /// Only since then: a day (2026-11-21), a point in time, or so long ago (2h, 3d)
    #[arg(long)]
    since: Option<String>,
    /// The runs instead of what they wrote
    #[arg(long, conflicts_with_all = ["contact", "field", "run", "since"])]
    runs: bool,
    /// At most so many lines
    #[arg(long, default_value_t = 50)]
    limit: usize,
    /// Of the practice apps that are built in, not of real accounts
    #[arg(long)]
    sandbox: bool,
}

impl Log {
    pub(crate) async fn run(self, output: &Output) -> Exit {
        Exit::of(self.log(output).await)
    }

    async fn log(self, output: &Output) -> Result<Exit, String> {
        let since = self.since.as_deref().map(|text| when::since(text, World::real().clock.now())).transpose()?;
        let loaded = load::Loaded::open_any(&self.path)?;
        let Ok(programs) = loaded.programs(output) else { return Ok(Exit::Problems) };
        let mut found = self.contact.is_none();
        for program in &programs {
            let path = connect::store_path(program, &loaded.workspace, self.sandbox);
            let Some(store) = Sqlite::look(path).map_err(|error| error.to_string())? else {
                if !output.json() {
                    say(&format!("{}: never ran\n", painted(Paint::Strong, &program.name)));
                }
                continue;
            };
            if self.runs {
                self.tell_runs(program, &store, output)?;
                continue;
            }
            let mut asked = Asked {
                field: self.field.clone(),
                run: self.run.map(RunId),
                since,
                limit: Some(self.limit),
                ..Asked::default()
            };
            if let Some(contact) = &self.contact {
                asked.records = self.records(contact, program, &loaded).await?;
                if asked.records.is_empty() {
                    continue;
                }
                found = true;
            }
            let history = store.history(&asked).map_err(|error| error.to_string())?;
            if output.json() {
                let lines: Vec<_> = history.iter().map(|activity| activity_json(program, activity)).collect();
                output.document(&serde_json::json!({ "version": 1, "connection": program.name, "history": lines }));
                continue;
            }
            let mut text = format!("{}\n", painted(Paint::Strong, &program.name));
            if history.is_empty() {
                text.push_str("  nothing was written\n");
            }
            for activity in &history {
                text.push_str(&format!("  run {}  {}\n", activity.run.0, activity_line(program, activity)));
            }
            say(&text);
        }
        if !found {
            complain(&whom::unknown(&self.contact.unwrap_or_default()));
            return Ok(Exit::Problems);
        }
        Ok(Exit::Fine)
    }

    /// The records of the contact that is meant; none if nobody is known by that.
    async fn records(
        &self,
        contact: &str,
        program: &std::sync::Arc<Program>,
        loaded: &load::Loaded,
    ) -> Result<Vec<(End, String)>, String> {
        let practice = Practice::start_if(self.sandbox, &loaded.workspace).await?;
        let mut opened = Opened::open(program, &loaded.workspace, practice.as_ref(), &World::real(), Access::Look)?;
        let mut connection = opened.connection()?;
        let (picture, _) = connection.recall(Of::Typed(contact)).map_err(|error| error.to_string())?;
        let item = whom::one(&picture, contact)?.and_then(|index| picture.plan.items.get(index));
        let records = item.into_iter().flat_map(|item| End::BOTH.into_iter().zip(item.ids.clone()));
        let mut records: Vec<(End, String)> = records.filter_map(|(end, id)| Some((end, id?))).collect();
        // What was made for it and is gone by now, by an undo for example, is its history too.
        records.extend(connection.told_of(contact).map_err(|error| error.to_string())?);
        drop(picture);
        drop(opened);
        if let Some(practice) = practice {
            practice.stop().await;
        }
        Ok(records)
    }

    fn tell_runs(&self, program: &Program, store: &Sqlite, output: &Output) -> Result<(), String> {
        let runs = store.runs(self.limit).map_err(|error| error.to_string())?;
        if output.json() {
            let runs: Vec<_> = runs
                .iter()
                .map(|run| {
                    let summary: serde_json::Value =
                        run.summary.as_deref().and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default();
                    serde_json::json!({
                        "run": run.id.0, "began": run.began.to_string(), "ended": run.ended.map(|at| at.to_string()),
                        "lines": run.lines, "summary": summary,
                    })
                })
                .collect();
            output.document(&serde_json::json!({ "version": 1, "connection": program.name, "runs": runs }));
            return Ok(());
        }
        let mut text = format!("{}\n", painted(Paint::Strong, &program.name));
        for run in &runs {
            let ended = if run.ended.is_some() { "" } else { "  did not end" };
            let wrote = match run.lines {
                0 => "nothing written".to_owned(),
                1 => format!("1 line; `syncc log --run {}` shows it", run.id.0),
                lines => format!("{lines} lines; `syncc log --run {}` shows them", run.id.0),
            };
            text.push_str(&format!(
                "  run {}  {}  {wrote}{ended}\n",
                run.id.0,
                run.began.strftime("%Y-%m-%d %H:%M UTC")
            ));
        }
        say(&text);
        Ok(())
    }
}
