//! Two real address lists on this machine: a CSV file and a folder of vCards, kept in step.

use std::{
    fs,
    process::{Command, Stdio},
};

use serde_json::Value as Json;

use crate::command::{Ran, Workspace};

const RULES: &str = "sync people <-> cards\n\nmatch email\n";
const SETTINGS: &str = "edition = \"2026\"\nregion = \"US\"\n\n[accounts.people]\napp = \"csv\"\npath = \"people.csv\"\n\n\
    [accounts.cards]\napp = \"vcard\"\npath = \"cards\"\n";

/// A workspace whose accounts are `people.csv` and the folder `cards`.
pub(super) struct Lists {
    pub(super) workspace: Workspace,
}

impl Lists {
    /// A list with these lines, `id,given_name,family_name,email,company`, and an empty folder.
    pub(super) fn new(lines: &str) -> Self {
        let workspace = Workspace::with("team.sync", RULES);
        workspace.write("syncc.toml", SETTINGS);
        workspace.write("people.csv", &format!("id,given_name,family_name,email,company\n{lines}"));
        fs::create_dir(workspace.path("cards")).expect("a folder");
        Self { workspace }
    }

    /// `syncc VERB BEFORE… FOLDER AFTER…`.
    pub(super) fn syncc(&self, verb: &str, before: &[&str], after: &[&str]) -> Ran {
        let mut command = Command::new(env!("CARGO_BIN_EXE_syncc"));
        command.arg(verb).args(before).arg(self.workspace.path("")).args(after);
        Ran::of(command.env("NO_COLOR", "1").stdin(Stdio::null()))
    }

    /// The same with `--format json`: the first document that it printed.
    pub(super) fn json(&self, verb: &str, before: &[&str], after: &[&str]) -> Json {
        let ran = self.syncc(verb, before, &[after, &["--format", "json"]].concat());
        let line = ran.out.lines().next().unwrap_or_else(|| panic!("nothing was printed: {ran:?}"));
        serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {ran:?}"))
    }

    /// One run that ends well.
    pub(super) fn run(&self) -> Ran {
        let ran = self.syncc("run", &[], &["--once", "--yes"]);
        assert_eq!(ran.code, 0, "{ran:?}");
        ran
    }

    /// What a person does in the list.
    pub(super) fn edit_list(&self, from: &str, to: &str) {
        let list = self.workspace.read("people.csv");
        assert!(list.contains(from), "{from} is in {list}");
        self.workspace.write("people.csv", &list.replace(from, to));
    }

    /// What a person does with the card that has this in it.
    pub(super) fn edit_card(&self, having: &str, from: &str, to: &str) {
        for path in self.card_files() {
            let card = fs::read_to_string(&path).expect("a card");
            if card.contains(having) {
                assert!(card.contains(from), "{from} is in {card}");
                return fs::write(&path, card.replace(from, to)).expect("the card is written");
            }
        }
        panic!("no card has {having}");
    }

    /// Deletes the card that has this in it.
    pub(super) fn delete_card(&self, having: &str) {
        fs::remove_file(self.card_file(having)).expect("the card is deleted");
    }

    /// Adds a card.
    pub(super) fn add_card(&self, given: &str, family: &str, email: &str) {
        let card = format!(
            "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:{email}\r\nFN:{given} {family}\r\nN:{family};{given};;;\r\nEMAIL:{email}\r\nEND:VCARD\r\n"
        );
        fs::write(self.workspace.path("cards").join(format!("{email}.vcf")), card).expect("the card is written");
    }

    /// All cards in one text.
    pub(super) fn cards(&self) -> String {
        self.card_files().iter().map(|path| fs::read_to_string(path).unwrap_or_default()).collect()
    }

    /// The file of the card that has this in it.
    pub(super) fn card_file(&self, having: &str) -> std::path::PathBuf {
        let with = |path: &std::path::PathBuf| fs::read_to_string(path).is_ok_and(|card| card.contains(having));
        self.card_files().into_iter().find(with).unwrap_or_else(|| panic!("no card has {having}"))
    }

    fn card_files(&self) -> Vec<std::path::PathBuf> {
        let entries = fs::read_dir(self.workspace.path("cards")).expect("the folder of cards");
        let mut files: Vec<_> = entries.map(|entry| entry.expect("a card").path()).collect();
        files.retain(|path| path.extension().is_some_and(|kind| kind == "vcf"));
        files.sort();
        files
    }
}

/// Ann and Ben, in the list only.
pub(super) const ANN_AND_BEN: &str = "1,Ann,Bee,ann@home.example,Acme\n2,Ben,Cole,ben@home.example,Zenith\n";
