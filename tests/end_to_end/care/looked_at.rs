//! What a look at a plan agrees to, and what it does not.

use std::{
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use super::lists::{ANN_AND_BEN, Lists};

const DELETES: &str = "sync people <-> cards\n\nmatch email\nevery 1 second\n\nwhen people exists then cards exists\n\
    when cards exists then people exists\nwhen people deleted then cards deleted\n";

#[test]
fn a_look_at_another_account_does_not_agree_to_it() {
    let lists = Lists::new(ANN_AND_BEN);
    lists.workspace.write("team.sync", DELETES);
    lists.run();
    let (settings, cards) = (lists.workspace.read("syncc.toml"), lists.cards());
    lists.workspace.write("others.csv", "id,given_name,family_name,email,company\n9,Zed,Stranger,zed@home.example,\n");
    lists.workspace.write("syncc.toml", &settings.replace("people.csv", "others.csv"));
    let refused = lists.syncc("run", &[], &["--once", "--yes"]);
    assert!(refused.code == 1 && refused.error.contains("`syncc plan --allow other-account`"), "{refused:?}");
    let plan = lists.syncc("plan", &[], &["--allow", "other-account"]);
    assert!(plan.out.contains("stop: `people` is another account"), "{plan:?}");
    let refused = lists.syncc("run", &[], &["--once", "--yes"]);
    assert!(refused.code == 1 && refused.error.contains("other-account"), "{refused:?}");
    assert_eq!(lists.cards(), cards);
    // It was a mistake: with the right one nothing was lost.
    lists.workspace.write("syncc.toml", &settings);
    lists.run();
    assert_eq!((lists.cards(), lists.json("audit", &[], &[])["equal"].clone()), (cards, true.into()));
}

#[test]
fn a_run_that_writes_nothing_is_no_look_at_changed_rules() {
    let lists = Lists::new(ANN_AND_BEN);
    lists.run();
    lists.workspace.write("team.sync", DELETES);
    lists.run();
    let list = lists.workspace.read("people.csv");
    let without: String = list.lines().filter(|line| !line.contains("ben@")).map(|line| format!("{line}\n")).collect();
    lists.workspace.write("people.csv", &without);
    let refused = lists.syncc("run", &[], &["--once", "--yes"]);
    assert!(refused.code == 1 && refused.error.contains("rules-changed"), "{refused:?}");
    assert!(lists.cards().contains("ben@home.example"));
    lists.syncc("plan", &[], &[]);
    lists.run();
    assert!(!lists.cards().contains("ben@home.example"), "now somebody looked");
}

/// A daemon with the rules as they are now.
struct Daemon(Child);

impl Daemon {
    fn start(lists: &Lists) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_syncc"));
        let command = command.arg("run").arg(lists.workspace.path("")).env("NO_COLOR", "1").stdin(Stdio::null());
        Self(command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("the command starts"))
    }

    /// What it said when it is stopped.
    fn stop(self) -> String {
        let pid = self.0.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("a signal").success());
        String::from_utf8(self.0.wait_with_output().expect("it ends").stderr).expect("text")
    }
}

fn until(what: &str, is: impl Fn() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !is() {
        assert!(Instant::now() < deadline, "{what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn a_daemon_goes_on_while_other_rules_are_planned_and_not_once_they_were_run() {
    let lists = Lists::new(ANN_AND_BEN);
    lists.workspace.write("team.sync", &DELETES.replace("when people deleted then cards deleted\n", ""));
    lists.run();
    let daemon = Daemon::start(&lists);
    lists.edit_list("Acme", "Acme Inc");
    until("the daemon runs", || lists.cards().contains("Acme Inc"));
    lists.workspace.write("team.sync", DELETES);
    let planned = || lists.syncc("plan", &[], &[]);
    until("the new rules are planned", || planned().code == 0);
    lists.edit_list("Acme Inc", "Acme Ltd");
    until("the daemon goes on by its own rules", || lists.cards().contains("Acme Ltd"));
    // Its cycles, idle or not, do not take back what was planned.
    std::thread::sleep(Duration::from_millis(1500));
    until("the new rules are run", || lists.syncc("run", &[], &["--once"]).code == 0);
    lists.edit_list("Zenith", "Zenith Ltd");
    std::thread::sleep(Duration::from_millis(2500));
    assert!(!lists.cards().contains("Zenith Ltd"), "the daemon's rules are not those that count");
    let said = daemon.stop();
    assert!(said.contains("start it anew"), "{said}");
    lists.run();
    assert!(lists.cards().contains("Zenith Ltd"));
}
