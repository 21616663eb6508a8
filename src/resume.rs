//! `syncc resume`: takes a paused connection or contact up again. Asks no app.

use clap::Args;
use serde_json::json;
use syncc_runtime::cycle::{self, Connection, Picture};

use crate::{
    connect,
    exit::Exit,
    load::Loaded,
    output::{Output, Paint, painted, say},
    whom::{Errand, Whom, in_each},
};

/// Take up again what was paused: a connection, or one contact
#[derive(Args)]
pub(crate) struct Resume {
    #[command(flatten)]
    whom: Whom,
}

impl Resume {
    pub(crate) async fn run(self, output: &Output) -> Exit {
        Exit::of(self.resume(output).await)
    }

    async fn resume(self, output: &Output) -> Result<Exit, String> {
        let (contact, path) = self.whom.split();
        let loaded = Loaded::open_any(path)?;
        let Ok(programs) = loaded.programs(output) else { return Ok(Exit::Problems) };
        if contact.is_some() {
            return in_each(&loaded, &programs, contact, self.whom.sandbox, &mut One { output }).await;
        }
        for program in &programs {
            let mut store = connect::open_store(program, &loaded.workspace, self.whom.sandbox)?;
            let said = |error: syncc_runtime::store::StoreError| error.to_string();
            let was = cycle::resume(&mut store, None).map_err(said)?;
            let contacts = cycle::paused(&store).map_err(said)?.contacts;
            if output.json() {
                output.document(&json!({
                    "version": 1, "connection": program.name, "paused": false, "was_paused": was, "paused_contacts": contacts,
                }));
                continue;
            }
            let name = painted(Paint::Strong, &program.name);
            let mut text = match was {
                true => format!("{name}: resumed. What changed meanwhile is synced by the next run\n"),
                false => format!("{name}: was not paused\n"),
            };
            if contacts > 0 {
                text.push_str(&format!(
                    "  {} stay paused; `syncc resume CONTACT` takes one up again\n",
                    crate::check::plural(contacts, "contact")
                ));
            }
            say(&text);
        }
        Ok(Exit::Fine)
    }
}

struct One<'a> {
    output: &'a Output,
}

impl Errand for One<'_> {
    fn run(
        &mut self,
        connection: &mut Connection<'_>,
        picture: &Picture<'_>,
        index: Option<usize>,
    ) -> Result<(), String> {
        let Some(item) = index.and_then(|index| picture.plan.items.get(index)) else { return Ok(()) };
        let was = cycle::resume(connection.store, Some(item)).map_err(|error| error.to_string())?;
        let (name, who) = (&picture.program.name, picture.who(item));
        if self.output.json() {
            self.output.document(&json!({
                "version": 1, "connection": name, "who": who, "ids": item.ids, "paused": false, "was_paused": was,
            }));
            return Ok(());
        }
        let name = painted(Paint::Strong, name);
        say(&match was {
            true => format!("{name}: {who} is resumed. What changed meanwhile is synced by the next run\n"),
            false => format!("{name}: {who} was not paused\n"),
        });
        Ok(())
    }
}
