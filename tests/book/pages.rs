//! The Markdown files that are held: the documentation, the README, and those of the examples.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// A Markdown file.
pub(crate) struct Page {
    /// Its path from the root of the project, with slashes.
    pub(crate) name: String,
    pub(crate) text: String,
}

/// The root of the project.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All pages but those of the codes, in the order of their names.
pub(crate) fn all() -> Vec<Page> {
    let mut paths: Vec<PathBuf> = ["README.md", "CONTRIBUTING.md"].map(|name| root().join(name)).to_vec();
    for folder in ["docs", "examples", "tests"] {
        walk(&root().join(folder), &mut paths);
    }
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

/// The pages of the codes. What they show is held by a test of the compiler, which knows their made-up accounts.
pub(crate) fn codes() -> Vec<Page> {
    let mut paths = Vec::new();
    walk(&root().join("compiler/docs/codes"), &mut paths);
    paths.sort();
    paths.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Page {
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let name = path.strip_prefix(root()).expect("a file of the project").to_string_lossy().replace('\\', "/");
    Page { name, text: text.replace("\r\n", "\n") }
}

/// The Markdown files of a folder. A link to another folder is not followed: its files are pages where they are.
fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
        let entry = entry.expect("a file of the folder");
        let (path, kind) = (entry.path(), entry.file_type().expect("a file type"));
        if kind.is_dir() {
            walk(&path, found);
        } else if kind.is_file() && path.extension().is_some_and(|ending| ending == "md") {
            found.push(path);
        }
    }
}
