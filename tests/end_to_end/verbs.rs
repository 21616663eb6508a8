//! Each verb as a person would use it first.

use std::process::Command;

use serde_json::json;

use crate::command::{Ran, Workspace};

const RULE: &str = "sync google <-> realgeeks\n\n# Personal contacts stay out.\nwhen google.label != \"No_CRM\" then realgeeks.tag += \"GoogleContacts\" undo other-way\n";

fn eval(file: &str, pairs: &str) -> Vec<serde_json::Value> {
    let workspace = Workspace::with("rules.sync", file);
    workspace.write("pairs.jsonl", pairs);
    let mut command = Command::new(env!("CARGO_BIN_EXE_syncc"));
    command.arg("eval").arg(workspace.path("rules.sync")).arg("--pairs").arg(workspace.path("pairs.jsonl"));
    let ran = Ran::of(&mut command);
    assert_eq!(ran.code, 0, "{ran:?}");
    ran.out.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

#[test]
fn eval_shows_what_one_cycle_makes_of_a_pair() {
    let out = eval(
        RULE,
        "{\"id\":\"1\",\"left\":{\"email\":\"a@b.example\",\"label\":[\"x\"]},\"right\":null,\"base\":null}\n\
         {\"id\":\"2\",\"left\":{\"email\":\"c@d.example\",\"label\":[\"No_CRM\"]},\"right\":null,\"base\":null}\n\
         {\"id\":\"3\",\"left\":{\"email\":\"e@f.example\",\"label\":[\"No_CRM\"]},\"right\":{\"email\":\"e@f.example\",\"tag\":[\"GoogleContacts\",\"vip\"]},\"base\":null}\n",
    );
    assert_eq!(
        out[0],
        json!({"id":"1","left":{"email":"a@b.example","label":["x"]},"right":{"email":"a@b.example","tag":["GoogleContacts"]},"outcome":"created","fired":[{"line":4,"part":"then"}]})
    );
    assert_eq!(out[1]["outcome"], "excluded");
    assert_eq!(out[1]["right"], json!(null));
    assert_eq!(out[2]["right"]["tag"], json!(["vip"]));
    assert_eq!(out[2]["fired"], json!([{"line":4,"part":"undo"}]));
}

#[test]
fn eval_goes_the_other_way_when_the_other_side_changed() {
    let base =
        r#"{"left":{"email":"a@b.example","label":["x"]},"right":{"email":"a@b.example","tag":["GoogleContacts"]}}"#;
    let pair = format!(
        r#"{{"id":"1","left":{{"email":"a@b.example","label":["x"]}},"right":{{"email":"a@b.example","tag":[]}},"base":{base}}}"#
    );
    let out = eval(RULE, &pair);
    assert_eq!(out[0]["left"]["label"], json!(["x", "No_CRM"]), "{}", out[0]);
    assert_eq!(out[0]["fired"], json!([{"line":4,"part":"other-way"}]));
}

#[test]
fn check_is_fine_with_the_rule_as_it_stands() {
    let ran = Workspace::with("a.sync", RULE).syncc("check", &[]);
    assert_eq!((ran.code, ran.out.contains("fine")), (0, true), "{ran:?}");
}

#[test]
fn check_names_every_problem_and_ends_with_1() {
    let wrong = RULE.replace("google.label", "google.lable").replace("realgeeks.tag +=", "realgeeks.status +=");
    let workspace = Workspace::with("a.sync", &wrong);
    let ran = workspace.syncc("check", &[]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("label") && ran.out.contains("status"), "both problems in one run: {ran:?}");
    let document = &workspace.json("check", &[])[0];
    assert_eq!(document["diagnostics"][0]["primary"]["line"], 4, "{document}");
}

#[test]
fn check_ends_with_2_when_it_could_not_run() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_syncc"));
    let ran = Ran::of(command.args(["check", "no-such-folder"]));
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.error.contains("no-such-folder"), "{ran:?}");
}

fn explain(arguments: &[&str]) -> Ran {
    Ran::of(Command::new(env!("CARGO_BIN_EXE_syncc")).arg("explain").args(arguments).env("NO_COLOR", "1"))
}

#[test]
fn explain_says_what_a_code_means_by_code_number_or_name() {
    let ran = explain(&["SYNC0103"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.starts_with("SYNC0103: the app has no such field\n\nWhat it means\n"), "{}", ran.out);
    assert!(ran.out.contains("\n    sync google <-> realgeeks\n"), "an example: {}", ran.out);
    for spelling in ["sync0103", "103", "unknown-field"] {
        assert_eq!(explain(&[spelling]).out, ran.out, "{spelling}");
    }
}

#[test]
fn what_explain_gives_machines_can_be_checked() {
    let document: serde_json::Value =
        serde_json::from_str(&explain(&["SYNC0103", "--format", "json"]).out).expect("a document");
    assert_eq!(document["name"], "unknown-field");
    let file = |part: &str| Workspace::with("a.sync", document[part].as_str().expect("a file"));
    assert_eq!(file("example").json("check", &[])[0]["diagnostics"][0]["code"], document["code"]);
    assert_eq!(file("mended").syncc("check", &[]).code, 0);
}

#[test]
fn explain_lists_all_codes_and_names_those_near_a_wrong_one() {
    let list = explain(&[]);
    assert!(list.out.contains("SYNC0103  unknown-field") && list.out.contains("SYNC0001"), "{list:?}");
    let codes: serde_json::Value = serde_json::from_str(&explain(&["--format", "json"]).out).expect("a document");
    assert_eq!(codes["codes"].as_array().map(Vec::len), Some(list.out.lines().count()));

    let ran = explain(&["unknwon-field"]);
    assert_eq!((ran.code, ran.out.as_str()), (1, ""), "{ran:?}");
    assert!(ran.error.contains("SYNC0103  unknown-field"), "{ran:?}");
}

#[test]
fn show_prints_what_nobody_wrote_too() {
    let ran = Workspace::with("a.sync", RULE).syncc("show", &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("map google.email <-> realgeeks.email"), "{ran:?}");
}

#[test]
fn what_show_prints_is_the_language_and_means_the_same() {
    let shown = Workspace::with("a.sync", RULE).syncc("show", &[]).out;
    let rule = shown.lines().find(|line| line.starts_with("when")).expect("a rule").to_owned();
    assert!(rule.contains("when google.label != \"No_CRM\" then realgeeks.tag += \"GoogleContacts\" undo"), "{rule}");
}

#[test]
fn test_runs_the_tests_of_the_example() {
    let ran = Workspace::example("google-realgeeks").syncc("test", &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("pass") && ran.out.contains("undo takes the tag away"), "{ran:?}");
    assert!(ran.out.contains("covers line 9 (undo)"), "{ran:?}");
}

#[test]
fn test_shows_what_was_expected_and_why_not() {
    let wrong = format!(
        "{RULE}\ntest \"stays out\"\n  given  google {{ email: \"ann@home.example\" }}\n  expect realgeeks none\n"
    );
    let workspace = Workspace::with("a.sync", &wrong);
    let ran = workspace.syncc("test", &[]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("a.sync:8") && ran.out.contains("expected  realgeeks none"), "{ran:?}");
    assert!(ran.out.contains("fired         line 4, then"), "{ran:?}");
    let document = &workspace.json("test", &[])[0];
    assert_eq!((&document["passed"], &document["failed"]), (&json!(0), &json!(1)), "{document}");
    let failure = &document["files"][0]["tests"][0]["failures"][0];
    assert_eq!(
        *failure,
        json!({"line":8,"expected":"realgeeks none","got":["realgeeks { email: \"ann@home.example\", tag: [\"GoogleContacts\"] }"]})
    );
}

#[test]
fn test_ends_with_1_at_problems_and_with_2_when_it_could_not_run() {
    let broken = Workspace::with("a.sync", &RULE.replace("google.label", "google.lable"));
    assert_eq!(broken.syncc("test", &[]).code, 1);
    let ran = Ran::of(Command::new(env!("CARGO_BIN_EXE_syncc")).args(["test", "no-such-folder"]));
    assert_eq!(ran.code, 2, "{ran:?}");
}

#[test]
fn new_writes_a_file_that_checks_and_never_writes_over_one() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let new = || {
        Ran::of(
            Command::new(env!("CARGO_BIN_EXE_syncc")).args(["new", "google", "carddav", "--into"]).arg(folder.path()),
        )
    };
    assert_eq!(new().code, 0);
    let check = Ran::of(Command::new(env!("CARGO_BIN_EXE_syncc")).arg("check").arg(folder.path()));
    assert_eq!(check.code, 0, "{check:?}");
    let again = new();
    assert_eq!(again.code, 2, "{again:?}");
    assert!(again.error.contains("already"), "{again:?}");
}

#[test]
fn apps_lists_apps_and_fields() {
    let apps = Ran::of(Command::new(env!("CARGO_BIN_EXE_syncc")).arg("apps"));
    assert!(apps.out.contains("google") && apps.out.contains("carddav"), "{apps:?}");
    let fields = Ran::of(Command::new(env!("CARGO_BIN_EXE_syncc")).args(["apps", "realgeeks"]));
    assert!(fields.out.contains("urgency") && fields.out.contains("Contacted"), "{fields:?}");
}

#[test]
fn an_app_that_cannot_be_run_yet_says_so_and_can_be_checked() {
    let workspace = Workspace::with("a.sync", "sync google <-> copper\n");
    assert_eq!(workspace.syncc("check", &[]).code, 0);
    for (verb, more) in [("plan", &[] as &[_]), ("plan", &["--sandbox"]), ("run", &["--once"])] {
        let ran = workspace.syncc(verb, more);
        assert!(ran.code != 0 && ran.error.contains("Copper cannot be run yet"), "{verb} {more:?}: {ran:?}");
    }
    let apps = Ran::of(Command::new(env!("CARGO_BIN_EXE_syncc")).args(["apps", "--format", "json"]));
    let apps: serde_json::Value = serde_json::from_str(&apps.out).expect("a document");
    let runs =
        |id: &str| apps.as_array().and_then(|apps| apps.iter().find(|app| app["id"] == id)).map(|app| &app["runs"]);
    assert_eq!((runs("google"), runs("copper")), (Some(&json!(true)), Some(&json!(false))), "{apps}");
}

#[test]
fn new_takes_an_end_as_the_language_writes_it() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let new = |right: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_syncc"));
        Ran::of(command.args(["new", "google", right, "--into"]).arg(folder.path()))
    };
    let ran = new("mailchimp");
    assert!(ran.code == 2 && ran.error.contains("mailchimp.audience(\"…\")"), "{ran:?}");
    assert_eq!(new("mailchimp.audience(\"News\")").code, 0);
    let check = Ran::of(Command::new(env!("CARGO_BIN_EXE_syncc")).arg("check").arg(folder.path()));
    assert_eq!(check.code, 0, "{check:?}");
}

#[test]
fn pull_writes_known_labels_beside_the_rules() {
    let workspace = Workspace::example("google-realgeeks");
    let ran = workspace.syncc("pull", &["--sandbox"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(workspace.read("google.fields.toml").contains("No_CRM"), "{ran:?}");
    assert_eq!(workspace.syncc("check", &[]).code, 0);
}

#[test]
fn completions_are_for_the_shell() {
    let ran = Ran::of(Command::new(env!("CARGO_BIN_EXE_syncc")).args(["completions", "bash"]));
    assert!(ran.out.contains("complete"), "{ran:?}");
}

#[test]
fn run_goes_on_until_it_is_told_to_stop_and_ends_well() {
    let workspace = Workspace::example("google-realgeeks");
    let mut child = Command::new(env!("CARGO_BIN_EXE_syncc"))
        .arg("run")
        .arg(workspace.path(""))
        .args(["--sandbox", "--yes"])
        .stdout(std::process::Stdio::null())
        .spawn()
        .expect("the command starts");
    let until = std::time::Instant::now() + std::time::Duration::from_secs(60);
    while workspace.json("status", &["--sandbox"]).first().is_none_or(|status| status["last_run"].is_null()) {
        assert!(std::time::Instant::now() < until, "the first cycle ends");
        assert!(child.try_wait().expect("a child").is_none(), "it goes on");
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    let told = Command::new("kill").args(["-TERM", &child.id().to_string()]).status();
    assert!(told.expect("kill is there").success());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
}

#[test]
fn check_reads_any_bytes_and_says_where_they_are_no_text() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut bytes = RULE.as_bytes().to_vec();
    bytes.extend(b"# caf\xe9\n");
    std::fs::write(folder.path().join("a.sync"), bytes).expect("a file");
    let ran = Ran::of(Command::new(env!("CARGO_BIN_EXE_syncc")).arg("check").arg(folder.path()));
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("SYNC0008"), "{ran:?}");
}

#[test]
fn what_an_app_has_no_place_for_stays_on_the_other_side() {
    let file = "sync google <-> realgeeks\n";
    let google = |city: &str| format!(r#"{{"email":"a@b.example","address":{{"city":"{city}","country":"USA"}}}}"#);
    let lead = |city: &str| format!(r#"{{"email":"a@b.example","address":{{"city":"{city}"}}}}"#);
    let base = format!(r#"{{"left":{},"right":{}}}"#, google("Hilo"), lead("Hilo"));
    let in_step = format!(r#"{{"id":1,"left":{},"right":{},"base":null}}"#, google("Hilo"), lead("Hilo"));
    let moved = format!(r#"{{"id":2,"left":{},"right":{},"base":{base}}}"#, google("Hilo"), lead("Kona"));
    let out = eval(file, &format!("{in_step}\n{moved}\n"));
    assert_eq!(out[0]["outcome"], "in sync", "a country that Real Geeks cannot hold is no difference: {}", out[0]);
    assert_eq!(out[1]["left"]["address"], json!({"city": "Kona", "country": "USA"}), "{}", out[1]);
}

#[test]
fn a_guard_that_there_is_not_is_told_and_the_nearest_one_named() {
    let workspace = Workspace::with("rules.sync", RULE);
    for (verb, more) in [("run", &["--once"][..]), ("plan", &[]), ("undo", &["--yes"])] {
        for wrong in ["deletion", "removals,all-changed"] {
            let ran = workspace.syncc(verb, &[more, &["--allow", wrong]].concat());
            assert!(ran.code == 2 && ran.error.contains(&format!("'{wrong}' for '--allow <GUARD>'")), "{ran:?}");
            assert!(ran.error.contains("empty-side, removals, deletions, overwrites, all-changed"), "{ran:?}");
        }
        let ran = workspace.syncc(verb, &[more, &["--allow", "deletion"]].concat());
        assert!(ran.error.contains("a similar value exists: 'deletions'"), "{ran:?}");
        let known =
            workspace.syncc(verb, &[more, &["--allow", "deletions", "--allow", "unplanned", "--sandbox"]].concat());
        assert!(!known.error.contains("invalid value"), "{known:?}");
    }
}

/// `/dev/full` takes nothing, as a full disk does.
#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_printed_is_told_and_is_not_fine() {
    let full = || std::fs::OpenOptions::new().write(true).open("/dev/full").expect("it is there");
    let syncc = || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_syncc"));
        command.args(["show", "examples/google-realgeeks"]).stdout(full());
        command
    };
    let ran = syncc().output().expect("it runs");
    let error = String::from_utf8_lossy(&ran.stderr);
    assert_eq!((ran.status.code(), error.matches("cannot be written").count()), (Some(2), 1), "{error}");
    // Nor is it a crash where nobody can be told.
    assert_eq!(syncc().stderr(full()).status().expect("it runs").code(), Some(2));
}
