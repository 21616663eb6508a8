//! `syncc forget`: erases a person from what is remembered. Asks no app, and deletes nothing there.

use std::sync::Arc;

use clap::Args;
use serde_json::json;
use syncc_compiler::ir::Program;
use syncc_runtime::{
    cycle::{Connection, CycleError, Forgot, Of, Picture},
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
    whom::{Errand, in_each, in_part},
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
        let Gone { erased, known } = self.gone(&loaded, &programs, output).await?;
        if erased && !known {
            return Ok(Exit::Fine);
        }
        let mut errand = Erase { contact: &self.contact, yes: self.yes, output };
        in_each(&loaded, &programs, Some(&self.contact), self.sandbox, &mut errand).await
    }

    /// Erases somebody of whom only the history still tells, in each connection that knows no contact like this.
    async fn gone(&self, loaded: &Loaded, programs: &[Arc<Program>], output: &Output) -> Result<Gone, String> {
        let said = |error: CycleError| error.to_string();
        let practice = Practice::start_if(self.sandbox, &loaded.workspace).await?;
        let world = World::real();
        let mut gone = Gone::default();
        for program in programs {
            let mut opened = Opened::open(program, &loaded.workspace, practice.as_ref(), &world, Access::Work)?;
            let mut connection = opened.connection()?;
            let (picture, _) = connection.recall(Of::Typed(&self.contact)).map_err(said)?;
            if !picture.find(&self.contact).is_empty() {
                gone.known = true;
                continue;
            }
            if connection.told_of(&self.contact).map_err(said)?.is_empty() {
                continue;
            }
            let question = format!(
                "Erase `{}` from the history of {}, where nobody is known as that any more? This cannot be undone.",
                self.contact, program.name
            );
            if !self.yes && !ask::yes(&question) {
                return Err("nothing was erased: it was not approved".to_owned());
            }
            if let Some(forgot) = connection.forget_gone(&self.contact).map_err(said)? {
                tell(program, forgot, output);
                gone.erased = true;
            }
        }
        if let Some(practice) = practice {
            practice.stop().await;
        }
        Ok(gone)
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

/// What became of somebody in connections that know no contact like this.
#[derive(Default)]
struct Gone {
    /// The history of one told of them, and does not any more.
    erased: bool,
    /// Some connection does know them.
    known: bool,
}

struct Erase<'a> {
    contact: &'a str,
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
        if !picture.is_named(index, self.contact) {
            return Err(in_part(self.contact, &picture.who(item)));
        }
        let question =
            format!("Erase {} from what {} remembers? This cannot be undone.", picture.who(item), program.name);
        if !self.yes && !ask::yes(&question) {
            return Err("nothing was erased: it was not approved".to_owned());
        }
        let forgot = connection.forget(picture, index).map_err(|error| error.to_string())?;
        if let Some(forgot) = forgot {
            tell(program, forgot, self.output);
        }
        Ok(())
    }
}

/// Says what was erased.
fn tell(program: &Program, forgot: Forgot, output: &Output) {
    let Forgot { who, history, scrubbed, others } = forgot;
    if output.json() {
        let others: Vec<_> = others.iter().map(|(who, id)| json!({ "who": who, "id": id })).collect();
        output.document(&json!({
            "version": 1, "connection": program.name, "who": who, "history": history, "scrubbed": scrubbed,
            "share_a_key": others,
        }));
        return;
    }
    let [left, right] = &program.sides;
    let mut text = format!(
        "{}: {who} is erased from what is remembered, with {} of history\n  Nothing is deleted in {} or {}. While somebody with the same id or key is there, syncc leaves them alone;\n  `syncc forget EMAIL --take-back` ends that\n  Copies by `syncc backup`, stores that `syncc restore` kept, saved plans, the inbox of an app that tells by messages,\n  and what runs printed may still hold this person: erase those yourself\n",
        painted(Paint::Strong, &program.name),
        plural(history, "line"),
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
}
