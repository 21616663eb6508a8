//! A workspace, read and checked: what every verb that works on `.sync` files starts from.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use syncc_compiler::{
    check::{Allowed, Judged},
    db::{AccountSchema, Database},
    diagnostic::{Diagnostic, Severity},
    ir::{Program, Side},
};
use syncc_grammar::decode;
use syncc_runtime::workspace::{Built, Workspace};

use crate::{
    exit::Exit,
    output::{Output, complain, remark, say},
    render,
};

/// A workspace with its files, each checked.
pub(crate) struct Loaded {
    pub(crate) workspace: Workspace,
    pub(crate) files: Vec<File>,
    /// All files with what is known about them.
    pub(crate) database: Database,
    /// The programs of a built file, which has no rules to check. Those of other files are linked when they are asked for.
    built: Vec<Arc<Program>>,
}

/// A `.sync` file, checked.
pub(crate) struct File {
    /// As people type it.
    pub(crate) path: PathBuf,
    /// As the database calls it.
    name: String,
    pub(crate) text: String,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// What a comment of the file allows.
    pub(crate) allowed: Vec<Allowed>,
}

impl Loaded {
    /// Reads and checks a folder, or one file with its folder's settings.
    pub(crate) fn open(path: &Path) -> Result<Self, String> {
        let workspace = Workspace::open(path).map_err(|error| error.to_string())?;
        let mut database = Database::default();
        database.set_edition(&workspace.edition);
        database.set_accounts(accounts(&workspace));
        database.set_levels(workspace.levels.clone());
        let mut texts = Vec::new();
        for path in &workspace.files {
            let shown = path.display().to_string();
            let bytes = std::fs::read(path).map_err(|error| format!("{shown} cannot be read: {error}"))?;
            database.set_bytes(&shown, &bytes);
            texts.push((path, shown, decode(&bytes).text));
        }
        // Only when all are known: a file is also checked against the others.
        let mut files = Vec::new();
        for (path, shown, text) in texts {
            let Judged { diagnostics, allowed } = database.judge(&shown).unwrap_or_default();
            files.push(File { path: path.clone(), name: shown, text, diagnostics, allowed });
        }
        if files.is_empty() {
            return Err(format!(
                "there is no .sync file in {}: write one, or let `syncc new` write a first one",
                workspace.folder.display()
            ));
        }
        Ok(Self { workspace, files, database, built: Vec::new() })
    }

    /// Reads and checks a folder or one file, or reads a built file, which was checked when it was built.
    pub(crate) fn open_any(path: &Path) -> Result<Self, String> {
        if !Built::may_be(path) {
            return Self::open(path);
        }
        let built = Built::read(path).map_err(|error| error.to_string())?;
        let file = |program: &Arc<Program>| {
            let name = format!("{}.sync", program.name);
            File { path: PathBuf::from(&name), name, text: String::new(), diagnostics: Vec::new(), allowed: Vec::new() }
        };
        let files = built.programs.iter().map(file).collect();
        Ok(Self { workspace: built.workspace, files, database: Database::default(), built: built.programs })
    }

    /// The programs of all files; prints what is wrong and ends the verb if one does not compile.
    pub(crate) fn programs(&self, output: &Output) -> Result<Vec<Arc<Program>>, Exit> {
        let (programs, left_out) = self.sound(output);
        if left_out.is_empty() {
            return Ok(programs);
        }
        complain("nothing was done, because the rules have problems");
        Err(Exit::Problems)
    }

    /// The programs of the files that compile, and the other files; prints what is wrong with those.
    pub(crate) fn sound(&self, output: &Output) -> (Vec<Arc<Program>>, Vec<&File>) {
        if !self.built.is_empty() {
            return (self.built.clone(), Vec::new());
        }
        let (mut programs, mut left_out) = (Vec::new(), Vec::new());
        for file in &self.files {
            match self.database.check(&file.name).and_then(|checked| checked.program) {
                Some(program) => programs.push(program),
                None => {
                    file.print(output, Severity::Error);
                    left_out.push(file);
                }
            }
        }
        (programs, left_out)
    }

    /// The files that are not as they were when they were read, as people type them. One that cannot be read just now is not among them.
    pub(crate) fn changed_since(&self) -> Vec<String> {
        let changed = |file: &&File| std::fs::read(&file.path).is_ok_and(|bytes| decode(&bytes).text != file.text);
        let files = self.files.iter().filter(|_| self.built.is_empty());
        files.filter(changed).map(File::shown).collect()
    }

    /// How many rules its files have.
    pub(crate) fn count_rules(&self) -> usize {
        self.files.iter().filter_map(|file| self.database.count_rules(&file.name)).sum()
    }
}

impl File {
    /// Its path, as people type it.
    pub(crate) fn shown(&self) -> String {
        self.path.display().to_string()
    }

    /// Prints what is wrong, down to this severity. To standard error, as what was asked for is something else.
    fn print(&self, output: &Output, least: Severity) {
        let path = self.shown();
        for diagnostic in self.diagnostics.iter().filter(|diagnostic| diagnostic.severity <= least) {
            if output.json() {
                say(&format!("{}\n", render::json::diagnostic(&path, &self.text, diagnostic)));
            } else {
                remark(&render::pretty::diagnostic(&path, &self.text, diagnostic));
            }
        }
    }
}

/// Opens a workspace or a built file, or says why not.
pub(crate) fn open(path: &Path) -> Result<Loaded, Exit> {
    Loaded::open_any(path).map_err(|why| {
        complain(&why);
        Exit::Failed
    })
}

impl Loaded {
    /// The ends of all files that have a readable `sync` statement, with all fields that are known of them.
    pub(crate) fn ends(&self) -> Vec<Side> {
        let accounts = accounts(&self.workspace);
        self.files.iter().flat_map(|file| syncc_compiler::ends(&file.text, &accounts)).collect()
    }
}

/// The accounts of a workspace with their schemas, as the compiler takes them.
pub(crate) fn accounts(workspace: &Workspace) -> Vec<AccountSchema> {
    workspace.schemas().into_iter().map(|(name, app)| AccountSchema { name, app }).collect()
}
