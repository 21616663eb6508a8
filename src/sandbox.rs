//! `syncc sandbox`: the practice apps alone, to try things out with any client.

use std::path::PathBuf;

use clap::Args;
use syncc_sandbox::{Options, Sandbox as Apps};

use crate::{
    exit::Exit,
    output::{Output, complain, say},
    stop::Stop,
};

/// Run the practice apps alone, until stopped
#[derive(Args)]
pub(crate) struct Sandbox {
    /// Keep what they hold in this folder; without it they start afresh each time
    #[arg(long)]
    state: Option<PathBuf>,
    /// Ports of practice Google Contacts and practice Real Geeks
    #[arg(long, num_args = 2, value_names = ["GOOGLE", "REALGEEKS"])]
    ports: Option<Vec<u16>>,
    /// Where practice Real Geeks reports changes to
    #[arg(long, value_name = "URL")]
    webhook: Option<String>,
}

impl Sandbox {
    pub(crate) async fn run(self, output: &Output) -> Exit {
        let ports = self.ports.and_then(|ports| <[u16; 2]>::try_from(ports).ok());
        let apps = match Apps::start(Options { state: self.state, ports, ..Options::default() }).await {
            Ok(apps) => apps,
            Err(error) => {
                complain(&error.to_string());
                return Exit::Failed;
            }
        };
        if self.webhook.is_some() {
            let set = apps.realgeeks().set_webhook(self.webhook.as_deref());
            if let Err(error) = set {
                complain(&error.to_string());
                return Exit::Failed;
            }
        }
        let (google, realgeeks) = (apps.google(), apps.realgeeks());
        if output.json() {
            output.document(&serde_json::json!({
                "google": { "base": google.base, "token": google.token },
                "realgeeks": {
                    "base": realgeeks.base, "site": realgeeks.site, "user": realgeeks.user,
                    "password": realgeeks.password, "webhook_secret": realgeeks.secret,
                    "export": realgeeks.export,
                },
            }));
        } else {
            say(&format!(
                "practice Google Contacts  {}\n  token {}\npractice Real Geeks       {}\n  site {}  user {}  password {}\n\
                 Act as another person: GET {}/_practice/ says how. Stop with Ctrl-C.\n",
                google.base,
                google.token,
                realgeeks.base,
                realgeeks.site,
                realgeeks.user,
                realgeeks.password,
                google.base
            ));
        }
        let exit = match Stop::listen() {
            Ok(mut stop) => {
                stop.said().await;
                Exit::Fine
            }
            Err(error) => {
                complain(&format!("this machine does not tell syncc to stop: {error}"));
                Exit::Failed
            }
        };
        apps.stop().await;
        exit
    }
}
