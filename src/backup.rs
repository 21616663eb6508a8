//! `syncc backup`: a copy of what is remembered, made while a run may be writing. Asks no app.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use syncc_runtime::store::Sqlite;

use crate::{
    connect,
    exit::Exit,
    load::Loaded,
    output::{Output, Paint, complain, painted, say},
};

/// Copy what is remembered into a file: who belongs to whom, the history, what waits
#[derive(Args)]
pub(crate) struct Backup {
    /// A folder with .sync files, one file, or a built file
    #[arg(default_value = ".")]
    path: PathBuf,
    /// The file, or a folder for a file each connection. An older copy of the same connection is replaced
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
    /// Of the practice apps that are built in, not of real accounts
    #[arg(long)]
    sandbox: bool,
}

impl Backup {
    pub(crate) fn run(self, output: &Output) -> Exit {
        Exit::of(self.backup(output))
    }

    fn backup(self, output: &Output) -> Result<Exit, String> {
        let loaded = Loaded::open_any(&self.path)?;
        let Ok(programs) = loaded.programs(output) else { return Ok(Exit::Problems) };
        if programs.len() > 1 && !self.to.is_dir() {
            return Err(format!(
                "there are {} connections in {}: name a folder that is there, for a file each",
                programs.len(),
                self.path.display()
            ));
        }
        let mut exit = Exit::Fine;
        for program in &programs {
            let to = file(&self.to, &program.name);
            let path = connect::store_path(program, &loaded.workspace, self.sandbox);
            let copied = Sqlite::backup(&path, &program.name, &to).map_err(|error| error.to_string())?;
            if !copied {
                exit = Exit::Problems;
                complain(&format!("{} never ran, so there is nothing to copy yet", program.name));
                continue;
            }
            let bytes = std::fs::metadata(&to).map(|file| file.len()).unwrap_or_default();
            if output.json() {
                output.document(&json!({ "version": 1, "connection": program.name, "file": to, "bytes": bytes }));
            } else {
                say(&format!(
                    "{}: copied to {} ({} KB). It holds contacts: keep it where only you can read it\n",
                    painted(Paint::Strong, &program.name),
                    to.display(),
                    bytes.div_ceil(1024)
                ));
            }
        }
        Ok(exit)
    }
}

/// The file of one connection.
fn file(to: &Path, connection: &str) -> PathBuf {
    if to.is_dir() { to.join(format!("{connection}.backup")) } else { to.to_owned() }
}
