//! What the tests stand on: practice servers, accounts, and a world in which waiting takes no time.

use std::{
    collections::BTreeMap,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;
use syncc_compiler::{
    ir::{FieldId, IrField, Side},
    schema,
    value::{Canon, Record, Value},
};
use syncc_runtime::{
    apps::{Account, App, AppError, Observed, Pulled, Secret},
    world::{Chance, Clock, World},
};
use syncc_sandbox::{Options, Practice, Sandbox};

/// A clock that waiting moves forward at once.
#[derive(Default)]
pub(crate) struct ManualClock {
    ahead: Mutex<Duration>,
    pub(crate) waits: Mutex<Vec<Duration>>,
}

impl ManualClock {
    pub(crate) fn advance(&self, time: Duration) {
        *self.ahead.lock().unwrap() += time;
    }
}

#[async_trait]
impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        Timestamp::now() + *self.ahead.lock().unwrap()
    }

    async fn sleep(&self, time: Duration) {
        self.waits.lock().unwrap().push(time);
        self.advance(time);
    }
}

/// Random numbers that are always the same.
#[derive(Default)]
struct Counter(AtomicU64);

impl Chance for Counter {
    fn bits(&self) -> u128 {
        u128::from(self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed))
    }
}

pub(crate) fn world() -> (World, Arc<ManualClock>) {
    let clock = Arc::new(ManualClock::default());
    let world = World::new(clock.clone(), Arc::new(Counter::default()), World::real().http);
    (world, clock)
}

pub(crate) async fn sandbox(contacts: usize) -> Sandbox {
    Sandbox::start(Options { contacts, ..Options::default() }).await.expect("practice servers")
}

/// A side with all fields of its object.
pub(crate) fn side(app: &str, object: &str) -> Side {
    let manifest = syncc_connectors::manifest(app).expect("a manifest");
    let schema = schema::App::from_manifest(app, manifest).expect("a schema");
    let fields = schema.objects[object].fields.iter().map(|(name, field)| IrField {
        name: name.clone(),
        ty: field.ty,
        means: field.means.clone(),
        can: field.can,
        lacks: Vec::new(),
        opt_out: false,
    });
    Side {
        name: app.to_owned(),
        app: app.to_owned(),
        account: app.to_owned(),
        object: object.to_owned(),
        instance: None,
        fields: fields.collect(),
        detects: schema::Detects::default(),
        creates: true,
        deletes: true,
    }
}

pub(crate) fn google_account(google: &Practice) -> Account {
    account("google", Path::new("."), &google.token, [("base", google.base.clone())])
}

pub(crate) fn realgeeks_account(realgeeks: &Practice, folder: &Path) -> Account {
    let settings =
        [("base", realgeeks.base.clone()), ("user", realgeeks.user.clone()), ("site", realgeeks.site.clone())];
    let mut account = account("realgeeks", folder, &realgeeks.password, settings);
    account.webhook_secret = Some(Secret::new(&realgeeks.secret));
    account
}

pub(crate) fn account<const N: usize>(
    app: &str,
    folder: &Path,
    secret: &str,
    settings: [(&str, String); N],
) -> Account {
    let settings = settings.map(|(name, text)| (name.to_owned(), toml::Value::String(text)));
    Account {
        name: app.to_owned(),
        app: app.to_owned(),
        settings: BTreeMap::from(settings),
        folder: folder.to_owned(),
        secret: Some(Secret::new(secret)),
        webhook_secret: None,
        region: Some("US".to_owned()),
    }
}

/// Pulls, and gives what was handed over.
pub(crate) async fn pull(app: &dyn App, cursor: Option<&str>) -> Result<(Vec<Observed>, Pulled), AppError> {
    let mut all = Vec::new();
    let pulled = app
        .pull(cursor, &mut |page| {
            all.extend(page);
            Ok(())
        })
        .await?;
    Ok((all, pulled))
}

pub(crate) fn field(side: &Side, name: &str) -> FieldId {
    side.field(name).unwrap_or_else(|| panic!("no field {name}"))
}

/// A value of a field, from its spelling; several of a set are separated by `;`.
pub(crate) fn value(side: &Side, name: &str, shown: &str) -> Value {
    let ty = side.fields[field(side, name).index()].ty;
    let canon = Canon::for_region("US").unwrap();
    if ty.is_set() {
        return canon.set(ty.scalar(), shown.split(';').filter(|text| !text.is_empty()));
    }
    canon.scalar(ty.scalar(), shown).unwrap_or_else(|| panic!("{shown:?} is no {ty}"))
}

/// A record with these fields; the others are empty.
pub(crate) fn record(side: &Side, fields: &[(&str, &str)]) -> Record {
    with(side, &Record::filled_with(&Value::Empty, side.fields.len()), fields)
}

/// The record with these fields changed.
pub(crate) fn with(side: &Side, record: &Record, fields: &[(&str, &str)]) -> Record {
    let mut record = record.clone();
    for (name, shown) in fields {
        record.put(field(side, name), value(side, name, shown));
    }
    record
}
