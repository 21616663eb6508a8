//! Every door through which outside data comes in, each taking any bytes. The fuzz targets (`runtime/fuzz`) and the
//! tests beside this file go through the same doors.
//!
//! What must hold: no panic, no loop without end, and what was not changed by a write is as it was before it.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use jiff::Timestamp;
use syncc_compiler::ir::{End, Side};
use syncc_runtime::{
    apps::{App, Observed, Write, open},
    cycle::SavedPlan,
    store::{Asked, Sqlite, Store as _, TakeOver},
    workspace::Built,
    world::{Chance, Clock, Http, HttpError, Request, Response, World},
};

use crate::side::{account, side, update};

/// A door: its name and what takes the bytes.
pub(crate) type Door = (&'static str, fn(&[u8]));

/// All of them.
pub(crate) const DOORS: [Door; 9] = [
    ("card", card),
    ("table", table),
    ("multistatus", multistatus),
    ("answer", answer),
    ("header", header),
    ("export", export),
    ("cursor", cursor),
    ("saved", saved),
    ("memory", memory),
];

/// How many requests one reading may take: more means that it goes round.
const MOST_REQUESTS: u64 = 500;

/// A vCard in a folder: read, written to, and read again.
pub(crate) fn card(bytes: &[u8]) {
    rewritten("vcard", "path = \"cards\"", &|folder| {
        fs::create_dir_all(folder.join("cards")).expect("a folder");
        fs::write(folder.join("cards/one.vcf"), bytes).expect("a file");
    });
}

/// A CSV file: read, written to, and read again.
pub(crate) fn table(bytes: &[u8]) {
    rewritten("csv", "path = \"people.csv\"", &|folder| {
        fs::write(folder.join("people.csv"), bytes).expect("a file");
    });
}

/// What a CardDAV server answers to everything.
pub(crate) fn multistatus(bytes: &[u8]) {
    let side = side("carddav");
    let folder = tempfile::tempdir().expect("a folder");
    let settings = "url = \"https://dav.example/book/\"\nuser = \"ann\"";
    let account = account("carddav", folder.path(), settings, Some("secret"));
    let world = world(207, &[("content-type", "application/xml"), ("etag", "\"1\"")], bytes);
    if let Ok(app) = open(&side, &account, &world) {
        read(&*app, None);
        read(&*app, Some("{}"));
    }
}

/// What an app that is data answers to everything, as JSON through its manifest. The first byte says with which status.
pub(crate) fn answer(bytes: &[u8]) {
    let (first, body) = bytes.split_first().unwrap_or((&0, &[]));
    let status = [200, 200, 200, 400, 403, 404, 409, 410, 429, 500][usize::from(*first) % 10];
    for (app, object) in [("google", "site = \"s\""), ("realgeeks", "site = \"s\"\nuser = \"u\"")] {
        let side = side(app);
        let folder = tempfile::tempdir().expect("a folder");
        let Ok(app) = open(&side, &account(app, folder.path(), object, Some("secret")), &world(status, &[], body))
        else {
            continue;
        };
        read(&*app, None);
        wait(app.get(&["people/c1".to_owned(), "a27c20af-4497-415d-9e4e-7334dd1d40d2".to_owned()])).ok();
        if let Ok(record) = app.decode(body) {
            let create = Write::Create { op: uuid::Uuid::nil(), record };
            wait(app.push(&[create]));
        }
    }
}

/// The header that says how long to wait.
pub(crate) fn header(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    for status in [429, 503] {
        let side = side("google");
        let folder = tempfile::tempdir().expect("a folder");
        let headers = [("retry-after", text.as_str()), ("link", text.as_str()), ("content-type", text.as_str())];
        let app = open(&side, &account("google", folder.path(), "", Some("secret")), &world(status, &headers, b"{}"));
        read(&*app.expect("the account is right"), None);
    }
}

/// The exported file of an app that cannot list.
pub(crate) fn export(bytes: &[u8]) {
    let side = side("realgeeks");
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("leads.csv"), bytes).expect("a file");
    let settings = "site = \"s\"\nuser = \"u\"\nexport = \"leads.csv\"";
    let account = account("realgeeks", folder.path(), settings, Some("secret"));
    let app = open(&side, &account, &world(404, &[], b"{}")).expect("the account is right");
    for seen in read(&*app, None) {
        app.decode(&seen.raw).ok();
    }
}

/// Where to go on reading, as it is remembered.
pub(crate) fn cursor(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let apps = [
        ("google", ""),
        ("carddav", "url = \"https://dav.example/book/\"\nuser = \"ann\""),
        ("csv", "path = \"people.csv\""),
        ("vcard", "path = \"cards\""),
        ("realgeeks", "site = \"s\"\nuser = \"u\""),
    ];
    for (app, settings) in apps {
        let side = side(app);
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(folder.path().join("cards")).expect("a folder");
        fs::write(folder.path().join("people.csv"), "id,email\n1,ann@x.example\n").expect("a file");
        let account = account(app, folder.path(), settings, Some("secret"));
        if let Ok(app) = open(&side, &account, &world(200, &[], b"{}")) {
            read(&*app, Some(&text));
        }
    }
}

/// A saved plan, and a built file.
pub(crate) fn saved(bytes: &[u8]) {
    if let Ok(plan) = serde_json::from_slice::<SavedPlan>(bytes) {
        assert_eq!(plan.is_known(), plan.clone().is_known());
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("rules.syncc");
    fs::write(&path, bytes).expect("a file");
    Built::read(&path).map(|built| built.programs.len()).ok();
}

/// A backup that came back damaged: these bytes are written over a sound one, at the place that the first two say.
/// Either it is refused, or what is restored can be read.
pub(crate) fn memory(bytes: &[u8]) {
    let folder = tempfile::tempdir().expect("a folder");
    let (store, copy) = (folder.path().join("store.db"), folder.path().join("copy.db"));
    let mut sound = sound();
    let place = bytes.first_chunk::<2>().map_or(0, |two| usize::from(u16::from_be_bytes(*two))) % sound.len();
    let over = bytes.get(2..).unwrap_or_default();
    let end = (place + over.len()).min(sound.len());
    sound[place..end].copy_from_slice(&over[..end - place]);
    fs::write(&copy, &sound).expect("a file");
    if Sqlite::restore(&copy, &store, "hostile", Timestamp::UNIX_EPOCH, TakeOver::Since).is_err() {
        assert!(!store.exists(), "what was refused is not in the place of the store");
        return;
    }
    let Ok(store) = Sqlite::open(&store, "hostile") else { return };
    for end in End::BOTH {
        store.seen(end).ok();
        store.cursor(end).ok();
    }
    store.links().ok();
    store.history(&Asked::default()).ok();
    store.open_entries().ok();
}

/// The bytes of a store with something in it.
fn sound() -> Vec<u8> {
    static SOUND: Mutex<Vec<u8>> = Mutex::new(Vec::new());
    let mut sound = SOUND.lock().unwrap_or_else(PoisonError::into_inner);
    if sound.is_empty() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, copy) = (folder.path().join("store.db"), folder.path().join("copy.db"));
        let mut store = Sqlite::open(&path, "hostile").expect("a store");
        for end in End::BOTH {
            store.begin_listing(end).expect("a listing");
            let seen: Vec<Observed> = (0..40).map(|nth| observed(&format!("r{nth}"))).collect();
            store.observe(end, &seen).expect("a page");
            store.end_listing(end, true, Some("cursor"), &[]).expect("its end");
        }
        drop(store);
        assert!(Sqlite::backup(&path, "hostile", &copy).expect("a backup"));
        *sound = fs::read(&copy).expect("the backup");
    }
    sound.clone()
}

fn observed(id: &str) -> Observed {
    let raw = format!("{{\"id\":\"{id}\"}}").into_bytes();
    Observed {
        id: id.to_owned(),
        version: Some("1".to_owned()),
        raw,
        deleted: false,
        edited: None,
        aliases: Vec::new(),
    }
}

/// Reads files, changes a name in each record, and holds everything else against what it was.
fn rewritten(app: &str, settings: &str, put: &dyn Fn(&Path)) {
    let side = side(app);
    let folder = tempfile::tempdir().expect("a folder");
    put(folder.path());
    let account = account(app, folder.path(), settings, None);
    let Ok(app) = open(&side, &account, &world(404, &[], b"")) else { return };
    for seen in read(&*app, None).into_iter().take(4) {
        let Ok(before) = app.decode(&seen.raw) else { continue };
        let Some(field) = named(&side) else { return };
        let write = update(&side, &*app, &seen, &[(field, "Zoë; \"Q\", the\\ 1st")]);
        let Some(Ok(written)) = wait(app.push(&[write])).into_iter().next() else { continue };
        let after = app.decode(&written.now.raw).expect("what we wrote reads");
        for ((known, before), after) in side.fields.iter().zip(before.values()).zip(after.values()) {
            if before.is_known() && after.is_known() && !touches(field, &known.name) {
                assert_eq!(before, after, "`{}` changed with `{field}`", known.name);
            }
        }
    }
}

/// The field that is changed: one with text that nothing else is made of.
fn named(side: &Side) -> Option<&'static str> {
    ["note", "company", "title"].into_iter().find(|name| side.field(name).is_some())
}

/// Whether a field is, or shows, the one that is changed.
fn touches(changed: &str, field: &str) -> bool {
    field == changed || (changed == "note" && field == "notes")
}

/// Everything that a pull hands over before it ends or fails.
fn read(app: &dyn App, cursor: Option<&str>) -> Vec<Observed> {
    let mut all = Vec::new();
    let mut page = |some: Vec<Observed>| {
        all.extend(some);
        Ok(())
    };
    if let Ok(pulled) = wait(app.pull(cursor, &mut page))
        && cursor.is_none()
        && let Some(next) = pulled.cursor
    {
        // What it gives out it takes back.
        let mut ignored = |_: Vec<Observed>| Ok(());
        wait(app.pull(Some(&next), &mut ignored)).ok();
    }
    for seen in &all {
        app.decode(&seen.raw).ok();
    }
    all
}

fn wait<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(future)
}

/// A world in which every request gets the same answer, and waiting takes no time.
fn world(status: u16, headers: &[(&str, &str)], body: &[u8]) -> World {
    let headers = headers.iter().map(|(name, text)| ((*name).to_owned(), (*text).to_owned())).collect();
    let same = Arc::new(Same {
        answer: Response { status, headers, body: body.to_vec() },
        asked: AtomicU64::new(0),
        now: Mutex::new(Timestamp::UNIX_EPOCH),
    });
    World::new(same.clone(), same.clone(), same)
}

struct Same {
    answer: Response,
    asked: AtomicU64,
    now: Mutex<Timestamp>,
}

#[async_trait]
impl Http for Same {
    async fn send(&self, _: Request) -> Result<Response, HttpError> {
        let asked = self.asked.fetch_add(1, Ordering::Relaxed);
        assert!(asked < MOST_REQUESTS, "it asks again and again");
        Ok(self.answer.clone())
    }
}

#[async_trait]
impl Clock for Same {
    fn now(&self) -> Timestamp {
        *self.now.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn sleep(&self, time: Duration) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        *now = now.checked_add(time).unwrap_or(*now);
    }
}

impl Chance for Same {
    fn bits(&self) -> u128 {
        u128::from(self.asked.load(Ordering::Relaxed)) << 64 | 0x9e37_79b9_7f4a_7c15
    }
}

/// Seeds: what the doors are used to.
pub(crate) fn seeds() -> BTreeMap<&'static str, Vec<Vec<u8>>> {
    let of = |texts: &[&str]| texts.iter().map(|text| text.as_bytes().to_vec()).collect::<Vec<_>>();
    BTreeMap::from([
        ("card", of(&CARDS)),
        ("table", of(&TABLES)),
        ("multistatus", of(&MULTISTATUS)),
        ("answer", of(&ANSWERS)),
        ("header", of(&["7", "0", "-1", "99999999999999999999", "Wed, 21 Oct 2026 07:28:00 GMT", "1.5", " 3 "])),
        ("export", of(&["id;email;tags\na27c20af-4497-415d-9e4e-7334dd1d40d2;ann@x.example;A|B\n", "id;\n;;;\n"])),
        (
            "cursor",
            of(&[
                r#"{"token":"t","since":"2026-01-01T00:00:00Z","asked":"","tables":{}}"#,
                r#"{"mirror":"m","changed":9223372036854775807,"export":null}"#,
                "{}",
                "null",
            ]),
        ),
        (
            "saved",
            of(&[
                r#"{"form":1,"connection":"a","rules":"r","made":"2026-01-01T00:00:00Z","contacts":[]}"#,
                "{\"syncc\":\"built\",\"form\":1,\"by\":\"x\",\"program\":1,\"sha256\":\"\"}\n{}\n",
            ]),
        ),
        ("memory", vec![vec![0, 0, 0], vec![0, 18, 9, 9], vec![1, 0, 255, 255, 255], vec![16, 0, 13, 0, 0, 0, 1]]),
    ])
}

const CARDS: [&str; 3] = [
    "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u1\r\nFN:Ann Bee\r\nN:Bee;Ann;;;\r\nEMAIL;TYPE=HOME,pref:ann@x.example\r\n\
     item1.TEL;TYPE=CELL:+1 808 555 0101\r\nitem1.X-ABLABEL:Boat\r\nNOTE:a\\, b\\; c\\nd\r\nCATEGORIES:A,B\\,C\r\n\
     ADR;TYPE=WORK:;;1 St;Kona;HI;96740;USA\r\nBDAY:1980-02-29\r\nX-SYNCC:1\r\nEND:VCARD\r\n",
    "BEGIN:VCARD\nVERSION:4.0\nFN:L\u{e9}a\nN:;;;;\nTEL;VALUE=uri;PREF=1:tel:+1-808-555-0101;ext=5\nORG:Bee\\, Ltd;Sales\n\
     NOTE:a long line that is folded\n  here\n\t and here\nURL:https://x.example\nEND:VCARD\n",
    "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:B=C3=A9;Ann\r\nTEL;HOME:1\r\n\
     NOTE;ENCODING=QUOTED-PRINTABLE:one=\r\n two\r\nPHOTO;ENCODING=BASE64:AAAA\r\n\r\nEND:VCARD\r\n",
];

const TABLES: [&str; 3] = [
    "id,email,phone,first_name,note\n1,ann@x.example,+18085550101,Ann,\"a, b\"\n2,bob@x.example,,Bob,\"say \"\"hi\"\"\"\n",
    "\u{feff}Email;Note\r\nann@x.example;one\r\n;\r\n",
    "email\nann@x.example\n\"open\n",
];

const MULTISTATUS: [&str; 2] = [
    "<?xml version=\"1.0\"?><d:multistatus xmlns:d=\"DAV:\" xmlns:c=\"urn:ietf:params:xml:ns:carddav\"><d:response>\
     <d:href>/book/a.vcf</d:href><d:propstat><d:prop><d:getetag>\"1\"</d:getetag><d:resourcetype><d:collection/>\
     <c:addressbook/></d:resourcetype><c:address-data>BEGIN:VCARD&#13;\nVERSION:3.0\nUID:u\nFN:A\nEND:VCARD\n\
     </c:address-data><d:current-user-principal><d:href>/p/</d:href></d:current-user-principal></d:prop>\
     <d:status>HTTP/1.1 200 OK</d:status></d:propstat></d:response><d:sync-token>t</d:sync-token></d:multistatus>",
    "<multistatus xmlns=\"DAV:\"><response><href>/book/</href><status>HTTP/1.1 404 Not Found</status></response>\
     <response><href>%2Fbook%2Fa.vcf</href><propstat><prop/><status>HTTP/1.1</status></propstat></response></multistatus>",
];

const ANSWERS: [&str; 4] = [
    "\u{0}{\"connections\":[{\"resourceName\":\"people/c1\",\"etag\":\"e\",\"names\":[{\"givenName\":\"Ann\",\"metadata\":\
     {\"primary\":true,\"source\":{\"type\":\"CONTACT\",\"id\":\"1\"}}}],\"emailAddresses\":[{\"value\":\"a@x.example\"}],\
     \"birthdays\":[{\"date\":{\"year\":1980,\"month\":2,\"day\":29}}],\"memberships\":[{\"contactGroupMembership\":\
     {\"contactGroupResourceName\":\"contactGroups/a\"}}]}],\"totalItems\":1,\"nextSyncToken\":\"t\",\"contactGroups\":\
     [{\"resourceName\":\"contactGroups/a\",\"name\":\"A\"}],\"responses\":[]}",
    "\u{0}{\"connections\":[{}],\"nextPageToken\":\"again\",\"totalItems\":-1}",
    "\u{3}{\"error\":{\"code\":400,\"message\":\"Sync token\",\"status\":\"X\",\"details\":[{\"reason\":\"EXPIRED_SYNC_TOKEN\"}]}}",
    "\u{0}{\"id\":\"a27c20af4497415d9e4e7334dd1d40d2\",\"email\":\"a@x.example\",\"tags\":[\"A\"],\"activities\":\
     [{\"type\":\"opted_out\",\"created\":\"2026-01-01T00:00:00Z\"}]}",
];
