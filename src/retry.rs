//! `syncc retry`: what waits because an app refused it is tried again by the next run. Asks no app.

use clap::Args;
use serde_json::json;
use syncc_runtime::cycle::{Connection, Picture};

use crate::{
    check::plural,
    exit::Exit,
    load::Loaded,
    output::{Output, Paint, painted, say},
    whom::{Errand, Whom, in_each},
};

/// How many contacts are named before the rest is only counted.
const NAMED: usize = 20;

/// Let the next run try again what an app refused, without waiting: everything, or one contact
#[derive(Args)]
pub(crate) struct Retry {
    #[command(flatten)]
    whom: Whom,
    /// You looked: what was sent to make this contact, and was never answered, is not there. The next run makes it again
    #[arg(long)]
    not_made: bool,
}

impl Retry {
    pub(crate) async fn run(self, output: &Output) -> Exit {
        Exit::of(self.retry(output).await)
    }

    async fn retry(self, output: &Output) -> Result<Exit, String> {
        let (contact, path) = self.whom.split();
        let loaded = Loaded::open_any(path)?;
        let Ok(programs) = loaded.programs(output) else { return Ok(Exit::Problems) };
        if self.not_made && contact.is_none() {
            return Err("say of whom: `syncc retry ann@home.example --not-made`".to_owned());
        }
        let mut again = Again { output, not_made: self.not_made };
        in_each(&loaded, &programs, contact, self.whom.sandbox, &mut again).await
    }
}

struct Again<'a> {
    output: &'a Output,
    not_made: bool,
}

impl Errand for Again<'_> {
    fn run(
        &mut self,
        connection: &mut Connection<'_>,
        picture: &Picture<'_>,
        only: Option<usize>,
    ) -> Result<(), String> {
        if let (true, Some(index)) = (self.not_made, only) {
            return self.not_made(connection, picture, index);
        }
        let waiting = connection.retry(picture, only).map_err(|error| error.to_string())?;
        let program = picture.program;
        if self.output.json() {
            let waiting = waiting.iter().map(|waiting| {
                let trouble = &waiting.trouble;
                json!({
                    "who": waiting.who, "side": program.side(trouble.end).name, "id": trouble.record, "why": trouble.why,
                    "since": trouble.since.to_string(), "attempts": trouble.attempts,
                })
            });
            self.output
                .document(&json!({ "version": 1, "connection": program.name, "retried": waiting.collect::<Vec<_>>() }));
            return Ok(());
        }
        let name = painted(Paint::Strong, &program.name);
        if waiting.is_empty() {
            say(&format!("{name}: nothing waits to be tried again\n"));
            return Ok(());
        }
        let mut text = format!("{name}: the next run tries {} again\n", plural(waiting.len(), "contact"));
        for waiting in waiting.iter().take(NAMED) {
            let side = &program.side(waiting.trouble.end).name;
            text.push_str(&format!("  {} ({side}): {}\n", waiting.who, painted(Paint::Faint, &waiting.trouble.why)));
        }
        if waiting.len() > NAMED {
            text.push_str(&format!("  … and {} more; --format json lists them all\n", waiting.len() - NAMED));
        }
        say(&text);
        Ok(())
    }
}

impl Again<'_> {
    /// What was sent to make a contact counts as not done.
    fn not_made(&self, connection: &mut Connection<'_>, picture: &Picture<'_>, index: usize) -> Result<(), String> {
        let count = connection.not_made(picture, index).map_err(|error| error.to_string())?;
        let who = picture.plan.items.get(index).map(|item| picture.who(item)).unwrap_or_default();
        let name = &picture.program.name;
        if self.output.json() {
            self.output.document(&json!({ "version": 1, "connection": name, "who": who, "not_made": count }));
            return Ok(());
        }
        let name = painted(Paint::Strong, name);
        say(&match count {
            0 => format!("{name}: {who}: no answer is missing, so there is nothing to take back\n"),
            _ => format!(
                "{name}: {who}: what was sent and not answered counts as not done; the next run makes it again\n"
            ),
        });
        Ok(())
    }
}
