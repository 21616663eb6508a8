//! `syncc forget`: erases a person from what is remembered. Asks no app, and deletes nothing there.

use clap::Args;
use serde_json::json;
use syncc_runtime::{
    cycle::{Connection, Forgot, Picture},
    world::World,
};

use crate::{
    ask,
    connect::{Access, Opened},
    exit::Exit,
    load::Loaded,
    output::{Output, Paint, complain, painted, say},
    practice::Practice,
    whom::{Errand, in_each},
};

/// Erase a person from what is remembered and from the history; leave them alone from then on
///
/// Deletes nothing in the apps. While a contact with the same id or key is there, it is left alone.
#[derive(Args)]
pub(crate) struct Forget {
    /// An email, a phone number, a name or an id
    contact: String,
    /// A folder with .sync files, one file, or a built file
    #[arg(default_value = ".")]
    path: std::path::PathBuf,
    /// Let somebody who was forgotten be taken in again, by an id or a key such as the email
    #[arg(long)]
    take_back: bool,
    /// Go ahead without asking
    #[arg(long, short)]
    yes: bool,
    /// Use the practice apps that are built in, not real accounts
    #[arg(long)]
    sandbox: bool,
}

impl Forget {
    pub(crate) async fn run(self, output: &Output) -> Exit {
        Exit::of(if self.take_back { self.take_back(output).await } else { self.forget(output).await })
    }

    async fn forget(self, output: &Output) -> Result<Exit, String> {
        let loaded = Loaded::open_any(&self.path)?;
        let Ok(programs) = loaded.programs(output) else { return Ok(Exit::Problems) };
        let mut errand = Erase { yes: self.yes, output };
        in_each(&loaded, &programs, Some(&self.contact), self.sandbox, &mut errand).await
    }

    async fn take_back(self, output: &Output) -> Result<Exit, String> {
        let loaded = Loaded::open_any(&self.path)?;
        let Ok(programs) = loaded.programs(output) else { return Ok(Exit::Problems) };
        let practice = Practice::start_if(self.sandbox, &loaded.workspace).await?;
        let mut any = false;
        let world = World::real();
        for program in &programs {
            let mut opened = Opened::open(program, &loaded.workspace, practice.as_ref(), &world, Access::Work)?;
            let taken_back = opened.connection()?.take_back(&self.contact).map_err(|error| error.to_string())?;
            any |= taken_back;
            if output.json() {
                output.document(&json!({ "version": 1, "connection": program.name, "taken_back": taken_back }));
            } else if taken_back {
                say(&format!(
                    "{}: the next run reads both sides from the beginning and takes them in again, as if never seen before\n",
                    painted(Paint::Strong, &program.name)
                ));
            }
        }
        if let Some(practice) = practice {
            practice.stop().await;
        }
        if !any {
            complain(&format!(
                "nobody like `{}` was forgotten here. Type the id or the key by which they are matched, such as the email",
                self.contact
            ));
            return Ok(Exit::Problems);
        }
        Ok(Exit::Fine)
    }
}

struct Erase<'a> {
    yes: bool,
    output: &'a Output,
}

impl Errand for Erase<'_> {
    // Who shares a key with whoever is erased is told.
    const ASKS_ALL: bool = true;

    fn run(
        &mut self,
        connection: &mut Connection<'_>,
        picture: &Picture<'_>,
        index: Option<usize>,
    ) -> Result<(), String> {
        let Some((index, item)) = index.and_then(|index| Some((index, picture.plan.items.get(index)?))) else {
            return Ok(());
        };
        let program = picture.program;
        let question =
            format!("Erase {} from what {} remembers? This cannot be undone.", picture.who(item), program.name);
        if !self.yes && !ask::yes(&question) {
            return Err("nothing was erased: it was not approved".to_owned());
        }
        let forgot = connection.forget(picture, index).map_err(|error| error.to_string())?;
        let Some(Forgot { who, history, scrubbed, others }) = forgot else { return Ok(()) };
        if self.output.json() {
            let others: Vec<_> = others.iter().map(|(who, id)| json!({ "who": who, "id": id })).collect();
            self.output.document(&json!({
                "version": 1, "connection": program.name, "who": who, "history": history, "scrubbed": scrubbed,
                "share_a_key": others,
            }));
            return Ok(());
        }
        let [left, right] = &program.sides;
        let mut text = format!(
            "{}: {who} is erased from what is remembered, with {history} lines of history\n  Nothing is deleted in {} or {}. While somebody with the same id or key is there, syncc leaves them alone;\n  `syncc forget EMAIL --take-back` ends that\n  Copies by `syncc backup`, stores that `syncc restore` kept, saved plans, the inbox of an app that tells by messages,\n  and what runs printed may still hold this person: erase those yourself\n",
            painted(Paint::Strong, &program.name),
            left.name,
            right.name
        );
        if !scrubbed {
            text.push_str(
                "  Somebody was just looking at the store, so its log may still hold it until the next run has ended\n",
            );
        }
        for (who, id) in &others {
            text.push_str(&format!("  {who} ({id}) shares a key and is still remembered: `syncc forget {id}`\n"));
        }
        say(&text);
        Ok(())
    }
}
