//! `syncc audit`: reads all of both sides and compares them, pair by pair. Writes nothing anywhere.

use std::{path::PathBuf, sync::Arc};

use clap::Args;
use serde_json::{Value as Json, json};
use syncc_compiler::ir::Program;
use syncc_runtime::{
    cycle::{Astray, Audit as Found},
    store::Sqlite,
    world::World,
};

use crate::{
    check::plural,
    connect::{Access, Opened},
    exit::Exit,
    load::Loaded,
    output::{Output, Paint, complain, painted, say},
    practice::Practice,
    progress::{Consent, Progress},
    tables::quoted,
};

/// How many differences, and how many contacts that stand alone, are shown before the rest is only counted.
const SHOWN: usize = 40;

/// Read all of both sides and say whether everything is as the rules want it; writes nothing
///
/// Ends with 0 when all is equal, 1 when something differs, 2 when it could not run.
#[derive(Args)]
pub(crate) struct Audit {
    /// A folder with .sync files, one file, or a built file
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Use the practice apps that are built in, not real accounts
    #[arg(long)]
    sandbox: bool,
}

impl Audit {
    pub(crate) async fn run(self, output: &Output) -> Exit {
        Exit::of(self.audit(output).await)
    }

    async fn audit(self, output: &Output) -> Result<Exit, String> {
        let loaded = Loaded::open_any(&self.path)?;
        let Ok(programs) = loaded.programs(output) else { return Ok(Exit::Failed) };
        let practice = Practice::start_if(self.sandbox, &loaded.workspace).await?;
        let mut exit = Exit::Fine;
        let world = World::real();
        for program in &programs {
            let found = match compare(program, &loaded, practice.as_ref(), &world, output).await {
                Ok(found) => found,
                // The others are compared all the same.
                Err(why) => {
                    complain(&format!("{}: {why}", program.name));
                    exit = Exit::Failed;
                    continue;
                }
            };
            if !found.equal() && exit == Exit::Fine {
                exit = Exit::Differs;
            }
            if output.json() {
                output.document(&as_json(program, &found));
            } else {
                say(&as_text(program, &found));
            }
        }
        if let Some(practice) = practice {
            practice.stop().await;
        }
        Ok(exit)
    }
}

async fn compare(
    program: &Arc<Program>,
    loaded: &Loaded,
    practice: Option<&Practice>,
    world: &World,
    output: &Output,
) -> Result<Found, String> {
    let mut opened = Opened::open(program, &loaded.workspace, practice, world, Access::Look)?;
    let mut progress = Progress::new(Consent::Given, output.json());
    let mut aside = Sqlite::aside().map_err(|error| error.to_string())?;
    let found = opened.connection()?.audit(&mut aside, &mut progress).await;
    progress.done();
    found.map_err(|error| error.to_string())
}

fn as_text(program: &Program, found: &Found) -> String {
    let parts = found.equal_parts();
    let percent = format!("{}.{:02} % equal", parts / 100, parts % 100);
    let paint = if found.differences.is_empty() { Paint::Good } else { Paint::Change };
    let mut text = format!(
        "{}: {}: {}, {} fields and rules compared, {} differ\n",
        painted(Paint::Strong, &program.name),
        painted(paint, &percent),
        plural(found.pairs, "pair"),
        found.compared,
        found.differences.len()
    );
    for difference in found.differences.iter().take(SHOWN) {
        text.push_str(&format!(
            "{}  {}\n",
            painted(Paint::Change, &difference.who),
            painted(Paint::Faint, &difference.by)
        ));
        for (end, field, value) in &difference.fields {
            text.push_str(&format!("    {}.{field}: {}\n", program.side(*end).name, quoted(value)));
        }
        text.push_str(&format!("    perhaps: {}\n", difference.why));
    }
    if found.differences.len() > SHOWN {
        text.push_str(&format!(
            "… and {} more differences; --format json lists them all\n",
            found.differences.len() - SHOWN
        ));
    }
    for what in [Astray::NotKnown, Astray::NotThere, Astray::NoPartner] {
        let alone: Vec<_> = found.strays.iter().filter(|stray| stray.what == what).collect();
        if alone.is_empty() {
            continue;
        }
        text.push_str(&format!("{}\n", painted(Paint::Change, &format!("{} {}:", alone.len(), standing(what)))));
        for stray in alone.iter().take(SHOWN) {
            let (side, id) = (&program.side(stray.end).name, painted(Paint::Faint, &stray.id));
            text.push_str(&format!("    {side}: {}  {id}\n", stray.who));
        }
        if alone.len() > SHOWN {
            text.push_str(&format!("    … and {} more; --format json lists them all\n", alone.len() - SHOWN));
        }
    }
    for (end, why) in &found.unread {
        text.push_str(&format!("{} {why}\n", painted(Paint::Bad, &format!("! {}:", program.side(*end).name))));
    }
    text
}

fn standing(what: Astray) -> &'static str {
    match what {
        Astray::NotKnown => "in an app and not remembered; they are new since the last run, or it missed them",
        Astray::NotThere => {
            "remembered and in no app any more; they were deleted since the last run, or it missed that"
        }
        Astray::NoPartner => "alone, although a rule lets them flow; `syncc why` says why",
    }
}

fn as_json(program: &Program, found: &Found) -> Json {
    let name = |end| program.side(end).name.as_str();
    let differences = found.differences.iter().map(|difference| {
        let fields = difference.fields.iter();
        json!({
            "who": difference.who, "ids": difference.ids, "by": difference.by, "why": difference.why,
            "fields": fields.map(|(end, field, value)| json!({ "side": name(*end), "field": field, "value": value })).collect::<Vec<_>>(),
        })
    });
    let strays = found
        .strays
        .iter()
        .map(|stray| json!({ "side": name(stray.end), "id": stray.id, "who": stray.who, "what": stray.what }));
    json!({
        "version": 1, "connection": program.name, "equal": found.equal(), "pairs": found.pairs, "compared": found.compared,
        "equal_percent": format!("{}.{:02}", found.equal_parts() / 100, found.equal_parts() % 100),
        "differences": differences.collect::<Vec<_>>(), "alone": strays.collect::<Vec<_>>(),
        "unread": found.unread.iter().map(|(end, why)| json!({ "side": name(*end), "why": why })).collect::<Vec<_>>(),
    })
}
