//! `syncc show`: every rule and mapping in effect, those that nobody wrote included.

use std::path::PathBuf;

use clap::Args;

use crate::{
    exit::Exit,
    load,
    output::{Output, Paint, painted, say},
};

/// Print every effective rule and mapping, those by default included
#[derive(Args)]
pub(crate) struct Show {
    /// A folder with .sync files, one file, or a built file
    #[arg(default_value = ".")]
    path: PathBuf,
}

impl Show {
    pub(crate) fn run(self, output: &Output) -> Exit {
        let loaded = match load::open(&self.path) {
            Ok(loaded) => loaded,
            Err(exit) => return exit,
        };
        let Ok(programs) = loaded.programs(output) else { return Exit::Problems };
        for program in &programs {
            if output.json() {
                output.document(&serde_json::to_value(&**program).unwrap_or_default());
            } else {
                say(&format!("{}\n{}\n", painted(Paint::Strong, &format!("# {}", program.name)), program.show()));
            }
        }
        Exit::Fine
    }
}
