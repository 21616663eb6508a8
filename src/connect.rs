//! A connection, opened: its apps, its store, its rules.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::{Duration, Instant},
};

use syncc_compiler::{
    ir::{End, Program},
    value::Canon,
};
use syncc_runtime::{
    apps::{self, Account, App, Webhooks},
    cycle::{self, Connection, KEPT, PAGE},
    store::{Sqlite, Store},
    workspace::Workspace,
    world::{Traffic, World},
};

use crate::practice::Practice;

/// After which time a daemon says once more how a connection stands, where that is as before.
const AGAIN: Duration = Duration::from_secs(3600);

/// Everything that a cycle needs, held open.
pub(crate) struct Opened {
    pub(crate) program: Arc<Program>,
    apps: [Box<dyn App>; 2],
    /// Held while something is done, so that between the cycles of a daemon others get at it.
    store: Option<Sqlite>,
    path: PathBuf,
    access: Access,
    settings: [String; 2],
    canon: Canon,
    world: World,
    /// What each side has cost so far, left first.
    traffic: Vec<Arc<Traffic>>,
    accounts: Vec<Account>,
    /// Whether it was said that the connection is paused: a daemon says so once.
    told_pause: bool,
    /// What was last said of a cycle, and when: a daemon says the same again only after a while.
    told: Option<(String, Instant)>,
    /// Held for as long as messages are taken in.
    webhooks: Vec<Webhooks>,
}

/// What is done with the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// It is written to: nobody else may work on the connection meanwhile.
    Work,
    /// It is only looked at, also while a run is under way.
    Look,
}

impl Opened {
    /// Opens both accounts and the store of one connection.
    pub(crate) fn open(
        program: &Arc<Program>,
        workspace: &Workspace,
        practice: Option<&Practice>,
        world: &World,
        access: Access,
    ) -> Result<Self, String> {
        let mut accounts = Vec::new();
        for end in End::BOTH {
            let side = program.side(end);
            apps::can_run(&side.app).map_err(|error| format!("{}: {error}", side.name))?;
        }
        for end in End::BOTH {
            accounts.push(account(program, end, workspace, practice)?);
        }
        let mut opened = Vec::new();
        let mut settings = Vec::new();
        let mut traffic = Vec::new();
        for (end, account) in End::BOTH.into_iter().zip(&accounts) {
            let side = program.side(end);
            let (world, counted) = world.counted();
            let app = apps::open(side, account, &world);
            traffic.push(counted);
            opened.push(app.map_err(|error| format!("{}: {error}", side.name))?);
            settings.push(account.fingerprint());
        }
        let (Ok(apps), Ok(settings)) = (<[Box<dyn App>; 2]>::try_from(opened), settings.try_into()) else {
            return Err("a connection has two ends".to_owned());
        };
        let path = store_path(program, workspace, practice.is_some());
        if access == Access::Work {
            prepare(&path, workspace)?;
        }
        let canon = workspace.region.as_deref().and_then(Canon::for_region).unwrap_or_default();
        let mut opened = Self {
            program: Arc::clone(program),
            apps,
            store: None,
            path,
            access,
            settings,
            canon,
            world: world.clone(),
            traffic,
            accounts,
            told_pause: false,
            told: None,
            webhooks: Vec::new(),
        };
        opened.store()?;
        Ok(opened)
    }

    /// The store, opened if it is not.
    pub(crate) fn store(&mut self) -> Result<&mut Sqlite, String> {
        let store = match self.store.take() {
            Some(store) => store,
            None => match self.access {
                Access::Work => Sqlite::open(&self.path, &self.program.name).map_err(|error| error.to_string())?,
                Access::Look => match Sqlite::look(&self.path).map_err(|error| error.to_string())? {
                    Some(store) => store,
                    None => {
                        return Err(format!(
                            "{} never ran, so nothing is known yet: start with `syncc plan`",
                            self.program.name
                        ));
                    }
                },
            },
        };
        Ok(self.store.insert(store))
    }

    /// Lets others at the store, until it is next needed.
    pub(crate) fn rest(&mut self) {
        self.store = None;
    }

    /// Whether it is still to be said that the connection is paused.
    pub(crate) fn tell_pause(&mut self) -> bool {
        !std::mem::replace(&mut self.told_pause, true)
    }

    /// A cycle was not held back by a pause: the next pause is news again.
    pub(crate) fn resumed(&mut self) {
        self.told_pause = false;
    }

    /// Whether this is to be said of a cycle: it is something else than the last time, or that was long ago.
    pub(crate) fn tell(&mut self, what: &str) -> bool {
        if self.told.as_ref().is_some_and(|(told, at)| told == what && at.elapsed() < AGAIN) {
            return false;
        }
        self.told = Some((what.to_owned(), Instant::now()));
        true
    }

    /// Listens for what the apps tell on their own, until this connection is closed.
    pub(crate) async fn listen(&mut self) -> Result<(), String> {
        for (end, account) in End::BOTH.into_iter().zip(&self.accounts) {
            let side = self.program.side(end);
            let listening = apps::listen_webhooks(side, account, &self.world).await;
            self.webhooks.extend(listening.map_err(|error| format!("{}: {error}", side.name))?);
        }
        Ok(())
    }

    /// The connection, for one cycle.
    pub(crate) fn connection(&mut self) -> Result<Connection<'_>, String> {
        self.store()?;
        let store = self.store.as_mut().ok_or("the store is closed")?;
        Ok(Connection {
            program: &self.program,
            fingerprint: cycle::fingerprint(&self.program),
            settings: self.settings.clone(),
            canon: [self.canon.clone(), self.canon.clone()],
            apps: [&*self.apps[0], &*self.apps[1]],
            store,
            world: &self.world,
            page: PAGE,
            kept: KEPT,
        })
    }

    /// How many requests each side cost since this was last asked, left first.
    pub(crate) fn requests(&self) -> Vec<u64> {
        self.traffic.iter().map(|traffic| traffic.take()).collect()
    }

    /// What goes over the network to each side from now on, left first.
    pub(crate) fn traffic(&self) -> Vec<Arc<Traffic>> {
        self.traffic.clone()
    }

    /// Remembers that these rules were planned.
    pub(crate) fn planned(&mut self) -> Result<(), String> {
        let planned = cycle::fingerprint(&self.program);
        self.store()?.set_planned(&planned).map_err(|error| error.to_string())
    }
}

/// The account of one end; in practice mode that of the practice app.
fn account(program: &Program, end: End, workspace: &Workspace, practice: Option<&Practice>) -> Result<Account, String> {
    let side = program.side(end);
    let account = workspace.account(&side.account, &side.app).map_err(|error| error.to_string())?;
    match practice {
        Some(practice) => practice.account(account),
        None => Ok(account),
    }
}

/// The store of a connection, to be written to, without its apps. Made if there is none.
pub(crate) fn open_store(program: &Program, workspace: &Workspace, practice: bool) -> Result<Sqlite, String> {
    let path = prepared_store_path(program, workspace, practice)?;
    Sqlite::open(&path, &program.name).map_err(|error| error.to_string())
}

/// Where the store of a connection is, in a folder that is there.
pub(crate) fn prepared_store_path(program: &Program, workspace: &Workspace, practice: bool) -> Result<PathBuf, String> {
    let path = store_path(program, workspace, practice);
    prepare(&path, workspace)?;
    Ok(path)
}

/// Makes the folder that the store of a connection is in: one file in the workspace's state folder.
fn prepare(path: &Path, workspace: &Workspace) -> Result<(), String> {
    workspace.prepare_state().map_err(|error| error.to_string())?;
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)
            .map_err(|error| format!("the folder {} cannot be made: {error}", folder.display()))?;
    }
    Ok(())
}

/// Where the store of a connection is. Practice has stores of its own.
pub(crate) fn store_path(program: &Program, workspace: &Workspace, practice: bool) -> PathBuf {
    if practice {
        workspace.state.join("sandbox").join(format!("{}.db", program.name))
    } else {
        workspace.store(&program.name)
    }
}
