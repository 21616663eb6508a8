//! `syncc pause`: a connection or a contact that no run touches until it is resumed. Asks no app.

use clap::Args;
use serde_json::json;
use syncc_runtime::{
    cycle::{self, Connection, Picture},
    world::World,
};

use crate::{
    connect,
    exit::Exit,
    load::Loaded,
    output::{Output, Paint, painted, say},
    whom::{Errand, Whom, in_each},
};

/// Pause a whole connection, or one contact: no run touches it until `syncc resume`
#[derive(Args)]
pub(crate) struct Pause {
    #[command(flatten)]
    whom: Whom,
    /// Why, for whoever wonders later
    #[arg(long, value_name = "TEXT", default_value = "no reason was given")]
    because: String,
}

impl Pause {
    pub(crate) async fn run(self, output: &Output) -> Exit {
        Exit::of(self.pause(output).await)
    }

    async fn pause(self, output: &Output) -> Result<Exit, String> {
        let (contact, path) = self.whom.split();
        let loaded = Loaded::open_any(path)?;
        let Ok(programs) = loaded.programs(output) else { return Ok(Exit::Problems) };
        let world = World::real();
        if contact.is_some() {
            let mut errand = One { because: &self.because, world: &world, output };
            return in_each(&loaded, &programs, contact, self.whom.sandbox, &mut errand).await;
        }
        for program in &programs {
            let mut store = connect::open_store(program, &loaded.workspace, self.whom.sandbox)?;
            let new = cycle::pause(&mut store, None, world.clock.now(), &self.because);
            let new = new.map_err(|error| error.to_string())?;
            if output.json() {
                output.document(&json!({ "version": 1, "connection": program.name, "paused": true, "new": new }));
                continue;
            }
            let name = painted(Paint::Strong, &program.name);
            say(&match new {
                true => format!("{name}: paused. No run reads or writes anything for it until `syncc resume`\n"),
                false => format!("{name}: is paused already; `syncc status` says since when and why\n"),
            });
        }
        Ok(Exit::Fine)
    }
}

struct One<'a> {
    because: &'a str,
    world: &'a World,
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
        let new = cycle::pause(connection.store, Some(item), self.world.clock.now(), self.because);
        let new = new.map_err(|error| error.to_string())?;
        let (name, who) = (&picture.program.name, picture.who(item));
        if self.output.json() {
            self.output.document(
                &json!({ "version": 1, "connection": name, "who": who, "ids": item.ids, "paused": true, "new": new }),
            );
            return Ok(());
        }
        let name = painted(Paint::Strong, name);
        say(&match new {
            true => format!("{name}: {who} is paused. Nothing of it is written on either side until `syncc resume`\n"),
            false => format!("{name}: {who} is paused already; `syncc why` says since when and why\n"),
        });
        Ok(())
    }
}
