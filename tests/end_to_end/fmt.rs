//! `syncc fmt` as a person, a review and an editor use it.

use std::{
    io::Write as _,
    process::{Command, Stdio},
};

use crate::command::{Ran, Workspace};

const UNTIDY: &str = "sync google<->realgeeks\n\n\nwhen google.label==\"A\"  # why\n then realgeeks.tag+=\"B\"\n";
const TIDY: &str = "sync google <-> realgeeks\n\nwhen google.label == \"A\"  # why\nthen realgeeks.tag += \"B\"\n";

#[test]
fn fmt_writes_what_differs_and_nothing_else() {
    let workspace = Workspace::with("a.sync", UNTIDY);
    workspace.write("b.sync", TIDY);
    workspace.write("syncc.toml", "this is  no setting");
    let ran = workspace.syncc("fmt", &[]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("a.sync") && !ran.out.contains("b.sync"), "{ran:?}");
    assert_eq!((workspace.read("a.sync").as_str(), workspace.read("b.sync").as_str()), (TIDY, TIDY));
    assert_eq!(workspace.read("syncc.toml"), "this is  no setting");
    assert_eq!(workspace.syncc("fmt", &["--check"]).code, 0);
}

#[test]
fn fmt_check_writes_nothing_and_says_what_would_change() {
    let workspace = Workspace::with("a.sync", UNTIDY);
    let ran = workspace.syncc("fmt", &["--check"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.out.contains("a.sync\n- sync google<->realgeeks\n+ sync google <-> realgeeks\n"), "{ran:?}");
    assert_eq!(workspace.read("a.sync"), UNTIDY);
    let document = &workspace.json("fmt", &["--check"])[0];
    assert_eq!((&document["files"][0]["differs"], &document["written"]), (&true.into(), &false.into()), "{document}");
    assert_eq!(document["files"][0]["diff"][1], "+ sync google <-> realgeeks", "{document}");
}

#[test]
fn fmt_reads_standard_input() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_syncc"))
        .args(["fmt", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command starts");
    child.stdin.take().expect("a pipe").write_all(UNTIDY.as_bytes()).expect("it reads");
    let out = child.wait_with_output().expect("it ends");
    assert_eq!((out.status.code(), String::from_utf8_lossy(&out.stdout).as_ref()), (Some(0), TIDY));
}

#[test]
fn fmt_leaves_what_is_no_text_as_it_is() {
    let workspace = Workspace::with("a.sync", UNTIDY);
    std::fs::write(workspace.path("z.sync"), b"map  none \xFF\n").expect("the file is written");
    let ran = workspace.syncc("fmt", &[]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.error.contains("z.sync is left as it is") && ran.error.contains("UTF-8"), "{ran:?}");
    assert_eq!(workspace.read("a.sync"), UNTIDY, "one file that cannot be read leaves all as they are");
    let mut missing = Command::new(env!("CARGO_BIN_EXE_syncc"));
    assert_eq!(Ran::of(missing.args(["fmt", "no-such-folder"])).code, 2);
}
