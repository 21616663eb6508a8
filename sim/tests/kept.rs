//! Scenarios that once broke a promise, shrunk, and run for ever. See `sim/kept/`.

#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test says what it found, and stops where it cannot go on"
)]

use std::{fs, path::Path};

use syncc_sim::{run::run, scenario::Scenario, story::tell};

#[test]
fn what_was_mended_stays_mended() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("kept");
    let mut files: Vec<_> =
        fs::read_dir(&folder).expect("sim/kept").map(|entry| entry.expect("an entry").path()).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "json"));
    files.sort();
    assert!(!files.is_empty(), "nothing is kept in {}", folder.display());
    for file in files {
        let text = fs::read_to_string(&file).expect("a kept scenario");
        let scenario: Scenario =
            serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let ran = run(&scenario, None).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert!(ran.violations.is_empty(), "{}:\n{}", file.display(), tell(&scenario, &ran, &ran.violations));
    }
}
