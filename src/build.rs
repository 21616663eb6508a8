//! `syncc build`: checked rules in one file, to be run where the rules are not.

use std::path::PathBuf;

use clap::Args;
use serde_json::json;

use crate::{
    check::plural,
    exit::Exit,
    load::Loaded,
    output::{Output, complain, remark, say},
};

/// Build the rules into one file, to be run on a machine that has no rules
///
/// The file holds the checked rules and the settings of syncc.toml that a run needs, and never a secret. Copy it,
/// then run it there: syncc run FILE. Relative paths in the settings start at the folder that it is in.
#[derive(Args)]
pub(crate) struct Build {
    /// A folder with .sync files, or one file
    #[arg(default_value = ".")]
    path: PathBuf,
    /// The file to write
    #[arg(short = 'o', long = "output", value_name = "FILE")]
    into: PathBuf,
}

impl Build {
    pub(crate) fn run(self, output: &Output) -> Exit {
        let loaded = match Loaded::open(&self.path) {
            Ok(loaded) => loaded,
            Err(why) => {
                complain(&why);
                return Exit::Failed;
            }
        };
        let Ok(programs) = loaded.programs(output) else { return Exit::Problems };
        let sources = match loaded.workspace.build(&programs, &self.into) {
            Ok(sources) => sources,
            Err(error) => {
                complain(&error.to_string());
                return Exit::Failed;
            }
        };
        let into = self.into.display();
        if output.json() {
            let connections: Vec<_> = programs.iter().map(|program| program.name.as_str()).collect();
            output.document(&json!({ "file": into.to_string(), "connections": connections, "sources": sources }));
        } else {
            let names: Vec<_> = sources.iter().map(|source| source.file.as_str()).collect();
            say(&format!("{into}: {} from {}\n", plural(programs.len(), "connection"), names.join(", ")));
            remark(&format!("next: copy it to where it is to run, then: syncc run {into}"));
        }
        Exit::Fine
    }
}
