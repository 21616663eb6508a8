//! A connection at the size of a large firm: two address books that are linked, and what a cycle of them costs.
//!
//! `cargo bench -p syncc-runtime --bench scale` (`CONTACTS=1000000` for a million). Prints CPU time and the most memory that
//! the process ever held. Two address books in memory stand for the apps, so that what is measured is syncc and SQLite alone:
//! they make up each card when they are asked for it, and keep none. A cursor tells them what changed, as webhooks or sync
//! tokens tell the real ones.

#![allow(clippy::print_stdout, clippy::expect_used, clippy::panic, reason = "a measurement")]

use std::{collections::BTreeSet, fs, path::Path, time::Duration};

use async_trait::async_trait;
use syncc_compiler::{
    db::Database,
    ir::{End, Program},
    schema::{self, AccountSchema, App as Schema},
    value::{Canon, Record},
};
use syncc_runtime::{
    apps::{self, Account, App, AppError, Limits, Observed, Page, Pulled, Write, Written},
    cycle::{Allowed, Connection, Host, KEPT, Overview, PAGE, fingerprint},
    store::{Sqlite, Store as _, id_kind, mark},
    world::World,
};
use uuid::Uuid;

const RULES: &str = "sync phone <-> laptop\n\nmatch email\n\n\
    when phone.category == \"private\" then laptop.nickname = \"private\"\n";

struct Yes;

impl Host for Yes {
    fn phase(&mut self, _: &str, _: Option<u64>) {}
    fn advance(&mut self, _: u64) {}
    fn approve(&mut self, _: &Overview<'_>) -> bool {
        true
    }
}

/// An address book that makes its cards up.
struct Book {
    /// Reads the cards: the app for vCard folders.
    inner: Box<dyn App>,
    end: End,
    contacts: usize,
    /// Whose title somebody changed since the cursor.
    changed: BTreeSet<usize>,
}

impl Book {
    fn card(&self, number: usize) -> Observed {
        let title = if self.changed.contains(&number) { "Director" } else { "Manager" };
        let spelling = if self.end == End::Left { "" } else { "item1." };
        let raw = format!(
            "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:person-{number}\r\nFN:Given{number} Family{number}\r\n\
             N:Family{number};Given{number};;;\r\nORG:Company {company};Sales\r\nTITLE:{title}\r\n\
             {spelling}EMAIL;TYPE=INTERNET:person{number}@example.com\r\nTEL;TYPE=CELL:+1202{phone:07}\r\n\
             ADR;TYPE=WORK:;;{number} Main Street;Springfield;IL;62701;USA\r\n\
             NOTE:Met at the fair in hall {company}\\, wants the catalogue and a call in spring.\r\nEND:VCARD\r\n",
            company = number % 997,
            phone = number % 10_000_000
        );
        // In the order of neither book, as ids are.
        let id = Uuid::new_v5(&Uuid::NAMESPACE_OID, format!("{:?} {number}", self.end).as_bytes()).to_string();
        Observed { id, version: None, raw: raw.into_bytes(), deleted: false, edited: None, aliases: Vec::new() }
    }
}

#[async_trait]
impl App for Book {
    async fn identity(&self) -> Result<String, AppError> {
        Ok(format!("{:?}", self.end))
    }

    async fn pull(&self, cursor: Option<&str>, page: &mut Page<'_>) -> Result<Pulled, AppError> {
        let numbers: Vec<usize> = match cursor {
            None => (0..self.contacts).collect(),
            Some(_) => self.changed.iter().copied().collect(),
        };
        for numbers in numbers.chunks(1000) {
            page(numbers.iter().map(|number| self.card(*number)).collect())?;
        }
        Ok(Pulled { cursor: Some("now".to_owned()), complete: cursor.is_none(), ..Pulled::default() })
    }

    async fn get(&self, ids: &[String]) -> Result<Vec<Option<Observed>>, AppError> {
        Ok(vec![None; ids.len()])
    }

    async fn find_created(&self, _: Uuid, _: &Record) -> Result<Option<Observed>, AppError> {
        Ok(None)
    }

    fn decode(&self, raw: &[u8]) -> Result<Record, AppError> {
        self.inner.decode(raw)
    }

    async fn push(&self, writes: &[Write]) -> Vec<Result<Written, AppError>> {
        let written = |write: &Write| match write {
            Write::Update { id, raw, .. } => Written {
                now: Observed {
                    id: id.clone(),
                    version: None,
                    raw: String::from_utf8_lossy(raw).replace("Manager", "Director").into_bytes(),
                    deleted: false,
                    edited: None,
                    aliases: Vec::new(),
                },
            },
            other => panic!("{other:?} was not to be written"),
        };
        writes.iter().map(|write| Ok(written(write))).collect()
    }

    fn limits(&self) -> Limits {
        self.inner.limits()
    }

    async fn discover(&self) -> Result<schema::Pulled, AppError> {
        self.inner.discover().await
    }
}

fn program(rules: &str) -> Program {
    let schemas = ["phone", "laptop"].map(|name| {
        let app = Schema::clone(schema::builtin("vcard").expect("vCard is built in"));
        AccountSchema { name: name.to_owned(), app }
    });
    let mut database = Database::default();
    database.set_accounts(schemas.into());
    database.set_file("scale.sync", rules.to_owned());
    let checked = database.check("scale.sync").expect("the file is there");
    let program = checked.program.unwrap_or_else(|| panic!("{:#?}", checked.diagnostics));
    Program::clone(&program)
}

fn book(program: &Program, end: End, contacts: usize, folder: &Path, world: &World) -> Book {
    let side = program.side(end);
    let account = Account {
        name: side.account.clone(),
        app: side.app.clone(),
        settings: [("path".to_owned(), "cards".to_owned().into())].into(),
        folder: folder.to_owned(),
        secret: None,
        webhook_secret: None,
        region: None,
    };
    let inner = apps::open(side, &account, world).expect("a folder");
    Book { inner, end, contacts, changed: BTreeSet::new() }
}

fn connect<'a>(rules: &'a Program, books: &'a [Book; 2], store: &'a mut Sqlite, world: &'a World) -> Connection<'a> {
    Connection {
        program: rules,
        fingerprint: fingerprint(rules),
        settings: ["left".to_owned(), "right".to_owned()],
        canon: [Canon::default(), Canon::default()],
        apps: [&books[0], &books[1]],
        store,
        world,
        page: PAGE,
        kept: KEPT,
    }
}

/// CPU time of this process so far: user and system.
fn cpu() -> Duration {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect::<Vec<_>>();
    let ticks = |nth: usize| fields.get(nth).and_then(|field| field.parse::<u64>().ok()).unwrap_or_default();
    Duration::from_millis((ticks(11) + ticks(12)) * 10)
}

/// The most memory that this process held so far, in MiB.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse::<u64>().ok()).unwrap_or_default() / 1024
}

fn measured<T>(what: &str, times: u32, mut run: impl FnMut() -> T) -> T {
    let (wall, before) = (std::time::Instant::now(), cpu());
    let mut last = run();
    for _ in 1..times {
        last = run();
    }
    let (wall, used) = (wall.elapsed() / times, (cpu() - before) / times);
    println!("{what:46} {:>9.1} ms CPU {:>9.1} ms wall, {:>5} MiB at most so far", ms(used), ms(wall), peak());
    last
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

fn main() {
    let contacts = std::env::var("CONTACTS").ok().and_then(|count| count.parse().ok()).unwrap_or(100_000);
    let folder = tempfile::tempdir().expect("a folder");
    fs::create_dir(folder.path().join("cards")).expect("a folder of cards");
    let file = folder.path().join("memory.db");
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let world = World::real();
    let rules = program(RULES);
    let mut books = End::BOTH.map(|end| book(&rules, end, contacts, folder.path(), &world));
    let everything =
        Allowed { guards: syncc_runtime::engine::Guard::NAMES.map(str::to_owned).to_vec(), ..Allowed::default() };

    let cycle = |rules: &Program, books: &[Book; 2], plan: bool| {
        let mut store = Sqlite::open(&file, "scale").expect("a store");
        let mut connection = connect(rules, books, &mut store, &world);
        let report = if plan {
            runtime.block_on(connection.look(&everything, None, &mut Yes, &mut |_| ())).expect("a plan").report
        } else {
            runtime.block_on(connection.run(&everything, &mut Yes)).expect("a run")
        };
        report.tallies[0]
    };
    let audit = |rules: &Program, books: &[Book; 2]| {
        let mut store = Sqlite::look(&file).expect("a store").expect("a store");
        let mut aside = Sqlite::aside().expect("a store");
        let mut connection = connect(rules, books, &mut store, &world);
        runtime.block_on(connection.audit(&mut aside, &mut Yes)).expect("an audit").pairs
    };
    println!("{contacts} contacts on each side");
    let first = measured("plan of it: both sides read, nothing written", 1, || cycle(&rules, &books, true));
    assert_eq!(first.total(), contacts, "{first:?}");
    let first = measured("first sync: both sides read, everybody linked", 1, || cycle(&rules, &books, false));
    assert_eq!(first.total(), contacts, "{first:?}");
    measured("the next cycle", 1, || cycle(&rules, &books, false));
    let idle = measured("idle cycle", 10, || cycle(&rules, &books, false));
    assert_eq!((idle.in_sync, idle.created + idle.updated + idle.deleted), (contacts, 0), "{idle:?}");
    measured("plan of everybody, nothing to do", 10, || cycle(&rules, &books, true));
    books[0].changed = (0..contacts / 100).map(|number| number * 100).collect();
    let changed = measured("1 % changed", 1, || cycle(&rules, &books, false));
    assert_eq!(changed.total(), contacts, "{changed:?}");
    books[0].changed.clear();
    measured("the cycle after it", 1, || cycle(&rules, &books, false));
    let others = program(&RULES.replace("\"private\"\n", "\"family\"\n"));
    measured("plan by other rules: everybody planned anew", 1, || cycle(&others, &books, true));
    let left_out = End::BOTH.map(|end| (end, books[end.index()].card(7).id));
    let marks = left_out.each_ref().map(|(end, id)| mark("salt", id_kind(*end), id));
    measured("somebody is forgotten: the store written anew", 1, || {
        let mut store = Sqlite::open(&file, "scale").expect("a store");
        store.forget(&left_out, &marks, "salt", world.clock.now()).expect("one is forgotten")
    });
    measured("after it: both sides read anew", 1, || cycle(&rules, &books, false));
    let idle = measured("idle cycle after that", 10, || cycle(&rules, &books, false));
    assert_eq!(idle.total(), contacts - 1, "{idle:?}");
    let found = measured("audit: both sides read and compared", 1, || audit(&rules, &books));
    assert_eq!(found, contacts - 1);
    let size = |name: &str| fs::metadata(folder.path().join(name)).map_or(0, |data| data.len());
    let bytes = size("memory.db") + size("memory.db-wal");
    println!("the store has {} bytes a contact", bytes / u64::try_from(contacts.max(1)).unwrap_or(1));
}
