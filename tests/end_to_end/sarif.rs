//! `syncc check --format sarif`, held against the schema of the standard and against what SARIF promises in words.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value as Json;

use crate::command::Workspace;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What is printed for a workspace, after a look at its form.
fn sarif(workspace: &Workspace) -> Json {
    let ran = workspace.syncc("check", &["--format", "sarif"]);
    let document: Json = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    valid(&document);
    assert_eq!(document["runs"][0]["invocations"][0]["exitCode"], ran.code, "{ran:?}");
    document
}

fn valid(document: &Json) {
    let schema = fs::read(root().join("tests/sarif/sarif-schema-2.1.0.json")).expect("the schema");
    let schema: Json = serde_json::from_slice(&schema).expect("the schema is JSON");
    let validator = jsonschema::draft7::new(&schema).expect("the schema is a schema");
    let wrong: Vec<String> =
        validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn cases(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of cases") {
        let path = entry.expect("a case").path();
        if path.is_dir() {
            cases(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "sync") {
            into.push(path);
        }
    }
}

/// A workspace with every file of `tests/ui`: every kind of problem there is, or nearly, and a good many more
/// because the made-up app of these files is not there.
fn every_problem() -> Workspace {
    let mut files = Vec::new();
    cases(&root().join("tests/ui"), &mut files);
    let workspace = Workspace::with("first.sync", "sync google <-> realgeeks\n");
    for (number, file) in files.iter().enumerate() {
        let name = file.file_name().expect("a name").to_string_lossy();
        let bytes = fs::read(file).expect("a case");
        let text = String::from_utf8_lossy(&bytes).replace("lab_two", "realgeeks").replace("lab", "google");
        workspace.write(&format!("{number} ä {name}"), &text);
    }
    workspace
}

#[test]
fn every_kind_of_problem_is_valid_sarif() {
    let document = sarif(&every_problem());
    let run = &document["runs"][0];
    let results = run["results"].as_array().expect("results");
    let rules = run["tool"]["driver"]["rules"].as_array().expect("rules");
    let mut kinds: Vec<&str> = results.iter().filter_map(|result| result["ruleId"].as_str()).collect();
    kinds.sort_unstable();
    kinds.dedup();
    assert!(kinds.len() > 25, "many kinds: {kinds:?}");
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().expect("an index")).expect("a small one")];
        assert_eq!(rule["id"], result["ruleId"]);
        let place = &result["locations"][0]["physicalLocation"];
        let uri = place["artifactLocation"]["uri"].as_str().expect("an address");
        assert!(uri.is_ascii() && !uri.contains(' '), "{uri}");
        let region = &place["region"];
        let number = |name: &str| region[name].as_u64().expect("a number");
        let order = (number("startLine"), number("startColumn")) <= (number("endLine"), number("endColumn"));
        assert!(order && number("startColumn") >= 1, "{region}");
    }
    for what in ["relatedLocations", "fixes"] {
        assert!(results.iter().any(|result| !result[what].is_null()), "{what}");
    }
}

#[test]
fn a_schema_that_says_yes_to_everything_would_be_no_test() {
    let mut document = sarif(&Workspace::with("a.sync", "sync google <-> realgeeks\n"));
    document["runs"][0]["results"] = serde_json::json!([{ "level": "terrible" }]);
    assert!(std::panic::catch_unwind(|| valid(&document)).is_err());
}

#[test]
fn a_column_is_a_character_and_a_fix_mends_the_file() {
    let text = "sync google <-> realgeeks\nwhen google.biography == \"𝒳é\" and google.lable == \"A\" then realgeeks.tag += \"A\"\n";
    let workspace = Workspace::with("a.sync", text);
    let document = sarif(&workspace);
    assert_eq!(document["runs"][0]["columnKind"], "unicodeCodePoints");
    let result = &document["runs"][0]["results"][0];
    let fix = &result["fixes"][0]["artifactChanges"][0]["replacements"][0];
    let line: Vec<char> = text.lines().nth(1).expect("a second line").chars().collect();
    let column =
        |name: &str| usize::try_from(fix["deletedRegion"][name].as_u64().expect("a column")).expect("small") - 1;
    let (start, end) = (column("startColumn"), column("endColumn"));
    assert_eq!(line[start..end].iter().collect::<String>(), "lable", "{result}");
    let new = fix["insertedContent"]["text"].as_str().expect("a text");
    let mended = [&line[..start], &new.chars().collect::<Vec<_>>(), &line[end..]].concat();
    workspace.write("a.sync", &format!("sync google <-> realgeeks\n{}\n", mended.iter().collect::<String>()));
    assert_eq!(sarif(&workspace)["runs"][0]["results"], serde_json::json!([]));
}

#[test]
fn a_problem_is_known_again_when_lines_came_above_it() {
    let rule = "when google.lable == \"A\" then realgeeks.tag += \"A\"\n";
    let fingerprints = |text: &str| -> Vec<Json> {
        let document = sarif(&Workspace::with("a.sync", text));
        let results = document["runs"][0]["results"].as_array().expect("results").clone();
        results.iter().map(|result| result["partialFingerprints"].clone()).collect()
    };
    let before = fingerprints(&format!("sync google <-> realgeeks\n{rule}{rule}"));
    let after = fingerprints(&format!("# Why.\n\nsync google <-> realgeeks\nprefer google\n\n{rule}\n  {rule}"));
    assert_eq!(before, after);
    assert_ne!(before[0], before[1], "two are two");
}

#[test]
fn a_check_that_could_not_run_says_so_in_sarif_too() {
    let workspace = Workspace::with("a.sync", "sync google <-> realgeeks\n");
    workspace.write("syncc.toml", "edition = \"1066\"\n");
    let document = sarif(&workspace);
    let invocation = &document["runs"][0]["invocations"][0];
    assert_eq!(invocation["executionSuccessful"], false);
    let why = invocation["toolExecutionNotifications"][0]["message"]["text"].as_str().expect("a reason");
    assert!(why.contains("1066"), "{why}");
}

#[test]
fn what_is_allowed_is_suppressed_and_what_was_reset_is_declared() {
    let rule = "when google.label == \"A\" then realgeeks.tag += \"A\"\n";
    let text = format!("sync google <-> realgeeks\n{rule}# allow SYNC0416: two teams\n{rule}");
    let workspace = Workspace::with("a.sync", &text);
    workspace.write("syncc.toml", "edition = \"2026\"\n[check]\nSYNC0416 = \"error\"\nSYNC0105 = \"off\"\n");
    let run = &sarif(&workspace)["runs"][0];
    let suppression = &run["results"][0]["suppressions"][0];
    assert_eq!((&suppression["kind"], &suppression["justification"]), (&"inSource".into(), &"two teams".into()));
    let reset = run["invocations"][0]["ruleConfigurationOverrides"].as_array().expect("what was reset");
    let rules = &run["tool"]["driver"]["rules"];
    for (index, (code, configuration)) in
        [("SYNC0105", serde_json::json!({ "enabled": false })), ("SYNC0416", serde_json::json!({ "level": "error" }))]
            .into_iter()
            .enumerate()
    {
        let descriptor = &reset[index]["descriptor"];
        assert_eq!((descriptor["id"].as_str(), &reset[index]["configuration"]), (Some(code), &configuration));
        let at = usize::try_from(descriptor["index"].as_u64().expect("an index")).expect("a small one");
        assert_eq!(rules[at]["id"], code);
    }
}
