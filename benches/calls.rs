//! Requests made, beside the least possible number, for each app that has a server to count at.
//!
//! `tests/install carddav`, then `cargo bench --bench calls`. Ends with an error if more than 1.05 times the least are
//! made. What the least is stands beside each case: it follows from what the app's interface takes in one request.

#![allow(clippy::print_stdout, clippy::expect_used, clippy::panic, reason = "a measurement")]

mod stage;

use std::{
    collections::BTreeMap,
    process::{Command, ExitCode},
};

use serde_json::json;
use stage::{Book, run, syncc, workspace};
use syncc_sandbox::{Options, Sandbox};

struct Table {
    well: bool,
}

impl Table {
    fn line(&mut self, what: &str, made: u64, least: u64, because: &str) {
        let within = made * 100 <= least * 105;
        self.well &= within;
        let mark = if within { "" } else { "  TOO MANY" };
        println!("{what:<44} {made:>7} {least:>7}  {because}{mark}");
    }
}

/// Two Radicale books, one of them empty.
fn books(contacts: usize, table: &mut Table) {
    let (a, b) = (Book::start(contacts), Book::start(0));
    let workspace = workspace(&a.settings(), &b.settings());
    let requests = || run(syncc(workspace.path())).requests();
    let n = contacts as u64;
    table.line(
        "CardDAV, first sync",
        requests(),
        n + 3,
        "a listing a side, a request a contact, one to read them back",
    );
    table.line("CardDAV, nothing changed", requests(), 2, "a question a side");
    let changed = (0..contacts).step_by(100);
    let k = changed.clone().count() as u64;
    a.edit(changed, "called back");
    table.line(
        "CardDAV, 1 % changed",
        requests(),
        k + 3,
        "a question a side, a request a contact, one to read them back",
    );
}

/// Practice Google Contacts and practice Real Geeks, by the rules of the example.
async fn practice(contacts: usize, table: &mut Table) {
    let options = Options { contacts, seed: 7, ..Options::default() };
    let sandbox = Sandbox::start(options).await.expect("the practice apps start");
    let (google, realgeeks) = (sandbox.google(), sandbox.realgeeks());
    let home = tempfile::tempdir().expect("a folder");
    let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/google-realgeeks/google-realgeeks.sync");
    std::fs::copy(rules, home.path().join("google-realgeeks.sync")).expect("the rules");
    let export = realgeeks.export.clone().expect("an export");
    let settings = format!(
        "edition = \"2026\"\nregion = \"US\"\n[accounts.google]\napp = \"google\"\nbase = \"{}\"\n[accounts.realgeeks]\n\
         app = \"realgeeks\"\nbase = \"{}\"\nsite = \"{}\"\nuser = \"{}\"\nexport = \"{}\"\n",
        google.base,
        realgeeks.base,
        realgeeks.site,
        realgeeks.user,
        export.display()
    );
    std::fs::write(home.path().join("syncc.toml"), settings).expect("a file");
    let command = || {
        let mut command: Command = syncc(home.path());
        command.env("SYNCC_GOOGLE_SECRET", &google.token);
        command.env("SYNCC_REALGEEKS_SECRET", &realgeeks.password);
        command.env("SYNCC_REALGEEKS_WEBHOOK_SECRET", &realgeeks.secret);
        command
    };
    let mut cycle = |what: &str| {
        [google, realgeeks].iter().for_each(|app| app.clear_requests());
        let report = tokio::task::block_in_place(|| run(command()).report());
        let wrote = |side: &str, what: &str| report[side][what].as_u64().unwrap_or_default();
        let made = [google, realgeeks].map(|app| app.exchanges());
        // Google: pages of 1,000, the groups and the name of the account at first; then batches of 200 of one kind. New
        // groups are made one at a time, after a look at those that are there.
        let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
        let mut groups = 0;
        for one in made[0].iter().filter(|one| one.seen.method == "POST") {
            let body = one.request.clone().unwrap_or_default();
            match body["contacts"]
                .as_array()
                .map(Vec::len)
                .or_else(|| body["contacts"].as_object().map(|all| all.len()))
            {
                Some(contacts) => *kinds.entry(body["updateMask"].to_string()).or_default() += contacts as u64,
                None => groups += 1,
            }
        }
        let asked = if what == "first sync" { (contacts as u64).div_ceil(1_000) + 2 } else { 1 };
        let least = asked + kinds.values().map(|contacts| contacts.div_ceil(200)).sum::<u64>() + groups + groups.min(1);
        table.line(&format!("Google, {what}"), made[0].len() as u64, least, "batches of 200 that change the same");
        // Real Geeks: one at a time, and its answers show nothing, so each is read back. At first, who the account is.
        let asked = u64::from(what == "first sync");
        let least = asked + 2 * (wrote("right", "created") + wrote("right", "updated"));
        table.line(
            &format!("Real Geeks, {what}"),
            made[1].len() as u64,
            least,
            "a request a contact, and one to read it back",
        );
    };
    cycle("first sync");
    cycle("nothing changed");
    let people = google.people();
    for person in people.iter().step_by(100) {
        let name = person["resourceName"].as_str().expect("a name");
        google.edit(name, &json!({ "biographies": [{ "value": "called back" }] })).expect("an edit");
    }
    cycle("1 % changed");
    sandbox.stop().await;
}

fn main() -> ExitCode {
    let contacts = std::env::var("CONTACTS").ok().and_then(|text| text.parse().ok()).unwrap_or(500);
    println!("{:<44} {:>7} {:>7}", format!("requests, {contacts} contacts"), "made", "least");
    let mut table = Table { well: true };
    books(contacts, &mut table);
    tokio::runtime::Runtime::new().expect("a runtime").block_on(practice(contacts, &mut table));
    println!("{:<44} {:>7} {:>7}  files on this machine", "CSV files, folders of vCards", 0, 0);
    if table.well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
