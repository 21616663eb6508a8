//! `syncc adopt`: a first sync that only links. Writes nothing to either side.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value as Json, json};
use syncc_compiler::ir::Program;
use syncc_runtime::{cycle::Adoption, world::World};

use crate::{
    ask,
    check::plural,
    connect::{Access, Opened},
    exit::Exit,
    load::Loaded,
    output::{Output, Paint, complain, painted, say},
    practice::Practice,
    progress::{Consent, Progress},
    tables::quoted,
};

/// How many pairs that differ, and how many unclear contacts, are shown before the rest is only counted.
const SHOWN: usize = 12;

/// Link what belongs together already, and write nothing to either side
#[derive(Args)]
pub(crate) struct Adopt {
    /// A folder with .sync files, one file, or a built file
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Go ahead without asking
    #[arg(long, short)]
    yes: bool,
    /// Use the practice apps that are built in, not real accounts
    #[arg(long)]
    sandbox: bool,
}

impl Adopt {
    pub(crate) async fn run(self, output: &Output) -> Exit {
        Exit::of(self.adopt(output).await)
    }

    async fn adopt(self, output: &Output) -> Result<Exit, String> {
        let loaded = Loaded::open_any(&self.path)?;
        let Ok(programs) = loaded.programs(output) else { return Ok(Exit::Problems) };
        let practice = Practice::start_if(self.sandbox, &loaded.workspace).await?;
        let mut exit = Exit::Fine;
        let world = World::real();
        for program in &programs {
            let mut opened = Opened::open(program, &loaded.workspace, practice.as_ref(), &world, Access::Work)?;
            let mut progress = Progress::new(Consent::Given, output.json());
            let mut agree = |adoption: &Adoption| {
                if !output.json() {
                    say(&as_text(program, adoption));
                }
                self.yes || ask::yes("Link these, and write nothing?")
            };
            let adopted = opened.connection()?.adopt(&mut progress, &mut agree).await;
            progress.done();
            let (adoption, agreed) = adopted.map_err(|error| error.to_string())?;
            if output.json() {
                output.document(&as_json(program, &adoption, agreed));
            } else if adoption.pairs.is_empty() {
                say(&format!("{}nothing new is to be linked\n", as_text(program, &adoption)));
            } else if agreed {
                say(&format!(
                    "{}\n  What the rules and mappings ask for from now on is in `syncc plan`; no run writes anything before that\n",
                    painted(
                        Paint::Good,
                        &format!("{} linked; nothing was written", plural(adoption.pairs.len(), "pair"))
                    )
                ));
            }
            if !agreed && !adoption.pairs.is_empty() {
                exit = Exit::Problems;
                complain(&format!("{}: nothing was linked", program.name));
            }
        }
        if let Some(practice) = practice {
            practice.stop().await;
        }
        Ok(exit)
    }
}

fn as_text(program: &Program, adoption: &Adoption) -> String {
    let [left, right] = &program.sides;
    let differ: Vec<_> = adoption.pairs.iter().filter(|pair| !pair.differs.is_empty()).collect();
    let mut text = format!(
        "{}: {} to link, {} of them differ\n",
        painted(Paint::Strong, &program.name),
        plural(adoption.pairs.len(), "pair"),
        differ.len()
    );
    if adoption.linked > 0 {
        text.push_str(&format!("  {} linked already\n", plural(adoption.linked, "pair")));
    }
    text.push_str(&format!(
        "  alone: {} in {}, {} in {}\n",
        adoption.alone[0], left.name, adoption.alone[1], right.name
    ));
    if adoption.paused > 0 {
        text.push_str(&format!("  {} paused, and not linked\n", plural(adoption.paused, "contact")));
    }
    for pair in differ.iter().take(SHOWN) {
        text.push_str(&format!(
            "{}  {}\n",
            painted(Paint::Change, &format!("~ {}", pair.who)),
            painted(Paint::Faint, &pair.by)
        ));
        for (end, field, held, other) in &pair.differs {
            text.push_str(&format!(
                "    {}.{field}: {} stays, where a first sync would write {}\n",
                program.side(*end).name,
                quoted(held),
                quoted(other)
            ));
        }
    }
    if differ.len() > SHOWN {
        text.push_str(&format!("… and {} more that differ; --format json lists them all\n", differ.len() - SHOWN));
    }
    for (end, who, why) in adoption.unclear.iter().take(SHOWN) {
        let side = &program.side(*end).name;
        text.push_str(&format!("{} not linked: {why}\n", painted(Paint::Change, &format!("= {side} {who}:"))));
    }
    if adoption.unclear.len() > SHOWN {
        text.push_str(&format!(
            "… and {} more that are not clear; --format json lists them all\n",
            adoption.unclear.len() - SHOWN
        ));
    }
    if !differ.is_empty() {
        text.push_str("What differs now stays so until somebody edits it on one side.\n");
    }
    text
}

fn as_json(program: &Program, adoption: &Adoption, agreed: bool) -> Json {
    let name = |end| program.side(end).name.as_str();
    let pairs = adoption.pairs.iter().map(|pair| {
        let differs = pair.differs.iter().map(|(end, field, held, other)| {
            json!({ "side": name(*end), "field": field, "stays": held, "first_sync": other })
        });
        json!({ "who": pair.who, "ids": pair.ids, "by": pair.by, "differs": differs.collect::<Vec<_>>() })
    });
    let unclear = adoption.unclear.iter();
    json!({
        "version": 1, "connection": program.name, "linked_now": agreed, "linked_before": adoption.linked,
        "pairs": pairs.collect::<Vec<_>>(), "paused": adoption.paused,
        "alone": { (program.sides[0].name.as_str()): adoption.alone[0], (program.sides[1].name.as_str()): adoption.alone[1] },
        "unclear": unclear.map(|(end, who, why)| json!({ "side": name(*end), "who": who, "why": why })).collect::<Vec<_>>(),
    })
}
