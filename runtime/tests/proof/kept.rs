//! The smallest files of which a verdict was once wrong. Each is held against the engine at every run.

use std::fs;

use proptest::test_runner::TestRunner;
use syncc_compiler::{
    ir::Program,
    proof::{Verdict, prove, prove_together},
};
use syncc_runtime::replay::goes_round;

use crate::{
    files::{accounts, program},
    turns::start,
    verdicts::wrong,
};

#[test]
fn files_that_were_judged_wrongly_are_judged_rightly() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/proof/kept");
    let accounts = accounts();
    let mut runner = TestRunner::deterministic();
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let programs: Vec<Program> =
            text.split("# another file\n").map(|text| program(text, &accounts).unwrap()).collect();
        for program in &programs {
            assert_eq!(wrong(program, &prove(program, &|| {}).verdict, &mut runner), None, "{}", path.display());
        }
        let programs: Vec<&Program> = programs.iter().collect();
        if programs.len() > 1 {
            match prove_together(&programs, &|| {}).verdict {
                Verdict::Proved { .. } => {
                    for _ in 0..64 {
                        let starts: Vec<_> = programs.iter().map(|program| start(program, &mut runner)).collect();
                        assert!(!goes_round(&programs, &starts), "{}", path.display());
                    }
                }
                Verdict::Refuted(found) => assert!(goes_round(&programs, &found.starts), "{}", path.display()),
                Verdict::NotDecided(_) => {}
            }
        }
        count += 1;
    }
    assert!(count > 0, "{folder} is empty");
}
