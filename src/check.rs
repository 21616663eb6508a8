//! `syncc check`: says what is wrong with the rules, without an account or a network.

use std::path::PathBuf;

use clap::Args;
use syncc_compiler::diagnostic::{Diagnostic, Levels};

use crate::{
    exit::Exit,
    load::{File, Loaded},
    output::{Format, Output, Paint, complain, paint, painted, remark, say},
    render::{
        Counts, concise, github, json, pretty,
        proof::{self, Proved},
        sarif,
    },
};

/// Check the rules: every problem in one run, with what to type instead
#[derive(Args)]
pub(crate) struct Check {
    /// A folder with .sync files, or one file
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Say for each file, and for files that share an account, whether it is proved that they settle
    #[arg(long)]
    proof: bool,
}

impl Check {
    pub(crate) fn run(self, output: &Output) -> Exit {
        let loaded = match Loaded::open(&self.path) {
            Ok(loaded) => loaded,
            Err(why) => {
                if output.format == Format::Sarif {
                    let ended = sarif::Ended { exit: Exit::Failed, failure: Some(&why) };
                    output.document(&sarif::document(&[], &Levels::default(), ended));
                }
                complain(&why);
                return Exit::Failed;
            }
        };
        let files = &loaded.files;
        let counts = Counts::of(files);
        let exit = if counts.errors > 0 { Exit::Problems } else { Exit::Fine };
        let proofs = if self.proof { proof::proofs(&loaded) } else { Vec::new() };
        match output.format {
            Format::Pretty => {
                each(files, pretty::diagnostic);
                proofs.iter().for_each(|proof| say(&proof.pretty()));
                let (how, sum) = summary(&loaded, counts);
                say(&format!("{}\n", painted(how, &sum)));
            }
            Format::Concise => lines(&loaded, counts, concise::diagnostic),
            Format::Github => lines(&loaded, counts, github::diagnostic),
            Format::Json => {
                let mut document = json::document(files);
                if self.proof {
                    document["proofs"] = proofs.iter().map(Proved::json).collect();
                }
                output.document(&document);
            }
            Format::Sarif => {
                let ended = sarif::Ended { exit, failure: None };
                output.document(&sarif::document(files, &loaded.workspace.levels, ended));
            }
        }
        // The verb ends here, and taking apart what is known of many rules takes as long as proving something of them.
        std::mem::forget(loaded);
        exit
    }
}

/// A finding of a file, given with its path and text, as text.
type Render = fn(&str, &str, &Diagnostic) -> String;

/// Prints every finding by itself.
fn each(files: &[File], render: Render) {
    for file in files {
        let path = file.shown();
        file.diagnostics.iter().for_each(|found| say(&format!("{}\n", render(&path, &file.text, found))));
    }
}

/// Prints lines that a program reads, and the sum beside them.
fn lines(loaded: &Loaded, counts: Counts, render: Render) {
    each(&loaded.files, render);
    let (how, sum) = summary(loaded, counts);
    remark(&paint(how, &sum, &std::io::stderr()));
}

fn summary(loaded: &Loaded, counts: Counts) -> (Paint, String) {
    let files = plural(loaded.files.len(), "file");
    if counts.errors > 0 {
        return (Paint::Bad, format!("{} in {files}", plural(counts.errors, "problem")));
    }
    let mut sum = format!("fine: {} in {files}", plural(loaded.count_rules(), "rule"));
    if counts.warnings > 0 {
        sum.push_str(&format!(", {}", plural(counts.warnings, "warning")));
    }
    if counts.allowed > 0 {
        sum.push_str(&format!(", {} allowed", counts.allowed));
    }
    (Paint::Good, sum)
}

/// `1 file`, `2 files`
pub(crate) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
