//! Practice apps in the test's own process, and a workspace of the built command that talks to them.

use std::{
    collections::BTreeMap,
    net::TcpListener,
    process::{Command, Stdio},
};

use serde_json::Value as Json;
use syncc_sandbox::{Faults, Options, Sandbox};

use crate::{
    command::{Ran, Workspace},
    spec,
};

/// Practice apps with few contacts, and a workspace whose accounts they are.
pub(crate) struct Stage {
    pub(crate) sandbox: Sandbox,
    pub(crate) workspace: Workspace,
    export: tempfile::TempDir,
}

impl Stage {
    /// Practice apps with about this many contacts each, that do what the faults say.
    pub(crate) async fn new(contacts: usize, faults: Faults) -> Self {
        let sandbox = Sandbox::start(Options { contacts, faults, seed: 7, ..Options::default() }).await;
        let sandbox = sandbox.expect("the practice apps start");
        let workspace = Workspace::example("google-realgeeks");
        let stage = Self { sandbox, workspace, export: tempfile::tempdir().expect("a temporary folder") };
        let (google, realgeeks) = (stage.sandbox.google().base.clone(), stage.sandbox.realgeeks().base.clone());
        stage.point_at(&google, &realgeeks);
        stage
    }

    /// Makes the workspace talk to these addresses, which may be those of a proxy.
    pub(crate) fn point_at(&self, google: &str, realgeeks: &str) {
        let practice = self.sandbox.realgeeks();
        let free = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port");
        practice.set_webhook(Some(&format!("http://{free}/"))).expect("an address");
        let export = match &practice.export {
            Some(export) => export.clone(),
            None => self.export.path().join("leads.csv"),
        };
        let settings = format!(
            "edition = \"2026\"\nregion = \"US\"\n\n[accounts.google]\napp = \"google\"\nbase = \"{google}\"\n\n\
             [accounts.realgeeks]\napp = \"realgeeks\"\nbase = \"{realgeeks}\"\nsite = \"{}\"\nuser = \"{}\"\n\
             webhook = \"{free}\"\nexport = \"{}\"\n",
            practice.site,
            practice.user,
            export.display()
        );
        self.workspace.write("syncc.toml", &settings);
    }

    /// `syncc run --once --yes`, ready to be started.
    pub(crate) fn run_command(&self) -> Command {
        let mut command = self.command("run");
        command.arg(self.workspace.path("")).args(["--once", "--yes", "--format", "json"]);
        command
    }

    /// Any verb, with the secrets of the practice apps in its environment.
    pub(crate) fn command(&self, verb: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_syncc"));
        command.arg(verb).env("NO_COLOR", "1").stdin(Stdio::null());
        let practice = self.sandbox.realgeeks();
        command
            .env("SYNCC_GOOGLE_SECRET", &self.sandbox.google().token)
            .env("SYNCC_REALGEEKS_SECRET", &practice.password)
            .env("SYNCC_REALGEEKS_WEBHOOK_SECRET", &practice.secret);
        command
    }

    /// One run.
    pub(crate) async fn run(&self) -> Ran {
        let mut command = self.run_command();
        tokio::task::spawn_blocking(move || Ran::of(&mut command)).await.expect("the run ends")
    }

    /// `syncc VERB BEFORE… FOLDER AFTER…`.
    pub(crate) async fn syncc(&self, verb: &str, before: &[&str], after: &[&str]) -> Ran {
        let mut command = self.command(verb);
        command.args(before).arg(self.workspace.path("")).args(after);
        tokio::task::spawn_blocking(move || Ran::of(&mut command)).await.expect("the command ends")
    }

    /// Runs until a run ends well; at most so many times.
    pub(crate) async fn run_until_well(&self, most: usize) -> Ran {
        let mut last = None;
        for _ in 0..most {
            let ran = self.run().await;
            if ran.code == 0 {
                return ran;
            }
            last = Some(ran);
        }
        panic!("{most} runs did not end well: {last:?}");
    }

    /// Holds every request and answer so far against the apps' public descriptions.
    pub(crate) fn keeps_to_the_descriptions(&self) {
        if let Some(description) = spec::google() {
            assert_eq!(description.violations(&self.sandbox.google().exchanges()), Vec::<String>::new());
        }
        if let Some(description) = spec::realgeeks() {
            assert_eq!(description.violations(&self.sandbox.realgeeks().exchanges()), Vec::<String>::new());
        }
    }

    /// What both apps hold, by email: what a person would compare.
    pub(crate) fn world(&self) -> Held {
        let google = self.sandbox.google().people();
        let realgeeks = self.sandbox.realgeeks().people();
        Held {
            google: by_email(&google, |person| {
                let email = person["emailAddresses"][0]["value"].as_str().unwrap_or_default();
                let mut labels: Vec<String> = person["memberships"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|one| one["contactGroupMembership"]["contactGroupResourceName"].as_str())
                    .map(str::to_owned)
                    .collect();
                labels.sort();
                (
                    email.to_owned(),
                    format!("{} {} {labels:?}", person["names"][0]["displayName"], person["phoneNumbers"][0]["value"]),
                )
            }),
            realgeeks: by_email(&realgeeks, |lead| {
                let email = lead["email"].as_str().unwrap_or_default();
                let mut tags: Vec<&str> =
                    lead["tags"].as_array().into_iter().flatten().filter_map(Json::as_str).collect();
                tags.sort_unstable();
                (email.to_owned(), format!("{} {} {} {tags:?}", lead["first_name"], lead["last_name"], lead["phone"]))
            }),
        }
    }
}

/// What both apps hold: for each email, the contacts that have it, as one line each.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Held {
    pub(crate) google: BTreeMap<String, Vec<String>>,
    pub(crate) realgeeks: BTreeMap<String, Vec<String>>,
}

fn by_email(contacts: &[Json], line: impl Fn(&Json) -> (String, String)) -> BTreeMap<String, Vec<String>> {
    let mut held: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for contact in contacts {
        let (email, line) = line(contact);
        held.entry(email.to_lowercase()).or_default().push(line);
    }
    held.values_mut().for_each(|lines| lines.sort());
    held
}

/// What an uninterrupted run leaves in both apps: what every interrupted one must end with too.
pub(crate) async fn undisturbed(contacts: usize) -> Held {
    let stage = Stage::new(contacts, Faults::default()).await;
    stage.run_until_well(1).await;
    stage.world()
}
