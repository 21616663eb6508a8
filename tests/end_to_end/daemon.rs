//! `syncc run` until it is stopped: several files, each in its own rhythm, for years.

use std::{
    fs,
    io::Read as _,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use crate::command::{Ran, Workspace};

/// Two files: `team.sync` keeps `people.csv` and the folder `cards` in step, `shop.sync` `buyers.csv` and the folder `book`.
fn workspace() -> Workspace {
    let workspace = Workspace::with("team.sync", "sync people <-> cards\n\nmatch email\nevery 1 second\n");
    workspace.write("shop.sync", "sync buyers <-> book\n\nmatch email\nevery 1 second\n");
    let account =
        |name: &str, app: &str, path: &str| format!("[accounts.{name}]\napp = \"{app}\"\npath = \"{path}\"\n");
    let accounts = [("people", "csv", "people.csv"), ("cards", "vcard", "cards"), ("buyers", "csv", "buyers.csv")];
    let accounts = accounts.map(|(name, app, path)| account(name, app, path)).concat();
    workspace.write("syncc.toml", &format!("edition = \"2026\"\n{accounts}{}", account("book", "vcard", "book")));
    workspace.write("people.csv", &list("people", 30, "Acme"));
    workspace.write("buyers.csv", &list("buyer", 2, "Acme"));
    ["cards", "book"].iter().for_each(|name| fs::create_dir(workspace.path(name)).expect("a folder"));
    workspace
}

fn list(who: &str, count: usize, company: &str) -> String {
    let rows = (1..=count).map(|nth| format!("{nth},{who}{nth}@home.example,{company}\n"));
    format!("id,email,company\n{}", rows.collect::<String>())
}

/// A running daemon.
struct Daemon<'w> {
    workspace: &'w Workspace,
    child: Child,
}

impl<'w> Daemon<'w> {
    /// Started, and the first sync of both files is done.
    fn start(workspace: &'w Workspace) -> Self {
        let mut daemon = Self::begin(workspace, &["--yes"]);
        daemon.until("cards", 30, "Acme");
        daemon.until("book", 2, "Acme");
        daemon
    }

    /// Started with these words.
    fn begin(workspace: &'w Workspace, words: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_syncc"));
        let command = command.arg("run").arg(workspace.path("")).args(words).env("NO_COLOR", "1");
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
        Self { workspace, child: child.expect("the command starts") }
    }

    /// Waits until a folder has so many cards, all with this text in them.
    fn until(&mut self, folder: &str, cards: usize, having: &str) {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            let entries = fs::read_dir(self.workspace.path(folder)).expect("the folder is there");
            let paths = entries.map(|entry| entry.expect("a card").path());
            let shown = paths.filter(|path| path.extension().is_some_and(|name| name == "vcf"));
            let having = shown.filter(|path| fs::read_to_string(path).is_ok_and(|card| card.contains(having))).count();
            if having == cards {
                return;
            }
            assert!(self.child.try_wait().expect("a child").is_none(), "the daemon ended by itself");
            assert!(Instant::now() < deadline, "{having} of {cards} cards of {folder} are as they should be");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Tells it to stop as a service manager does.
    fn stop(mut self) -> Ran {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("a signal").success());
        let code = self.child.wait().expect("it ends").code().unwrap_or(-1);
        let (mut out, mut error) = (String::new(), String::new());
        self.child.stdout.take().expect("a pipe").read_to_string(&mut out).expect("text");
        self.child.stderr.take().expect("a pipe").read_to_string(&mut error).expect("text");
        Ran { code, out, error }
    }
}

#[test]
fn a_daemon_keeps_every_file_in_step_until_it_is_stopped() {
    let workspace = workspace();
    let mut daemon = Daemon::start(&workspace);
    workspace.write("buyers.csv", &list("buyer", 3, "Initech"));
    daemon.until("book", 3, "Initech");
    // A few more times, in which there is nothing to do.
    std::thread::sleep(Duration::from_millis(2500));
    let ran = daemon.stop();
    assert_eq!((ran.code, ran.error.as_str()), (0, ""), "{}", ran.out);
    let idle = ran.out.matches("nothing to do").count();
    assert!((1..=3).contains(&idle), "what is as before is not said again: {}", ran.out);
}

#[test]
fn a_guard_holds_one_file_and_the_others_go_on() {
    let workspace = workspace();
    let mut daemon = Daemon::start(&workspace);
    // Somebody replaces everybody's company: a mistake, maybe.
    workspace.write("people.csv", &list("people", 30, "Initech"));
    for company in ["Globex", "Hooli"] {
        std::thread::sleep(Duration::from_millis(1500));
        workspace.write("buyers.csv", &list("buyer", 2, company));
        daemon.until("book", 2, company);
    }
    daemon.until("cards", 30, "Acme");
    // It was one: taken back, the file goes on by itself.
    workspace.write("people.csv", &list("people", 31, "Acme"));
    daemon.until("cards", 31, "Acme");
    let ran = daemon.stop();
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.error.matches("add --allow overwrites").count(), 1, "it is said once: {}", ran.error);
    assert!(ran.error.contains("team: ") && !ran.error.contains("shop: "), "{}", ran.error);
}

#[test]
fn a_file_whose_first_contact_comes_later_waits_for_a_yes_and_the_others_go_on() {
    let workspace = workspace();
    workspace.write("people.csv", "id,email,company\n");
    let folder = workspace.path("");
    let first = Command::new(env!("CARGO_BIN_EXE_syncc")).arg("run").arg(&folder).args(["--once", "--yes"]).output();
    assert!(first.expect("a run").status.success());
    let mut daemon = Daemon::begin(&workspace, &[]);
    workspace.write("people.csv", &list("people", 1, "Acme"));
    for company in ["Globex", "Hooli"] {
        std::thread::sleep(Duration::from_millis(1500));
        workspace.write("buyers.csv", &list("buyer", 2, company));
        daemon.until("book", 2, company);
    }
    daemon.until("cards", 0, "Acme");
    let ran = daemon.stop();
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.error.matches("nobody agreed to it").count(), 1, "it is said once: {}", ran.error);
}

#[test]
fn a_file_with_a_mistake_is_left_out_and_the_others_run() {
    let workspace = workspace();
    workspace.write("team.sync", "sync people <-> cards\n\nwhn people exists\n");
    let once =
        Command::new(env!("CARGO_BIN_EXE_syncc")).arg("run").arg(workspace.path("")).args(["--once", "--yes"]).output();
    let once = once.expect("a run");
    let error = String::from_utf8_lossy(&once.stderr).into_owned();
    assert_eq!(once.status.code(), Some(1), "whoever looks at the end of it is told: {error}");
    assert!(error.contains("team.sync is left out, because its rules have problems; the others run"), "{error}");
    assert_eq!(fs::read_dir(workspace.path("book")).expect("a folder").count(), 2);
    assert_eq!(fs::read_dir(workspace.path("cards")).expect("a folder").count(), 0);

    let mut daemon = Daemon::begin(&workspace, &["--yes"]);
    workspace.write("buyers.csv", &list("buyer", 3, "Acme"));
    daemon.until("book", 3, "Acme");
    assert!(daemon.stop().error.contains("team.sync is left out"));
}

#[test]
fn a_daemon_says_once_that_its_rules_are_not_those_of_the_file_any_more() {
    let workspace = workspace();
    let mut daemon = Daemon::start(&workspace);
    workspace.write("team.sync", "sync people <-> cards\n\nmatch email\nevery 2 seconds\n");
    std::thread::sleep(Duration::from_millis(2500));
    workspace.write("buyers.csv", &list("buyer", 3, "Acme"));
    daemon.until("book", 3, "Acme");
    let ran = daemon.stop();
    assert_eq!(ran.error.matches("team.sync changed since this run started").count(), 1, "{}", ran.error);
    assert!(!ran.error.contains("shop.sync"), "{}", ran.error);
}
