//! Whole syncs of the built command: wall time, peak memory, requests against the least possible number.
//!
//! `cargo bench --bench sync` syncs 10,000 contacts between two vCard folders, and address books on two real
//! Radicale servers (`tests/install carddav` first). `CONTACTS=1000` changes the number. Prints medians of the runs
//! that can be repeated. Radicale itself takes up to 375 ms for each new card in a full book, so creation there is
//! measured with a tenth of the contacts, and the first sync of full books with books that hold the same people.

#![allow(clippy::print_stdout, clippy::expect_used, clippy::panic, reason = "a measurement")]

use std::{
    fmt::Write as _,
    fs,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value as Json;

/// What one run of the command cost.
struct Cost {
    wall: Duration,
    /// In MiB.
    memory: f64,
    report: Json,
}

/// Runs `syncc run --once --yes` and watches it.
fn run(workspace: &Path) -> Cost {
    let start = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_syncc"))
        .args(["run", "--once", "--yes", "--format", "json"])
        .arg(workspace)
        .envs([("SYNCC_A_SECRET", "any"), ("SYNCC_B_SECRET", "any")])
        .stdout(Stdio::piped())
        .spawn()
        .expect("the command starts");
    let mut memory = 0.0_f64;
    while child.try_wait().expect("a child").is_none() {
        memory = memory.max(peak(child.id()));
        std::thread::sleep(Duration::from_millis(2));
    }
    let wall = start.elapsed();
    let out = child.wait_with_output().expect("an output").stdout;
    let report = serde_json::from_slice(&out).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&out)));
    Cost { wall, memory, report }
}

/// The most memory that a process held so far, in MiB.
fn peak(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse::<f64>().ok()).unwrap_or_default() / 1024.0
}

fn card(number: usize) -> String {
    format!(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:person-{number}\r\nFN:Given{number} Family{number}\r\n\
         N:Family{number};Given{number};;;\r\nEMAIL;TYPE=INTERNET:person{number}@example.com\r\n\
         TEL;TYPE=CELL:+1 808 555 {:04}\r\nORG:Company {};Sales\r\n\
         ADR;TYPE=WORK:;;{number} Main Street;Honolulu;HI;96813;USA\r\nNOTE:met at the fair\r\n\
         CATEGORIES:Team\r\nEND:VCARD\r\n",
        number % 10_000,
        number % 97,
    )
}

fn tell(what: &str, least: Option<usize>, runs: &[Cost]) {
    let mut walls: Vec<_> = runs.iter().map(|cost| cost.wall.as_secs_f64()).collect();
    walls.sort_by(f64::total_cmp);
    let median = walls.get(walls.len() / 2).copied().unwrap_or_default();
    let memory = runs.iter().map(|cost| cost.memory).fold(0.0, f64::max);
    let mut line = format!("{what:<58} {median:>8.2} s {memory:>7.0} MiB");
    if let (Some(least), Some(last)) = (least, runs.last()) {
        let requests: u64 = last.report["requests"].as_array().into_iter().flatten().filter_map(Json::as_u64).sum();
        let _ = write!(line, " {requests:>6} requests, least {least}");
    }
    println!("{line}");
    for side in ["left", "right"] {
        assert_eq!(runs.last().map(|cost| &cost.report[side]["failed"]), Some(&Json::from(0)), "{what}");
    }
}

fn workspace(a: &str, b: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = format!("edition = \"2026\"\n[accounts.a]\n{a}\n[accounts.b]\n{b}\n");
    fs::write(folder.path().join("ab.sync"), "sync a <-> b\nmatch email\n").expect("a file");
    fs::write(folder.path().join("syncc.toml"), settings).expect("a file");
    folder
}

fn folders(contacts: usize) {
    let people = tempfile::tempdir().expect("a folder");
    let (a, b) = (people.path().join("a"), people.path().join("b"));
    fs::create_dir_all(&a).and_then(|()| fs::create_dir_all(&b)).expect("folders");
    for number in 0..contacts {
        fs::write(a.join(format!("{number}.vcf")), card(number)).expect("a card");
    }
    let settings = |path: &Path| format!("app = \"vcard\"\npath = \"{}\"", path.display());
    let workspace = workspace(&settings(&a), &settings(&b));
    tell(&format!("two vCard folders, first sync of {contacts}"), None, &[run(workspace.path())]);
    let idle: Vec<_> = (0..5).map(|_| run(workspace.path())).collect();
    tell(&format!("two vCard folders, nothing changed of {contacts}"), None, &idle);
    for number in (0..contacts).step_by(100) {
        let path = a.join(format!("{number}.vcf"));
        fs::write(path, card(number).replace("met at the fair", "called back")).expect("a card");
    }
    tell(&format!("two vCard folders, 1 % changed of {contacts}"), None, &[run(workspace.path())]);
}

/// A Radicale with one book, filled with cards in one request.
struct Book {
    server: Child,
    url: String,
    _folder: tempfile::TempDir,
}

impl Book {
    fn start(cards: usize) -> Self {
        let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/venv/bin/radicale");
        assert!(program.exists(), "Radicale is missing: run tests/install carddav");
        let folder = tempfile::tempdir().expect("a folder");
        let address = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port");
        let server = Command::new(program)
            .args(["--config", "", "--auth-type", "none", "--server-hosts", &address.to_string()])
            .arg("--storage-filesystem-folder")
            .arg(folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("Radicale starts");
        let book = Self { server, url: format!("http://{address}/ann/contacts/"), _folder: folder };
        let joined: String = (0..cards).map(card).collect();
        tokio::runtime::Runtime::new().expect("a runtime").block_on(book.fill(joined));
        book
    }

    async fn fill(&self, cards: String) {
        let client = reqwest::Client::new();
        let until = Instant::now() + Duration::from_secs(20);
        let mkcol = reqwest::Method::from_bytes(b"MKCOL").expect("a method");
        let body = "<mkcol xmlns=\"DAV:\" xmlns:C=\"urn:ietf:params:xml:ns:carddav\"><set><prop><resourcetype>\
                    <collection/><C:addressbook/></resourcetype></prop></set></mkcol>";
        loop {
            let sent = client.request(mkcol.clone(), &self.url).basic_auth("ann", Some("any")).body(body).send().await;
            match sent {
                Ok(answer) if answer.status().is_success() => break,
                other => assert!(Instant::now() < until, "{other:?}"),
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        if !cards.is_empty() {
            let put = client.put(&self.url).basic_auth("ann", Some("any")).header("content-type", "text/vcard");
            let answer = put.body(cards).send().await.expect("an answer");
            assert!(answer.status().is_success(), "{answer:?}");
        }
    }

    fn settings(&self) -> String {
        format!("app = \"carddav\"\nurl = \"{}\"\nuser = \"ann\"", self.url)
    }
}

impl Drop for Book {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

fn books(contacts: usize) {
    let few = contacts / 10;
    {
        let (a, b) = (Book::start(few), Book::start(0));
        let workspace = workspace(&a.settings(), &b.settings());
        tell(&format!("two Radicale books, {few} created"), Some(few + 3), &[run(workspace.path())]);
    }
    let (a, b) = (Book::start(contacts), Book::start(contacts));
    let workspace = workspace(&a.settings(), &b.settings());
    tell(&format!("two Radicale books, first sync of the same {contacts}"), Some(4), &[run(workspace.path())]);
    let idle: Vec<_> = (0..5).map(|_| run(workspace.path())).collect();
    tell(&format!("two Radicale books, nothing changed of {contacts}"), Some(2), &idle);
}

fn main() {
    let contacts = std::env::var("CONTACTS").ok().and_then(|text| text.parse().ok()).unwrap_or(10_000);
    println!("{:<58} {:>10} {:>11}", "whole command, release build", "wall", "peak");
    folders(contacts);
    books(contacts);
}
