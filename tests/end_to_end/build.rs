//! Rules that are built on one machine and run on another: the second has the built file and nothing else.

use std::{fs, path::Path, process::Command};

use tempfile::TempDir;

use crate::command::{Ran, Workspace};

const RULES: &str = "sync people <-> team\n\nwhen people.category != \"Private\" then team.category += \"Team\" undo\n";
const SETTINGS: &str = "edition = \"2026\"\nregion = \"US\"\n\n[accounts.people]\napp = \"csv\"\npath = \"people.csv\"\n\n\
                        [accounts.team]\napp = \"csv\"\npath = \"team.csv\"\n\n\
                        [accounts.other]\napp = \"carddav\"\nurl = \"https://dav.example/\"\nsecret-file = \"other.key\"\n";
const PEOPLE: &str = "id,given_name,email,category\n1,Ann,ann@bee.example,\n2,Bob,bob@bee.example,Private\n";
const NOBODY: &str = "id,given_name,email,category\n";

/// Where the rules are.
fn rules(rules: &str) -> Workspace {
    let workspace = Workspace::with("people.sync", rules);
    workspace.write("syncc.toml", SETTINGS);
    workspace
}

/// Where they run: a folder with the contacts.
fn elsewhere() -> TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    fs::write(folder.path().join("people.csv"), PEOPLE).expect("the file is written");
    fs::write(folder.path().join("team.csv"), NOBODY).expect("the file is written");
    folder
}

fn build(workspace: &Workspace, into: &Path) -> Ran {
    workspace.syncc("build", &["-o", &into.display().to_string()])
}

/// `syncc VERB FILE MORE…` from the root, where there are no rules.
fn syncc(verb: &str, file: &Path, more: &[&str]) -> Ran {
    let mut command = Command::new(env!("CARGO_BIN_EXE_syncc"));
    Ran::of(command.current_dir("/").arg(verb).arg(file).args(more).env("NO_COLOR", "1"))
}

#[test]
fn a_built_file_runs_where_the_rules_are_not() {
    let (rules, elsewhere) = (rules(RULES), elsewhere());
    let built = elsewhere.path().join("people.built");
    let ran = build(&rules, &built);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("1 connection from people.sync, syncc.toml"), "{ran:?}");
    drop(rules);

    let plan = syncc("plan", &built, &[]);
    assert_eq!(plan.code, 2, "there are changes: {plan:?}");
    let run = syncc("run", &built, &["--once", "--yes"]);
    assert_eq!(run.code, 0, "{run:?}");
    let team = fs::read_to_string(elsewhere.path().join("team.csv")).expect("the team");
    assert!(team.contains("Ann,ann@bee.example,Team") && !team.contains("Bob"), "{team}");
    let status = syncc("status", &built, &[]);
    assert!(status.out.contains("people: last ran") && status.out.contains("1 contact"), "{status:?}");
    assert_eq!(syncc("plan", &built, &[]).code, 0, "nothing is left to do");
}

#[test]
fn changed_rules_want_a_plan_whether_they_are_built_or_not() {
    let elsewhere = elsewhere();
    let built = elsewhere.path().join("people.built");
    build(&rules(RULES), &built);
    assert_eq!(syncc("run", &built, &["--once", "--yes"]).code, 0);

    // Built anew from the same rules in another layout, it is the same.
    fs::write(elsewhere.path().join("people.csv"), PEOPLE.replace("Bob", "Rob")).expect("the file is written");
    build(&rules(&RULES.replace('\n', "\n\n")), &built);
    assert_eq!(syncc("run", &built, &["--once"]).code, 0);

    build(&rules(&RULES.replace("Team", "Crew")), &built);
    let refused = syncc("run", &built, &["--once"]);
    assert_eq!(refused.code, 1, "{refused:?}");
    assert!(refused.error.contains("rules-changed"), "{refused:?}");
    assert_eq!(syncc("plan", &built, &[]).code, 2);
    // The rules themselves, put beside it, are those that were planned.
    fs::write(elsewhere.path().join("people.sync"), RULES.replace("Team", "Crew")).expect("the file is written");
    fs::write(elsewhere.path().join("syncc.toml"), SETTINGS).expect("the file is written");
    let source = syncc("run", elsewhere.path(), &["--once"]);
    assert_eq!(source.code, 0, "{source:?}");
}

#[test]
fn the_same_rules_give_the_same_bytes_and_no_secret() {
    let rules = rules(RULES);
    rules.write("other.key", "hunter2");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let [one, other] = ["one", "other"].map(|name| folder.path().join(name));
    build(&rules, &one);
    build(&rules, &other);
    let text = fs::read_to_string(&one).expect("a built file");
    assert_eq!(text, fs::read_to_string(&other).expect("a built file"));
    assert!(!text.contains("hunter2"));
    assert!(!text.contains("dav.example"), "an account that no rule names stays at home: {text}");
    let source = fs::read(rules.path("people.sync")).expect("the rules");
    assert!(text.contains(&format!("\"file\":\"people.sync\",\"sha256\":\"{}\"", sha256(&source))), "{text}");
}

#[test]
fn what_cannot_be_run_says_what_to_do() {
    let rules = rules(RULES);
    let folder = elsewhere();
    let file = folder.path().join("people.built");
    build(&rules, &file);
    let text = fs::read_to_string(&file).expect("a built file");
    let says = |text: &str, wanted: &str| {
        fs::write(&file, text).expect("the file is written");
        let ran = syncc("run", &file, &["--once", "--yes"]);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.error.contains(wanted) && ran.error.contains("syncc build"), "{ran:?}");
        assert_eq!(fs::read_to_string(folder.path().join("team.csv")).expect("the team"), NOBODY);
    };
    says(&text.replace("Team", "Tame"), "people.built is damaged");
    says(&text[..text.len() / 2], "people.built is damaged");
    let older = text.replacen("\"by\":\"", "\"by\":\"0.0.", 1).replacen("\"program\":", "\"program\":7", 1);
    says(&older, "was built by syncc 0.0.");
    says("", "is neither a .sync file nor a file that `syncc build` made");
    says(NOBODY, "is neither a .sync file nor a file that `syncc build` made");
}

#[test]
fn a_build_writes_over_nothing_but_a_built_file() {
    let rules = rules(RULES);
    let settings = build(&rules, &rules.path("syncc.toml"));
    assert_eq!(settings.code, 2, "{settings:?}");
    assert!(settings.error.contains("is no built file, so it is left as it is"), "{settings:?}");
    assert_eq!(rules.read("syncc.toml"), SETTINGS);
    assert_eq!(build(&rules, &rules.path("new.sync")).code, 2);
    rules.write("people.sync", &RULES.replace("category", "catgory"));
    let broken = build(&rules, &rules.path("out"));
    assert_eq!(broken.code, 1, "{broken:?}");
    assert!(!rules.path("out").exists());
}

/// By the system's own tool, not by the code under test.
fn sha256(bytes: &[u8]) -> String {
    let file = tempfile::NamedTempFile::new().expect("a temporary file");
    fs::write(file.path(), bytes).expect("the file is written");
    let out = Command::new("sha256sum").arg(file.path()).output().expect("sha256sum is there");
    String::from_utf8_lossy(&out.stdout).split_whitespace().next().unwrap_or_default().to_owned()
}
