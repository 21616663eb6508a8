//! `syncc completions`: a script that completes the command in a shell.

use clap::Args;
use clap_complete::Shell;

use crate::{exit::Exit, output::say};

/// Print a script that completes this command in your shell
#[derive(Args)]
pub(crate) struct Completions {
    /// The shell that it is for
    shell: Shell,
}

impl Completions {
    pub(crate) fn run(self) -> Exit {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut crate::command(), "syncc", &mut script);
        say(&String::from_utf8_lossy(&script));
        Exit::Fine
    }
}
