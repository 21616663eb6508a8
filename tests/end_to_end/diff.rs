//! `syncc diff` as a person and a review use it: one folder of `tests/diff` a change of the rules, what is said of it
//! beside it; and real git repositories.
//!
//! `INSTA_UPDATE=always cargo test -p syncc --test end_to_end diff` writes the answers anew; read the difference.

use std::{
    path::Path,
    process::{Command, Stdio},
};

use crate::command::Ran;

/// `syncc diff …` in this folder.
fn diff(folder: &Path, arguments: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_syncc"));
    command.current_dir(folder).arg("diff").args(arguments);
    Ran::of(command.env("NO_COLOR", "1").stdin(Stdio::null()))
}

#[test]
fn diff_says_what_a_change_changes_for_whom() {
    insta::glob!("../diff", "*/new.sync", |path| {
        let folder = path.parent().expect("a file is in a folder");
        let ran = diff(folder, &["old.sync", "new.sync"]);
        assert_eq!((ran.code, ran.error.as_str()), (0, ""), "{ran:?}");
        let mut settings = insta::Settings::clone_current();
        settings.set_snapshot_path(folder);
        settings.set_prepend_module_to_snapshot(false);
        settings.set_omit_expression(true);
        settings.remove_snapshot_suffix();
        settings.remove_input_file();
        settings.bind(|| insta::assert_snapshot!("diff", ran.out));
        // A file is what it is.
        assert!(diff(folder, &["new.sync", "new.sync", "--exit-code"]).code == 0);
    });
}

const OLD: &str = "sync google -> realgeeks\n\nwhen google.label == \"A\" then realgeeks.tag += \"T\"\n";
const NEW: &str = "sync google -> realgeeks\n\nwhen google.label == \"B\" then realgeeks.tag += \"T\"\n";
const MOVED: &str =
    "# Says the same.\nsync google -> realgeeks\nwhen google.label==\"A\"\nthen realgeeks.tag += \"T\"\n";

/// A repository with rules in the folder `rules`, in two commits, and a third version not committed.
struct Repository {
    folder: tempfile::TempDir,
}

impl Repository {
    fn new() -> Self {
        let repository = Self { folder: tempfile::tempdir().expect("a temporary folder") };
        repository.git(&["init", "--quiet", "--initial-branch", "main"]);
        std::fs::create_dir(repository.path("rules")).expect("a folder");
        std::fs::write(repository.path("readme.txt"), "rules").expect("the file is written");
        for text in [OLD, NEW] {
            repository.write(text);
            repository.git(&["add", "."]);
            repository.git(&["commit", "--quiet", "--message", "rules"]);
        }
        repository.write(MOVED);
        repository
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, text: &str) {
        std::fs::write(self.path("rules/crm.sync"), text).expect("the file is written");
    }

    fn git(&self, arguments: &[&str]) {
        let mut git = Command::new("git");
        git.arg("-C").arg(self.folder.path()).args(["-c", "user.name=Ann", "-c", "user.email=ann@mail.example"]);
        let ran = Ran::of(git.args(arguments));
        assert_eq!(ran.code, 0, "git {arguments:?}: {ran:?}");
    }
}

#[test]
fn diff_compares_revisions_with_each_other_and_with_the_working_tree() {
    let repository = Repository::new();
    let rules = repository.path("rules");
    let exit = |folder: &Path, arguments: &[&str]| diff(folder, &[arguments, &["--exit-code"]].concat()).code;
    // HEAD with the working tree; the commit before with it; both commits.
    assert_eq!(exit(&rules, &[]), 1);
    assert_eq!(exit(&rules, &["HEAD~1"]), 0);
    assert_eq!(exit(&rules, &["HEAD~1", "main"]), 1);
    // Of a file, as it is in HEAD; of a path from the top; of a file with what another revision has there.
    assert_eq!(exit(&rules, &["crm.sync"]), 1);
    assert_eq!(exit(repository.folder.path(), &["HEAD~1:rules/crm.sync"]), 0);
    assert_eq!(exit(repository.folder.path(), &["HEAD~1:rules", "HEAD:rules"]), 1);
    assert_eq!(exit(repository.folder.path(), &["HEAD~1", "rules/crm.sync"]), 0);
    let ran = diff(&rules, &["HEAD~1", "HEAD"]);
    assert!(ran.code == 0 && ran.out.contains("contacts stop to flow from google to realgeeks"), "{ran:?}");
    let document = diff(&rules, &["HEAD~1", "HEAD", "--format", "json"]);
    let document: serde_json::Value = serde_json::from_str(&document.out).expect("a document");
    assert_eq!((&document["version"], &document["same"]), (&1.into(), &false.into()), "{document}");
    assert_eq!(document["old"], "HEAD~1:rules", "{document}");
}

#[test]
fn diff_says_what_it_cannot_compare() {
    let repository = Repository::new();
    let rules = repository.path("rules");
    let fails = |folder: &Path, arguments: &[&str], says: &str| {
        let ran = diff(folder, arguments);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.error.contains(says), "{says}: {ran:?}");
    };
    fails(&rules, &["no-such-branch"], "there is no file, folder or revision no-such-branch");
    fails(&rules, &["HEAD:rules/no.sync"], "there is no rules/no.sync in HEAD");
    let outside = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(outside.path().join("a.sync"), OLD).expect("the file is written");
    fails(outside.path(), &["HEAD"], "in no git repository");
    repository.write("sync google\n");
    fails(&rules, &["HEAD"], "cannot be compared before its problems are mended");
    let mut without = Command::new(env!("CARGO_BIN_EXE_syncc"));
    let ran = Ran::of(without.current_dir(&rules).args(["diff", "HEAD"]).env("PATH", outside.path()));
    assert!(ran.code == 2 && ran.error.contains("there is no git on this machine"), "{ran:?}");
}

#[test]
fn a_file_that_head_does_not_have_is_all_new() {
    let repository = Repository::new();
    std::fs::write(repository.path("rules/new.sync"), NEW).expect("the file is written");
    let ran = diff(&repository.path("rules"), &["new.sync"]);
    assert!(ran.code == 0 && ran.out.contains("new  google, realgeeks  is new"), "{ran:?}");
}
