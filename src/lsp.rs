//! `syncc lsp`: the language server, for editors.

use std::path::Path;

use clap::Args;
use syncc_lsp::{Beside, Ended, Loader};
use syncc_runtime::workspace::Workspace;

use crate::{exit::Exit, load, output::complain};

/// Run the language server on standard input and output, for editors
#[derive(Args)]
pub(crate) struct Lsp {
    /// Given by some editors; standard input and output are all there is
    #[arg(long, hide = true)]
    stdio: bool,
}

/// Reads what stands beside a file.
struct FromDisk;

impl Loader for FromDisk {
    fn beside(&mut self, file: &Path) -> Beside {
        let folder = file.parent().unwrap_or(Path::new("."));
        Workspace::open(folder)
            .map(|workspace| Beside { accounts: load::accounts(&workspace), levels: workspace.levels })
            .unwrap_or_default()
    }
}

impl Lsp {
    pub(crate) fn run(self) -> Exit {
        match syncc_lsp::stdio(FromDisk) {
            Ok(Ended::AfterShutdown) => Exit::Fine,
            Ok(Ended::Abruptly) => Exit::Problems,
            Err(error) => {
                complain(&format!("this machine does not let syncc start its threads: {error}"));
                Exit::Failed
            }
        }
    }
}
