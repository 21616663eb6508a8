//! From the text of many rules to all that is wrong with them: a cold check of ours beside cedar's parse and validate of as
//! many policies that ask the same.
//!
//! The texts, and cedar's schema, are made before the clock starts, and what both make is taken apart when it has stopped.
//! Ours says more about a file than cedar: whether its rules contradict each other, and whether it is proved to settle.
//! That is part of the time. Cedar's policies can be run as they are; what it takes ours to link the program that a run
//! needs stands beside it. Ours reads on as many cores as there are, cedar on one: `taskset -c 0` gives both one.

use std::time::Duration;

use syncc_compiler::{db::Database, diagnostic::Severity};

use crate::{cedar, median, subject};

const FILE: &str = "bench.sync";

pub fn tell() {
    println!("from text to what is wrong with it; milliseconds, medians");
    let validator = cedar::validator();
    for count in [1_000, 10_000] {
        let rules = subject::rules(count);
        let (ours, theirs) = (subject::file(&rules), cedar::file(&rules));
        assert_eq!(cedar::check(&validator, &theirs).policies().count(), rules.len());
        let linked = median(9, || {
            let db = opened(&ours);
            assert!(db.check(FILE).is_some_and(|checked| checked.program.is_some()));
            db
        });
        let ours = median(9, || opened(&ours));
        let theirs = median(9, || cedar::check(&validator, &theirs));
        let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
        println!("{:<64} {:>10.1}", format!("syncc, {count} rules"), milliseconds(ours));
        println!("{:<64} {:>10.1}", format!("syncc, {count} rules, and their program"), milliseconds(linked));
        println!("{:<64} {:>10.1}", format!("cedar, {count} policies, parse and validate"), milliseconds(theirs));
        println!("{:<64} {:>10.2}", "cedar by syncc", theirs.as_secs_f64() / ours.as_secs_f64());
    }
}

/// What `syncc check` asks of a file.
fn opened(text: &str) -> Database {
    let mut db = Database::default();
    db.set_file(FILE, text.to_owned());
    let judged = db.judge(FILE).unwrap_or_default();
    let error = judged.diagnostics.iter().find(|found| found.severity == Severity::Error);
    assert!(error.is_none(), "{error:#?}");
    db
}
