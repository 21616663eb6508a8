//! Which contact a verb is about, as people type it: an email, a phone number, a name or an id; and in which workspace.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;
use syncc_compiler::ir::Program;
use syncc_runtime::{
    cycle::{Connection, Of, Picture},
    world::World,
};

use crate::{
    connect::{Access, Opened},
    exit::Exit,
    load::Loaded,
    output::complain,
    practice::Practice,
};

/// A contact and a workspace, both optional. One argument alone that is a file or a folder is the workspace.
#[derive(Args, Clone)]
pub(crate) struct Whom {
    /// An email, a phone number, a name or an id. Without one, everything
    contact: Option<String>,
    /// A folder with .sync files, one file, or a built file
    path: Option<PathBuf>,
    /// Use the practice apps that are built in, not real accounts
    #[arg(long)]
    pub(crate) sandbox: bool,
}

impl Whom {
    /// The contact that is meant, if one is, and the workspace.
    pub(crate) fn split(&self) -> (Option<&str>, &Path) {
        match (&self.contact, &self.path) {
            (Some(only), None) if Path::new(only).exists() => (None, Path::new(only)),
            (contact, path) => (contact.as_deref(), path.as_deref().unwrap_or(Path::new("."))),
        }
    }
}

/// What is done with the contact that is meant, in one connection: the index of its item in the plan; `None` where all are.
pub(crate) trait Errand {
    /// Whether it has to know everybody, whoever is meant.
    const ASKS_ALL: bool = false;

    /// Does it.
    fn run(
        &mut self,
        connection: &mut Connection<'_>,
        picture: &Picture<'_>,
        index: Option<usize>,
    ) -> Result<(), String>;
}

/// Finds a contact in every connection of a workspace and does something with it, or with all that wait to be tried
/// again without one, from what is remembered: no app is asked. Ends with a problem if no connection knows it, or if it is not clear who is meant.
pub(crate) async fn in_each<E: Errand>(
    loaded: &Loaded,
    programs: &[Arc<Program>],
    contact: Option<&str>,
    sandbox: bool,
    errand: &mut E,
) -> Result<Exit, String> {
    let practice = Practice::start_if(sandbox, &loaded.workspace).await?;
    let world = World::real();
    let (mut found, mut exit) = (false, Exit::Fine);
    for program in programs {
        let mut opened = Opened::open(program, &loaded.workspace, practice.as_ref(), &world, Access::Work)?;
        let mut connection = opened.connection()?;
        let troubles = connection.store.troubles().map_err(|error| error.to_string())?;
        let waiting: Vec<_> = troubles.into_iter().map(|trouble| (trouble.end, trouble.record)).collect();
        let of = match contact {
            Some(_) if E::ASKS_ALL => Of::Everybody,
            Some(typed) => Of::Typed(typed),
            None => Of::Records(&waiting),
        };
        let (picture, _) = connection.recall(of).map_err(|error| error.to_string())?;
        let meant = contact.map_or(Ok(Some(None)), |contact| one(&picture, contact).map(|one| one.map(Some)));
        match meant {
            Ok(Some(meant)) => errand.run(&mut connection, &picture, meant)?,
            Ok(None) => continue,
            Err(several) => {
                complain(&several);
                exit = Exit::Problems;
            }
        }
        found = true;
    }
    if let Some(practice) = practice {
        practice.stop().await;
    }
    if let Some(contact) = contact.filter(|_| !found) {
        complain(&unknown(contact));
        return Ok(Exit::Problems);
    }
    Ok(exit)
}

/// The item of the one contact that is meant; an error that lists them if several fit.
pub(crate) fn one(picture: &Picture<'_>, contact: &str) -> Result<Option<usize>, String> {
    let found = picture.find(contact);
    if found.len() < 2 {
        return Ok(found.first().copied());
    }
    Err(several(picture, contact, &found))
}

/// Says that several fit, and which.
pub(crate) fn several(picture: &Picture<'_>, contact: &str, found: &[usize]) -> String {
    let mut text = format!(
        "{} contacts of {} fit `{contact}`. Say which one is meant, by its id:",
        found.len(),
        picture.program.name
    );
    for item in found.iter().filter_map(|index| picture.plan.items.get(*index)) {
        let ids: Vec<_> = item.ids.iter().flatten().map(String::as_str).collect();
        text.push_str(&format!("\n  {}  {}", picture.who(item), ids.join(", ")));
    }
    text
}

/// Says that what was typed is only a part of somebody's name or address.
pub(crate) fn in_part(typed: &str, who: &str) -> String {
    format!(
        "`{typed}` is only a part of {who}. So that nobody else is meant by mistake, type the whole name, an email, a phone number or an id"
    )
}

/// Says that nobody fits.
pub(crate) fn unknown(contact: &str) -> String {
    format!(
        "nobody is known as `{contact}`. Known is who was there when a plan or a run last read the apps: try an email, a phone number or a part of the name"
    )
}
