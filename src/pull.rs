//! `syncc pull`: custom fields and known values of the accounts, written beside the rules.

use std::{collections::BTreeSet, path::PathBuf};

use clap::Args;
use syncc_runtime::{apps, world::World};

use crate::{
    check::plural,
    exit::Exit,
    load,
    output::{Output, complain, say},
    practice::Practice,
};

/// Write the custom fields and known values of the accounts into files beside the rules
///
/// `check` reads them from there, so that it needs no network and gives the same answer twice.
#[derive(Args)]
pub(crate) struct Pull {
    /// A folder with .sync files, or one file
    #[arg(default_value = ".")]
    path: PathBuf,
    /// Use the practice apps that are built in, not real accounts
    #[arg(long)]
    sandbox: bool,
}

impl Pull {
    pub(crate) async fn run(self, output: &Output) -> Exit {
        match self.pull(output).await {
            Ok(()) => Exit::Fine,
            Err(why) => {
                complain(&why);
                Exit::Problems
            }
        }
    }

    async fn pull(self, output: &Output) -> Result<(), String> {
        let loaded = load::Loaded::open(&self.path)?;
        let practice = Practice::start_if(self.sandbox, &loaded.workspace).await?;
        let world = World::real();
        let mut seen = BTreeSet::new();
        let mut documents = Vec::new();
        // A file that names what was never pulled does not compile yet: its ends are enough to pull from.
        for side in loaded.ends() {
            let account = side.account.clone();
            if !seen.insert(account.clone()) {
                continue;
            }
            apps::can_run(&side.app).map_err(|error| format!("{account}: {error}"))?;
            let mut opened = loaded.workspace.account(&account, &side.app).map_err(|error| error.to_string())?;
            if let Some(practice) = &practice {
                opened = practice.account(opened)?;
            }
            let app = apps::open(&side, &opened, &world).map_err(|error| format!("{account}: {error}"))?;
            let pulled = app.discover().await.map_err(|error| format!("{account}: {error}"))?;
            let path = loaded.workspace.write_pulled(&account, &pulled).map_err(|error| error.to_string())?;
            let fields: usize = pulled.objects.values().map(|object| object.fields.len()).sum();
            let values: usize = pulled.objects.values().flat_map(|object| object.values.values()).map(Vec::len).sum();
            if output.json() {
                documents.push(serde_json::json!({
                    "account": account, "file": path.display().to_string(), "fields": fields, "values": values,
                }));
            } else {
                say(&format!(
                    "{account}: {} and {} in {}\n",
                    plural(fields, "custom field"),
                    plural(values, "known value"),
                    path.display()
                ));
            }
        }
        if output.json() {
            output.document(&documents.into());
        }
        if let Some(practice) = practice {
            practice.stop().await;
        }
        Ok(())
    }
}
