//! The built `syncc`, run as a person would run it.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
};

use serde_json::Value as Json;
use tempfile::TempDir;

/// A copy of a workspace of `examples/`, so that a test can run it without touching the original.
pub(crate) struct Workspace {
    folder: TempDir,
}

impl Workspace {
    /// A copy of `examples/NAME`.
    pub(crate) fn example(name: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples").join(name);
        for entry in fs::read_dir(&source).expect("the example is there") {
            let entry = entry.expect("a file of the example");
            if entry.file_type().expect("a file type").is_file() {
                fs::copy(entry.path(), folder.path().join(entry.file_name())).expect("a copy");
            }
        }
        Self { folder }
    }

    /// A workspace with one file.
    pub(crate) fn with(name: &str, text: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join(name), text).expect("the file is written");
        Self { folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The names of its files.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.folder.path()).expect("the folder is there");
        entries.map(|entry| entry.expect("a file").file_name().to_string_lossy().into_owned()).collect()
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).expect("the file is there")
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).expect("the file is written");
    }

    /// Runs `syncc VERB FOLDER MORE…` and gives back what it printed.
    pub(crate) fn syncc(&self, verb: &str, more: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_syncc"));
        command.arg(verb).arg(self.folder.path()).args(more);
        Ran::of(command.env("NO_COLOR", "1").env("SYNCC_BOOK_SECRET", "any").stdin(Stdio::null()))
    }

    /// The same with `--format json`: the documents that it printed.
    pub(crate) fn json(&self, verb: &str, more: &[&str]) -> Vec<Json> {
        let ran = self.syncc(verb, &[more, &["--format", "json"]].concat());
        ran.out
            .lines()
            .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}\n{}", ran.error)))
            .collect()
    }
}

/// What a command printed and how it ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) error: String,
}

impl Ran {
    pub(crate) fn of(command: &mut Command) -> Self {
        let Output { status, stdout, stderr } = command.output().expect("the command starts");
        Self {
            code: status.code().unwrap_or(-1),
            out: String::from_utf8_lossy(&stdout).into_owned(),
            error: String::from_utf8_lossy(&stderr).into_owned(),
        }
    }
}
