//! The house holds: what `docs/architecture.md` says of the crates is read from the manifests and the sources.
//!
//! A rule that only stands in a document is broken within a month, so each rule there has its test here.

#![expect(clippy::expect_used, reason = "a test that cannot read the sources has nothing to say")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// A crate of the workspace and the crates of ours it may stand on.
const MAY_USE: [(&str, &[&str]); 8] = [
    ("syncc-connectors", &[]),
    ("syncc-sandbox", &[]),
    ("syncc-grammar", &[]),
    ("syncc-compiler", &["syncc-grammar", "syncc-connectors"]),
    ("syncc-runtime", &["syncc-compiler", "syncc-connectors"]),
    ("syncc-lsp", &["syncc-grammar", "syncc-compiler"]),
    ("syncc-sim", &["syncc-compiler", "syncc-connectors", "syncc-runtime", "syncc-sandbox"]),
    ("syncc", &["syncc-grammar", "syncc-compiler", "syncc-connectors", "syncc-runtime", "syncc-lsp", "syncc-sandbox"]),
];

/// A library and the only crates that may ship with it.
const ONLY_IN: [(&str, &[&str]); 8] = [
    ("pest", &["syncc-grammar"]),
    ("salsa", &["syncc-compiler", "syncc-lsp"]),
    ("tower-lsp", &["syncc-lsp"]),
    ("miette", &["syncc"]),
    ("clap", &["syncc", "syncc-sim"]),
    ("reqwest", &["syncc-runtime", "syncc-sandbox"]),
    ("rusqlite", &["syncc-runtime"]),
    ("axum", &["syncc-runtime", "syncc-sandbox"]),
];

/// A crate and the libraries it must never ship with.
const NEVER_IN: [(&str, &[&str]); 4] = [
    ("syncc-connectors", &["serde", "toml", "tokio"]),
    ("syncc-grammar", &["serde", "tokio", "reqwest"]),
    ("syncc-compiler", &["tokio", "reqwest", "rusqlite", "axum", "tower-lsp", "miette", "rand"]),
    ("syncc-runtime", &["pest", "tower-lsp", "miette"]),
];

/// What the engine must not reach: memory, apps, clocks, chance, threads, the outside.
const NOT_IN_THE_ENGINE: [&str; 13] = [
    // Hides where a path leads; write it from the crate.
    "super::super",
    "crate::store",
    "crate::apps",
    "crate::world",
    "crate::cycle",
    "crate::daemon",
    "tokio",
    "rand",
    "std::fs",
    "std::net",
    "std::time",
    "std::thread",
    "std::env",
];

const LONGEST_FILE: usize = 800;
const MEDIAN_FILE: usize = 150;

#[test]
fn crates_stand_only_on_what_is_left_of_them() {
    let allowed = BTreeMap::from(MAY_USE);
    for manifest in manifests() {
        let may = allowed.get(manifest.name.as_str()).unwrap_or_else(|| {
            panic!("{} is a new crate: say in tests/architecture.rs what it may use", manifest.name);
        });
        for used in manifest.dependencies.iter().filter(|used| used.starts_with("syncc")) {
            assert!(may.contains(&used.as_str()), "{} must not depend on {used}", manifest.name);
        }
    }
}

#[test]
fn every_library_stays_in_its_crate() {
    let manifests = manifests();
    for (library, crates) in ONLY_IN {
        for manifest in manifests.iter().filter(|manifest| manifest.dependencies.contains(library)) {
            assert!(crates.contains(&manifest.name.as_str()), "{} must not ship with {library}", manifest.name);
        }
    }
    for (name, libraries) in NEVER_IN {
        let manifest = manifests.iter().find(|manifest| manifest.name == name).expect("a crate of that name");
        for library in libraries {
            assert!(!manifest.dependencies.contains(*library), "{name} must not ship with {library}");
        }
    }
}

#[test]
fn the_engine_reaches_nothing_outside_itself() {
    reaches_nothing_outside("runtime/src/engine");
}

#[test]
fn testing_reaches_nothing_but_the_engine() {
    reaches_nothing_outside("runtime/src/testing");
}

#[test]
fn diff_reaches_nothing_but_the_engine() {
    reaches_nothing_outside("runtime/src/diff");
}

fn reaches_nothing_outside(folder: &str) {
    let pure = root().join(folder);
    let files: Vec<_> = rust_files().into_iter().filter(|file| file.path.starts_with(&pure)).collect();
    assert!(!files.is_empty(), "there is nothing at {}", pure.display());
    for file in files {
        for path in used_paths(&without_comments(&file.text)) {
            for outside in NOT_IN_THE_ENGINE {
                assert!(
                    path != outside && !path.starts_with(&format!("{outside}::")),
                    "{} uses {path}: hand it what it needs instead",
                    file.path.display()
                );
            }
        }
    }
}

#[test]
fn unsafe_code_is_forbidden_everywhere() {
    let workspace = read_toml(&root().join("Cargo.toml"));
    assert_eq!(workspace["workspace"]["lints"]["rust"]["unsafe_code"].as_str(), Some("forbid"));
    for manifest in manifests() {
        assert!(manifest.workspace_lints, "{} lacks `[lints] workspace = true`", manifest.name);
    }
}

#[test]
fn files_stay_short() {
    let mut lengths = Vec::new();
    for file in rust_files() {
        let lines = file.text.lines().count();
        assert!(lines <= LONGEST_FILE, "{} has {lines} lines: split it", file.path.display());
        lengths.push(lines);
    }
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(median < MEDIAN_FILE, "half of the files have {median} lines or more");
}

#[test]
fn every_file_is_named_for_what_it_is_and_says_what_it_is_for() {
    for file in rust_files() {
        for part in file.path.strip_prefix(root()).expect("a file of the workspace") {
            let name = part.to_string_lossy();
            assert!(
                !["utils", "util", "helpers", "helper", "common", "misc"].contains(&name.trim_end_matches(".rs")),
                "{} is named for nothing in particular",
                file.path.display()
            );
        }
        assert!(file.text.starts_with("//!"), "{} does not open with what it is for (`//!`)", file.path.display());
    }
}

/// A crate of the workspace.
struct Manifest {
    name: String,
    /// What it ships with: dependencies and build dependencies of every platform, not those of its tests.
    dependencies: BTreeSet<String>,
    workspace_lints: bool,
}

/// A source file of ours.
struct RustFile {
    path: PathBuf,
    text: String,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read_toml(path: &Path) -> toml::Table {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    text.parse().unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The folders of the workspace's crates, the root first.
fn folders() -> Vec<PathBuf> {
    let workspace = read_toml(&root().join("Cargo.toml"));
    let members = workspace["workspace"]["members"].as_array().expect("`members` is a list").iter();
    let members = members.map(|member| root().join(member.as_str().expect("a member is a path")));
    std::iter::once(root().to_owned()).chain(members).collect()
}

fn manifests() -> Vec<Manifest> {
    folders()
        .into_iter()
        .map(|folder| {
            let toml = read_toml(&folder.join("Cargo.toml"));
            let targets = toml.get("target").and_then(|targets| targets.as_table());
            let tables =
                std::iter::once(&toml).chain(targets.into_iter().flat_map(|t| t.values()).filter_map(|t| t.as_table()));
            let dependencies = tables
                .flat_map(|table| ["dependencies", "build-dependencies"].map(|kind| table.get(kind)))
                .flatten()
                .filter_map(|names| names.as_table())
                .flat_map(|names| names.keys().cloned())
                .collect();
            Manifest {
                name: toml["package"]["name"].as_str().expect("a package has a name").to_owned(),
                dependencies,
                workspace_lints: toml.get("lints").is_some_and(|lints| lints["workspace"].as_bool() == Some(true)),
            }
        })
        .collect()
}

/// Every `.rs` file of every crate: sources, tests, benches and examples.
fn rust_files() -> Vec<RustFile> {
    let mut found = Vec::new();
    for folder in folders() {
        for part in ["src", "tests", "benches", "examples"] {
            walk(&folder.join(part), &mut found);
        }
    }
    found
}

fn walk(folder: &Path, found: &mut Vec<RustFile>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("a folder that can be listed").path();
        if path.is_dir() {
            walk(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            found.push(RustFile { path, text });
        }
    }
}

/// The text with every line cut at its `//`. Cuts a string with `//` in it too, which hides no import.
fn without_comments(text: &str) -> String {
    text.lines().map(|line| line.split("//").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

/// The full paths that `use` brings in, groups taken apart, and the paths that stand in the code itself.
fn used_paths(text: &str) -> Vec<String> {
    let mut paths = Vec::new();
    for statement in text.split("use ").skip(1) {
        let tree: String = statement.split(';').next().unwrap_or_default().split_whitespace().collect();
        take_apart("", &tree, &mut paths);
    }
    let inline = text.split(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':'));
    paths.extend(inline.filter(|word| word.contains("::")).map(|word| word.trim_start_matches(':').to_owned()));
    paths
}

/// `a::{b, c::{d, e}}` → `a::b`, `a::c::d`, `a::c::e`.
fn take_apart(prefix: &str, tree: &str, paths: &mut Vec<String>) {
    let (head, group) = match tree.split_once('{') {
        Some((head, group)) => (head, group.strip_suffix('}').unwrap_or(group)),
        None => return paths.push(format!("{prefix}{tree}").trim_end_matches("::").to_owned()),
    };
    let prefix = format!("{prefix}{head}");
    let (mut depth, mut start) = (0_usize, 0);
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                take_apart(&prefix, &group[start..at], paths);
                start = at + 1;
            }
            _ => {}
        }
    }
    if start < group.len() {
        take_apart(&prefix, &group[start..], paths);
    }
}

#[test]
fn imports_are_taken_apart() {
    let text = "use std::{fmt, collections::{BTreeMap, BTreeSet}};\nuse crate::{apps::App, engine};\nlet x = crate::store::open();";
    assert_eq!(
        used_paths(text).into_iter().take(5).collect::<Vec<_>>(),
        ["std::fmt", "std::collections::BTreeMap", "std::collections::BTreeSet", "crate::apps::App", "crate::engine"]
    );
    assert!(used_paths(text).contains(&"crate::store::open".to_owned()));
}
