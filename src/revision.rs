//! A revision of git, laid out in a folder of its own, so that it is read as any other workspace is.
//!
//! Only here is git started, as the program that the writer has. It reads, and changes nothing.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use tempfile::TempDir;

/// The rules as they were.
pub(crate) struct Revision {
    /// Gone when this is dropped.
    folder: TempDir,
    /// The file within the folder, if one was asked for.
    file: Option<String>,
    /// As people type it: `HEAD~1:rules`.
    name: String,
}

/// What is asked for of a revision.
#[derive(Clone, Debug)]
pub(crate) enum At {
    /// What this path of the working tree was. It may not have been there.
    Work(PathBuf),
    /// A path as git writes it, from the top of the repository.
    Top(String),
}

impl Revision {
    /// Reads the `.sync` files of a revision, and what belongs to them.
    pub(crate) fn read(revision: &str, at: &At) -> Result<Self, String> {
        let folder = match at {
            At::Work(path) if path.is_dir() => path.clone(),
            At::Work(path) => parent(path),
            At::Top(_) => PathBuf::from("."),
        };
        let git = Git { folder };
        git.answer(&["rev-parse", "--show-toplevel"]).map_err(|said| match said {
            Said::NoGit => NO_GIT.to_owned(),
            Said::No(_) => format!(
                "{} is in no git repository, so there is no revision {revision} of it: name two files or folders instead",
                git.folder.display()
            ),
        })?;
        let commit = format!("{revision}^{{commit}}");
        git.answer(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit]).map_err(|_| {
            format!("there is no file, folder or revision {revision}: `git log --oneline` lists the revisions")
        })?;
        let path = match at {
            At::Top(path) => path.trim_end_matches('/').to_owned(),
            At::Work(path) => {
                let prefix = git.text(&["rev-parse", "--show-prefix"])?;
                let name = (!path.is_dir()).then(|| path.file_name().and_then(OsStr::to_str)).flatten();
                format!("{}{}", prefix.trim_end_matches('\n'), name.unwrap_or_default())
                    .trim_end_matches('/')
                    .to_owned()
            }
        };
        let name = if path.is_empty() { revision.to_owned() } else { format!("{revision}:{path}") };
        let temporary =
            || tempfile::tempdir().map_err(|error| format!("no folder can be made for the files of {name}: {error}"));
        let is_file = path.ends_with(".sync");
        let (tree, file) = match path.rsplit_once('/') {
            _ if !is_file => (path.as_str(), None),
            Some((tree, file)) => (tree, Some(file.to_owned())),
            None => ("", Some(path.clone())),
        };
        let tree = format!("{revision}:{tree}");
        let found = git.answer(&["rev-parse", "--verify", "--quiet", "--end-of-options", &tree]).is_ok();
        let read = Self { folder: temporary()?, file, name };
        if found {
            read.lay_out(&git, &tree)?;
        }
        if matches!(at, At::Top(_)) && !(found && read.path().exists()) {
            return Err(format!(
                "there is no {path} in {revision}: `git ls-tree -r --name-only {revision}` lists what is"
            ));
        }
        Ok(read)
    }

    fn lay_out(&self, git: &Git, tree: &str) -> Result<(), String> {
        let listed = git.text(&["ls-tree", "--full-tree", "-z", "--end-of-options", tree])?;
        for entry in listed.split('\0') {
            // `100644 blob ID<tab>NAME`; a link is a blob too, but no file of its own.
            let Some((facts, name)) = entry.split_once('\t') else { continue };
            let mut facts = facts.split(' ');
            let is_file = facts.next().is_some_and(|mode| mode.starts_with("100"));
            let id = facts.nth(1).unwrap_or_default();
            if is_file && (name.ends_with(".sync") || name.ends_with(".toml")) {
                let bytes = git.answer(&["cat-file", "blob", id]).map_err(|said| self.unread(name, &said))?;
                let to = self.folder.path().join(name);
                fs::write(&to, bytes).map_err(|error| format!("{} cannot be written: {error}", to.display()))?;
            }
        }
        Ok(())
    }

    fn unread(&self, name: &str, said: &Said) -> String {
        match said {
            Said::NoGit => NO_GIT.to_owned(),
            Said::No(why) => format!("git cannot read {name} of {}: {why}", self.name),
        }
    }

    /// The folder, or the file in it.
    pub(crate) fn path(&self) -> PathBuf {
        match &self.file {
            Some(file) => self.folder.path().join(file),
            None => self.folder.path().to_owned(),
        }
    }

    /// Whether it has no rules: then they came later.
    pub(crate) fn is_empty(&self) -> bool {
        match &self.file {
            Some(_) => !self.path().exists(),
            None => !fs::read_dir(self.folder.path()).is_ok_and(|entries| {
                entries.flatten().any(|entry| entry.path().extension().is_some_and(|end| end == "sync"))
            }),
        }
    }

    /// As people type it.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// A message that names the folder, with the revision in place of it.
    pub(crate) fn named(&self, message: &str) -> String {
        message.replace(&self.folder.path().display().to_string(), &self.name)
    }
}

/// The path of the working tree that git's path from the top of the repository leads to.
pub(crate) fn work_path(path: &str) -> Result<PathBuf, String> {
    let top = Git { folder: PathBuf::from(".") }.text(&["rev-parse", "--show-toplevel"])?;
    Ok(Path::new(top.trim_end_matches('\n')).join(path))
}

const NO_GIT: &str = "there is no git on this machine: install it, or name two files or folders instead";

/// Why git gave no answer.
enum Said {
    /// It is not there.
    NoGit,
    /// What it said instead.
    No(String),
}

struct Git {
    folder: PathBuf,
}

impl Git {
    fn answer(&self, arguments: &[&str]) -> Result<Vec<u8>, Said> {
        let ran = Command::new("git").arg("-C").arg(&self.folder).args(arguments).output();
        let out = ran.map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Said::NoGit,
            _ => Said::No(error.to_string()),
        })?;
        if out.status.success() {
            Ok(out.stdout)
        } else {
            Err(Said::No(String::from_utf8_lossy(&out.stderr).trim().to_owned()))
        }
    }

    fn text(&self, arguments: &[&str]) -> Result<String, String> {
        match self.answer(arguments) {
            Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
            Err(Said::NoGit) => Err(NO_GIT.to_owned()),
            Err(Said::No(why)) => Err(format!("git does not answer: {why}")),
        }
    }
}

fn parent(path: &Path) -> PathBuf {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_owned(),
        _ => PathBuf::from("."),
    }
}
