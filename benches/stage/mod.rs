//! What the benches of whole syncs stand on: address books, workspaces, a real server, and what a command costs.

#![allow(dead_code, reason = "each bench uses its own part")]

use std::{
    collections::HashMap,
    fs,
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value as Json;

/// What one run of a command cost.
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    /// User and system time of the command.
    pub(crate) cpu: Duration,
    /// In MiB.
    pub(crate) memory: f64,
    pub(crate) out: Vec<u8>,
}

impl Cost {
    /// The one document that `syncc --format json` printed.
    pub(crate) fn report(&self) -> Json {
        serde_json::from_slice(&self.out).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&self.out)))
    }

    /// The requests that it says that it sent.
    pub(crate) fn requests(&self) -> u64 {
        self.report()["requests"].as_array().into_iter().flatten().filter_map(Json::as_u64).sum()
    }
}

/// `syncc run --once --yes` of a workspace.
pub(crate) fn syncc(workspace: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_syncc"));
    command.args(["run", "--once", "--yes", "--format", "json"]).arg(workspace);
    command.envs([("SYNCC_A_SECRET", "any"), ("SYNCC_B_SECRET", "any")]);
    command
}

/// Runs a command to its end and watches it. It must end well.
pub(crate) fn run(mut command: Command) -> Cost {
    let before = children();
    let start = Instant::now();
    let mut child =
        command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap_or_else(|why| panic!("{command:?}: {why}"));
    let mut memory = 0.0_f64;
    // Whether it has ended is asked often, its memory seldom: looking at that makes it wait.
    for looks in 0_u32.. {
        if child.try_wait().expect("a child").is_some() {
            break;
        }
        if looks.is_multiple_of(10) {
            memory = memory.max(peak(child.id()));
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    let wall = start.elapsed();
    let ended = child.wait_with_output().expect("an output");
    assert!(ended.status.success(), "{command:?}: {}", String::from_utf8_lossy(&ended.stdout));
    Cost { wall, cpu: children().saturating_sub(before), memory, out: ended.stdout }
}

/// User and system time of all commands that have ended.
fn children() -> Duration {
    times("/proc/self/stat", [15, 16])
}

/// User and system time of a running process.
pub(crate) fn cpu_of(process: u32) -> Duration {
    times(&format!("/proc/{process}/stat"), [13, 14])
}

/// The sum of two fields of a `stat` of the kernel, which count hundredths of a second (proc(5); numbered from 0).
fn times(stat: &str, fields: [usize; 2]) -> Duration {
    let stat = fs::read_to_string(stat).unwrap_or_default();
    // The second field is a name in parentheses that may hold blanks.
    let rest = stat.rsplit_once(") ").map(|(_, rest)| rest).unwrap_or_default();
    let hundredths = fields.iter().filter_map(|field| rest.split(' ').nth(field - 2)?.parse::<u64>().ok());
    Duration::from_millis(10 * hundredths.sum::<u64>())
}

/// The one in the middle.
pub(crate) fn median(mut all: Vec<f64>) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get(all.len() / 2).copied().unwrap_or_default()
}

/// The most memory that a process held so far, in MiB.
fn peak(pid: u32) -> f64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().split(' ').next()?.parse::<f64>().ok()).unwrap_or_default() / 1024.0
}

/// The card of one of many people.
pub(crate) fn card(number: usize) -> String {
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

/// A workspace that syncs the accounts `a` and `b` with these settings.
pub(crate) fn workspace(a: &str, b: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let settings = format!("edition = \"2026\"\n[accounts.a]\n{a}\n[accounts.b]\n{b}\n");
    fs::write(folder.path().join("ab.sync"), "sync a <-> b\nmatch email\n").expect("a file");
    fs::write(folder.path().join("syncc.toml"), settings).expect("a file");
    folder
}

/// A Radicale with one book, filled with cards in one request.
pub(crate) struct Book {
    pub(crate) server: Child,
    pub(crate) url: String,
    folder: tempfile::TempDir,
}

impl Book {
    /// Starts it with so many cards.
    pub(crate) fn start(cards: usize) -> Self {
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
        let book = Self { server, url: format!("http://{address}/ann/contacts/"), folder };
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

    /// What another client does: it writes this card again, with another note.
    pub(crate) fn edit(&self, numbers: impl Iterator<Item = usize>, note: &str) {
        let names = self.names();
        tokio::runtime::Runtime::new().expect("a runtime").block_on(async {
            let client = reqwest::Client::new();
            for number in numbers {
                let name = names.get(&format!("person-{number}")).expect("the card");
                let put = client.put(format!("{}{name}", self.url)).basic_auth("ann", Some("any"));
                let put = put.header("content-type", "text/vcard").body(card(number).replace("met at the fair", note));
                assert!(put.send().await.expect("an answer").status().is_success());
            }
        });
    }

    /// The names of the cards by their unique ids.
    fn names(&self) -> HashMap<String, String> {
        let folder = self.folder.path().join("collection-root/ann/contacts");
        let entries = fs::read_dir(folder).expect("the book").map(|entry| entry.expect("a card").path());
        let cards = entries.filter(|path| path.extension().is_some_and(|kind| kind == "vcf"));
        let named = cards.filter_map(|path| {
            let text = fs::read_to_string(&path).ok()?;
            let uid = text.lines().find_map(|line| line.strip_prefix("UID:"))?.trim().to_owned();
            Some((uid, path.file_name()?.to_string_lossy().into_owned()))
        });
        named.collect()
    }

    /// The account of the book in `syncc.toml`.
    pub(crate) fn settings(&self) -> String {
        format!("app = \"carddav\"\nurl = \"{}\"\nuser = \"ann\"", self.url)
    }
}

impl Drop for Book {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
