//! `syncc status`: how each connection stands, from what is remembered; asks no app.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value as Json, json};
use syncc_runtime::{
    cycle::paused,
    store::{Activity, Asked, Sqlite, Stopped, Store},
};

use crate::{
    check::plural,
    connect,
    exit::Exit,
    load,
    output::{Output, Paint, painted, say},
    tables::activity_json,
};

/// How many lines of history are shown.
const SHOWN: usize = 5;
/// How many lines of history are looked at for those.
const LOOKED_AT: usize = 200;

/// Show how each connection stands: last run, what is linked, what is open
#[derive(Args)]
pub(crate) struct Status {
    /// A folder with .sync files, one file, or a built file
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Of the practice apps that are built in, not of real accounts
    #[arg(long)]
    sandbox: bool,
}

impl Status {
    pub(crate) fn run(self, output: &Output) -> Exit {
        Exit::of(self.status(output))
    }

    fn status(self, output: &Output) -> Result<Exit, String> {
        let loaded = load::Loaded::open_any(&self.path)?;
        let Ok(programs) = loaded.programs(output) else { return Ok(Exit::Problems) };
        for program in &programs {
            let said = |error: syncc_runtime::store::StoreError| error.to_string();
            let path = connect::store_path(program, &loaded.workspace, self.sandbox);
            let Some(store) = Sqlite::look(path).map_err(said)? else {
                if output.json() {
                    output.document(
                        &json!({ "version": 1, "connection": program.name, "linked": 0, "open_writes": 0, "last_run": null }),
                    );
                } else {
                    say(&format!("{}: never ran\n", painted(Paint::Strong, &program.name)));
                }
                continue;
            };
            let links = store.link_count().map_err(said)?;
            let open = store.open_entries().map_err(said)?.len();
            let paused = paused(&store).map_err(said)?;
            let stopped = store.stopped().map_err(said)?;
            let forgotten = store.marks().map(|marks| marks.people).unwrap_or_default();
            let last = store.last_run().map_err(said)?;
            let summary: Option<Json> = last.as_ref().and_then(|(_, _, text)| serde_json::from_str(text).ok());
            let latest = store.history(&Asked { limit: Some(LOOKED_AT), ..Asked::default() }).map_err(said)?;
            if output.json() {
                output.document(&json!({
                    "version": 1, "connection": program.name, "linked": links, "open_writes": open,
                    "paused": paused.connection.as_ref().map(|pause| json!({ "since": pause.since.to_string(), "because": pause.why })),
                    "stopped": stopped.as_ref().map(|of| json!({
                        "since": of.since.to_string(), "last_tried": of.tried.to_string(), "because": of.why,
                    })),
                    "paused_contacts": paused.contacts, "forgotten": forgotten,
                    "last_run": last.as_ref().map(|(at, _, _)| at.to_string()), "summary": summary,
                    "latest": latest.iter().map(|activity| activity_json(program, activity)).collect::<Vec<_>>(),
                }));
                continue;
            }
            let ran = match &last {
                None => "never ran".to_owned(),
                Some((at, _, _)) => format!("last ran {}", at.strftime("%Y-%m-%d %H:%M UTC")),
            };
            let mut text =
                format!("{}: {ran}, {} linked\n", painted(Paint::Strong, &program.name), plural(links, "contact"));
            if let Some(pause) = &paused.connection {
                let since = pause.since.strftime("%Y-%m-%d %H:%M UTC");
                let line = format!("  paused since {since} ({}); `syncc resume` takes it up again\n", pause.why);
                text.push_str(&painted(Paint::Change, &line));
            }
            if let Some(Stopped { since, tried, why }) = &stopped {
                let (since, tried) = (since.strftime("%Y-%m-%d %H:%M"), tried.strftime("%Y-%m-%d %H:%M UTC"));
                let line = format!("  does not get through since {since}, last tried {tried}:\n");
                text.push_str(&painted(Paint::Change, &line));
                text.extend(why.lines().map(|line| format!("    {line}\n")));
            }
            if paused.contacts > 0 {
                let contacts = plural(paused.contacts, "contact");
                text.push_str(&format!("  {contacts} paused; `syncc resume CONTACT` takes one up again\n"));
            }
            if forgotten > 0 {
                text.push_str(&format!("  {} forgotten, and left alone\n", plural(forgotten, "contact")));
            }
            if open > 0 {
                text.push_str(&format!("  {} not answered yet; the next run finds out\n", plural(open, "write")));
            }
            for (end, side) in ["left", "right"].into_iter().zip(&program.sides) {
                if let Some(tally) = summary.as_ref().and_then(|summary| summary.get(end)) {
                    let count = |what: &str| tally.get(what).and_then(Json::as_u64).unwrap_or_default();
                    let rare = [("paused", "paused"), ("oscillating", "oscillating"), ("unasked", "not asked for")];
                    let rare = rare.map(|(what, said)| (count(what), said)).into_iter().filter(|(count, _)| *count > 0);
                    text.push_str(&format!(
                        "  {}: {} in sync, {} excluded, {} duplicates, {} failed{}\n",
                        side.name,
                        count("in_sync") + count("created") + count("updated"),
                        count("excluded"),
                        count("duplicates"),
                        count("failed"),
                        rare.map(|(count, said)| format!(", {count} {said}")).collect::<String>()
                    ));
                }
            }
            // A contact that was made is one line, not one for each of its fields.
            let lines = latest.iter().filter(|of| of.line.what == "updated" || of.line.field.is_none());
            for Activity { at, end, line, .. } in lines.take(SHOWN) {
                let side = &program.side(*end).name;
                let field = line.field.as_ref().map(|field| format!(", {field}")).unwrap_or_default();
                let (at, why) = (at.strftime("%m-%d %H:%M"), painted(Paint::Faint, &line.why));
                text.push_str(&format!("  {at} {side}: {} {}{field}  {why}\n", line.what, line.who));
            }
            say(&text);
        }
        Ok(Exit::Fine)
    }
}
