//! `syncc conflicts`: fields that both sides changed to different values, and which value won. Asks no app.

use std::{collections::BTreeMap, path::PathBuf};

use clap::Args;
use serde_json::{Value as Json, json};
use syncc_compiler::ir::{End, Program};
use syncc_runtime::{
    cycle::display,
    store::{Conflict, Sqlite, Store},
};

use crate::{
    check::plural,
    connect,
    exit::Exit,
    load::Loaded,
    output::{Output, Paint, painted, say},
    tables::quoted,
};

/// How many are shown one by one; more are counted by field first.
const SHOWN: usize = 20;

/// Show fields that both sides changed to different values: which value won, which lost, and why
#[derive(Args)]
pub(crate) struct Conflicts {
    /// A folder with .sync files, one file, or a built file
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Of the practice apps that are built in, not of real accounts
    #[arg(long)]
    sandbox: bool,
}

impl Conflicts {
    pub(crate) fn run(self, output: &Output) -> Exit {
        Exit::of(self.conflicts(output))
    }

    fn conflicts(self, output: &Output) -> Result<Exit, String> {
        let loaded = Loaded::open_any(&self.path)?;
        let Ok(programs) = loaded.programs(output) else { return Ok(Exit::Problems) };
        for program in &programs {
            let said = |error: syncc_runtime::store::StoreError| error.to_string();
            let path = connect::store_path(program, &loaded.workspace, self.sandbox);
            let store = Sqlite::look(path).map_err(said)?;
            let conflicts = store.map(|store| store.conflicts()).transpose().map_err(said)?.unwrap_or_default();
            if output.json() {
                let list: Vec<_> = conflicts.iter().map(|conflict| as_json(program, conflict)).collect();
                output.document(&json!({ "version": 1, "connection": program.name, "conflicts": list }));
            } else {
                say(&as_text(program, &conflicts));
            }
        }
        Ok(Exit::Fine)
    }
}

fn as_text(program: &Program, conflicts: &[Conflict]) -> String {
    let name = painted(Paint::Strong, &program.name);
    if conflicts.is_empty() {
        return format!("{name}: no conflicts\n");
    }
    let mut text = format!("{name}: {}\n", plural(conflicts.len(), "conflict"));
    if conflicts.len() > SHOWN {
        let mut counts: BTreeMap<(String, &str), usize> = BTreeMap::new();
        for conflict in conflicts {
            *counts.entry((field(program, conflict, conflict.winner), conflict.why.as_str())).or_default() += 1;
        }
        for ((field, why), count) in counts {
            text.push_str(&format!("  {count} × {field} won  {}\n", painted(Paint::Faint, why)));
        }
        text.push_str(&format!("The newest {SHOWN}; --format json lists all:\n"));
    }
    let mut last = None;
    for conflict in conflicts.iter().rev().take(SHOWN) {
        if last != Some(&conflict.records) {
            text.push_str(&format!("  {}\n", painted(Paint::Change, &conflict.who)));
            last = Some(&conflict.records);
        }
        let held =
            |end: End| format!("{} {}", field(program, conflict, end), quoted(&display(&conflict.values[end.index()])));
        text.push_str(&format!(
            "    {} won over {}  {}\n",
            held(conflict.winner),
            held(conflict.winner.other()),
            painted(Paint::Faint, &format!("{}, {}", conflict.at.strftime("%Y-%m-%d %H:%M"), conflict.why))
        ));
    }
    text.push_str("`syncc resolve CONTACT --keep` agrees; `--take SIDE` writes the other value to both sides\n");
    text
}

fn field(program: &Program, conflict: &Conflict, end: End) -> String {
    format!("{}.{}", program.side(end).name, conflict.fields[end.index()])
}

fn as_json(program: &Program, conflict: &Conflict) -> Json {
    let name = |end: End| program.side(end).name.as_str();
    json!({
        "id": conflict.id, "at": conflict.at.to_string(), "who": conflict.who, "ids": conflict.records,
        "fields": conflict.fields, "values": conflict.values.each_ref().map(display), "winner": name(conflict.winner),
        "why": conflict.why,
    })
}
