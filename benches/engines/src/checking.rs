//! From the text of many rules to something that can be run: a cold check of ours beside cedar's parse and validate of as
//! many policies that ask the same.
//!
//! The texts, and cedar's schema, are made before the clock starts. Ours says more about a file than cedar: whether its
//! rules contradict each other, and whether it is proved to settle. That is part of the time.

use std::time::Duration;

use syncc_compiler::check::check_text;

use crate::{cedar, median, subject};

pub fn tell() {
    println!("from text to something that can be run; milliseconds, medians");
    let validator = cedar::validator();
    for count in [1_000, 10_000] {
        let rules = subject::rules(count);
        let (ours, theirs) = (subject::file(&rules), cedar::file(&rules));
        assert_eq!(cedar::check(&validator, &theirs).policies().count(), rules.len());
        let ours = median(5, || {
            let checked = check_text("bench.sync", &ours, &[]);
            assert!(checked.program.is_some(), "{:#?}", checked.diagnostics.first());
        });
        let theirs = median(5, || cedar::check(&validator, &theirs));
        let milliseconds = |time: Duration| time.as_secs_f64() * 1e3;
        println!("{:<64} {:>10.1}", format!("syncc, {count} rules"), milliseconds(ours));
        println!("{:<64} {:>10.1}", format!("cedar, {count} policies, parse and validate"), milliseconds(theirs));
        println!("{:<64} {:>10.2}", "cedar by syncc", theirs.as_secs_f64() / ours.as_secs_f64());
    }
}
