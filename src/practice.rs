//! Practice mode: the accounts of a workspace replaced by the practice apps that are built in.

use std::path::PathBuf;

use syncc_runtime::{
    apps::{Account, Secret},
    workspace::Workspace,
};
use syncc_sandbox::{Options, Sandbox};

/// Practice Google Contacts and practice Real Geeks, running inside this program.
pub(crate) struct Practice {
    sandbox: Sandbox,
    /// Where what is remembered of practice accounts is kept, apart from real ones.
    folder: PathBuf,
    /// Where practice Real Geeks reports its changes to.
    webhook: String,
}

impl Practice {
    /// Starts the practice apps if they are asked for. What they hold is kept with the workspace.
    pub(crate) async fn start_if(wanted: bool, workspace: &Workspace) -> Result<Option<Self>, String> {
        if !wanted {
            return Ok(None);
        }
        workspace.prepare_state().map_err(|error| error.to_string())?;
        let folder = std::path::absolute(workspace.state.join("sandbox"))
            .map_err(|error| format!("the current folder is not known: {error}"))?;
        let options = Options { state: Some(folder.join("apps")), ..Options::default() };
        let sandbox = Sandbox::start(options).await.map_err(|error| error.to_string())?;
        let webhook = free_address()?;
        let url = format!("http://{webhook}/");
        sandbox.realgeeks().set_webhook(Some(&url)).map_err(|error| error.to_string())?;
        Ok(Some(Self { sandbox, folder, webhook }))
    }

    /// Says what practice mode is.
    pub(crate) fn greeting(&self) -> String {
        format!(
            "Practice apps are running; no real account is touched.\n  google     {}\n  realgeeks  {}\n",
            self.sandbox.google().base,
            self.sandbox.realgeeks().base
        )
    }

    /// The same account at the practice app.
    pub(crate) fn account(&self, mut account: Account) -> Result<Account, String> {
        let practice = match account.app.as_str() {
            "google" => self.sandbox.google(),
            "realgeeks" => self.sandbox.realgeeks(),
            other => {
                return Err(format!(
                    "there is no practice app for {other}: practice mode has google and realgeeks; run without --sandbox"
                ));
            }
        };
        let mut set = |setting: &str, value: &str| {
            account.settings.insert(setting.to_owned(), value.to_owned().into());
        };
        set("base", &practice.base);
        if account.app == "realgeeks" {
            set("site", &practice.site);
            set("user", &practice.user);
            set("webhook", &self.webhook);
            if let Some(export) = &practice.export {
                set("export", &export.display().to_string());
            }
            account.webhook_secret = Some(Secret::new(practice.secret.clone()));
        }
        let secret = if account.app == "google" { &practice.token } else { &practice.password };
        account.secret = Some(Secret::new(secret.clone()));
        account.folder.clone_from(&self.folder);
        Ok(account)
    }

    /// Waits until practice Real Geeks has told everything that it has to tell; not for long.
    pub(crate) async fn settled(&self) {
        let told = self.sandbox.realgeeks().webhooks_delivered();
        // Nobody listens when the rules do not name it: then it is not waited for.
        let _ = tokio::time::timeout(std::time::Duration::from_secs(2), told).await;
    }

    pub(crate) async fn stop(self) {
        self.sandbox.stop().await;
    }
}

/// An address on this machine that nobody listens on.
fn free_address() -> Result<String, String> {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr());
    listener
        .map(|address| address.to_string())
        .map_err(|error| format!("no port is free on this machine for the practice apps: {error}"))
}
