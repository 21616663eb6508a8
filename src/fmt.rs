//! `syncc fmt`: lays `.sync` files out in the one way.

use std::{
    fs,
    io::Read as _,
    path::{Path, PathBuf},
};

use clap::Args;
use serde_json::json;
use similar::{ChangeTag, TextDiff};
use syncc_grammar::decode;
use syncc_runtime::workspace::{sync_files, write_whole};

use crate::{
    check::plural,
    exit::Exit,
    output::{Output, Paint, complain, painted, remark, say},
};

/// Format the files: one layout for everybody, so that a review shows what the rules say
///
/// Comments stay where they are, and a statement with an error stays as it is. Ends with 0 when all is well,
/// 1 when --check finds a file to format, 2 when a file cannot be read or written.
#[derive(Args)]
pub(crate) struct Fmt {
    /// A folder with .sync files, one file, or - to read standard input and write standard output
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Write nothing: name the files that are not formatted, and what would change
    #[arg(long)]
    check: bool,
}

/// A file before and after.
struct Formatted {
    path: PathBuf,
    before: String,
    after: String,
}

impl Formatted {
    fn of(path: &Path, bytes: &[u8]) -> Result<Self, String> {
        let decoded = decode(bytes);
        if let Some(error) = decoded.errors.first() {
            let help = error.help.as_deref().unwrap_or_default();
            return Err(format!("{} is left as it is: {}. {help}", path.display(), error.title));
        }
        // The mark that some Windows editors put first is no part of what is decoded.
        let before = std::str::from_utf8(bytes).map_or(decoded.text, str::to_owned);
        let after = syncc_grammar::format(&before);
        Ok(Self { path: path.to_owned(), before, after })
    }

    fn differs(&self) -> bool {
        self.before != self.after
    }
}

impl Fmt {
    pub(crate) fn run(self, output: &Output) -> Exit {
        let formatted = if self.path == Path::new("-") { standard_input() } else { files(&self.path) };
        let formatted = match formatted {
            Ok(formatted) => formatted,
            Err(why) => {
                complain(&why);
                return Exit::Failed;
            }
        };
        if self.path == Path::new("-") && !self.check {
            formatted.iter().for_each(|formatted| say(&formatted.after));
            return Exit::Fine;
        }
        let differing: Vec<_> = formatted.iter().filter(|formatted| formatted.differs()).collect();
        if !self.check {
            for formatted in &differing {
                if let Err(error) = write_whole(&formatted.path, formatted.after.as_bytes()) {
                    complain(&error.to_string());
                    return Exit::Failed;
                }
            }
        }
        if output.json() {
            output.document(&document(&formatted, self.check));
        } else {
            for formatted in &differing {
                say(&if self.check { shown(formatted) } else { format!("{}\n", formatted.path.display()) });
            }
            say(&summary(differing.len(), formatted.len(), self.check));
        }
        if self.check && !differing.is_empty() { Exit::Problems } else { Exit::Fine }
    }
}

fn standard_input() -> Result<Vec<Formatted>, String> {
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes).map_err(|error| format!("standard input cannot be read: {error}"))?;
    Ok(vec![Formatted::of(Path::new("standard input"), &bytes)?])
}

/// All files before any is written, so that a file that cannot be read leaves the others as they are.
fn files(path: &Path) -> Result<Vec<Formatted>, String> {
    let paths = sync_files(path).map_err(|error| error.to_string())?;
    if paths.is_empty() {
        remark(&format!("there is no .sync file in {}", path.display()));
    }
    let read = |path: &PathBuf| {
        let bytes = fs::read(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
        Formatted::of(path, &bytes)
    };
    paths.iter().map(read).collect()
}

/// The lines that would change, with one line around them for orientation.
fn diff(formatted: &Formatted) -> Vec<(ChangeTag, String)> {
    let lines = TextDiff::from_lines(&formatted.before, &formatted.after);
    let mut shown = Vec::new();
    for (number, hunk) in lines.grouped_ops(1).iter().enumerate() {
        if number > 0 {
            shown.push((ChangeTag::Equal, "  …".to_owned()));
        }
        for change in hunk.iter().flat_map(|op| lines.iter_changes(op)) {
            let line = change.value().trim_end_matches(['\r', '\n']);
            shown.push((change.tag(), format!("{} {line}", change.tag())));
        }
    }
    shown
}

fn shown(formatted: &Formatted) -> String {
    let mut text = format!("{}\n", painted(Paint::Strong, &formatted.path.display().to_string()));
    for (tag, line) in diff(formatted) {
        text.push_str(&match tag {
            ChangeTag::Delete => painted(Paint::Bad, &line),
            ChangeTag::Insert => painted(Paint::Good, &line),
            ChangeTag::Equal => line,
        });
        text.push('\n');
    }
    text
}

fn document(formatted: &[Formatted], check: bool) -> serde_json::Value {
    let files = formatted.iter().map(|formatted| {
        let mut file = json!({ "path": formatted.path.display().to_string(), "differs": formatted.differs() });
        if check && formatted.differs() {
            file["diff"] = diff(formatted).into_iter().map(|(_, line)| line).collect::<Vec<_>>().into();
        }
        file
    });
    json!({ "version": 1, "written": !check, "files": files.collect::<Vec<_>>() })
}

fn summary(differing: usize, all: usize, check: bool) -> String {
    let files = plural(all, "file");
    let text = match (differing, check) {
        (0, _) => painted(Paint::Good, &format!("fine: {files} formatted already")),
        (_, true) => painted(Paint::Bad, &format!("{differing} of {files} not formatted: `syncc fmt` does it")),
        (_, false) => painted(Paint::Good, &format!("formatted {differing} of {files}")),
    };
    format!("{text}\n")
}
