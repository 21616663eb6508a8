//! `syncc check` in the forms of one line a problem.

use std::process::Command;

use crate::command::{Ran, Workspace};

/// An error, a warning with a second place, and a hint.
const PROBLEMS: &str = "sync google <-> realgeeks

when google.label == \"A\" and google.label == \"B\" then realgeeks.tag += \"AB\" undo other-way
when google.lable == \"100 %\" then realgeeks.tag += \"X\"
when google.label == \"C\" then realgeeks.tag += \"C\"
when google.label == \"C\" then
  realgeeks.tag += \"C\"
";

/// `syncc check a.sync --format FORMAT`, run in the folder, as a workflow runs it.
fn check(workspace: &Workspace, format: &str) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_syncc"));
    Ran::of(command.current_dir(workspace.path("")).args(["check", "--format", format]))
}

#[test]
fn concise_is_a_line_a_problem_and_the_sum_stands_beside_it() {
    let ran = check(&Workspace::with("a.sync", PROBLEMS), "concise");
    assert_eq!(ran.code, 1, "{ran:?}");
    let lines: Vec<&str> = ran.out.lines().collect();
    assert!(lines.iter().any(|line| line.starts_with("./a.sync:4:13: error[SYNC0103] ")), "{}", ran.out);
    assert!(lines.iter().all(|line| line.starts_with("./a.sync:")), "{}", ran.out);
    assert_eq!(ran.error, "1 problem in 1 file\n");
    let fine = check(&Workspace::with("a.sync", "sync google <-> realgeeks\n"), "concise");
    assert_eq!((fine.code, fine.out.as_str(), fine.error.starts_with("fine: ")), (0, "", true), "{fine:?}");
}

#[test]
fn github_gets_a_command_for_each_problem() {
    let ran = check(&Workspace::with("a.sync", PROBLEMS), "github");
    assert_eq!(ran.code, 1, "{ran:?}");
    let at = |start: &str| {
        let found = ran.out.lines().find(|line| line.starts_with(start));
        found.unwrap_or_else(|| panic!("no line `{start}` in\n{}", ran.out))
    };
    let error = at("::error file=a.sync,line=4,endLine=4,col=13,endColumn=18,title=SYNC0103 unknown-field::");
    assert!(error.contains("`lable`") && error.contains("%0A"), "{error}");
    assert!(!ran.out.contains("./a.sync"), "a path from the root of the repository: {}", ran.out);
}

#[test]
fn what_stands_on_several_lines_has_no_columns_for_github() {
    let file =
        PROBLEMS.lines().filter(|line| !line.contains("lable")).fold(String::new(), |all, line| all + line + "\n");
    let ran = check(&Workspace::with("a.sync", &file), "github");
    assert_eq!(ran.code, 0, "a warning is no error: {ran:?}");
    assert!(ran.out.contains("::warning file=a.sync,line=5,endLine=6,title=SYNC0416 rule-twice::"), "{}", ran.out);
    assert!(ran.out.contains("::notice file=a.sync,line=3,"), "a hint: {}", ran.out);
}

#[test]
fn other_verbs_say_that_they_have_no_such_form() {
    let ran = Workspace::with("a.sync", PROBLEMS).syncc("show", &["--format", "sarif"]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
    assert!(ran.error.contains("`--format json`"), "{ran:?}");
}
