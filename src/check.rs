//! `syncc check`: says what is wrong with the rules, without an account or a network.

use std::path::PathBuf;

use clap::Args;
use syncc_compiler::diagnostic::Severity;

use crate::{
    exit::Exit,
    load,
    output::{Output, Paint, painted, say},
    render,
};

/// Check the rules: every problem in one run, with what to type instead
#[derive(Args)]
pub(crate) struct Check {
    /// A folder with .sync files, or one file
    #[arg(default_value = ".")]
    path: PathBuf,
}

impl Check {
    pub(crate) fn run(self, output: &Output) -> Exit {
        let loaded = match load::open(&self.path) {
            Ok(loaded) => loaded,
            Err(exit) => return exit,
        };
        let mut counts = [0_usize; 3];
        let mut documents = Vec::new();
        for file in &loaded.files {
            let path = file.path.display().to_string();
            for diagnostic in &file.diagnostics {
                counts[match diagnostic.severity {
                    Severity::Error => 0,
                    Severity::Warning => 1,
                    Severity::Hint => 2,
                }] += 1;
                if output.json() {
                    documents.push(render::json(&path, &file.text, diagnostic));
                } else {
                    say(&format!("{}\n", render::diagnostic(&path, &file.text, diagnostic)));
                }
            }
        }
        let [errors, warnings, hints] = counts;
        if output.json() {
            output.document(&serde_json::json!({
                "version": 1,
                "files": loaded.files.iter().map(|file| file.path.display().to_string()).collect::<Vec<_>>(),
                "errors": errors, "warnings": warnings, "hints": hints,
                "diagnostics": documents,
            }));
        } else {
            say(&summary(&loaded, errors, warnings));
        }
        if errors > 0 { Exit::Problems } else { Exit::Fine }
    }
}

fn summary(loaded: &load::Loaded, errors: usize, warnings: usize) -> String {
    let rules: usize = loaded.files.iter().filter_map(|file| Some(file.program.as_ref()?.rules.len())).sum();
    let files = plural(loaded.files.len(), "file");
    if errors > 0 {
        return format!("{}\n", painted(Paint::Bad, &format!("{} in {files}", plural(errors, "problem"))));
    }
    let rules = plural(rules, "rule");
    let warnings = if warnings > 0 { format!(", {}", plural(warnings, "warning")) } else { String::new() };
    format!("{}\n", painted(Paint::Good, &format!("fine: {rules} in {files}{warnings}")))
}

/// `1 file`, `2 files`
pub(crate) fn plural(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
