//! Every workspace in `examples/` checks without a word and passes its tests. A new one is held by being there.

use std::{fs, path::Path};

use serde_json::Value as Json;

use crate::command::Workspace;

/// The names of the folders in `examples/`.
fn names() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let entries = fs::read_dir(folder).expect("examples").map(|entry| entry.expect("an entry"));
    let folders = entries.filter(|entry| entry.path().is_dir());
    let names: Vec<String> = folders.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    assert!(!names.is_empty(), "there are examples");
    names
}

/// What is wrong with a workspace: anything that `check` says, a failed test, a file or a rule without one.
fn problems(name: &str, workspace: &Workspace) -> Vec<String> {
    let mut problems = Vec::new();
    let check = workspace.syncc("check", &["--format", "json"]);
    for document in check.out.lines().map(|line| serde_json::from_str::<Json>(line).expect("a document")) {
        for said in document["diagnostics"].as_array().into_iter().flatten() {
            problems.push(format!("{name}: {} {}", said["code"], said["title"]));
        }
    }
    if check.code != 0 {
        problems.push(format!("{name}: check ends with {}: {}", check.code, check.error));
        return problems;
    }
    let ran = workspace.syncc("test", &[]);
    if ran.code != 0 {
        problems.push(format!("{name}: {}{}", ran.out, ran.error));
    }
    let report = workspace.json("test", &[]);
    let files = report.iter().flat_map(|report| report["files"].as_array().into_iter().flatten());
    for file in files {
        if file["tests"].as_array().is_none_or(Vec::is_empty) {
            problems.push(format!("{}: no test", file["path"]));
        }
        for rule in file["uncovered"].as_array().into_iter().flatten() {
            problems.push(format!("{}: no test covers the rule on line {}", file["path"], rule["line"]));
        }
    }
    problems
}

#[test]
fn every_example_checks_and_its_tests_pass_and_cover_every_rule() {
    let problems: Vec<String> = names().iter().flat_map(|name| problems(name, &Workspace::example(name))).collect();
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

#[test]
fn an_example_means_the_same_with_the_line_ends_of_windows() {
    for name in names() {
        let workspace = Workspace::example(&name);
        for file in workspace.files() {
            let text = workspace.read(&file).replace("\r\n", "\n").replace('\n', "\r\n");
            workspace.write(&file, &text);
        }
        assert_eq!(problems(&name, &workspace), Vec::<String>::new());
    }
}
