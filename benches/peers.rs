//! The same address books, kept in step by syncc and by others, in one run.
//!
//! `tests/install carddav peers`, then `cargo bench --bench peers`. Two folders of vCards by syncc, vdirsyncer and unison;
//! two books on Radicale by syncc and vdirsyncer, with the processor time of the command itself and of the servers, since
//! the wall time there is that of Radicale. `CONTACTS=1000` and `BOOKS=500` change the numbers, `ROUNDS=1` how often:
//! shown are medians. The tools take turns, so that whatever else the machine does falls on all of them.

#![allow(clippy::print_stdout, clippy::expect_used, clippy::panic, reason = "a measurement")]

mod stage;

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use stage::{Book, Cost, card, cpu_of, median, run, syncc, workspace};
use tempfile::TempDir;

/// What is measured of each tool, in seconds, by what it does.
type Figures = BTreeMap<(usize, &'static str, &'static str), Vec<[f64; 3]>>;

/// What is done, in order.
const DOES: [&str; 3] = ["first", "nothing changed", "1 % changed"];

fn number(variable: &str, usual: usize) -> usize {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

fn vdirsyncer() -> PathBuf {
    let program = Path::new(env!("CARGO_MANIFEST_DIR")).join("target/venv/bin/vdirsyncer");
    assert!(program.exists(), "vdirsyncer is missing: run tests/install carddav peers");
    program
}

/// A tool with two sides of its own.
struct Tool {
    name: &'static str,
    /// What holds its files; gone when it goes.
    _home: TempDir,
    command: Box<dyn Fn() -> Command>,
}

/// vdirsyncer between two storages, whose settings these are.
fn vdirsyncer_between(a: &str, b: &str) -> Tool {
    let home = tempfile::tempdir().expect("a folder");
    let config = home.path().join("config");
    let text = format!(
        "[general]\nstatus_path = \"{}\"\n[pair ab]\na = \"a\"\nb = \"b\"\ncollections = null\n\
         [storage a]\n{a}\n[storage b]\n{b}\n",
        home.path().join("status").display()
    );
    fs::write(&config, text).expect("a file");
    let with = move |verb: &str| {
        let mut command = Command::new(vdirsyncer());
        command.arg("-c").arg(&config).arg(verb);
        command
    };
    run(with("discover"));
    Tool { name: "vdirsyncer", _home: home, command: Box::new(move || with("sync")) }
}

fn unison_between(a: &Path, b: &Path) -> Tool {
    let home = tempfile::tempdir().expect("a folder");
    let (state, a, b) = (home.path().to_owned(), a.to_owned(), b.to_owned());
    let command = move || {
        let mut command = Command::new("unison");
        command.args(["-ui", "text", "-batch", "-auto", "-silent"]).arg(&a).arg(&b).env("UNISON", &state);
        command
    };
    Tool { name: "unison", _home: home, command: Box::new(command) }
}

fn syncc_between(a: &str, b: &str) -> Tool {
    let home = workspace(a, b);
    let path = home.path().to_owned();
    Tool { name: "syncc", _home: home, command: Box::new(move || syncc(&path)) }
}

fn note(figures: &mut Figures, what: usize, tool: &'static str, cost: &Cost, server: f64) {
    let seconds = [cost.wall.as_secs_f64(), cost.cpu.as_secs_f64(), server];
    figures.entry((what, DOES[what], tool)).or_default().push(seconds);
}

/// Waits until the disk has what was written so far: a tool that waits for the disk would wait for the files of the others too.
fn settle_disk() {
    run(Command::new("sync"));
}

/// The folders are handed back and not deleted: for minutes ext4 looks at each file that went before it makes a new one, and the
/// tools of the next round would be measured by how many went before them.
#[must_use]
fn folders(contacts: usize, figures: &mut Figures) -> TempDir {
    let home = tempfile::tempdir().expect("a folder");
    let sides = |tool: &str| ["a", "b"].map(|side| home.path().join(tool).join(side));
    let tools = ["syncc", "vdirsyncer", "unison"].map(|name| {
        let [a, b] = sides(name);
        fs::create_dir_all(&a).and_then(|()| fs::create_dir_all(&b)).expect("folders");
        (0..contacts).for_each(|at| fs::write(a.join(format!("{at}.vcf")), card(at)).expect("a card"));
        let storage = |path: &Path| format!("type = \"filesystem\"\npath = \"{}\"\nfileext = \".vcf\"", path.display());
        let account = |path: &Path| format!("app = \"vcard\"\npath = \"{}\"", path.display());
        match name {
            "syncc" => syncc_between(&account(&a), &account(&b)),
            "vdirsyncer" => vdirsyncer_between(&storage(&a), &storage(&b)),
            _ => unison_between(&a, &b),
        }
    });
    // Files that were just written may change again unseen: every careful tool reads them again.
    std::thread::sleep(std::time::Duration::from_secs(3));
    for (what, _) in DOES.iter().enumerate() {
        for tool in &tools {
            if what == 2 {
                let [a, _] = sides(tool.name);
                for at in (0..contacts).step_by(100) {
                    let changed = card(at).replace("met at the fair", "called back");
                    fs::write(a.join(format!("{at}.vcf")), changed).expect("a card");
                }
            }
            settle_disk();
            note(figures, what, tool.name, &run((tool.command)()), 0.0);
            if what == 0 {
                std::thread::sleep(std::time::Duration::from_secs(3));
                // One more, so that whatever is settled only by a second look is settled for all of them.
                run((tool.command)());
            }
        }
    }
    home
}

fn books(contacts: usize, figures: &mut Figures) {
    for name in ["syncc", "vdirsyncer"] {
        let (a, b) = (Book::start(contacts), Book::start(contacts));
        let storage =
            |book: &Book| format!("type = \"carddav\"\nurl = \"{}\"\nusername = \"ann\"\npassword = \"any\"", book.url);
        let tool = match name {
            "syncc" => syncc_between(&a.settings(), &b.settings()),
            _ => vdirsyncer_between(&storage(&a), &storage(&b)),
        };
        let servers = || (cpu_of(a.server.id()) + cpu_of(b.server.id())).as_secs_f64();
        for (what, _) in DOES.iter().enumerate() {
            if what == 2 {
                a.edit((0..contacts).step_by(100), "called back");
            }
            let before = servers();
            let cost = run((tool.command)());
            note(figures, what, tool.name, &cost, servers() - before);
        }
    }
}

/// A line for each thing done and tool. `of` is what the ratio is about: the wall time or the processor time.
fn table(title: &str, figures: &Figures, of: usize) {
    println!("\n{title}");
    println!("{:<16} {:<11} {:>8} {:>8} {:>8}   times syncc", "", "", "wall", "cpu", "servers");
    let middle = |all: &[[f64; 3]], column: usize| median(all.iter().map(|figures| figures[column]).collect());
    for ((what, does, tool), all) in figures {
        let own = figures.get(&(*what, *does, "syncc")).map(|own| middle(own, of)).unwrap_or_default();
        let [wall, cpu, servers] = [0, 1, 2].map(|column| middle(all, column));
        let times = middle(all, of) / own.max(0.001);
        println!("{does:<16} {tool:<11} {wall:>6.2} s {cpu:>6.2} s {servers:>6.2} s   {times:>6.1}");
    }
}

fn main() {
    let (contacts, in_books, rounds) = (number("CONTACTS", 10_000), number("BOOKS", 1_000), number("ROUNDS", 5));
    let (mut of_folders, mut of_books) = (Figures::new(), Figures::new());
    let mut kept = Vec::new();
    for _ in 0..rounds {
        kept.push(folders(contacts, &mut of_folders));
        books(in_books, &mut of_books);
    }
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!("medians of {rounds}; load of the machine {}", load.trim());
    table(&format!("two folders of {contacts} vCards (ratio of wall times)"), &of_folders, 0);
    table(&format!("two Radicale books of the same {in_books} (ratio of processor times)"), &of_books, 1);
}
