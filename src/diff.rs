//! `syncc diff`: what a change of the rules changes for whom.

use std::{path::PathBuf, sync::Arc};

use clap::Args;
use syncc_compiler::ir::Program;
use syncc_runtime::diff::compare;

use crate::{
    exit::Exit,
    load::Loaded,
    output::{Output, complain, say},
    render,
    revision::{At, Revision, work_path},
};

/// Say what a change of the rules changes for whom: which contacts flow, what becomes of them, and one that shows it
///
/// OLD and NEW are files, folders or git revisions (HEAD~1, main, HEAD:rules/crm.sync). One revision is compared with
/// the working tree, one path with what it is in HEAD, and without any, HEAD with the working tree. A rule that was
/// only moved, renamed, formatted or said in other words means the same.
///
/// Ends with 0 when the two could be compared, and with 2 when not; with --exit-code, as `git diff` does, with 0 when
/// they mean the same and with 1 when something changes.
#[derive(Args)]
pub(crate) struct Diff {
    /// The rules before: a file, a folder or a git revision
    old: Option<String>,
    /// The rules after
    new: Option<String>,
    /// End with 1 when something changes, as `git diff --exit-code` does
    #[arg(long)]
    exit_code: bool,
}

/// What to compare.
enum Given {
    Path(PathBuf),
    Revision { revision: String, path: Option<String> },
}

/// One of the two sides: its programs, and what people call it.
struct Side {
    name: String,
    programs: Vec<Arc<Program>>,
}

impl Diff {
    pub(crate) fn run(self, output: &Output) -> Exit {
        let [old, new] = match self.given() {
            Ok(both) => both,
            Err(why) => return fail(&why),
        };
        let beside = |given: &Given| match given {
            Given::Path(path) => Some(At::Work(path.clone())),
            Given::Revision { path, .. } => path.clone().map(At::Top),
        };
        let [old_at, new_at] = [beside(&new), beside(&old)];
        let sides = read(&old, old_at, output).and_then(|old| Ok([old, read(&new, new_at, output)?]));
        let [old, new] = match sides {
            Ok(sides) => sides,
            Err(exit) => return exit,
        };
        if old.programs.is_empty() && new.programs.is_empty() {
            return fail(&format!(
                "neither {} nor {} has a .sync file: there is nothing to compare",
                old.name, new.name
            ));
        }
        let [before, after] = [&old, &new].map(|side| side.programs.iter().map(Arc::as_ref).collect::<Vec<_>>());
        let report = compare(&before, &after);
        if output.json() {
            output.document(&render::diff::document(&old.name, &new.name, &report));
        } else {
            say(&render::diff::pretty(&report));
        }
        if self.exit_code && !report.same { Exit::Differs } else { Exit::Fine }
    }

    fn given(&self) -> Result<[Given; 2], String> {
        let here = || Given::Path(PathBuf::from("."));
        let head = || Given::Revision { revision: "HEAD".to_owned(), path: None };
        Ok(match (self.old.as_deref().map(Given::of), self.new.as_deref().map(Given::of)) {
            (Some(old), Some(new)) => [old, new],
            (Some(path @ Given::Path(_)), None) => [head(), path],
            (Some(Given::Revision { revision, path: Some(path) }), None) => {
                let work = Given::Path(work_path(&path)?);
                [Given::Revision { revision, path: Some(path) }, work]
            }
            (Some(old), None) => [old, here()],
            (None, _) => [head(), here()],
        })
    }
}

impl Given {
    /// What is there is a path; all else is for git to know.
    fn of(text: &str) -> Self {
        let path = PathBuf::from(text);
        if path.exists() {
            return Self::Path(path);
        }
        match text.split_once(':') {
            Some((revision, path)) => Self::Revision { revision: revision.to_owned(), path: Some(path.to_owned()) },
            None => Self::Revision { revision: text.to_owned(), path: None },
        }
    }
}

/// The rules of a side. A revision without a path is asked for what the other side is.
fn read(given: &Given, beside: Option<At>, output: &Output) -> Result<Side, Exit> {
    let (revision, path) = match given {
        Given::Path(path) => {
            let loaded = Loaded::open_any(path).map_err(|why| fail(&why))?;
            return programs(path.display().to_string(), &loaded, output);
        }
        Given::Revision { revision, path } => (revision, path),
    };
    let at = path.clone().map(At::Top).or(beside).unwrap_or_else(|| At::Work(PathBuf::from(".")));
    let revision = Revision::read(revision, &at).map_err(|why| fail(&why))?;
    if revision.is_empty() {
        return Ok(Side { name: revision.name().to_owned(), programs: Vec::new() });
    }
    let mut loaded = Loaded::open(&revision.path()).map_err(|why| fail(&revision.named(&why)))?;
    for file in &mut loaded.files {
        file.path = PathBuf::from(revision.named(&file.path.display().to_string()));
    }
    programs(revision.name().to_owned(), &loaded, output)
}

fn programs(name: String, loaded: &Loaded, output: &Output) -> Result<Side, Exit> {
    match loaded.programs(output) {
        Ok(programs) => Ok(Side { name, programs }),
        Err(_) => Err(fail(&format!("{name} cannot be compared before its problems are mended"))),
    }
}

fn fail(why: &str) -> Exit {
    complain(why);
    Exit::Failed
}
