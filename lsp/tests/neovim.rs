//! The language server in a real Neovim, as a user has it.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// The emoji before the mistake is two units in the protocol and four bytes in Neovim.
const RULES: &str = "# Clients 🏠 become leads.\n\
    sync google <-> realgeeks\n\
    when google.label == \"🏠\" and google.lable == \"客户\" then realgeeks.tag += \"Client\"\n";

#[test]
fn mistakes_appear_and_vanish_while_somebody_edits() {
    let folder = tempfile::tempdir().unwrap();
    let (file, seen) = (folder.path().join("clients.sync"), folder.path().join("seen"));
    fs::write(&file, RULES).unwrap();

    let mut editor = Command::new("nvim")
        .args(["--headless", "-u", "NONE", "-i", "NONE", "-n", "-c"])
        .arg(format!("luafile {}", Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/probe.lua").display()))
        .env("SERVER", env!("CARGO_BIN_EXE_syncc-lsp-stdio"))
        .env("FILE", &file)
        .env("SEEN", &seen)
        .env("XDG_STATE_HOME", folder.path())
        .env("XDG_CACHE_HOME", folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("Neovim starts. Is it missing? Run tests/install neovim");
    let started = Instant::now();
    while editor.try_wait().unwrap().is_none() {
        if started.elapsed() > Duration::from_secs(120) {
            editor.kill().unwrap();
            panic!("Neovim did not finish. It saw:\n{}", fs::read_to_string(&seen).unwrap_or_default());
        }
        std::thread::sleep(Duration::from_millis(20));
    }

    let seen = fs::read_to_string(&seen).expect("the probe wrote what it saw");
    assert_eq!(
        seen.lines().collect::<Vec<_>>(),
        [
            "opened: 1 shown",
            "opened: error SYNC0103 at `lable`",
            "mended: 0 shown",
            "undone: 1 shown",
            "undone: error SYNC0103 at `lable`",
            "fixed: 0 shown",
            "fixed: when google.label == \"🏠\" and google.label == \"客户\" then realgeeks.tag += \"Client\"",
            "typing: 1 shown",
            "written: 0 shown",
            "stopped",
        ]
    );
    assert!(fs::read_to_string(&file).unwrap().contains("google.label == \"客户\""));
}
