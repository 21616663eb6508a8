//! `syncc new`: a first `.sync` file for two apps, with comments that say what can be changed.

use std::{fs::OpenOptions, io::Write as _, path::PathBuf};

use clap::Args;
use syncc_compiler::{db::AccountSchema, schema::App};

use crate::{
    exit::Exit,
    output::{Output, complain, remark, say},
};

/// Write a first .sync file for two apps
#[derive(Args)]
pub(crate) struct New {
    /// The app on the left, such as google or intercom.leads
    left: String,
    /// The app on the right, such as realgeeks or 'mailchimp.audience("News")'
    right: String,
    /// The folder to write into
    #[arg(long, default_value = ".")]
    into: PathBuf,
}

impl New {
    pub(crate) fn run(self, output: &Output) -> Exit {
        match self.write() {
            Ok(path) => {
                if output.json() {
                    output.document(&serde_json::json!({ "file": path.display().to_string() }));
                } else {
                    say(&format!("{}\n", path.display()));
                    remark(&format!("next: syncc show {0}, then syncc plan {0}", path.display()));
                }
                Exit::Fine
            }
            Err(why) => {
                complain(&why);
                Exit::Failed
            }
        }
    }

    fn write(&self) -> Result<PathBuf, String> {
        let (left, right) = (&self.left, &self.right);
        let text = syncc_grammar::format(&first_file(left, right));
        let name = format!("{}-{}", app(left), app(right));
        let accounts: Vec<AccountSchema> = Vec::new();
        let checked = syncc_compiler::check::check_text(&name, &text, &accounts);
        if checked.program.is_none() {
            let known: Vec<_> = syncc_connectors::MANIFESTS
                .iter()
                .filter_map(|(id, text)| App::from_manifest(id, text).ok())
                .map(|app| app.id)
                .collect();
            let Some(first) = checked.diagnostics.first() else { return Err(format!("{name} does not compile")) };
            let help: String = first.help.iter().map(|help| format!("\n  {help}")).collect();
            return Err(format!("{}{help}\n  The apps are {}.", first.title, known.join(", ")));
        }
        std::fs::create_dir_all(&self.into)
            .map_err(|error| format!("the folder {} cannot be made: {error}", self.into.display()))?;
        let path = self.into.join(format!("{name}.sync"));
        let mut file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(|error| {
            if error.kind() == std::io::ErrorKind::AlreadyExists {
                format!("{} is there already, and is left as it is", path.display())
            } else {
                format!("{} cannot be written: {error}", path.display())
            }
        })?;
        file.write_all(text.as_bytes()).map_err(|error| format!("{} cannot be written: {error}", path.display()))?;
        Ok(path)
    }
}

/// The app of an end: what stands before the kind of record and the name.
fn app(end: &str) -> &str {
    end.split(['.', '(']).next().unwrap_or(end)
}

fn first_file(left: &str, right: &str) -> String {
    let same = app(left) == app(right);
    let (right_name, left_name) = if same { ("second", "first") } else { (app(right), app(left)) };
    let ends =
        if same { format!("{left} as {left_name} <-> {right} as {right_name}") } else { format!("{left} <-> {right}") };
    format!(
        "# Keeps the contacts of both in step, both ways. Fields that mean the same are mapped by\n\
         # themselves: `syncc show` prints every rule and mapping in effect.\n\
         sync {ends}\n\
         \n\
         prefer {left_name}    # who wins when both sides changed the same thing\n\
         match  email\n\
         every  5 minutes\n\
         \n\
         # A rule says who flows, and what becomes of them there. For example:\n\
         #\n\
         #   when {left_name}.email is not empty then {right_name} exists\n"
    )
}
