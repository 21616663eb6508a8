//! The language server as users start it: `syncc lsp`, from a real Neovim, in a workspace.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use crate::command::Workspace;

/// An account of `syncc.toml` is used by its name, so the server has to read that file.
const RULES: &str = "# Clients 🏠 become leads.\n\
    sync personal <-> realgeeks\n\
    when personal.label == \"🏠\" and personal.lable == \"客户\" then realgeeks.tag += \"Client\"\n";

#[test]
fn neovim_shows_a_mistake_and_its_mending_in_a_workspace() {
    let workspace = Workspace::with("clients.sync", RULES);
    workspace.write("syncc.toml", "edition = \"2026\"\n\n[accounts.personal]\napp = \"google\"\n");
    let seen = workspace.path("seen");
    let probe = Path::new(env!("CARGO_MANIFEST_DIR")).join("lsp/tests/probe.lua");

    let mut editor = Command::new("nvim")
        .args(["--headless", "-u", "NONE", "-i", "NONE", "-n", "-c"])
        .arg(format!("luafile {}", probe.display()))
        .env("SERVER", format!("{}\nlsp", env!("CARGO_BIN_EXE_syncc")))
        .env("FILE", workspace.path("clients.sync"))
        .env("SEEN", &seen)
        .env("XDG_STATE_HOME", workspace.path(""))
        .env("XDG_CACHE_HOME", workspace.path(""))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("Neovim starts. Is it missing? Run tests/install neovim");
    let started = Instant::now();
    while editor.try_wait().expect("a child").is_none() {
        assert!(started.elapsed() < Duration::from_secs(120), "Neovim did not finish");
        std::thread::sleep(Duration::from_millis(20));
    }

    let seen = fs::read_to_string(seen).expect("the probe wrote what it saw");
    assert!(seen.starts_with("opened: 1 shown\nopened: error SYNC0103 at `lable`\nmended: 0 shown\n"), "{seen}");
    assert!(seen.ends_with("written: 0 shown\nstopped\n"), "{seen}");
}
