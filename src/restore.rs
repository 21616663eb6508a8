//! `syncc restore`: puts back what `syncc backup` copied, and keeps what was there. Asks no app.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;
use syncc_runtime::{
    store::{Sqlite, TakeOver, TakenOver},
    world::World,
};

use crate::{
    check::plural,
    connect,
    exit::Exit,
    load::Loaded,
    output::{Output, Paint, painted, say},
};

/// Put back what was copied by `syncc backup`; what was remembered until now is kept beside it
#[derive(Args)]
pub(crate) struct Restore {
    /// The copy
    file: PathBuf,
    /// A folder with .sync files, one file, or a built file
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Exactly the copy: take nothing over from what was remembered until now
    #[arg(long)]
    exactly: bool,
    /// Of the practice apps that are built in, not of real accounts
    #[arg(long)]
    sandbox: bool,
}

impl Restore {
    pub(crate) fn run(self, output: &Output) -> Exit {
        Exit::of(self.restore(output))
    }

    fn restore(self, output: &Output) -> Result<Exit, String> {
        let loaded = Loaded::open_any(&self.path)?;
        let Ok(programs) = loaded.programs(output) else { return Ok(Exit::Problems) };
        let of = Sqlite::backup_of(&self.file).map_err(|error| error.to_string())?;
        let Some(program) = programs.iter().find(|program| program.name == of) else {
            return Err(format!(
                "{} is a backup of `{of}`, and there is no {of}.sync in {}",
                self.file.display(),
                self.path.display()
            ));
        };
        let path = connect::prepared_store_path(program, &loaded.workspace, self.sandbox)?;
        let take_over = if self.exactly { TakeOver::Nothing } else { TakeOver::Since };
        let restored = Sqlite::restore(&self.file, &path, &of, World::real().clock.now(), take_over);
        let restored = restored.map_err(|error| error.to_string())?;
        if output.json() {
            output.document(&json!({
                "version": 1, "connection": of, "restored": self.file, "aside": restored.aside, 
                "taken_over": restored.taken_over.map(|taken| taken.pairs), "paused": restored.taken_over.map(|taken| taken.paused),
            }));
            return Ok(Exit::Fine);
        }
        let mut text = format!("{}: restored from {}\n", painted(Paint::Strong, &of), self.file.display());
        if let Some(aside) = &restored.aside {
            text.push_str(&format!("  What was remembered until now is kept in {}\n", aside.display()));
        }
        match restored.taken_over {
            Some(TakenOver { pairs, paused }) => {
                if pairs > 0 {
                    text.push_str(&format!(
                        "  {} that were linked since were taken over from it, so that nobody is made twice\n",
                        plural(pairs, "pair")
                    ));
                }
                if paused > 0 {
                    text.push_str(&format!(
                        "  {} taken over from it: whoever was paused since, also by an undo, stays so until `syncc resume`\n",
                        plural(paused, "pause")
                    ));
                }
            }
            None if restored.aside.is_some() => text.push_str(
                "  Nothing was taken over from it. Who was linked since is matched anew, and who was deleted on one side since looks new\n",
            ),
            None => {}
        }
        text.push_str(
            "  What people and runs changed since then is seen as edits. What was deleted since counts as deleted.\n  Look at `syncc plan` now: no run writes or deletes anything before that\n",
        );
        say(&text);
        Ok(Exit::Fine)
    }
}
