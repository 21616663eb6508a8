//! `syncc eval`: what one cycle makes of pairs that come in as lines of JSON.

use std::{
    io::{BufRead as _, Read as _},
    path::PathBuf,
};

use clap::Args;
use syncc_compiler::value::Canon;
use syncc_runtime::eval::Evaluator;

use crate::{
    exit::Exit,
    load,
    output::{Output, complain, say},
};

/// Try rules on pairs, one JSON a line, with no account and no network
///
/// Reads lines such as
/// {"id":"1","left":{"email":"a@b.example","label":["x"]},"right":null,"base":null}
/// from standard input and prints for each what one cycle makes of it.
#[derive(Args)]
pub(crate) struct Eval {
    /// The .sync file
    file: PathBuf,
    /// Read the pairs from this file instead of standard input
    #[arg(long)]
    pairs: Option<PathBuf>,
}

impl Eval {
    pub(crate) fn run(self, output: &Output) -> Exit {
        let loaded = match load::open(&self.file) {
            Ok(loaded) => loaded,
            Err(exit) => return exit,
        };
        let programs = match loaded.programs(output) {
            Ok(programs) => programs,
            Err(_) => return Exit::Failed,
        };
        let [program] = programs.as_slice() else {
            complain("eval takes one .sync file, not a folder of several");
            return Exit::Failed;
        };
        let canon = loaded.workspace.region.as_deref().and_then(Canon::for_region).unwrap_or_default();
        let evaluator = Evaluator::new(program, canon);
        let reader: Box<dyn std::io::Read> = match &self.pairs {
            None => Box::new(std::io::stdin()),
            Some(path) => match std::fs::File::open(path) {
                Ok(file) => Box::new(file),
                Err(error) => {
                    complain(&format!("{} cannot be read: {error}", path.display()));
                    return Exit::Failed;
                }
            },
        };
        run_lines(&evaluator, reader)
    }
}

/// The longest line that is read: a pair has two contacts and two bases.
const LONGEST: u64 = 16 * 1024 * 1024;

fn run_lines(evaluator: &Evaluator<'_>, reader: Box<dyn std::io::Read>) -> Exit {
    let mut reader = std::io::BufReader::new(reader);
    let mut exit = Exit::Fine;
    for number in 1_usize.. {
        let mut line = Vec::new();
        let read = reader.by_ref().take(LONGEST).read_until(b'\n', &mut line);
        match read {
            Ok(0) => break,
            Err(error) => {
                complain(&format!("line {number} cannot be read: {error}"));
                return Exit::Failed;
            }
            Ok(_) => {}
        }
        let line = String::from_utf8_lossy(&line);
        if line.trim().is_empty() {
            continue;
        }
        let result = evaluator.line(&line).map_err(|error| error.to_string());
        match result.and_then(|out| serde_json::to_string(&out).map_err(|error| error.to_string())) {
            Ok(out) => say(&format!("{out}\n")),
            Err(why) => {
                complain(&format!("line {number}: {why}"));
                exit = Exit::Problems;
            }
        }
    }
    exit
}
