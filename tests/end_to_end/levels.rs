//! How bad a problem is: as a workspace sets it, and as a file allows it.

use serde_json::json;

use crate::command::Workspace;

const TWICE: &str = "sync google <-> realgeeks
when google.label == \"A\" then realgeeks.tag += \"A\"
when google.label == \"A\" then realgeeks.tag += \"A\"
";

fn with_levels(text: &str, levels: &str) -> Workspace {
    let workspace = Workspace::with("a.sync", text);
    workspace.write("syncc.toml", &format!("edition = \"2026\"\n[check]\n{levels}\n"));
    workspace
}

#[test]
fn the_exit_code_follows_the_level() {
    for (level, code, severity) in [("error", 1, "error"), ("warning", 0, "warning"), ("hint", 0, "hint")] {
        let workspace = with_levels(TWICE, &format!("SYNC0416 = \"{level}\""));
        assert_eq!(workspace.syncc("check", &[]).code, code, "{level}");
        assert_eq!(workspace.json("check", &[])[0]["diagnostics"][0]["severity"], severity);
    }
    let off = with_levels(TWICE, "rule-twice = \"off\"");
    assert_eq!(off.json("check", &[])[0]["diagnostics"], json!([]));
}

#[test]
fn what_was_made_an_error_stops_a_plan() {
    let ran = with_levels(TWICE, "SYNC0416 = \"error\"").syncc("plan", &["--sandbox"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.error.contains("SYNC0416"), "{ran:?}");
}

#[test]
fn an_error_cannot_be_made_less() {
    let ran = with_levels(TWICE, "SYNC0103 = \"off\"").syncc("check", &[]);
    assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{ran:?}");
    assert!(ran.error.contains("syncc.toml, line 3: SYNC0103 is an error"), "{ran:?}");
}

#[test]
fn what_a_file_allows_is_counted_and_shown_to_machines_with_its_reason() {
    let allowed = TWICE.replacen("\nwhen", "\n# allow SYNC0416: never needed here\nwhen", 1);
    let unused = Workspace::with("a.sync", &allowed);
    assert_eq!(unused.json("check", &[])[0]["diagnostics"][0]["code"], "SYNC0440", "the second rule is reported");

    let mut lines: Vec<&str> = TWICE.lines().collect();
    lines.insert(2, "# allow SYNC0416: two teams");
    // A reason speaks for itself, also where the workspace is strict.
    let workspace = with_levels(&format!("{}\n", lines.join("\n")), "SYNC0416 = \"error\"");
    let ran = workspace.syncc("check", &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("fine: ") && ran.out.contains(", 1 allowed"), "{}", ran.out);
    let document = &workspace.json("check", &[])[0];
    assert_eq!(document["allowed"][0]["reason"], "two teams", "{document}");
    assert_eq!(document["diagnostics"], json!([]));
}
