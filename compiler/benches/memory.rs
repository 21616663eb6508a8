//! How much memory a file of 100,000 rules takes at most while it is checked, and how much while the database keeps it.

#![allow(clippy::print_stdout, reason = "the figures are what this is for")]

mod files;

use std::time::Instant;

use syncc_compiler::db::Database;

const RULES: usize = 100_000;

fn main() {
    let text = files::file(RULES);
    println!("{RULES} rules, {} MiB of text", text.len() >> 20);
    let before = memory("VmRSS:");
    let mut db = Database::default();
    db.set_file("bench.sync", text);
    let begun = Instant::now();
    let checked = db.check("bench.sync");
    println!("checked in {:.1?}", begun.elapsed());
    assert!(checked.is_some_and(|checked| checked.program.is_some()), "the file is checked as a whole");
    match (before, memory("VmHWM:"), memory("VmRSS:")) {
        (Some(before), Some(most), Some(kept)) => {
            println!("at most {} MiB, {} MiB of them kept ({} MiB before)", most >> 10, kept >> 10, before >> 10);
        }
        _ => println!("this system does not tell how much memory a program takes"),
    }
}

/// What Linux says of this program, in KiB.
fn memory(what: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(what))?;
    line.split_whitespace().next()?.parse().ok()
}
